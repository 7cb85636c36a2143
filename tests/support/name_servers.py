# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Internet of names: a root, the signed zone example, name servers and resolvers, all in one real BIND.

BIND listens only on addresses that the machine has. So each name server has a door on an address of its own, which
hands messages over from that address, by which BIND knows the view that is meant.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from tests.support import named
from tests.world import programs

NET = "127.83.0."
ROOT, REGISTRY, ONE, TWO, LAME, BROKEN, DEAD, RESOLVER, INNER = (
    f"{NET}{last}" for last in (1, 2, 11, 12, 13, 14, 15, 100, 101)
)
LISTENING = (ROOT, REGISTRY, ONE, TWO, LAME, BROKEN, RESOLVER, INNER)
# Servers like ONE, each with a habit of its own.
TCP_ONLY, NO_TCP, OLD, EDNS_DROPPED, NO_CAA, CAA_DROPPED, UNSURE, SLOW = (f"{NET}{last}" for last in range(31, 39))
SIX = "::1"
SOA = "@ SOA ns1 hostmaster {serial} 3600 600 86400 1\n"
DAY = 86_400


@dataclass(frozen=True)
class Zone:
    """A zone as it is planted. ``second`` is what the second name server has instead of ``records``.

    ``servers`` are the addresses of ns1, ns2 and so on; ``delegation`` is what the parent has instead of them.
    ``signed`` holds the options of dnssec-signzone, ``second_signed`` those of the second server's copy.
    """

    name: str
    records: str = ""
    second: str | None = None
    servers: tuple[str, ...] = (ONE, TWO)
    delegation: str | None = None
    serials: tuple[int, int] = (1, 1)
    signed: tuple[str, ...] | None = None
    second_signed: tuple[str, ...] | None = ()
    ds: bool = True
    other_ds: bool = False
    standby_ds: bool = False
    ds_digest: str = "SHA-256"
    inner: str | None = None
    change_after_signing: Callable[[str], str] = field(default=lambda text: text)

    def text(self, records: str, serial: int) -> str:
        numbered = list(enumerate(self.servers, 1))
        ns = "".join(f"@ NS ns{number}\nns{number} {kind(address)} {address}\n" for number, address in numbered)
        return f"$ORIGIN {self.name}.\n$TTL 60\n{SOA.format(serial=serial)}{ns}{records}"

    def parent(self) -> str:
        if self.delegation is not None:
            return self.delegation
        return "".join(
            f"{self.name}. NS ns{number}.{self.name}.\nns{number}.{self.name}. {kind(address)} {address}\n"
            for number, address in enumerate(self.servers, 1)
        )


def kind(address: str) -> str:
    return "AAAA" if ":" in address else "A"


class Builder:
    """Writes the zone files, and signs those that are signed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        tools = {name: programs.find(name) for name in ("dnssec-keygen", "dnssec-signzone", "dnssec-dsfromkey")}
        self.tools = {name: str(path) for name, path in tools.items()}
        self.keys: dict[str, str] = {}

    def run(self, tool: str, *arguments: str) -> str:
        command = [self.tools[tool], *arguments]
        return subprocess.run(command, cwd=self.directory, check=True, capture_output=True, text=True).stdout.strip()

    def key(self, zone: str, label: str = "") -> str:
        """The name of the zone's key file; one key signs everything."""
        if label + zone not in self.keys:
            flags = ("-q", "-a", "ECDSAP256SHA256", "-f", "KSK", zone)
            self.keys[label + zone] = self.run("dnssec-keygen", *flags)
        return self.keys[label + zone]

    def ds(self, zone: Zone) -> str:
        if not zone.ds or (zone.signed is None and not zone.other_ds):
            return ""
        labels = ["other" if zone.other_ds else "", *["standby"] * zone.standby_ds]
        keys = [self.key(zone.name, label) for label in labels]
        return "".join(self.run("dnssec-dsfromkey", "-a", zone.ds_digest, key) + "\n" for key in keys)

    def write(self, file: str, zone: str, text: str, signed: tuple[str, ...] | None) -> str:
        (self.directory / file).write_text(text)
        if signed is not None:
            key = self.key(zone)
            keys = (self.directory / f"{key}.key").read_text()
            (self.directory / file).write_text(text + keys)
            self.run("dnssec-signzone", "-q", "-z", "-P", "-o", zone, *signed, "-f", f"{file}.signed", file, key)
            shutil.move(self.directory / f"{file}.signed", self.directory / file)
        return file


