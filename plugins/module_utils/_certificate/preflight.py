# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Preflight: what would make an application fail, said before it costs anything. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._dns.caa import relevant_set
from .._dns.dnssec import look_at_dnssec
from .._dns.fetch import fetch_validation
from .._dns.lookup import Resolver, Response, follow
from .._dns.record_names import VALIDATION_LABEL, lies_in
from .._dns.zones import Zone, at_every_server, find_zone
from .._errors import ApiError, Failure, NoCredentials
from .._host.clock import Clock
from .._x509.hostnames import WILDCARD, base
from . import preflight_rules as rules
from .preflight_rules import FAILED, OK, SKIPPED, WARNING, Check, Verdict

Fetch = Callable[[str, "str | None", Iterable[str]], list[Any]]
# Seconds between two looks at what was published: the first pause and the longest one.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0
_PROBE_DIRECTORY = "/.well-known/pki-validation/"


@dataclass(frozen=True)
class PreflightWanted:
    """What is to be checked.

    ``provider_zone`` says which zone the settings write a name's record to, or raises Failure; None is not checked.
    ``dns_alias`` is where the CNAME of a validation record has to lead. ``values`` are our own, not foreign ones.
    ``probe`` is the path and content of a file that was written into the web root.
    """

    domains: tuple[str, ...]
    product_code: str = "digicert-free-1-free"
    validation: str = "manual"
    validation_method: str = "dns"
    provider_zone: Callable[[str], str] | None = None
    dns_alias: str | None = None
    values: tuple[str, ...] = ()
    probe: tuple[str, str] | None = None
    strict: bool = False


class Published(NamedTuple):
    """A record that was published for a domain."""

    domain: str
    name: str
    type: str
    value: str


@dataclass
class _Look:
    """One run: where to ask, and what was told already."""

    wanted: PreflightWanted
    resolver: Resolver
    clock: Clock
    fetch: Fetch
    zones: dict[str, Zone] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def zone(self, name: str) -> Zone:
        if name not in self.zones:
            self.zones[name] = find_zone(self.resolver, name)
        return self.zones[name]

    def nonce(self) -> str:
        return f"certops-{self.clock.nonce()[:16]}"


def look(
    wanted: PreflightWanted, resolver: Resolver, clock: Clock | None = None, fetch: Fetch = fetch_validation
) -> list[Check]:
    """Check each domain; a zone that several of them share is told once."""
    run = _Look(wanted, resolver, clock or Clock(), fetch)
    return [check for domain in wanted.domains for check in _domain(run, domain)]


def failures(checks: Iterable[Check]) -> list[str]:
    """A sentence for each failed check."""
    return _sentences(checks, FAILED)


def warnings(checks: Iterable[Check]) -> list[str]:
    """A sentence for each check with a warning."""
    return _sentences(checks, WARNING)


def _sentences(checks: Iterable[Check], result: str) -> list[str]:
    return [f"preflight: {each.domain}: {each.check}: {each.detail}" for each in checks if each.result == result]


def wait_visible(published: Published, resolver: Resolver, seconds: float, clock: Clock | None = None) -> Check:
    """Wait until every name server of its zone has a record that was published."""
    clock = clock or Clock()
    zone, deadline, pause = find_zone(resolver, published.name), clock.monotonic() + seconds, _FIRST_PAUSE
    while True:
        verdict = _visible(published, resolver, zone)
        left = deadline - clock.monotonic()
        if verdict.result != FAILED or left <= 0:
            return Check(published.domain, "visible", *verdict)
        clock.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)
        resolver.forget()


def served_file(domain: str, url: str, content: str, resolver: Resolver, fetch: Fetch = fetch_validation) -> Check:
    """Whether every address of a domain serves its validation file, byte for byte."""
    addresses = [value for type in ("A", "AAAA") for value in resolver.ask(domain, type).values(type)]
    return Check(domain, "http", *rules.http(domain, fetch(url, content, addresses)))


def _visible(published: Published, resolver: Resolver, zone: Zone) -> Verdict:
    responses = at_every_server(resolver, zone, published.name, published.type)
    return rules.visible(published.name, published.value, published.type, responses)


# One domain.


def _domain(run: _Look, domain: str) -> Iterator[Check]:
    name, checks = base(domain), list[tuple[str, Verdict]]()
    if run.wanted.validation_method == "dns":
        checks += _dns(run, name)
    zone = run.zone(name)
    asked = [(name, "CAA")]
    if any(check == "cname" and verdict.result == OK for check, verdict in checks):
        asked.append((f"{VALIDATION_LABEL}.{name}", "TXT"))
    checks = [*_zone(run, zone, name, asked), *checks, ("caa", _caa(run, zone, domain))]
    if run.wanted.validation_method == "file":
        checks.append(("http", _http(run, zone, domain)))
    for check, verdict in checks:
        yield Check(domain, check, *verdict)


