# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of cas_preflight, and what is asked of the account."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._certificate import preflight_info as info
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight import PreflightWanted
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight_rules import Check
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption, NotAllowed
from tests.support.client import client
from tests.support.zones import account

pytest.importorskip("dns.query")

DEFAULTS = {name: option.get("default") for name, option in info.OPTIONS.items()}


def not_asked() -> Any:
    raise AssertionError("the account was asked")


def read(**options: Any) -> PreflightWanted:
    return info.read_preflight({**DEFAULTS, "domains": ["www.example.com"], **options}, not_asked)


def test_what_is_asked_for() -> None:
    wanted = read(
        domains=["Bücher.example", "*.example.com"], validation="manual", dns_alias=" V.example.net. ", strict=True
    )
    assert wanted == PreflightWanted(
        ("xn--bcher-kva.example", "*.example.com"), validation="manual", dns_alias="v.example.net", strict=True
    )
    assert read(validation="file").validation_method == "file"
    assert read(validation="tasks", validation_method="file").provider_zone is None


def test_the_account_is_asked_for_its_zone() -> None:
    world = account("www.example.com")
    for domain, record, zone in (
        (None, "_dnsauth.www.example.com", "www.example.com"),
        (None, "_dnsauth.example.com", "example.com"),
        ("Example.com.", "_dnsauth.www.example.com", "example.com"),
    ):
        options = {**DEFAULTS, "domains": ["www.example.com"], "domain": domain}
        provider = info.read_preflight(options, lambda: client(world, product=PRODUCT)).provider_zone
        assert provider is not None
        assert provider(record) == zone
    with pytest.raises(NotAllowed, match="lies in no domain that is hosted"):
        provider = info.read_preflight(
            {**DEFAULTS, "domains": ["a.example"]}, lambda: client(world, product=PRODUCT)
        ).provider_zone
        assert provider is not None
        provider("_dnsauth.a.example")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"domains": []}, "domains: give one name or more"),
        ({"domains": ["a b"]}, "domains: 'a b' is not a valid host name"),
        ({"domains": ["*.example.com"], "validation": "file"}, "domains: a wildcard cannot be validated by a file"),
        ({"product_code": "a b"}, "product_code: 'a b' is not a valid code"),
        ({"validation": "nsupdate"}, "nsupdate: give the name server and the key"),
        ({"validation": "nsupdate", "nsupdate": {"server": "ns1"}}, "nsupdate.server: 'ns1' is not an IP address"),
        ({"dns_alias": "a b"}, "dns_alias: 'a b' is not a valid DNS name"),
    ],
)
def test_what_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidOption) as refused:
        read(**options)
    assert refused.value.msg.startswith(sentence)


@pytest.mark.parametrize(
    ("key", "value"), [("timeout", 0), ("timeout", float("nan")), ("resolvers", ["ns1.example.com"])]
)
def test_what_is_refused_before_a_query(key: str, value: Any) -> None:
    options = {**DEFAULTS, "domains": ["www.example.com"], key: value}
    with pytest.raises(InvalidOption, match=f"^{key}: "):
        info.preflight_info(not_asked, options)


def test_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    for result, ok in (("warning", True), ("skipped", True), ("failed", False)):
        monkeypatch.setattr(info, "look", lambda *args, said=result: [Check("www.example.com", "caa", said, "d")])
        options = {**DEFAULTS, "domains": ["www.example.com"], "resolvers": ["192.0.2.53"]}
        assert info.preflight_info(not_asked, options) == {
            "checks": [{"domain": "www.example.com", "check": "caa", "result": result, "detail": "d"}],
            "ok": ok,
        }
