# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts on orders see everything that goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.emulator.core.log import Logged
from tests.reliability.orders.accounts import Facts, SharedKeys, open_account
from tests.reliability.orders.batches import Trial
from tests.reliability.orders.cases import FAULTS, WORKFLOWS, Call, Case
from tests.reliability.orders.plays import CHECK, FIRST, NEXT, TaskResult
from tests.reliability.orders.verdicts import Problem, how_it_ended, is_blind, judge

KEYS = SharedKeys()
CREATE, LIST = "CreateCertificateForPackageRequest", "ListUserCertificateOrder"
BY_NAME = {workflow.name: workflow for workflow in WORKFLOWS}


def result(failed: bool = False, **content: Any) -> TaskResult:
    return TaskResult(1.0, failed, content)


def logged(action: str = CREATE, fault: str | None = "answer_lost") -> Logged:
    return Logged(action, "OK" if fault is None else fault, 0, None, "", action == CREATE, fault)


def good(name: str = "create") -> Trial:
    """A case that went as it should."""
    workflow = BY_NAME[name]
    case = Case("case-0", workflow, FAULTS[1], "direct", Call(1, CREATE, True))
    trial = Trial(case, open_account(KEYS, workflow.prepare))
    trial.account.calls = trial.calls = [logged(LIST, None), logged()]
    target = {trial.opened.target} if trial.opened.target and not workflow.makes else set()
    made = [trial.account.first] if workflow.makes else []
    facts = Facts(
        made,
        target if workflow.withdraws else set(),
        target if workflow.deletes else set(),
        target if workflow.revokes else set(),
    )
    trial.facts = [facts, facts]
    order = {"order_id": str(made[0])} if made else None
    trial.results = {name: result(order=order, plan=[], changed=False) for name in (FIRST, NEXT, CHECK)}
    return trial


@pytest.mark.parametrize("workflow", BY_NAME)
def test_a_case_without_a_problem(workflow: str) -> None:
    assert judge(good(workflow)) == []


def _duplicate(trial: Trial) -> None:
    trial.facts[1] = replace(trial.facts[1], made=[*trial.facts[1].made, 7])


def _bystander(trial: Trial) -> None:
    trial.facts[1].revoked.add(min(trial.opened.bystanders))


def _own_deleted(trial: Trial) -> None:
    trial.facts[1].deleted.update(trial.facts[1].made)


def _next_fails(trial: Trial) -> None:
    trial.results[NEXT] = result(True, msg="no")


def _other_order(trial: Trial) -> None:
    trial.results[NEXT] = result(order={"order_id": "1"})


def _plans(trial: Trial) -> None:
    trial.results[CHECK] = result(plan=[{"action": CREATE}], changed=True)


def _no_result(trial: Trial) -> None:
    del trial.results[FIRST]


def _no_message(trial: Trial) -> None:
    trial.results[FIRST] = result(True, outcome="unknown")


def _no_doubt(trial: Trial) -> None:
    trial.results[FIRST] = result(True, msg="no")


def _crash(trial: Trial) -> None:
    trial.results[FIRST] = result(
        True, msg="Unexpected error (KeyError). This is a bug in certops.alicloud.", outcome="unknown"
    )


def _late(trial: Trial) -> None:
    trial.results[FIRST] = replace(trial.results[FIRST], seconds=1000.0)


def _overrun(trial: Trial) -> None:
    trial.overrun = True


def _missed(trial: Trial) -> None:
    trial.account.calls = trial.calls = [logged(LIST)]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (_duplicate, Problem.DUPLICATE),
        (_bystander, Problem.BEYOND),
        (_own_deleted, Problem.BEYOND),
        (_next_fails, Problem.NOT_CONVERGED),
        (_other_order, Problem.NOT_CONVERGED),
        (_plans, Problem.NOT_SETTLED),
        (_no_result, Problem.UNCLEAR),
        (_no_message, Problem.UNCLEAR),
        (_no_doubt, Problem.UNCLEAR),
        (_crash, Problem.TRACEBACK),
        (_late, Problem.LATE),
        (_overrun, Problem.LATE),
        (_missed, Problem.MISSED),
    ],
)
def test_each_problem_is_seen(spoil: Callable[[Trial], None], problem: Problem) -> None:
    trial = good()
    spoil(trial)
    assert [kind for kind, _why in judge(trial)] == [problem]


def test_an_unknown_outcome_is_a_clear_failure() -> None:
    trial = good()
    trial.results[FIRST] = result(True, msg="Perhaps.", outcome="unknown")
    assert (judge(trial), how_it_ended(trial)) == ([], "unknown")


@pytest.mark.parametrize(
    ("fault", "in_doubt"), [("answer_lost", True), ("slow", True), ("html", True), ("throttled", False), (None, False)]
)
def test_only_a_write_that_may_have_happened_leaves_doubt(fault: str | None, in_doubt: bool) -> None:
    trial = good()
    trial.account.calls = trial.calls = [logged(LIST, "slow"), logged(fault=fault)]
    trial.results[FIRST] = result(True, msg="no")
    kinds = [kind for kind, _why in judge(trial)]
    assert (Problem.UNCLEAR in kinds) is in_doubt


def test_a_second_run_is_blind_when_it_begins_before_the_service_shows_the_order() -> None:
    trial = good()
    trial.account.unseen = [False, True]
    assert is_blind(trial)
    trial.account.unseen = [False, False]
    assert not is_blind(trial)
