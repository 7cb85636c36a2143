# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the cases, and how their tasks ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbooks.files.emulator.core.gate import Keys
from tests.support.playbooks import Play, environment, start_plays
from tests.world.children import Child

from .cases import Case
from .faults import REQUEST_TIMEOUT

CALLBACKS = Path(__file__).parent / "callback"
# The runs of a case, by the names of their tasks.
FIRST, NEXT, CHECK = RUNS = ("first run", "next run", "check run")
# Seconds. The runs after the one with the fault have time to wait for what it may have done, and for a busy machine.
NEXT_TIMEOUT, NEXT_REQUEST_TIMEOUT = 120, 20.0
FORKS = "8"


@dataclass(frozen=True)
class TaskResult:
    """How a task ended, as Ansible saw it."""

    seconds: float
    failed: bool
    result: Mapping[str, Any]


def variables(case: Case, options: Mapping[str, Any], state: Path) -> dict[str, Any]:
    """The variables of the host of a case. The check run takes the quicker way."""
    keys = Keys()
    return {
        "direct": {FIRST: case.way == "direct", NEXT: case.way == "direct", CHECK: True},
        "timeout": {FIRST: case.timeout, NEXT: NEXT_TIMEOUT, CHECK: NEXT_TIMEOUT},
        "patience": {FIRST: REQUEST_TIMEOUT, NEXT: NEXT_REQUEST_TIMEOUT, CHECK: NEXT_REQUEST_TIMEOUT},
        "state_directory": str(state),
        "wanted": {
            "access_key_id": keys.access_key_id,
            "access_key_secret": keys.access_key_secret,
            **options,
        },
    }


def start_tasks(directory: Path, tasks: Sequence[Play], hosts: Sequence[str], name: str) -> Child:
    """Start a playbook with these tasks for some hosts."""
    limit = directory / f"{name}.hosts"
    limit.write_text("\n".join(hosts))
    play: Play = {"name": "Runs", "hosts": "all", "gather_facts": False, "tasks": tasks}
    around = environment(directory, ANSIBLE_FORKS=FORKS, **noted(directory, name))
    return start_plays(directory, name, [play], around, ["--limit", f"@{limit}"])[0]


def task(module: str, names: Iterable[str], run: str) -> Play:
    """One task, with all that hosts differ in as variables: the options that any of them has."""
    options = {name: f"{{{{ wanted.{name} | default(omit) }}}}" for name in names}
    return {
        "name": run,
        module: {
            **options,
            "wait_timeout": f"{{{{ timeout['{run}'] }}}}",
            "request_timeout": f"{{{{ patience['{run}'] }}}}",
            "poll_interval": "0.2",
        },
        "environment": {"XDG_STATE_HOME": "{{ state_directory }}"},
        "vars": {"certops_alicloud_direct": f"{{{{ direct['{run}'] }}}}"},
        "check_mode": run == CHECK,
        "ignore_errors": True,
    }


def noted(directory: Path, name: str) -> dict[str, str]:
    """What makes a playbook write down how its tasks end."""
    return {
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "task_results",
        "CERTOPS_TASK_RESULTS": str(directory / f"{name}.jsonl"),
    }


def read_results(directory: Path, name: str) -> dict[tuple[str, str], TaskResult]:
    """How the tasks of a playbook ended, by host and task."""
    file = directory / f"{name}.jsonl"
    entries = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return {
        (entry["host"], entry["task"]): TaskResult(entry["seconds"], entry["failed"], entry["result"])
        for entry in entries
    }
