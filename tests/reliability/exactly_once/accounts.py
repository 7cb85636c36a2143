# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts, one for each case, and what is told of them after a run."""

from __future__ import annotations

import os
import signal
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.log import Logged
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders.ca import Authority
from tests.support.certificates import csr_pem, new_key
from tests.world.children import descendants

NAME = "www.example.com"
# Lists and searches show what has these names, too; a task must leave it alone.
ISSUED_BESIDE, WAITING_BESIDE = f"my-{NAME}", f"your-{NAME}"
_ESTABLISHED = "01"


class SharedKeys:
    """What all accounts share: a CA, the key that certificates have, and a CSR for the key that they are to get."""

    def __init__(self) -> None:
        self.authority, self.key = Authority(), new_key()
        self.csr = csr_pem(new_key(), NAME)


class Facts(Protocol):
    """What became of an account: judges itself by what the workflow may do."""

    def beyond(self) -> Iterator[tuple[bool, str]]:
        """What was done beyond what was asked for, a sentence for each; true for what was made more than once."""

    def missing(self, result: Mapping[str, Any]) -> str:
        """Why it is not as the workflow wants it, or not as a result says; empty when it is."""


class Account(Emulator):
    """One account. While its clock is frozen, time passes by a second with each call: a workflow makes the same ones.

    ``held`` is called with the seconds when a call is held up; ``pending``: one is held up, to be carried out late.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world, sleep=self._hold)
        self.held: Callable[[float], None] = time.sleep
        self.pending = False
        # The first call of this run, and of the one after it.
        self.begun, self.following = threading.Event(), threading.Event()
        # For each run, whether something that the one before had done did not show yet at its first call.
        self.unseen: list[bool] = []
        self.on_call = self._tick

    @abstractmethod
    def facts(self) -> Facts:
        """What became of it so far."""

    def hides(self) -> bool:
        """Whether something that was done does not show yet."""
        return self.pending

    def _hold(self, seconds: float) -> None:
        self.held(seconds)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Note when a run begins."""
        with self.lock:
            if not self.begun.is_set():
                self.unseen.append(self.hides())
                self.begun.set()
        return super().handle(method, target, headers, body)

    def _tick(self, _call: Logged) -> None:
        with self.lock:
            if self.world.frozen:
                self.world.advance(1.0)

    def end_run(self) -> None:
        """A run has ended: no fault is injected any more."""
        with self.lock:
            self.faults.rules.clear()
            self.begun, self.following = self.following, threading.Event()


@dataclass(frozen=True)
class Opened:
    """An account before a workflow, and the options of the task that are only known then."""

    account: Account
    options: Mapping[str, Any] = field(default_factory=dict)


def kill_client(port: int) -> bool:
    """Kill the process below this one that is connected to a port of this machine; return whether there was one."""
    ends = _connections(port)
    for pid in descendants(os.getpid()):
        if ends & _sockets(pid):
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def _connections(port: int) -> set[str]:
    """The sockets at the other end of a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[9] for row in rows if row[3] == _ESTABLISHED and int(row[2].partition(":")[2], 16) == port}


def _sockets(pid: int) -> set[str]:
    found: set[str] = set()
    with suppress(OSError):  # it has ended
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):  # it is closed by now
                kind, _colon, number = os.readlink(entry).partition(":")
                found |= {number.strip("[]")} if kind == "socket" else set()
    return found
