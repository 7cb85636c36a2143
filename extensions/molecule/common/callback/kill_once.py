# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills its own ansible-playbook and all child processes after the first task where no earlier run was killed."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: kill_once
type: aggregate
short_description: Kill the run after a task
description:
  - Sends SIGKILL to the process group when a task has ended, unless an earlier run was killed there. The file that
    E(CERTOPS_KILLED) names is a list of these tasks.
  - Skipped tasks and tasks that change nothing outside of Ansible are left out.
requirements:
  - It has to be enabled.
"""

# These change nothing outside of Ansible.
HARMLESS = ("assert", "debug", "fail", "include_role", "include_tasks", "meta", "set_fact", "validate_argument_spec")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kill_once"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook) -> None:
        self._file = Path(os.environ["CERTOPS_KILLED"])
        self._points = json.loads(self._file.read_text())

    def v2_runner_on_ok(self, result) -> None:
        task = result._task
        if task.action.rpartition(".")[2] in HARMLESS:
            return
        # Included with other values, it is another task: the same one publishes and removes the validation record.
        values = [value for value in task.get_vars().values() if isinstance(value, str) and value.isalpha()]
        point = " ".join([task.get_name(), *values])
        if point not in self._points:
            self._file.write_text(json.dumps([*self._points, point], indent=2))
            os.killpg(0, signal.SIGKILL)
