# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of edges as SVG. Its places are set by hand, all that it says comes from a walk.

Colours are those of the page around it, in a light and in a dark theme. It is no wider than a telephone shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from .edges import Edge, Statuses

WIDTH = 360
HEAD = (
    '<marker id="{name}-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 1 L8 4 L0 7 Z" fill="currentColor"/></marker>'
)


class NotDrawn(Exception):
    """The walk found what the picture has no place for, or no longer finds what it has one for."""


class Box(NamedTuple):
    """Where a status stands, or a group of statuses with a title."""

    x: int
    y: int
    width: int
    height: int
    colour: str = ""
    title: str = ""


class Route(NamedTuple):
    """The corners of an arrow, as x,y x,y, and where its text begins."""

    corners: str
    x: int
    y: int


@dataclass(frozen=True)
class Sheet:
    """The places of a picture."""

    name: str
    label: str
    height: int
    boxes: Mapping[Statuses, Box]
    routes: Mapping[tuple[Statuses, Statuses], Route]


def picture(edges: Sequence[Edge], sheet: Sheet) -> str:
    """The SVG element, one line for each thing that is drawn. Raises NotDrawn."""
    _check(edges, sheet)
    frame = (
        f'<svg role="img" aria-label="{escape(sheet.label)}" viewBox="-1 -1 {WIDTH + 2} {sheet.height + 2}" '
        f'style="display: block; width: 100%; max-width: 460px; height: auto; margin: 0 auto 24px; overflow: visible" '
        'font-size="12" fill="currentColor" stroke-width="1">'
    )
    boxes = [_box(statuses, box) for statuses, box in sheet.boxes.items()]
    arrows = [_arrow(edge, sheet.routes[edge.before, edge.after], sheet.name) for edge in edges]
    return "\n".join([frame, HEAD.format(name=sheet.name), *boxes, *arrows, "</svg>"])


def _check(edges: Sequence[Edge], sheet: Sheet) -> None:
    found = {(edge.before, edge.after) for edge in edges}
    ends = {end for pair in found for end in pair}
    standing = ends | {(status,) for end in ends for status in end}
    for what, walked, placed in (("arrow", found, set(sheet.routes)), ("box", standing, set(sheet.boxes))):
        for each in sorted(walked ^ placed, key=repr):
            said = "has no place for" if each in walked else "has a place for, and the walk does not find,"
            raise NotDrawn(f"the picture {sheet.name} {said} the {what} {each}")


def _box(statuses: Statuses, box: Box) -> str:
    if box.title:
        drawn = 'fill="none" stroke="currentColor" stroke-dasharray="3 3" stroke-opacity=".6"'
        text = f'<text x="{box.x + 8}" y="{box.y + 15}" font-style="italic">{box.title}</text>'
    else:
        drawn = f'fill="{box.colour}" fill-opacity=".25" stroke="currentColor"'
        middle = f'x="{box.x + box.width // 2}" y="{box.y + box.height // 2 + 4}"'
        text = f'<text {middle} text-anchor="middle" font-weight="bold">{statuses[0]}</text>'
    return f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="6" {drawn}/>{text}'


def _arrow(edge: Edge, route: Route, name: str) -> str:
    line = f'<polyline points="{route.corners}" fill="none" stroke="currentColor" marker-end="url(#{name}-head)"/>'
    words = [f'<tspan x="{route.x}" dy="{14 * (number > 0)}">{each}</tspan>' for number, each in enumerate(edge.events)]
    return f'{line}<text x="{route.x}" y="{route.y}">{"".join(words)}</text>'
