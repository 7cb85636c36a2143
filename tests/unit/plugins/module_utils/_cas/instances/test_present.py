# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance has a valid certificate: from every state in which it can be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status, Subscription
from ansible_collections.certops.alicloud.plugins.module_utils._errors import ApiError, NotAllowed, StateNotReached
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import instance_calls as calls
from tests.support.client import client, csr, edited, emulator, reads, writes
from tests.support.instance_calls import APPLY, CONTACT, OTHER_CONTACT, UPDATE, bought, detail, issued
from tests.support.instance_tasks import WWW, after, applications, failure_of, refusal, run

AT_ONCE: dict[str, Any] = {"proof": "at_once", "review_seconds": 1.0}
ISSUED = {"wait_for": "issued"}


def test_an_unused_instance_is_filled_in_and_applied_for() -> None:
    account = emulator(**AT_ONCE)
    instance_id = bought(account)
    done = run(account, instance_id, **ISSUED)
    assert writes(account) == [UPDATE, APPLY]
    assert [step.action for step in done.plan.steps] == [UPDATE, APPLY]
    assert (after(done).status, after(done).certificate_status) == (Status.ISSUED, Status.ISSUED)
    assert after(done).certificate
    assert after(done).domains == (WWW,)
    assert done.plan.facts["due"] is True
    assert done.plan.facts["reason"] == f"instance {instance_id} is unused"
    assert not done.warnings


@pytest.mark.parametrize(
    ("term_from", "wait_for", "left"),
    [
        ("issue", "issued", Subscription.ACTIVE),
        ("order", "issued", Subscription.EXPIRING),
        ("order", "validation", Subscription.ACTIVE),
    ],
)
def test_how_far_a_subscription_will_be_is_not_promised(term_from: str, wait_for: str, left: Subscription) -> None:
    """Its term may begin with the first certificate; while an application is in progress, no end is told."""
    proof = "at_once" if wait_for == "issued" else "control"
    account = emulator(term_from=term_from, refund_days=1000.0, proof=proof)
    instance_id = bought(account, months=6)
    account.world.advance(170 * DAY)
    foreseen = after(run(account.fork(), instance_id, check=True, wait_for=wait_for))
    done = after(run(account, instance_id, wait_for=wait_for))
    assert (foreseen.subscription, done.subscription) == (Subscription.DECIDED_LATER, left)


def test_the_form_says_what_was_asked_for() -> None:
    account = emulator()
    instance_id = bought(account, full=2, wildcard=1, spec="geo.dv.f")
    names = ["a.example.com", "b.example.com", "*.example.org"]
    done = run(
        account,
        instance_id,
        domains=names,
        key_algorithm="ECC_256",
        certificate_name="web",
        contact_ids=[str(OTHER_CONTACT), str(CONTACT)],
        tags={"env": "prod"},
    )
    form = account.world.instances[instance_id].form
    assert (form.names, form.algorithm, form.label, form.method) == (tuple(names), "ECC_256", "web", "DNS")
    assert set(form.contacts) == {CONTACT, OTHER_CONTACT}
    assert dict(account.world.instances[instance_id].tags) == {"env": "prod"}
    assert after(done).form.contact_ids == {str(CONTACT), str(OTHER_CONTACT)}
    assert {entry.domain for entry in after(done).validation} == {"a.example.com", "b.example.com", "example.org"}


def test_the_wait_for_validation_ends_with_the_record() -> None:
    account = emulator()
    done = run(account, bought(account))
    assert after(done).status is Status.PENDING_VALIDATION
    (entry,) = after(done).validation
    assert entry.public()["record_name"] == "_dnsauth.www.example.com"


@pytest.mark.parametrize("form", ["relative", "full", "name"])
def test_records_have_full_names_however_the_service_writes_them(form: str) -> None:
    account = emulator(validation_key=form)
    (entry,) = after(run(account, bought(account), domains=["shop.example.co.uk"])).validation
    expected = "shop.example.co.uk" if form == "name" else "_dnsauth.shop.example.co.uk"
    assert entry.public()["record_name"] == expected


