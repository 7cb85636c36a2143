# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take: records, withdrawals, refunds, certificates and subscriptions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Refusal
from playbooks.files.emulator.instances.facts import Instance
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import ask, still
from tests.support.instance_calls import (
    APPLY,
    CANCEL,
    DELETE,
    REFUND,
    UPDATE,
    bought,
    detail,
    filled,
    issued,
    pending,
    refunded,
    refused,
    rejected,
    revoked,
    status,
    withdrawn,
)

STATE, DELETION = "OperationDenied.StatusNotSupport", "InvalidStatus.DeleteProtection"


def test_records_appear_seconds_after_the_application() -> None:
    emulator = still(validation_seconds=25)
    instance_id = filled(emulator)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(24)
    assert detail(emulator, instance_id)["DomainValidationList"] == []
    emulator.advance(1)
    assert len(detail(emulator, instance_id)["DomainValidationList"]) == 1


@pytest.mark.parametrize("since", [filled, issued], ids=lambda since: since.__name__)
def test_an_application_may_show_late_and_is_there_all_the_same(since: Callable[[Emulator], str]) -> None:
    emulator = still(status_lag_seconds=20)
    instance_id = since(emulator)
    emulator.advance(20)
    before = status(emulator, instance_id)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(19)
    assert (status(emulator, instance_id), detail(emulator, instance_id)["DomainValidationList"]) == (before, [])
    assert refused(emulator, APPLY, InstanceId=instance_id) == STATE
    emulator.advance(1)
    assert (status(emulator, instance_id), len(detail(emulator, instance_id)["DomainValidationList"])) == ("pending", 1)


def test_a_withdrawal_is_refused_until_later() -> None:
    emulator = still(validation_seconds=5, withdrawable_seconds=20)
    instance_id = filled(emulator)
    ask(emulator, APPLY, InstanceId=instance_id)
    for _read in range(5):
        assert refused(emulator, CANCEL, InstanceId=instance_id) == STATE
        assert status(emulator, instance_id) == "pending"
        emulator.advance(5)
    ask(emulator, CANCEL, InstanceId=instance_id)


@pytest.mark.parametrize("word", ["normal", "inactive"])
def test_a_withdrawal_takes_its_time(word: str) -> None:
    emulator = still(withdrawal_seconds=1200, after_withdrawal=word)
    instance_id = pending(emulator)
    ask(emulator, CANCEL, InstanceId=instance_id)
    assert refused(emulator, CANCEL, InstanceId=instance_id) == STATE
    emulator.advance(1199)
    assert (status(emulator, instance_id), len(detail(emulator, instance_id)["DomainValidationList"])) == ("pending", 1)
    emulator.advance(1)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["DomainValidationList"], fields["PendingResult"]) == (word, [], "none")
    assert "CertificateId" not in fields


def test_the_ca_issues_before_a_withdrawal_takes_effect() -> None:
    emulator = still(withdrawal_seconds=60)
    instance_id = pending(emulator)
    ask(emulator, CANCEL, InstanceId=instance_id)
    emulator.happen("accept", instance_id)
    emulator.advance(60)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["CertificateStatus"], fields["PendingResult"]) == ("normal", "issued", "issued")


def test_the_list_may_stay_for_a_while() -> None:
    emulator = still(validation_list_seconds=30)
    instance_id = withdrawn(emulator)
    assert len(detail(emulator, instance_id)["DomainValidationList"]) == 1
    emulator.advance(30)
    assert detail(emulator, instance_id)["DomainValidationList"] == []


@pytest.mark.parametrize("since", [bought, rejected, issued], ids=lambda since: since.__name__)
def test_an_update_is_refused_for_minutes(since: Callable[[Emulator], str]) -> None:
    emulator = still(after_refusal="normal")
    instance_id = since(emulator)
    emulator.turn(update_protection_seconds=4000 if since is bought else 60)
    assert refused(emulator, UPDATE, InstanceId=instance_id) == "InvalidStatus.UpdateProtection"
    emulator.advance(400 if since is bought else 60)
    ask(emulator, UPDATE, InstanceId=instance_id)


def test_a_refund_has_a_window_and_lands_later() -> None:
    emulator = still(refund_refused_seconds=60, refund_seconds=1200)
    instance_id = bought(emulator, age_days=0)
    emulator.advance(59)
    assert refused(emulator, REFUND, InstanceId=instance_id) == "CouldNotRefund.NotSupport"
    emulator.advance(1)
    ask(emulator, REFUND, InstanceId=instance_id)
    assert refused(emulator, REFUND, InstanceId=instance_id) == "CouldNotRefund.NotSupport"
    emulator.advance(1199)
    assert refused(emulator, DELETE, InstanceId=instance_id) == DELETION
    emulator.advance(1)
    assert status(emulator, instance_id) == "refund"
    ask(emulator, DELETE, InstanceId=instance_id)
    assert refused(emulator, "GetInstanceDetail", InstanceId=instance_id) == "NotFound"


def test_a_refund_comes_too_late() -> None:
    emulator = still()
    instance_id = bought(emulator, age_days=0)
    emulator.advance(7 * DAY + 1)
    assert refused(emulator, REFUND, InstanceId=instance_id) == "CouldNotRefund.OverTime"


def test_an_issued_instance_is_refunded_only_where_that_is_possible() -> None:
    emulator = still(refund_issued="revoked")
    live, dead = issued(emulator), revoked(emulator)
    assert refused(emulator, REFUND, InstanceId=live) == "CouldNotRefund.NotSupport"
    ask(emulator, REFUND, InstanceId=dead)
    emulator.advance(3)
    assert status(emulator, dead) == "refund"


def test_the_ends_of_certificate_and_subscription_are_two_things() -> None:
    emulator = still()
    instance_id = issued(emulator, months=24)
    emulator.advance(170 * DAY)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["CertificateStatus"]) == ("normal", "willExpire")
    emulator.advance(30 * DAY)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["CertificateStatus"]) == ("normal", "expired")
    emulator.happen("end", instance_id, in_days=10)
    assert status(emulator, instance_id) == "willExpire"
    emulator.advance(10 * DAY)
    assert status(emulator, instance_id) == "expired"


@pytest.mark.parametrize(("dial", "word"), [("issue", "willExpire"), ("order", "expired")])
def test_where_a_subscription_begins(dial: str, word: str) -> None:
    emulator = still(term_from=dial)
    instance_id = issued(emulator, months=6, age_days=6)
    emulator.advance(180 * DAY)
    assert status(emulator, instance_id) == word


@pytest.mark.parametrize("cut", [True, False])
def test_a_certificate_may_end_with_the_subscription(cut: bool) -> None:
    emulator = still(cut_to_term=cut)
    fields = detail(emulator, issued(emulator, months=6))
    assert (fields["CertificateNotAfter"] == fields["InstanceEndTime"]) is cut


def test_a_subscription_that_is_over_ends_what_was_pending() -> None:
    emulator = still()
    instance_id = pending(emulator)
    emulator.happen("end", instance_id)
    assert status(emulator, instance_id) == "expired"
    assert refused(emulator, APPLY, InstanceId=instance_id) == STATE
    with pytest.raises(Refusal, match=STATE):
        ask(emulator, CANCEL, InstanceId=instance_id)


def test_deleted_instances_stay_gone() -> None:
    emulator = still()
    ask(emulator, DELETE, InstanceId=refunded(emulator))
    remaining: list[Instance] = emulator.world.present_instances()
    assert remaining == []
    assert bought(emulator) not in {"", None}
