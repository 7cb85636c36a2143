# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in zones, values that DNS does not tell apart, and records as the service writes them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._alidns.record import (
    Record,
    Zone,
    canonical,
    diff_text,
    folded,
    from_entry,
    labels,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption

ZONE = Zone("example.com", "example.com")
ENTRY: dict[str, Any] = {
    "RecordId": "17543850369424384",
    "DomainName": "example.com",
    "RR": "_dnsauth.www",
    "Type": "TXT",
    "Value": "abc",
    "TTL": 600,
    "Line": "default",
    "Status": "ENABLE",
    "Locked": False,
}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("www", "www"),
        ("WWW.Example.COM", "www.example.com"),
        ("_dnsauth.www", "_dnsauth.www"),
        ("*", "*"),
        ("*.www", "*.www"),
        ("a--b", "a--b"),
        ("_", "_"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("_dnsauth.bücher。example", "_dnsauth.xn--bcher-kva.example"),
        ("xn--bcher-kva", "xn--bcher-kva"),
        ("a" * 63, "a" * 63),
    ],
)
def test_names(text: str, name: str) -> None:
    assert labels(text, "record") == name
    assert folded(text) == name


@pytest.mark.parametrize(
    "text",
    ["", "a..b", ".a", "a.", "-a", "a-", "a b", "a.*", "w*", "**", "a/b", "a" * 64, ".".join(["a" * 60] * 5), "ab💩"],
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^record: "):
        labels(text, "record")


@pytest.mark.parametrize(
    ("text", "name"), [("Odd Name", "odd name"), ("WWW.example.com.", "www.example.com"), ("@", "@")]
)
def test_odd_names_of_the_services_can_be_compared(text: str, name: str) -> None:
    assert folded(text) == name


@pytest.mark.parametrize(
    ("name", "rr"),
    [
        ("example.com", "@"),
        ("www.example.com", "www"),
        ("*.example.com", "*"),
        ("_dnsauth.a.example.com", "_dnsauth.a"),
    ],
)
def test_a_name_relative_to_its_zone_and_back(name: str, rr: str) -> None:
    assert ZONE.rr(name) == rr
    assert ZONE.full(rr) == name
    assert Record("1", "example.com", rr, "TXT", "v", 600).name == name


def test_a_zone_is_asked_for_as_the_service_spells_it() -> None:
    zone = Zone("xn--bcher-kva.example", "bücher.example")
    assert zone.full(zone.rr("www.xn--bcher-kva.example")) == "www.bücher.example"
    assert zone.full("@") == "bücher.example"


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("TXT", "abc", "abc", True),
        ("TXT", "abc", "ABC", False),
        ("TXT", "abc", '"abc"', True),
        ("TXT", "v=spf1 include:a.example -all", '"v=spf1 include:a.example -all"', True),
        ("TXT", '"abc" "def"', "abcdef", True),
        ("TXT", '"abc""def"', '"abcdef"', True),
        ("TXT", '"abc" "def"', "abc def", False),
        ("TXT", '"a\\"b"', 'a"b', True),
        ("TXT", '"a\\\\b"', "a\\b", True),
        ("TXT", '"a\\034b"', 'a"b', True),
        ("TXT", '"abc', "abc", False),
        ("TXT", '"a" b', '"a" "b"', False),
        ("TXT", '""', "", True),
        ("TXT", " abc ", "abc", True),
        ("A", " 192.0.2.1", "192.0.2.1", True),
        ("A", "not an address", "Not an address", False),
        ("AAAA", "::ffff:192.0.2.1", "::FFFF:C000:201", True),
        ("CNAME", "bücher.example", "XN--BCHER-KVA.example.", True),
        ("CNAME", "a.example", "b.example", False),
        ("SRV", "0 5 5060 sip.example.com.", "0 5 5060 SIP.example.com", True),
        ("SRV", "00 05  5060\tsip.example.com", "0 5 5060 sip.example.com", True),
        ("SRV", "0 5 5060 bücher.example", "0 5 5060 xn--bcher-kva.example.", True),
        ("SRV", "0 0 0 .", "0 0 00 .", True),
        ("SRV", "0 5 5060 sip.example.com", "0 5 5061 sip.example.com", False),
        ("SRV", "0 5 5060 sip.example.com", "5 0 5060 sip.example.com", False),
        ("SRV", "0 5 5060 sip.example.com", "0 5 5060 sip.example.org", False),
        ("SRV", "0 5  5060", "0 5 5060", True),
        ("CAA", '0 issue "ca.example"', "0 issue ca.example", True),
        ("CAA", '0 issue "ca.example"', '00  ISSUE   "ca.example"', True),
        ("CAA", '0 issue ";"', "0 issue ;", True),
        ("CAA", '0 issue "ca.example; policy=ev"', "0 issue ca.example; policy=ev", True),
        ("CAA", '0 issue "ca.example"', '128 issue "ca.example"', False),
        ("CAA", '0 issue "ca.example"', '0 issuewild "ca.example"', False),
        ("CAA", "issue", " issue ", True),
        ("MX", "10 mail.example", "10 mail.example ", True),
        ("A", "192.0.2.1", "192.0.2.1", True),
        ("A", "192.0.2.1", "192.0.2.10", False),
        ("AAAA", "2001:DB8:0::1", "2001:db8::1", True),
        ("CNAME", "Target.example.", "target.example", True),
        ("NS", "ns1.example.", "NS1.example", True),
        ("CAA", '0 issue "ca.example"', '0 issue "CA.example"', False),
    ],
)
def test_which_values_are_the_same(kind: str, one: str, other: str, same: bool) -> None:
    records = [Record("1", "example.com", "@", kind, value, 600) for value in (one, other)]
    assert records[0].is_same(records[1]) is same
    assert (canonical(kind, one) == canonical(kind, other)) is same


