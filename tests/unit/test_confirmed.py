# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of what only a real account can confirm: its rows are whole, and its dials are those of the emulator."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from playbooks.files.emulator.core.dials import Dials, turn

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 5
DIAL = re.compile(r"`(\w+)(?:=(\w+))?`")


def rows() -> list[list[str]]:
    page = (ROOT / "docs/confirmed.md").read_text("utf-8")
    found = [line.strip("|").split("|") for line in page.splitlines() if re.match(r"\| [A-Z]\d+ \|", line)]
    assert found
    return [[cell.strip() for cell in row] for row in found]


def dials_of_page() -> set[tuple[str, str]]:
    return {(name, value) for row in rows() for name, value in DIAL.findall(row[3])}


def open_points() -> set[str]:
    """The dials that the emulator's page names beside what is not confirmed."""
    page = (ROOT / "playbooks/files/emulator/README.md").read_text("utf-8").partition("## What is not confirmed")[2]
    assert page
    known = {field.name for field in fields(Dials)}
    return {name for name in re.findall(r"`(\w+)`", page) if name in known}


def test_each_row_says_what_is_done_meanwhile_and_leaves_room_for_what_was_seen() -> None:
    found = rows()
    assert [row for row in found if len(row) != COLUMNS or not (row[1].endswith("?") and row[2])] == []
    numbers = [row[0] for row in found]
    assert len(set(numbers)) == len(numbers)


def test_each_dial_exists_and_plays_another_answer_than_the_default() -> None:
    for name, value in dials_of_page():
        known = getattr(Dials(), name)
        assert not value or getattr(turn(Dials(), {name: value}), name) != known, f"{name}={value}"


def test_what_the_emulator_leaves_open_is_on_the_page() -> None:
    assert open_points() - {name for name, _value in dials_of_page()} == set()
