# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosting, names, tags, contacts and companies of an instance."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption, NotAllowed
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import instance_calls as calls
from tests.support.client import client, csr, edited, emulator, reads, writes
from tests.support.instance_calls import APPLY, OTHER_CONTACT, UPDATE, bought, issued
from tests.support.instance_tasks import after, applications, failure_of, refusal, run

TAG, UNTAG = "TagResources", "UntagResources"


def hosted(account: Emulator, days: float = 0.0) -> str:
    instance_id = issued(account)
    calls.ask(account, UPDATE, InstanceId=instance_id, AutoReissue="enable")
    account.advance(days * DAY)
    return instance_id


# Hosting.


def test_hosting_is_switched_on_and_off() -> None:
    account = emulator()
    instance_id = issued(account)
    assert after(run(account, instance_id, auto_reissue=True)).auto_reissue is True
    assert not run(account, instance_id, auto_reissue=True).plan.changed
    assert not run(account, instance_id).plan.changed
    assert after(run(account, instance_id, auto_reissue=False)).auto_reissue is False
    assert writes(account) == [UPDATE, UPDATE]


def test_the_quota_is_read_before_hosting_is_switched_on_and_only_then() -> None:
    account = emulator()
    instance_id = issued(account)
    run(account, instance_id, auto_reissue=True)
    assert reads(account).count("GetInstanceSummary") == 1
    run(account, instance_id, auto_reissue=True)
    run(account, instance_id, auto_reissue=False)
    assert reads(account).count("GetInstanceSummary") == 1


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("make", [issued, bought])
def test_hosting_without_quota_is_refused_before_anything_is_written(make: Any, check: bool) -> None:
    account = emulator(managed_quota=0, hosting_unbought="taken")
    instance_id = make(account)
    failure = failure_of(lambda: run(account, instance_id, check=check, auto_reissue=True), NotAllowed)
    assert failure.msg.startswith("auto_reissue: the account has no quota for hosting left")
    assert failure.facts["quota"] == {"auto_reissues": 0}
    assert not writes(account)


def test_a_quota_that_may_not_be_read_is_left_to_the_service() -> None:
    account = emulator(denied=("GetInstanceSummary",))
    instance_id = issued(account)
    done = run(account, instance_id, auto_reissue=True)
    assert any("The quota was not checked" in each for each in done.warnings)
    assert after(done).auto_reissue is True


def test_hosting_that_is_not_told_is_no_difference() -> None:
    account = emulator()
    instance_id = hosted(account)

    def hidden(content: dict[str, Any]) -> None:
        content.pop("AutoReissue", None)

    through = client(account, transport=edited(account, "GetInstanceDetail", hidden))
    assert not run(account, instance_id, auto_reissue=True, through=through).plan.changed
    assert "GetInstanceSummary" not in reads(account)


def test_what_hosting_will_reissue_is_not_applied_for() -> None:
    account = emulator()
    instance_id = hosted(account, 150)
    done = run(account, instance_id)
    assert (done.plan.steps, done.plan.facts["due"]) == ((), True)
    assert done.plan.facts["reason"].endswith("; hosting reissues it, so nothing is applied for")
    assert not done.warnings


def test_what_hosting_reissued_is_taken() -> None:
    account = emulator()
    instance_id = hosted(account, 175)
    account.happen("host", instance_id)
    done = run(account, instance_id)
    assert not done.plan.changed
    assert after(done).certificate_id == str(account.world.instances[instance_id].certificates[1].number)
    assert done.plan.facts["due"] is False


def test_hosting_that_is_late_is_warned_of() -> None:
    account = emulator()
    instance_id = hosted(account, 190)
    (warning,) = run(account, instance_id).warnings
    assert "Hosting has not reissued the certificate" in warning
    assert "which expires in 9 days" in warning
    assert "reuse_hosted: false" in warning


def test_the_lateness_is_a_share_of_a_short_lifetime() -> None:
    account = emulator(lifetime_days=47.0)
    instance_id = hosted(account, 37)
    assert run(account, instance_id).warnings == []
    account.advance(4 * DAY)
    assert len(run(account, instance_id).warnings) == 1


