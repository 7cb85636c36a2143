# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The integration targets, run twice: every module shipped, and every module in Ansible's worker.

ansible-test passes on nothing but two files of tests/integration: which way modules go, and where results are recorded,
is set there. With -vvv, Ansible's output tells which way each module took.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tests.tools.both_ways import Run, read_runs
from tests.tools.waiting import SETTINGS

WAYS = ("shipped", "direct")


def targets(root: Path) -> set[str]:
    """Return the names of the integration targets, without those that only prepare others."""
    directories = (root / "tests" / "integration" / "targets").glob("*")
    return {directory.name for directory in directories if not directory.name.startswith(("prepare_", "setup_"))}


def ways(target_python: str | None) -> Sequence[str]:
    """Return in which ways targets are run: another Python than Ansible's own can only be given what is shipped."""
    return WAYS[:1] if target_python else WAYS


def prepare(copy: Path, way: str, recordings: Path, target_python: str | None = None) -> None:
    """Empty the output of a copy of the collection, and set which way modules go and where results are recorded."""
    shutil.rmtree(copy / "tests" / "output", ignore_errors=True)
    shutil.rmtree(recordings, ignore_errors=True)
    recordings.mkdir(parents=True)
    directory = copy / "tests" / "integration"
    variables: dict[str, object] = {"certops_alicloud_direct": way == "direct"}
    if target_python:
        variables["ansible_python_interpreter"] = target_python
    lines = (f"{name}: {json.dumps(value)}\n" for name, value in variables.items())
    (directory / "integration_config.yml").write_text("".join(["---\n", *lines]))
    settings = [
        f"callback_plugins = {directory / 'callbacks'}",
        # Since ansible-core 2.21, results tell of the options of a task only where that is asked for.
        "inject_invocation = true",
        # The ansible-test of 2.18 sets no variable for a target that could say so.
        f"vault_password_file = {directory / 'targets' / 'both_ways' / 'files' / 'password.txt'}",
        # Templates give numbers and lists, as they do by themselves since 2.19.
        *["jinja2_native = true"] * version("ansible-core").startswith("2.18."),
        "[callback_recording]",
        f"directory = {recordings}",
    ]
    (directory / "integration.cfg").write_text("\n".join([SETTINGS.rstrip(), *settings, ""]))


def shorten(log: Path) -> None:
    """Remove the lines that tell, with -vvv, of each file of coverage: most lines are of that kind."""
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(line for line in lines if not line.startswith("Coverage file for platform")))


def reports(copy: Path) -> list[str]:
    """Return what ansible-test wrote about the targets that passed."""
    return [report.read_text() for report in (copy / "tests" / "output" / "data").glob("integration-*.json")]


def recorded(recordings: Path, log: Path) -> dict[str, Run]:
    """Read the results of one of the two runs, by target."""
    return read_runs({file.stem: file.read_text() for file in recordings.glob("*.jsonl")}, log.read_text())


def called(recordings: Path) -> dict[str, str]:
    """Read what the tasks of each target called."""
    return {file.stem: file.read_text() for file in recordings.glob("*.calls")}
