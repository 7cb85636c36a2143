# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix leaves no version out: what was not run, and what could not be made, has a line that says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.tools import cells as making
from tests.tools.matrix import CORES, CRYPTOGRAPHY, STEPS, Cell, Result, cells, chosen, page, row, with_newest, worker
from tests.tools.outcome import Outcome

OLD = Cell("core", "2.18", "3.11")
ALL_PYTHONS = [f"3.{minor}" for minor in range(9, 16)]


def test_each_core_has_its_oldest_and_its_newest_python() -> None:
    found = [(cell.core, cell.python) for cell in cells(ALL_PYTHONS) if cell.kind == "core"]
    assert found == [(core, python) for core, pythons in CORES.items() for python in pythons]


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        (["3.9", "3.12", "3.14"], ["3.12", "3.14"]),
        (["3.9", "3.12"], ["3.12", "3.14"]),
        (["3.9", "3.12", "3.13"], ["3.12", "3.13", "3.14"]),
        ([], ["3.12", "3.14"]),
    ],
)
def test_a_newest_python_that_is_missing_is_named_and_the_next_one_tried(here: list[str], expected: list[str]) -> None:
    assert with_newest("3.12", "3.14", here) == expected


def test_targets_and_cryptography_have_their_cells() -> None:
    every = cells(["3.9", "3.11", "3.13"])
    assert [(cell.core, cell.variant) for cell in every if cell.kind == "targets"] == [
        ("2.18", "3.9"),
        ("2.22", "3.9"),
        ("2.18", "3.13"),
        ("2.22", "3.13"),
        ("2.22", "3.15"),
    ]
    assert [cell.variant for cell in every if cell.kind == "cryptography"] == list(CRYPTOGRAPHY)
    assert len({cell.name for cell in every}) == len(every)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["2.18"], ["core-2.18-3.11", "core-2.18-3.13"]),
        (["2.18", "3.13"], ["core-2.18-3.13"]),
        (["targets", "3.15"], ["targets-2.22-3.13-3.15"]),
        (["cryptography", "38"], ["cryptography-3.11-38"]),
        (["devel", "3.14"], ["core-devel-3.14"]),
        (["2.17"], []),
    ],
)
def test_words_choose_cells(words: list[str], names: list[str]) -> None:
    assert [cell.name for cell in chosen(cells(ALL_PYTHONS), words)] == names


def test_no_step_has_the_name_of_a_kind() -> None:
    assert not {step for steps in STEPS.values() for step in steps} & set(STEPS)


def test_no_word_chooses_all_cells() -> None:
    every = cells(ALL_PYTHONS)
    assert chosen(every, []) == every


def test_a_line_has_exact_versions_and_each_step() -> None:
    outcomes = {
        "sanity": Outcome(27, 0),
        "units": Outcome(800, 2),
        "both_ways": Outcome(
            52, 0, "", ("both_ways: 52 results compared, 45 of 46 modules in the worker, 0 differences",)
        ),
        "demo": Outcome(1, 0),
    }
    assert row(OLD, Result(outcomes, {"ansible-core": "2.18.19", "Python": "3.11.7"})) == [
        "2.18.19",
        "3.11.7",
        "27 passed",
        "**2 failed**, 800 passed",
        "52 passed",
        "passed",
        "45 of 46",
    ]


def test_a_reason_why_modules_were_shipped_is_shown() -> None:
    notes = ("both_ways: 52 results compared, 0 of 46 modules in the worker, 3 differences",)
    told = worker(Outcome(49, 3, "both_ways: modules were shipped that were to run in the worker: it is new", notes))
    assert told == "0 of 46: both_ways: modules were shipped that were to run in the worker: it is new"
    assert worker(None) == worker(Outcome(0, 1)) == ""


def test_what_was_not_run_is_on_the_page_and_says_so() -> None:
    missing = "not run: no Python 3.13 on this machine"
    text = page(cells(["3.11"]), {"core-2.18-3.13": Result(reason=missing)})
    assert f"| 2.18 | 3.13 | {missing} |  |  |  |  |" in text
    assert "| 2.18 | 3.11 | not run |  |  |  |  |" in text
    assert "| 38 | 3.11 | not run |" in text


def test_every_step_of_a_cell_has_a_column() -> None:
    result = Result({step: Outcome(2, 0) for steps in STEPS.values() for step in steps})
    for cell in cells(ALL_PYTHONS):
        assert row(cell, result).count("2 passed") == len(STEPS[cell.kind])


def test_results_are_kept_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "OUTPUT", tmp_path / "matrix")
    kept = Result({"demo": Outcome(1, 0, "", ("note",))}, {"Python": "3.11.7"})
    making.keep(OLD, kept)
    assert making.results() == {OLD.name: kept}


