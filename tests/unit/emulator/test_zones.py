# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alibaba Cloud DNS: zones, records, what is refused, and proofs that are looked for there."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from playbooks.files.emulator.alidns.zones import FIRST_RECORD
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import DNS_VERSION, VERSION
from playbooks.files.emulator.core.refusal import Refusal
from playbooks.files.emulator.orders import validation
from tests.support.calls import ask, order, send, still, type_of

ADD, UPDATE, DELETE = "AddDomainRecord", "UpdateDomainRecord", "DeleteDomainRecord"
LIST, NAMED, DOMAINS = "DescribeDomainRecords", "DescribeSubDomainRecords", "DescribeDomains"


def hosting(*domains: str, **dials: object) -> Emulator:
    emulator = still(**dials)
    for domain in ("example.com", *domains):
        emulator.world.zones.host(domain, emulator.world.now())
    return emulator


def add(emulator: Emulator, rr: str = "www", value: str = "v", **more: object) -> str:
    wish = {"DomainName": "example.com", "RR": rr, "Type": "TXT", "Value": value, **more}
    return str(ask(emulator, ADD, **wish)["RecordId"])


def update(emulator: Emulator, number: str, rr: str = "www", value: str = "v", **more: object) -> str:
    wish = {"RecordId": number, "RR": rr, "Type": "TXT", "Value": value, **more}
    return str(ask(emulator, UPDATE, **wish)["RecordId"])


def records(emulator: Emulator, action: str = LIST, **parameters: object) -> list[dict[str, Any]]:
    default = {"DomainName": "example.com"} if action == LIST else {}
    return list(ask(emulator, action, **{**default, **parameters})["DomainRecords"]["Record"])


def found(emulator: Emulator, action: str = LIST, **parameters: object) -> set[str]:
    return {entry["RR"] for entry in records(emulator, action, **parameters)}


def hosted(emulator: Emulator, **parameters: object) -> list[str]:
    return [entry["DomainName"] for entry in ask(emulator, DOMAINS, **parameters)["Domains"]["Domain"]]


def refusal(emulator: Emulator, action: str, **parameters: object) -> str:
    with pytest.raises(Refusal) as caught:
        ask(emulator, action, **parameters)
    assert caught.value.status == 400
    return caught.value.code


def post(emulator: Emulator, name: str, status: int = 200, **wish: object) -> Any:
    reply = emulator.handle("POST", f"/_control/{name}", {}, json.dumps(wish).encode())
    assert reply.status == status, reply.body
    return reply.json()


# Lists.


def test_an_entry() -> None:
    emulator = hosting()
    number = add(emulator, "_dnsauth", "abc", TTL=1200, Line="telecom")
    expected = {
        "RecordId": number, "DomainName": "example.com", "RR": "_dnsauth", "Type": "TXT", "Value": "abc", "TTL": 1200,
        "Line": "telecom", "Status": "ENABLE", "Locked": False,
    }  # fmt: skip
    (entry,) = records(emulator)
    assert expected.items() <= entry.items()
    assert entry["CreateTimestamp"] == 1795305600000
    assert "Priority" not in entry
    (entry,) = records(emulator, NAMED, SubDomain="_dnsauth.example.com")
    assert expected.items() <= entry.items()
    assert "CreateTimestamp" not in entry


@pytest.mark.parametrize(("form", "words"), [("upper", ["DISABLE", "ENABLE"]), ("title", ["Disable", "Enable"])])
def test_how_a_status_is_written(form: str, words: list[str]) -> None:
    emulator = hosting(record_status=form)
    add(emulator, value="on")
    emulator.world.zones.set(int(add(emulator, value="off")), enabled=False)
    assert [entry["Status"] for entry in records(emulator)] == words
    assert [entry["Value"] for entry in records(emulator, Status="Disable")] == ["off"]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        ({}, {"@", "_dnsauth", "_dnsauth.www", "*"}),
        ({"RRKeyWord": "_DNSAUTH"}, {"_dnsauth", "_dnsauth.www"}),
        ({"RRKeyWord": "_dnsauth", "SearchMode": "ADVANCED"}, {"_dnsauth", "_dnsauth.www"}),
        ({"RRKeyWord": "_dnsauth", "SearchMode": "COMBINATION"}, {"_dnsauth"}),
        ({"RRKeyWord": "@", "SearchMode": "COMBINATION"}, {"@"}),
        ({"RRKeyWord": "www", "SearchMode": "COMBINATION"}, set()),
        ({"ValueKeyWord": "val"}, {"_dnsauth", "_dnsauth.www"}),
        ({"ValueKeyWord": "value", "SearchMode": "COMBINATION"}, {"_dnsauth"}),
        ({"TypeKeyWord": "a"}, {"@", "*"}),
        ({"Type": "TXT"}, {"_dnsauth", "_dnsauth.www"}),
        ({"Line": "telecom"}, {"*"}),
        ({"KeyWord": "dnsauth"}, {"_dnsauth", "_dnsauth.www"}),
        ({"KeyWord": "value"}, {"_dnsauth", "_dnsauth.www"}),
        ({"KeyWord": "_dnsauth", "SearchMode": "EXACT"}, {"_dnsauth"}),
        ({"KeyWord": "_dnsauth", "SearchMode": "LIKE", "Type": "A"}, {"_dnsauth", "_dnsauth.www"}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else " ".join(sorted(value)),  # a set has no order
)
def test_which_search_is_fuzzy(parameters: dict[str, str], names: set[str]) -> None:
    emulator = hosting()
    add(emulator, "@", "192.0.2.1", Type="A")
    add(emulator, "*", "192.0.2.1", Type="A", Line="telecom")
    add(emulator, "_dnsauth", "value")
    add(emulator, "_dnsauth.www", "values")
    assert found(emulator, **parameters) == names


