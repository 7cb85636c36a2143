# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One listing for many tasks: what it saves, and when it is not relied on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order, ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.snapshot import (
    public_snapshot,
    read_snapshot,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._connection import find_source
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption, NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.accounts import known_orders
from tests.support.client import DEFAULTS, NOON, client, clock, emulator, order, reads, renew, world_time, writes
from tests.support.queries import DEFAULTS as DEFAULT_QUERY

LIST, DESCRIBE, QUOTA = "ListUserCertificateOrder", "DescribeCertificateState", "DescribePackageState"
PACKAGE = "CreateCertificateForPackageRequest"
WWW: dict[str, Any] = {"domains": ["www.example.com"]}


def test_a_list_of_all_orders_says_so() -> None:
    found = known_orders(emulator())
    assert found["known_orders"]["at"] == "2026-11-22T12:00:00Z"
    assert len(found["known_orders"]["account"]) == 16


@pytest.mark.parametrize(
    "some",
    [
        {"order_id": "1"}, {"order_ids": ["1"]}, WWW, {"keyword": "www"}, {"status": ["issued"]},
        {"product_code": "digicert-free-1-free"}, {"expires_within": "30d"}, {"order_type": "certificate"},
    ],
)  # fmt: skip
def test_a_list_of_some_orders_cannot_stand_for_all(some: dict[str, Any]) -> None:
    found = known_orders(emulator(), **some)
    assert "known_orders" not in found
    with pytest.raises(InvalidOption, match="without filters"):
        order(emulator(), **WWW, known_orders=found)


def test_an_order_in_the_listing_is_only_described() -> None:
    account = emulator()
    first = order(account, **WWW)
    again = order(account, **WWW, known_orders=known_orders(account))
    assert not again.plan.changed
    assert first.after
    assert again.after
    assert again.after.order_id == first.after.order_id
    assert reads(account) == [DESCRIBE]


def test_a_new_order_is_looked_for_once_after_it_is_made() -> None:
    account = emulator()
    done = order(account, **WWW, known_orders=known_orders(account), wait_for="none")
    assert done.plan.changed
    assert [call.action for call in account.calls] == [QUOTA, PACKAGE, LIST, DESCRIBE]


def test_a_renewal_takes_its_order_from_the_listing() -> None:
    account = emulator(proof="at_once")
    first = order(account, **WWW, wait_for="issued")
    assert first.after
    account.advance(70 * DAY)
    found = known_orders(account)
    done = renew(account, order_id=first.after.order_id, known_orders=found, wait_for="none")
    assert done.plan.changed
    assert [call.action for call in account.calls] == [QUOTA, PACKAGE, LIST, DESCRIBE]


def test_a_renewing_host_of_a_fleet_makes_five_calls() -> None:
    account = emulator(proof="at_once")
    order(account, **WWW, wait_for="issued")
    account.turn(proof="control")
    account.advance(70 * DAY)
    found, begun = known_orders(account), world_time(account)
    done = renew(account, **WWW, known_orders=found)
    assert done.after
    assert done.after.validation
    assert world_time(account) - begun == 5
    account.accept(done.after.order_id)
    asked = {**DEFAULT_QUERY, **WWW, "order_id": done.after.order_id, "wait_for": "issued"}
    assert info.order_info(lambda: client(account), asked)["orders"][0]["certificate"]
    assert [call.action for call in account.calls] == [QUOTA, PACKAGE, LIST, DESCRIBE, DESCRIBE]


def test_what_can_be_published_at_once_is_described_at_once() -> None:
    account = emulator(settle_seconds=0, record_delay_seconds=0)
    begun = world_time(account)
    done = order(account, **WWW, known_orders=known_orders(account))
    assert [call.action for call in account.calls] == [QUOTA, PACKAGE, LIST, DESCRIBE]
    assert world_time(account) == begun
    assert done.after
    assert done.after.validation


def test_the_clock_of_the_service_is_known_from_the_listing() -> None:
    account = emulator(checked=False, proof="at_once")
    order(account, **WWW, wait_for="issued")
    account.advance(10 * DAY)
    ahead = clock(account)._replace(now=lambda: clock(account).now() + timedelta(days=62))
    made = info.order_info(lambda: client(account, clock=ahead), DEFAULT_QUERY)
    assert made["known_orders"]["clock_offset"] == -62 * DAY
    account.calls.clear()
    wanted = read_renewal({**DEFAULTS, **WWW, "strategy": "auto", "known_orders": made})
    with pytest.raises(NotAllowed, match="Set the clock of this machine"):
        ensure_renewal(client(account, clock=ahead), wanted)
    assert not account.calls


@pytest.mark.parametrize("offset", [None, "soon", 10**10, True])
def test_an_offset_that_is_none_is_not_known(offset: object) -> None:
    snapshot = read_snapshot({**known_orders(emulator())["known_orders"], "clock_offset": offset})
    assert snapshot
    assert snapshot.clock_offset is None


