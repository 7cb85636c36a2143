# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the result of every task in a file, for the playbooks and the runner."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: ledger
type: aggregate
short_description: Record the results of all tasks
description:
  - One line of JSON for each result, in the directory that E(CERTOPS_REPORT) names, below the name of the scenario.
requirements:
  - It has to be enabled.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "ledger"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook) -> None:
        directory = Path(os.environ["CERTOPS_REPORT"], os.environ["MOLECULE_SCENARIO_NAME"])
        directory.mkdir(parents=True, exist_ok=True)
        name = os.environ.get("CERTOPS_LEDGER") or Path(playbook._file_name).stem
        self._file = (directory / f"{name}.jsonl").open("w", buffering=1)
        self._begin = time.monotonic()
        self._play = ""

    def v2_playbook_on_play_start(self, play) -> None:
        self._play = play.get_name().strip()

    def _write(self, kind: str, result) -> None:
        values, task = result._result, result._task
        entry = {
            "play": self._play,
            "task": task.get_name(),
            "action": task.resolved_action or task.action,
            "host": result._host.get_name(),
            "kind": kind,
            "changed": bool(values.get("changed", False)),
            "check": bool(task.check_mode),
            "msg": values.get("msg", ""),
            "plan": [step["action"] for item in values.get("results", [values]) for step in item.get("plan", [])],
            "seconds": round(time.monotonic() - self._begin, 2),
        }
        self._file.write(json.dumps(entry, default=str) + "\n")

    def v2_runner_on_ok(self, result) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False) -> None:
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result) -> None:
        self._write("unreachable", result)

    def v2_playbook_on_stats(self, stats) -> None:
        end = {"kind": "end", "seconds": round(time.monotonic() - self._begin, 1)}
        self._file.write(json.dumps(end) + "\n")
        self._file.close()