def test_a_record_at_the_registrable_name_is_named_in_full() -> None:
    account = emulator(validation_key="name")
    (entry,) = after(run(account, bought(account), domains=["example.com"])).validation
    assert (entry.public()["record_name"], entry.public()["raw_record_name"]) == ("example.com", "@")


@pytest.mark.parametrize("word", ["HTTP", "FILE"])
def test_a_file_is_told_with_path_content_and_address(word: str) -> None:
    account = emulator(http_type=word)
    instance_id = bought(account)
    (entry,) = after(run(account, instance_id, validation_method="file")).validation
    shown = entry.public()
    assert account.world.instances[instance_id].form.method == "HTTP"
    assert (shown["method"], shown["domain"]) == ("file", WWW)
    assert shown["url"] == f"http://{WWW}/.well-known/pki-validation/fileauth.txt"
    assert shown["content"]


def test_a_standing_record_is_offered_beside_the_validation() -> None:
    account = emulator(standing_cname=True)
    done = run(account, bought(account))
    (standing,) = after(done).public(client(account).clock.now())["standing_validation"]
    assert standing["record_name"] == "_dnsauth.www.example.com"
    assert standing["record_value"].endswith(".validation.invalid")


def test_no_wait_ends_with_the_application() -> None:
    account = emulator()
    done = run(account, bought(account), wait_for="none")
    assert after(done).status is Status.PENDING_VALIDATION
    assert applications(account) == 1


def test_a_configured_instance_is_applied_for_without_another_form() -> None:
    account = emulator()
    instance_id = calls.filled(account)
    run(account, instance_id)
    assert writes(account) == [APPLY]


@pytest.mark.parametrize("status", ["normal", "inactive"])
def test_a_withdrawn_instance_is_applied_for_again(status: str) -> None:
    account = emulator(after_withdrawal=status)
    instance_id = calls.withdrawn(account)
    done = run(account, instance_id)
    assert writes(account) == [APPLY]
    assert done.plan.facts["reason"] == f"instance {instance_id} for {WWW} has no certificate yet"


@pytest.mark.parametrize("status", ["normal", "inactive"])
@pytest.mark.parametrize("text", ["域名验证失败", "CAA record forbids\nit"])
def test_a_refused_instance_is_applied_for_again_and_says_why(status: str, text: str) -> None:
    account = emulator(after_refusal=status, refusal_text=text)
    instance_id = calls.rejected(account)
    done = run(account, instance_id, check=True)
    assert done.plan.facts["reason"].startswith(f"the application of instance {instance_id} for {WWW} was refused: ")
    assert done.plan.facts["reason"].isprintable()
    run(account, instance_id)
    assert writes(account) == [APPLY]


def test_a_certificate_that_is_not_due_is_kept() -> None:
    account = emulator()
    instance_id = issued(account)
    done = run(account, instance_id)
    assert (done.plan.steps, done.plan.facts["due"]) == ((), False)
    assert done.plan.facts["reason"] == "199 of 199 days left, window opens at 65.6"
    assert after(done).certificate
    assert not writes(account)


def test_a_due_certificate_is_reissued_and_the_old_one_is_shown_until_then() -> None:
    account = emulator()
    instance_id = issued(account)
    account.advance(150 * DAY)
    old = str(account.world.instances[instance_id].certificates[0].number)
    done = run(account, instance_id)
    assert writes(account) == [APPLY]
    assert done.plan.facts["due"] is True
    assert done.plan.facts["previous_certificate_id"] == old
    assert (after(done).status, after(done).certificate_id) == (Status.PENDING_VALIDATION, old)
    account.happen("accept", instance_id)
    again = run(account, instance_id)
    assert not again.plan.changed
    assert after(again).certificate_id != old