def test_one_name_is_that_name_in_the_domain_it_is_asked_in() -> None:
    emulator = hosting("www.example.com")
    for rr in ("@", "www", "a.www", "*"):
        add(emulator, rr)
    add(emulator, "a", "in the zone below", DomainName="www.example.com")
    assert found(emulator, NAMED, SubDomain="www.example.com") == {"www"}
    assert found(emulator, NAMED, SubDomain="a.www.example.com") == {"a.www"}
    assert found(emulator, NAMED, SubDomain="a.www.example.com", DomainName="www.example.com") == {"a"}
    assert found(emulator, NAMED, SubDomain="*.example.com", DomainName="example.com") == {"*"}
    assert found(emulator, NAMED, SubDomain="@.example.com") == {"@"}
    assert found(emulator, NAMED, SubDomain="example.com", Type="A") == set()
    assert found(emulator, NAMED, SubDomain="example.com", Line="default") == {"@"}


def test_a_sub_zone_is_not_guessed() -> None:
    emulator = still()
    emulator.world.zones.host("sub.example.com", 0)
    assert refusal(emulator, NAMED, SubDomain="www.sub.example.com") == "InvalidDomainName.NoExist"
    assert found(emulator, NAMED, SubDomain="www.sub.example.com", DomainName="sub.example.com") == set()


def test_domains_newest_first_and_by_word() -> None:
    emulator = hosting("www.example.com", "example.org")
    assert hosted(emulator) == ["example.org", "www.example.com", "example.com"]
    assert hosted(emulator, KeyWord="Example.com") == ["www.example.com", "example.com"]
    assert hosted(emulator, KeyWord="example.com", SearchMode="EXACT") == ["example.com"]
    add(emulator)
    counts = [entry["RecordCount"] for entry in ask(emulator, DOMAINS)["Domains"]["Domain"]]
    assert counts == [0, 0, 1]


@pytest.mark.parametrize(
    ("asked", "dial", "sizes"),
    [(None, 50, [20, 5, 0]), (3, 50, [3, 3, 3]), (500, 500, [25, 0, 0]), (500, 10, [10, 10, 5])],
)
def test_pages(asked: int | None, dial: int, sizes: list[int]) -> None:
    emulator = hosting(page_size=dial)
    for number in range(25):
        add(emulator, f"r{number}")
    size = {} if asked is None else {"PageSize": asked}
    pages = [ask(emulator, LIST, DomainName="example.com", PageNumber=page, **size) for page in (1, 2, 3)]
    assert [len(page["DomainRecords"]["Record"]) for page in pages] == sizes
    assert {page["TotalCount"] for page in pages} == {25}
    assert pages[0]["DomainRecords"]["Record"][0]["RR"] == "r24"
    assert pages[0]["PageSize"] == min(asked or 20, dial)


def test_odd_but_stable_orders_and_sizes() -> None:
    emulator = hosting(shuffle=7, echo_asked_size=True, page_size=2)
    names = [add(emulator, f"r{number}") for number in range(5)]
    first = ask(emulator, LIST, DomainName="example.com", PageSize=100)
    assert first == ask(emulator, LIST, DomainName="example.com", PageSize=100)
    assert first["PageSize"] == 100
    assert [entry["RecordId"] for entry in first["DomainRecords"]["Record"]] != names[:-3:-1]


@pytest.mark.parametrize("action", [DOMAINS, LIST])
def test_search_modes_that_are_none(action: str) -> None:
    assert refusal(hosting(), action, DomainName="example.com", SearchMode="BEST") == "InvalidParameter.SearchMode"


