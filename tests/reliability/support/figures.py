# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of the reliability tests: asserted where they are recorded, and shown on the page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

BEGIN, END = "<!-- figures: written by `make reliability` -->", "<!-- end of figures -->"
_SHOWN = 40


@dataclass(frozen=True)
class Figure:
    """One number, and in words what it must be; without a limit it is only shown."""

    number: float
    unit: str = ""
    limit: str = ""

    def __str__(self) -> str:
        return f"{self.number:,}{self.unit}" if isinstance(self.number, int) else f"{self.number:.4g}{self.unit}"


@dataclass
class Figures:
    """The figures and tables of one section of the page. Numbers recorded under the same name are added."""

    figures: dict[str, Figure] = field(default_factory=dict)
    tables: dict[tuple[str, ...], list[Sequence[object]]] = field(default_factory=dict)

    def record(self, what: str, number: int, limit: str = "") -> None:
        """A number. Without a limit it is only shown."""
        before = self.figures.get(what, Figure(0)).number
        self.figures[what] = Figure(before + number, limit=limit)

    def tried(self, what: str, number: int) -> None:
        """How much was tried. A test that tried nothing proves nothing."""
        self.record(what, number)
        assert number > 0, f"{what}: nothing was tried"

    def none(self, what: str, found: Sequence[str]) -> None:
        """What must not be, with a sentence for each time that it was."""
        self.record(what, len(found), "0")
        assert not found, "\n".join([f"{what}: {len(found)}", *found[:_SHOWN]])

    def at_most(self, what: str, number: float, limit: float, unit: str = "") -> None:
        """A number with an upper limit; of several the highest is kept."""
        highest = max(number, self.figures.get(what, Figure(number)).number)
        self.figures[what] = Figure(highest, unit, f"at most {limit:g}{unit}")
        assert number <= limit, f"{what}: {number:g}{unit}"

    def at_least(self, what: str, number: float, limit: float, unit: str = "") -> None:
        """A number with a lower limit."""
        self.figures[what] = Figure(number, unit, f"at least {limit:g}{unit}")
        assert number >= limit, f"{what}: {number:g}{unit}"

    def row(self, columns: tuple[str, ...], *cells: object) -> None:
        """A row of the table with these columns."""
        self.tables.setdefault(columns, []).append(cells)

    def markdown(self) -> str:
        rows = [(what, figure, figure.limit) for what, figure in self.figures.items()]
        own = _table(("figure", "found", "must be"), rows)
        return "\n\n".join([own, *(_table(*each) for each in self.tables.items())])


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def update_page(page: str, sections: Mapping[str, Figures], made: str) -> str:
    """The page with these figures under the headings of their sections, and with the line that says how it was made."""
    for title, figures in sections.items():
        begin = page.index(BEGIN, page.index(f"\n## {title}\n")) + len(BEGIN)
        page = f"{page[:begin]}\n\n{figures.markdown()}\n\n{page[page.index(END, begin) :]}"
    return re.sub(r"^Made with .*$", made, page, flags=re.MULTILINE)