def test_a_reissue_is_waited_for_until_the_certificate_is_another_one() -> None:
    account = emulator()
    instance_id = issued(account)
    account.turn(**AT_ONCE)
    old = str(account.world.instances[instance_id].certificates[0].number)
    account.advance(150 * DAY)
    done = run(account, instance_id, **ISSUED)
    assert after(done).certificate_id not in (None, old)
    assert after(done).certificate
    assert len(account.world.instances[instance_id].certificates) == 2


def test_a_new_key_goes_with_a_reissue() -> None:
    account = emulator(**AT_ONCE)
    instance_id = bought(account)
    first = run(account, instance_id, csr_content=csr(WWW), **ISSUED)
    account.advance(150 * DAY)
    second = run(account, instance_id, csr_content=csr(WWW, number=1), **ISSUED)
    assert [step.action for step in second.plan.steps] == [UPDATE, APPLY]
    assert after(first).public_key_sha256 != after(second).public_key_sha256
    assert applications(account) == 2


def test_force_reissues_what_is_not_due() -> None:
    account = emulator()
    instance_id = issued(account)
    done = run(account, instance_id, force=True)
    assert done.plan.facts["reason"].endswith("renewal is forced")
    assert writes(account) == [APPLY]


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_certificate_that_serves_no_more_is_reissued(end: str) -> None:
    account = emulator()
    instance_id = calls.revoked(account) if end == "revoked" else issued(account)
    account.advance(0 if end == "revoked" else 200 * DAY)
    done = run(account, instance_id)
    word = "was revoked" if end == "revoked" else "has expired"
    assert done.plan.facts["reason"] == f"the certificate of instance {instance_id} for {WWW} {word}"
    assert writes(account) == [APPLY]


def test_another_key_is_an_error_and_a_reissue_if_asked_for() -> None:
    account = emulator(**AT_ONCE)
    instance_id = bought(account)
    run(account, instance_id, csr_content=csr(WWW), **ISSUED)
    failure = failure_of(lambda: run(account, instance_id, csr_content=csr(WWW, number=1)), NotAllowed)
    assert failure.facts["key_mismatch"] is True
    assert "another key than that of the CSR" in failure.msg
    assert applications(account) == 1
    done = run(account, instance_id, csr_content=csr(WWW, number=1), on_key_mismatch="reorder", **ISSUED)
    assert "another key" in done.plan.facts["reason"]
    assert applications(account) == 2
    assert not run(account, instance_id, csr_content=csr(WWW, number=1)).plan.changed


def test_names_that_the_certificate_lacks_are_applied_for() -> None:
    account = emulator()
    instance_id = issued(account, "a.example.com", full=2)
    done = run(account, instance_id, domains=["a.example.com", "b.example.com"])
    assert done.plan.facts["reason"].startswith("the certificate of instance")
    assert account.world.instances[instance_id].form.names == ("a.example.com", "b.example.com")
    assert writes(account) == [UPDATE, APPLY]


@pytest.mark.parametrize("domains", [[WWW, "example.com"], ["EXAMPLE.com."], [WWW]])
def test_names_that_a_ca_adds_are_as_good(domains: list[str]) -> None:
    """The CA adds example.com to www.example.com."""
    account = emulator()
    assert not run(account, issued(account), domains=domains).plan.changed


def test_an_internationalized_name_is_compared_as_a_labels() -> None:
    account = emulator(**AT_ONCE)
    instance_id = bought(account)
    run(account, instance_id, domains=["bücher.example.com"], **ISSUED)
    assert account.world.instances[instance_id].form.names == ("xn--bcher-kva.example.com",)
    assert not run(account, instance_id, domains=["BÜCHER.example.com"]).plan.changed