def test_a_cell_without_its_python_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "here", lambda: {"3.11": sys.executable})
    monkeypatch.setattr(making, "OUTPUT", tmp_path / "matrix")
    for cell, version in (
        (Cell("core", "2.22", "3.15"), "3.15"),
        (Cell("targets", "2.18", "3.11", "3.9"), "3.9"),
    ):
        assert making.result_of(cell, ["demo"]) == Result(reason=f"not run: no Python {version} on this machine")
    assert making.lacking(OLD) == ""


def test_a_cell_that_was_not_asked_for_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "here", lambda: {"3.11": sys.executable})
    monkeypatch.setattr(making, "OUTPUT", tmp_path / "matrix")
    monkeypatch.setattr(making, "PAGE", tmp_path / "matrix.md")
    monkeypatch.setattr(making, "result_of", lambda _cell, _steps: Result({"demo": Outcome(1, 0)}))
    making.main(["2.18", "3.11"])
    written = (tmp_path / "matrix.md").read_text()
    assert "| 2.18 | 3.13 | not run: no Python 3.13 on this machine |" in written
    assert "| 2.19 | 3.11 | not run |" in written


def test_pythons_behind_wrapper_scripts_are_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("shims", "bin"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "python3.9").symlink_to(sys.executable)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setenv("RUNNER_TOOL_CACHE", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", f"{tmp_path}/shims")
    assert making.here() == {}
    monkeypatch.setenv("PATH", f"{tmp_path}/shims:{tmp_path}/bin")
    assert making.here() == {"3.9": f"{tmp_path}/bin/python3.9"}


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([Result({"demo": Outcome(1, 0)}), Result(reason="not run")], 0),
        ([Result({"demo": Outcome(1, 0)}), Result({"demo": Outcome(0, 1)})], 1),
        ([Result({"set-up": Outcome(0, 1)}, reason="could not be made"), Result({"demo": Outcome(1, 0)})], 1),
        ([Result(reason="not run"), Result(reason="not run")], 1),
    ],
    ids=["good", "a test failed", "a set-up failed", "nothing tested"],
)
def test_a_run_fails_with_a_test_and_without_any(
    results: list[Result], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "OUTPUT", tmp_path / "matrix")
    monkeypatch.setattr(making, "PAGE", tmp_path / "matrix.md")
    monkeypatch.setattr(making, "result_of", lambda _cell, _steps: results.pop(0))
    assert making.main(["2.18"]) == status
    assert "| 2.18 | 3.11 |" in (tmp_path / "matrix.md").read_text()


def test_a_step_that_is_run_again_takes_the_place_of_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "OUTPUT", tmp_path / "matrix")
    monkeypatch.setattr(making, "PAGE", tmp_path / "matrix.md")
    making.keep(OLD, Result({"sanity": Outcome(20, 1), "demo": Outcome(1, 0)}))
    run: list[list[str]] = []

    def result_of(_cell: Cell, steps: list[str]) -> Result:
        run.append(steps)
        return Result({"sanity": Outcome(21, 0)}, {"Python": "3.11.7"})

    monkeypatch.setattr(making, "result_of", result_of)
    assert making.main(["2.18", "3.11", "sanity"]) == 0
    assert run == [["sanity"]]
    kept = making.results()[OLD.name]
    assert kept == Result({"sanity": Outcome(21, 0), "demo": Outcome(1, 0)}, {"Python": "3.11.7"})


def test_words_that_choose_nothing_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert making.main(["2.17"]) == 2
    assert "2.17" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cell", "requirement"),
    [
        (OLD, "ansible-core~=2.18.0.dev0"),
        (Cell("core", "devel", "3.14"), making.DEVELOPMENT),
        (Cell("cryptography", "", "3.11", "38"), "cryptography==38.*"),
        (Cell("cryptography", "", "3.11", "newest"), "cryptography"),
    ],
)
def test_a_cell_differs_in_one_requirement(cell: Cell, requirement: str) -> None:
    assert making.wanted(cell) == requirement


def test_a_command_that_takes_too_long_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "LIMIT", 0.1)
    assert not making.run([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, tmp_path / "log")
    assert "Ended after" in (tmp_path / "log").read_text()


def test_the_environment_of_a_cell_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANSIBLE_HOME", "NOX_CURRENT_SESSION", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "of the run")
    script = "import os; print(*sorted(n for n in os.environ if n.startswith(('ANSIBLE', 'NOX', 'VIRTUAL', 'MORE'))))"
    assert making.run([sys.executable, "-c", script], tmp_path, tmp_path / "log", MORE="one")
    assert (tmp_path / "log").read_text().split() == ["ANSIBLE_COLLECTIONS_PATH", "MORE"]
