# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reads as the emulator answers them: zones by suffix, pages, exactly one name."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._alidns import api
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import RecordWanted, State
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.record import Record, Zone
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response, Transport
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.client import before, client, edited, reads, transport
from tests.support.zones import account, added

ZONE = Zone("example.com", "example.com")


def records(world: Emulator, name: str, zone: Zone = ZONE, way: Transport | None = None) -> list[Record]:
    return api.records(client(world, product=PRODUCT, transport=way), zone, name)


def zone_of(world: Emulator, name: str, domain: str | None = None, way: Transport | None = None) -> Zone:
    wanted = RecordWanted(State.PRESENT, domain, name, "TXT", "v", 600)
    return api.zone_of(client(world, product=PRODUCT, transport=way), wanted)


# Zones.


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("example.com", "example.com"),
        ("www.example.com", "example.com"),
        ("_dnsauth.a.b.example.com", "example.com"),
        ("*.example.com", "example.com"),
        ("sub.example.com", "sub.example.com"),
        ("_dnsauth.www.sub.example.com", "sub.example.com"),
        ("*.sub.example.com", "sub.example.com"),
        ("notsub.example.com", "example.com"),
        ("www.example.co.uk", "example.co.uk"),
    ],
)
def test_the_longest_hosted_suffix_is_the_zone(name: str, zone: str) -> None:
    world = account("sub.example.com", "example.co.uk", "other.co.uk", "notexample.com")
    assert zone_of(world, name) == Zone(zone, zone)
    assert reads(world) == ["DescribeDomains"]


@pytest.mark.parametrize("name", ["www.example.org", "www.notexample.com", "com", "uk"])
def test_a_name_without_a_zone(name: str) -> None:
    with pytest.raises(NotAllowed, match="lies in no domain that is hosted"):
        zone_of(account(), name)


def test_a_zone_that_is_named_is_not_looked_for() -> None:
    world = account()
    assert zone_of(world, "www.example.com", "example.com") == ZONE
    assert reads(world) == []


def test_all_pages_of_domains_are_read_but_only_those_that_may_hold_the_name() -> None:
    world = account(*(f"{number}.example.com" for number in range(120)), *(f"{n}.other.org" for n in range(300)))
    world.turn(page_size=100)
    assert zone_of(world, "www.0.example.com").name == "0.example.com"
    assert reads(world) == ["DescribeDomains"] * 2


@pytest.mark.parametrize(
    "dials", [{"page_size": 3}, {"page_size": 3, "echo_asked_size": True}, {"shuffle": 7}], ids=str
)
def test_short_pages_and_odd_orders_hide_no_zone(dials: dict[str, Any]) -> None:
    world = account(*(f"{number}.example.com" for number in range(10)), **dials)
    assert {zone_of(world, f"www.{number}.example.com").name for number in range(10)} == {
        f"{number}.example.com" for number in range(10)
    }


def test_international_zones_in_either_spelling() -> None:
    world = account("bücher.example", "xn--fsqu00a.xn--0zwm56d")
    assert zone_of(world, "www.xn--bcher-kva.example") == Zone("xn--bcher-kva.example", "bücher.example")
    assert zone_of(world, "www.xn--fsqu00a.xn--0zwm56d").spelling == "xn--fsqu00a.xn--0zwm56d"


@pytest.mark.parametrize("content", [{"Domains": None}, {"Domains": {"Domain": [3, {}]}}, {"Domains": {}}], ids=str)
def test_odd_lists_of_domains_hold_no_zone(content: dict[str, Any]) -> None:
    world = account()
    odd = edited(world, "DescribeDomains", lambda response: response.update(content))
    with pytest.raises(NotAllowed):
        zone_of(world, "www.example.com", way=odd)


# Records.


@pytest.mark.parametrize("name", ["example.com", "www.example.com", "*.example.com", "_dnsauth.www.example.com"])
def test_only_the_very_name_counts(name: str) -> None:
    world = account()
    for rr in ("@", "www", "*", "_dnsauth", "_dnsauth.www", "a.www", "xwww"):
        added(world, rr, rr)
        added(world, rr, rr, Line="telecom")
    found = records(world, name)
    assert [(record.name, record.value) for record in found] == [(name, ZONE.rr(name))] * 2
    assert {record.line for record in found} == {"default", "telecom"}


