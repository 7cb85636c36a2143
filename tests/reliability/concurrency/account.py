# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that records when it was called, and how."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from playbooks.files.emulator.core.dials import Dials, turn
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.world import World

FREE = "digicert-free-1-free"
CREATES = ("CreateCertificateForPackageRequest", "CreateCertificateWithCsrRequest", "CreateCertificateRequest")
REVOKE = "CancelCertificateForPackageRequest"
LIST, LIST_INSTANCES = "ListUserCertificateOrder", "ListInstances"
_LONGEST_HOLD = 600.0


@dataclass(frozen=True)
class Recorded:
    """A call: when it came (seconds of a monotonic clock), what it asked for, and whether it was throttled."""

    at: float
    action: str
    parameters: Mapping[str, str]
    throttled: bool


class RecordingAccount(Emulator):
    """An emulator with a log of its own."""

    def __init__(self, **dials: Any) -> None:
        super().__init__(World(dials=turn(Dials(), dials), quota={FREE: 1000}))
        self.recorded: list[Recorded] = []
        self._gate: threading.Barrier | None = None
        self._held = ""

    def hold(self, tasks: int, action: str = LIST) -> None:
        """Hold the first lists back until so many tasks ask for one: all of them see the same."""
        self._gate, self._held = threading.Barrier(tasks), action

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        at = time.monotonic()
        action = {name.lower(): value for name, value in headers.items()}.get("x-acs-action", "")
        reply = super().handle(method, target, headers, body)
        if action == self._held and self._gate:
            with contextlib.suppress(threading.BrokenBarrierError):
                self._gate.wait(_LONGEST_HOLD)
            self._gate = None
        if action:
            parameters = dict(parse_qsl(target.partition("?")[2]) + parse_qsl(body.decode()))
            self.recorded.append(Recorded(at, action, parameters, b"Throttling" in reply.body))
        return reply

    def made(self) -> int:
        """Orders that were ever made."""
        return len(self.world.orders)

    def left(self) -> int:
        """Orders that are there, whatever lists show at the moment."""
        return len(self.world.present())

    def environment(self, url: str) -> dict[str, str]:
        """What points a run at it."""
        return {
            "ALIBABA_CLOUD_CAS_ENDPOINT": url,
            "ALIBABA_CLOUD_ALIDNS_ENDPOINT": url,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": self.keys.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": self.keys.access_key_secret,
        }


def calls(recorded: Sequence[Recorded], *actions: str) -> list[Recorded]:
    """The calls of some operations."""
    return [call for call in recorded if call.action in actions]