def _dns(run: _Look, name: str) -> Iterator[tuple[str, Verdict]]:
    """The checks of the validation record and of the zone that it goes to."""
    wanted, record = run.wanted, f"{VALIDATION_LABEL}.{name}"
    try:
        target = follow(record, run.resolver, run.clock)
    except Failure as failure:
        broken = run.zone(name).resolved is not None
        yield "cname", Verdict(SKIPPED if broken else FAILED, failure.msg)
        return
    rule = rules.preauthorized if wanted.validation == "preauthorized" else rules.cname
    yield "cname", rule(record, target, wanted.dns_alias)
    if wanted.validation == "preauthorized":
        return
    zone = run.zone(target)
    if zone.name != run.zone(name).name:
        yield from _zone(run, zone, target, [(target, "TXT")])
    if zone.servers:
        yield "zone", _provider(run, zone, target)
        yield "txt", _foreign(run, zone, target)
        if lies_in(target, name):
            yield "wildcard", _wildcard(run, zone, name)


def _zone(run: _Look, zone: Zone, name: str, asked: Sequence[tuple[str, str]]) -> list[tuple[str, Verdict]]:
    """The checks of a zone, once for all names in it."""
    key = zone.name or name
    if key in run.told:
        return []
    run.told.add(key)
    if not zone.servers:
        found = [("delegation", rules.delegation(zone, name, True))]
        fine = found[0][1].result == OK
        return [*found, ("authoritative", rules.authoritative(zone, {}))] if fine else found
    signatures = rules.dnssec(zone, look_at_dnssec(run.resolver, zone, asked, run.clock))
    others = {
        (address, each, type): response
        for each, type in asked
        for address, response in at_every_server(run.resolver, zone, each, type).items()
    }
    seen = {each: run.resolver.ask(each, type) for each, type in asked if type == "CAA"}
    return [
        ("delegation", rules.delegation(zone, name, signatures.result == FAILED)),
        ("authoritative", rules.authoritative(zone, others)),
        ("resolver", rules.resolver_view(zone, others, seen)),
        ("dnssec", signatures),
    ]


def _caa(run: _Look, zone: Zone, domain: str) -> Verdict:
    name = base(domain)
    if not zone.servers and zone.resolved:
        return Verdict(SKIPPED, f"the zone of {name} cannot be read")

    def ask(level: str) -> Response:
        return _public(run, zone, level, "CAA")

    seen = relevant_set(name, ask)
    return rules.caa(seen, name, domain.startswith(WILDCARD), run.wanted.product_code, run.wanted.strict)


def _public(run: _Look, zone: Zone, name: str, type: str) -> Response:
    """What the zone itself says where it can be asked: a resolver may show another one."""
    if zone.servers and lies_in(name, zone.name):
        response = run.resolver.ask_at(zone.servers[0], name, type)
        if response.is_usable and response.authoritative and not response.values("CNAME"):
            return response
    return run.resolver.ask(name, type)


def _provider(run: _Look, zone: Zone, record: str) -> Verdict:
    if run.wanted.provider_zone is None:
        return Verdict(SKIPPED, f"{record} lies in the zone {zone.name}; where the settings write to is not checked")
    try:
        return rules.provider_zone(zone, record, run.wanted.provider_zone(record))
    except NoCredentials:
        return Verdict(
            SKIPPED, f"{record} lies in the zone {zone.name}; without an access key, the account is not checked"
        )
    except ApiError as failure:
        return Verdict(WARNING, f"the zone that the settings write to cannot be read: {failure.msg}")
    except Failure as failure:
        return Verdict(FAILED, failure.msg)


def _foreign(run: _Look, zone: Zone, record: str) -> Verdict:
    """Values that a wildcard record gives to every name are not the record's own."""
    neighbour = f"{run.nonce()}.{record.partition('.')[2]}"
    found = [
        value for each in at_every_server(run.resolver, zone, record, "TXT").values() for value in each.values("TXT")
    ]
    shared = run.resolver.ask_at(zone.servers[0], neighbour, "TXT").values("TXT")
    others = [value for value in dict.fromkeys(found) if value not in (*shared, *run.wanted.values)]
    return rules.foreign_values(record, others, run.wanted.validation == "automatic")


def _wildcard(run: _Look, zone: Zone, name: str) -> Verdict:
    """By RFC 4592, a wildcard covers what is below ``*.name`` exactly when neither that nor the name exists."""
    if name == zone.name:
        return rules.hidden_wildcard(name, (), True)
    first = zone.servers[0]
    responses = [(type, run.resolver.ask_at(first, name, type)) for type in ("A", "AAAA")]
    values = [value for type, each in responses for kind in (type, "CNAME") for value in each.values(kind)]
    below = run.resolver.ask_at(first, f"{run.nonce()}.*.{name}", "A")
    return rules.hidden_wildcard(name, tuple(dict.fromkeys(values)), below.rcode != "NOERROR")


def _http(run: _Look, zone: Zone, domain: str) -> Verdict:
    if not zone.name or (zone.resolved and not zone.servers):
        return Verdict(SKIPPED, f"the zone of {domain} cannot be read")
    path, content = run.wanted.probe or (f"{_PROBE_DIRECTORY}{run.nonce()}.txt", None)
    addresses = [value for type in ("A", "AAAA") for value in _public(run, zone, domain, type).values(type)]
    return rules.http(domain, run.fetch(f"http://{domain}{path}", content, addresses))
