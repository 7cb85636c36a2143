# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a part found is good for the code that it was found with, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability import kept as shelf
from tests.reliability.report import Part, at_most, count, none_of

PART = Part("Orders", "How.", [count("cases", 7), none_of("orders too many", 1), at_most("share", 3, 2, "%")], "| a |")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plugins/a.py", "tests/unit/b.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(shelf, "ROOT", tmp_path)
    monkeypatch.setattr(shelf, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(shelf, "project_files", lambda: [Path("plugins/a.py"), Path("tests/unit/b.py")])
    shelf.keep("orders", 5, PART)


def test_a_result_comes_back_as_it_was() -> None:
    (part,) = shelf.kept(["askers", "orders"], 5).values()
    assert (part.title, part.figures, part.details, part.met) == ("Orders", PART.figures, "| a |", False)


def test_a_result_is_good_for_the_seed_and_the_code_that_was_tried(tmp_path: Path) -> None:
    assert not shelf.kept(["orders"], 6)
    (tmp_path / "tests/unit/b.py").write_text("2")
    assert shelf.kept(["orders"], 5)
    (tmp_path / "plugins/a.py").write_text("2")
    assert not shelf.kept(["orders"], 5)
