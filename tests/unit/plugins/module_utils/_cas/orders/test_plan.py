# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies between the wanted and the observed: the whole table of states, by names and by id."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.plan import plan_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.select import (
    Seen,
    is_alike,
    latest_first,
    matching,
    pick,
    to_renew,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.steps import orders_anew, returned
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import RenewalWanted, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._cas.validation import ValidationRecord
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Plan
from ansible_collections.certops.alicloud.plugins.module_utils._text import KNOWN_AFTER_APPLY
from tests.support.client import DEFAULTS, FREE, PAID, csr
from tests.support.orders import CANCEL, DELETE, NOON, PACKAGE, WWW, actions, ask, certificate, key_of, order

REVOKE = "CancelCertificateForPackageRequest"


def renewal(**options: Any) -> RenewalWanted:
    return read_renewal({**DEFAULTS, "domains": list(WWW), **options})


def planned(options: dict[str, Any], *alike: Order, chosen: Order | None = None) -> Plan[Order]:
    return plan_order(Seen(ask(**options), chosen, alike), NOON)


# The table: what is observed, and for each wanted state the calls, or a word of the error.

STATES = ("present", "cancelled", "absent", "revoked")
NEW, OF_IT = (PACKAGE, None), "1001"
NO_CERTIFICATE = "there is no certificate to revoke. Only to give up this application, use state: absent"
PUZZLE = "a state unknown to this collection"
UNDER_WAY = ([], [(CANCEL, OF_IT)], [(CANCEL, OF_IT), (DELETE, OF_IT)], NO_CERTIFICATE)
VALID = ([], "use state: revoked", "use state: revoked", [(REVOKE, OF_IT)])
OVER = ([NEW], [], [], [])
TABLE: dict[str | None, tuple[Any, ...]] = {
    None: OVER,
    "expired": OVER,
    "revoked": OVER,
    "inactive": OVER,
    "pending_application": ([], [], [(DELETE, OF_IT)], NO_CERTIFICATE),
    "pending_validation": UNDER_WAY,
    "reviewing": UNDER_WAY,
    "failed": ([(DELETE, OF_IT), NEW], [], [(DELETE, OF_IT)], NO_CERTIFICATE),
    "issued": VALID,
    "expiring": VALID,
    "unknown": (PUZZLE,) * 4,
}
CELLS = [
    pytest.param(status, state, cell, id=f"{status}-{state}")
    for status, row in TABLE.items()
    for state, cell in zip(STATES, row, strict=True)
]


def test_the_table_is_whole() -> None:
    assert TABLE.keys() - {None} == {status.value for status in Status} - {KNOWN_AFTER_APPLY}


@pytest.mark.parametrize("way", ["names", "order_id", "order_id and its kin"])
@pytest.mark.parametrize(("status", "state", "cell"), CELLS)
def test_the_table(status: str | None, state: str, cell: Any, way: str) -> None:
    seen = order(status) if status else None
    alike = (seen,) if seen and way != "order_id" else ()
    options: dict[str, Any] = {"state": state}
    if way != "names":
        options["order_id"] = OF_IT
    chosen = None if way == "names" else seen
    if isinstance(cell, str):
        with pytest.raises(NotAllowed) as caught:
            planned(options, *alike, chosen=chosen)
        assert cell in caught.value.msg
        assert caught.value.facts["order_id"] == OF_IT
        return
    plan = planned(options, *alike, chosen=chosen)
    assert actions(plan) == cell
    assert plan.changed is bool(cell)
    assert all(step.reason for step in plan.steps)


@pytest.mark.parametrize("state", STATES)
def test_a_plan_that_does_nothing_predicts_what_is_there(state: str) -> None:
    there = order("pending_application") if state != "revoked" else order("revoked")
    plan = planned({"state": state if state != "absent" else "cancelled"}, there)
    assert plan.before is plan.after is there


# Which order is meant.

PICKS = {
    "in flight before issued": (["issued", "reviewing"], 2),
    "in flight before failed": (["failed", "pending_application"], 2),
    "issued before failed": (["failed", "issued"], 2),
    "expiring is as good as issued": (["failed", "expiring"], 2),
    "valid before unknown": (["unknown", "issued"], 2),
    "unknown before failed": (["failed", "unknown"], 2),
    "what is over is not live": (["expired", "revoked", "inactive"], None),
    "the latest number of those alike": (["failed", "failed"], 2),
    "none": ([], None),
}


