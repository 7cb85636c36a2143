# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a certificate is due, and what follows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.renewal import plan_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.select import Seen, matching
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.steps import RENEW, orders_anew
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Plan
from tests.support.client import DEFAULTS, FREE, PAID, csr
from tests.support.orders import DELETE, NOON, PACKAGE, WWW, actions, certificate, key_of, order


def planned(*alike: Order, **options: Any) -> Plan[Order]:
    wanted = read_renewal({**DEFAULTS, "strategy": "auto", "domains": list(WWW), **options})
    return plan_renewal(Seen(wanted, alike=alike), NOON)


def paid(status: str, left: float, number: int = 1) -> Order:
    return order(status, number, left=left, product_code=PAID)


# Due or not.


@pytest.mark.parametrize(
    ("window", "left", "due", "reason"),
    [
        ("30d", 30.1, False, "30.1 of 90 days left, window opens at 30"),
        ("30d", 30, True, "30 of 90 days left, window opens at 30"),
        ("30d", 12, True, "12 of 90 days left, window opens at 30"),
        ("720h", 12, True, "12 of 90 days left, window opens at 30"),
        ("33%", 29.8, False, "29.8 of 90 days left, window opens at 29.7"),
        ("33%", 29.6, True, "29.6 of 90 days left, window opens at 29.7"),
        (None, 29.6, True, "29.6 of 90 days left, window opens at 29.7"),
        ("99.9%", 89, True, "89 of 90 days left, window opens at 89.9"),
        ("1h", 0, True, "0 of 90 days left, window opens at 0"),
        ("1h", -1, True, "0 of 90 days left, window opens at 0"),
    ],
)
def test_due_when_the_window_is_open(window: str | None, left: float, due: bool, reason: str) -> None:
    there = order("issued", left=left)
    plan = planned(there, renew_before=window)
    assert (plan.facts["due"], plan.facts["reason"]) == (due, reason)
    assert actions(plan) == ([(PACKAGE, None)] if due else [])
    assert plan.before is there
    assert plan.facts["previous_order_id"] == ("1001" if due else None)


@pytest.mark.parametrize("window", ["90d", "91d", "2160h"])
@pytest.mark.parametrize("force", [True, False])
def test_a_window_as_long_as_the_lifetime_is_clamped_with_a_warning(window: str, force: bool) -> None:
    plan = planned(order("issued", left=80), renew_before=window, force=force)
    assert (plan.facts["due"], bool(plan.steps)) == (force, force)
    assert plan.facts["reason"].startswith("80 of 90 days left, window opens at 30")
    (warning,) = plan.warnings
    assert warning.startswith("renew_before: the window of 9")
    due = planned(order("expiring", left=29), renew_before=window)
    assert (due.facts["due"], due.warnings) == (True, (warning,))


@pytest.mark.parametrize(
    ("status", "left", "due", "reason"),
    [
        ("issued", 45, False, "45 of 90 days left, not expiring by the service's status"),
        ("issued", 20, False, "20 of 90 days left, not expiring by the service's status"),
        ("expiring", 45, True, "45 of 90 days left, expiring by the service's status"),
        ("expiring", 20, True, "20 of 90 days left, expiring by the service's status"),
    ],
)
def test_expiring_goes_by_the_status_of_the_service(status: str, left: float, due: bool, reason: str) -> None:
    plan = planned(paid(status, left), product_code=PAID, renew_before="expiring")
    assert (plan.facts["due"], plan.facts["reason"]) == (due, reason)
    assert [step.action for step in plan.steps] == ([RENEW] if due else [])


def test_a_certificate_without_dates_cannot_be_judged() -> None:
    with pytest.raises(NotAllowed) as caught:
        planned(order("issued"))
    assert caught.value.msg == (
        "The service does not say when Order 1001 for www.example.com expires, so it is unknown whether it is due. "
        "Nothing was ordered. Run the task again later, or order now with force: true."
    )
    plan = planned(order("issued"), force=True)
    assert (
        plan.facts["reason"]
        == "the service does not say when Order 1001 for www.example.com expires, renewal is forced"
    )
    assert actions(plan) == [(PACKAGE, None)]