# Changes.


def test_a_record_comes_changes_and_goes() -> None:
    emulator = hosting()
    first, second = add(emulator, "WWW", "one"), add(emulator, value="two")
    assert (first, second) == (str(FIRST_RECORD), str(FIRST_RECORD + 1))
    assert int(float(first)) != int(first)
    assert update(emulator, first, value="one", TTL=1200) == first
    assert {(entry["RR"], entry["Value"], entry["TTL"]) for entry in records(emulator)} == {
        ("www", "one", 1200),
        ("www", "two", 600),
    }
    assert ask(emulator, DELETE, RecordId=first) == {"RecordId": first}
    assert [entry["RecordId"] for entry in records(emulator)] == [second]
    assert refusal(emulator, DELETE, RecordId=first) == "DomainRecordNotBelongToUser"
    assert refusal(emulator, UPDATE, RecordId=first, RR="www", Type="TXT", Value="x") == "DomainRecordNotBelongToUser"


def test_the_same_value_twice() -> None:
    emulator = hosting()
    first = add(emulator, value="one")
    second = add(emulator, value="two")
    add(emulator, value="one", Line="telecom")
    wish = {"RR": "www", "Type": "TXT", "Value": "one"}
    assert refusal(emulator, ADD, DomainName="example.com", TTL=1200, **wish) == "DomainRecordDuplicate"
    assert refusal(emulator, UPDATE, RecordId=second, **wish) == "DomainRecordDuplicate"
    assert refusal(emulator, UPDATE, RecordId=first, **wish) == "DomainRecordDuplicate"


@pytest.mark.parametrize(
    ("rr", "kind", "conflict"),
    [
        ("www", "TXT", True),
        ("www", "A", True),
        ("www", "MX", True),
        ("@", "TXT", False),
        ("@", "MX", False),
        ("@", "A", True),
    ],
)
def test_what_stands_beside_an_alias(rr: str, kind: str, conflict: bool) -> None:
    values = {"A": "192.0.2.1", "TXT": "v", "MX": "mx.example"}
    other = {"DomainName": "example.com", "RR": rr, "Type": kind, "Value": values[kind], "Priority": 5}
    alias = {"DomainName": "example.com", "RR": rr, "Type": "CNAME", "Value": "target.example"}
    for first, second in ((other, alias), (alias, other)):
        emulator = hosting()
        number = ask(emulator, ADD, **first)["RecordId"]
        if conflict:
            assert refusal(emulator, ADD, **second) == "DomainRecordConflict"
            ask(emulator, ADD, **{**second, "Line": "telecom"})
            emulator.world.zones.set(int(number), enabled=False)
        ask(emulator, ADD, **second)


def wrong_wishes() -> Iterator[tuple[dict[str, object], str]]:
    yield {"DomainName": ""}, "MissingDomainName"
    yield {"RR": ""}, "MissingRR"
    yield {"Type": ""}, "MissingType"
    yield {"Value": " "}, "MissingValue"
    yield {"DomainName": "example.org"}, "InvalidDomainName.NoExist"
    yield {"Type": "HINFO"}, "InvalidParameter.Type"
    yield {"Type": "MX"}, "MissingPriority"
    yield {"RR": "a b"}, "SubDomainInvalid.RR"
    yield {"RR": "www.*"}, "SubDomainInvalid.RR"
    yield {"Type": "A"}, "SubDomainInvalid.Value"
    yield {"Type": "AAAA", "Value": "192.0.2.1"}, "SubDomainInvalid.Value"
    yield {"TTL": "599"}, "QuotaExceeded.TTL"
    yield {"TTL": "86401"}, "QuotaExceeded.TTL"
    yield {"TTL": "soon"}, "InvalidParameter.TTL"


@pytest.mark.parametrize(("change", "code"), list(wrong_wishes()), ids=str)
def test_what_is_refused(change: dict[str, object], code: str) -> None:
    wish = {"DomainName": "example.com", "RR": "www", "Type": "TXT", "Value": "v", **change}
    emulator = hosting()
    assert refusal(emulator, ADD, **wish) == code
    assert records(emulator) == []


def test_paid_editions_allow_less() -> None:
    emulator = hosting(least_ttl=1)
    add(emulator, TTL=1)


def test_a_name_outside_of_its_domain() -> None:
    wish = {"SubDomain": "www.example.org", "DomainName": "example.com"}
    assert refusal(hosting(), NAMED, **wish) == "SubDomainInvalid.Value"


