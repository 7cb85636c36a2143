# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Looking names up: at resolvers, and at single name servers. What a name server says is a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from .._errors import Failure, InvalidOption, NoResponse
from .._host.clock import Clock
from .exchange import DNS_PORT, SILENT, NoExchange, Problem, Server, exchange, is_loopback, load, read_server
from .rdata import to_text
from .record_names import record_name

if TYPE_CHECKING:
    from dns.message import Message
    from dns.rrset import RRset

TIMEOUT = 5.0
_ATTEMPTS = 2
_LONGEST_CHAIN = 10
_AT_ONCE = 8
# Above these, another resolver may know better.
_NOT_HELPFUL = ("SERVFAIL", "REFUSED", "NOTIMP", "FORMERR", "NOTAUTH")


class Record(NamedTuple):
    """One value of a record."""

    owner: str
    type: str
    value: str


@dataclass(frozen=True)
class Response:
    """What a name server said to a query; with a problem, it said nothing that can be used."""

    server: Server
    problem: Problem | None = None
    rcode: str = ""
    authoritative: bool = False
    recursive: bool = False
    records: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    message: Message | None = field(default=None, repr=False, compare=False)

    @property
    def is_usable(self) -> bool:
        return self.problem is None and self.rcode in ("NOERROR", "NXDOMAIN")

    @property
    def is_silent(self) -> bool:
        """Whether the name server is not there, other than one that says something wrong."""
        return self.problem in SILENT

    @property
    def said(self) -> str:
        """Completes "the name server ..."."""
        return self.problem.value if self.problem else f"responds with {self.rcode}"

    def values(self, type: str, owner: str | None = None) -> list[str]:
        return [record.value for record in self.records if record.type == type and owner in (None, record.owner)]


class Resolver:
    """Asks resolvers and name servers; remembers what it was told, and who does not respond.

    A name server that ``servers`` names with a port is asked at that port, too; and where the first resolver is on a
    loopback address, as in a rehearsal, so are name servers on loopback addresses, at its port.
    """

    def __init__(self, servers: Sequence[Server], timeout: float = TIMEOUT) -> None:
        load()
        self.servers = tuple(servers)
        self._timeout = timeout
        self._ports = {server.address: server.port for server in servers}
        self._known: dict[tuple[Server, str, str, bool, bool], Response] = {}
        self._silent: dict[Server, Problem] = {}

    def ask(self, name: str, type: str, validated: bool = False) -> Response:
        """What the first resolver that can tell says; by default without a look at signatures."""
        last: Response | None = None
        for server in self.servers:
            response = self._query(server, name, type, recursive=True, validated=validated)
            if response.problem is None and response.rcode not in _NOT_HELPFUL:
                return response
            last = last if last and last.problem is None else response
        if last is None:
            raise InvalidOption("resolvers", "give one resolver or more.")
        return last

    def addresses(self, name: str) -> list[str]:
        """The IPv4 and IPv6 addresses of a name, those behind a CNAME included."""
        return [value for type in ("A", "AAAA") for value in self.ask(name, type).values(type)]

    def ask_at(self, address: str, name: str, type: str) -> Response:
        """What a name server says of itself, without asking others."""
        server = Server(address, self._ports.get(address) or self._port(address))
        return self._query(server, name, type, recursive=False, validated=False)

    def ask_all(self, addresses: Iterable[str], name: str, type: str) -> dict[str, Response]:
        """What each name server says, asked at the same time: one that is silent delays no other."""
        every = list(dict.fromkeys(addresses))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(every, pool.map(lambda address: self.ask_at(address, name, type), every)))

    def _port(self, address: str) -> int:
        first = self.servers[0]
        return first.port if is_loopback(address) and is_loopback(first.address) else DNS_PORT

    def forget(self) -> None:
        """Ask again from now on."""
        self._known.clear()
        self._silent.clear()

    def _query(self, server: Server, name: str, type: str, recursive: bool, validated: bool) -> Response:
        key = (server, name, type, recursive, validated)
        if key not in self._known:
            if not recursive and server in self._silent:
                return Response(server, self._silent[server])
            response = self._known[key] = self._send(server, _message(name, type, recursive, validated))
            # A resolver may be silent about one name alone, whose name servers do not respond.
            if not recursive and response.problem in SILENT:
                self._silent[server] = response.problem
        return self._known[key]

    def _send(self, server: Server, message: Message | None) -> Response:
        if message is None:
            return Response(server, Problem.TOO_LONG)
        problem = Problem.TIMEOUT
        for _attempt in range(_ATTEMPTS):
            try:
                return _read(server, exchange(message, server, self._timeout / _ATTEMPTS))
            except NoExchange as error:
                problem = error.problem
        return Response(server, problem)