@pytest.mark.parametrize(("statuses", "meant"), PICKS.values(), ids=PICKS)
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "reversed"])
def test_which_order_is_meant(statuses: list[str], meant: int | None, turned: bool) -> None:
    orders = [order(status, number) for number, status in enumerate(statuses, start=1)]
    found = pick(ask(), reversed(orders) if turned else orders)
    assert (found and found.order_id) == (meant and str(1000 + meant))


IDS = {
    "numbers": ("1001", "1002"),
    "numbers of another length": ("999", "1000"),
    "no numbers": ("cas-a", "cas-b"),
    "of another length": ("z", "aa"),
    "a number and none": ("1001", "cas-1"),
}


def bought(order_id: str, day: int | None, status: str = "failed", left: float | None = None) -> Order:
    moment = None if day is None else NOON + timedelta(days=day)
    return replace(order(status, left=left), order_id=order_id, bought=moment)


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
@pytest.mark.parametrize("days", [(1, 2), (None, 1), (2, 2), (None, None)], ids=str)
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "reversed"])
@pytest.mark.parametrize("status", ["failed", "reviewing", "issued"])
def test_the_latest_purchase_is_meant_and_ids_only_break_a_tie(
    ids: tuple[str, str], days: tuple[int | None, int | None], turned: bool, status: str
) -> None:
    """What was bought first has the id that comes first, and the other way round."""
    first, last = (bought(name, day, status) for name, day in zip(ids, days, strict=True))
    orders = [last, first] if turned else [first, last]
    assert pick(ask(), orders) is last
    assert latest_first(orders) == [last, first]
    assert to_renew(renewal(), orders) is (last if status == "issued" else None)
    if days[0] == days[1]:
        return
    first, last = (bought(name, day, status) for name, day in zip(reversed(ids), days, strict=True))
    orders = [last, first] if turned else [first, last]
    assert pick(ask(), orders) is last


@pytest.mark.parametrize("ids", [("1", "2"), ("2", "1"), ("a", "b"), ("b", "a")], ids=str)
def test_what_expires_last_comes_before_what_was_bought_last(ids: tuple[str, str]) -> None:
    old = bought(ids[0], 1, "issued", left=60)
    new = bought(ids[1], 2, "issued", left=50)
    unread = bought("z" * 9, 3, "issued")
    assert latest_first([new, unread, old]) == [old, new, unread]
    assert to_renew(renewal(), [unread, new, old]) is old


def test_the_latest_end_is_meant_without_a_csr() -> None:
    ends = [order("issued", 1, left=50), order("expiring", 2, left=20), order("issued", 3, left=60), order("issued", 4)]
    meant = pick(ask(), ends)
    assert meant
    assert meant.order_id == "1003"


def test_the_csrs_key_is_meant_with_one() -> None:
    asked = ask(csr_content=csr(*WWW))
    other = order("issued", 1, left=80, public_key_sha256=key_of(1))
    ours = order("expiring", 2, left=10, public_key_sha256=key_of(0))
    unread = order("issued", 3, left=5)
    for orders, meant in (([other, ours], ours), ([other, unread], unread), ([other], other)):
        assert pick(asked, orders) is meant


