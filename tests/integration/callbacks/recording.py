# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the result of each task of the collection, so that two runs of the same tasks can be compared.

Beside them, in files of their own because they depend on time, the operations that the emulator was called for.
"""

from __future__ import annotations

import json
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recording
type: aggregate
short_description: Record the results of the collection's tasks
description:
  - One line of JSON for each result, in a file that is named after the target of ansible-test.
options:
  directory:
    description: Where the files go.
    type: path
    required: true
    ini:
      - {section: callback_recording, key: directory}
"""

OURS = "certops.alicloud."


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recording"

    def v2_playbook_on_start(self, playbook) -> None:
        # ansible-test names its playbook after the target, and appends a dash and random letters.
        target = Path(playbook._file_name).stem.rpartition("-")[0]
        self._file = Path(self.get_option("directory"), f"{target}.jsonl")
        self._log, self._read = None, 0

    def _end(self, kind: str, result) -> None:
        """Record the end of a task, with what was called for it."""
        self._write(kind, result)
        task, calls = result._task, self._called()
        action = task.resolved_action or task.action
        # The role that starts the emulator says by a fact where it logs its calls.
        log = (result._result.get("ansible_facts") or {}).get("emulator_log")
        if log:
            self._log, self._read = Path(log), 0
        if not action.startswith(OURS):
            return
        runs = [result._result, *(result._result.get("results") or ())]
        arguments = [(run.get("invocation") or {}).get("module_args") or {} for run in runs if isinstance(run, dict)]
        states = sorted({each["state"] for each in arguments if isinstance(each.get("state"), str)})
        given = str(task.args.get("state", "present"))
        if not states and "{{" not in given and "_variable_params" not in task.args:
            states = [given]
        entry = {"task": task.get_name(), "action": action, "states": states, "calls": calls}
        with self._file.with_suffix(".calls").open("a") as file:
            file.write(json.dumps({**entry, "runs_on": bool(task.async_val)}) + "\n")

    def _called(self) -> list[str]:
        """What the emulator was called for since the last task: a line has an operation and a code."""
        if self._log is None or not self._log.exists():
            return []
        with self._log.open() as file:
            file.seek(self._read)
            words = [line.split() for line in file.readlines()]
            self._read = file.tell()
        return sorted({line[0] for line in words if len(line) == 2})

    def _write(self, kind: str, result) -> None:
        task = result._task
        action = task.resolved_action or task.action
        if not action.startswith(OURS):
            return
        entry = {
            "place": task.get_path().rpartition("/targets/")[2],
            "task": task.get_name(),
            "action": action,
            "host": result._host.get_name(),
            "kind": kind,
            "label": result._result.get("_ansible_item_label"),
            "check_mode": task.check_mode,
            "diff_mode": task.diff,
            "result": result._result,
        }
        with self._file.open("a") as file:
            file.write(json.dumps(entry, default=lambda value: f"{type(value).__name__} {value!r}") + "\n")

    def v2_runner_on_ok(self, result) -> None:
        self._end("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False) -> None:
        self._end("failed, and ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result) -> None:
        self._end("skipped", result)

    def v2_runner_on_unreachable(self, result) -> None:
        self._write("unreachable", result)

    def v2_runner_retry(self, result) -> None:
        self._write("retried", result)

    def v2_runner_item_on_ok(self, result) -> None:
        self._write("item ok", result)

    def v2_runner_item_on_failed(self, result) -> None:
        self._write("item failed", result)

    def v2_runner_item_on_skipped(self, result) -> None:
        self._write("item skipped", result)
