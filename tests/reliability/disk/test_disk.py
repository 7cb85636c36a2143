# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates are installed on disks that fill up, fail or go away, by tasks that are killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.tools.dependencies import ROOT, VENV
from tests.world.children import NotStarted, start
from tests.world.programs import Missing, find, install

from .disk_words import METHOD, NOT_PROMISED, TITLE, details, figures
from .playbooks import surroundings
from .report import Part, Run

_WAYS: tuple[list[str], ...] = ([], ["--user", "--map-root-user"])


def run(run: Run) -> Part:
    strace, why_not = _strace()
    namespace = _namespace(run.folder)
    run.tell(why_not or "with strace")
    found = _work(run, strace, namespace)
    why_not = why_not or found.get("not_traced", "")
    left_out = {"strace": why_not, "mounts": "" if namespace else "no file system may be mounted here"}
    return Part(TITLE, METHOD, figures(found, left_out), details(found), NOT_PROMISED, found["troubles"])


def _strace() -> tuple[str | None, str]:
    """The path of strace, installed first where root may do that, or else why there is none."""
    if not find("strace") and os.geteuid() == 0 and find("apt-get"):
        with suppress(Missing):
            install(["strace"])
    found = find("strace")
    return found, "" if found else "strace is missing (package strace)"


def _namespace(folder: Path) -> list[str]:
    """A command that gives another one mounts of its own; empty where that is not possible."""
    unshare, place = find("unshare"), folder / "probe"
    place.mkdir()
    for words in _WAYS if unshare and find("mount") else ():
        command = [str(unshare), *words, "--mount"]
        probe = [*command, "mount", "-t", "tmpfs", "none", str(place)]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return command
    return []


def _work(run: Run, strace: str | None, namespace: Sequence[str]) -> Mapping[str, Any]:
    """Let the worker do it all; tell how it goes on."""
    words = [str(run.folder), "short" if run.short else "usual", str(run.seed)]
    words += [strace or "-", "mounts" if namespace else "-"]
    command = [*namespace, sys.executable, "-m", "tests.reliability.disk_worker", *words]
    log = run.folder / "worker.log"
    environment = surroundings(run.folder, PYTHONPATH=str(VENV / "collections"), PYTHONUNBUFFERED="1")
    child = start(command, log, ROOT, environment)
    told = 0
    try:
        while child.poll() is None:
            time.sleep(0.2)
            lines = log.read_text(errors="replace").splitlines()
            for line in lines[told:]:
                run.tell(line)
            told = len(lines)
    finally:
        child.terminate()
        child.wait()
    result = run.folder / "found.json"
    if not result.exists():
        raise NotStarted(f"the worker ended early: {log.read_text(errors='replace').strip()[-2000:]}")
    found: dict[str, Any] = json.loads(result.read_text())
    return found
