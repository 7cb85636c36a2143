# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates are installed on disks that fill up, fail or go away, by tasks that are killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.support.figures import Figures
from tests.support.playbooks import environment
from tests.tools.dependencies import ROOT, VENV
from tests.world.programs import Missing, find, install

from .counts import MISSED, PROBLEMS, TRIED
from .worker import FOUND

pytestmark = pytest.mark.reliability("Installing certificates on bad disks")

NO_STRACE = "strace is missing (package strace)"
NO_MOUNTS = "no file system may be mounted here"
Found = dict[str, Any]


@pytest.fixture(scope="module")
def found(directory: Path, short: bool, seed: int, figures: Figures) -> Found:
    """What the worker found, and why something was left out, by what it needs."""
    strace, namespace = _strace(), _namespace(directory / "probe")
    words = [str(directory), "short" if short else "long", str(seed), strace or "-", "mounts" if namespace else "-"]
    subprocess.run(
        [*namespace, sys.executable, "-m", "tests.reliability.disk.worker", *words],
        cwd=ROOT,
        env=environment(directory, PYTHONPATH=str(VENV / "collections")),
        check=True,
    )
    content: Found = json.loads((directory / FOUND).read_text())
    no_strace = content.pop("no_strace") if strace else NO_STRACE
    figures.record(MISSED, content["counts"].get(MISSED, 0))
    for name, calls in content["calls"].items():
        figures.row(("task", "calls that touch the store"), name, calls)
    return {**content, "left_out": {"": "", "strace": no_strace, "mounts": "" if namespace else NO_MOUNTS}}


def _strace() -> str | None:
    """The path of strace, installed first where root may do that."""
    if not find("strace") and os.geteuid() == 0 and find("apt-get"):
        with suppress(Missing):
            install(["strace"])
    return find("strace")


def _namespace(probe: Path) -> list[str]:
    """A command that gives another one mounts of its own; empty where that is not possible."""
    unshare = find("unshare")
    probe.mkdir()
    for words in ([], ["--user", "--map-root-user"]):
        command = [str(unshare), *words, "--mount"]
        mount = [*command, "mount", "-t", "tmpfs", "none", str(probe)]
        if unshare and subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            return command
    return []


@pytest.mark.parametrize("what", TRIED)
def test_was_tried(found: Found, figures: Figures, what: str) -> None:
    reason = found["left_out"][TRIED[what]]
    if reason:
        pytest.skip(reason)
    figures.tried(what, found["counts"].get(what, 0))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_there_are_none(found: Found, figures: Figures, problem: str) -> None:
    figures.none(problem, found["problems"][problem])
