# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of Alibaba Cloud DNS, version 2015-01-09: parameters in, fields out, or a refusal.

Codes are from the official pages of the operations and from public logs, all with status 400; their list there is not
complete.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from ..core.refusal import Refusal, invalid
from ..core.world import World
from ..orders.parameters import Parameters, required, whole
from ..orders.responses import Fields
from .zones import APEX, Record

# Docstrings of the official SDK, confirmed.
TYPES = ("A", "AAAA", "CAA", "CNAME", "FORWARD_URL", "MX", "NS", "REDIRECT_URL", "SRV", "TXT")
LONGEST_TTL = 86400  # in the message of QuotaExceeded.TTL, seen in public logs
BIGGEST_PAGE, BIGGEST_PAGE_OF_RECORDS = 100, 500

# What cannot stand beside a CNAME of the same name and line: official page on conflicts, confirmed; NS is unconfirmed.
_NOT_BESIDE_CNAME = frozenset({"A", "AAAA", "CAA", "FORWARD_URL", "REDIRECT_URL", "SRV"})
_NOT_BELOW_APEX = frozenset({"MX", "NS", "TXT"})

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


# Lists.


def domains(world: World, parameters: Parameters) -> Fields:
    """DescribeDomains: fuzzy unless SearchMode is EXACT, newest first. Official page, confirmed."""
    word, mode = parameters.get("KeyWord", "").lower(), parameters.get("SearchMode") or "LIKE"
    if mode not in ("LIKE", "EXACT"):
        raise invalid("SearchMode", "it has to be LIKE or EXACT")
    found = [name for name in world.zones.hosted if name == word or (mode == "LIKE" and word in name) or not word]
    entries = [_domain_entry(world, name) for name in found]
    return _page(world, parameters, entries, BIGGEST_PAGE, "Domains", "Domain")


def _domain_entry(world: World, name: str) -> Fields:
    return {
        "DomainId": hashlib.sha256(name.encode()).hexdigest()[:32],
        "DomainName": name,
        "PunyCode": name,
        "AliDomain": True,
        "RecordCount": len(world.zones.of(name)),
        "VersionCode": "mianfei",
        "CreateTimestamp": int(world.zones.hosted[name] * 1000),
        "DnsServers": {"DnsServer": ["ns1.alidns.com", "ns2.alidns.com"]},
    }


def domain_records(world: World, parameters: Parameters) -> Fields:
    """DescribeDomainRecords: which parameters count, and how exactly, depends on SearchMode. SDK, confirmed."""
    records = world.zones.of(_zone(world, required(parameters, "DomainName")))
    word, mode = parameters.get("KeyWord", ""), parameters.get("SearchMode", "")
    if mode not in ("", "LIKE", "EXACT", "ADVANCED", "COMBINATION"):
        raise invalid("SearchMode", "it has to be LIKE, EXACT, ADVANCED or COMBINATION")
    if mode in ("LIKE", "EXACT") or (not mode and word):
        found = [each for each in records if _fits(word, each.rr, mode) or _fits(word, each.value, mode)]
    else:
        found = [each for each in records if _passes(each, parameters, "EXACT" if mode == "COMBINATION" else "LIKE")]
    return _page(world, parameters, _entries(world, found, True), BIGGEST_PAGE_OF_RECORDS, "DomainRecords", "Record")


def _passes(record: Record, parameters: Parameters, mode: str) -> bool:
    status = parameters.get("Status", "").lower()
    return (
        _fits(parameters.get("RRKeyWord", ""), record.rr, mode)
        and _fits(parameters.get("ValueKeyWord", ""), record.value, mode)
        and all(_fits(parameters.get(name, ""), record.type, "EXACT") for name in ("TypeKeyWord", "Type"))
        and _fits(parameters.get("Line", ""), record.line, "EXACT")
        and status in ("", "enable" if record.enabled else "disable")
    )


def _fits(word: str, text: str, mode: str) -> bool:
    """Not case-sensitive: SDK, confirmed."""
    word, text = word.lower(), text.lower()
    return not word or (word == text if mode == "EXACT" else word in text)


def sub_domain_records(world: World, parameters: Parameters) -> Fields:
    """DescribeSubDomainRecords: without DomainName it goes by the registrable domain, not by what is hosted. SDK.

    Here the registrable domain is the last two labels. A name outside of DomainName: the code is unconfirmed.
    """
    name = required(parameters, "SubDomain").lower().removeprefix("@.")
    domain = _zone(world, parameters.get("DomainName", "").lower() or ".".join(name.split(".")[-2:]))
    if name != domain and not name.endswith("." + domain):
        raise Refusal("SubDomainInvalid.Value", "The specified subdomain is invalid.")
    found = [
        record
        for record in world.zones.of(domain)
        if record.name == name
        and _fits(parameters.get("Type", ""), record.type, "EXACT")
        and _fits(parameters.get("Line", ""), record.line, "EXACT")
    ]
    return _page(world, parameters, _entries(world, found, False), BIGGEST_PAGE, "DomainRecords", "Record")


def _entries(world: World, records: Iterable[Record], with_times: bool) -> list[Fields]:
    """Status is ENABLE in public logs and Enable in official samples: a dial."""
    words = {"upper": ("ENABLE", "DISABLE"), "title": ("Enable", "Disable")}[world.dials.record_status]
    return [_entry(record, words[not record.enabled], with_times) for record in records]


def _entry(record: Record, status: str, with_times: bool) -> Fields:
    entry: Fields = {
        "RecordId": str(record.number),
        "DomainName": record.domain,
        "RR": record.rr,
        "Type": record.type,
        "Value": record.value,
        "TTL": record.ttl,
        "Line": record.line,
        "Status": status,
        "Locked": record.locked,
        "Weight": 1,
    }
    priority = {} if record.priority is None else {"Priority": record.priority}
    times = {"CreateTimestamp": int(record.added * 1000)} if with_times else {}
    return entry | priority | times