@pytest.mark.parametrize("other", [{"rr": "www"}, {"type": "A"}, {"line": "telecom"}, {"domain": "a.example.com"}])
def test_a_value_at_another_place_is_another_record(other: dict[str, str]) -> None:
    facts: dict[str, Any] = {"domain": "example.com", "rr": "@", "type": "TXT", "value": "v", "ttl": 600}
    assert not Record("1", **facts).is_same(Record("2", **{**facts, **other}))
    assert Record("1", **facts).is_same(Record("2", **{**facts, "ttl": 60}, enabled=False, locked=True))


def test_an_entry_becomes_a_record() -> None:
    record = from_entry(ENTRY)
    assert record == Record("17543850369424384", "example.com", "_dnsauth.www", "TXT", "abc", 600)
    assert record.public() == {
        "domain": "example.com",
        "record": "_dnsauth.www.example.com",
        "rr": "_dnsauth.www",
        "type": "TXT",
        "value": "abc",
        "ttl": 600,
        "line": "default",
        "record_id": "17543850369424384",
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"RecordId": 17543850369424384}, {"record_id": "17543850369424384"}),
        ({"TTL": "600"}, {"ttl": 600}),
        ({"TTL": None}, {"ttl": None}),
        ({"TTL": "soon"}, {"ttl": None}),
        ({"Line": None}, {"line": "default"}),
        ({"RR": ""}, {"rr": "@"}),
        ({"RR": "WWW"}, {"rr": "www"}),
        ({"Type": "txt"}, {"type": "TXT"}),
        ({"Status": "Enable"}, {"enabled": True}),
        ({"Status": None}, {"enabled": True}),
        ({"Status": "DISABLE"}, {"enabled": False}),
        ({"Status": "Disable"}, {"enabled": False}),
        ({"Locked": True}, {"locked": True}),
        ({"Locked": "true"}, {"locked": True}),
        ({"Locked": None}, {"locked": False}),
        ({"DomainName": "Bücher.example"}, {"domain": "xn--bcher-kva.example"}),
    ],
    ids=str,
)
def test_entries_in_all_their_forms(change: dict[str, Any], expected: dict[str, Any]) -> None:
    record = from_entry({**ENTRY, **change})
    assert {name: getattr(record, name) for name in expected} == expected


def test_a_diff_shows_all_of_a_record() -> None:
    assert diff_text(None) == "record: none\n"
    assert "value: abc\nttl: 600\n" in diff_text(from_entry(ENTRY))
