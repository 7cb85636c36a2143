# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The zone of a name as its parent, its resolver and each of its name servers show it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .lookup import Resolver, Response
from .record_names import lies_in, upwards

# As many name servers of the parent are asked: its delegation is the same at each.
_PARENTS = 3


@dataclass(frozen=True)
class Zone:
    """A zone and who serves it.

    ``resolved`` is the response of a resolver that does not get through to the zone, or None. ``delegated`` holds the
    name servers by the parent, empty when it does not tell; ``listed`` those by the zone itself. ``addresses`` are by
    the name of the name server. ``responses`` are to a query for the SOA, by name and address. ``inner`` is the
    response of a resolver that has a zone of its own in place of the public one, or None. ``aliases`` are the name
    servers whose names are CNAMEs, which resolvers do not follow.
    """

    name: str
    resolved: Response | None
    delegated: frozenset[str]
    listed: frozenset[str]
    addresses: dict[str, tuple[str, ...]]
    responses: dict[tuple[str, str], Response]
    inner: Response | None = None
    aliases: frozenset[str] = frozenset()

    @property
    def servers(self) -> list[str]:
        """The addresses that serve the zone."""
        return [address for (_name, address), response in self.responses.items() if serves(response, self.name)]


def serves(response: Response, zone: str) -> bool:
    return response.is_usable and response.authoritative and bool(response.values("SOA", zone))


def find_zone(resolver: Resolver, name: str) -> Zone:
    """The zone that a name lies in; its name is empty when nothing is known but the root."""
    top, broken = _by_resolver(resolver, name)
    delegated, glue, cut = _by_parent(resolver, name, top, broken)
    name = cut or top
    known = delegated or frozenset(resolver.ask(name, "NS").values("NS", name) if name else ())
    zone = _served(resolver, Zone(name, broken, delegated, known, {}, {}), glue)
    # A resolver may have the name servers from the parent; the zone's own are what the zone says.
    own = [at.values("NS", name) for at in at_every_server(resolver, zone, name, "NS").values() if at.authoritative]
    zone = replace(zone, listed=frozenset(each for names in own for each in names) or known)
    zone = _served(resolver, zone, _with_own_addresses(resolver, zone, glue))
    return replace(zone, inner=_inner(resolver, zone))


def _served(resolver: Resolver, zone: Zone, glue: dict[str, list[str]]) -> Zone:
    """The zone with its name servers' addresses, and what each of them says. Those of a registry are left alone."""
    if "." not in zone.name:
        return zone
    addresses = {each: _addresses(resolver, each, glue) for each in sorted(zone.delegated | zone.listed)}
    pairs = [(server, address) for server, found in addresses.items() for address in found]
    said = resolver.ask_all((address for _server, address in pairs), zone.name, "SOA")
    responses = {pair: said[pair[1]] for pair in pairs}
    aliases = frozenset(server for server in addresses if resolver.ask(server, "A").values("CNAME", server))
    return replace(zone, addresses=addresses, responses=responses, aliases=aliases)


def _with_own_addresses(resolver: Resolver, zone: Zone, glue: dict[str, list[str]]) -> dict[str, list[str]]:
    """The glue with the addresses that the zone itself gives its name servers, which resolvers use later on."""
    inside = [server for server in sorted(zone.delegated | zone.listed) if lies_in(server, zone.name)]
    found = dict(glue)
    for server in inside if zone.servers else ():
        responses = [resolver.ask_at(zone.servers[0], server, type) for type in ("A", "AAAA")]
        own = [value for type, each in zip(("A", "AAAA"), responses) for value in each.values(type, server)]
        found[server] = [*glue.get(server, ()), *own]
    return found


def _inner(resolver: Resolver, zone: Zone) -> Response | None:
    """The response of a resolver that shows another zone of this name than the servers of the delegation do."""
    if not zone.name or zone.resolved:
        return None
    seen = resolver.ask(zone.name, "SOA")
    public = {
        _source(response, zone.name)
        for (server, _address), response in zone.responses.items()
        if serves(response, zone.name) and (server in zone.delegated or not zone.delegated)
    }
    known = {address for found in zone.addresses.values() for address in found}
    own = seen.authoritative and seen.server.address not in known and not _is_copy(seen, zone)
    return seen if own or (public and _source(seen, zone.name) not in public) else None


def _is_copy(seen: Response, zone: Zone) -> bool:
    """Whether a resolver has the zone from its name servers: the SOA is the same, serial number included."""
    public = [each.values("SOA", zone.name) for each in zone.responses.values() if serves(each, zone.name)]
    return seen.values("SOA", zone.name) in public


def _source(response: Response, zone: str) -> tuple[str, ...]:
    """The first two fields of the SOA: the primary name server and its contact."""
    return tuple(response.values("SOA", zone)[0].lower().split()[:2]) if response.values("SOA", zone) else ()


def _by_resolver(resolver: Resolver, name: str) -> tuple[str, Response | None]:
    """The deepest zone that the resolver tells of, and what it said where it could not tell."""
    broken: Response | None = None
    for place in upwards(name):
        response = resolver.ask(place, "SOA")
        if not response.is_usable:
            broken = broken or response
            continue
        zone = _soa(response, place)
        if zone is not None:
            return zone, broken
    return "", broken


def _soa(response: Response, place: str) -> str | None:
    owners = [each.owner for each in (*response.records, *response.authority) if each.type == "SOA"]
    alias = any(each.owner == place and each.type in ("CNAME", "DNAME") for each in response.records)
    return None if alias else next((owner for owner in owners if lies_in(place, owner)), None)


def _by_parent(
    resolver: Resolver, name: str, top: str, broken: Response | None
) -> tuple[frozenset[str], dict[str, list[str]], str]:
    """The name servers, their glue and the name of the zone by the servers of the zone above it."""
    if broken is None:
        above, asked = _by_resolver(resolver, top.partition(".")[2])[0] if "." in top else "", top
    else:
        above, asked = top, name
    servers = sorted(resolver.ask(above, "NS").values("NS", above))[:_PARENTS] if above else []
    addresses = [address for server in servers for address in _addresses(resolver, server, {})[:1]]
    said = resolver.ask_all(addresses, asked, "NS")
    return next((_referral(each, above) for each in said.values() if each.is_usable), (frozenset(), {}, ""))


def _referral(response: Response, above: str) -> tuple[frozenset[str], dict[str, list[str]], str]:
    if response.authoritative:  # it serves the zone, too, and does not tell what the parent has
        return frozenset(), {}, ""
    found = [each for each in response.authority if each.type == "NS" and each.owner != above]
    glue: dict[str, list[str]] = {}
    for each in response.additional:
        if each.type in ("A", "AAAA"):
            glue.setdefault(each.owner, []).append(each.value)
    return frozenset(each.value for each in found), glue, next((each.owner for each in found), "")


def _addresses(resolver: Resolver, server: str, glue: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*glue.get(server, ()), *resolver.addresses(server)]))


def at_every_server(resolver: Resolver, zone: Zone, name: str, type: str) -> dict[str, Response]:
    """What each name server that serves the zone says of a name, by its address."""
    return resolver.ask_all(zone.servers, name, type)