def test_a_search_that_finds_too_much_is_not_believed() -> None:
    world = account()
    mine = added(world, "_dnsauth")
    stray = {"DomainName": "other.org", "RR": "_dnsauth", "RecordId": "1", "Type": "TXT", "Value": "v"}

    def fuzzy(content: dict[str, Any]) -> None:
        content["DomainRecords"]["Record"] += [stray, {**stray, "RR": "_dnsauth.www", "DomainName": "example.com"}]

    found = records(world, "_dnsauth.example.com", way=edited(world, "DescribeSubDomainRecords", fuzzy))
    assert [record.record_id for record in found] == [mine]


def test_a_sub_zone_is_asked_for_its_own_records() -> None:
    world = account("sub.example.com")
    added(world, "www.sub", "in the zone above")
    added(world, "www", "in its own", DomainName="sub.example.com")
    zone = Zone("sub.example.com", "sub.example.com")
    assert [record.value for record in records(world, "www.sub.example.com", zone)] == ["in its own"]
    assert [record.value for record in records(world, "www.sub.example.com")] == ["in the zone above"]


@pytest.mark.parametrize(
    ("count", "dials", "calls"),
    [
        pytest.param(0, {}, 1, id="none"),
        pytest.param(3, {}, 1, id="few"),
        pytest.param(100, {"page_size": 100}, 1, id="a full page"),
        pytest.param(101, {"page_size": 100}, 2, id="one more"),
        pytest.param(7, {"page_size": 3}, 3, id="pages of three"),
        pytest.param(7, {"page_size": 3, "echo_asked_size": True}, 3, id="short pages that call themselves full"),
    ],
)
def test_all_pages_of_records_are_read_and_no_more(count: int, dials: dict[str, Any], calls: int) -> None:
    world = account(**dials)
    for number in range(count):
        added(world, "www", str(number))
    assert {record.value for record in records(world, "www.example.com")} == {str(number) for number in range(count)}
    assert reads(world) == ["DescribeSubDomainRecords"] * calls


@pytest.mark.parametrize(("count", "calls"), [(7, 4), (6, 3), (0, 1)], ids=str)
def test_without_a_total_an_empty_page_is_the_last(count: int, calls: int) -> None:
    world = account(page_size=3)
    for number in range(count):
        added(world, "www", str(number))
    untold = edited(world, "DescribeSubDomainRecords", lambda content: content.pop("TotalCount"))
    assert len(records(world, "www.example.com", way=untold)) == count
    assert len(reads(world)) == calls


def test_records_that_move_between_pages_are_read_again() -> None:
    world = account(page_size=3)
    for number in range(6):
        added(world, "www", str(number))
    grown = before(world, "DescribeSubDomainRecords", lambda: added(world, "www", "new"), skip=1)
    assert len(records(world, "www.example.com", way=grown)) == 7


def test_a_record_that_goes_or_changes_while_pages_are_read_is_not_told_as_it_was() -> None:
    world = account(page_size=3)
    ids = [added(world, "www", str(number)) for number in range(6)]

    def meddle() -> None:
        world.call("DeleteDomainRecord", {"RecordId": ids[5]})
        change = {"RecordId": ids[4], "RR": "www", "Type": "TXT", "Value": "4", "TTL": "1200"}
        world.call("UpdateDomainRecord", change)

    found = records(world, "www.example.com", way=before(world, "DescribeSubDomainRecords", meddle, skip=1))
    assert {record.value: record.ttl for record in found} == {"0": 600, "1": 600, "2": 600, "3": 600, "4": 1200}


def test_answers_are_asked_for_in_english() -> None:
    world, urls = account(), []
    exchange = transport(world)

    def heard(request: Request, timeout: float) -> Response:
        urls.append(request.url)
        return exchange(request, timeout)

    records(world, "www.example.com", way=heard)
    assert "Lang=en" in urls[0]


def test_one_endpoint_serves_all_regions() -> None:
    assert {api.default_endpoint(region) for region in ("cn-hangzhou", "ap-southeast-1")} == {"alidns.aliyuncs.com"}