def test_force_is_due_whatever_the_date_says() -> None:
    plan = planned(order("issued", left=89), force=True)
    assert plan.facts["due"]
    assert plan.facts["reason"].endswith(", renewal is forced")
    assert actions(plan) == [(PACKAGE, None)]


PRODUCT_OF_WWW = f"www.example.com with {FREE}"
FIRST: dict[str, Any] = {"allow_first_order": True}


@pytest.mark.parametrize("there", [[], ["failed"], ["inactive"], ["failed", "inactive"]], ids=str)
def test_a_first_certificate_is_ordered_only_on_request(there: list[str]) -> None:
    orders = [order(status, number) for number, status in enumerate(there, 1)]
    with pytest.raises(NotAllowed) as caught:
        planned(*orders)
    assert caught.value.msg == (
        f"domains: there is nothing to renew: no certificate for {PRODUCT_OF_WWW} was issued before. Nothing was "
        "ordered. Check domains and product_code; a first certificate is ordered with cas_order, or here with "
        "allow_first_order: true."
    )
    plan = planned(*orders, **FIRST)
    assert plan.facts == {
        "due": True,
        "reason": f"no valid certificate for {PRODUCT_OF_WWW}",
        "strategy": "reorder",
        "previous_order_id": None,
    }
    assert [action for action, _order in actions(plan)] == [DELETE] * ("failed" in there) + [PACKAGE]


@pytest.mark.parametrize("status", ["pending_application", "pending_validation", "reviewing"])
def test_a_first_order_in_progress_is_found_without_permission(status: str) -> None:
    plan = planned(order(status))
    assert (plan.steps, plan.facts["reason"]) == ((), "Order 1001 for www.example.com is in progress")


@pytest.mark.parametrize("there", [["expired"], ["revoked"], ["revoked", "inactive"], ["expired", "failed"]], ids=str)
@pytest.mark.parametrize("options", [{}, {"order_id": "1001"}], ids=["by names", "by number"])
def test_what_is_over_is_renewed_by_a_new_order(there: list[str], options: dict[str, Any]) -> None:
    plan = planned(*(order(status, number, left=-1) for number, status in enumerate(there, 1)), **options)
    was = f"was {there[0]}" if there[0] == "revoked" else "has expired"
    assert plan.facts == {
        "due": True,
        "reason": f"Order 1001 for www.example.com {was}, and no later order is valid",
        "strategy": "reorder",
        "previous_order_id": "1001",
    }
    assert actions(plan)[-1] == (PACKAGE, None)


def test_the_latest_of_what_is_over_is_renewed() -> None:
    plan = planned(order("expired", 1, left=-60), order("revoked", 2, left=50), order("expired", 3, left=-30))
    assert plan.facts["previous_order_id"] == "1002"
    assert plan.facts["reason"].startswith("Order 1002 for www.example.com was revoked")


# Revoked.


def test_a_revoked_order_is_due_whatever_its_dates_say() -> None:
    plan = planned(order("revoked", 1, left=89), order_id="1001")
    assert (plan.facts["due"], actions(plan)) == (True, [(PACKAGE, None)])


BOUGHT = {1: NOON - timedelta(days=80), 2: NOON - timedelta(days=1)}


@pytest.mark.parametrize(
    ("revoked", "moments", "follows"),
    [(1, BOUGHT, True), (2, BOUGHT, False), (1, {}, True), (2, {}, True)],
    ids=["issued afterwards", "issued before", "unknown when", "unknown when, higher number"],
)
@pytest.mark.parametrize("strategy", ["auto", "reorder"])
def test_an_earlier_order_does_not_follow_the_revoked_one(
    revoked: int, moments: dict[int, Any], follows: bool, strategy: str
) -> None:
    """What is unknown is taken for a successor: else each run would order another one."""
    there = [
        order("revoked" if number == revoked else "issued", number, left=80, bought=moments.get(number))
        for number in (1, 2)
    ]
    plan = planned(*there, order_id=str(1000 + revoked), strategy=strategy)
    assert (plan.facts["due"], actions(plan)) == ((False, []) if follows else (True, [(PACKAGE, None)]))
    assert plan.facts["previous_order_id"] == str(1000 + revoked)
    assert ("was revoked" in plan.facts["reason"]) is not follows