def _page(
    world: World, parameters: Parameters, entries: list[Fields], biggest: int, outer: str, inner: str
) -> dict[str, Any]:
    """Newest first: official pages, confirmed; or odd but stable, by dial."""
    page, asked = whole(parameters, "PageNumber", 1, least=1), whole(parameters, "PageSize", 20, least=1)
    size, seed = min(asked, biggest, world.dials.page_size), world.dials.shuffle
    entries = entries[::-1]
    if seed is not None:
        entries.sort(key=lambda entry: hashlib.sha256(f"{seed} {entry}".encode()).digest())
    return {
        outer: {inner: entries[(page - 1) * size : page * size]},
        "PageNumber": page,
        "PageSize": asked if world.dials.echo_asked_size else size,
        "TotalCount": len(entries),
    }


# Changes.


def add(world: World, parameters: Parameters) -> Fields:
    """AddDomainRecord; RecordId is text: SDK, confirmed."""
    domain = _zone(world, required(parameters, "DomainName"))
    record = _read(world, parameters, domain, world.zones.next_number)
    _check_neighbours(world, record)
    world.zones.next_number += 1
    return {"RecordId": str(world.zones.store(record).number)}


def update(world: World, parameters: Parameters) -> Fields:
    """UpdateDomainRecord; one that changes nothing is a duplicate: seen in public code."""
    old = _unlocked(world, parameters)
    new = replace(_read(world, parameters, old.domain, old.number), added=old.added, enabled=old.enabled)
    if new == old:
        raise _duplicate()
    _check_neighbours(world, new)
    world.zones.store(new)
    return {"RecordId": str(old.number)}


def delete(world: World, parameters: Parameters) -> Fields:
    """DeleteDomainRecord; one that is gone does not belong to the user: seen in public code."""
    record = _unlocked(world, parameters)
    del world.zones.records[record.number]
    return {"RecordId": str(record.number)}


def _zone(world: World, domain: str) -> str:
    if domain.lower() not in world.zones.hosted:
        # Seen in public logs.
        raise Refusal(
            "InvalidDomainName.NoExist", "The specified domain name does not exist. Refresh the page and try again."
        )
    return domain.lower()


def _unlocked(world: World, parameters: Parameters) -> Record:
    text = required(parameters, "RecordId")
    record = world.zones.records.get(int(text) if text.isascii() and text.isdigit() else 0)
    if record is None:
        raise Refusal("DomainRecordNotBelongToUser", "The DNS record does not exist in your account.")
    if record.locked:
        raise Refusal("Forbidden.RecordLocked", "The DNS record is locked.")
    return record


def _read(world: World, parameters: Parameters, domain: str, number: int) -> Record:
    rr, kind = required(parameters, "RR").lower(), required(parameters, "Type").upper()
    value, ttl = required(parameters, "Value"), whole(parameters, "TTL", 600)
    if kind not in TYPES:
        raise invalid("Type", "it is not a type of a record")
    if rr != APEX and not all(_LABEL.fullmatch(label) for label in rr.removeprefix("*.").split(".") if rr != "*"):
        raise Refusal("SubDomainInvalid.RR", "The specified host record is invalid.")
    if not _fits_type(kind, value):
        raise Refusal("SubDomainInvalid.Value", "The specified record value is invalid.")
    least = world.dials.least_ttl
    if not least <= ttl <= LONGEST_TTL:
        # Seen in public logs, text included.
        message = f"The specified TTL is invalid. A valid TTL must be in the range of {least} to {LONGEST_TTL}."
        raise Refusal("QuotaExceeded.TTL", message)
    priority = whole(parameters, "Priority", least=1) if kind == "MX" else None
    line = parameters.get("Line") or "default"
    return Record(number, domain, rr, kind, value, ttl, line, world.now(), priority)


def _fits_type(kind: str, value: str) -> bool:
    """How values of other types are checked is unconfirmed."""
    try:
        {"A": IPv4Address, "AAAA": IPv6Address}.get(kind, str)(value)
    except ValueError:
        return False
    return True


def _check_neighbours(world: World, record: Record) -> None:
    for other in world.zones.of(record.domain):
        if other.number == record.number:
            continue
        if other.key == record.key:
            raise _duplicate()
        if (other.rr, other.line) == (record.rr, record.line) and _conflict(record, other):
            raise Refusal("DomainRecordConflict", "The DNS record conflicts with an existing one.")


def _conflict(one: Record, other: Record) -> bool:
    """Whether disabled records count is unconfirmed; here they do not."""
    types = {one.type, other.type}
    banned = _NOT_BESIDE_CNAME if one.rr == APEX else _NOT_BESIDE_CNAME | _NOT_BELOW_APEX
    return "CNAME" in types and bool(types & banned) and one.enabled and other.enabled


def _duplicate() -> Refusal:
    """Seen in public logs, text included."""
    return Refusal("DomainRecordDuplicate", "The DNS record already exists.")


Operation = Callable[[World, Parameters], Fields]

READS: dict[str, Operation] = {
    "DescribeDomains": domains,
    "DescribeDomainRecords": domain_records,
    "DescribeSubDomainRecords": sub_domain_records,
}
WRITES: dict[str, Operation] = {
    "AddDomainRecord": add,
    "UpdateDomainRecord": update,
    "DeleteDomainRecord": delete,
}
OPERATIONS: dict[str, Operation] = {**READS, **WRITES}
