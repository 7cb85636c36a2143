# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other states of an instance: configured, cancelled, revoked, refunded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status, Subscription
from ansible_collections.certops.alicloud.plugins.module_utils._errors import ApiError, NotAllowed, StateNotReached
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import instance_calls as calls
from tests.support.client import before, client, csr, edited, emulator, reads, writes
from tests.support.instance_calls import APPLY, CANCEL, REFUND, REVOKE, UPDATE, ask, bought, issued
from tests.support.instance_tasks import WWW, after, applications, failure_of, refusal, run


def number_of(account: Emulator, instance_id: str, which: int = -1) -> str:
    return str(account.world.instances[instance_id].certificates[which].number)


# configured


def test_a_form_is_filled_in_and_not_applied_for() -> None:
    account = emulator()
    instance_id = bought(account)
    done = run(account, instance_id, state="configured", csr_content=csr(WWW))
    assert writes(account) == [UPDATE]
    assert (after(done).status, after(done).domains) == (Status.INACTIVE, (WWW,))
    again = run(account, instance_id, state="configured", csr_content=csr(WWW))
    assert (again.plan.steps, again.plan.facts["reason"]) == ((), "nothing differs")


@pytest.mark.parametrize(
    "more",
    [
        {"validation_method": "file"},
        {"key_algorithm": "ECC_256"},
        {"csr_content": csr(WWW, number=1)},
        {"contact_ids": [str(calls.OTHER_CONTACT)]},
        {"domains": ["b.example.com", WWW]},
        {"certificate_name": "other"},
        {"auto_reissue": True},
    ],
    ids=lambda more: next(iter(more)),
)
def test_each_field_that_differs_is_written_once(more: dict[str, Any]) -> None:
    account = emulator()
    instance_id = bought(account, full=2)
    run(account, instance_id, state="configured", certificate_name="web")
    account.calls.clear()
    assert run(account, instance_id, state="configured", **more).plan.changed
    assert not run(account, instance_id, state="configured", **more).plan.changed
    assert writes(account) == [UPDATE]


def test_a_form_of_a_running_application_is_left_alone() -> None:
    account = emulator()
    instance_id = calls.pending(account)
    assert not run(account, instance_id, state="configured").plan.changed
    said = refusal(lambda: run(account, instance_id, state="configured", domains=["b.example.com"]))
    assert "none of the names" in said
    assert not writes(account)


def test_a_form_of_a_subscription_that_is_over_is_not_filled_in() -> None:
    account = emulator()
    instance_id = calls.refunded(account)
    said = refusal(lambda: run(account, instance_id, state="configured", validation_method="file"))
    assert "its subscription is refunded" in said


def test_a_company_that_is_hidden_until_an_application_makes_no_difference() -> None:
    account = emulator()
    instance_id = bought(account, spec="ss.ov.f")
    for _each in range(2):
        run(account, instance_id, state="configured", company="Example Ltd.")
    assert writes(account) == [UPDATE]
    assert account.world.instances[instance_id].form.company == 1350001