def test_without_a_number_another_valid_certificate_serves() -> None:
    plan = planned(order("revoked", 2, left=80, bought=BOUGHT[2]), order("issued", 1, left=80, bought=BOUGHT[1]))
    assert (plan.facts["due"], plan.steps) == (False, ())


def test_a_certificate_that_its_ca_revoked_is_due_before_the_list_says_so() -> None:
    there = order("issued", 1, left=80)
    for found, expected in ((False, []), (True, [(PACKAGE, None)])):
        plan = planned(there, order_id="1001", due_on_host=found, revoked_on_host=found)
        assert actions(plan) == expected
    assert plan.facts["reason"].startswith("Order 1001 for www.example.com was revoked")
    follower = planned(there, order("issued", 2, left=89), order_id="1001", due_on_host=True, revoked_on_host=True)
    assert (follower.facts["due"], actions(follower)) == (False, [])


# How it is renewed.

NOW_EXPIRING, STILL_ISSUED = "expiring", "issued"
WAYS: dict[tuple[str, str, str], str | None] = {
    ("auto", PAID, NOW_EXPIRING): RENEW,
    ("auto", PAID, STILL_ISSUED): PACKAGE,
    ("auto", FREE, NOW_EXPIRING): PACKAGE,
    ("auto", FREE, STILL_ISSUED): PACKAGE,
    ("auto", "symantec-free-1-free", NOW_EXPIRING): PACKAGE,
    ("renew", PAID, NOW_EXPIRING): RENEW,
    ("renew", PAID, STILL_ISSUED): None,
    ("renew", FREE, NOW_EXPIRING): RENEW,
    ("reorder", PAID, NOW_EXPIRING): PACKAGE,
    ("reorder", FREE, STILL_ISSUED): PACKAGE,
}


@pytest.mark.parametrize(("strategy", "product", "status", "call"), [(*way, call) for way, call in WAYS.items()])
def test_the_strategy(strategy: str, product: str, status: str, call: str | None) -> None:
    there = order(status, left=10, product_code=product)
    options = {"product_code": product, "strategy": strategy}
    if call is None:
        with pytest.raises(NotAllowed, match=r"works only while an order is expiring; Order 1001 .* is issued") as no:
            planned(there, **options)
        assert "strategy: reorder" in no.value.msg
        return
    plan = planned(there, **options)
    (step,) = plan.steps
    assert (step.action, step.target.id) == (call, "1001" if call == RENEW else None)
    assert plan.facts["strategy"] == ("renew" if call == RENEW else "reorder")
    assert plan.facts["previous_order_id"] == "1001"
    assert plan.creates
    assert orders_anew(plan) is (call != RENEW)


@pytest.mark.parametrize("there", [[], ["expired"], ["revoked"]], ids=str)
def test_what_is_over_cannot_be_renewed_only_ordered_anew(there: list[str]) -> None:
    with pytest.raises(NotAllowed, match="strategy: reorder"):
        planned(*(order(status) for status in there), strategy="renew", **FIRST)


def test_renew_is_no_error_while_nothing_is_due() -> None:
    assert planned(paid("issued", 80), product_code=PAID, strategy="renew").steps == ()


def test_refused_orders_give_way_first() -> None:
    plan = planned(order("issued", 1, left=10), order("failed", 2))
    assert actions(plan) == [(DELETE, "1002"), (PACKAGE, None)]
    assert actions(planned(order("issued", 1, left=80), order("failed", 2))) == []


# What is there already.


@pytest.mark.parametrize("status", ["pending_application", "pending_validation", "reviewing"])
@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize("strategy", ["auto", "renew", "reorder"])
def test_a_successor_under_way_is_the_answer(status: str, force: bool, strategy: str) -> None:
    under_way = order(status, 2)
    plan = planned(order("expiring", 1, left=10), under_way, force=force, strategy=strategy)
    assert (plan.steps, plan.before) == ((), under_way)
    assert plan.facts["due"]
    assert plan.facts["reason"] == "Order 1002 for www.example.com is in progress"
    assert plan.facts["previous_order_id"] == "1001"


