# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account that remembers when it was called, and how."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.emulator.core.dials import Dials, turn
from tests.emulator.core.emulator import Emulator
from tests.emulator.core.reply import Reply
from tests.emulator.core.world import World
from tests.emulator.orders.ca import Authority

FREE = "digicert-free-1-free"
CREATES = ("CreateCertificateForPackageRequest", "CreateCertificateWithCsrRequest", "CreateCertificateRequest")
REVOKE = "CancelCertificateForPackageRequest"
LIST = "ListUserCertificateOrder"
_LATEST = 60.0


@dataclass(frozen=True)
class Seen:
    """A call: when it came (seconds of a monotonic clock), what it asked for, and the status of its answer."""

    at: float
    action: str
    parameters: Mapping[str, str]
    status: int
    throttled: bool


class Watched(Emulator):
    """An emulator with its own log."""

    def __init__(self, authority: Authority | None = None, units: int = 1000, **dials: Any) -> None:
        world = World(authority=authority or Authority(), dials=turn(Dials(), dials), quota={FREE: units})
        super().__init__(world)
        self.seen: list[Seen] = []
        self._gate: threading.Barrier | None = None

    def hold(self, askers: int) -> None:
        """Hold the first lists back until so many ask for one: all of them see the same."""
        self._gate = threading.Barrier(askers)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        at = time.monotonic()
        action = {name.lower(): value for name, value in headers.items()}.get("x-acs-action", "")
        reply = super().handle(method, target, headers, body)
        if action == LIST and self._gate:
            with contextlib.suppress(threading.BrokenBarrierError):
                self._gate.wait(_LATEST)
            self._gate = None
        if action:
            parameters = dict(parse_qsl(target.partition("?")[2]) + parse_qsl(body.decode()))
            self.seen.append(Seen(at, action, parameters, reply.status, b"Throttling" in reply.body))
        return reply

    def made(self) -> int:
        """Orders that were ever made."""
        return len(self.world.orders)

    def left(self) -> list[str]:
        """The orders that are there, whatever lists show at the moment."""
        return [str(order.number) for order in self.world.present()]

    def environment(self, url: str) -> dict[str, str]:
        """What points a run at it."""
        return {
            "ALIBABA_CLOUD_CAS_ENDPOINT": url,
            "ALIBABA_CLOUD_ALIDNS_ENDPOINT": url,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": self.keys.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": self.keys.access_key_secret,
        }


def actions(seen: Sequence[Seen], *names: str) -> list[Seen]:
    """The calls of some operations."""
    return [call for call in seen if call.action in names]
