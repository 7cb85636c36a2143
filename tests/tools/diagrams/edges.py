# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a picture and its table show of a walk: transitions that belong together, as one edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .walk import Transition

Statuses = tuple[str, ...]


class Edge(NamedTuple):
    """Statuses that all have the events in common, and the status that follows, or each of those that can follow."""

    before: Statuses
    events: tuple[str, ...]
    after: Statuses


def edges(transitions: Iterable[Transition], groups: Sequence[Statuses]) -> list[Edge]:
    """One edge for each pair of statuses; where all of a group have an event in common, one for the group."""
    found: dict[tuple[Statuses, Statuses], list[str]] = {}
    for before, event, after in sorted(_grouped(transitions, groups)):
        found.setdefault((before, after), []).append(event)
    return [Edge(before, tuple(events), after) for (before, after), events in found.items()]


_Wide = tuple[Statuses, str, Statuses]


def _grouped(transitions: Iterable[Transition], groups: Sequence[Statuses]) -> set[_Wide]:
    wide: set[_Wide] = {((before,), event, (after,)) for before, event, after in transitions}
    for group in groups:
        for before, event, after in sorted(wide):
            for parts, whole in (
                ({((each,), event, after) for each in group}, (group, event, after)),
                ({(before, event, (each,)) for each in group}, (before, event, group)),
            ):
                wide = (wide - parts) | {whole} if parts <= wide else wide
    return wide
