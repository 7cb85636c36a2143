# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What accounts with instances note, and what must not have become of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reliability.exactly_once.accounts import NAME, SharedKeys
from tests.reliability.exactly_once.cases import Call, Case
from tests.reliability.exactly_once.faults import NONE
from tests.reliability.instances.accounts import ISSUED_BESIDE, InstanceAccount, open_account
from tests.reliability.instances.workflows import WORKFLOWS
from tests.support.certificates import csr_pem, new_key

KEYS = SharedKeys()
FIRST, POOL, REISSUE = "first issue", "first issue from a pool", "reissue"
BY_NAME = {workflow.name: workflow for workflow in WORKFLOWS}
CONTACT = {"ContactIdList.1": "2604551"}
TAGGED = {"RegionId": "cn-hangzhou", "ResourceType": "instance"}


def opened(name: str, lag: float = 0.0) -> InstanceAccount:
    account = open_account(KEYS, Case("case-0", BY_NAME[name], NONE, "direct", Call(0, "", False), lag)).account
    assert isinstance(account, InstanceAccount)
    return account


def issue(account: InstanceAccount, instance_id: str, csr: str = KEYS.csr) -> None:
    """Apply for a certificate, and let time pass until it is issued."""
    account.call("UpdateInstance", {"InstanceId": instance_id, "GenerateCsrMethod": "upload", "Csr": csr, **CONTACT})
    account.call("ApplyCertificate", {"InstanceId": instance_id})
    account.advance(10)


def own(account: InstanceAccount) -> str:
    return account.target or min(account.unused)


def beside(account: InstanceAccount) -> str:
    return next(key for key, was in account.before.items() if was.form.names == (ISSUED_BESIDE,))


def do(account: InstanceAccount, name: str) -> None:
    """Do what a workflow is for, and nothing else."""
    instance_id = own(account)
    resource = {**TAGGED, "ResourceId.1": instance_id}
    calls: dict[str, list[tuple[str, dict[str, str]]]] = {
        "withdraw": [("CancelPendingCertificate", {})],
        "revoke": [("RevokeCertificate", {})],
        "refund": [("RefundInstance", {})],
        "tags": [
            ("UntagResources", {**resource, "TagKey.1": "old"}),
            ("TagResources", {**resource, "Tag.1.Key": "env", "Tag.1.Value": "prod"}),
        ],
        "hosting": [("UpdateInstance", {"AutoReissue": "enable"})],
    }
    if name not in calls:
        issue(account, instance_id)
    for action, parameters in calls.get(name, []):
        account.call(action, {"InstanceId": instance_id, **parameters})


def shown(account: InstanceAccount) -> dict[str, Any]:
    """The result of a task that tells the truth."""
    newest = account.world.instances[own(account)].newest
    return {"instance": {"instance_id": own(account), "certificate_id": str(newest.number) if newest else None}}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_workflow_that_is_done_is_done_and_no_more(name: str) -> None:
    account = opened(name)
    do(account, name)
    facts = account.facts()
    assert (list(facts.beyond()), facts.missing(shown(account))) == ([], "")


@pytest.mark.parametrize("name", BY_NAME)
def test_a_workflow_that_did_nothing_is_not_done(name: str) -> None:
    account = opened(name)
    facts = account.facts()
    assert list(facts.beyond()) == []
    assert facts.missing(shown(account))


@pytest.mark.parametrize("name", BY_NAME)
def test_what_only_time_does_is_not_beyond(name: str) -> None:
    account = opened(name)
    account.advance(100)
    assert list(account.facts().beyond()) == []


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("UpdateInstance", {"ValidationMethod": "HTTP"}),
        ("UpdateInstance", {"AutoReissue": "enable"}),
        ("RevokeCertificate", {}),
        ("TagResources", {**TAGGED, "Tag.1.Key": "env", "Tag.1.Value": "prod"}),
    ],
)
def test_a_change_of_another_instance_is_beyond(action: str, parameters: dict[str, str]) -> None:
    account = opened("tags")
    do(account, "tags")
    other = beside(account)
    account.call(action, {"InstanceId": other, "ResourceId.1": other, **parameters})
    assert [twice for twice, _why in account.facts().beyond()] == [False]


def test_what_a_task_is_not_for_is_beyond_for_its_own_instance_too() -> None:
    account = opened(REISSUE)
    do(account, REISSUE)
    account.call("RevokeCertificate", {"InstanceId": own(account)})
    assert [why for _twice, why in account.facts().beyond()] == [f"revoked of {own(account)} changed"]


def test_a_second_application_is_one_too_many() -> None:
    account = opened(REISSUE)
    issue(account, own(account))
    issue(account, own(account))
    assert [twice for twice, _why in account.facts().beyond()] == [True]


def test_a_second_instance_of_the_pool_is_one_too_many() -> None:
    account = opened(POOL)
    first, second = sorted(account.unused)
    issue(account, first)
    account.call("UpdateInstance", {"InstanceId": second, "Domain": NAME})
    assert [twice for twice, _why in account.facts().beyond()] == [True]


def test_a_certificate_for_another_key_is_not_the_one() -> None:
    account = opened(FIRST)
    issue(account, own(account), csr_pem(new_key(), NAME))
    assert account.facts().missing(shown(account)) == "there is no certificate for the key of the CSR"


@pytest.mark.parametrize("told", [{"instance_id": "cas-cn-1"}, {"certificate_id": "1"}])
def test_a_result_that_shows_something_else_is_seen(told: dict[str, str]) -> None:
    account = opened(FIRST)
    issue(account, own(account))
    assert account.facts().missing({"instance": {**shown(account)["instance"], **told}})


def test_an_account_notes_what_does_not_show_yet() -> None:
    account = opened(FIRST, lag=20.0)
    account.handle("POST", "/", {})
    instance_id = own(account)
    account.call("UpdateInstance", {"InstanceId": instance_id, "Domain": NAME, **CONTACT})
    account.call("ApplyCertificate", {"InstanceId": instance_id})
    account.end_run()
    account.handle("POST", "/", {})
    assert account.unseen == [False, True]
