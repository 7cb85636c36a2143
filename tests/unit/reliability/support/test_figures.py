# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures fail where they are not what they must be, and each section has its place on the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.reliability.support.figures import BEGIN, END, Figures, update_page
from tests.tools.dependencies import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text()
FILES = sorted((ROOT / "tests" / "reliability").rglob("test_*.py"))
TITLES = {title for file in FILES for title in re.findall(r'mark\.reliability\("(.*)"\)', file.read_text())}


@pytest.mark.parametrize(
    "record",
    [
        lambda figures: figures.tried("cases", 0),
        lambda figures: figures.none("duplicates", ["order 7"]),
        lambda figures: figures.at_most("share", 31, 30, "%"),
        lambda figures: figures.at_least("places", 6, 7),
    ],
    ids=["nothing tried", "found", "too much", "too little"],
)
def test_a_figure_that_is_not_what_it_must_be_fails(record: Callable[[Figures], None]) -> None:
    with pytest.raises(AssertionError):
        record(Figures())


def test_figures_are_added_and_shown() -> None:
    figures = Figures()
    for number in (700, 800):
        figures.tried("cases", number)
        figures.none("duplicates", [])
        figures.at_most("memory", number / 7, 200, " MB")
    figures.row(("who", "times"), "20 hosts", 3)
    assert figures.markdown().splitlines() == [
        "| figure | found | must be |",
        "| --- | --- | --- |",
        "| cases | 1,500 |  |",
        "| duplicates | 0 | 0 |",
        "| memory | 114.3 MB | at most 200 MB |",
        "",
        "| who | times |",
        "| --- | --- |",
        "| 20 hosts | 3 |",
    ]


def test_a_section_is_replaced_and_no_other() -> None:
    figures = Figures()
    figures.tried("cases", 7)
    section = f"Text.\n\n{BEGIN}\n\nold\n\n{END}\n"
    page = update_page(
        f"# Page\n\nMade with old.\n\n## A\n\n{section}\n## B\n\n{section}", {"B": figures}, "Made with new."
    )
    assert page.count("old") == 1
    assert page.startswith("# Page\n\nMade with new.\n\n## A\n\nText.\n")
    assert page.endswith(f"| cases | 7 |  |\n\n{END}\n")


def test_every_section_of_the_page_has_tests_and_the_other_way_round() -> None:
    assert set(re.findall(r"^## (.*)$", PAGE, re.MULTILINE)) == TITLES
    assert PAGE.count(BEGIN) == PAGE.count(END) == len(TITLES)
    update_page(PAGE, {title: Figures() for title in TITLES}, "")
