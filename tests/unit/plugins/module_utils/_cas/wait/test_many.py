# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many orders waited for at once: every end, and how many calls it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import api, info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.goals import RESUME
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._cas.wait import many
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    Failure,
    InvalidOption,
    Kind,
    StateNotReached,
)
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import Run
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.accounts import applied, issued, revoked, stocked
from tests.support.client import before, client, clock, edited, emulator, reads, world_time, writes
from tests.support.queries import DEFAULTS, DESCRIBE, LIST

NEVER = 1e7


@dataclass
class Ran:
    """A wait: its orders or its failure, its calls look by look, and what it told."""

    orders: list[Order]
    failure: Failure | None
    looks: list[list[str]]
    lines: list[tuple[float, bool, str]]

    @property
    def loud(self) -> list[str]:
        return [line for _seconds, detail, line in self.lines if not detail]

    @property
    def statuses(self) -> list[str]:
        assert self.failure
        return [order["status"] for order in self.failure.facts["orders"]]

    @property
    def described(self) -> int:
        return sum(look.count(DESCRIBE) for look in self.looks)


def run(
    account: Emulator, numbers: list[str], happens: Callable[[float], object] = lambda _seconds: None, **options: Any
) -> Ran:
    """Wait for orders; ``happens`` is called after every pause, with the seconds since the wait began."""
    begun = world_time(account)
    account.calls.clear()
    looks: list[list[str]] = []
    lines: list[tuple[float, bool, str]] = []

    def sleep(seconds: float) -> None:
        looks.append(reads(account))
        account.calls.clear()
        account.advance(seconds)
        happens(world_time(account) - begun)

    more = {"transport": options.pop("transport", None)}
    asked = info.query({**DEFAULTS, "order_ids": numbers, "wait_for": "issued", **options})
    caller = client(
        account,
        clock=clock(account)._replace(sleep=sleep),
        tell=lambda line, detail: lines.append((world_time(account) - begun, detail, line)),
        max_attempts=1,
        **more,
    )
    orders, failure = [], None
    try:
        orders = many.wait_for_all(Run(caller, begun + asked.waiting.timeout), asked.waiting, fleet(asked))
    except Failure as caught:
        failure = caught
        assert [order["order_id"] for order in failure.facts["orders"]] == numbers
    assert writes(account) == []
    assert world_time(account) - begun <= asked.waiting.timeout
    looks.append(reads(account))
    return Ran(orders, failure, looks, lines)


def fleet(asked: info.Query) -> many.Many[Order]:
    """The orders of a question, as ``cas_order_info`` waits for them."""
    return many.Many(
        things={order_id: api.unread(order_id) for order_id in asked.order_ids},
        find=lambda run, ids: api.find_in_list(run, ids, asked.order_type),
        describe=api.describe,
        lacks=lambda order: asked.include_certificate and order.certificate is None,
        option="order_ids",
        again=RESUME,
        over="Place new orders with cas_order.",
    )


def of(account: Emulator) -> list[str]:
    return [str(number) for number in sorted(account.world.orders)]


# Good ends.


def test_all_are_issued_and_come_in_the_order_asked() -> None:
    account = stocked(5, proof="at_once", review_seconds=60)
    numbers = of(account)[::2] + of(account)[1::2]
    ran = run(account, numbers)
    assert [order.order_id for order in ran.orders] == numbers
    assert {order.status for order in ran.orders} == {Status.ISSUED}
    assert ran.loud[0].startswith("5 orders: 5 ")
    assert "Ctrl-C is safe" in ran.loud[0]
    assert ran.loud[-1].startswith("5 orders: 5 issued after ")


def test_what_is_issued_takes_one_look_and_no_word() -> None:
    account = emulator()
    numbers = [issued(account, "a.example"), issued(account, "b.example")]
    ran = run(account, numbers)
    assert (ran.looks, ran.lines) == ([[LIST]], [])
    assert len(ran.orders) == 2


def test_expiring_is_issued() -> None:
    account = emulator()
    number = issued(account)
    account.advance(80 * 86400)
    assert run(account, [number]).orders[0].status is Status.EXPIRING


def test_certificates_are_read_once_each_where_they_are_asked_for() -> None:
    account = stocked(30, proof="at_once", review_seconds=60)
    numbers = of(account)
    without, ran = run(account, numbers), run(account, numbers, include_certificate=True)
    assert all(order.certificate is None for order in without.orders)
    assert all(order.certificate for order in ran.orders)
    assert ran.looks == [[LIST, *[DESCRIBE] * 30]]


def test_a_certificate_that_the_describe_call_does_not_show_yet_is_waited_for() -> None:
    account = emulator()
    number = issued(account)
    turns = iter([True, True])

    def hide(content: dict[str, Any]) -> None:
        if next(turns, False):
            content.clear()
            content["Type"] = "process"

    ran = run(account, [number], include_certificate=True, transport=edited(account, DESCRIBE, hide))
    assert ran.orders[0].certificate
    assert ran.described == 3


# How many calls it takes.