def test_of_several_certificates_the_latest_counts_though_a_listing_does_not_tell_their_ends() -> None:
    account = emulator(proof="at_once")
    order(account, **WWW, wait_for="issued")
    account.advance(50 * DAY)
    renew(account, **WWW, force=True, wait_for="issued")
    account.advance(15 * DAY)
    found = known_orders(account)
    found["orders"].sort(key=lambda entry: entry["order_id"])
    assert not renew(account, **WWW, known_orders=found).plan.changed
    found["orders"].reverse()
    assert not renew(account, **WWW, known_orders=found).plan.changed


def test_an_order_that_the_listing_does_not_know_is_looked_for() -> None:
    account = emulator(proof="at_once")
    found = known_orders(account)
    first = order(account, **WWW, wait_for="issued")
    assert first.after
    account.advance(600)
    account.calls.clear()
    done = renew(account, order_id=first.after.order_id, known_orders=found)
    assert not done.plan.changed
    assert LIST in reads(account)


def test_an_old_listing_and_one_of_the_future_are_not_used() -> None:
    account = emulator()
    found = known_orders(account)
    order(account, **WWW)
    account.advance(3601)
    assert not order(account, **WWW, known_orders=found).plan.changed
    found["known_orders"]["at"] = "2027-11-22T12:00:00Z"
    assert not order(account, **WWW, known_orders=found).plan.changed


def test_a_listing_of_another_key_or_endpoint_is_not_used() -> None:
    account, other = emulator(), emulator()
    found = known_orders(other)
    order(account, **WWW)
    for url, key in (("https://cas.example", "LTAI-another"), ("https://other.example", None)):
        real = client(account)
        source = find_source(key, "secret") if key else real._source
        stranger = Client(real.product, url, source, real._transport, clock=real.clock)
        assert found["known_orders"]["account"] != stranger.account
    found["known_orders"]["account"] = "0" * 16
    assert not order(account, **WWW, known_orders=found).plan.changed
    assert writes(account) == [PACKAGE]


def test_an_order_of_this_machine_that_is_younger_than_the_listing_is_known(tmp_path: Any) -> None:
    account, state_directory = emulator(), str(tmp_path)
    found = known_orders(account)
    asked = read_order({"state": "present", **DEFAULTS, **WWW, "known_orders": found})
    first = ensure_order(client(account, state_directory=state_directory), asked)
    again = ensure_order(client(account, state_directory=state_directory), asked)
    assert first.plan.changed
    assert not again.plan.changed
    assert writes(account) == [PACKAGE]


@pytest.mark.parametrize(
    ("change_it", "said"),
    [
        ({"orders": None}, "without filters"),
        ({"orders": "all"}, "without filters"),
        ({"known_orders": []}, "without filters"),
        ({"at": "soon"}, "not a time"),
        ({"orders": [7]}, "is not an order"),
        ({"orders": [{"order_id": "no id", "domains": []}]}, "is not an order"),
        ({"orders": [{"order_id": "7", "domains": None}]}, "is not an order"),
        ({"orders": [{"order_id": "7", "domains": [], "status": "fine"}]}, "order 7 has an unknown status"),
    ],
)
def test_what_is_not_a_snapshot_is_an_error(change_it: dict[str, Any], said: str) -> None:
    account = emulator()
    with pytest.raises(InvalidOption, match=said) as caught:
        order(account, **WWW, known_orders={**known_orders(account)["known_orders"], **change_it})
    assert caught.value.option == "known_orders"
    assert not account.calls


def test_an_order_is_one_line_and_comes_back_as_it_was() -> None:
    account = emulator()
    order(account, **WWW, wait_for="none")
    found = known_orders(account)
    (line,) = found["known_orders"]["orders"]
    shown = found["orders"][0]
    assert line.split("|")[0] == shown["order_id"]
    assert line.endswith("|www.example.com")
    of_lines, of_dictionaries = (read_snapshot(each) for each in (found, {**found["known_orders"], "orders": [shown]}))
    assert of_lines
    assert of_dictionaries
    assert [replace(each, bought=None) for each in of_lines.things] == list(of_dictionaries.things)


def test_a_line_tells_when_an_order_was_bought_and_expires() -> None:
    account = emulator(proof="at_once")
    done = order(account, **WWW, wait_for="issued")
    assert done.after
    snapshot = read_snapshot(known_orders(account))
    assert snapshot
    (listed,) = snapshot.things
    assert (listed.not_before, listed.not_after) == (done.after.not_before, done.after.not_after)
    assert listed.bought == NOON
    assert snapshot.clock_offset == timedelta()


@pytest.mark.parametrize("status", ["a|b", "|"])
def test_a_word_that_would_split_a_line_is_kept(status: str) -> None:
    odd = Order("7", Status.UNKNOWN, status, ("a.example", "b.example"), bought=NOON)
    snapshot = read_snapshot(public_snapshot("account", NOON, [odd], None))
    assert snapshot
    assert snapshot.things == (odd,)
