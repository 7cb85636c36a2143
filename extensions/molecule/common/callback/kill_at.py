# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills its own ansible-playbook and all that belongs to it, after the n-th task that can change anything."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: kill_at
type: aggregate
short_description: Kill the run at a task
description:
  - Sends SIGKILL to the process group when the task whose number E(CERTOPS_KILL_AT) holds has come to an end, before
    anything else is done.
  - Tasks that were skipped and those that leave the world as it is are not counted.
requirements:
  - It has to be enabled.
"""

# These happen inside of the run alone.
HARMLESS = ("assert", "debug", "fail", "include_role", "include_tasks", "meta", "set_fact", "validate_argument_spec")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kill_at"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._left = int(os.environ.get("CERTOPS_KILL_AT", "0"))

    def v2_runner_on_ok(self, result) -> None:
        task = result._task
        if task.action.rpartition(".")[2] in HARMLESS:
            return
        self._left -= 1
        if self._left == 0:
            point = {"task": task.get_name(), "action": task.action}
            Path(os.environ["CERTOPS_KILL_REPORT"]).write_text(json.dumps(point))
            os.killpg(0, signal.SIGKILL)
