# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads of Alibaba Cloud DNS: whose zone a name lies in, and which records it has; paging included."""

from __future__ import annotations

from functools import partial
from typing import Any

from .._connection import Service
from .._errors import NotAllowed
from .._rpc.client import Client, Product
from .._rpc.paging import Entry, pages
from .._text import one_line
from .argspec import Wanted
from .record import Record, Zone, folded, from_entry

PRODUCT = Product(version="2015-01-09", ram_code="alidns", thing="record")
_PAGE = 100
_PASSES = 3


def default_endpoint(region: str) -> str:
    """One public endpoint serves all regions."""
    return "alidns.aliyuncs.com"


ALIDNS = Service(PRODUCT, default_endpoint, "ALIBABA_CLOUD_ALIDNS_ENDPOINT")


def call(client: Client, action: str, params: dict[str, Any]) -> Entry:
    """One call that answers in English."""
    return client.call(action, {"Lang": "en", **params})


def zone_of(client: Client, wanted: Wanted) -> Zone:
    """The zone that a task means: the one it names, or the account's domain with the longest suffix of the name."""
    if wanted.domain:
        return Zone(wanted.domain, wanted.domain)
    zones = _hosted(client, wanted.name)
    parts = wanted.name.split(".")
    for start in range(len(parts)):
        zone = zones.get(".".join(parts[start:]))
        if zone:
            return zone
    raise NotAllowed(
        f"{wanted.name} lies in no domain that is hosted in this account's Alibaba Cloud DNS. "
        "If it is relative, give domain; else add the domain there, or use the account that has it."
    )


def _hosted(client: Client, name: str) -> dict[str, Zone]:
    """The account's domains that may hold a name, by their names in A-labels.

    The search finds what contains the last two labels, and so every zone of the name; international domains are not
    searched for, because it may know only one of their spellings.
    """
    end = ".".join(name.split(".")[-2:])
    params = {"KeyWord": None if "xn--" in end else end}
    entries = _all(client, "DescribeDomains", params, ("Domains", "Domain"))
    spellings = [one_line(entry.get("DomainName")) for entry in entries]
    return {folded(spelling): Zone(folded(spelling), spelling) for spelling in spellings}


def records(client: Client, zone: Zone, name: str) -> list[Record]:
    """The records under exactly this name, of all types and lines."""
    rr = zone.rr(name)
    params = {"SubDomain": zone.full(rr), "DomainName": zone.spelling}
    entries = _all(client, "DescribeSubDomainRecords", params, ("DomainRecords", "Record"))
    found = [from_entry({"DomainName": zone.name, **entry}) for entry in entries]
    return [record for record in found if (record.domain, record.rr) == (zone.name, rr)]


def _all(client: Client, action: str, params: dict[str, Any], path: tuple[str, str]) -> list[Entry]:
    """All entries of a list, each once. When entries moved between pages while they were read, it is read again."""
    found: dict[str, Entry] = {}
    for _attempt in range(_PASSES):
        found, totals = {}, set()
        for page, total in pages(partial(_page, client, action, params, path)):
            totals.add(total)
            found.update((one_line(entry.get("RecordId") or entry.get("DomainName")), entry) for entry in page)
        if len(totals) == 1 and len(found) >= max(totals):
            break
    return list(found.values())


def _page(
    client: Client, action: str, params: dict[str, Any], path: tuple[str, str], number: int
) -> tuple[object, object]:
    response = call(client, action, {**params, "PageNumber": number, "PageSize": _PAGE})
    box = response.get(path[0])
    return box.get(path[1]) if isinstance(box, dict) else None, response.get("TotalCount")
