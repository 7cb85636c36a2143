# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans carried out: lost answers, races, delays. One call for each step, no order twice, nothing revoked unasked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    Failure,
    Kind,
    NotAllowed,
    OutcomeUnknown,
    StateNotReached,
)
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.accounts import applied, issued
from tests.support.client import (
    DEFAULTS,
    PAID,
    before,
    client,
    csr,
    edited,
    emulator,
    order,
    reads,
    renew,
    timed,
    world_time,
    writes,
)

PACKAGE, RENEW = "CreateCertificateForPackageRequest", "RenewCertificateOrderForPackageRequest"
CANCEL, DELETE = "CancelOrderRequest", "DeleteCertificateRequest"
REVOKE = "CancelCertificateForPackageRequest"
LIST, DESCRIBE = "ListUserCertificateOrder", "DescribeCertificateState"
WWW = {"domains": ["www.example.com"]}
Run = Callable[[Emulator], Outcome[Order]]


def via(account: Emulator, transport: Any, **options: Any) -> Outcome[Order]:
    """What ``cas_order`` runs, by a transport of its own."""
    return ensure_order(
        client(account, transport=transport), read_order({**DEFAULTS, "state": "present", **WWW, **options})
    )


def phases(account: Emulator) -> list[str]:
    return [account.world.phase(each).value for each in account.world.present()]


def failure_of(run: Callable[[], object]) -> Failure:
    with pytest.raises(Failure) as caught:
        run()
    return caught.value


# Lost answers: every write, with every way to lose one.


def nothing(account: Emulator) -> None:
    pass


def refused(account: Emulator) -> None:
    account.reject(applied(account))


def expiring(account: Emulator) -> None:
    issued(account, ProductCode=PAID)
    account.advance(180 * DAY)


WRITES: dict[str, tuple[Callable[[Emulator], object], Run, list[str]]] = {
    PACKAGE: (nothing, lambda account: order(account, **WWW), ["validating"]),
    CANCEL: (applied, lambda account: order(account, state="cancelled", **WWW), ["withdrawn"]),
    DELETE: (refused, lambda account: order(account, state="absent", **WWW), []),
    REVOKE: (issued, lambda account: order(account, state="revoked", **WWW), ["revoked"]),
    RENEW: (expiring, lambda account: renew(account, product_code=PAID, **WWW), ["expiring", "validating"]),
}


@pytest.mark.parametrize("effect", [True, False], ids=["carried out", "not carried out"])
@pytest.mark.parametrize("kind", ["answer_lost", "error_after", "html", "garbage_json"])
@pytest.mark.parametrize("action", WRITES)
def test_a_write_whose_answer_is_lost_is_looked_for_and_never_sent_twice(action: str, kind: str, effect: bool) -> None:
    prepare, run, end = WRITES[action]
    account = emulator()
    prepare(account)
    account.inject(kind=kind, action=action, effect=effect)
    if effect:
        outcome = run(account)
        assert outcome.plan.changed
        assert bool(outcome.warnings) is (action in (PACKAGE, RENEW))
    else:
        failure = failure_of(lambda: run(account))
        assert isinstance(failure, OutcomeUnknown)
        assert failure.facts["outcome"] == "unknown"
        assert failure.facts["action"] == action
        assert failure.facts["changed"] is True
        assert [step["action"] for step in failure.facts["plan"]] == [action]
        assert "Running the task again is safe" in failure.msg
    assert writes(account) == [action]
    again = run(account)
    assert again.plan.changed is not effect
    assert phases(account) == end


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("code", ["NoPermission", "CreateOrderFailed", "InvalidParameter"])
def test_a_write_that_is_refused_is_raised_as_it_is(action: str, code: str) -> None:
    prepare, run, _end = WRITES[action]
    account = emulator()
    prepare(account)
    account.inject(kind="code", action=action, code=code)
    failure = failure_of(lambda: run(account))
    assert isinstance(failure, ApiError)
    assert (failure.facts["code"], failure.facts["action"]) == (code, action)
    assert failure.facts["changed"] is False
    assert len(writes(account)) == 1


