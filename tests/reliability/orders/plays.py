# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the part orders, and how their tasks ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.core.gate import Keys
from tests.tools.dependencies import ROOT
from tests.world.children import Child, start

from .orders_cases import REQUEST_TIMEOUT, Case
from .playbooks import surroundings

CALLBACKS = ROOT / "tests" / "reliability" / "callback"
# The runs of a case, by the names of their tasks.
FIRST, NEXT, CHECK = RUNS = ("first run", "next run", "check run")
# Seconds. The runs after the one with the fault have time to wait for what it may have done.
NEXT_PATIENCE = 120
FORKS = 16
# Most tasks wait most of the time; who looks a thousand times a second takes the machine from the others.
SETTINGS = "[defaults]\ninternal_poll_interval = 0.02\n"

Play = dict[str, Any]


@dataclass(frozen=True)
class Ending:
    """How a task ended, as Ansible saw it."""

    seconds: float
    failed: bool
    result: Mapping[str, Any]


def variables(case: Case, address: str, state: Path, csr: str, ca_file: Path) -> dict[str, Any]:
    """What a host is told of its case. The check run takes the quicker way."""
    keys = Keys()
    return {
        "direct": {FIRST: case.way == "direct", NEXT: case.way == "direct", CHECK: True},
        "patience": {FIRST: case.patience, NEXT: NEXT_PATIENCE, CHECK: NEXT_PATIENCE},
        "state_folder": str(state),
        "wish": {
            "endpoint": address,
            "access_key_id": keys.access_key_id,
            "access_key_secret": keys.access_key_secret,
            "request_timeout": REQUEST_TIMEOUT,
            **case.workflow.wish,
            **({"csr_content": csr} if case.workflow.own_key else {}),
            **({"ca_path": str(ca_file)} if case.trouble.tls else {}),
        },
    }


def write(folder: Path, module: str, hosts: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what processes need: settings, an inventory, and playbooks for the first run and for the others."""
    common = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    (folder / "ansible.cfg").write_text(SETTINGS)
    (folder / "inventory.yml").write_text(json.dumps({"all": {"vars": common, "hosts": hosts}}))
    (folder / "first.yml").write_text(json.dumps([_play(module, FIRST)]))
    (folder / "next.yml").write_text(json.dumps([_play(module, NEXT, CHECK)]))


def _play(module: str, *runs: str) -> Play:
    return {"name": "Orders", "hosts": "all", "gather_facts": False, "tasks": [_task(module, run) for run in runs]}


def _task(module: str, run: str) -> Play:
    """One task, with all that hosts differ in as variables."""
    names = ["endpoint", "access_key_id", "access_key_secret", "ca_path", "request_timeout", "domains", "csr_content"]
    names += ["product_code", "contact", "wait_for", *(["state"] if module.endswith(".cas_order") else [])]
    options = {name: f"{{{{ wish.{name} | default(omit) }}}}" for name in names}
    return {
        "name": run,
        module: {**options, "wait_timeout": f"{{{{ patience['{run}'] }}}}", "poll_interval": "0.2"},
        "environment": {"XDG_STATE_HOME": "{{ state_folder }}"},
        "vars": {"certops_alicloud_direct": f"{{{{ direct['{run}'] }}}}"},
        "check_mode": run == CHECK,
        "ignore_errors": True,
    }


def play(folder: Path, book: str, cases: Sequence[Case], name: str) -> Child:
    """Start a playbook for some of the cases."""
    hosts = folder / f"{name}.hosts"
    hosts.write_text("\n".join(case.name for case in cases))
    environment = surroundings(
        folder,
        ANSIBLE_FORKS=str(FORKS),
        ANSIBLE_REMOTE_TMP=str(folder / "tmp" / "modules"),
        ANSIBLE_CALLBACK_PLUGINS=str(CALLBACKS),
        ANSIBLE_CALLBACKS_ENABLED="endings",
        CERTOPS_ENDINGS=str(folder / f"{name}.jsonl"),
    )
    words = ["ansible-playbook", "-i", "inventory.yml", "--limit", f"@{hosts}", f"{book}.yml"]
    return start(words, folder / f"{name}.log", folder, environment)


def endings(folder: Path, name: str) -> dict[tuple[str, str], Ending]:
    """How the tasks of a playbook ended, by host and task."""
    file = folder / f"{name}.jsonl"
    entries = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return {
        (entry["host"], entry["task"]): Ending(entry["seconds"], entry["failed"], entry["result"]) for entry in entries
    }
