# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``cas_instance_info`` tells, and the snapshot that other tasks take from it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.info import instance_info, query
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.snapshot import read_snapshot
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import instance_calls as calls
from tests.support.client import NOON, client, emulator
from tests.support.instance_calls import DETAIL, LIST, bought, issued
from tests.support.instance_tasks import WWW, acts

NOTHING: dict[str, Any] = {
    **dict.fromkeys(("instance_id", "domains", "status", "certificate_status", "instance_type", "brand")),
    **dict.fromkeys(("certificate_type", "expires_within", "unused")),
    **dict.fromkeys(("include_validation", "include_certificate", "summary"), False),
}


def ask(account: Emulator, **options: Any) -> dict[str, Any]:
    account.calls.clear()
    return instance_info(lambda: client(account), {**NOTHING, **options})


def ids(found: dict[str, Any]) -> set[str]:
    assert found["total"] == len(found["instances"])
    return {each["instance_id"] for each in found["instances"]}


def test_all_pages_are_listed_with_few_calls() -> None:
    account = emulator(shuffle=7)
    there = {bought(account) for _each in range(120)}
    found = ask(account)
    assert ids(found) == there
    assert acts(account) == [LIST] * 3


@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_may_be_smaller_than_asked_for(size: int) -> None:
    account = emulator(instance_page_size=size, echo_asked_size=True)
    there = {bought(account) for _each in range(9)}
    assert ids(ask(account)) == there


def test_filters() -> None:
    account = emulator()
    unused, test = bought(account), bought(account, spec="ss.dv.t")
    serving, pending, refused = issued(account), calls.pending(account, "b.example.com"), calls.rejected(account)
    dead = calls.revoked(account)
    assert ids(ask(account, unused=True)) == {unused, test}
    assert ids(ask(account, unused=False)) == {serving, pending, refused, dead}
    assert ids(ask(account, instance_type="test")) == {test}
    assert ids(ask(account, brand="digicert")) == {test}
    assert ids(ask(account, certificate_type="OV")) == set()
    assert ids(ask(account, status=["pending_validation", "failed"])) == {pending, refused}
    assert ids(ask(account, certificate_status=["issued"])) == {serving}
    assert ids(ask(account, certificate_status=["revoked"])) == {dead}
    assert ids(ask(account, domains=["B.example.com"])) == {pending}
    assert ids(ask(account, domains=[WWW])) == {serving, refused, dead}
    assert ids(ask(account, expires_within="200d")) == {serving}
    assert ids(ask(account, expires_within="30d")) == set()
    account.advance(180 * DAY)
    assert ids(ask(account, expires_within="30d")) == {serving}
    account.advance(30 * DAY)
    assert ids(ask(account, expires_within="30d")) == set()


def test_one_instance_is_described_with_one_call() -> None:
    account = emulator()
    instance_id = calls.pending(account)
    (found,) = ask(account, instance_id=instance_id)["instances"]
    assert acts(account) == [DETAIL]
    assert found["validation"][0]["record_name"] == "_dnsauth.www.example.com"
    assert ids(ask(account, instance_id="cas-cn-none")) == set()


def test_more_is_read_only_where_it_is_asked_for() -> None:
    account = emulator()
    calls.pending(account)
    issued(account, "b.example.com")
    bought(account)
    found = ask(account, include_validation=True, include_certificate=True)
    assert sorted(acts(account)) == [DETAIL, "GetUserCertificateDetail", LIST]
    assert sum(bool(each["validation"]) for each in found["instances"]) == 1
    (certificate,) = (each["certificate"] for each in found["instances"] if each["certificate"])
    assert "b.example.com" in certificate["domains"]
    assert "PRIVATE KEY" not in json.dumps(found)


def test_the_counts_of_the_account() -> None:
    account = emulator()
    bought(account)
    issued(account)
    assert ask(account, summary=True)["summary"] == {
        "total": 2,
        "unused": 1,
        "expiring": 0,
        "certificates": 1,
        "auto_reissues": 2,
    }


def test_only_a_complete_list_is_a_snapshot() -> None:
    account = emulator()
    issued(account)
    assert "known_instances" in ask(account)
    for more in ({"unused": False}, {"domains": [WWW]}, {"instance_type": "buy"}, {"expires_within": "900d"}):
        assert "known_instances" not in ask(account, **more)


def test_a_snapshot_says_what_a_list_says() -> None:
    account = emulator(response_year="2025", empty_lists="null")
    issued(account)
    bought(account)
    given = json.loads(json.dumps(ask(account)))
    for value in (given, given["known_instances"]):
        snapshot = read_snapshot(value)
        assert snapshot
        assert timedelta() < snapshot.at - NOON < timedelta(minutes=1)
        shown = [each.public(NOON) for each in snapshot.things]
        assert [_kept(each) for each in shown] == [_kept(each) for each in given["instances"]]


def _kept(shown: dict[str, Any]) -> dict[str, Any]:
    """What tells which instance serves, and for how long."""
    left_out = ("key_algorithm", "days_left")
    return {name: value for name, value in shown.items() if name not in left_out}


def test_a_snapshot_is_good_for_an_hour_and_for_its_account() -> None:
    account = emulator()
    snapshot = read_snapshot(ask(account)["known_instances"])
    assert snapshot
    mine = client(account).account
    assert snapshot.known_to(mine, NOON + timedelta(minutes=59)) == ()
    assert snapshot.known_to(mine, NOON + timedelta(hours=1)) is None
    assert snapshot.known_to("other", NOON) is None


@pytest.mark.parametrize(
    "entry", [7, None, "{", "[]", "{}", '{"InstanceId": ""}', {"InstanceId": "cas-cn-1"}], ids=repr
)
def test_an_entry_that_is_not_one_is_refused(entry: Any) -> None:
    value = {"account": "x", "at": "2026-11-22T12:00:00Z", "instances": [entry]}
    with pytest.raises(InvalidOption, match="known_instances: an entry of instances is not one of cas_instance_info"):
        read_snapshot(value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"instance_id": "cas-ivauto-1"}, "instance_id: "),
        ({"domains": ["localhost"]}, "domains: "),
        ({"expires_within": "33%"}, "expires_within: "),
        ({"brand": "a\nb"}, "brand: "),
        ({"unused": True, "expires_within": "30d"}, "unused: an unused instance has no certificate"),
        ({"unused": True, "certificate_status": ["issued"]}, "unused: "),
    ],
    ids=str,
)
def test_filters_that_cannot_be_meant_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        query({**NOTHING, **options})
    assert caught.value.msg.startswith(said)


def test_instances_of_the_other_site_are_on_the_other_endpoint() -> None:
    account = emulator()
    here, there = bought(account), bought(account, site="international")
    assert ids(ask(account)) == {here}
    abroad = client(account)
    abroad._url, abroad.host = "https://cas.ap-southeast-1.example", "cas.ap-southeast-1.example"
    assert ids(instance_info(lambda: abroad, NOTHING)) == {there}
