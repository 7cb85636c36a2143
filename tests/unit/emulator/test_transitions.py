# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each call does to an order and to the quota, and when it is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible, Refusal
from playbooks.files.emulator.orders.lifecycle import DAY, FIRST_ORDER
from tests.support.calls import FREE, PACKAGE, PAID, ask, csr, issued, order, status_of, still, type_of, used

CANCEL, DELETE = "CancelOrderRequest", "DeleteCertificateRequest"
REVOKE, RENEW = "CancelCertificateForPackageRequest", "RenewCertificateOrderForPackageRequest"


def settling(emulator: Emulator) -> int:
    return int(ask(emulator, PACKAGE, Domain="www.example.com", ProductCode=PAID)["OrderId"])


def reviewing(emulator: Emulator) -> int:
    return emulator.prove(order(emulator)).number


def failed(emulator: Emulator) -> int:
    return emulator.reject(order(emulator)).number


def withdrawn(emulator: Emulator) -> int:
    number = order(emulator)
    ask(emulator, CANCEL, OrderId=number)
    return number


def expiring(emulator: Emulator) -> int:
    number = issued(emulator)
    emulator.advance(170 * DAY)
    return number


def expired(emulator: Emulator) -> int:
    number = expiring(emulator)
    emulator.advance(30 * DAY)
    return number


def revoked(emulator: Emulator) -> int:
    number = issued(emulator)
    ask(emulator, REVOKE, OrderId=number)
    return number


ALL = (settling, order, reviewing, failed, withdrawn, issued, expiring, expired, revoked)
GONE = "gone"
# Call -> state it is made in -> Type afterwards; everything else is refused.
ALLOWED: dict[str, dict[Callable[[Emulator], int], str]] = {
    CANCEL: {order: "payed", reviewing: "payed"},
    DELETE: {settling: GONE, withdrawn: GONE, failed: GONE},
    REVOKE: {settling: GONE, withdrawn: GONE, issued: "unknow", expiring: "unknow"},
    RENEW: {expiring: "certificate"},
}


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("state", ALL, ids=lambda state: state.__name__)
def test_every_call_in_every_state(action: str, state: Callable[[Emulator], int]) -> None:
    emulator = still()
    number = state(emulator)
    before = emulator.world.fingerprint()
    if state not in ALLOWED[action]:
        with pytest.raises(Refusal) as caught:
            ask(emulator, action, OrderId=number)
        assert (caught.value.code, caught.value.status) == ("OrderStateError", 403)
        assert emulator.world.fingerprint() == before
        return
    ask(emulator, action, OrderId=number)
    after = GONE if emulator.world.order(number) is None else type_of(emulator, number)
    assert after == ALLOWED[action][state]


@pytest.mark.parametrize("action", [*ALLOWED, "DescribeCertificateState"])
def test_an_order_that_is_not_there(action: str) -> None:
    with pytest.raises(Refusal) as caught:
        ask(still(), action, OrderId=FIRST_ORDER)
    assert (caught.value.code, caught.value.status) == ("NotFoundOrder", 404)


def test_deleting_twice_finds_nothing() -> None:
    emulator = still()
    number = failed(emulator)
    ask(emulator, DELETE, OrderId=number)
    with pytest.raises(Refusal, match="NotFoundOrder"):
        ask(emulator, DELETE, OrderId=number)


def test_the_unit_is_taken_on_submission_and_returned_by_deletion() -> None:
    emulator = still()
    number = order(emulator)
    assert used(emulator) == 1
    ask(emulator, CANCEL, OrderId=number)
    assert used(emulator) == 1
    ask(emulator, DELETE, OrderId=number)
    assert used(emulator) == 0


def test_a_failed_order_holds_its_unit() -> None:
    emulator = still()
    number = failed(emulator)
    assert used(emulator) == 1
    ask(emulator, DELETE, OrderId=number)
    assert used(emulator) == 0