@pytest.mark.parametrize("more", [{"reuse_hosted": False}, {"force": True}], ids=str)
def test_a_user_may_apply_beside_hosting(more: dict[str, bool]) -> None:
    account = emulator()
    assert run(account, hosted(account, 150), **more).plan.changed
    assert writes(account) == [APPLY]


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_what_hosting_let_die_is_applied_for(end: str) -> None:
    account = emulator()
    instance_id = hosted(account, 200 if end == "expired" else 0)
    if end == "revoked":
        calls.ask(account, calls.REVOKE, InstanceId=instance_id)
    run(account, instance_id)
    assert writes(account) == [APPLY]


def test_hosting_is_switched_on_for_what_is_due_and_nothing_is_applied_for() -> None:
    account = emulator()
    instance_id = issued(account)
    account.advance(150 * DAY)
    run(account, instance_id, auto_reissue=True)
    assert writes(account) == [UPDATE, APPLY]


def test_other_names_are_applied_for_although_hosted() -> None:
    account = emulator()
    instance_id = issued(account, "a.example.com", full=2)
    calls.ask(account, UPDATE, InstanceId=instance_id, AutoReissue="enable")
    run(account, instance_id, domains=["a.example.com", "b.example.com"])
    assert applications(account) == 2


# The name of the certificate.


def test_a_name_is_written_at_once_and_once() -> None:
    account = emulator(empty_as="empty")
    instance_id = issued(account)
    for _each in range(2):
        run(account, instance_id, certificate_name="web")
    assert writes(account) == [UPDATE]
    assert account.world.instances[instance_id].form.label == "web"


def test_a_name_that_is_not_told_goes_with_the_next_application() -> None:
    account = emulator()
    instance_id = issued(account)
    assert not run(account, instance_id, certificate_name="web").plan.changed
    account.advance(150 * DAY)
    run(account, instance_id, certificate_name="web")
    assert account.world.instances[instance_id].form.label == "web"
    assert writes(account) == [UPDATE, APPLY]


def test_an_update_that_applies_unasked_is_warned_of() -> None:
    account = emulator(empty_as="empty")
    instance_id = issued(account)
    account.turn(update_submits=True)
    done = run(account, instance_id, certificate_name="web", wait_for="none")
    assert any("made the service apply for another certificate" in each for each in done.warnings)


# Tags.


def test_tags_are_added_and_others_stay() -> None:
    account = emulator()
    instance_id = issued(account)
    run(account, instance_id, tags={"a": "1", "b": ""})
    done = run(account, instance_id, tags={"b": "2"})
    assert after(done).tags == (("a", "1"), ("b", "2"))
    assert not run(account, instance_id, tags={"b": "2"}).plan.changed
    assert writes(account) == [TAG, TAG]


def test_tags_are_removed_where_that_is_asked_for() -> None:
    account = emulator()
    instance_id = issued(account)
    run(account, instance_id, tags={"a": "1", "b": "2"})
    done = run(account, instance_id, tags={"b": "3", "c": "4"}, purge_tags=True)
    assert [step.action for step in done.plan.steps] == [UNTAG, TAG]
    assert after(done).tags == (("b", "3"), ("c", "4"))
    assert after(run(account, instance_id, tags={}, purge_tags=True)).tags == ()
    assert writes(account) == [TAG, UNTAG, TAG, UNTAG]


@pytest.mark.parametrize("form", ["empty", "null", "absent"])
def test_no_tags_are_no_tags_however_they_are_told(form: str) -> None:
    account = emulator(empty_lists=form)
    instance_id = issued(account)
    assert not run(account, instance_id, tags={}, purge_tags=True).plan.changed
    assert run(account, instance_id, tags={"a": "1"}).plan.changed
    assert not run(account, instance_id, tags={"a": "1"}).plan.changed


# Contacts and companies.


def test_a_contact_is_found_by_its_exact_name() -> None:
    account = emulator()
    account.world.people = account.world.people
    instance_id = bought(account)
    run(account, instance_id, contact="Security")
    assert account.world.instances[instance_id].form.contacts == (OTHER_CONTACT,)
    assert reads(account).count("ListContact") == 1


