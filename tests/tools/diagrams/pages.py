# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures, each with a table that says the same, in the guides that show them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from . import instances, orders, sheets
from .edges import Edge, Statuses, edges
from .svg import Sheet, picture
from .walk import Transition

COMMAND = "python -m tests.tools.diagrams"
BEGIN, END = ".. picture of {name}, written by " + COMMAND, ".. end of the picture of {name}"
TABLE = """\
.. list-table:: The same as a table
   :header-rows: 1

   * - status
     - what happens
     - status afterwards
"""
# How a table calls what is no status of an order or an instance alone.
CALLED: Mapping[Statuses, str] = {
    (orders.NONE,): orders.NONE,
    (instances.REISSUE,): "``pending_validation`` of a reissue",
    instances.RUNNING: "all of these",
    sheets.ENDED: "``expired`` as ``subscription_status``",
    sheets.CLOSED: "``closed`` as ``subscription_status``",
    sheets.REFUNDED: "``refunded`` as ``subscription_status``",
}


@dataclass(frozen=True)
class Page:
    """A guide, and what it shows."""

    guide: str
    transitions: Callable[[], set[Transition]]
    groups: Sequence[Statuses]
    sheet: Sheet


PAGES = (
    Page("guide_life_cycle", orders.transitions, orders.GROUPS, sheets.ORDERS),
    Page("guide_instances", instances.transitions, instances.GROUPS, sheets.INSTANCES),
)


class NoPlace(Exception):
    """A guide that does not have the two comments between which the picture stands."""


def updated(text: str, page: Page) -> str:
    """The text of a guide with the picture as a walk finds it now. Raises NoPlace and svg.NotDrawn."""
    begin, end = (each.format(name=page.sheet.name) for each in (BEGIN, END))
    found = edges(page.transitions(), page.groups)
    parts = [begin, ".. raw:: html", textwrap.indent(picture(found, page.sheet), " " * 4), _table(found, page), end]
    place = re.compile(f"^{re.escape(begin)}\n.*?^{re.escape(end)}$", re.MULTILINE | re.DOTALL)
    written, places = place.subn(lambda _place: "\n\n".join(parts), text)
    if places != 1:
        raise NoPlace(f'it needs the lines "{begin}" and "{end}" once')
    return written


def _table(found: Sequence[Edge], page: Page) -> str:
    order = list(page.sheet.boxes)
    rows = sorted(found, key=lambda edge: (len(edge.before) > 4, _rank(edge.before, page), order.index(edge.after)))
    cells = [
        f"   * - {_called(edge.before, ', ')}\n     - {', '.join(edge.events)}\n     - {_called(edge.after, ' or ')}\n"
        for edge in rows
    ]
    return "".join([TABLE, *cells]).rstrip("\n")


def _rank(statuses: Statuses, page: Page) -> int:
    """How far down in the picture the first one is."""
    return min(page.sheet.boxes[(each,)].y for each in statuses)


def _called(statuses: Statuses, between: str) -> str:
    return CALLED.get(statuses) or between.join(CALLED.get((each,), f"``{each}``") for each in statuses)
