# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills its own ansible-playbook and all child processes after the first step where no earlier run was killed."""

from __future__ import annotations

import functools
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

from ansible_collections.certops.alicloud.plugins.action.certificate import ActionModule
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client

DOCUMENTATION = """
name: kill_once
type: aggregate
short_description: Kill the run after a step of the module certificate
description:
  - Sends SIGKILL to the run and its workers when a call of the API or a step on the host has ended, unless an earlier
    run was killed there. The file that E(CERTOPS_KILLED) names is a list of these steps.
requirements:
  - It has to be enabled.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "kill_once"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_start(self, playbook) -> None:
        """The workers are forks of this process, and have what is put in place here."""
        run = os.getpid()
        ActionModule.step = killing(run, ActionModule.step, lambda name, options: [name, options.get("state", "")])
        Client.call = killing(run, Client.call, lambda action, params: [action])


def killing(run: int, function: Callable[..., Any], words: Callable[[str, Any], list[str]]) -> Callable[..., Any]:
    """The function, after which the run ends where none ended before."""

    @functools.wraps(function)
    def wrapped(actor: Any, name: str, values: Any, *others: Any) -> Any:
        result = function(actor, name, values, *others)
        kill(run, " ".join(filter(None, words(name, values))))
        return result

    return wrapped


def kill(run: int, point: str) -> None:
    file = Path(os.environ["CERTOPS_KILLED"])
    points = json.loads(file.read_text())
    if point not in points:
        file.write_text(json.dumps([*points, point], indent=2))
        os.killpg(run, signal.SIGKILL)
        os.killpg(0, signal.SIGKILL)  # a worker may be in a process group of its own