@pytest.mark.parametrize("action", WRITES)
def test_a_write_that_is_throttled_is_sent_again(action: str) -> None:
    prepare, run, end = WRITES[action]
    account = emulator()
    prepare(account)
    account.inject(kind="throttled", action=action, times=3)
    assert run(account).warnings == []
    assert writes(account) == [action] * 4
    assert phases(account) == end


# Adoption.


@pytest.mark.parametrize(("lag", "found"), [(5.0, True), (25.0, True), (100.0, False)])
def test_a_list_that_lags_behind_is_waited_for(lag: float, found: bool) -> None:
    account = emulator(list_lag_seconds=lag)
    account.inject(kind="answer_lost", action=PACKAGE)
    if found:
        outcome = order(account, **WWW)
        assert outcome.after
        number = outcome.after.order_id
        assert outcome.warnings == [
            f"The response to {PACKAGE} was lost; order {number}, new for these names, is used as its result."
        ]
    else:
        assert failure_of(lambda: order(account, **WWW)).msg.endswith(
            " No effect showed up within 30 s. Running the task again is safe: it looks before it acts."
        )
        account.advance(100)
        assert order(account, **WWW).warnings == []
    assert writes(account) == [PACKAGE]
    assert phases(account) == ["validating"]


def test_two_new_orders_are_told_and_none_is_taken() -> None:
    account = emulator()
    account.inject(kind="answer_lost", action=PACKAGE)
    both = before(account, PACKAGE, lambda: applied(account))
    failure = failure_of(lambda: via(account, both))
    assert isinstance(failure, OutcomeUnknown)
    assert failure.facts["outcome"] == "unknown"
    assert all(str(number) in failure.msg for number in account.world.orders)
    assert "specify order_id" in failure.msg
    assert writes(account) == [PACKAGE]


def test_what_is_new_for_other_names_or_was_there_before_is_not_taken() -> None:
    account = emulator()
    account.reject(applied(account))
    old = str(max(account.world.orders))
    account.inject(kind="answer_lost", action=PACKAGE)
    others = before(account, PACKAGE, lambda: (applied(account, "b.www.example.com"), applied(account, "a.example")))
    outcome = via(account, others)
    assert outcome.after
    assert outcome.after.domains == ("www.example.com",)
    assert outcome.after.order_id != old


def test_looks_that_fail_are_followed_by_others() -> None:
    account = emulator()
    account.inject(kind="answer_lost", action=PACKAGE)
    account.inject(kind="code", action=LIST, code="Forbidden", skip=1, times=2)
    outcome = order(account, **WWW)
    assert outcome.after
    assert len(outcome.warnings) == 1
    assert len(account.world.orders) == 1


@pytest.mark.parametrize("value", [None, "", "so on", 1.5], ids=str)
def test_an_answer_without_a_number_is_a_lost_one(value: Any) -> None:
    account = emulator()
    outcome = via(account, edited(account, PACKAGE, lambda content: content.update(OrderId=value)))
    assert outcome.after
    assert [outcome.after.order_id] == [str(number) for number in account.world.orders]
    assert len(outcome.warnings) == 1


def test_a_throttled_create_does_not_outwait_the_task() -> None:
    """No wait is ever longer than the deadline, whatever the service asks for."""
    account = emulator()
    begun = world_time(account)
    account.inject(kind="throttled", action=PACKAGE, retry_after_ms=600_000)
    failure = failure_of(lambda: order(account, wait_timeout=60, **WWW))
    assert isinstance(failure, ApiError)
    assert failure.kind is Kind.THROTTLED
    assert world_time(account) - begun <= 60


# A new order takes its time.


