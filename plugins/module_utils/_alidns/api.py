# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The reads of Alibaba Cloud DNS: whose zone a name lies in, and which records it has; paging included."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from .._connection import Service
from .._errors import NotAllowed
from .._rpc.client import Caller, Product
from .._rpc.paging import Entry, latest
from .._text import one_line
from .record import ENGLISH, Record, Zone, folded, from_entry

if TYPE_CHECKING:
    from .argspec import RecordWanted

PRODUCT = Product(version="2015-01-09", ram_code="alidns", thing="record")
_PAGE = 100


def default_endpoint(region: str) -> str:
    """One public endpoint serves all regions."""
    return "alidns.aliyuncs.com"


ALIDNS = Service(PRODUCT, default_endpoint, "ALIBABA_CLOUD_ALIDNS_ENDPOINT")


def zone_of(caller: Caller, wanted: RecordWanted) -> Zone:
    """The zone that a task means: the one it names, or the account's domain with the longest suffix of the name."""
    if wanted.domain:
        return Zone(wanted.domain, wanted.domain)
    return require_zone(hosted(caller, wanted.name), wanted.name)


def require_zone(zones: Mapping[str, Zone], name: str) -> Zone:
    """The zone that holds a name. Raises NotAllowed where there is none."""
    zone = holding(zones, name)
    if zone is None:
        raise NotAllowed(
            f"{name} lies in no domain that is hosted in this account's Alibaba Cloud DNS. "
            "If it is relative, give domain; else add the domain there, or use the account that has it."
        )
    return zone


def holding(zones: Mapping[str, Zone], name: str) -> Zone | None:
    """The zone with the longest suffix of a name."""
    parts = name.split(".")
    suffixes = (".".join(parts[start:]) for start in range(len(parts)))
    return next((zones[suffix] for suffix in suffixes if suffix in zones), None)


def hosted(caller: Caller, name: str) -> dict[str, Zone]:
    """The account's domains that may hold a name, by their names in A-labels."""
    params = {"KeyWord": searched_for(name)}
    found = _all(caller, "DescribeDomains", params, ("Domains", "Domain"))
    spellings = [one_line(entry.get("DomainName")) for entry in found]
    return {folded(spelling): Zone(folded(spelling), spelling) for spelling in spellings}


def searched_for(name: str) -> str | None:
    """What finds every zone of a name: the search finds what contains its last two labels.

    International domains are not searched for, because it may know only one of their spellings.
    """
    end = ".".join(name.split(".")[-2:])
    return None if "xn--" in end else end


def records(caller: Caller, zone: Zone, name: str) -> list[Record]:
    """The records under exactly this name, of all types and lines."""
    rr = zone.rr(name)
    params = {"SubDomain": zone.full(rr), "DomainName": zone.spelling}
    listed = _all(caller, "DescribeSubDomainRecords", params, ("DomainRecords", "Record"))
    found = [from_entry({"DomainName": zone.name, **entry}) for entry in listed]
    return [record for record in found if (record.domain, record.rr) == (zone.name, rr)]


def _all(caller: Caller, action: str, params: dict[str, Any], path: tuple[str, str]) -> list[Entry]:
    return latest(partial(_page, caller, action, params, path), _key)


def _key(entry: Entry) -> str:
    return one_line(entry.get("RecordId") or entry.get("DomainName"))


def _page(
    caller: Caller, action: str, params: dict[str, Any], path: tuple[str, str], number: int
) -> tuple[object, object]:
    response = caller.call(action, {**ENGLISH, **params, "PageNumber": number, "PageSize": _PAGE})
    box = response.get(path[0])
    return box.get(path[1]) if isinstance(box, dict) else None, response.get("TotalCount")