def primary(zone: str, file: str) -> str:
    return f'zone "{zone}" {{ type primary; file "{file}"; }};\n'


def view(address: str, body: str) -> str:
    return f'view "{address}" {{ match-clients {{ {address}; }};\n{body}}};\n'


def build(directory: Path, planted: Sequence[Zone]) -> str:
    """Write everything; return the configuration of the views."""
    builder = Builder(directory)
    one, two, inner = "", "", ""
    delegations = ""
    for zone in planted:
        first = builder.write(f"{zone.name}.1", zone.name, zone.text(zone.records, zone.serials[0]), zone.signed)
        path = directory / first
        path.write_text(zone.change_after_signing(path.read_text()))
        second_text = zone.text(zone.records if zone.second is None else zone.second, zone.serials[1])
        signed = zone.signed if zone.second_signed == () else zone.second_signed
        second = builder.write(f"{zone.name}.2", zone.name, second_text, signed)
        if zone.second is None and zone.serials == (1, 1) and zone.second_signed == ():
            shutil.copy(path, directory / second)
        one += primary(zone.name, first)
        two += primary(zone.name, second)
        if zone.inner is not None:
            inner += primary(zone.name, builder.write(f"{zone.name}.inner", zone.name, zone.inner, None))
        delegations += zone.parent() + builder.ds(zone)
    registry = f"$ORIGIN example.\n$TTL 60\n{SOA.format(serial=1)}@ NS ns1\nns1 A {REGISTRY}\n{delegations}"
    builder.write("example", "example", registry, ("-e", f"now+{30 * DAY}"))
    root = f"$ORIGIN .\n$TTL 60\n@ SOA ns.root. host.root. 1 3600 600 86400 1\n@ NS ns.root.\nns.root. A {ROOT}\n"
    builder.write("root", ".", f"{root}example. NS ns1.example.\nns1.example. A {REGISTRY}\n", None)
    (directory / "hints").write_text(f". 60 NS ns.root.\nns.root. 60 A {ROOT}\n")
    return configuration(builder, one, two, inner, [zone.name for zone in planted])


def configuration(builder: Builder, one: str, two: str, inner: str, names: Sequence[str]) -> str:
    anchor = (builder.directory / f"{builder.key('example')}.key").read_text().split("DNSKEY ")[1].split(None, 3)
    flags, protocol, algorithm, key = anchor
    resolver = (
        'recursion yes; dnssec-validation yes; zone "." { type hint; file "hints"; };\n'
        "servfail-ttl 1; minimal-responses no;\n"
        f'trust-anchors {{ "example" static-key {flags} {protocol} {algorithm} "{"".join(key.split())}"; }};\n'
    )
    missing = "".join(f'zone "{name}" {{ type primary; file "missing/{name}"; }};\n' for name in names)
    bodies = {ROOT: primary(".", "root"), REGISTRY: primary("example", "example"), ONE: one, TWO: two}
    bodies |= {
        LAME: primary("elsewhere", "root.elsewhere"),
        BROKEN: missing,
        RESOLVER: resolver,
        INNER: inner + resolver,
    }
    return "".join(view(address, body) for address, body in bodies.items())


# What a server sends for a query, given what ONE responds with, and whether it is over TCP; None is nothing.
Habit = Callable[[bytes, bytes, bool], "bytes | None"]


def as_it_is(query: bytes, response: bytes, tcp: bool) -> bytes | None:
    return response


def _refusing(rcode: int) -> Habit:
    """Headers with the rcode and the question, and nothing else."""

    def habit(query: bytes, response: bytes, tcp: bool) -> bytes:
        message = dns.message.from_wire(query)
        message.use_edns(False)
        refusal = dns.message.make_response(message)
        refusal.set_rcode(dns.rcode.Rcode(rcode))
        return refusal.to_wire()

    return habit


def _truncated(query: bytes, response: bytes, tcp: bool) -> bytes:
    message = dns.message.make_response(dns.message.from_wire(query))
    message.flags |= dns.flags.TC | dns.flags.AA
    return response if tcp else message.to_wire()


