# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a part of the reliability run found, and the page that shows it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One number, and whether it is what it must be. ``limit`` says that in words; empty: it is only told."""

    what: str
    found: str
    limit: str = ""
    met: bool = True


def count(what: str, number: int) -> Figure:
    """A number that is only told."""
    return Figure(what, f"{number:,}")


def none_of(what: str, number: int) -> Figure:
    """A number that must be 0."""
    return Figure(what, f"{number:,}", "0", number == 0)


def at_most(what: str, number: float, limit: float, unit: str = "") -> Figure:
    """A number with an upper limit."""
    return Figure(what, f"{number:.4g}{unit}", f"at most {limit:g}{unit}", number <= limit)


def at_least(what: str, number: float, limit: float, unit: str = "") -> Figure:
    """A number with a lower limit."""
    return Figure(what, f"{number:.4g}{unit}", f"at least {limit:g}{unit}", number >= limit)


@dataclass(frozen=True)
class Part:
    """One kind of trouble: how it was made, what was found, what is not promised.

    ``method``, ``details`` (tables) and ``limits`` (one sentence each) are Markdown. ``problems`` says what went wrong,
    for whoever has to find out why.
    """

    title: str
    method: str
    figures: Sequence[Figure]
    details: str = ""
    limits: Sequence[str] = ()
    problems: Sequence[str] = field(default=())

    @property
    def met(self) -> bool:
        return all(figure.met for figure in self.figures)


@dataclass(frozen=True)
class Run:
    """What a part is given: how much to do, a seed for chance, a folder of its own, and whom to tell how it goes on.

    ``short`` is the version of `make test`: a minute at most on two cores, with something of everything.
    """

    short: bool
    seed: int
    folder: Path
    tell: Callable[[str], None]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def section(part: Part) -> str:
    """A part of the page."""
    rows = [
        (each.what, each.found, each.limit, "" if not each.limit else "met" if each.met else "**not met**")
        for each in part.figures
    ]
    blocks = [
        f"## {part.title}",
        part.method.strip(),
        table(("figure", "found", "must be", ""), rows),
        part.details.strip(),
    ]
    if part.limits:
        blocks.append("Not promised:\n\n" + "\n".join(f"- {limit}" for limit in part.limits))
    return "\n\n".join(block for block in blocks if block)
