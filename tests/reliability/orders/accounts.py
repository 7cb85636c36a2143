# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts: what is in one before a workflow begins, and what became of it. Each case has an account of its own."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.emulator.core.dials import Dials
from tests.emulator.core.emulator import Emulator
from tests.emulator.core.log import Logged
from tests.emulator.core.reply import Reply
from tests.emulator.core.world import World
from tests.emulator.orders import events
from tests.emulator.orders.ca import Authority, public_der
from tests.emulator.orders.lifecycle import DAY, Order
from tests.support.certificates import csr_pem, new_key
from tests.world.children import descendants

NAME = "www.example.com"
# The search of a list finds these, too, so a task sees them; it must leave them alone.
ISSUED_BESIDE, WAITING_BESIDE = f"my-{NAME}", f"your-{NAME}"
FREE, PAID = "digicert-free-1-free", "geotrust-dv-1-starter"
# An order takes a while, so that it is looked at more than once.
SLOW_PACE: Mapping[str, Any] = {
    "settle_seconds": 1.0,
    "record_delay_seconds": 1.0,
    "review_seconds": 1.0,
    "cancel_seconds": 1.0,
    "revoke_seconds": 1.0,
}
_ESTABLISHED = "01"


class SharedKeys:
    """What all accounts share: a CA, the key that certificates have, and a CSR for the key that they are to get."""

    def __init__(self) -> None:
        self.authority, self.key = Authority(), new_key()
        self.csr = csr_pem(new_key(), NAME)


@dataclass
class Facts:
    """What became of the orders of an account, by their numbers."""

    made: list[int]
    withdrawn: set[int]
    deleted: set[int]
    revoked: set[int]


class Account(Emulator):
    """One account. Without a lag time passes by a second with each call, so that a workflow always makes the same ones.

    ``held`` is called with the seconds when a call is held up; ``pending``: one is held up, to be carried out late.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world, sleep=self._hold)
        self.held: Callable[[float], None] = time.sleep
        self.pending = False
        # The first call of this run, and of the one after it.
        self.begun, self.following = threading.Event(), threading.Event()
        # For each run, whether an order that no list showed was in progress at its first call.
        self.unseen: list[bool] = []
        self.first = world.next_number
        self.on_call = self._tick

    def _hold(self, seconds: float) -> None:
        self.held(seconds)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Note when a run begins."""
        with self.lock:
            if not self.begun.is_set():
                shown = self.world.now() - self.world.dials.list_lag_seconds
                made = [order for number, order in self.world.orders.items() if number >= self.first]
                self.unseen.append(self.pending or any(order.applied > shown for order in made))
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

    def facts(self) -> Facts:
        with self.lock:
            orders = dict(self.world.orders)
        return Facts(
            [number for number in orders if number >= self.first],
            {number for number, order in orders.items() if order.withdrawn is not None},
            {number for number, order in orders.items() if order.deleted is not None},
            {number for number, order in orders.items() if order.revoke_asked is not None},
        )


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


# What is there before a workflow begins: each returns the order of the workflow, if there is one already.


def nothing(keys: SharedKeys, world: World) -> Order | None:
    return None


def due_free(keys: SharedKeys, world: World) -> Order | None:
    """A certificate of a free product in its last days: it can only be ordered again."""
    return _issued(keys, world, NAME, FREE, age=80)


def due_paid(keys: SharedKeys, world: World) -> Order | None:
    """A certificate of a paid product in its last days: the service renews it."""
    return _issued(keys, world, NAME, PAID, age=190)


def waiting(keys: SharedKeys, world: World) -> Order | None:
    return _applied(keys, world, NAME, PAID)


def issued(keys: SharedKeys, world: World) -> Order | None:
    return _issued(keys, world, NAME, PAID, age=5)


Prepare = Callable[[SharedKeys, World], "Order | None"]


@dataclass(frozen=True)
class OpenAccount:
    """An account before a workflow; ``target`` is the number of the order of the workflow."""

    account: Account
    target: int | None
    bystanders: frozenset[int] = field(default_factory=frozenset)


def open_account(keys: SharedKeys, prepare: Prepare, lag: float = 0.0, describe_lag: float = 0.0) -> OpenAccount:
    """Open an account. One whose lists lag has the real clock."""
    world = World(
        authority=keys.authority,
        quota={FREE: 20, PAID: 20},
        dials=Dials(settle_seconds=0, record_delay_seconds=0, extra_names="none"),
        frozen=True,
    )
    _issued(keys, world, ISSUED_BESIDE, PAID, age=5)
    _applied(keys, world, WAITING_BESIDE, PAID)
    target = prepare(keys, world)
    validated = "control" if prepare is waiting else "at_once"
    world.dials = replace(
        world.dials, **SLOW_PACE, proof=validated, list_lag_seconds=lag, describe_lag_seconds=describe_lag
    )
    _settled(world)
    world.frozen = not (lag or describe_lag)
    beside = frozenset(world.orders) - {target.number if target else 0}
    return OpenAccount(Account(world), target.number if target else None, beside)


def _settled(world: World) -> None:
    """The orders that are there already stay as they are, and lists show them."""
    for number, order in list(world.orders.items()):
        world.orders[number] = replace(order, applied=order.applied - DAY)


def _applied(keys: SharedKeys, world: World, name: str, product: str) -> Order:
    wanted = events.Application((name,), product, "DNS", csr="its own", spki=public_der(keys.key.public_key()))
    return events.apply(world, wanted)


def _issued(keys: SharedKeys, world: World, name: str, product: str, age: float) -> Order:
    """An order that was applied for and issued some days ago."""
    now = world.now()
    world.advance(-age * DAY)
    order = events.accept(world, _applied(keys, world, name, product).number)
    world.advance(now - world.now())
    return order