@pytest.mark.parametrize(("lag", "status"), [(4.0, "pending_validation"), (14.0, "pending_validation")])
def test_a_new_order_that_cannot_be_described_yet(lag: float, status: str) -> None:
    account = emulator(describe_lag_seconds=lag)
    outcome = order(account, wait_for="none", **WWW)
    assert outcome.after
    assert outcome.after.status.value == status
    assert writes(account) == [PACKAGE]


def test_a_new_order_that_cannot_be_described_for_long_is_known_by_its_number() -> None:
    account = emulator(describe_lag_seconds=60.0)
    outcome = order(account, wait_for="none", validation_method="file", **WWW)
    assert outcome.after
    public = outcome.after.public(client(account).clock.now())
    assert public["order_id"] in {str(number) for number in account.world.orders}
    assert (public["status"], public["service_status"]) == ("pending_application", None)
    assert (public["domains"], public["validation_method"]) == (["www.example.com"], "file")


def test_the_number_of_a_new_order_is_never_lost() -> None:
    account = emulator(denied=(DESCRIBE,))
    failure = failure_of(lambda: order(account, **WWW))
    assert failure.facts["order_id"] == str(max(account.world.orders))
    assert failure.facts["changed"] is True
    assert failure.facts["action"] == DESCRIBE


# Withdrawing and deleting.


def test_a_withdrawal_that_takes_its_time_is_waited_for() -> None:
    account = emulator(cancel_seconds=60.0)
    applied(account)
    outcome = order(account, state="cancelled", **WWW)
    assert outcome.after
    assert outcome.after.status.value == "pending_application"
    assert outcome.after.domains == ("www.example.com",)
    assert writes(account) == [CANCEL]


def test_a_withdrawal_that_never_ends_says_so_in_time() -> None:
    account = emulator(cancel_seconds=1e6)
    number = applied(account)
    begun = world_time(account)
    failure = failure_of(lambda: order(account, state="absent", wait_timeout=120, **WWW))
    assert isinstance(failure, StateNotReached)
    assert failure.msg.startswith(f"The service accepted {CANCEL} for order {number}, but shows no effect yet.")
    assert failure.facts["order_id"] == number
    assert failure.facts["changed"] is True
    assert 100 < world_time(account) - begun <= 120
    assert writes(account) == [CANCEL]


def test_absent_withdraws_waits_and_deletes() -> None:
    account = emulator(cancel_seconds=20.0)
    number = applied(account)
    outcome = order(account, state="absent", **WWW)
    assert [(step.action, step.target.id) for step in outcome.plan.steps] == [(CANCEL, number), (DELETE, number)]
    assert outcome.after is None
    assert writes(account) == [CANCEL, DELETE]
    assert phases(account) == []
    assert not order(account, state="absent", order_id=number).plan.changed


def test_a_deletion_that_is_refused_names_the_order_and_revokes_nothing() -> None:
    account = emulator(delete_payed="never")
    number = applied(account)
    failure = failure_of(lambda: order(account, state="absent", **WWW))
    assert isinstance(failure, ApiError)
    assert (failure.facts["code"], failure.facts["order_id"]) == ("DeleteFail", number)
    assert writes(account) == [CANCEL, DELETE]
    assert phases(account) == ["withdrawn"]


@pytest.mark.parametrize("action", [CANCEL, DELETE])
def test_an_order_that_somebody_else_deletes_first_is_gone(action: str) -> None:
    account = emulator()
    number = applied(account)

    def first() -> None:
        if action == CANCEL:
            account.call(CANCEL, {"OrderId": number})
        account.call(DELETE, {"OrderId": number})

    outcome = via(account, before(account, action, first), state="absent")
    assert outcome.after is None
    assert phases(account) == []


def test_an_order_that_somebody_else_withdraws_first_is_withdrawn() -> None:
    account = emulator()
    number = applied(account)
    first = before(account, CANCEL, lambda: account.call(CANCEL, {"OrderId": number}))
    outcome = via(account, first, state="cancelled")
    assert outcome.after
    assert outcome.after.status.value == "pending_application"