def test_removing_a_payed_order_returns_the_unit() -> None:
    emulator = still()
    ask(emulator, REVOKE, OrderId=withdrawn(emulator))
    assert used(emulator) == 0


@pytest.mark.parametrize(("days", "left"), [(0, 0), (30, 0), (31, 1)])
def test_revocation_returns_the_unit_within_thirty_days(days: int, left: int) -> None:
    emulator = still()
    number = issued(emulator)
    emulator.advance(days * DAY)
    ask(emulator, REVOKE, OrderId=number)
    assert used(emulator) == left


def test_a_used_up_plan() -> None:
    emulator = still()
    emulator.set_quota(PAID, 1)
    order(emulator)
    with pytest.raises(Refusal) as caught:
        order(emulator)
    assert (caught.value.code, caught.value.status) == ("NotRemainCount", 404)
    emulator.turn(quota_error_code="InsufficientQuota")
    with pytest.raises(Refusal) as caught:
        order(emulator)
    assert (caught.value.code, caught.value.status) == ("InsufficientQuota", 400)


def test_a_plan_never_bought() -> None:
    emulator = still()
    with pytest.raises(Refusal) as caught:
        order(emulator, product="vtrus-dv-1-starter")
    assert (caught.value.code, caught.value.status) == ("NotFoundPackage", 404)
    with pytest.raises(Refusal, match="NotFoundPackage"):
        used(emulator, "vtrus-dv-1-starter")
    emulator.turn(unbought="zeros")
    assert used(emulator, "vtrus-dv-1-starter") == 0
    emulator.set_quota("vtrus-dv-1-starter", 1)
    assert order(emulator, product="vtrus-dv-1-starter")


def test_package_counts() -> None:
    emulator = still()
    issued(emulator)
    order(emulator, "b.example")
    counts = ask(emulator, "DescribePackageState", ProductCode=PAID)
    assert counts == {"ProductCode": PAID, "TotalCount": 4, "UsedCount": 2, "IssuedCount": 1}
    assert ask(emulator, "DescribePackageState")["ProductCode"] == FREE


def test_a_slow_withdrawal_takes_effect_later_and_only_once() -> None:
    emulator = still(cancel_seconds=60)
    number = order(emulator)
    ask(emulator, CANCEL, OrderId=number)
    assert type_of(emulator, number) == "domain_verify"
    with pytest.raises(Refusal, match="OrderStateError"):
        ask(emulator, CANCEL, OrderId=number)
    emulator.advance(60)
    assert type_of(emulator, number) == "payed"


def test_an_issue_overtakes_a_slow_withdrawal() -> None:
    emulator = still(cancel_seconds=60)
    number = order(emulator)
    ask(emulator, CANCEL, OrderId=number)
    emulator.accept(number)
    emulator.advance(120)
    assert type_of(emulator, number) == "certificate"


def test_a_slow_revocation() -> None:
    emulator = still(revoke_seconds=60)
    number = issued(emulator)
    ask(emulator, REVOKE, OrderId=number)
    assert status_of(emulator, number) == "ISSUED"
    with pytest.raises(Refusal, match="OrderStateError"):
        ask(emulator, REVOKE, OrderId=number)
    emulator.advance(60)
    assert status_of(emulator, number) == "REVOKED"


@pytest.mark.parametrize(
    ("dial", "refused"), [("any", ()), ("withdrawn", (settling,)), ("never", (settling, withdrawn))]
)
def test_which_payed_orders_can_be_deleted(dial: str, refused: tuple[Callable[[Emulator], int], ...]) -> None:
    for state in (settling, withdrawn):
        emulator = still(delete_payed=dial)
        number = state(emulator)
        if state in refused:
            with pytest.raises(Refusal, match="403 DeleteFail"):
                ask(emulator, DELETE, OrderId=number)
        else:
            ask(emulator, DELETE, OrderId=number)
        assert used(emulator) == int(state in refused)


