# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""DNSSEC of a zone: what the keys, the signatures and a validating resolver tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from .._host.clock import Clock
from .._text import utc_text
from .lookup import Resolver, Response
from .zones import Zone

if TYPE_CHECKING:
    from dns.message import Message

SOON = timedelta(days=3)
# Seconds after which a name server that signs each response shows a later signature.
_PAUSE = 1.1


@dataclass(frozen=True)
class Dnssec:
    """What is wrong with the signatures of a zone, and what soon will be; both None where all is well."""

    signed: bool
    wrong: str | None = None
    soon: str | None = None


def look_at_dnssec(resolver: Resolver, zone: Zone, names: Iterable[tuple[str, str]], clock: Clock) -> Dnssec:
    """``names`` are the names and types whose responses have to hold; each is asked for by a validating resolver."""
    ds = resolver.ask(zone.name, "DS")
    if not ds.values("DS", zone.name):
        return Dnssec(signed=False, wrong=_refused(resolver, zone, names))
    keys = _first_usable(resolver, zone, "DNSKEY")
    wrong = (
        _keys(zone, ds, keys)
        or next(_signatures(resolver, zone, keys, clock.now()), None)
        or _refused(resolver, zone, names)
    )
    return Dnssec(True, wrong, None if wrong else _soon(resolver, zone, clock))


def _first_usable(resolver: Resolver, zone: Zone, type: str) -> Response:
    responses = [resolver.ask_at(address, zone.name, type) for address in zone.servers]
    return next((each for each in responses if each.is_usable), resolver.ask(zone.name, type))


def _refused(resolver: Resolver, zone: Zone, names: Iterable[tuple[str, str]]) -> str | None:
    """What a validating resolver does not accept, although it has it."""
    for name, type in ((zone.name, "SOA"), *names):
        plain, validated = resolver.ask(name, type), resolver.ask(name, type, validated=True)
        if plain.is_usable and validated.problem is None and validated.rcode == "SERVFAIL":
            return f"the validating resolver {validated.server} does not accept the signatures of {name} {type}"
    return None


def _keys(zone: Zone, ds: Response, keys: Response) -> str | None:
    import dns.dnssec
    import dns.exception

    found = _rdatas(keys, zone.name, "DNSKEY")
    if not found:
        return "the parent has a DS record, but the zone has no DNSKEY"
    wanted = {(each.key_tag, each.algorithm, each.digest_type): each.digest for each in _rdatas(ds, zone.name, "DS")}
    for key in found:
        for (tag, algorithm, digest_type), digest in wanted.items():
            if (dns.dnssec.key_id(key), key.algorithm) != (tag, algorithm):
                continue
            try:
                if dns.dnssec.make_ds(zone.name + ".", key, digest_type).digest == digest:
                    return None
            except (dns.exception.DNSException, ValueError):
                return None  # a kind of digest that is not known here
    return "no DNSKEY of the zone matches a DS record of the parent"


def _signatures(resolver: Resolver, zone: Zone, keys: Response, now: datetime) -> Iterator[str]:
    """What is wrong with the signatures of the keys and of the SOA, at each name server."""
    for address in dict.fromkeys(zone.servers):
        for type in ("SOA", "DNSKEY"):
            response = resolver.ask_at(address, zone.name, type)
            if not response.is_usable or not response.values(type, zone.name):
                continue
            problem = _invalid(response, keys, zone.name, type, now)
            if problem:
                yield f"{address}: {problem}"


def _invalid(response: Response, keys: Response, name: str, type: str, now: datetime) -> str | None:
    signatures = _rdatas(response, name, "RRSIG", type)
    if not signatures:
        return f"the {type} record of {name} is not signed"
    moment = now.timestamp()
    dates = [(each.inception, each.expiration) for each in signatures]
    if not any(expiration > moment for _inception, expiration in dates):
        return f"the signature of the {type} record of {name} expired on {_date(max(end for _start, end in dates))}"
    if not any(start <= moment < end for start, end in dates):
        return f"the signature of the {type} record of {name} is not valid before {_date(min(dates)[0])}"
    return _not_by_key(response, keys, name, type, moment)


def _not_by_key(response: Response, keys: Response, name: str, type: str, moment: float) -> str | None:
    import dns.dnssec
    import dns.exception
    import dns.name

    # The names of its exceptions have moved between versions.
    dnssec: Any = dns.dnssec
    owner = dns.name.from_text(name)
    records, signatures = _rrset(response.message, name, type), _rrset(response.message, name, "RRSIG", type)
    try:
        dnssec.validate(records, signatures, {owner: _rrset(keys.message, name, "DNSKEY")}, now=moment)
    except dnssec.ValidationFailure as error:
        unsupported = isinstance(error, getattr(dnssec, "UnsupportedAlgorithm", ()))
        return None if unsupported else f"the signature of the {type} record of {name} is not by a key of the zone"
    except (dns.exception.DNSException, ImportError, ValueError):
        return None  # this machine cannot tell
    return None


def _soon(resolver: Resolver, zone: Zone, clock: Clock) -> str | None:
    """The signature that expires soon, unless the name server signs each response itself."""
    for address in dict.fromkeys(zone.servers):
        for type in ("SOA", "DNSKEY"):
            end = _expiration(resolver.ask_at(address, zone.name, type), zone.name, type)
            if end is None or end - clock.now().timestamp() > SOON.total_seconds():
                continue
            clock.sleep(_PAUSE)
            resolver.forget()
            later = _expiration(resolver.ask_at(address, zone.name, type), zone.name, type)
            if later is not None and later <= end:
                return f"{address}: the signature of the {type} record of {zone.name} expires on {_date(end)}"
    return None


def _expiration(response: Response, name: str, type: str) -> int | None:
    return max((each.expiration for each in _rdatas(response, name, "RRSIG", type)), default=None)


def _date(seconds: float) -> str:
    return utc_text(datetime.fromtimestamp(seconds, timezone.utc))


def _rrset(message: Message | None, name: str, type: str, covers: str = "NONE") -> Any:
    import dns.name
    import dns.rdataclass
    import dns.rdatatype

    if message is None:
        return None
    kinds = dns.rdatatype.from_text(type), dns.rdatatype.from_text(covers)
    return message.get_rrset(message.answer, dns.name.from_text(name), dns.rdataclass.IN, *kinds)


def _rdatas(response: Response, name: str, type: str, covers: str = "NONE") -> list[Any]:
    return list(_rrset(response.message, name, type, covers) or ())