def test_an_id_of_another_service_is_not_taken_for_other_names() -> None:
    account = emulator()
    instance_id = issued(account, "mail.example.org")
    failure = failure_of(lambda: run(account, instance_id), NotAllowed)
    assert "none of the names that were asked for" in failure.msg
    assert not writes(account)
    run(account, instance_id, force=True)
    assert account.world.instances[instance_id].form.names == (WWW,)


# In progress.


def test_an_application_in_progress_is_resumed() -> None:
    account = emulator()
    instance_id = calls.pending(account)
    done = run(account, instance_id)
    assert not done.plan.changed
    assert done.plan.facts["reason"].endswith("has an application in progress")
    account.turn(**AT_ONCE)
    assert after(run(account, instance_id, **ISSUED)).certificate
    assert applications(account) == 1


def test_an_application_in_progress_for_other_names_is_not_ours() -> None:
    account = emulator()
    instance_id = calls.pending(account, "b.example.com")
    assert "in progress for other names (b.example.com)" in refusal(lambda: run(account, instance_id))


@pytest.mark.parametrize(("own", "word"), [(True, "another key"), (False, "a key that the service makes")])
def test_an_application_in_progress_for_another_key_is_not_ours(own: bool, word: str) -> None:
    account = emulator()
    instance_id = bought(account)
    run(account, instance_id, **({"csr_content": csr(WWW)} if own else {}))
    said = refusal(lambda: run(account, instance_id, csr_content=csr(WWW, number=1)))
    assert f"in progress for {word}" in said
    assert applications(account) == 1


def test_tags_are_set_while_an_application_is_in_progress() -> None:
    account = emulator()
    instance_id = calls.pending(account)
    done = run(account, instance_id, tags={"env": "prod"}, wait_for="none")
    assert writes(account) == ["TagResources"]
    assert after(done).tags == (("env", "prod"),)


def test_a_refusal_ends_the_wait_at_once_with_the_reason() -> None:
    account = emulator(proof="at_once", ca_refuses=True, review_seconds=7.0)
    begun = account.world.now()
    failure = failure_of(lambda: run(account, bought(account), **ISSUED), StateNotReached)
    assert account.world.now() - begun < 60
    assert "was refused. The service says: 域名验证失败." in failure.msg
    assert failure.facts["instance"]["refusal"] == "域名验证失败"
    assert failure.facts["changed"] is True


@pytest.mark.parametrize("status", ["normal", "inactive"])
def test_a_refusal_without_a_word_ends_the_wait_too(status: str) -> None:
    account = emulator(proof="at_once", ca_refuses=True, review_seconds=7.0, refusal_text="", after_refusal=status)
    begun = account.world.now()
    said = refusal(lambda: run(account, bought(account), **ISSUED))
    assert account.world.now() - begun < 60
    assert "has ended without a certificate" in said
    assert "The service does not say why." in said


@pytest.mark.parametrize("stays", [True, False], ids=["stays pending", "ends"])
@pytest.mark.parametrize("wait_for", ["issued", "validation"])
def test_a_submission_that_failed_ends_the_wait(wait_for: str, stays: bool) -> None:
    account = emulator(submission_failure="contact not verified", failed_stays_pending=stays)
    begun = account.world.now()
    said = refusal(lambda: run(account, bought(account), wait_for=wait_for))
    assert account.world.now() - begun < 60
    assert "could not be submitted to the CA. The service says: contact not verified." in said
    assert ("state: cancelled" in said) is stays


def test_a_refused_reissue_keeps_the_certificate_and_says_why() -> None:
    account = emulator()
    instance_id = issued(account)
    account.advance(150 * DAY)
    account.turn(proof="at_once", ca_refuses=True)
    failure = failure_of(lambda: run(account, instance_id, **ISSUED), StateNotReached)
    assert "was refused" in failure.msg
    assert failure.facts["instance"]["certificate_status"] == "issued"
    assert "the last application was refused" in run(account, instance_id, check=True).plan.facts["reason"]


