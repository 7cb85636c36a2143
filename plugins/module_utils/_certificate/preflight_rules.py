# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What would make an application fail, from what DNS and HTTP show: each rule is a function to a Check. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .._dns.caa import CaaSet, forbids
from .._dns.dnssec import Dnssec
from .._dns.exchange import Problem
from .._dns.fetch import Fetched
from .._dns.lookup import Response
from .._dns.record_names import lies_in
from .._dns.zones import Zone, serves
from .._text import quoted

OK, WARNING, FAILED, SKIPPED = "ok", "warning", "failed", "skipped"

# The names by which CAs are allowed in CAA records, the one to add first.
_DIGICERT = (
    "digicert.com",
    "www.digicert.com",
    "geotrust.com",
    "rapidssl.com",
    "symantec.com",
    "thawte.com",
    "digicert.ne.jp",
    "cybertrust.ne.jp",
)
_IDENTIFIERS = {
    **dict.fromkeys(("alibaba", "digicert", "geotrust", "rapidssl", "symantec", "thawte"), _DIGICERT),
    "globalsign": ("globalsign.com",),
    "cfca": ("cfca.com.cn",),
}


class Check(NamedTuple):
    """One thing that was looked at. ``result`` is ok, warning, failed or skipped."""

    domain: str
    check: str
    result: str
    detail: str

    def public(self) -> dict[str, Any]:
        return self._asdict()


class Verdict(NamedTuple):
    result: str
    detail: str


def delegation(zone: Zone, name: str, named_elsewhere: bool) -> Verdict:
    """``named_elsewhere``: another check tells why resolvers do not get through."""
    if not zone.name:
        said = zone.resolved.said if zone.resolved else "knows no zone"
        where = f"the name server {zone.resolved.server} {said}" if zone.resolved else "no resolver tells of one"
        return Verdict(FAILED, f"the zone of {name} cannot be found: {where}. Check resolvers and the domain.")
    if "." not in zone.name:
        return Verdict(FAILED, f"{name} is not delegated: {zone.name} has no name servers for it. Check the spelling.")
    without = sorted(server for server, addresses in zone.addresses.items() if not addresses)
    if without or not zone.addresses:
        which = ", ".join(without) or "every one"
        return Verdict(FAILED, f"zone {zone.name}: name server without an address: {which}. Add the address (glue).")
    if zone.aliases:
        return Verdict(
            FAILED, f"zone {zone.name}: name server that is a CNAME: {_names(zone.aliases)}. Name its target."
        )
    if zone.resolved and zone.servers and not named_elsewhere:
        return Verdict(
            FAILED,
            f"zone {zone.name}: the resolver {zone.resolved.server} {zone.resolved.said}, although its name servers "
            "respond. Check the delegation and the resolver.",
        )
    if zone.delegated and zone.listed and zone.delegated != zone.listed:
        return Verdict(
            WARNING,
            f"zone {zone.name}: the parent names {_names(zone.delegated)}, the zone itself {_names(zone.listed)}. "
            "Make them the same.",
        )
    return Verdict(OK, f"zone {zone.name}, name servers {_names(zone.addresses)}")


def authoritative(zone: Zone, others: Mapping[tuple[str, str, str], Response]) -> Verdict:
    """``others`` are the responses of servers that serve the zone, by address, name and type."""
    asked = {pair: each for pair, each in zone.responses.items() if not _no_way(pair[1], each)}
    if not asked or (not zone.resolved and all(each.problem for each in asked.values())):
        return Verdict(
            SKIPPED, f"zone {zone.name}: no name server can be asked from this machine; is port 53 closed on the way?"
        )
    faults = [*_not_served(zone, asked), *_unusable(others)]
    if faults:
        # A resolver passes on from a name server that is silent to the next one, and believes one that is wrong.
        return Verdict(
            WARNING if all(silent for _text, silent in faults) else FAILED,
            f"zone {zone.name}: {'; '.join(text for text, _silent in faults)}. Repair it, or remove it from the "
            "delegation.",
        )
    serials = {each.values("SOA", zone.name)[0].split()[2] for each in asked.values()}
    if len(serials) > 1:
        return Verdict(
            WARNING, f"zone {zone.name}: the serial numbers differ ({_names(serials)}); a name server is behind."
        )
    differing = _differing(others)
    if differing:
        return Verdict(WARNING, f"zone {zone.name}: the name servers have different values of {_names(differing)}.")
    return Verdict(OK, f"zone {zone.name}: every name server responds ({len(asked)})")