def life(account: Emulator, numbers: list[str], prove: float, accept: float, pace: float) -> Callable[[float], None]:
    """Orders are proven and issued one after the other, ``pace`` seconds apart."""

    def happens(seconds: float) -> None:
        for place, number in enumerate(numbers):
            order = account.world.orders[int(number)]
            if seconds > prove + place * pace and order.proven is None:
                account.prove(number)
            if seconds > accept + place * pace and order.issued is None:
                account.accept(number)

    return happens


@pytest.mark.slow
def test_three_hundred_orders_take_six_list_calls_and_ten_describes_a_look_at_most() -> None:
    account = stocked(300)
    numbers = of(account)
    ran = run(account, numbers, life(account, numbers, 30, 400, 10))
    assert len(ran.orders) == 300
    assert all(look.count(LIST) <= 6 and look.count(DESCRIBE) <= 10 for look in ran.looks)
    assert sum(look.count(LIST) for look in ran.looks) <= 6 * len(ran.looks)
    assert ran.described < 2.5 * 300


def test_orders_that_are_settled_are_not_looked_for_any_more() -> None:
    account = stocked(120)
    newest = of(account)[::-1]

    def happens(seconds: float) -> None:
        if seconds > 60:
            for number in newest[60:]:
                if account.world.orders[int(number)].issued is None:
                    account.accept(number)
        if seconds > 300:
            for number in newest[:60]:
                if account.world.orders[int(number)].issued is None:
                    account.accept(number)

    ran = run(account, newest, happens)
    pages = [look.count(LIST) for look in ran.looks]
    assert (pages[0], pages[-1]) == (3, 2)


def test_few_orders_are_described_now_and_then_only() -> None:
    account = stocked(3)
    ran = run(account, of(account), wait_timeout=1500)
    assert len(ran.looks) > 20
    assert [look.count(DESCRIBE) for look in ran.looks][:6] == [3, 0, 0, 0, 0, 0]
    assert 3 * 5 >= ran.described >= 3 * 4


def test_what_is_reviewing_is_not_described_again() -> None:
    account = stocked(3, proof="at_once", review_seconds=None)
    ran = run(account, of(account), wait_timeout=1500)
    assert ran.described == 3
    assert ran.statuses == ["reviewing"] * 3


def test_a_status_that_changes_in_the_list_is_described_where_the_list_is_not_clear() -> None:
    account = stocked(2, settle_seconds=100)
    ran = run(account, of(account), wait_timeout=250)
    assert [look.count(DESCRIBE) for look in ran.looks if DESCRIBE in look] == [2]
    assert DESCRIBE not in ran.looks[0]
    assert any("not submitted" not in line and "To publish: TXT" in line for _at, _detail, line in ran.lines)


def test_a_word_that_nobody_knows_is_described() -> None:
    account = stocked(2, proof="at_once", review_seconds=60, unknown_status="CLOSED")
    ran = run(account, of(account), wait_timeout=1500)
    assert [order.status for order in ran.orders] == [Status.ISSUED] * 2
    assert ran.described == 4


# Bad ends.


def test_each_is_waited_for_until_it_is_issued_or_cannot_be_any_more() -> None:
    account = emulator()
    good, bad, worse = (applied(account, f"{name}.example") for name in ("good", "bad", "worse"))
    dead = revoked(account)

    def happens(seconds: float) -> None:
        if seconds > 60 and account.world.orders[int(bad)].rejected is None:
            account.reject(bad)
            account.world.orders.pop(int(worse))
        if seconds > 600 and account.world.orders[int(good)].issued is None:
            account.accept(good)

    ran = run(account, [worse, good, dead, bad], happens)
    assert isinstance(ran.failure, StateNotReached)
    assert ran.failure.msg == (
        f"3 of 4 orders were not issued and cannot be any more: Order {worse} for worse.example (gone); "
        f"Order {dead} for www.example.com (revoked); Order {bad} for "
        "bad.example (failed). Place new orders with cas_order."
    )
    assert ran.statuses == ["pending_validation", "issued", "revoked", "failed"]
    assert not any("issued after" in line for line in ran.loud)


def test_the_deadline_says_what_is_still_missing() -> None:
    account = emulator()
    waiting, reviewed, done = (applied(account, f"{name}.example") for name in ("waiting", "reviewed", "done"))
    account.prove(reviewed)
    account.accept(done)
    begun = world_time(account)
    ran = run(account, [reviewed, waiting, done], wait_timeout=100)
    assert isinstance(ran.failure, StateNotReached)
    assert ran.failure.msg == (
        f"2 of 3 orders were not issued after 100 s: Order {waiting} for waiting.example (pending_validation, to "
        f"publish: TXT _dnsauth.waiting.example); Order {reviewed} for reviewed.example (reviewing). "
        "Run the task again to resume waiting; nothing is lost."
    )
    assert 99 < world_time(account) - begun <= 100
    assert ran.failure.facts["orders"][1]["validation"][0]["record_name"] == "_dnsauth.waiting.example"