def test_steps_that_are_done_already_are_not_sent() -> None:
    account = emulator()
    number = applied(account)
    done = before(account, DESCRIBE, lambda: account.call(CANCEL, {"OrderId": number}), skip=1)
    via(account, done, state="cancelled")
    assert writes(account) == []


# Issued in the meantime.

MOMENTS = {
    "before the withdrawal is sent": (DESCRIBE, 1),
    "while it is sent": (CANCEL, 0),
    "while it is waited for": (DESCRIBE, 2),
}


@pytest.mark.parametrize("state", ["absent", "cancelled"])
@pytest.mark.parametrize(("action", "skip"), MOMENTS.values(), ids=MOMENTS)
def test_what_was_issued_in_the_meantime_stays(action: str, skip: int, state: str) -> None:
    account = emulator(cancel_seconds=60.0)
    number = applied(account)
    meanwhile = before(account, action, lambda: account.accept(number), skip)
    failure = failure_of(lambda: via(account, meanwhile, state=state))
    assert isinstance(failure, NotAllowed)
    assert f"state: {state} does not revoke." in failure.msg
    assert "use state: revoked" in failure.msg
    assert failure.facts["order_id"] == number
    assert not {REVOKE, DELETE} & set(writes(account))
    assert phases(account) == ["issued"]


def test_what_was_submitted_and_issued_before_the_deletion_stays() -> None:
    account = emulator()
    number = applied(account)

    def revived() -> None:
        account.submit(number)
        account.accept(number)

    meanwhile = before(account, DESCRIBE, revived, skip=3)
    failure = failure_of(lambda: via(account, meanwhile, state="absent"))
    assert isinstance(failure, NotAllowed)
    assert writes(account) == [CANCEL]
    assert phases(account) == ["issued"]


def test_what_is_under_way_again_before_the_deletion_is_not_deleted() -> None:
    account = emulator()
    number = applied(account)

    def revived() -> None:
        account.submit(number)
        account.prove(number)

    failure = failure_of(lambda: via(account, before(account, DESCRIBE, revived, skip=3), state="absent"))
    assert isinstance(failure, NotAllowed)
    assert "is reviewing now; DeleteCertificateRequest was not sent. Run the task again" in failure.msg
    assert phases(account) == ["reviewing"]


# Revoking.


@pytest.mark.parametrize("ours", [0, 1], ids=["the older", "the newer"])
def test_the_csr_says_which_of_two_is_revoked(ours: int) -> None:
    account = emulator()
    numbers = [issued(account, Csr=csr("www.example.com", number=n)) for n in (0, 1)]
    order(account, state="revoked", csr_content=csr("www.example.com", number=ours))
    assert phases(account) == (["revoked", "issued"] if ours == 0 else ["issued", "revoked"])
    assert [call.order_id for call in account.calls if call.write] == [numbers[ours]]


def test_revoking_looks_right_before_and_waits_for_the_list() -> None:
    account = emulator(revoke_seconds=30.0)
    issued(account)
    account.calls.clear()
    outcome = order(account, state="revoked", **WWW)
    assert outcome.plan.facts == {"refund": True}
    assert outcome.after
    assert outcome.after.status.value == "revoked"
    assert outcome.after.domains == ("www.example.com",)
    log = [call.action for call in account.calls]
    assert log[log.index(REVOKE) - 1] == DESCRIBE
    assert log.count(REVOKE) == 1
    assert not order(account, state="revoked", **WWW).plan.changed


