# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options of a record ask for, and what is refused before any call."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import RecordWanted, State, read_record
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption, MissingLibrary
from tests.support.client import DNS_DEFAULTS


def ask(**options: Any) -> RecordWanted:
    return read_record({**DNS_DEFAULTS, "record": "www.example.com", "value": "v", **options})


def test_what_is_asked_for() -> None:
    assert ask(record="_DNSAUTH.www.Example.com", value=" abc ", domain=" ") == RecordWanted(
        State.PRESENT, None, "_dnsauth.www.example.com", "TXT", "abc", 600, "default"
    )
    assert ask(domain="Example.com.", state="absent", ttl=60, line="telecom") == RecordWanted(
        State.ABSENT, "example.com", "www.example.com", "TXT", "v", 60, "telecom"
    )


@pytest.mark.parametrize(
    ("record", "domain", "name"),
    [
        ("www.example.com", None, "www.example.com"),
        ("www.example.com.", None, "www.example.com"),
        ("*.example.com", None, "*.example.com"),
        ("www", "example.com", "www.example.com"),
        ("_dnsauth.www", "example.com", "_dnsauth.www.example.com"),
        ("@", "example.com", "example.com"),
        ("*", "example.com", "*.example.com"),
        ("*.www", "example.com", "*.www.example.com"),
        ("example.com", "example.com", "example.com"),
        ("EXAMPLE.com.", "example.com", "example.com"),
        ("www.example.com", "example.com", "www.example.com"),
        ("www.example.com.", "example.com", "www.example.com"),
        ("notexample.com", "example.com", "notexample.com.example.com"),
        ("a.example.com", "a.example.com", "a.example.com"),
        ("bücher", "例子.测试", "xn--bcher-kva.xn--fsqu00a.xn--0zwm56d"),
        ("bücher.例子.测试", "xn--fsqu00a.xn--0zwm56d", "xn--bcher-kva.xn--fsqu00a.xn--0zwm56d"),
    ],
)
def test_a_record_is_named_in_full_or_relative_to_its_domain(record: str, domain: str | None, name: str) -> None:
    assert ask(record=record, domain=domain).name == name


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:DB8::0001", "2001:db8::1"),
        ("CNAME", "Target.Example.", "target.example"),
        ("CNAME", "bücher.example", "xn--bcher-kva.example"),
        ("CNAME", "_x.acm-validations.example", "_x.acm-validations.example"),
        ("NS", "ns1.example", "ns1.example"),
        ("TXT", "v=spf1 include:a.example -all", "v=spf1 include:a.example -all"),
        ("TXT", "Größe", "Größe"),
        ("CAA", '0 issue "ca.example"', '0 issue "ca.example"'),
        ("CAA", "0 Issue ca.example", '0 issue "ca.example"'),
        ("SRV", "1 2 443 www.example.com", "1 2 443 www.example.com"),
        ("SRV", "01  2 443 WWW.Example.com.", "1 2 443 www.example.com"),
        ("TXT", ' "abc" "def" ', '"abc" "def"'),
    ],
)
def test_a_value_is_sent_in_one_form(kind: str, value: str, sent: str) -> None:
    assert ask(type=kind, value=value).value == sent


@pytest.mark.parametrize(
    ("options", "option", "says"),
    [
        ({"record": " "}, "record", "full name"),
        ({"record": "@"}, "record", "also give domain"),
        ({"record": "www"}, "record", "also give domain"),
        ({"record": "a b.example.com"}, "record", "is not a valid record name"),
        ({"record": "www.*.example.com"}, "record", "only the first"),
        ({"record": "www..", "domain": "example.com"}, "record", "is not a valid record name"),
        ({"record": "www.other.org.", "domain": "example.com"}, "record", "does not lie in example.com"),
        ({"record": ".".join(["a" * 60] * 4), "domain": "example.com"}, "record", "253 in all"),
        ({"domain": "com"}, "domain", "is not a valid domain"),
        ({"domain": "*.example.com"}, "domain", "is not a valid domain"),
        ({"domain": "exa mple.com"}, "domain", "is not a valid record name"),
        ({"value": " "}, "value", "give the value"),
        ({"value": "two\nlines"}, "value", "control characters"),
        ({"type": "A", "value": "2001:db8::1"}, "value", "not an IPv4 address"),
        ({"type": "A", "value": "192.0.2.256"}, "value", "not an IPv4 address"),
        ({"type": "AAAA", "value": "192.0.2.1"}, "value", "not an IPv6 address"),
        ({"type": "CNAME", "value": "not a host"}, "value", "is not a valid record name"),
        ({"ttl": 0}, "ttl", "from 1 to 86400"),
        ({"ttl": 86401}, "ttl", "from 1 to 86400"),
        ({"line": ""}, "line", "resolution line"),
        ({"line": "a b"}, "line", "resolution line"),
    ],
    ids=str,
)
def test_bad_input_names_its_option(options: dict[str, Any], option: str, says: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        ask(**options)
    assert caught.value.option == option
    assert caught.value.msg.startswith(f"{option}: ")
    assert says in caught.value.msg


def test_international_names_need_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "idna", None)
    with pytest.raises(MissingLibrary, match="idna"):
        ask(record="bücher.example")
