# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones of an emulated account as a name server shows them, on a loopback address."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from playbooks.files.emulator.alidns.zones import Zones
from playbooks.files.emulator.core.emulator import Emulator

ADDRESS = "127.0.0.1"


@contextmanager
def serving(account: Emulator) -> Iterator[int]:
    """The name server; gives its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, door = self.request
            door.sendto(response(account.world.zones, wire), self.client_address)

    with socketserver.ThreadingUDPServer((ADDRESS, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def response(zones: Zones, wire: bytes) -> bytes:
    query = dns.message.from_wire(wire)
    made, question = dns.message.make_response(query), query.question[0]
    name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
    zone = zones.zone_of(name)
    if zone is None:
        made.set_rcode(dns.rcode.REFUSED)
        return made.to_wire()
    made.flags |= dns.flags.AA
    while zone and (target := next(iter(zones.published(name, "CNAME")), None)) and kind != "CNAME":
        made.answer.append(dns.rrset.from_text(name + ".", 60, "IN", "CNAME", target + "."))
        name, zone = target, zones.zone_of(target)
    values = _values(zones, zone, name, kind) if zone else []
    if values:
        made.answer.append(dns.rrset.from_text_list(name + ".", 60, "IN", kind, values))
    elif zone:
        made.authority.append(dns.rrset.from_text(zone + ".", 60, "IN", "SOA", _soa(zone)))
    return made.to_wire()


def _values(zones: Zones, zone: str, name: str, kind: str) -> list[str]:
    own = {(zone, "SOA"): [_soa(zone)], (zone, "NS"): [f"ns.{zone}."], (f"ns.{zone}", "A"): [ADDRESS]}
    found = sorted(zones.published(name, kind))
    ends = {"TXT": '"{}"', "CNAME": "{}."}.get(kind, "{}")
    return own.get((name, kind)) or [ends.format(each) for each in found]


def _soa(zone: str) -> str:
    return f"ns.{zone}. hostmaster.{zone}. 1 3600 600 86400 1"