def read_resolvers(texts: Iterable[str] | None, timeout: float = TIMEOUT) -> Resolver:
    """The resolvers that are given, or those of the system. Raises Failure."""
    given = [read_server(text, "resolvers") for text in texts or () if text.strip()]
    return Resolver(given or _of_the_system(), timeout)


def follow(name: str, resolver: Resolver, clock: Clock | None = None) -> str:
    """The name at the end of the CNAMEs that begin at a name: the name itself where there are none. Raises Failure.

    A wildcard CNAME does not lead anywhere: a record of its own takes its place at the name.
    """
    here, chain = record_name(name, "record_name"), [record_name(name, "record_name")]
    while True:
        target = _cname(here, resolver)
        if target is None or (len(chain) == 1 and _is_wildcard(here, target, resolver, clock or Clock())):
            return here
        if target in chain:
            raise Failure(
                f"{name}: its CNAMEs lead in a circle ({' -> '.join([*chain, target])}). Correct one of them."
            )
        if len(chain) > _LONGEST_CHAIN:
            raise Failure(f"{name}: more than {_LONGEST_CHAIN} CNAMEs follow one another; shorten the chain.")
        here = target
        chain.append(here)


def _cname(name: str, resolver: Resolver) -> str | None:
    response = resolver.ask(name, "CNAME")
    if not response.is_usable:
        raise NoResponse(
            f"resolvers: whether {name} is a CNAME is unknown: the name server {response.server} {response.said}."
        )
    return next(iter(response.values("CNAME", name)), None)


def _is_wildcard(name: str, target: str, resolver: Resolver, clock: Clock) -> bool:
    neighbour = f"certops-{clock.nonce()[:16]}.{name.partition('.')[2]}"
    return target in resolver.ask(neighbour, "CNAME").values("CNAME", neighbour)


def _of_the_system() -> list[Server]:
    load()
    import dns.exception
    import dns.resolver

    try:
        servers = [Server(str(address)) for address in dns.resolver.Resolver().nameservers]
    except (dns.exception.DNSException, OSError):
        servers = []
    if not servers:
        raise InvalidOption("resolvers", "this machine has no resolver in its configuration; give one or more.")
    return servers


def _message(name: str, type: str, recursive: bool, validated: bool) -> Message | None:
    """A query, or None for a name that no query can hold."""
    import dns.exception
    import dns.flags
    import dns.message

    flags = dns.flags.Flag(0)
    if recursive:
        flags |= dns.flags.RD
    if not validated:
        flags |= dns.flags.CD
    try:
        return dns.message.make_query(name + ".", type, flags=flags, want_dnssec=True)
    except dns.exception.DNSException:
        return None


def _read(server: Server, message: Message) -> Response:
    import dns.flags
    import dns.rcode

    return Response(
        server,
        rcode=dns.rcode.to_text(message.rcode()),
        authoritative=bool(message.flags & dns.flags.AA),
        recursive=bool(message.flags & dns.flags.RA),
        records=_records(message.answer),
        authority=_records(message.authority),
        additional=_records(message.additional),
        message=message,
    )


def _records(rrsets: Iterable[RRset]) -> tuple[Record, ...]:
    import dns.rdatatype

    return tuple(
        Record(rrset.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(rrset.rdtype), to_text(rdata))
        for rrset in rrsets
        for rdata in rrset
    )
