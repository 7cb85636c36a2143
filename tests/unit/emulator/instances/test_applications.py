# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that are refused, fail, submit themselves or come a second time; revocations."""

from __future__ import annotations

import pytest

from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import ask, still
from tests.support.instance_calls import (
    APPLY,
    CANCEL,
    CONTACT,
    REVOKE,
    UPDATE,
    bought,
    detail,
    filled,
    issued,
    pending,
    refused,
    reissuing,
    status,
)

STATE, DELETION = "OperationDenied.StatusNotSupport", "InvalidStatus.DeleteProtection"


@pytest.mark.parametrize("word", ["normal", "inactive"])
@pytest.mark.parametrize("reason", ["CAA record forbids", ""])
def test_a_refusal_leaves_the_certificate_as_it_was(word: str, reason: str) -> None:
    emulator = still(after_refusal=word)
    instance_id = pending(emulator)
    emulator.happen("reject", instance_id, reason=reason)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields.get("PendingResult", "")) == (word, reason)
    assert "CertificateId" not in fields
    assert ask(emulator, "GetTaskAttribute", TaskId=instance_id) == {"TaskStatus": "success", "TaskMessage": ""}


def test_a_refused_reissue_keeps_the_old_certificate() -> None:
    emulator = still(after_refusal="inactive", refusal_text="why")
    instance_id = reissuing(emulator)
    old = detail(emulator, instance_id)["CertificateId"]
    emulator.happen("reject", instance_id)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["PendingResult"], fields["CertificateId"]) == ("normal", "why", old)


def test_only_applications_are_tasks() -> None:
    emulator = still()
    wish = {"TaskId": filled(emulator), "TaskType": "RevokeCertificate"}
    assert refused(emulator, "GetTaskAttribute", **wish) == "InvalidParameter.TaskType"
    assert refused(emulator, "GetTaskAttribute") == "MissingTaskId"


def test_a_submission_that_fails_tells_its_reason_elsewhere() -> None:
    emulator = still(submission_failure="CSR rejected")
    instance_id = filled(emulator)
    assert ask(emulator, "GetTaskAttribute", TaskId=instance_id)["TaskStatus"] == ""
    ask(emulator, APPLY, InstanceId=instance_id)
    assert ask(emulator, "GetTaskAttribute", TaskId=instance_id)["TaskStatus"] == "processing"
    emulator.advance(2)
    task = ask(emulator, "GetTaskAttribute", TaskId=instance_id, TaskType="ApplyCertificate")
    assert task == {"TaskStatus": "failed", "TaskMessage": "CSR rejected"}
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["PendingResult"], fields["DomainValidationList"]) == ("inactive", "none", [])
    emulator.turn(submission_failure="")
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(2)
    assert ask(emulator, "GetTaskAttribute", TaskId=instance_id)["TaskStatus"] == "success"


def test_a_failed_submission_may_stay_pending() -> None:
    emulator = still(submission_failure="CSR rejected", failed_stays_pending=True)
    instance_id = pending(emulator)
    fields = detail(emulator, instance_id)
    assert (fields["Status"], fields["PendingResult"], fields["DomainValidationList"]) == ("pending", "pending", [])
    assert ask(emulator, "GetTaskAttribute", TaskId=instance_id)["TaskStatus"] == "failed"
    ask(emulator, CANCEL, InstanceId=instance_id)
    emulator.advance(3)
    assert status(emulator, instance_id) == "normal"


def test_a_refusal_with_a_task_message() -> None:
    emulator = still()
    instance_id = pending(emulator)
    emulator.happen("reject", instance_id, task_message="no such company")
    assert ask(emulator, "GetTaskAttribute", TaskId=instance_id)["TaskMessage"] == "no such company"
    assert detail(emulator, instance_id)["PendingResult"] == "none"