@pytest.mark.parametrize("way", ["names", "order_id"])
def test_a_certificate_that_ended_in_the_meantime_is_not_revoked(way: str) -> None:
    account = emulator()
    number = issued(account)
    account.advance(90 * DAY - 60)
    options = {"order_id": number} if way == "order_id" else {}
    ended = before(account, LIST, lambda: account.advance(120), skip=1)
    failure = failure_of(lambda: via(account, ended, state="revoked", **options))
    assert isinstance(failure, NotAllowed)
    assert "is expired now; CancelCertificateForPackageRequest was not sent" in failure.msg
    assert phases(account) == ["expired"]


def test_an_order_that_vanished_cannot_be_revoked() -> None:
    account = emulator()
    number = issued(account)

    def vanish() -> None:
        del account.world.orders[int(number)]

    failure = failure_of(lambda: via(account, before(account, LIST, vanish, skip=1), state="revoked"))
    assert f"Order {number} does not exist any more" in failure.msg
    assert writes(account) == []


def test_what_somebody_else_revokes_first_is_revoked() -> None:
    account = emulator()
    number = issued(account)
    outcome = via(account, before(account, REVOKE, lambda: account.call(REVOKE, {"OrderId": number})), state="revoked")
    assert outcome.after
    assert outcome.after.status.value == "revoked"


def test_a_revocation_that_the_state_refuses_is_raised() -> None:
    account = emulator()
    number = issued(account)
    account.inject(kind="code", action=REVOKE, code="OrderStateError", status=403)
    failure = failure_of(lambda: order(account, state="revoked", **WWW))
    assert isinstance(failure, ApiError)
    assert failure.facts["order_id"] == number
    assert phases(account) == ["issued"]


# Renewal.


@pytest.mark.parametrize("renewal", ["moves", "stays"])
def test_running_a_renewal_twice_renews_once(renewal: str) -> None:
    account = emulator(renewal=renewal)
    expiring(account)
    run = WRITES[RENEW][1]
    if renewal == "stays":
        failure = failure_of(lambda: run(account))
        new = str(max(account.world.orders))
        assert isinstance(failure, StateNotReached)
        assert failure.facts["order_id"] == new
        assert "Submit it in the console" in failure.msg
        assert "does not order another one" in failure.msg
        assert isinstance(failure_of(lambda: run(account)), StateNotReached)
        account.submit(new)
    else:
        run(account)
    again = run(account)
    assert not again.plan.changed
    assert again.after
    assert again.after.order_id == str(max(account.world.orders))
    assert writes(account) == [RENEW]
    assert phases(account) == ["expiring", "validating"]


def test_a_renewal_carries_the_csr_and_needs_its_key_back() -> None:
    account = emulator()
    number = issued(account, ProductCode=PAID, Csr=csr("www.example.com", number=1))
    account.advance(180 * DAY)
    account.turn(proof="at_once")
    new = csr("www.example.com", number=2)
    outcome = renew(account, order_id=number, csr_content=new, wait_for="issued")
    asked = read_order({**DEFAULTS, "csr_content": new}).csr
    assert asked
    assert outcome.after
    assert outcome.after.status.value == "issued"
    assert outcome.after.public_key_sha256 == asked.public_key_sha256
    assert outcome.plan.facts["previous_order_id"] == number


def test_calls_of_a_withdrawal() -> None:
    account = emulator()
    applied(account)
    order(account, state="absent", **WWW)
    assert reads(account) == [LIST] + [DESCRIBE] * 5


@pytest.mark.parametrize("kind", ["answer_lost", "error_after"])
@pytest.mark.parametrize("state", ["cancelled", "absent"])
def test_a_withdrawal_that_takes_its_time_and_whose_answer_is_lost_is_found(kind: str, state: str) -> None:
    account = emulator(cancel_seconds=10.0)
    applied(account)
    account.inject(kind=kind, action=CANCEL)
    assert order(account, state=state, domains=["www.example.com"]).plan.changed
    assert writes(account).count(CANCEL) == 1