@pytest.mark.parametrize("state", STATES)
def test_two_in_flight_ask_for_an_id(state: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        planned({"state": state}, order("reviewing", 2), order("pending_application", 1), order("issued", 3))
    assert "1001, 1002" in caught.value.msg
    assert "1003" not in caught.value.msg
    assert "order_id" in caught.value.msg


def test_an_id_settles_which_of_two_in_flight_is_meant() -> None:
    two = (order("reviewing", 1), order("reviewing", 2))
    plan = planned({"state": "absent", "order_id": "1002"}, *two, chosen=two[1])
    assert actions(plan) == [(CANCEL, "1002"), (DELETE, "1002")]


@pytest.mark.parametrize(
    ("domains", "product", "alike"),
    [
        (("b.example", "a.example"), FREE, True),
        (("a.example",), FREE, False),
        (("a.example", "b.example", "c.example"), FREE, False),
        (("a.example", "b.example"), PAID, False),
        (("a.example", "b.example"), None, False),
    ],
)
def test_alike_are_the_same_names_and_product(domains: tuple[str, ...], product: str | None, alike: bool) -> None:
    asked = ask(domains=["a.example", "b.example"])
    assert is_alike(asked, order("issued", domains=domains, product_code=product)) is alike


MORE = (*WWW, "example.com")


def seen_as(asked: Any, *orders: Order) -> list[Order]:
    return matching(asked, orders)


def test_names_that_a_ca_adds_are_no_difference() -> None:
    asked = ask()
    listed = order("issued", domains=tuple(reversed(MORE)))
    assert is_alike(asked, listed)
    (found,) = seen_as(
        asked, listed, order("issued", 2, domains=(*WWW, "b.example.com")), order("issued", 3, domains=())
    )
    assert (found.order_id, found.domains) == ("1001", WWW)
    plan = planned({}, found)
    assert actions(plan) == []
    assert plan.after is found


@pytest.mark.parametrize("status", ["reviewing", "issued", "failed"])
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "reversed"])
def test_just_the_names_come_before_more_of_them(status: str, turned: bool) -> None:
    orders = [order(status, 1, left=10), order(status, 2, left=50, domains=MORE)]
    found = seen_as(ask(), *(reversed(orders) if turned else orders))
    meant = pick(ask(), found)
    assert meant
    assert meant.order_id == "1001"
    expected = {"failed": [(DELETE, "1001"), NEW]}.get(status, [])
    assert actions(planned({}, *found)) == expected


def test_an_order_with_more_names_serves_when_the_other_does_not() -> None:
    asked = ask(csr_content=csr(*WWW))
    found = seen_as(asked, order("issued", 1, public_key_sha256=key_of(1)), order("issued", 2, domains=MORE))
    meant = pick(asked, found)
    assert meant
    assert meant.order_id == "1002"


def test_one_in_flight_with_just_the_names_is_withdrawn_beside_one_with_more() -> None:
    two = seen_as(ask(), order("reviewing", 1), order("reviewing", 2, domains=MORE))
    assert actions(planned({"state": "absent"}, *two)) == [(CANCEL, "1001"), (DELETE, "1001")]
    with pytest.raises(NotAllowed) as caught:
        planned({"state": "absent"}, *(replace(each, has_more_names=True) for each in two))
    assert "1001, 1002" in caught.value.msg


def test_one_valid_order_with_just_the_names_is_revoked_beside_one_with_more() -> None:
    two = seen_as(ask(), order("issued", 1), order("issued", 2, domains=MORE))
    assert actions(planned({"state": "revoked"}, *two)) == [(REVOKE, "1001")]


def test_by_names_the_order_under_way_is_withdrawn_and_the_issued_one_stays() -> None:
    plan = planned({"state": "absent"}, order("issued", 1), order("pending_validation", 2), order("failed", 3))
    assert actions(plan) == [(DELETE, "1003"), (CANCEL, "1002"), (DELETE, "1002")]


def test_by_id_nothing_else_is_touched() -> None:
    ours = order("pending_validation", 2)
    plan = planned({"state": "absent", "order_id": "1002"}, order("failed", 3), ours, chosen=ours)
    assert actions(plan) == [(CANCEL, "1002"), (DELETE, "1002")]


def test_every_failed_order_gives_way_to_a_new_one() -> None:
    plan = planned({}, order("failed", 1), order("failed", 2), order("expired", 3))
    assert [action for action, _order in actions(plan)] == [DELETE, DELETE, PACKAGE]
    assert {number for _action, number in actions(plan)} == {"1001", "1002", None}
    assert returned(plan) == 2
    assert orders_anew(plan)
    assert plan.creates


def test_an_id_that_is_over_gives_way_to_its_kin() -> None:
    under_way = order("reviewing", 2)
    assert planned({"order_id": "1001"}, under_way, chosen=order("expired", 1)).before is under_way


# The key.