@pytest.mark.parametrize("name", ["security", "Secur", "Nobody"])
def test_a_contact_that_is_not_there_is_refused(name: str) -> None:
    account = emulator()
    failure = failure_of(lambda: run(account, bought(account), contact=name), InvalidOption)
    assert failure.msg == f"contact: {name}: the account has no contact with just this name. Nothing was done."
    assert not writes(account)


def test_two_contacts_of_one_name_are_refused_with_their_ids() -> None:
    from playbooks.files.emulator.instances.people import added_contact

    account = emulator()
    account.world.people = added_contact(account.world.people, {"name": "Security"})
    said = refusal(lambda: run(account, bought(account), contact="Security"))
    assert "contact: Security: 2 have this name (IDs 2604552, 2604553); give contact_ids." in said
    assert not writes(account)


def test_two_companies_of_one_name_are_refused_with_their_ids() -> None:
    from playbooks.files.emulator.instances.people import added_company

    account = emulator()
    account.world.people = added_company(account.world.people, {"name": "Example Ltd."})
    said = refusal(lambda: run(account, bought(account, spec="ss.ov.f"), company="Example Ltd."))
    assert "company: Example Ltd.: 2 have this name (IDs 1350001, 1350002); give company_id." in said


@pytest.mark.parametrize("check", [True, False])
def test_a_first_application_needs_a_contact(check: bool) -> None:
    account = emulator()
    instance_id = bought(account)
    said = refusal(lambda: run(account, instance_id, check=check, contact_ids=None))
    assert said.startswith(f"contact_ids: Instance {instance_id} has no contact yet, and an application needs one.")
    assert not writes(account)


def test_a_later_application_uses_the_contact_of_the_instance() -> None:
    account = emulator()
    instance_id = issued(account)
    account.advance(150 * DAY)
    run(account, instance_id, contact_ids=None)
    assert writes(account) == [APPLY]


@pytest.mark.parametrize("spec", ["ss.ov.f", "ss.ev.f"])
def test_a_company_is_needed_where_one_is_verified(spec: str) -> None:
    account = emulator()
    said = refusal(lambda: run(account, bought(account, spec=spec)))
    assert "which are issued to a company" in said
    assert not writes(account)
    instance_id = bought(account, spec=spec)
    run(account, instance_id, company_id="1350001")
    assert account.world.instances[instance_id].form.company == 1350001


def test_a_company_is_not_needed_for_dv() -> None:
    account = emulator()
    run(account, bought(account))
    assert applications(account) == 1


def test_a_contact_is_looked_up_only_where_an_application_is_sent() -> None:
    account = emulator()
    run(account, issued(account), contact="Security")
    assert "ListContact" not in reads(account)


@pytest.mark.parametrize("more", [{"contact_ids": ["99"]}, {"company_id": "99"}], ids=str)
def test_ids_that_the_account_does_not_have_are_refused_by_the_service(more: dict[str, Any]) -> None:
    account = emulator()
    failure = failure_of(lambda: run(account, bought(account), **more))
    assert failure.facts["code"] == "NotFound"
    assert failure.facts["action"] == UPDATE
    assert applications(account) == 0


def test_names_that_do_not_fit_are_refused_before_anything_is_written() -> None:
    account = emulator()
    instance_id = bought(account)
    said = refusal(lambda: run(account, instance_id, domains=["*.example.com"]))
    assert said.startswith(f"domains: 1 wildcard was given, and instance {instance_id} (geo.dv.f) holds 1 single name.")
    assert not writes(account)


def test_names_that_the_brand_does_not_mix_are_refused_by_the_service() -> None:
    account = emulator()
    instance_id = bought(account, spec="ali.dv.f", full=1, wildcard=1)
    failure = failure_of(lambda: run(account, instance_id, domains=["a.example.com", "*.example.org"]))
    assert failure.facts["code"] == "DomainAndProductNotMatch"
    assert applications(account) == 0


def test_a_key_of_the_services_comes_back_after_a_csr() -> None:
    account = emulator()
    instance_id = bought(account)
    run(account, instance_id, state="configured", csr_content=csr("www.example.com"))
    run(account, instance_id, key_algorithm="ECC_256")
    form = account.world.instances[instance_id].form
    assert (form.csr, form.algorithm) == ("", "ECC_256")
