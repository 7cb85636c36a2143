# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The molecule scenarios: all of them in one world, two at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.tools.dependencies import ROOT
from tests.tools.outcome import Ledger, Outcome, judge_molecule, read_ledger

SCENARIOS = ROOT / "extensions" / "molecule"
REPORT = ROOT / "tests" / "output" / "molecule"
# The longest first, so that none of them runs alone at the end.
LONGEST = ("plays", "resume", "bad_days", "first_issue")
# What these try on real machines, unit tests try without them: TESTS=short leaves them out.
LONG = frozenset({"by_name", "forms", "instances", "refused"})


def names() -> list[str]:
    """Return the names of the scenarios, the longest first."""
    left_out = LONG if os.environ.get("TESTS") == "short" else frozenset()
    found = sorted({file.parent.name for file in SCENARIOS.glob("*/molecule.yml")} - left_out)
    return sorted(found, key=lambda name: LONGEST.index(name) if name in LONGEST else len(LONGEST))


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """Give the environment of one run: a world and a home of its own, which end with it."""
    # Directly below /tmp: a socket's path has room for about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="certops-", dir="/tmp") as directory:
        environment = {
            "ANSIBLE_ASYNC_DIR": f"{directory}/async",
            "ANSIBLE_HOME": f"{directory}/home",
            "CERTOPS_RUNNER": str(os.getpid()),
            "CERTOPS_WORLD": f"{directory}/world",
            "XDG_STATE_HOME": f"{directory}/state",
        }
        try:
            yield environment
        finally:
            stop = [sys.executable, "-m", "tests.world", "stop"]
            outer = {**os.environ, **environment}
            subprocess.run(stop, cwd=ROOT, env=outer, check=False, stdout=subprocess.DEVNULL)


def command(chosen: Iterable[str], *options: str) -> list[str]:
    """Return the command that runs some scenarios."""
    return ["molecule", "test", *options, *(f"--scenario-name={name}" for name in chosen)]


def judge(tool_succeeded: bool, log: str, chosen: Iterable[str]) -> Outcome:
    """Judge a run of some scenarios by molecule's output and by what each scenario recorded."""
    outcome = judge_molecule(tool_succeeded, log, ledgers(), frozenset(chosen))
    return replace(outcome, notes=(*outcome.notes, *numbers()))


def ledgers() -> dict[str, Ledger]:
    """Return what each scenario recorded."""
    return {
        directory.name: read_ledger(file.read_text() for file in directory.glob("*.jsonl"))
        for directory in REPORT.glob("*")
        if directory.is_dir()
    }


def numbers() -> list[str]:
    """Return the numbers of handshakes and killed runs."""
    notes = []
    shaken, killed = REPORT / "renewal" / "handshakes.json", REPORT / "resume" / "killed.json"
    if shaken.exists():
        servers = json.loads(shaken.read_text())
        count, failures = sum(server["count"] for server in servers), sum(len(server["failures"]) for server in servers)
        notes.append(f"{count} handshakes around renewals, {failures} of them failed")
    if killed.exists():
        notes.append(f"{len(json.loads(killed.read_text()))} runs were killed, each after another step")
    return notes
