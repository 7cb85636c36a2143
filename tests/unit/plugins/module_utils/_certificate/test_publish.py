# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What validates the domains is published where it belongs, seen there, and removed again; nothing else is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import publish as publishing
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.observe import Actors
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import Run
from tests.support import chains, client, zones
from tests.support.chains import Shop

RECORD = {
    "method": "dns",
    "domain": "www.example.com",
    "record_name": "_dnsauth.www.example.com",
    "record_type": "TXT",
    "record_value": "2026",
    "raw_record_name": "_dnsauth",
}
UNCLEAR = {**RECORD, "record_name": None}
FILE = {
    "method": "file",
    "domain": "www.example.com",
    "path": "/.well-known/pki-validation/fileauth.txt",
    "content": "2026\n",
    "url": "http://www.example.com/.well-known/pki-validation/fileauth.txt",
}
SERVER = {"server": "192.0.2.53", "key_secret": "c2VjcmV0", "key_name": "certops"}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(zones.account(), tmp_path)


def task(shop: Shop, check: bool = False) -> Run[Actors]:
    return Run(chains.actors(shop, check))


def records(shop: Shop) -> list[tuple[str, str, str]]:
    return [(record.name, record.type, record.value) for record in shop.account.world.zones.records.values()]


# Alibaba Cloud DNS.


def test_a_record_is_published_once_seen_and_removed(shop: Shop) -> None:
    run, wanted = task(shop), chains.wanted(validation="alidns")
    assert not publishing.is_published(run, wanted, [RECORD])
    publishing.publish(run, wanted, [RECORD])
    publishing.publish(run, wanted, [RECORD])
    assert records(shop) == [("_dnsauth.www.example.com", "TXT", "2026")]
    assert publishing.is_published(run, wanted, [RECORD])
    assert not publishing.is_published(run, wanted, [RECORD, {**RECORD, "record_value": "2027"}])
    publishing.unpublish(run, wanted, [RECORD])
    publishing.unpublish(run, wanted, [RECORD])
    assert (records(shop), run.warnings) == ([], [])


def test_other_values_at_the_name_stay(shop: Shop) -> None:
    zones.added(shop.account, rr="_dnsauth.www", value="of another certificate")
    run, wanted = task(shop), chains.wanted(validation="alidns")
    publishing.publish(run, wanted, [RECORD])
    publishing.unpublish(run, wanted, [RECORD])
    assert [value for _name, _type, value in records(shop)] == ["of another certificate"]


def test_an_alias_takes_the_place_of_the_name(shop: Shop) -> None:
    shop.account.world.zones.host("example.net", shop.account.world.now())
    wanted = chains.wanted(validation="alidns", dns_alias="www.validation.example.net")
    publishing.publish(task(shop), wanted, [RECORD])
    assert records(shop) == [("www.validation.example.net", "TXT", "2026")]
    assert publishing.is_published(task(shop), wanted, [RECORD])
    publishing.unpublish(task(shop), wanted, [RECORD])
    assert records(shop) == []


def test_the_zone_is_not_looked_for_where_it_is_given(shop: Shop) -> None:
    wanted = chains.wanted(validation="alidns", alidns={"zone": "example.com", "ttl": 900, "line": "default"})
    publishing.publish(task(shop), wanted, [RECORD])
    assert "DescribeDomains" not in client.reads(shop.account)
    assert [record.ttl for record in shop.account.world.zones.records.values()] == [900]


def test_a_record_that_is_refused_is_sent_once(shop: Shop) -> None:
    shop.account.turn(denied=["AddDomainRecord"])
    wanted = chains.wanted(validation="alidns", alidns={"zone": "example.com", "ttl": 600, "line": "default"})
    with pytest.raises(Failure, match=r"^The RAM user may not call AddDomainRecord"):
        publishing.publish(task(shop), wanted, [RECORD])
    assert client.writes(shop.account) == ["AddDomainRecord"]


def test_a_record_whose_response_was_lost_is_looked_for(shop: Shop) -> None:
    shop.account.inject(kind="answer_lost", action="AddDomainRecord")
    wanted = chains.wanted(validation="alidns", alidns={"zone": "example.com", "ttl": 600, "line": "default"})
    publishing.publish(task(shop), wanted, [RECORD])
    assert records(shop) == [("_dnsauth.www.example.com", "TXT", "2026")]
    assert client.writes(shop.account) == ["AddDomainRecord"]


def test_a_name_that_the_service_does_not_tell_is_left_to_the_user(shop: Shop) -> None:
    with pytest.raises(
        NotAllowed, match=r"_dnsauth TXT 2026\. Publish it by hand and run again with validation: manual"
    ):
        publishing.publish(task(shop), chains.wanted(validation="alidns"), [UNCLEAR])
    assert not publishing.is_published(task(shop), chains.wanted(validation="alidns"), [UNCLEAR])
    publishing.unpublish(task(shop), chains.wanted(validation="alidns"), [UNCLEAR])
    assert client.writes(shop.account) == []