def _not_served(zone: Zone, asked: Mapping[tuple[str, str], Response]) -> list[tuple[str, bool]]:
    """What is wrong with each name server, and whether it is only silent while another one serves the zone."""
    return [
        (f"{server} ({address}) {_fault(each)}", each.is_silent and bool(zone.servers))
        for (server, address), each in asked.items()
        if not serves(each, zone.name)
    ]


def _unusable(others: Mapping[tuple[str, str, str], Response]) -> list[tuple[str, bool]]:
    """The same for single records of servers that serve the zone."""
    answered = {(name, type) for (_address, name, type), each in others.items() if each.is_usable}
    return [
        (f"{address} {each.said} to {type} {name}", each.is_silent and (name, type) in answered)
        for (address, name, type), each in others.items()
        if not each.is_usable
    ]


def _no_way(address: str, response: Response) -> bool:
    """A machine without IPv6 cannot tell anything of it."""
    return ":" in address and response.problem is Problem.UNREACHABLE


def _fault(response: Response) -> str:
    if response.problem or response.rcode in ("SERVFAIL", "NOTIMP", "FORMERR"):
        return response.said
    return f"does not serve the zone ({response.rcode if response.rcode != 'NOERROR' else 'not authoritative'})"


def _differing(others: Mapping[tuple[str, str, str], Response]) -> list[str]:
    seen: dict[str, set[frozenset[str]]] = {}
    for (_address, name, type), response in others.items():
        if type != "TXT":  # values of validations come and go
            seen.setdefault(f"{type} {name}", set()).add(frozenset(response.values(type)))
    return sorted(record for record, values in seen.items() if len(values) > 1)


def resolver_view(zone: Zone, others: Mapping[tuple[str, str, str], Response], seen: Mapping[str, Response]) -> Verdict:
    """``others`` as above; ``seen`` are the CAA records of names as the resolver has them."""
    if zone.inner:
        return Verdict(
            WARNING,
            f"zone {zone.name}: the resolver {zone.inner.server} has a zone of its own in place of the public one. "
            "Give public resolvers, since the CA sees the public zone.",
        )
    for name, response in seen.items():
        public = [each for (_address, asked, type), each in others.items() if (asked, type) == (name, "CAA")]
        if _shows_another_set(response, public):
            return Verdict(
                WARNING,
                f"zone {zone.name}: the resolver {response.server} shows other CAA records of {name} than the name "
                "servers of the zone. Give public resolvers, since the CA sees the public zone.",
            )
    return Verdict(OK, f"zone {zone.name}: the resolver shows the public zone")


def _shows_another_set(response: Response, public: Sequence[Response]) -> bool:
    """Where the name servers agree, and none leads elsewhere: a resolver adds what is behind a CNAME."""
    every = [response, *public]
    if not public or not all(each.is_usable for each in every):
        return False
    if any(each.values("CNAME") or each.values("DNAME") for each in every):
        return False
    sets = {frozenset(each.values("CAA")) for each in public}
    return len(sets) == 1 and frozenset(response.values("CAA")) not in sets


def dnssec(zone: Zone, seen: Dnssec) -> Verdict:
    if seen.wrong:
        return Verdict(
            FAILED, f"zone {zone.name}: DNSSEC is broken: {seen.wrong}. Sign the zone again, or correct the DS record."
        )
    if seen.soon:
        return Verdict(WARNING, f"zone {zone.name}: {seen.soon}. Check that the zone is signed again in time.")
    return Verdict(OK, f"zone {zone.name} is signed" if seen.signed else f"zone {zone.name} is not signed")