def test_a_long_list_of_them_is_cut() -> None:
    account = stocked(120)
    ran = run(account, of(account), wait_timeout=60)
    assert ran.failure
    assert "; and 110 more. Run the task again" in ran.failure.msg
    assert len(ran.failure.msg) < 2000
    assert len(ran.statuses) == 120


# What the list does not show.


def test_new_orders_are_not_described_while_the_list_may_lag() -> None:
    account = stocked(40, list_lag_seconds=20, proof="at_once", review_seconds=60)
    ran = run(account, of(account))
    assert len(ran.orders) == 40
    assert DESCRIBE not in ran.looks[0]
    assert "40 orders: 40 not listed yet" in ran.loud[0]
    assert all(look.count(DESCRIBE) <= 10 for look in ran.looks)


def test_a_number_that_does_not_exist_is_looked_for_once_and_named() -> None:
    account = stocked(3)
    begun = world_time(account)
    ran = run(account, ["7", *of(account), "8"])
    assert isinstance(ran.failure, InvalidOption)
    assert ran.failure.msg == "order_ids: orders 7, 8 do not exist. Check the IDs, the access key and the endpoint."
    assert [look.count(DESCRIBE) for look in ran.looks][1:-1] == [0] * len(ran.looks[1:-1])
    assert ran.looks[-1].count(DESCRIBE) == 2
    assert 20 <= world_time(account) - begun < 60
    assert ran.statuses == ["unknown", *["pending_validation"] * 3, "unknown"]


def test_a_single_number_that_does_not_exist_is_named_within_a_short_wait() -> None:
    ran = run(emulator(), ["7"], wait_timeout=10)
    assert ran.failure
    assert ran.failure.msg == "order_ids: order 7 does not exist. Check the IDs, the access key and the endpoint."


def test_trouble_while_a_number_is_looked_for_does_not_hide_that_it_is_missing() -> None:
    account = emulator()
    account.inject(action=DESCRIBE, skip=1, times=1, kind="throttled")
    ran = run(account, ["7", "8"])
    assert isinstance(ran.failure, InvalidOption)


def test_orders_that_the_list_never_shows_are_described_by_turns() -> None:
    account = stocked(30, source="buy", proof="at_once", review_seconds=300)
    ran = run(account, of(account))
    assert len(ran.orders) == 30
    assert all(look.count(DESCRIBE) <= 10 for look in ran.looks)


def test_an_order_that_vanishes_is_gone() -> None:
    account = stocked(2)
    gone, stays = of(account)
    ran = run(
        account,
        [gone, stays],
        wait_timeout=600,
        transport=before(account, LIST, lambda: account.world.orders.pop(int(gone)), skip=3),
    )
    assert ran.failure
    assert f"Order {gone} for 0.example.com (gone" in ran.failure.msg
    assert any("1 pending_validation, 1 gone" in line for line in ran.loud)


# Trouble on the way.


@pytest.mark.parametrize("action", [LIST, DESCRIBE])
@pytest.mark.parametrize("kind", ["throttled", "error_before", "request_lost", "html"])
def test_what_passes_does_not_end_the_wait(action: str, kind: str) -> None:
    account = stocked(60, proof="at_once", review_seconds=600)
    account.inject(action=action, skip=1, times=8, kind=kind)
    ran = run(account, of(account))
    assert len(ran.orders) == 60
    assert any("The last look failed (" in line for _at, _detail, line in ran.lines)


def test_trouble_that_lasts_is_named_at_the_deadline_with_all_orders() -> None:
    account = stocked(3)
    account.inject(action=LIST, skip=2, times=0, kind="throttled")
    ran = run(account, of(account), wait_timeout=200)
    assert isinstance(ran.failure, ApiError)
    assert ran.failure.kind is Kind.THROTTLED
    assert ran.statuses == ["pending_validation"] * 3


def test_what_does_not_pass_ends_the_wait_at_once() -> None:
    account = stocked(3, denied=(LIST,))
    begun = world_time(account)
    ran = run(account, of(account))
    assert isinstance(ran.failure, ApiError)
    assert world_time(account) == begun
    assert ran.lines == []


# What it tells.


def test_one_line_for_each_change_of_the_counts_and_else_one_every_half_minute() -> None:
    account = stocked(30)
    numbers = of(account)
    ran = run(account, numbers, life(account, numbers, 30, 60, 20))
    heads = [(seconds, line.split(";")[0]) for seconds, detail, line in ran.lines if not detail][:-1]
    for (earlier, old), (later, new) in zip(heads, heads[1:], strict=False):
        assert old != new or later - earlier >= 30
    assert max(Counter(seconds for seconds, detail, _line in ran.lines if not detail).values()) == 1


def test_what_changed_is_told_as_a_detail_after_the_counts() -> None:
    account = stocked(2)
    numbers = of(account)
    ran = run(account, numbers, life(account, numbers, 200, 1000, 0))
    details = [line for _seconds, detail, line in ran.lines if detail]
    assert ran.lines[0][1] is False
    assert [line for line in details if "To publish: TXT _dnsauth.0.example.com with the value 2026" in line]
    assert f"Order {numbers[0]} for 0.example.com: reviewing." in details
