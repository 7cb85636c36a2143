# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole emulator as one object: usable in process, and behind sockets by `http`."""

from __future__ import annotations

import copy
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from ..alidns import operations as records
from ..instances import happenings, stock
from ..instances.facts import CHINA, INTERNATIONAL, Instance
from ..instances.operations import OPERATIONS as INSTANCE_OPERATIONS
from ..instances.operations import WRITES as INSTANCE_WRITES
from ..orders import events
from ..orders import operations as orders
from ..orders.lifecycle import Order
from . import control
from .dials import Dials, turn
from .faults import Fault, Faults, play, read_fault
from .gate import DNS_VERSION, VERSION, Call, Gate, Keys, pairs
from .log import Logged, instance_of, members
from .refusal import Impossible, Refusal
from .reply import Lost, Reply, failure, success
from .wish import iso
from .world import World

OPERATIONS = {**orders.OPERATIONS, **records.OPERATIONS}
ACTIONS = {
    VERSION: frozenset(orders.OPERATIONS) | frozenset(INSTANCE_OPERATIONS),
    DNS_VERSION: frozenset(records.OPERATIONS),
}
WRITES = orders.WRITES.keys() | records.WRITES.keys() | INSTANCE_WRITES.keys()
CRL_PATH = "/crl"
END_OF_TIME = 3944678400.0  # 2095-01-01


