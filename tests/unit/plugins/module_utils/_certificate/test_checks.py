# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task does with the checks; what is checked has tests of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import preflight
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight import PreflightWanted
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.preflight_rules import Check
from ansible_collections.certops.alicloud.plugins.module_utils._dns import lookup
from ansible_collections.certops.alicloud.plugins.module_utils._errors import MissingLibrary, NotAllowed
from tests.support import chains, client

RESOLVER = object()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> chains.Shop:
    """A host without a certificate; its zone is in the account, and no name is a CNAME."""
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)
    for zone in ("example.com", "example.net"):
        account.world.zones.host(zone, account.world.now())
    monkeypatch.setattr(lookup, "follow", lambda name, resolver, clock=None: name)
    return chains.Shop(account, tmp_path / "ssl", resolver=RESOLVER)


def checked(monkeypatch: pytest.MonkeyPatch, *results: str) -> list[PreflightWanted]:
    """Let the checks have these results; returns what they were asked."""
    asked: list[PreflightWanted] = []

    def look(wanted: PreflightWanted, resolver: Any, clock: Any = None, fetch: Any = None) -> list[Check]:
        assert resolver is RESOLVER
        asked.append(wanted)
        return [Check(chains.WWW, "caa", result, f"it is {result}.") for result in results]

    monkeypatch.setattr(preflight, "look", look)
    return asked


@pytest.mark.parametrize("check", [False, True], ids=["run", "preview"])
def test_a_failed_check_refuses_before_anything_is_ordered_or_made(
    check: bool, shop: chains.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(monkeypatch, "ok", "failed")
    with pytest.raises(NotAllowed) as refused:
        chains.run(shop, check=check, validation="alidns")
    assert refused.value.msg.endswith("caa: it is failed. Nothing was ordered.")
    assert [each["result"] for each in refused.value.facts["checks"]] == ["ok", "failed"]
    assert not client.writes(shop.account)
    assert not shop.said


def test_a_warning_does_not_keep_from_ordering(shop: chains.Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(monkeypatch, "warning")
    outcome = chains.run(shop, until="requested", validation="alidns")
    assert any("it is warning." in warning for warning in outcome.warnings)
    assert [each["result"] for each in outcome.facts["checks"]] == ["warning"]
    assert len(shop.account.world.present()) == 1


def test_a_file_is_in_the_web_root_while_it_is_looked_for(
    shop: chains.Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    webroot, found = tmp_path / "www", []
    webroot.mkdir()

    def look(wanted: PreflightWanted, resolver: Any, clock: Any = None, fetch: Any = None) -> list[Check]:
        assert wanted.probe is not None
        path, content = wanted.probe
        found.append((webroot / path.lstrip("/")).read_text() == content)
        return [Check(chains.WWW, "http", "failed", "the file is not served.")]

    monkeypatch.setattr(preflight, "look", look)
    with pytest.raises(NotAllowed):
        chains.run(shop, validation="file", webroot=str(webroot))
    assert found == [True]
    assert not [path for path in webroot.rglob("*") if path.is_file()]


def test_a_preview_writes_no_file_into_the_web_root(
    shop: chains.Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = checked(monkeypatch, "ok")
    chains.run(shop, check=True, validation="file", webroot=str(tmp_path))
    assert [each.probe for each in asked] == [None]


def test_a_record_goes_where_its_cname_leads(shop: chains.Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = checked(monkeypatch, "ok")
    monkeypatch.setattr(lookup, "follow", lambda name, resolver, clock=None: "_dnsauth.www.example.net")
    chains.run(shop, until="requested", validation="alidns")
    [record] = shop.account.world.zones.records.values()
    assert (record.domain, record.rr) == ("example.net", "_dnsauth.www")
    assert asked[0].provider_zone is not None
    assert asked[0].provider_zone("_dnsauth.www.example.net") == "example.net"


def test_a_record_goes_to_the_name_that_is_given(shop: chains.Shop) -> None:
    shop.resolver = None
    chains.run(shop, until="requested", validation="alidns", dns_alias="_dnsauth.v.example.net")
    [record] = shop.account.world.zones.records.values()
    assert (record.domain, record.rr) == ("example.net", "_dnsauth.v")


def test_a_missing_library_is_a_warning(shop: chains.Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingLibrary("dnspython")

    monkeypatch.setattr(chains.Shop, "resolver", property(lambda self: missing()), raising=False)
    outcome = chains.run(shop, check=True, validation="alidns")
    assert any("the Python package dnspython is missing" in warning for warning in outcome.warnings)


def test_a_lost_delegation_is_told_on_a_quiet_day(shop: chains.Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(monkeypatch, "ok")
    chains.run(shop, until="requested", validation="preauthorized")
    [order] = shop.account.world.present()
    shop.account.prove(order.number)
    shop.account.accept(order.number)
    chains.run(shop, validation="preauthorized")
    shop.account.calls.clear()
    outcome = chains.run(shop, validation="preauthorized")
    assert outcome.facts.get("action", outcome.plan.facts["action"]) == "nothing"
    assert any("_dnsauth.www.example.com has no CNAME any more" in warning for warning in outcome.warnings)
    assert not shop.account.calls
