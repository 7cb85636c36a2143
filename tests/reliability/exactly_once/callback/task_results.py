# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down how each task ended on each host, and how long it took."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_results
type: aggregate
short_description: Write down how tasks ended
description:
  - Writes a line of JSON for each host and task, into the file that E(CERTOPS_TASK_RESULTS) names.
requirements:
  - It has to be enabled.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """One line for each ending: the host, the seconds since its start, whether it failed, and the result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "task_results"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file = open(os.environ["CERTOPS_TASK_RESULTS"], "a", encoding="utf-8")  # noqa: SIM115
        self._begun: dict[str, float] = {}

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._begun[host.get_name()] = time.monotonic()

    def _end(self, result: Any, failed: bool) -> None:
        name = result._host.get_name()
        seconds = time.monotonic() - self._begun.get(name, 0.0)
        entry = {
            "host": name,
            "task": result._task.get_name(),
            "seconds": seconds,
            "failed": failed,
            "result": result._result,
        }
        self._file.write(json.dumps(entry, default=repr) + "\n")
        self._file.flush()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._end(result, False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._end(result, True)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._end(result, True)
