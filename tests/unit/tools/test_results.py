# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last line of make test counts every session, and so does its exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.outcome import Outcome
from tests.tools.results import keep, kept, main

NOTED = Outcome(2, 0, notes=("a note",))


def test_a_result_is_kept(tmp_path: Path) -> None:
    keep("unit", NOTED, tmp_path / "new")
    assert kept("unit", tmp_path / "new") == Outcome(2, 0, notes=["a note"])


def test_the_last_line_counts_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep("unit", NOTED, tmp_path)
    keep("sdk", Outcome(40, 0), tmp_path)
    assert main(["unit", "sdk"], tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "unit: 2 passed, 0 failed",
        "sdk: 40 passed, 0 failed",
        "42 passed, 0 failed",
    ]


@pytest.mark.parametrize(("bad", "failed"), [(Outcome(1, 3), 3), (Outcome(1, 0, "broke off"), 1), (Outcome(0, 0), 1)])
def test_one_bad_session_is_enough(
    bad: Outcome, failed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep("unit", NOTED, tmp_path)
    keep("sdk", bad, tmp_path)
    assert main(["unit", "sdk"], tmp_path) == 1
    assert capsys.readouterr().out.endswith(f"\n{2 + bad.passed} passed, {failed} failed\n")


def test_a_session_without_a_result_has_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep("unit", NOTED, tmp_path)
    assert main(["unit", "sdk"], tmp_path) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "sdk: 0 passed, 1 failed: left no result",
        "2 passed, 1 failed",
    ]


def test_no_session_is_no_success(tmp_path: Path) -> None:
    assert main([], tmp_path) == 1
