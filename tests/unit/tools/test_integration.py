# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both runs of the integration targets start from the same state and are recorded apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.integration import called, prepare, recorded, reports, shorten, targets, ways
from tests.tools.waiting import SETTINGS


def test_targets_that_only_prepare_others_are_not_run(tmp_path: Path) -> None:
    for name in ("order", "record", "setup_emulator", "prepare_tests"):
        (tmp_path / "tests" / "integration" / "targets" / name).mkdir(parents=True)
    assert targets(tmp_path) == {"order", "record"}


@pytest.mark.parametrize(("way", "direct"), [("shipped", "false"), ("direct", "true")])
def test_a_run_is_prepared(way: str, direct: str, tmp_path: Path) -> None:
    """What an earlier run left is gone, and the new one has its way and its place for records set."""
    copy, recordings = tmp_path / "copy", tmp_path / "recordings"
    for stale in (copy / "tests" / "output" / "data" / "integration-1.json", recordings / "order.jsonl"):
        stale.parent.mkdir(parents=True)
        stale.touch()
    (copy / "tests" / "integration").mkdir()
    prepare(copy, way, recordings)
    assert reports(copy) == []
    assert list(recordings.iterdir()) == []
    directory = copy / "tests" / "integration"
    assert f"certops_alicloud_direct: {direct}\n" in (directory / "integration_config.yml").read_text()
    settings = (directory / "integration.cfg").read_text()
    assert settings.startswith(SETTINGS)
    assert f"[callback_recording]\ndirectory = {recordings}\n" in settings
    assert f"vault_password_file = {directory}/targets/both_ways/" in settings


def test_another_python_runs_what_is_shipped(tmp_path: Path) -> None:
    directory = tmp_path / "copy" / "tests" / "integration"
    directory.mkdir(parents=True)
    assert list(ways("/opt/python3.9")) == ["shipped"]
    prepare(tmp_path / "copy", "shipped", tmp_path / "recordings", "/opt/python3.9")
    settings = (directory / "integration_config.yml").read_text()
    assert 'ansible_python_interpreter: "/opt/python3.9"\n' in settings
    assert "certops_alicloud_direct: false\n" in settings
    assert list(ways(None)) == ["shipped", "direct"]


def test_lines_of_coverage_are_removed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\nCoverage file for platform x\ntwo\n")
    shorten(log)
    assert log.read_text() == "one\ntwo\n"


def test_calls_are_read_by_target(tmp_path: Path) -> None:
    for name, text in {"order.calls": "one", "order.jsonl": "two"}.items():
        (tmp_path / name).write_text(text)
    assert called(tmp_path) == {"order": "one"}


def test_results_are_read_by_target(tmp_path: Path) -> None:
    (tmp_path / "order.jsonl").write_text('{"kind": "ok"}\n')
    log = tmp_path / "log"
    log.write_text("Running order integration test role\n[WARNING]: Mind the gap.\n")
    run = recorded(tmp_path, log)["order"]
    assert run.results == ({"kind": "ok"},)
    assert run.messages == ("[WARNING]: Mind the gap.",)