def caa(seen: CaaSet, name: str, wildcard: bool, product_code: str, strict: bool) -> Verdict:
    identifiers = _IDENTIFIERS.get(product_code.partition("-")[0].lower())
    if seen.unknown:
        return Verdict(
            FAILED if strict else WARNING,
            f"the CAA records of {seen.level} cannot be read: {seen.unknown.server} {seen.unknown.said}.",
        )
    if not seen.properties:
        return Verdict(OK, f"{name} has no CAA records; every CA can issue")
    if identifiers is None:
        return Verdict(
            SKIPPED, f"the CAA records of {seen.level} are not checked: the CA of {quoted(product_code)} is unknown"
        )
    reason = forbids(seen.properties, wildcard, identifiers)
    if reason is None:
        return Verdict(OK, f"the CAA records of {seen.level} allow {identifiers[0]}")
    tag = "issuewild" if wildcard and any(each.tag == "issuewild" for each in seen.properties) else "issue"
    cure = "Remove it." if "critical" in reason else f'Add {seen.level}. CAA 0 {tag} "{identifiers[0]}".'
    return Verdict(FAILED if strict else WARNING, f"CAA of {seen.level}: {reason}. {cure}")


def provider_zone(zone: Zone, record: str, written: str) -> Verdict:
    if written == zone.name:
        return Verdict(OK, f"{record} lies in the zone {zone.name}, which the settings write to")
    if not lies_in(record, written):
        return Verdict(FAILED, f"{record} does not lie in the zone {written}, which the settings write to.")
    return Verdict(
        FAILED,
        f"the settings write {record} into the zone {written}, but DNS has it in the zone {zone.name}: the record "
        f"would not be seen. Use the zone {zone.name}, or delegate {written}.",
    )


def cname(record: str, target: str, alias: str | None) -> Verdict:
    if alias and target != alias:
        leads = f"leads to {target}" if target != record else "is not a CNAME"
        return Verdict(FAILED, f"{record} {leads}. Add {record}. CNAME {alias}., or correct dns_alias.")
    if target != record:
        return Verdict(OK, f"{record} is a CNAME to {target}, where the validation record goes")
    return Verdict(OK, f"{record} is not a CNAME")


def preauthorized(record: str, target: str, alias: str | None) -> Verdict:
    if target == record:
        wanted = f" Add {record}. CNAME {alias}." if alias else " Add the CNAME that the console shows."
        return Verdict(FAILED, f"{record} has no CNAME, so that the names are not authorized any more.{wanted}")
    return cname(record, target, alias)


def foreign_values(record: str, values: Sequence[str], automatic: bool) -> Verdict:
    if not values:
        return Verdict(OK, f"{record} has no other TXT values")
    what = "the service deletes them" if automatic else "remove them if no order needs them any more"
    return Verdict(
        WARNING, f"{record} has TXT values already ({', '.join(quoted(each) for each in values[:5])}); {what}."
    )


def hidden_wildcard(name: str, addresses: Sequence[str], exists: bool) -> Verdict:
    if exists or not addresses:
        return Verdict(OK, f"{name} does not depend on a wildcard record")
    return Verdict(
        WARNING,
        f"{name} has no record of its own and gets {', '.join(addresses[:3])} from a wildcard record. While the "
        f"validation record is published, it has no address. Add a record for {name}.",
    )


def http(name: str, fetched: Sequence[Fetched]) -> Verdict:
    if not fetched:
        return Verdict(FAILED, f"{name} has no address (A or AAAA record), so that the CA cannot fetch the file.")
    bad = [f"{each.address} {each.problem}" for each in fetched if each.problem]
    if bad:
        return Verdict(FAILED, f"http://{name}: {'; '.join(bad)}. The CA fetches the file from every address.")
    if all(each.unreachable for each in fetched):
        return Verdict(SKIPPED, f"http://{name} has IPv6 addresses only, and this machine has no way to them")
    return Verdict(OK, f"http://{name} serves at every address ({len(fetched)})")


def visible(record: str, value: str, type: str, responses: Mapping[str, Response]) -> Verdict:
    heard = {address: each for address, each in responses.items() if not each.is_silent}
    missing = sorted(address for address, each in heard.items() if value not in each.values(type))
    if not heard:
        return Verdict(SKIPPED, f"no name server of {record} can be asked from this machine")
    if missing:
        return Verdict(FAILED, f"{type} {record} is not visible at {', '.join(missing)}. A name server is behind.")
    return Verdict(OK, f"{type} {record} is visible at every name server ({len(heard)})")


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
