# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own SDK for Alibaba Cloud DNS drives all of its operations against the running emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_alidns20150109 import models
from alibabacloud_alidns20150109.client import Client
from alibabacloud_tea_openapi.exceptions import ClientException, ThrottlingException
from alibabacloud_tea_openapi.models import Config

from playbooks.files.emulator.alidns.operations import OPERATIONS
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.server import Server

VALUE = "20261122 生产 & Zoë+*~"


class Rehearsal:
    """A running emulator that hosts example.com, and the vendor's client for it."""

    def __init__(self, emulator: Emulator, address: str) -> None:
        self.emulator = emulator
        keys = emulator.keys
        config = Config(access_key_id=keys.access_key_id, access_key_secret=keys.access_key_secret)
        config.endpoint, config.protocol = address, "http"
        self.client = Client(config)

    def add(self, rr: str, value: str = VALUE, kind: str = "TXT", **more: Any) -> str:
        wish = models.AddDomainRecordRequest(domain_name="example.com", rr=rr, type=kind, value=value, **more)
        return str(self.client.add_domain_record(wish).body.record_id)

    def delete(self, number: str) -> str:
        return str(self.client.delete_domain_record(models.DeleteDomainRecordRequest(record_id=number)).body.record_id)

    def named(self, name: str) -> Any:
        wish = models.DescribeSubDomainRecordsRequest(sub_domain=name, domain_name="example.com", lang="en")
        return self.client.describe_sub_domain_records(wish).body.domain_records.record

    def listed(self, **wish: Any) -> Any:
        return self.client.describe_domain_records(
            models.DescribeDomainRecordsRequest(domain_name="example.com", **wish)
        ).body


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    emulator = Emulator()
    emulator.world.zones.host("example.com", emulator.world.now())
    with Server(emulator) as server:
        yield Rehearsal(emulator, server.address)


def test_a_record_comes_changes_and_goes(rehearsal: Rehearsal) -> None:
    number = rehearsal.add("_dnsauth.www", ttl=1200)
    (record,) = rehearsal.named("_dnsauth.www.example.com")
    assert (record.record_id, record.rr, record.type, record.value) == (number, "_dnsauth.www", "TXT", VALUE)
    assert (record.domain_name, record.ttl, record.line, record.status) == ("example.com", 1200, "default", "ENABLE")
    assert record.locked is False
    wish = models.UpdateDomainRecordRequest(record_id=number, rr="_dnsauth.www", type="TXT", value=VALUE, ttl=600)
    assert rehearsal.client.update_domain_record(wish).body.record_id == number
    assert [each.ttl for each in rehearsal.named("_dnsauth.www.example.com")] == [600]
    assert rehearsal.delete(number) == number
    assert rehearsal.named("_dnsauth.www.example.com") == []


def test_all_pages_of_records_and_domains(rehearsal: Rehearsal) -> None:
    made = {rehearsal.add(f"r{number}") for number in range(7)}
    pages = [rehearsal.listed(page_number=page, page_size=3) for page in (1, 2, 3, 4)]
    assert [len(page.domain_records.record) for page in pages] == [3, 3, 1, 0]
    assert {record.record_id for page in pages for record in page.domain_records.record} == made
    assert {page.total_count for page in pages} == {7}
    rehearsal.emulator.world.zones.host("sub.example.com", rehearsal.emulator.world.now())
    wish = models.DescribeDomainsRequest(key_word="example.com", page_size=1, page_number=2)
    body = rehearsal.client.describe_domains(wish).body
    assert ([domain.domain_name for domain in body.domains.domain], body.total_count) == (["example.com"], 2)


def test_searches(rehearsal: Rehearsal) -> None:
    rehearsal.add("_dnsauth")
    rehearsal.add("_dnsauth.www")
    assert len(rehearsal.listed(rrkey_word="_dnsauth").domain_records.record) == 2
    exact = rehearsal.listed(rrkey_word="_dnsauth", search_mode="COMBINATION").domain_records.record
    assert [record.rr for record in exact] == ["_dnsauth"]


def test_errors_surface_with_their_codes(rehearsal: Rehearsal) -> None:
    number = rehearsal.add("www")
    for code, attempt in {
        "DomainRecordDuplicate": lambda: rehearsal.add("www"),
        "DomainRecordConflict": lambda: rehearsal.add("www", "target.example", "CNAME"),
        "QuotaExceeded.TTL": lambda: rehearsal.add("www", "other", ttl=60),
        "DomainRecordNotBelongToUser": lambda: rehearsal.delete(number + "0"),
    }.items():
        with pytest.raises(ClientException) as refused:
            attempt()
        assert (refused.value.code, refused.value.status_code) == (code, 400)


def test_permissions_and_throttling(rehearsal: Rehearsal) -> None:
    rehearsal.emulator.inject(kind="throttled", retry_after_ms=1500)
    with pytest.raises(ThrottlingException) as throttled:
        rehearsal.add("www")
    assert throttled.value.retry_after == 1500
    rehearsal.emulator.turn(denied="AddDomainRecord")
    with pytest.raises(ClientException) as denied:
        rehearsal.add("www")
    assert denied.value.access_denied_detail["AuthAction"] == "alidns:AddDomainRecord"


def test_every_operation_is_driven() -> None:
    """A new operation without a call is noticed."""
    text = Path(__file__).read_text(encoding="utf-8")
    methods = {name: "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_") for name in OPERATIONS}
    assert [name for name, method in methods.items() if f"client.{method}(" not in text] == []