class Emulator:
    """One account behind one gate. Thread safe: one lock around world, gate, faults and log."""

    def __init__(
        self,
        world: World | None = None,
        *,
        keys: Keys | None = None,
        checked: bool = True,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`checked` False leaves the gate out; `wall` is the clock signatures are checked against."""
        self.world = world or World()
        self.keys = keys or Keys()
        self.gate = Gate(self.keys)
        self.faults = Faults()
        self.calls: list[Logged] = []
        self.stock: tuple[stock.Wish, ...] = ()
        self.sites: dict[str, str] = {}
        self.on_call: Callable[[Logged], None] | None = None
        self.lock = threading.RLock()
        self.lists_served = 0
        self.stopped = threading.Event()
        self._checked, self._wall, self._sleep = checked, wall, sleep

    # The API.

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """One HTTP exchange, control door included; raises Lost when no response arrives."""
        path, _mark, query = target.partition("?")
        if path.startswith(control.PREFIX):
            return control.respond(self, method, path, body)
        if path == CRL_PATH:
            return self._revoked()
        call = Call(method, path, query, {name.lower(): value for name, value in headers.items()}, body)
        with self.lock:
            rule = self.faults.take(call.action)
        return self._exchange(call, rule)

    def _revoked(self) -> Reply:
        """The list of revoked certificates: what browsers read is not a call of the API."""
        with self.lock:
            self.lists_served += 1
            crl = self.world.crl()
        if crl is None:
            return Reply(404)
        return Reply(200, {"Content-Type": "application/pkix-crl"}, crl)

    def call(self, action: str, parameters: Mapping[str, str], site: str = CHINA) -> dict[str, Any]:
        """An operation without gate, faults and log; raises Refusal."""
        with self.lock:
            if action in INSTANCE_OPERATIONS:
                return INSTANCE_OPERATIONS[action](self.world, parameters, site)
            return OPERATIONS[action](self.world, parameters)

    def _exchange(self, call: Call, rule: Fault | None) -> Reply:
        served: list[Reply] = []

        def serve() -> Reply:
            served.append(self._serve(call))
            return served[-1]

        def refuse(refusal: Refusal) -> Reply:
            return failure(refusal, _request_id(), call.headers.get("host", ""))

        try:
            reply = serve() if rule is None else play(rule, serve, refuse, self._sleep)
        except Lost:
            self._log(call, rule, None, served)
            raise
        self._log(call, rule, reply, served)
        return reply

    def _serve(self, call: Call) -> Reply:
        with self.lock:
            try:
                if self._checked:
                    actions = ACTIONS.get(call.version, frozenset())
                    self.gate.admit(call, self.world.dials, self._wall(), actions)
                fields = self.call(call.action, self._parameters(call), self._site(call))
                reply = success(fields, _request_id())
                # The clock of the service is the world's; signatures are checked against the real one.
                return replace(reply, headers={**reply.headers, "Date": formatdate(self.world.now(), usegmt=True)})
            except Refusal as refusal:
                return failure(refusal, _request_id(), call.headers.get("host", ""))

    def _site(self, call: Call) -> str:
        """The site of the endpoint that was asked: by its port here, by its name at the service."""
        host = call.headers.get("host", "")
        known = self.sites.get(host.rpartition(":")[2])
        return known or (INTERNATIONAL if "ap-southeast-1" in host else CHINA)

    def _parameters(self, call: Call) -> dict[str, str]:
        """From the query, and from a form body unless dialled off: seen with the older signature, else unconfirmed."""
        parameters = dict(pairs(call.query))
        form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if form and self.world.dials.form_body:
            parameters.update(pairs(call.body.decode("utf-8", "replace")))
        return parameters

    def _log(self, call: Call, rule: Fault | None, reply: Reply | None, served: list[Reply]) -> None:
        told = members(reply)
        kind = rule.kind if rule else None
        code = str(told.get("Code", "OK" if reply and reply.status == 200 else kind))
        if reply is None or (kind == "garbage_json"):
            code = str(kind)
        parameters = self._parameters(call)
        number = parameters.get("OrderId") or members(served[-1] if served else None).get("OrderId")
        at = iso(self.world.now())
        entry = Logged(
            action=call.action,
            code=code,
            status=reply.status if reply else 0,
            order_id=None if number is None else str(number),
            at=at,
            write=call.action in WRITES,
            fault=kind,
            instance_id=instance_of(parameters) if call.action in INSTANCE_OPERATIONS else None,
        )
        with self.lock:
            self.calls.append(entry)
        if self.on_call:
            self.on_call(entry)

    # The world's own events.

    def prove(self, order_id: int | str) -> Order:
        return self._event("prove", order_id)

    def accept(self, order_id: int | str) -> Order:
        return self._event("accept", order_id)

    def reject(self, order_id: int | str) -> Order:
        return self._event("reject", order_id)

    def submit(self, order_id: int | str) -> Order:
        return self._event("submit", order_id)

    def _event(self, name: str, order_id: int | str) -> Order:
        with self.lock:
            return events.EVENTS[name](self.world, _number(order_id))

    def prove_all(self) -> list[Order]:
        with self.lock:
            return events.prove_all(self.world)

    def add_instance(self, **wish: object) -> list[Instance]:
        """The shop: instances by the fields of instances.stock.Wish."""
        with self.lock:
            return stock.add(self.world, stock.read_wish(wish))

    def happen(self, event: str, instance_id: str, **details: object) -> Instance:
        """What the world does to an instance: an event of instances.happenings."""
        with self.lock:
            return happenings.happen(self.world, event, instance_id, details)

    def restock(self) -> None:
        """Add what the account has from the start."""
        with self.lock:
            for wish in self.stock:
                stock.add(self.world, wish)

    def advance(self, seconds: float) -> None:
        """Move the world's clock on; it never goes back, and ends before the CA does."""
        if seconds < 0:
            raise Impossible("The world's clock only goes forward.")
        with self.lock:
            if not self.world.now() + seconds < END_OF_TIME:
                raise Impossible("The world's clock ends in 2095.")
            self.world.advance(seconds)

    def turn(self, **changes: object) -> Dials:
        """Set dials; values as text or as they are."""
        with self.lock:
            self.world.dials = turn(self.world.dials, changes)
            return self.world.dials

    def set_quota(self, product: str, total: int) -> None:
        with self.lock:
            self.world.quota[product] = total

    def inject(self, **rule: object) -> None:
        """Add a fault, by the fields of faults.Fault."""
        fault = read_fault(rule)
        with self.lock:
            self.faults.rules.append(fault)

    def reset(self) -> None:
        """The account as at the start: same keys, CA, dials, quota and clock; faults and log are cleared too."""
        with self.lock:
            old = self.world
            fresh = World(
                authority=old.authority, dials=old.dials, quota=dict(old.quota), frozen=old.frozen, address=old.address
            )
            fresh.base = old.now()
            self.world = fresh
            self.restock()
            self.faults.rules.clear()
            self.calls.clear()

    def fork(self) -> Emulator:
        """A copy of the world behind a gate of its own: what happens to one does not happen to the other."""
        with self.lock:
            other = Emulator(
                copy.deepcopy(self.world), keys=self.keys, checked=self._checked, wall=self._wall, sleep=self._sleep
            )
            other.sites, other.stock = self.sites, self.stock
            other.faults.rules = [replace(rule) for rule in self.faults.rules]
            return other


def _number(order_id: int | str) -> int:
    try:
        return int(order_id)
    except (TypeError, ValueError) as error:
        raise Impossible(f"{order_id!r} is not an order id.") from error


def _request_id() -> str:
    return str(uuid.uuid4()).upper()