def test_what_cannot_be_looked_at_is_not_there(shop: Shop) -> None:
    shop.account.world.zones.hosted.clear()
    assert not publishing.is_published(task(shop), chains.wanted(validation="alidns"), [RECORD])


def test_what_cannot_be_removed_is_a_warning_and_the_rest_is_removed(shop: Shop) -> None:
    run, wanted = task(shop), chains.wanted(validation="alidns")
    other = {**RECORD, "record_value": "2027"}
    publishing.publish(run, wanted, [RECORD, other])
    shop.account.world.zones.set(min(shop.account.world.zones.records), locked=True)
    publishing.unpublish(run, wanted, [RECORD, other])
    assert [value for _name, _type, value in records(shop)] == ["2026"]
    (warning,) = run.warnings
    assert warning.startswith("TXT _dnsauth.www.example.com could not be removed. ")
    assert "locked" in warning


# Files.


def test_a_file_is_published_seen_and_removed(shop: Shop) -> None:
    run, wanted = task(shop), chains.wanted(validation="file", webroot=f"{shop.root}/web/")
    path = shop.root / "web" / ".well-known" / "pki-validation" / "fileauth.txt"
    assert not publishing.is_published(run, wanted, [FILE])
    publishing.publish(run, wanted, [FILE])
    assert path.read_text() == "2026\n"
    assert publishing.is_published(run, wanted, [FILE])
    path.write_text("another")
    assert not publishing.is_published(run, wanted, [FILE])
    publishing.unpublish(run, wanted, [FILE])
    assert not path.exists()
    assert shop.account.calls == []


def test_a_record_is_not_published_by_file_nor_a_file_by_record(shop: Shop) -> None:
    for wanted, entry in (
        (chains.wanted(validation="file", webroot=f"{shop.root}/web"), RECORD),
        (chains.wanted(validation="alidns"), FILE),
    ):
        publishing.publish(task(shop), wanted, [entry])
        publishing.unpublish(task(shop), wanted, [entry])
        assert not publishing.is_published(task(shop), wanted, [entry])
    assert (records(shop), shop.said) == ([], [])


# Others publish.


@pytest.mark.parametrize("validation", ["manual", "tasks", "automatic", "preauthorized"])
def test_what_others_publish_is_not_touched(shop: Shop, validation: str) -> None:
    wanted = chains.wanted(validation=validation)
    publishing.publish(task(shop), wanted, [RECORD, FILE, UNCLEAR])
    publishing.unpublish(task(shop), wanted, [RECORD, FILE, UNCLEAR])
    assert (shop.account.calls, shop.said) == ([], [])


def test_nothing_to_publish_is_not_published(shop: Shop) -> None:
    assert not publishing.is_published(task(shop), chains.wanted(validation="alidns"), [])


# Dynamic updates.


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is asked of a name server, which has the value of the last ``publish``."""
    update = pytest.importorskip("ansible_collections.certops.alicloud.plugins.module_utils._dns.update")
    asked: list[Any] = []

    def noting(what: str) -> Any:
        def noted(nsupdate: Any, name: str, type: str, value: str, clock: Any = None) -> bool:
            if value == "refused":
                raise Failure("The server refused the update.")
            asked.append((what, nsupdate.server.address, name, type, value))
            return ("publish", *asked[-1][1:]) in asked

        return noted

    for what in ("publish", "remove", "is_there"):
        monkeypatch.setattr(update, what, noting(what))
    return asked


def test_a_dynamic_update_adds_looks_and_removes(shop: Shop, updates: list[Any]) -> None:
    wanted = chains.wanted(validation="nsupdate", nsupdate=SERVER)
    assert not publishing.is_published(task(shop), wanted, [RECORD])
    publishing.publish(task(shop), wanted, [RECORD])
    assert publishing.is_published(task(shop), wanted, [RECORD])
    publishing.unpublish(task(shop), wanted, [RECORD])
    assert [each[0] for each in updates] == ["is_there", "publish", "is_there", "remove"]
    assert {each[1:] for each in updates} == {("192.0.2.53", "_dnsauth.www.example.com", "TXT", "2026")}
    assert shop.account.calls == []


def test_a_dynamic_update_goes_to_the_alias(shop: Shop, updates: list[Any]) -> None:
    wanted = chains.wanted(validation="nsupdate", nsupdate=SERVER, dns_alias="www.validation.example.net")
    publishing.publish(task(shop), wanted, [RECORD])
    assert updates[0][2] == "www.validation.example.net"


def test_a_refused_update_fails_and_a_refused_removal_warns(shop: Shop, updates: list[Any]) -> None:
    run, wanted = task(shop), chains.wanted(validation="nsupdate", nsupdate=SERVER)
    refused = {**RECORD, "record_value": "refused"}
    with pytest.raises(Failure, match="refused the update"):
        publishing.publish(run, wanted, [refused])
    assert not publishing.is_published(run, wanted, [refused])
    publishing.unpublish(run, wanted, [refused, RECORD])
    assert run.warnings == ["TXT _dnsauth.www.example.com could not be removed. The server refused the update."]
    assert [each[0] for each in updates] == ["remove"]