def test_a_reissue_shows_the_old_certificate_until_it_is_done() -> None:
    emulator = still()
    instance_id = reissuing(emulator)
    old = detail(emulator, instance_id)
    assert (old["Status"], old["CertificateStatus"], old["PendingResult"]) == ("pending", "issued", "pending")
    emulator.advance(DAY)
    emulator.happen("accept", instance_id)
    new = detail(emulator, instance_id)
    assert (new["Status"], new["PendingResult"]) == ("normal", "issued")
    assert new["CertificateId"] > old["CertificateId"]
    assert new["CertIdentifier"] == f"{new['CertificateId']}-cn-hangzhou"


@pytest.mark.parametrize(
    ("dial", "kind", "allowed"),
    [
        ("buy", "BUY", True), ("buy", "TEST", False), ("all", "TEST", True), ("none", "BUY", False),
    ],
)  # fmt: skip
def test_which_instances_can_be_applied_for_again(dial: str, kind: str, allowed: bool) -> None:
    emulator = still(reissue=dial, reissue_error_code="InsufficientQuota")
    instance_id = issued(emulator, type=kind)
    if allowed:
        ask(emulator, APPLY, InstanceId=instance_id)
        assert status(emulator, instance_id) == "pending"
    else:
        assert refused(emulator, APPLY, InstanceId=instance_id) == "InsufficientQuota"


def test_a_test_instance_that_was_never_issued_can_be_tried_again() -> None:
    emulator = still()
    instance_id = pending(emulator, type="TEST")
    emulator.happen("reject", instance_id)
    ask(emulator, APPLY, InstanceId=instance_id)
    assert status(emulator, instance_id) == "pending"


@pytest.mark.parametrize(("submits", "word"), [(False, "inactive"), (True, "pending")])
def test_an_update_may_submit_by_itself(submits: bool, word: str) -> None:
    emulator = still(update_submits=submits)
    instance_id = bought(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, Domain="www.example.com")
    assert status(emulator, instance_id) == "inactive"
    ask(emulator, UPDATE, InstanceId=instance_id, **{"ContactIdList.1": CONTACT})
    assert status(emulator, instance_id) == word
    if submits:
        assert refused(emulator, APPLY, InstanceId=instance_id) == STATE


def test_an_update_of_a_used_test_instance_submits_nothing() -> None:
    emulator = still(update_submits=True)
    instance_id = filled(emulator, type="TEST")
    emulator.happen("accept", instance_id)
    ask(emulator, UPDATE, InstanceId=instance_id, CertificateName="again")
    assert status(emulator, instance_id) == "normal"


def test_revocation_of_one_certificate() -> None:
    emulator = still(revoke_seconds=60)
    instance_id = reissuing(emulator)
    old = detail(emulator, instance_id)["CertificateId"]
    emulator.happen("accept", instance_id)
    ask(emulator, REVOKE, InstanceId=instance_id, CertificateId=old)
    assert refused(emulator, REVOKE, InstanceId=instance_id, CertificateId=old) == STATE
    assert refused(emulator, REVOKE, InstanceId=instance_id, CertificateId=old + 7) == "NotFound"
    listed = ask(emulator, "ListCertificates", InstanceId=instance_id)["CertificateList"]
    assert [entry["CertificateStatus"] for entry in listed] == ["issued", "issued"]
    emulator.advance(60)
    listed = ask(emulator, "ListCertificates", InstanceId=instance_id, CertificateStatus="revoked")["CertificateList"]
    assert [entry["CertificateId"] for entry in listed] == [str(old)]
    fields = detail(emulator, instance_id)
    assert (fields["CertificateStatus"], fields.get("CertificateRevokeTime")) == ("issued", None)
    ask(emulator, REVOKE, InstanceId=instance_id)
    emulator.advance(60)
    fields = detail(emulator, instance_id)
    assert (fields["CertificateStatus"], fields["Status"]) == ("revoked", "normal")
    assert fields["CertificateRevokeTime"] == int(emulator.world.now()) * 1000
