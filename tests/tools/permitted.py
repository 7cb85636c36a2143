# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the calls that tasks really made with the RAM policy that the playbook ram_policy prints for them.

Pure. The callback recording has a line of JSON for each task: its module, the states that it was given, whether it went
on beside later tasks, and the operations that the emulator was called for until it ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from plugins.module_utils._permissions import PERMISSIONS
from tests.tools.outcome import Outcome

OURS = "certops.alicloud."
# So many of each are named.
SHOWN = 20


def granted(module: str, states: list[str]) -> frozenset[str]:
    """Return the operations that the policies for these states grant; without a known one, those for all."""
    table = PERMISSIONS[module]
    chosen = [table[state] for state in states if state in table] or list(table.values())
    return frozenset(each.partition(":")[2] for permissions in chosen for each in permissions)


def tasks(recording: str) -> Iterator[dict[str, Any]]:
    """Read the tasks of one target that may call the service, each with what was called against its policy."""
    beside: frozenset[str] = frozenset()
    for entry in map(json.loads, recording.splitlines()):
        module = entry["action"].removeprefix(OURS)
        if module not in PERMISSIONS:
            continue
        allowed = granted(module, entry["states"])
        beside |= allowed if entry["runs_on"] else frozenset()
        yield {**entry, "module": module, "refused": sorted(set(entry["calls"]) - allowed - beside)}


def judge_calls(recordings: Mapping[str, str]) -> Outcome | None:
    """Judge the calls of some targets; None where no task was to call anything. What passes or fails are tasks."""
    found = {target: list(tasks(text)) for target, text in recordings.items()}
    all_tasks = [(target, task) for target, entries in sorted(found.items()) for task in entries]
    if not all_tasks:
        return None
    silent = [target for target, entries in found.items() if entries and not any(task["calls"] for task in entries)]
    failed = [(target, task) for target, task in all_tasks if task["refused"]]
    called = {(task["module"], call) for _target, task in all_tasks for call in task["calls"]}
    notes = [f"RAM policies: {len(called)} operations of modules called, {len(failed)} tasks called more than granted"]
    notes += (
        f"  {target}: {task['task']}: {task['module']} called {', '.join(task['refused'])}"
        for target, task in failed[:SHOWN]
    )
    complaint = f"no call was recorded in {', '.join(sorted(silent))}" if silent else ""
    return Outcome(len(all_tasks) - len(failed), len(failed), complaint, tuple(notes))