@pytest.mark.parametrize(
    "more",
    [
        {"contact_ids": [str(calls.OTHER_CONTACT)]},
        {"company": "Example Ltd.", "contact_ids": None},
        {"key_algorithm": "ECC_256", "contact_ids": None},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_is_sent_with_domains_alone_is_not_ignored_without_them(more: dict[str, Any]) -> None:
    account = emulator()
    instance_id = bought(account)
    said = refusal(lambda: run(account, instance_id, state="configured", domains=None, **more))
    assert said.startswith("domains: ") and "Give domains." in said
    assert not writes(account)
    assert run(account, instance_id, state="configured", **more).plan.changed
    assert not run(account, instance_id, state="configured", domains=None, **more).plan.changed


# cancelled


@pytest.mark.parametrize("status", ["normal", "inactive"])
def test_an_application_is_withdrawn(status: str) -> None:
    account = emulator(after_withdrawal=status)
    instance_id = calls.pending(account)
    done = run(account, instance_id, state="cancelled")
    assert writes(account) == [CANCEL]
    assert (after(done).status, after(done).validation) == (Status.INACTIVE, ())
    assert not run(account, instance_id, state="cancelled").plan.changed


@pytest.mark.parametrize("make", [bought, calls.filled, issued, calls.rejected, calls.withdrawn])
def test_nothing_to_withdraw_is_no_change(make: Callable[[Emulator], str]) -> None:
    account = emulator()
    done = run(account, make(account), state="cancelled")
    assert done.plan.steps == ()
    assert done.plan.facts["reason"].endswith("has no application in progress")
    assert reads(account) == ["GetInstanceDetail"]


def test_an_application_that_cannot_be_withdrawn_yet_is_withdrawn_later() -> None:
    account = emulator(validation_seconds=20.0, withdrawable_seconds=30.0)
    instance_id = calls.filled(account)
    ask(account, APPLY, InstanceId=instance_id)
    done = run(account, instance_id, state="cancelled")
    assert after(done).status is Status.INACTIVE
    assert writes(account).count(CANCEL) > 2


def test_a_slow_withdrawal_is_waited_for() -> None:
    account = emulator(withdrawal_seconds=1200.0)
    done = run(account, calls.pending(account), state="cancelled")
    assert after(done).status is Status.INACTIVE
    assert writes(account) == [CANCEL]


def test_a_withdrawal_that_is_on_its_way_is_waited_for_too() -> None:
    account = emulator(withdrawal_seconds=600.0)
    instance_id = calls.withdrawing(account)
    done = run(account, instance_id, state="cancelled")
    assert after(done).status is Status.INACTIVE


def test_a_withdrawal_without_end_is_told() -> None:
    account = emulator(withdrawal_seconds=9000.0)
    instance_id = calls.pending(account)
    failure = failure_of(lambda: run(account, instance_id, state="cancelled", wait_timeout=1200), StateNotReached)
    assert "accepted CancelPendingCertificate" in failure.msg
    assert failure.facts["changed"] is True


def test_what_is_issued_in_the_meantime_is_not_revoked() -> None:
    account = emulator(withdrawal_seconds=60.0)
    instance_id = calls.pending(account)
    looks = before(account, "GetInstanceDetail", lambda: account.happen("accept", instance_id), skip=2)
    through = client(account, transport=looks)
    failure = failure_of(lambda: run(account, instance_id, state="cancelled", through=through), NotAllowed)
    assert "state: cancelled does not revoke" in failure.msg
    assert account.world.instances[instance_id].certificates[0].revoked is None


def test_what_was_issued_right_before_the_withdrawal_is_told() -> None:
    account = emulator()
    instance_id = calls.pending(account)
    through = client(account, transport=before(account, CANCEL, lambda: account.happen("accept", instance_id)))
    failure = failure_of(lambda: run(account, instance_id, state="cancelled", through=through), NotAllowed)
    assert "was issued in the meantime" in failure.msg


def test_a_withdrawn_reissue_leaves_the_certificate() -> None:
    account = emulator()
    instance_id = calls.reissuing(account)
    done = run(account, instance_id, state="cancelled")
    assert (after(done).status, after(done).certificate_id) == (Status.ISSUED, number_of(account, instance_id))


def test_a_failed_submission_that_stays_pending_is_withdrawn() -> None:
    account = emulator(submission_failure="no", failed_stays_pending=True)
    done = run(account, calls.pending(account), state="cancelled")
    assert after(done).status is Status.INACTIVE


def test_what_was_withdrawn_can_be_applied_for_at_once(tmp_path: Any) -> None:
    account = emulator()
    instance_id = bought(account)

    def through() -> Any:
        return client(account, state_directory=str(tmp_path))

    run(account, instance_id, through=through())
    run(account, instance_id, state="cancelled", through=through())
    begun = account.world.now()
    run(account, instance_id, through=through())
    assert account.world.now() - begun < 15
    assert applications(account) == 2


# revoked


def test_the_newest_certificate_is_revoked() -> None:
    account = emulator()
    instance_id = issued(account)
    number = number_of(account, instance_id)
    done = run(account, instance_id, state="revoked", certificate_id=number)
    assert writes(account) == [REVOKE]
    assert after(done).certificate_status is Status.REVOKED
    assert not run(account, instance_id, state="revoked", certificate_id=number).plan.changed


def test_an_earlier_certificate_is_revoked_and_the_newest_one_stays() -> None:
    account = emulator()
    instance_id = calls.reissuing(account)
    account.happen("accept", instance_id)
    old = number_of(account, instance_id, 0)
    done = run(account, instance_id, state="revoked", certificate_id=old)
    certificates = account.world.instances[instance_id].certificates
    assert [each.revoked is not None for each in certificates] == [True, False]
    assert after(done).certificate_status is Status.ISSUED
    assert not run(account, instance_id, state="revoked", certificate_id=old).plan.changed


def test_an_id_of_another_certificate_is_refused() -> None:
    account = emulator()
    instance_id, other = issued(account), issued(account, "b.example.com")
    number = number_of(account, other)
    said = refusal(lambda: run(account, instance_id, state="revoked", certificate_id=number))
    assert f"certificate_id: certificate {number} of instance {instance_id} is not one of its certificates" in said
    assert not writes(account)


def test_a_review_of_a_revocation_is_waited_for() -> None:
    account = emulator(revoke_seconds=600.0)
    instance_id = issued(account)
    number = number_of(account, instance_id)
    done = run(account, instance_id, state="revoked", certificate_id=number)
    assert after(done).certificate_status is Status.REVOKED
    assert writes(account) == [REVOKE]


def test_a_revocation_that_is_on_its_way_is_not_sent_twice_with_an_effect() -> None:
    account = emulator(revoke_seconds=600.0)
    instance_id = calls.revoked(account)
    failure = failure_of(
        lambda: run(account, instance_id, state="revoked", certificate_id=number_of(account, instance_id)), ApiError
    )
    assert failure.facts["code"] == "OperationDenied.StatusNotSupport"


def test_an_expired_certificate_needs_no_revocation() -> None:
    account = emulator()
    instance_id = issued(account)
    account.advance(200 * DAY)
    number = number_of(account, instance_id)
    done = run(account, instance_id, state="revoked", certificate_id=number)
    assert (done.plan.steps, done.plan.facts["reason"]) == ((), f"certificate {number} is expired")


def test_what_has_moved_on_is_not_revoked() -> None:
    account = emulator()
    instance_id = calls.reissuing(account)
    number = number_of(account, instance_id)
    meddled = before(account, "GetInstanceDetail", lambda: account.happen("accept", instance_id), skip=1)
    through = client(account, transport=meddled)
    said = refusal(lambda: run(account, instance_id, state="revoked", certificate_id=number, through=through))
    assert "RevokeCertificate was not sent" in said
    assert not writes(account)


@pytest.mark.parametrize("older", [True, False])
def test_the_certificate_of_an_application_in_progress_is_revoked_alone(older: bool) -> None:
    account = emulator(older_certificates=older)
    instance_id = calls.reissuing(account)
    done = run(account, instance_id, state="revoked", certificate_id=number_of(account, instance_id))
    assert (after(done).status, after(done).certificate_status) == (Status.PENDING_VALIDATION, Status.REVOKED)


# refunded


def test_an_unused_instance_is_refunded() -> None:
    account = emulator()
    instance_id = bought(account)
    done = run(account, instance_id, state="refunded")
    assert writes(account) == [REFUND]
    assert after(done).subscription is Subscription.REFUNDED
    assert not run(account, instance_id, state="refunded").plan.changed


def test_the_first_seconds_after_a_purchase_are_waited_for() -> None:
    account = emulator()
    instance_id = bought(account, age_days=0)
    done = run(account, instance_id, state="refunded")
    assert after(done).subscription is Subscription.REFUNDED
    assert writes(account).count(REFUND) > 1


@pytest.mark.parametrize("make", [issued, calls.revoked, calls.reissuing])
def test_what_ever_had_a_certificate_is_not_refunded(make: Callable[[Emulator], str]) -> None:
    account = emulator(refund_issued="revoked")
    said = refusal(lambda: run(account, make(account), state="refunded"))
    assert "state: refunded is for instances that never had a certificate" in said
    assert "not revoked in order to be refunded" in said
    assert not writes(account)


def test_what_is_applied_for_is_withdrawn_first() -> None:
    account = emulator()
    instance_id = calls.pending(account)
    assert "Withdraw it first" in refusal(lambda: run(account, instance_id, state="refunded"))
    run(account, instance_id, state="cancelled")
    assert run(account, instance_id, state="refunded").plan.changed


def test_a_refund_that_comes_too_late_is_told() -> None:
    account = emulator()
    instance_id = bought(account)
    account.advance(8 * DAY)
    failure = failure_of(lambda: run(account, instance_id, state="refunded"), ApiError)
    assert failure.facts["code"] == "CouldNotRefund.OverTime"
    assert "certificate of the quota" not in failure.msg


def test_a_refund_that_never_comes_is_told() -> None:
    account = emulator()
    account.inject(kind="code", code="CouldNotRefund.NotSupport", action=REFUND, times=0)
    begun = account.world.now()
    failure_of(lambda: run(account, bought(account), state="refunded"), ApiError)
    assert 60 < account.world.now() - begun < 90


def test_what_was_issued_in_the_meantime_is_not_refunded() -> None:
    account = emulator()
    instance_id = calls.filled(account)

    def issue() -> None:
        ask(account, APPLY, InstanceId=instance_id)
        account.happen("accept", instance_id)

    through = client(account, transport=before(account, "GetInstanceDetail", issue, skip=1))
    assert "was not sent" in refusal(lambda: run(account, instance_id, state="refunded", through=through))
    assert not writes(account)


@pytest.mark.parametrize("state", ["cancelled", "refunded", "configured", "present", "revoked"])
def test_no_state_acts_on_what_is_unknown(state: str) -> None:
    account = emulator()
    instance_id = issued(account)
    options = {"certificate_id": number_of(account, instance_id)} if state == "revoked" else {}

    def strange(content: dict[str, Any]) -> None:
        content["Status"] = "migrating"

    through = client(account, transport=edited(account, "GetInstanceDetail", strange))
    said = refusal(lambda: run(account, instance_id, state=state, through=through, **options))
    assert "unknown to this collection (the service calls it migrating)" in said
    assert not writes(account)


@pytest.mark.parametrize("state", ["cancelled", "refunded", "configured", "revoked"])
def test_check_mode_only_reads(state: str) -> None:
    account = emulator()
    make: dict[str, Callable[[Emulator], str]] = {
        "cancelled": calls.pending, "refunded": bought, "configured": bought, "revoked": issued,
    }  # fmt: skip
    instance_id = make[state](account)
    options = {"certificate_id": number_of(account, instance_id)} if state == "revoked" else {}
    foreseen = run(account, instance_id, state=state, check=True, **options)
    assert foreseen.plan.changed
    assert not writes(account)
    done = run(account, instance_id, state=state, **options)
    assert after(done).status is after(foreseen).status
    # While an application is in progress, it is not told whether a subscription ends soon.
    expected = Subscription.DECIDED_LATER if state == "cancelled" else after(done).subscription
    assert after(foreseen).subscription is expected