def test_two_successors_under_way_ask_for_an_id() -> None:
    with pytest.raises(NotAllowed, match="1002, 1003"):
        planned(order("expiring", 1, left=10), order("reviewing", 2), order("pending_application", 3))


@pytest.mark.parametrize("force", [True, False])
def test_a_successor_that_is_issued_is_the_answer(force: bool) -> None:
    new = order("issued", 2, left=85)
    plan = planned(order("expiring", 1, left=10), new, order_id="1001", force=force)
    assert (plan.steps, plan.before) == ((), new)
    assert not plan.facts["due"]
    assert plan.facts["reason"].startswith("Order 1002 for www.example.com follows order 1001 already: 85 of 90")
    assert plan.facts["previous_order_id"] == "1001"


def test_a_successor_that_is_due_itself_is_followed_by_the_next() -> None:
    plan = planned(order("expired", 1, left=-1), order("expiring", 2, left=10), order_id="1001")
    assert actions(plan) == [(PACKAGE, None)]
    assert plan.facts["previous_order_id"] == "1002"


def test_a_successor_must_have_the_csrs_key_and_the_names() -> None:
    old = order("expiring", 1, left=10)
    with pytest.raises(NotAllowed, match="another key"):
        other = order("issued", 2, left=85, public_key_sha256=key_of(1))
        planned(old, other, order_id="1001", csr_content=csr(*WWW))
    with pytest.raises(NotAllowed, match="was issued without"):
        planned(old, order("issued", 2, left=85, certificate=certificate(domains=())), order_id="1001")


def test_the_latest_end_decides_whether_it_is_due() -> None:
    assert planned(order("expiring", 1, left=10), order("issued", 2, left=85)).steps == ()
    plan = planned(order("issued", 1, left=20), order("expiring", 2, left=10))
    assert plan.facts["previous_order_id"] == "1001"


def test_nothing_is_ordered_beside_an_unknown_order() -> None:
    with pytest.raises(NotAllowed, match="a state unknown to this collection"):
        planned(order("issued", 1, left=10), order("unknown", 2))
    assert planned(order("issued", 1, left=80), order("unknown", 2)).steps == ()


# What a plan says.


def test_a_step_says_why_it_is_taken() -> None:
    plan = planned(domains=["a.example", "b.example"], **FIRST)
    assert plan.steps[0].reason == plan.facts["reason"] == f"no valid certificate for a.example, b.example with {FREE}"
    for there in (order("issued", left=10), order("expired")):
        plan = planned(there)
        assert plan.steps[-1].reason == plan.facts["reason"]
    renewed = planned(paid("expiring", 5), product_code=PAID)
    assert [step.action for step in renewed.steps] == [RENEW]
    assert renewed.steps[0].reason == renewed.facts["reason"]


def test_the_service_renews_only_what_expires_and_says_which_order_does_not() -> None:
    for there, number in ((paid("issued", 5), "1001"), (None, None)):
        with pytest.raises(NotAllowed, match="strategy: renew works only while an order is expiring") as caught:
            planned(*([there] if there else []), product_code=PAID, strategy="renew", **FIRST)
        assert caught.value.facts.get("order_id") == number


@pytest.mark.parametrize("missing", ["not_before", "not_after"])
def test_one_date_is_not_enough_to_tell_whether_it_is_due(missing: str) -> None:
    there = replace(order("issued", left=10), **{missing: None})
    with pytest.raises(NotAllowed, match=r"does not say when Order 1001 for www\.example\.com expires"):
        planned(there)


def test_what_is_not_due_follows_nothing() -> None:
    assert planned(order("issued", left=80)).facts["previous_order_id"] is None
    assert planned(order("issued", left=80), order_id="1001").facts["previous_order_id"] is None
    assert planned(order("issued", left=80), order_id="1000").facts["previous_order_id"] == "1000"


# Names that a CA adds.

MORE = (*WWW, "example.com")