def _cut_off(query: bytes, response: bytes, tcp: bool) -> bytes | None:
    return None if tcp else _truncated(query, response, tcp)


def _without_edns(habit: Habit) -> Habit:
    """The habit for queries with EDNS."""
    return lambda query, response, tcp: habit(query, response, tcp) if _has_edns(query) else response


def _has_edns(query: bytes) -> bool:
    return dns.message.from_wire(query).edns >= 0


def _for_caa(habit: Habit) -> Habit:
    """The habit for queries of CAA records."""
    return lambda query, response, tcp: habit(query, response, tcp) if _is_for_caa(query) else response


def _is_for_caa(query: bytes) -> bool:
    return dns.message.from_wire(query).question[0].rdtype == dns.rdatatype.CAA


def _not_authoritative(query: bytes, response: bytes, tcp: bool) -> bytes:
    return response[:2] + bytes([response[2] & ~0x04]) + response[3:]


def _late(query: bytes, response: bytes, tcp: bool) -> bytes:
    time.sleep(0.3)
    return response


def _nothing(query: bytes, response: bytes, tcp: bool) -> None:
    return None


HABITS: dict[str, Habit] = {
    TCP_ONLY: _truncated,
    NO_TCP: _cut_off,
    OLD: _without_edns(_refusing(1)),
    EDNS_DROPPED: _without_edns(_nothing),
    NO_CAA: _for_caa(_refusing(4)),
    CAA_DROPPED: _for_caa(_nothing),
    UNSURE: _not_authoritative,
    SLOW: _late,
}


class Door:
    """Hands DNS messages over to BIND, from one address; ``view`` is the one by which BIND knows what is meant."""

    def __init__(self, address: str, port: int, view: str = "", habit: Habit = as_it_is) -> None:
        self.view, self.port, self.habit = view or address, port, habit
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.datagrams = socket.socket(family, socket.SOCK_DGRAM)
        self.datagrams.bind((address, port))
        self.streams = socket.create_server((address, port), family=family, backlog=64)
        for work in (self._take_datagrams, self._take_streams):
            threading.Thread(target=work, daemon=True).start()

    def close(self) -> None:
        for door in (self.datagrams, self.streams):
            door.close()

    def _take_datagrams(self) -> None:
        while True:
            try:
                message, client = self.datagrams.recvfrom(65_535)
            except OSError:
                return
            threading.Thread(target=self._pass_datagram, args=(message, client), daemon=True).start()

    def _pass_datagram(self, message: bytes, client: Any) -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as behind, contextlib.suppress(OSError):
            behind.bind((self.view, 0))
            behind.settimeout(10)
            behind.sendto(message, (named.ADDRESS, self.port))
            sent = self.habit(message, behind.recv(65_535), False)
            if sent is not None:
                self.datagrams.sendto(sent, client)

    def _take_streams(self) -> None:
        while True:
            try:
                client, _address = self.streams.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_stream, args=(client,), daemon=True).start()

    def _pass_stream(self, client: socket.socket) -> None:
        """One message after the other, each behind its length."""
        place = named.ADDRESS, self.port
        with client, socket.create_connection(place, 10, (self.view, 0)) as behind, contextlib.suppress(OSError):
            while message := _framed(client):
                behind.sendall(len(message).to_bytes(2, "big") + message)
                sent = self.habit(message, _framed(behind), True)
                if sent is None:
                    return
                client.sendall(len(sent).to_bytes(2, "big") + sent)


def _framed(stream: socket.socket) -> bytes:
    size = int.from_bytes(stream.recv(2, socket.MSG_WAITALL), "big")
    return stream.recv(size, socket.MSG_WAITALL) if size else b""


def has_ipv6() -> bool:
    """Whether this machine has IPv6 at least with itself."""
    try:
        socket.create_server((SIX, 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@contextmanager
def running(directory: Path, planted: Sequence[Zone]) -> Iterator[int]:
    """The world; gives its port, which is the same on each address."""
    text = build(directory, planted)
    with named.running(directory, text) as port, contextlib.ExitStack() as stack:
        for address in LISTENING:
            stack.callback(Door(address, port).close)
        for address, habit in HABITS.items():
            stack.callback(Door(address, port, ONE, habit).close)
        if has_ipv6():
            stack.callback(Door(SIX, port, ONE).close)
        yield port
