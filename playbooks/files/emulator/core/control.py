# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world's own door: prove, accept, move the clock, break things. Never part of the API."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..alidns.zones import Record
from ..instances.control import ACTS as INSTANCE_ACTS
from ..instances.control import happen, shown
from ..instances.happenings import prove_all
from ..orders.lifecycle import DAY, Order
from ..orders.responses import instance_id
from .dials import as_json
from .refusal import Impossible
from .reply import Reply, plain_json
from .wish import Wish, iso, moment_of, need
from .world import World

if TYPE_CHECKING:
    from .emulator import Emulator

PREFIX = "/_control/"


def respond(emulator: Emulator, method: str, path: str, body: bytes) -> Reply:
    """One control call; a wrong one is a 400 with a sentence."""
    name = path[len(PREFIX) :]
    if (method, name) == ("GET", "ca"):
        return Reply(200, {"Content-Type": "text/plain"}, emulator.world.authority.root_pem.encode())
    try:
        with emulator.lock:
            return plain_json(200, _find(method, name)(emulator, _wish(body)))
    except _NoSuchCall as error:
        return plain_json(404, {"error": str(error)})
    except Impossible as error:
        return plain_json(400, {"error": str(error)})


class _NoSuchCall(Exception):
    pass


def _find(method: str, name: str) -> Callable[[Emulator, Wish], object]:
    table = {"GET": READS, "POST": ACTS}.get(method, {})
    if name not in table:
        raise _NoSuchCall(f"There is no control call {method} {PREFIX}{name}.")
    return table[name]


def _wish(body: bytes) -> Wish:
    try:
        wish = json.loads(body or b"{}")
    except ValueError as error:
        raise Impossible("The body is not JSON.") from error
    if not isinstance(wish, dict):
        raise Impossible("The body has to be a JSON object.")
    return wish


# Reads.


def _state(emulator: Emulator, _wish: Wish) -> Wish:
    world = emulator.world
    quota = {product: dict(zip(("total", "used", "issued"), world.counts(product))) for product in world.quota}
    orders = [_order(world, order) for order in world.present()]
    zones = {domain: [_record(record) for record in world.zones.of(domain)] for domain in world.zones.hosted}
    instances = [shown(world, instance) for instance in world.present_instances()]
    account = {"orders": orders, "quota": quota, "instances": instances, "people": asdict(world.people)}
    return {"now": iso(world.now()), **account, "zones": zones, "dials": as_json(world.dials)}


def _record(record: Record) -> Wish:
    return {**asdict(record), "number": str(record.number), "added": iso(record.added), "name": record.name}


def _order(world: World, order: Order) -> Wish:
    facts = {name: value for name, value in asdict(order).items() if name not in _NOT_FACTS and value is not None}
    times = {name: iso(value) if isinstance(value, float) else value for name, value in facts.items()}
    return {
        "order_id": str(order.number),
        "instance_id": instance_id(world, order),
        "certificate_id": None if order.issued is None else str(order.certificate_id),
        "phase": world.phase(order).value,
        "type": world.type_word(order),
        "status": world.status_word(order),
        "domains": list(order.names),
        "product_code": order.product,
        "validation_method": order.method,
        "own_csr": bool(order.csr),
        "contact": dict(order.contact),
        "tags": dict(order.tags),
        "facts": times,
    }


_NOT_FACTS = frozenset({"number", "names", "product", "method", "csr", "spki", "contact", "tags"})


def _calls(emulator: Emulator, _wish: Wish) -> Wish:
    counts = Counter(entry.action for entry in emulator.calls)
    return {"calls": [asdict(entry) for entry in emulator.calls], "counts": dict(counts)}


# Acts.


def _event(name: str) -> Callable[[Emulator, Wish], Wish]:
    def act(emulator: Emulator, wish: Wish) -> Wish:
        order_id = wish.get("order_id")
        if "instance_id" in wish and order_id is None and name != "submit":
            return happen(name)(emulator, wish)
        if order_id is None and name == "prove":
            return _prove_all(emulator)
        if isinstance(order_id, bool) or not isinstance(order_id, (int, str)):
            raise Impossible("order_id is missing or is neither text nor a whole number.")
        order: Order = getattr(emulator, name)(order_id)
        return _order(emulator.world, order)

    return act


def _prove_all(emulator: Emulator) -> Wish:
    orders = [str(order.number) for order in emulator.prove_all()]
    instances = [instance.instance_id for instance in prove_all(emulator.world)]
    return {"orders": orders, **({"instances": instances} if instances else {})}


def _advance(emulator: Emulator, wish: Wish) -> Wish:
    if len(wish) != 1:
        raise Impossible("Advance takes one of seconds, days, to.")
    if "to" in wish:
        seconds = moment_of(need(wish, "to", str)) - emulator.world.now()
        # The world runs on during the call.
        emulator.advance(0.0 if abs(seconds) < 1 else seconds)
    elif "days" in wish:
        emulator.advance(_amount(wish, "days") * DAY)
    else:
        emulator.advance(_amount(wish, "seconds"))
    return {"now": iso(emulator.world.now())}


def _amount(wish: Wish, name: str) -> float:
    value = wish.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Impossible("Advance takes one of seconds, days (numbers) and to (a time, or now).")
    return float(value)


def _quota(emulator: Emulator, wish: Wish) -> Wish:
    product, total = need(wish, "product_code", str), need(wish, "total", int)
    if total < 0:
        raise Impossible("total is negative.")
    emulator.set_quota(product, total)
    return {product: total}


def _zone(emulator: Emulator, wish: Wish) -> Wish:
    domain = need(wish, "domain", str)
    emulator.world.zones.host(domain, emulator.world.now())
    return {"domain": domain}


def _set_record(emulator: Emulator, wish: Wish) -> Wish:
    facts = {name: wish[name] for name in ("enabled", "locked") if name in wish}
    if not facts or not all(isinstance(fact, bool) for fact in facts.values()):
        raise Impossible("A record is enabled or locked by true or false.")
    number = need(wish, "record_id", str)
    return _record(emulator.world.zones.set(int(number) if number.isdigit() else 0, **facts))


def _dials(emulator: Emulator, wish: Wish) -> Wish:
    return as_json(emulator.turn(**wish))


def _fault(emulator: Emulator, wish: Wish) -> Wish:
    emulator.inject(**wish)
    return {"faults": [asdict(rule) for rule in emulator.faults.rules]}


def _no_faults(emulator: Emulator, _wish: Wish) -> Wish:
    emulator.faults.rules.clear()
    return {}


def _no_calls(emulator: Emulator, _wish: Wish) -> Wish:
    emulator.calls.clear()
    return {}


def _reset(emulator: Emulator, _wish: Wish) -> Wish:
    emulator.reset()
    return {}


def _stop(emulator: Emulator, _wish: Wish) -> Wish:
    emulator.stopped.set()
    return {}


READS: dict[str, Callable[[Emulator, Wish], object]] = {"state": _state, "calls": _calls}
ACTS: dict[str, Callable[[Emulator, Wish], object]] = {
    "prove": _event("prove"),
    "accept": _event("accept"),
    "reject": _event("reject"),
    "submit": _event("submit"),
    "advance": _advance,
    "quota": _quota,
    "zone": _zone,
    "record": _set_record,
    "dials": _dials,
    "fault": _fault,
    "faults/clear": _no_faults,
    "calls/clear": _no_calls,
    **INSTANCE_ACTS,
    "reset": _reset,
    "stop": _stop,
}