@pytest.mark.parametrize("status", ["issued", "expiring"])
@pytest.mark.parametrize("way", ["names", "order_id"])
def test_a_certificate_for_another_key(status: str, way: str) -> None:
    there = order(status, public_key_sha256=key_of(1))
    options: dict[str, Any] = {"csr_content": csr(*WWW)}
    chosen = None
    if way == "order_id":
        options["order_id"], chosen = OF_IT, there
    with pytest.raises(NotAllowed, match="issued for another key than that of the CSR") as caught:
        planned(options, there, chosen=chosen)
    harmless, costly = (
        caught.value.msg.index(words) for words in ("The CSR may be an old one", "on_key_mismatch: reorder")
    )
    assert harmless < costly
    assert "takes one of the quota" in caught.value.msg
    assert caught.value.facts["key_mismatch"] is True
    plan = planned({**options, "on_key_mismatch": "reorder"}, there, chosen=chosen)
    assert actions(plan) == [NEW]
    assert plan.before is there


def test_reordering_stops_at_an_order_under_way_or_with_the_key() -> None:
    other = order("issued", 1, left=80, public_key_sha256=key_of(1))
    options = {"csr_content": csr(*WWW), "on_key_mismatch": "reorder"}
    for settled in (order("reviewing", 2), order("issued", 2, left=70, public_key_sha256=key_of(0))):
        plan = planned(options, other, settled)
        assert (plan.steps, plan.before) == ((), settled)


def test_a_certificate_must_cover_the_names() -> None:
    there = order("issued", domains=("a.example", "b.example"), certificate=certificate(domains=("a.example",)))
    with pytest.raises(NotAllowed, match=r"was issued without b\.example"):
        planned({"domains": ["a.example", "b.example"]}, there)
    more = order("issued", certificate=certificate(domains=(*WWW, "example.com")))
    assert planned({}, more).steps == ()


# What cannot be undone.


def test_two_valid_orders_are_not_revoked_without_an_id() -> None:
    two = (order("issued", 1, left=80), order("expiring", 2, left=10))
    with pytest.raises(NotAllowed, match="1001, 1002") as caught:
        planned({"state": "revoked"}, *two)
    assert "order_id" in caught.value.msg
    assert actions(planned({"state": "revoked", "order_id": "1002"}, *two, chosen=two[1])) == [(REVOKE, "1002")]


@pytest.mark.parametrize("ours", [1, 2])
def test_the_csrs_key_says_which_of_two_is_revoked(ours: int) -> None:
    two = [order("issued", n, left=50 + n, public_key_sha256=key_of(0 if n == ours else 1)) for n in (1, 2)]
    assert actions(planned({"state": "revoked", "csr_content": csr(*WWW)}, *two)) == [(REVOKE, f"100{ours}")]


def test_what_was_revoked_settles_a_revocation_beside_a_refused_order() -> None:
    done = order("revoked", 1)
    plan = planned({"state": "revoked"}, done, order("failed", 2))
    assert (plan.steps, plan.before) == ((), done)


# Refusals that say what to do.


