# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the result of each task of the collection, so that two runs of the same tasks can be compared."""

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
        self._write("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False) -> None:
        self._write("failed, and ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result) -> None:
        self._write("skipped", result)

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