def test_a_list_that_vanishes_is_remembered_while_it_is_waited_for() -> None:
    account = emulator()
    looks = [0]

    def vanish(content: dict[str, Any]) -> None:
        looks[0] += bool(content.get("DomainValidationList"))
        if looks[0] > 1:
            content["DomainValidationList"] = []

    through = client(account, transport=edited(account, "GetInstanceDetail", vanish))
    failure = failure_of(
        lambda: run(account, bought(account), through=through, wait_timeout=120, **ISSUED), StateNotReached
    )
    assert "Publish TXT _dnsauth.www.example.com" in failure.msg


def test_a_wait_that_is_over_says_what_is_missing_and_can_be_resumed() -> None:
    account = emulator()
    instance_id = bought(account)
    said = refusal(lambda: run(account, instance_id, wait_timeout=60, **ISSUED))
    assert "The certificate was not issued after 60 s" in said
    assert "Run the task again to resume waiting" in said
    account.turn(**AT_ONCE)
    assert after(run(account, instance_id, **ISSUED)).certificate
    assert applications(account) == 1


def test_a_list_that_never_comes_is_told() -> None:
    account = emulator(validation_seconds=500.0)
    said = refusal(lambda: run(account, bought(account), wait_timeout=60))
    assert "The service did not show what to publish after 60 s" in said


# The subscription.


def ended(account: Emulator) -> str:
    instance_id = issued(account)
    account.happen("end", instance_id)
    return instance_id


@pytest.mark.parametrize("over", [ended, calls.closed])
def test_a_certificate_outlives_the_subscription_and_is_warned_of(over: Callable[[Emulator], str]) -> None:
    account = emulator()
    instance_id = over(account)
    done = run(account, instance_id)
    assert not done.plan.changed
    assert any("The subscription of instance" in each for each in done.warnings)


def test_settings_of_a_subscription_that_is_over_stay_and_tags_do_not() -> None:
    account = emulator()
    instance_id = ended(account)
    done = run(account, instance_id, auto_reissue=True, certificate_name="web", tags={"a": "b"})
    assert writes(account) == ["TagResources"]
    assert any(each.startswith("certificate_name and auto_reissue stay as they are") for each in done.warnings)


@pytest.mark.parametrize("over", [ended, calls.closed, calls.refunded])
def test_a_subscription_that_is_over_is_not_applied_for(over: Callable[[Emulator], str]) -> None:
    account = emulator()
    instance_id = over(account)
    account.advance(150 * DAY)
    failure = failure_of(lambda: run(account, instance_id), NotAllowed)
    assert failure.facts["subscription_over"] is True
    assert "its subscription is" in failure.msg
    assert not writes(account)


def test_a_subscription_that_ends_before_the_next_certificate_is_warned_of_in_time() -> None:
    account = emulator()
    instance_id = issued(account, months=6)
    assert run(account, instance_id, renew_before="5d").warnings == []
    account.advance(160 * DAY)
    (warning,) = run(account, instance_id, renew_before="5d").warnings
    assert "before its next certificate is applied for" in warning
    assert "Buy another instance" in warning


def test_an_expiring_subscription_still_serves() -> None:
    account = emulator()
    instance_id = calls.expiring(account)
    assert [step.action for step in run(account, instance_id).plan.steps] == [APPLY]


# What is not known.


@pytest.mark.parametrize("field", ["Status", "CertificateStatus"])
def test_words_that_are_not_known_are_acted_on_by_nobody(field: str) -> None:
    account = emulator()
    instance_id = issued(account)
    account.advance(150 * DAY)

    def strange(content: dict[str, Any]) -> None:
        content[field] = "migrating"

    through = client(account, transport=edited(account, "GetInstanceDetail", strange))
    said = refusal(lambda: run(account, instance_id, through=through))
    assert "a state unknown to this collection" in said
    assert "migrating" in said
    assert not writes(account)