@pytest.mark.parametrize("action", [CANCEL, DELETE, REVOKE])
def test_a_lost_answer_and_nobody_to_ask_is_an_unknown_outcome(action: str) -> None:
    prepare, run, _end = WRITES[action]
    account = emulator()
    prepare(account)
    account.inject(kind="answer_lost", action=action)
    account.on_call = lambda call: account.inject(kind="request_lost", times=0) if call.action == action else None
    failure = failure_of(lambda: run(account))
    assert isinstance(failure, OutcomeUnknown)
    assert failure.facts["outcome"] == "unknown"
    assert failure.facts["action"] == action
    assert action in writes(account)


PAUSES = {
    PACKAGE: ("present", LIST, [2, 6, 14, 30]),
    CANCEL: ("cancelled", DESCRIBE, [0, 2, 6, 14, 30]),
    DELETE: ("absent", DESCRIBE, [0, 2, 6, 14, 30]),
    REVOKE: ("revoked", LIST, [0, 2, 6, 14, 30]),
}


@pytest.mark.parametrize(("action", "options"), PAUSES.items(), ids=PAUSES)
def test_when_the_effect_of_a_lost_call_is_looked_for(action: str, options: tuple[str, str, list[float]]) -> None:
    state, question, moments = options
    account, log = emulator(), list[tuple[str, float]]()
    WRITES[action][0](account)
    account.inject(kind="request_lost", action=action)
    failure = failure_of(lambda: via(account, timed(account, log), state=state))
    assert failure.msg == (
        f"{action} may or may not have happened. The connection broke before the response was complete. "
        "No effect showed up within 30 s. Running the task again is safe: it looks before it acts."
    )
    sent = [name for name, _moment in log].index(action)
    assert [moment for name, moment in log[sent + 1 :] if name == question] == moments


@pytest.mark.parametrize("action", [CANCEL, DELETE, REVOKE])
def test_a_look_that_fails_after_a_lost_answer_is_followed_by_others(action: str) -> None:
    prepare, run, end = WRITES[action]
    account = emulator()
    prepare(account)
    account.inject(kind="answer_lost", action=action)
    account.on_call = lambda call: (
        account.inject(kind="code", action=DESCRIBE, code="Forbidden", times=2) if call.action == action else None
    )
    assert run(account).plan.changed
    assert writes(account) == [action]
    assert phases(account) == end


@pytest.mark.parametrize("state", ["cancelled", "absent"])
def test_a_withdrawal_that_is_under_way_is_waited_for(state: str) -> None:
    account = emulator(cancel_seconds=20.0)
    account.call(CANCEL, {"OrderId": applied(account)})
    order(account, state=state, domains=["www.example.com"])
    assert not order(account, state=state, domains=["www.example.com"]).plan.changed


@pytest.mark.parametrize("kind", ["request_lost", "error_before"])
def test_the_look_for_a_lost_order_ends_with_the_deadline(kind: str) -> None:
    account = emulator()
    account.inject(kind=kind, action=PACKAGE)
    begun = world_time(account)
    failure = failure_of(lambda: order(account, domains=["www.example.com"], wait_timeout=8))
    assert failure.facts["outcome"] == "unknown"
    assert world_time(account) - begun <= 8
    assert [step["action"] for step in failure.facts["plan"]] == [PACKAGE]


def test_a_throttled_look_ends_with_the_deadline() -> None:
    account = emulator()
    account.inject(kind="throttled", retry_after_ms=60000, times=0)
    begun = world_time(account)
    failure = failure_of(lambda: order(account, domains=["www.example.com"], wait_timeout=3))
    assert isinstance(failure, ApiError)
    assert world_time(account) - begun <= 3


def test_a_refused_create_is_no_step_that_was_carried_out() -> None:
    account = emulator()
    account.inject(kind="code", code="NoPermission", status=403, action=PACKAGE)
    failure = failure_of(lambda: order(account, domains=["www.example.com"]))
    assert (failure.facts["changed"], failure.facts["plan"]) == (False, [])