@pytest.mark.parametrize("state", ["absent", "cancelled"])
def test_an_issued_order_is_revoked_only_when_asked(state: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        planned({"state": state}, order("issued", left=80))
    assert caught.value.msg == (
        f"state: {state} does not revoke. Order 1001 for www.example.com was issued on 2026-11-12, and may be in use; "
        "nothing was done. If another order is meant, give its order_id. Only to end this certificate for good, use "
        "state: revoked (the certificate returns to the quota for 28 to 30 days, until 2026-12-12 at most)."
    )


def test_what_cannot_be_revoked_names_what_could() -> None:
    with pytest.raises(NotAllowed) as caught:
        planned({"state": "revoked"}, order("issued", 1), order("reviewing", 2))
    assert "To revoke order 1001, which is issued, give its order_id." in caught.value.msg


@pytest.mark.parametrize("word", ["closed", None])
def test_an_unknown_state_is_shown_as_the_service_says_it(word: str | None) -> None:
    with pytest.raises(NotAllowed, match=f"the service calls it {word or 'nothing'}"):
        planned({}, order("unknown", service_status=word))


@pytest.mark.parametrize(
    ("age", "refund"), [(0, True), (29, True), (30, True), (31, False), (80, False), (None, False)], ids=str
)
def test_a_unit_comes_back_within_thirty_calendar_days(age: int | None, refund: bool) -> None:
    left = None if age is None else 90 - age
    assert planned({"state": "revoked"}, order("issued", left=left)).facts == {"refund": refund}


def test_calendar_days_are_counted_not_hours() -> None:
    late = datetime(2026, 10, 23, 0, 0, 1, tzinfo=timezone.utc)
    there = order("issued", not_before=late, not_after=late + timedelta(days=90))
    assert planned({"state": "revoked"}, there).facts["refund"]
    before = late - timedelta(seconds=2)
    assert not planned({"state": "revoked"}, replace(there, not_before=before)).facts["refund"]


def test_nothing_to_revoke_returns_nothing() -> None:
    revoked = order("revoked")
    plan = planned({"state": "revoked"}, revoked)
    assert (plan.facts, plan.before) == ({"refund": False}, revoked)


# What is expected afterwards.


@pytest.mark.parametrize(
    ("wait_for", "status"),
    [("none", KNOWN_AFTER_APPLY), ("validation", "pending_validation"), ("issued", "issued")],
)
@pytest.mark.parametrize("own", [True, False], ids=["own CSR", "the service's"])
def test_a_new_order_as_far_as_it_can_be_known(wait_for: str, status: str, own: bool) -> None:
    after = planned({"wait_for": wait_for, **({"csr_content": csr(*WWW)} if own else {})}).after
    assert after == Order(
        order_id=KNOWN_AFTER_APPLY,
        status=Status(status),
        domains=WWW,
        product_code=FREE,
        instance_id=KNOWN_AFTER_APPLY,
        validation_method="dns",
        public_key_sha256=key_of() if own else KNOWN_AFTER_APPLY if wait_for == "issued" else None,
    )


def test_what_the_other_steps_leave() -> None:
    under_way = order("reviewing", service_status="process")
    withdrawn = planned({"state": "cancelled"}, under_way).after
    assert withdrawn == order("pending_application")
    assert planned({"state": "absent"}, under_way).after is None
    revoked = planned({"state": "revoked"}, order("issued", left=80, certificate=certificate())).after
    assert revoked == order("revoked", left=80)


# An order that is named, and its kin.


@pytest.mark.parametrize(
    ("status", "key", "mismatch"),
    [
        pytest.param("issued", 0, "reorder", id="with the key"),
        pytest.param("expiring", None, "reorder", id="with a key that was not read"),
        pytest.param("reviewing", 1, "reorder", id="in progress"),
        pytest.param("issued", 0, "fail", id="with the key, and not to be replaced"),
    ],
)
def test_a_number_that_serves_is_settled_without_its_kin(status: str, key: int | None, mismatch: str) -> None:
    options = {"order_id": OF_IT, "csr_content": csr(*WWW), "on_key_mismatch": mismatch}
    named = order(status, public_key_sha256=None if key is None else key_of(key))
    two = (order("reviewing", 2), order("reviewing", 3))
    plan = planned(options, *two, chosen=named)
    assert (plan.steps, plan.before) == ((), named)


def test_a_number_with_another_key_is_no_reason_to_look_for_another_order() -> None:
    named = order("issued", public_key_sha256=key_of(1))
    ours = order("issued", 2, public_key_sha256=key_of(0))
    with pytest.raises(NotAllowed, match=r"Order 1001 .* was issued for another key"):
        planned({"order_id": OF_IT, "csr_content": csr(*WWW)}, named, ours, chosen=named)


@pytest.mark.parametrize("status", ["issued", "expired", "failed"])
def test_a_number_that_does_not_serve_makes_two_under_way_a_question(status: str) -> None:
    options = {"order_id": OF_IT, "csr_content": csr(*WWW), "on_key_mismatch": "reorder"}
    named = order(status, public_key_sha256=key_of(1))
    with pytest.raises(NotAllowed, match="Orders 1002, 1003 for the same names are in progress"):
        planned(options, order("reviewing", 2), order("reviewing", 3), chosen=named)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        *(("present", "failed"), ("present", "expired"), ("cancelled", "reviewing")),
        *(("absent", "failed"), ("absent", "reviewing"), ("revoked", "issued")),
    ],
)
def test_a_plan_knows_what_it_begins_with(state: str, status: str) -> None:
    there = order(status)
    assert planned({"state": state, "order_id": OF_IT}, chosen=there).before == (there if status != "expired" else None)