def test_an_instance_that_does_not_exist_is_told() -> None:
    account = emulator()
    failure = failure_of(lambda: run(account, "cas-cn-nothing"), NotAllowed)
    assert "instance_id: instance cas-cn-nothing does not exist on this account" in failure.msg
    assert "region" in failure.msg


def test_an_instance_of_the_other_site_is_found_on_its_endpoint_only() -> None:
    account = emulator()
    instance_id = bought(account, site="international")
    assert "does not exist" in refusal(lambda: run(account, instance_id))
    abroad = client(account)
    abroad._url, abroad.host = "https://cas.ap-southeast-1.example", "cas.ap-southeast-1.example"
    assert after(run(account, instance_id, through=abroad)).status is Status.PENDING_VALIDATION


# What the service writes in other ways.


@pytest.mark.parametrize(
    "dials",
    [
        {"instance_ids": "text"},
        {"instance_times": "s"},
        {"instance_times": "long"},
        {"empty_lists": "null"},
        {"empty_lists": "absent"},
        {"empty_as": "null"},
        {"empty_as": "empty"},
        {"response_year": "2025"},
        {"contact_order": "kept"},
        {"province": "kept"},
        {"company_hidden": False},
        {"unset_result": ""},
        {"added_names": "none"},
        {"validation_list_seconds": 600.0},
        {"update_submits": True},
        {"chain": "reversed"},
        {"list_lag_seconds": 20.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("own", [True, False], ids=["own key", "their key"])
def test_the_forms_of_responses_make_no_difference(dials: dict[str, Any], own: bool) -> None:
    account = emulator(**AT_ONCE, **dials)
    instance_id = bought(account)
    options: dict[str, Any] = {
        "contact_ids": [str(CONTACT), str(OTHER_CONTACT)],
        "tags": {"env": "prod"},
        "certificate_name": "web",
        **({"csr_content": csr(WWW)} if own else {}),
    }
    done = run(account, instance_id, **options, **ISSUED)
    shown = after(done).public(client(account).clock.now())
    assert (shown["status"], shown["days_left"], shown["not_after"][:10]) == ("issued", 198, "2027-06-09")
    assert shown["certificate_id"] == str(account.world.instances[instance_id].certificates[0].number)
    before = len(writes(account))
    assert run(account, instance_id, **options).plan.steps == ()
    assert len(writes(account)) == before
    account.advance(150 * DAY)
    assert run(account, instance_id, **options, **ISSUED).plan.changed
    assert len(account.world.instances[instance_id].certificates) == 2
    assert applications(account) == 2


def test_several_names_with_a_csr_of_which_only_the_common_name_comes_back() -> None:
    account = emulator(**AT_ONCE, csr_sans=True)
    instance_id = bought(account, full=2)

    def common_name_only(content: dict[str, Any]) -> None:
        if content.get("Domain"):
            content["Domain"] = content["Domain"].split(",")[0]

    options: dict[str, Any] = {"csr_content": csr("a.example.com", "b.example.com")}

    def through() -> Any:
        return client(account, transport=edited(account, "GetInstanceDetail", common_name_only))

    done = run(account, instance_id, through=through(), **options, **ISSUED)
    assert set(after(done).certificate_domains) >= {"a.example.com", "b.example.com"}
    assert run(account, instance_id, through=through(), **options).plan.steps == ()


def test_a_response_of_another_instance_is_no_certificate_of_ours() -> None:
    account = emulator()
    instance_id = issued(account)

    def foreign(content: dict[str, Any]) -> None:
        content["InstanceId"] = "cas-cn-other"

    through = client(account, transport=edited(account, "GetUserCertificateDetail", foreign))
    done = run(account, instance_id, through=through)
    assert after(done).certificate is None
    assert (done.plan.changed, done.warnings) == (False, [])
    through = client(account, transport=edited(account, "GetUserCertificateDetail", foreign))
    (warning,) = run(account, instance_id, through=through, csr_content=csr(WWW)).warnings
    assert "whether it has the key of the CSR is unknown" in warning


def test_an_issued_certificate_that_cannot_be_read_is_no_success() -> None:
    account = emulator(**AT_ONCE)

    def foreign(content: dict[str, Any]) -> None:
        content["InstanceId"] = "cas-cn-other"

    through = client(account, transport=edited(account, "GetUserCertificateDetail", foreign))
    begun = account.world.now()
    failure = failure_of(lambda: run(account, bought(account), through=through, **ISSUED), StateNotReached)
    assert "does not give it yet" in failure.msg
    assert account.world.now() - begun < 300


def test_a_certificate_that_is_found_moments_after_its_id_is_waited_for() -> None:
    account = emulator(**AT_ONCE)
    account.inject(kind="code", code="NotFound", status=404, action="GetUserCertificateDetail", times=2)
    assert after(run(account, bought(account), **ISSUED)).certificate


def test_an_id_that_is_new_while_the_application_still_looks_open_is_success() -> None:
    """A run that begins then takes the new certificate for the old one, unless it looks at what it is good for."""
    account = emulator()
    instance_id = issued(account)
    account.advance(150 * DAY)
    run(account, instance_id, wait_for="none")
    account.happen("accept", instance_id)
    looks = [0]

    def late(content: dict[str, Any]) -> None:
        looks[0] += 1
        if looks[0] < 3:
            content["Status"] = "pending"

    through = client(account, transport=edited(account, "GetInstanceDetail", late))
    done = run(account, instance_id, through=through, **ISSUED)
    assert after(done).certificate
    assert after(done).not_after
    assert applications(account) == 2
    assert not done.plan.changed


# Protection.


def test_an_instance_that_cannot_be_changed_yet_is_waited_for() -> None:
    account = emulator(update_protection_seconds=60.0)
    instance_id = bought(account, age_days=0.0001)
    run(account, instance_id)
    assert applications(account) == 1


def test_protection_that_outlasts_the_task_is_told_and_nothing_is_applied_for() -> None:
    account = emulator(update_protection_seconds=600.0)
    instance_id = bought(account, age_days=0.0001)
    begun = account.world.now()
    failure = failure_of(lambda: run(account, instance_id, wait_timeout=30), ApiError)
    assert failure.facts["code"] == "InvalidStatus.UpdateProtection"
    assert failure.facts["changed"] is False
    assert account.world.now() - begun < 40
    assert applications(account) == 0


def test_protection_without_end_is_told_after_minutes() -> None:
    account = emulator(update_protection_seconds=9000.0)
    instance_id = bought(account, age_days=0.0001)
    begun = account.world.now()
    failure_of(lambda: run(account, instance_id), ApiError)
    assert 250 < account.world.now() - begun < 400


def test_reissues_that_the_service_refuses_are_told_with_its_words() -> None:
    account = emulator(reissue="none")
    instance_id = issued(account)
    account.advance(150 * DAY)
    failure = failure_of(lambda: run(account, instance_id), ApiError)
    assert failure.facts["code"] == "OperationDenied.StatusNotSupport"
    assert failure.facts["instance_id"] == instance_id
    assert "已签发的实例不能再次申请" in failure.msg


def test_check_mode_writes_nothing_and_tells_the_diff() -> None:
    account = emulator()
    done = run(account, bought(account), check=True, csr_content=csr(WWW), **ISSUED)
    assert not writes(account)
    assert [step.action for step in done.plan.steps] == [UPDATE, APPLY]
    assert "certificate_id: (known after apply)" in done.diff()["after"]
    assert "BEGIN" not in str(done.diff())
    assert set(reads(account)) == {"GetInstanceDetail"}


def test_what_was_issued_is_not_described_twice() -> None:
    account = emulator()
    detail(account, issued(account))
    assert not account.calls
