# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real validation of domains: fetch the file, look the record up, at a DNS server or in the account's own zones."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..core.dials import Dials, split_address
from ..core.emulator import Emulator
from ..core.refusal import Impossible
from ..core.world import World
from ..instances.validation import Place, places
from .lifecycle import Phase
from .responses import FILE_PATH, validation_fields, validation_names

PATIENCE = 2.0  # seconds for one look
AT_ONCE = 16  # looks at the same time
LONGEST_CHAIN = 10  # CNAMEs that are followed


@dataclass(frozen=True)
class Look:
    """What has to be found for one attempt of one order or instance."""

    number: int | str
    attempt: int
    method: str
    places: tuple[Place, ...]
    record_type: str


def waiting(world: World) -> list[Look]:
    """Orders and instances that have said what to publish, and wait for it."""
    return _waiting_orders(world) + _waiting_instances(world)


def _waiting_instances(world: World) -> list[Look]:
    looks = []
    for instance in world.present_instances():
        last, sought = instance.application, places(world, instance)
        if last is not None and last.proven is None and sought:
            method = "FILE" if last.form.method == "HTTP" else "DNS"
            looks.append(Look(instance.instance_id, last.attempt, method, sought, "TXT"))
    return looks


def _waiting_orders(world: World) -> list[Look]:
    looks = []
    for order in world.present():
        fields = validation_fields(world, order) if world.phase(order) is Phase.VALIDATING else {}
        value = fields.get("Content") if order.method == "FILE" else fields.get("RecordValue")
        if value:
            kind = world.dials.record_type
            prefix = "" if order.method == "FILE" else "_dnsauth."
            sought = tuple(Place(prefix + name, value) for name in validation_names(order))
            looks.append(Look(order.number, order.attempt, order.method, sought, kind))
    return looks


def attempt(emulator: Emulator, stopped: Callable[[], bool] = lambda: False) -> list[int | str]:
    """One look at everything that waits, outside the lock, until stopped; returns the ids that are validated now."""
    with emulator.lock:
        dials, looks = emulator.world.dials, waiting(emulator.world)
    if not looks:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(looks))) as pool:
        found = list(pool.map(lambda look: not stopped() and _found(emulator, look, dials), looks))
    return [look.number for look, good in zip(looks, found) if good and _record(emulator, look)]


def _record(emulator: Emulator, look: Look) -> bool:
    """Only if it still waits with the same value: it may have been withdrawn meanwhile."""
    with emulator.lock, contextlib.suppress(Impossible):
        if isinstance(look.number, str):
            instance = emulator.world.instance(look.number)
            last = instance.application if instance else None
            if last is not None and last.attempt == look.attempt:
                emulator.happen("prove", look.number)
                return True
            return False
        order = emulator.world.order(look.number)
        if order is not None and order.attempt == look.attempt:
            emulator.prove(look.number)
            return True
    return False


def _found(emulator: Emulator, look: Look, dials: Dials) -> bool:
    """proof=http fetches files, proof=dns and proof=alidns look records up; each leaves the other method alone."""
    if dials.proof == "http" and look.method == "FILE":
        return all(file_served(each.host, each.value, dials.proof_address) for each in look.places)
    if dials.proof == "dns" and look.method == "DNS":
        return all(record_there(each, look.record_type, dials.dns_server) for each in look.places)
    if dials.proof == "alidns" and look.method == "DNS":
        return all(record_hosted(emulator, each, look.record_type) for each in look.places)
    return False


def file_served(domain: str, content: str, address: str) -> bool:
    """Exactly this content, status 200, no redirect: official page on verifying domain ownership."""
    host, port = split_address(address or domain, 80)
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", FILE_PATH, headers={"Host": domain, "Connection": "close"})
        response = connection.getresponse()
        return response.status == 200 and response.read(65536) == content.encode()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def record_there(place: Place, record_type: str, server: str) -> bool:
    """The value is among the records under the name, at the one server that is asked; CNAMEs lead to another name."""
    import dns.exception
    import dns.resolver

    if place.alias and record_there(Place(place.host, place.alias), "CNAME", server):
        return True

    resolver = dns.resolver.Resolver(configure=False)
    host, resolver.port = split_address(server, 53)
    resolver.nameservers = [host]
    resolver.cache = None
    name = place.host
    for _step in range(LONGEST_CHAIN):
        try:
            found = resolver.resolve(name, record_type, lifetime=PATIENCE, search=False, raise_on_no_answer=False)
        except dns.exception.DNSException:
            return False
        if found.rrset is not None:
            return any(_text(record) == place.value for record in found)
        if found.canonical_name == found.qname:
            return False
        name = found.canonical_name.to_text()
    return False


def _text(record: Any) -> str:
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode(errors="replace")
    return str(record.target.to_text(omit_final_dot=True))


def record_hosted(emulator: Emulator, place: Place, record_type: str) -> bool:
    """The value is among the records under the name, in the zone that is responsible for it; CNAMEs are followed."""
    with emulator.lock:
        zones, name = emulator.world.zones, place.host
        if place.alias and place.alias in {text.rstrip(".") for text in zones.published(name, "CNAME")}:
            return True
        for _step in range(LONGEST_CHAIN):
            if place.value in zones.published(name, record_type):
                return True
            name = next(iter(zones.published(name, "CNAME")), "").rstrip(".").lower()
        return False


class Prover:
    """Looks again and again in a thread of its own while proof=http, proof=dns or proof=alidns."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._emulator.world.dials.proof_interval_seconds):
            if self._emulator.world.dials.proof in ("http", "dns", "alidns"):
                attempt(self._emulator, self._stop.is_set)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