def test_a_step_says_why() -> None:
    assert planned({"domains": ["a.example", "b.example"]}).steps[0].reason == (
        f"no live order for a.example, b.example with {FREE}"
    )
    other = order("issued", public_key_sha256=key_of(1))
    reordered = planned({"csr_content": csr(*WWW), "on_key_mismatch": "reorder"}, other)
    assert reordered.steps[0].reason == "Order 1001 for www.example.com was issued for another key than that of the CSR"


def test_an_order_that_is_proven_elsewhere_is_not_the_one_that_is_meant() -> None:
    proof = ValidationRecord(None, None, "TXT", "value", "_dnsauth.other.test")
    there = order("pending_validation", validation=(proof,))
    names = ["a.example", "b.example"]
    with pytest.raises(NotAllowed) as caught:
        planned({"order_id": OF_IT, "domains": names}, chosen=there)
    assert caught.value.msg == (
        "order_id: order 1001 is to be validated at other.test, which does not belong to a.example, b.example. Nothing "
        "was done. Give the ID of an order for these names, or no ID."
    )
    assert caught.value.facts["order_id"] == OF_IT


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (
            29,
            "was issued on 2026-10-24, and may be in use; nothing was done. If another order is meant, give its "
            "order_id. Only to end this certificate for good, use state: revoked (the certificate returns to the quota "
            "for 28 to 30 days, until ",
        ),
        (30, "use state: revoked (the certificate returns to the quota for 28 to 30 days, until 2026-11-22 at most)."),
        (
            31,
            "for good, use state: revoked (the certificate no longer returns to the quota).",
        ),
        (None, "Only to end this certificate for good, use state: revoked."),
    ],
)
def test_who_withdraws_what_was_issued_hears_of_its_unit(age: int | None, words: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        planned({"state": "absent"}, order("issued", left=None if age is None else 90 - age))
    assert words in caught.value.msg


def test_what_was_issued_wrongly_names_its_order() -> None:
    there = order(
        "issued", domains=("a.example", "b.example", "c.example"), certificate=certificate(domains=("x.test",))
    )
    with pytest.raises(NotAllowed, match=r"was issued without a\.example, b\.example, c\.example, which") as caught:
        planned({"domains": ["a.example", "b.example", "c.example"]}, there)
    assert caught.value.facts["order_id"] == OF_IT
    with pytest.raises(NotAllowed, match="was issued for another key") as caught:
        planned({"csr_content": csr(*WWW)}, order("issued", public_key_sha256=key_of(1)))
    assert caught.value.facts["order_id"] == OF_IT


def test_a_certificate_with_more_names_may_be_for_another_host() -> None:
    there = order("issued", public_key_sha256=key_of(1), domains=MORE)
    asked = {"csr_content": csr(*WWW)}
    for orders, told in (([there], True), ([replace(there, domains=WWW)], False)):
        with pytest.raises(NotAllowed) as caught:
            planned(asked, *seen_as(ask(**asked), *orders))
        assert ("more names than were asked for" in caught.value.msg) is told


def test_without_another_order_there_is_no_hint_at_one() -> None:
    with pytest.raises(NotAllowed) as caught:
        planned({"state": "revoked"}, order("reviewing"))
    assert caught.value.msg.endswith("no certificate to revoke. Only to give up this application, use state: absent.")


@pytest.mark.parametrize(
    ("statuses", "ends"),
    [
        (["revoked"], " (order 1001 was revoked)"),
        (["expired", "revoked"], " (order 1002 was revoked)"),
        (["revoked", "expired"], ""),
        (["expired"], ""),
        ([], ""),
    ],
)
def test_a_new_order_says_that_the_last_one_was_revoked(statuses: list[str], ends: str) -> None:
    there = [order(status, number, left=number) for number, status in enumerate(statuses, 1)]
    [step] = planned({}, *there).steps
    assert step.reason == f"no live order for www.example.com with {FREE}{ends}"