def test_removing_a_payed_order_can_be_dialled_off() -> None:
    emulator = still(cancel_payed=False, state_error_code="InvalidStatus.Other")
    with pytest.raises(Refusal, match="InvalidStatus"):
        ask(emulator, REVOKE, OrderId=withdrawn(emulator))


# Renewal.


def test_a_renewal_is_another_order_that_moves() -> None:
    emulator = still()
    old = expiring(emulator)
    new = int(ask(emulator, RENEW, OrderId=old, Csr=csr())["OrderId"])
    assert new != old
    assert (type_of(emulator, new), status_of(emulator, old), used(emulator)) == ("payed", "WILLEXPIRED", 2)
    emulator.advance(2)
    assert type_of(emulator, new) == "domain_verify"


def test_a_renewal_that_stays_until_somebody_submits_it() -> None:
    emulator = still(renewal="stays", renew_takes_unit=False, unsubmitted_status="NOTACTIVATED")
    new = int(ask(emulator, RENEW, OrderId=expiring(emulator))["OrderId"])
    emulator.advance(DAY)
    assert (type_of(emulator, new), status_of(emulator, new), used(emulator)) == ("payed", "NOTACTIVATED", 1)
    emulator.submit(new)
    emulator.advance(2)
    assert type_of(emulator, new) == "domain_verify"


def test_renewals_that_are_refused() -> None:
    emulator = still()
    free = issued(emulator, product=FREE)
    emulator.advance(80 * DAY)
    with pytest.raises(Refusal, match="OrderStateError"):
        ask(emulator, RENEW, OrderId=free)
    old = expiring(emulator)
    with pytest.raises(Refusal, match="InvalidParameter"):
        ask(emulator, RENEW, OrderId=old, Csr=csr("other.example"))
    emulator.set_quota(PAID, 1)
    with pytest.raises(Refusal, match="NotRemainCount"):
        ask(emulator, RENEW, OrderId=old)


def test_renewing_several_names_can_be_dialled_off() -> None:
    emulator = still(renew_several_names=False)
    number = issued(emulator, "a.example,b.example")
    emulator.advance(180 * DAY)
    with pytest.raises(Refusal, match="OrderStateError"):
        ask(emulator, RENEW, OrderId=number)


# The world's own events.


def test_a_withdrawn_order_can_be_submitted_again_with_a_new_proof() -> None:
    emulator = still()
    number = order(emulator)
    first = ask(emulator, "DescribeCertificateState", OrderId=number)["RecordValue"]
    ask(emulator, CANCEL, OrderId=number)
    emulator.submit(number)
    emulator.advance(3)
    again = ask(emulator, "DescribeCertificateState", OrderId=number)["RecordValue"]
    assert first[:8] == again[:8] == "20261122"
    assert first != again


def test_accept_implies_the_proof_even_while_settling() -> None:
    emulator = still()
    number = settling(emulator)
    facts = emulator.accept(str(number))
    assert facts.proven == facts.issued == emulator.world.now()


def test_proving_all_skips_orders_that_do_not_wait() -> None:
    emulator = still()
    first, _done = order(emulator), issued(emulator, "b.example")
    assert [facts.number for facts in emulator.prove_all()] == [first]


@pytest.mark.parametrize("event", ["prove", "accept", "reject", "submit"])
def test_events_that_do_not_fit_are_refused(event: str) -> None:
    emulator = still()
    number = issued(emulator)
    with pytest.raises(Impossible, match="is issued and cannot be"):
        getattr(emulator, event)(number)
    with pytest.raises(Impossible, match="There is no order"):
        getattr(emulator, event)(1)
    with pytest.raises(Impossible, match="is not an order id"):
        getattr(emulator, event)("first")


def test_time_does_not_go_back() -> None:
    with pytest.raises(Impossible, match="forward"):
        still().advance(-1)
