# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down when plays, tasks and the items of loops came to their ends, as the controller sees it."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: stopwatch
type: aggregate
short_description: Write down how long everything took
description:
  - Writes a line of JSON for each task, into the file that E(CERTOPS_STOPWATCH) names.
requirements:
  - It has to be enabled.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """One record for each task of each play; all times are seconds of one clock."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stopwatch"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file = open(os.environ["CERTOPS_STOPWATCH"], "a", encoding="utf-8")  # noqa: SIM115
        self._play = 0
        self._task: dict[str, Any] | None = None

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._close()
        self._play += 1
        self._name = play.get_name()

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool = False) -> None:
        self._close()
        record = {"play": self._play, "play_name": self._name, "task": task.get_name(), "action": task.action}
        self._task = {**record, "start": time.monotonic(), "items": [], "ends": [], "failed": 0, "said": None}

    v2_playbook_on_handler_task_start = v2_playbook_on_task_start

    def _item(self, result: Any) -> None:
        assert self._task is not None
        self._task["items"].append(time.monotonic())

    v2_runner_item_on_ok = v2_runner_item_on_failed = _item

    def _end(self, result: Any) -> None:
        assert self._task is not None
        self._task["ends"].append(time.monotonic())
        self._task["said"] = result._result.get("stdout")

    v2_runner_on_ok = _end

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._end(result)
        assert self._task is not None
        self._task["failed"] += 1

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._close()
        self._file.flush()

    def _close(self) -> None:
        """Write the task that is over, unless every host skipped it."""
        if self._task is not None:
            self._file.write(json.dumps(self._task) + "\n")
        self._task = None
