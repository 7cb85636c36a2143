# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What accounts with orders note, and what must not have become of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.reliability.exactly_once.accounts import NAME, SharedKeys
from tests.reliability.exactly_once.cases import Call, Case
from tests.reliability.exactly_once.faults import NONE
from tests.reliability.orders.accounts import FREE, OrderAccount, OrderFacts, open_account
from tests.reliability.orders.workflows import WORKFLOWS

KEYS = SharedKeys()
BY_NAME = {workflow.name: workflow for workflow in WORKFLOWS}


def opened(name: str, lag: float = 0.0) -> OrderAccount:
    account = open_account(KEYS, Case("case-0", BY_NAME[name], NONE, "direct", Call(0, "", False), lag)).account
    assert isinstance(account, OrderAccount)
    return account


def done(name: str) -> tuple[OrderFacts, dict[str, Any]]:
    """What a workflow leaves that does just what it is for, and its result."""
    account, workflow = opened(name), BY_NAME[name]
    target = {account.target} - {None} if not workflow.makes else set()
    made = [account.first] if workflow.makes else []
    facts = OrderFacts(
        workflow,
        account.target,
        made,
        target if workflow.withdraws else set(),
        target if workflow.deletes else set(),
        target if workflow.revokes else set(),
    )
    return facts, {"order": {"order_id": str(made[0])} if made else None}


def test_an_account_notes_what_no_list_shows() -> None:
    account = opened("create", lag=20.0)
    account.handle("POST", "/", {})
    account.call("CreateCertificateForPackageRequest", {"Domain": NAME, "ProductCode": FREE, "ValidateType": "DNS"})
    account.end_run()
    account.handle("POST", "/", {})
    assert account.unseen == [False, True]


@pytest.mark.parametrize("workflow", BY_NAME)
def test_a_workflow_that_is_done_is_done_and_no_more(workflow: str) -> None:
    facts, result = done(workflow)
    assert (list(facts.beyond()), facts.missing(result)) == ([], "")


@pytest.mark.parametrize("workflow", BY_NAME)
def test_a_workflow_that_did_nothing_is_not_done(workflow: str) -> None:
    assert opened(workflow).facts().missing({"order": None})


@pytest.mark.parametrize(
    ("spoil", "twice"),
    [
        (lambda facts: facts.made.append(7), True),
        (lambda facts: facts.revoked.add(7), False),
        (lambda facts: facts.deleted.update(facts.made), False),
    ],
    ids=["duplicate", "another one", "its own"],
)
def test_what_is_done_beyond_is_seen(spoil: Callable[[OrderFacts], None], twice: bool) -> None:
    facts, _result = done("create")
    spoil(facts)
    assert [kind for kind, _why in facts.beyond()] == [twice]


def test_a_result_that_shows_another_order_is_seen() -> None:
    facts, _result = done("create")
    assert facts.missing({"order": {"order_id": "1"}}) == "it shows order 1"
