# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real proofs of domains: fetch the file, look the record up, at a DNS server or in the account's own zones."""

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
from .lifecycle import Phase
from .responses import FILE_PATH, proof_fields, proof_names

PATIENCE = 2.0  # seconds for one look
AT_ONCE = 16  # looks at the same time
LONGEST_CHAIN = 10  # CNAMEs that are followed


@dataclass(frozen=True)
class Look:
    """What has to be found for one attempt of one order: the same value at every name."""

    number: int
    attempt: int
    method: str
    names: tuple[str, ...]
    value: str
    record_type: str


def waiting(world: World) -> list[Look]:
    """Orders in domain_verify that have said what to publish."""
    looks = []
    for order in world.present():
        fields = proof_fields(world, order) if world.phase(order) is Phase.VALIDATING else {}
        value = fields.get("Content") if order.method == "FILE" else fields.get("RecordValue")
        if value:
            kind = world.dials.record_type
            looks.append(Look(order.number, order.attempt, order.method, proof_names(order), value, kind))
    return looks


def attempt(emulator: Emulator, stopped: Callable[[], bool] = lambda: False) -> list[int]:
    """One look at every waiting order, outside the lock, until stopped; returns the orders that are proven now."""
    with emulator.lock:
        dials, looks = emulator.world.dials, waiting(emulator.world)
    if not looks:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(looks))) as pool:
        found = list(pool.map(lambda look: not stopped() and _found(emulator, look, dials), looks))
    return [look.number for look, good in zip(looks, found) if good and _record(emulator, look)]


def _record(emulator: Emulator, look: Look) -> bool:
    """Only if the order still waits with the same value: it may have been withdrawn meanwhile."""
    with emulator.lock, contextlib.suppress(Impossible):
        order = emulator.world.order(look.number)
        if order is not None and order.attempt == look.attempt:
            emulator.prove(look.number)
            return True
    return False


def _found(emulator: Emulator, look: Look, dials: Dials) -> bool:
    """proof=http fetches files, proof=dns and proof=alidns look records up; each leaves the other method alone."""
    if dials.proof == "http" and look.method == "FILE":
        return all(file_served(name, look.value, dials.proof_address) for name in look.names)
    if dials.proof == "dns" and look.method == "DNS":
        return all(record_there(f"_dnsauth.{name}", look, dials.dns_server) for name in look.names)
    if dials.proof == "alidns" and look.method == "DNS":
        return all(record_hosted(emulator, f"_dnsauth.{name}", look) for name in look.names)
    return False


def file_served(domain: str, content: str, address: str) -> bool:
    """Exactly this content, status 200, no redirect: official page on verifying domain ownership."""
    host, port = split_address(address or domain, 80)
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", FILE_PATH, headers={"Host": domain, "Connection": "close"})
        answer = connection.getresponse()
        return answer.status == 200 and answer.read(65536) == content.encode()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def record_there(name: str, look: Look, server: str) -> bool:
    """The value is among the records under the name, at the one server that is asked; CNAMEs lead to another name."""
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=False)
    host, resolver.port = split_address(server, 53)
    resolver.nameservers = [host]
    resolver.cache = None
    for _step in range(LONGEST_CHAIN):
        try:
            answer = resolver.resolve(name, look.record_type, lifetime=PATIENCE, search=False, raise_on_no_answer=False)
        except dns.exception.DNSException:
            return False
        if answer.rrset is not None:
            return any(_text(record) == look.value for record in answer)
        if answer.canonical_name == answer.qname:
            return False
        name = answer.canonical_name.to_text()
    return False


def _text(record: Any) -> str:
    if hasattr(record, "strings"):
        return b"".join(record.strings).decode(errors="replace")
    return str(record.target.to_text(omit_final_dot=True))


def record_hosted(emulator: Emulator, name: str, look: Look) -> bool:
    """The value is among the records under the name, in the zone that answers for it; CNAMEs are followed."""
    with emulator.lock:
        zones = emulator.world.zones
        for _step in range(LONGEST_CHAIN):
            if look.value in zones.published(name, look.record_type):
                return True
            name = next(iter(zones.published(name, "CNAME")), "").rstrip(".").lower()
        return False


class Prover:
    """Looks again and again in a thread of its own while proof is http, dns or alidns."""

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
