# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trials of the chain see what must not be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from tests.reliability.chain.trials import Problem, Trials
from tests.reliability.chain.workflows import WORKFLOWS, Workflow
from tests.support.chains import WWW, Killed, Shop
from tests.support.walked import CREATE

FIRST, RENEWAL = WORKFLOWS[0], WORKFLOWS[3]
APPLICATION = {"Domain": WWW, "ProductCode": "digicert-free-1-free", "ValidateType": "DNS"}


def lose_the_key(shop: Shop) -> None:
    FIRST.run(shop)
    (shop.home / "generations" / "1" / "privkey.pem").unlink()
    raise Killed()


def order_twice(shop: Shop) -> None:
    FIRST.run(shop)
    shop.account.call(CREATE, APPLICATION)


def leave_a_record(shop: Shop) -> object:
    added = {"DomainName": "example.com", "RR": "_dnsauth.www", "Type": "TXT", "Value": "left", "TTL": "600"}
    shop.account.call("AddDomainRecord", added)
    return FIRST.run(shop)


def stop_serving(shop: Shop) -> None:
    (shop.home / "current").unlink()
    raise Killed()


def break_for_good(shop: Shop) -> None:
    shop.reloads = False
    raise Killed()


def say_nothing(shop: Shop) -> None:
    raise Failure("")


def crash(shop: Shop) -> None:
    raise ZeroDivisionError


def delete_an_order(shop: Shop) -> None:
    shop.account.call(CREATE, APPLICATION)
    (number,) = shop.account.world.orders
    shop.account.reject(number)
    shop.account.call("DeleteCertificateRequest", {"OrderId": str(number)})
    raise Killed()


@pytest.mark.parametrize(
    ("workflow", "disturbed", "expected"),
    [
        (FIRST, lose_the_key, Problem.LOST),
        (FIRST, order_twice, Problem.DUPLICATE),
        (FIRST, leave_a_record, Problem.LEFT),
        (RENEWAL, stop_serving, Problem.OUTAGE),
        (FIRST, break_for_good, Problem.NOT_CONVERGED),
        (FIRST, say_nothing, Problem.UNCLEAR),
        (FIRST, crash, Problem.UNCLEAR),
        (FIRST, delete_an_order, Problem.BEYOND),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_problem_is_seen(
    tmp_path: Path, workflow: Workflow, disturbed: Callable[[Shop], object], expected: Problem
) -> None:
    trials = Trials(tmp_path / "trials")
    trials.attempt(workflow, workflow.shop(tmp_path / "before"), "on purpose", disturbed)
    assert trials.found[expected]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_an_undisturbed_task_has_none(tmp_path: Path, workflow: Workflow) -> None:
    trials = Trials(tmp_path / "trials")
    trials.attempt(workflow, workflow.shop(tmp_path / "before"), "undisturbed", workflow.run)
    assert {problem: found for problem, found in trials.found.items() if found} == {}