def renewed(*orders: Order, **options: Any) -> Plan[Order]:
    wanted = read_renewal({**DEFAULTS, "domains": list(WWW), **options})
    return plan_renewal(Seen(wanted, alike=tuple(matching(wanted, orders))), NOON)


def test_a_successor_to_which_the_ca_added_a_name_is_the_successor() -> None:
    old = order("expiring", 1, left=5, bought=NOON - timedelta(days=85))
    new = order("issued", 2, left=80, bought=NOON - timedelta(days=10), domains=MORE)
    plan = renewed(old, new)
    assert (plan.facts["due"], actions(plan)) == (False, [])
    assert plan.before
    assert plan.before.order_id == "1002"
    assert renewed(old, replace(new, bought=None)).facts["due"] is False


def test_another_certificate_that_has_the_name_is_not_the_successor() -> None:
    old = order("expiring", 1, left=5, bought=NOON - timedelta(days=85))
    other = order("issued", 2, left=50, bought=NOON - timedelta(days=40), domains=MORE)
    plan = renewed(old, other)
    assert actions(plan) == [(PACKAGE, None)]
    assert plan.facts["previous_order_id"] == "1001"
    assert renewed(old, replace(other, bought=None)).facts["due"] is True


def test_an_order_that_is_named_by_its_id_is_meant_with_all_its_names() -> None:
    old = order("expiring", 1, left=5, bought=NOON - timedelta(days=85))
    forced = order("issued", 2, left=50, bought=NOON - timedelta(days=40), domains=MORE)
    plan = renewed(old, forced, order_id="1002")
    assert (plan.facts["due"], actions(plan)) == (False, [])


def test_an_order_in_progress_with_just_the_names_comes_first() -> None:
    plan = renewed(order("reviewing", 2, domains=MORE), order("pending_validation", 1))
    assert plan.before
    assert plan.before.order_id == "1001"
    assert actions(renewed(order("reviewing", 2, domains=MORE))) == []


# A successor that would be due at once.


def judged(*alike: Order, offset: timedelta | None = None, **options: Any) -> Plan[Order]:
    wanted = read_renewal({**DEFAULTS, "domains": list(WWW), **options})
    return plan_renewal(Seen(wanted, alike=alike, clock_offset=offset), NOON)


def bought_late(left_then: float, left: float) -> Order:
    """An order that was bought when so many days of 90 were left, and has as many left now."""
    listed = order("issued", left=left)
    assert listed.not_after
    return replace(listed, bought=listed.not_after - timedelta(days=left_then))


def test_a_certificate_that_was_due_at_its_purchase_gets_no_successor() -> None:
    for left in (28, 27.5, 20, 9.5):
        with pytest.raises(NotAllowed) as caught:
            judged(bought_late(28, left))
        assert caught.value.msg.startswith(
            "renew_before: Order 1001 for www.example.com was due already when it was bought"
        )
        for words in (
            "a reissue keeps the old expiry date",
            "renew_before is too long",
            "force: true",
            "nothing was ordered",
        ):
            assert words in caught.value.msg
        assert caught.value.facts["order_id"] == "1001"


def test_it_has_a_successor_before_it_expires_all_the_same() -> None:
    assert actions(judged(bought_late(28, 9.3))) == [(PACKAGE, None)]


def test_force_orders_what_would_be_due_at_once() -> None:
    plan = judged(bought_late(28, 27), force=True)
    assert actions(plan) == [(PACKAGE, None)]
    assert actions(judged(order("issued", left=28), offset=-timedelta(days=62), force=True)) == [(PACKAGE, None)]


@pytest.mark.parametrize(
    "options",
    [{"renew_before": "40d"}, {"renew_before": "89d"}, {"renew_before": "95%"}, {"renew_before": "90d"}],
    ids=str,
)
def test_a_window_that_was_made_longer_yesterday_is_no_reason_to_stop(options: dict[str, str]) -> None:
    assert actions(judged(bought_late(90, 25), **options)) == [(PACKAGE, None)]


def test_an_order_whose_validation_took_days_is_no_reason_to_stop() -> None:
    assert actions(judged(bought_late(97, 25))) == [(PACKAGE, None)]