def test_a_locked_record() -> None:
    emulator = hosting()
    number = add(emulator)
    emulator.world.zones.set(int(number), locked=True)
    assert records(emulator)[0]["Locked"] is True
    assert refusal(emulator, DELETE, RecordId=number) == "Forbidden.RecordLocked"
    assert refusal(emulator, UPDATE, RecordId=number, RR="www", Type="TXT", Value="x") == "Forbidden.RecordLocked"


# The gate, the control door, copies.


def test_versions_tell_the_products_apart() -> None:
    emulator = Emulator()
    emulator.world.zones.host("example.com", 0)
    assert send(emulator, DOMAINS, x_acs_version=DNS_VERSION).json()["TotalCount"] == 1
    assert send(emulator, DOMAINS, x_acs_version=VERSION).json()["Code"] == "InvalidAction.NotFound"
    assert send(emulator, "DescribePackageState", x_acs_version=DNS_VERSION).json()["Code"] == "InvalidAction.NotFound"


def test_permissions_have_the_products_own_names() -> None:
    emulator = Emulator()
    emulator.turn(denied=ADD)
    denied = send(emulator, ADD, x_acs_version=DNS_VERSION).json()
    assert denied["AccessDeniedDetail"]["AuthAction"] == "alidns:AddDomainRecord"


def test_writes_are_logged_as_writes() -> None:
    emulator = Emulator()
    for action in (ADD, DOMAINS):
        send(emulator, action, x_acs_version=DNS_VERSION)
    assert [(call.action, call.write) for call in emulator.calls] == [(ADD, True), (DOMAINS, False)]


def test_the_console() -> None:
    emulator = still()
    assert post(emulator, "zone", domain="example.com") == {"domain": "example.com"}
    number = add(emulator)
    post(emulator, "zone", domain="example.com")
    assert post(emulator, "record", record_id=number, enabled=False, locked=True)["enabled"] is False
    state = emulator.handle("GET", "/_control/state", {}).json()
    expected = {"number": number, "name": "www.example.com", "value": "v", "enabled": False, "locked": True}
    (seen,) = state["zones"]["example.com"]
    assert expected.items() <= seen.items()
    emulator.reset()
    assert emulator.handle("GET", "/_control/state", {}).json()["zones"] == {}


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("zone", {}),
        ("zone", {"domain": "com"}),
        ("zone", {"domain": "Example.com"}),
        ("zone", {"domain": "a..com"}),
        ("record", {"record_id": "1", "enabled": False}),
        ("record", {"record_id": "x", "locked": True}),
        ("record", {"record_id": "1"}),
        ("record", {"enabled": False}),
        ("record", {"record_id": "1", "enabled": "no"}),
    ],
)
def test_wrong_wishes_are_told(name: str, wish: dict[str, object]) -> None:
    assert post(still(), name, 400, **wish)["error"].endswith(".")


def test_copies_part() -> None:
    emulator = hosting()
    add(emulator)
    twin = copy.deepcopy(emulator.world)
    assert twin.fingerprint() == emulator.world.fingerprint()
    add(emulator, "other")
    assert len(twin.zones.records) == 1
    assert twin.fingerprint() != emulator.world.fingerprint()


# Proofs.


@pytest.mark.parametrize("kind", ["TXT", "CNAME"])
def test_a_record_here_proves_its_domain(kind: str) -> None:
    emulator = hosting("sub.example.com", proof="alidns", record_type=kind)
    number = order(emulator, "www.sub.example.com")
    value = ask(emulator, "DescribeCertificateState", OrderId=number)["RecordValue"]
    other = {"TXT": "CNAME", "CNAME": "TXT"}[kind]
    add(emulator, "_dnsauth.www.sub", value, Type=kind)  # in a zone that does not answer for the name
    add(emulator, "_dnsauth", value, Type=kind, DomainName="sub.example.com")
    add(emulator, "_dnsauth.www", value, Type=other, Line="telecom", DomainName="sub.example.com")
    add(emulator, "_dnsauth.www", value + "x", Type=kind, DomainName="sub.example.com")
    assert validation.attempt(emulator) == []
    right = add(emulator, "_dnsauth.www", value, Type=kind, DomainName="sub.example.com")
    emulator.world.zones.set(int(right), enabled=False)
    assert validation.attempt(emulator) == []
    emulator.world.zones.set(int(right), enabled=True)
    assert validation.attempt(emulator) == [number]
    assert type_of(emulator, number) == "process"


def test_a_file_is_not_looked_for_here() -> None:
    emulator = hosting(proof="alidns")
    order(emulator, ValidateType="FILE")
    assert validation.attempt(emulator) == []


def test_nothing_is_proven_in_a_zone_that_is_not_hosted() -> None:
    emulator = hosting(proof="alidns")
    order(emulator, "www.example.org")
    assert validation.attempt(emulator) == []