def test_a_reissue_that_is_dated_from_its_issue_is_renewed_by_its_own_lifetime() -> None:
    listed = order("issued", left=8)
    assert listed.not_after
    start = listed.not_after - timedelta(days=28)
    assert actions(judged(replace(listed, not_before=start, bought=start))) == [(PACKAGE, None)]
    later = replace(listed, not_before=start, bought=start, not_after=listed.not_after + timedelta(days=2))
    assert actions(judged(later)) == []


def test_a_purchase_that_is_not_told_is_no_reason_to_stop() -> None:
    assert actions(judged(order("issued", left=25))) == [(PACKAGE, None)]


def test_a_clock_ahead_of_the_services_orders_nothing() -> None:
    with pytest.raises(NotAllowed) as caught:
        judged(order("issued", left=28), offset=-timedelta(days=62))
    assert "2026-11-22T12:00:00Z" in caught.value.msg
    assert "2026-09-21T12:00:00Z" in caught.value.msg
    assert "Set the clock of this machine" in caught.value.msg
    assert caught.value.facts["order_id"] == "1001"


def test_a_clock_behind_the_services_does_not_put_a_renewal_off() -> None:
    assert judged(order("issued", left=60)).facts["due"] is False
    plan = judged(order("issued", left=60), offset=timedelta(days=40))
    assert (plan.facts["due"], plan.facts["reason"]) == (True, "20 of 90 days left, window opens at 29.7")


@pytest.mark.parametrize("minutes", [-60, -20, 20, 60])
def test_a_clock_that_is_off_by_less_than_an_hour_is_right(minutes: int) -> None:
    left = 29.7 + minutes / 2880  # due by one of both clocks
    assert judged(order("issued", left=left), offset=timedelta(minutes=minutes)).facts["due"] is (minutes < 0)


def test_what_is_due_by_both_clocks_is_renewed() -> None:
    assert actions(judged(order("issued", left=5), offset=-timedelta(days=10))) == [(PACKAGE, None)]


def test_a_host_whose_clock_is_ahead_orders_nothing() -> None:
    with pytest.raises(NotAllowed, match="is due by the clock of the host, and not by the service's") as caught:
        judged(order("issued", left=60), due_on_host=True)
    assert "Set the clock of the host. To order now, use force: true." in caught.value.msg
    assert actions(judged(order("issued", left=60), due_on_host=True, force=True)) == [(PACKAGE, None)]


def test_a_host_whose_clock_is_a_little_ahead_orders() -> None:
    plan = judged(order("issued", left=29.72), due_on_host=True)
    assert (plan.facts["due"], actions(plan)) == (True, [(PACKAGE, None)])


def test_a_host_that_has_the_certificate_before_the_last_gets_the_last() -> None:
    old, new = order("issued", 1, left=10), order("issued", 2, left=80)
    assert actions(judged(old, new, order_id="1001", due_on_host=True)) == []


def test_a_host_does_not_know_what_the_service_calls_expiring() -> None:
    assert judged(order("issued", left=29), due_on_host=True, renew_before="expiring").facts["due"] is False


# Which of both ways.


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (60, "because the service renews only from 2026-12-22 on"),
        (29, "because the service renews only what it calls expiring, which this is not yet"),
    ],
)
def test_why_a_new_order_is_placed_for_what_the_service_renews(left: float, said: str) -> None:
    plan = judged(paid("issued", left), product_code=PAID, renew_before="70d")
    reason = f"{left:g} of 90 days left, window opens at 70; ordered as a new order, {said}"
    assert plan.facts["reason"] == reason
    assert plan.steps[0].reason == reason
    assert plan.facts["strategy"] == "reorder"


@pytest.mark.parametrize(
    ("there", "options"),
    [
        (paid("expiring", 20), {"product_code": PAID}),
        (paid("issued", 20), {"product_code": PAID, "strategy": "reorder"}),
        (order("issued", left=20), {}),
        (paid("issued", 80), {"product_code": PAID}),
    ],
)
def test_there_is_nothing_to_explain_otherwise(there: Order, options: dict[str, str]) -> None:
    assert "new order" not in judged(there, **options).facts["reason"]
