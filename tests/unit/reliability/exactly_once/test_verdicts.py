# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts see everything that goes wrong, whatever a case is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from playbooks.files.emulator.core.log import Logged
from playbooks.files.emulator.core.world import World
from tests.reliability.exactly_once.accounts import Account, Opened
from tests.reliability.exactly_once.batches import Trial
from tests.reliability.exactly_once.cases import Call, Case, Workflow
from tests.reliability.exactly_once.faults import FAULTS
from tests.reliability.exactly_once.plays import CHECK, FIRST, NEXT, TaskResult
from tests.reliability.exactly_once.subject import Problem
from tests.reliability.exactly_once.verdicts import how_it_ended, is_blind, judge, was_too_slow

CREATE, LIST = "CreateCertificateForPackageRequest", "ListUserCertificateOrder"


@dataclass(frozen=True)
class Told:
    """Facts as they are told."""

    wrong: tuple[tuple[bool, str], ...] = ()
    lacks: str = ""

    def beyond(self) -> Iterator[tuple[bool, str]]:
        yield from self.wrong

    def missing(self, _result: Mapping[str, Any]) -> str:
        return self.lacks


class PlainAccount(Account):
    def facts(self) -> Told:
        return Told()


def result(failed: bool = False, **content: Any) -> TaskResult:
    return TaskResult(1.0, failed, content)


def logged(action: str = CREATE, fault: str | None = "answer_lost") -> Logged:
    return Logged(action, "OK" if fault is None else fault, 0, None, "", action == CREATE, fault)


def good() -> Trial:
    """A case that went as it should."""
    case = Case("case-0", Workflow("create", "module", {}), FAULTS[1], "direct", Call(1, CREATE, True))
    trial = Trial(case, Opened(PlainAccount(World(frozen=True))))
    trial.account.calls = trial.calls = [logged(LIST, None), logged()]
    trial.facts = [Told(), Told()]
    trial.results = {name: result(plan=[], changed=False) for name in (FIRST, NEXT, CHECK)}
    return trial


def test_a_case_without_a_problem() -> None:
    assert judge(good()) == []


def _duplicate(trial: Trial) -> None:
    trial.facts[1] = Told(((True, "2 were made"),))


def _bystander(trial: Trial) -> None:
    trial.facts[1] = Told(((False, "another one was revoked"),))


def _not_made(trial: Trial) -> None:
    trial.facts[0] = Told(lacks="it is not there")


def _next_fails(trial: Trial) -> None:
    trial.results[NEXT] = result(True, msg="no")


def _another(trial: Trial) -> None:
    trial.facts[1] = Told(lacks="it shows another one")


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
        (_not_made, Problem.UNCLEAR),
        (_next_fails, Problem.NOT_CONVERGED),
        (_another, Problem.NOT_CONVERGED),
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


def _not_killed(trial: Trial) -> None:
    trial.case = replace(trial.case, fault=next(fault for fault in FAULTS if fault.kills))


NO_RESPONSE = "GetInstanceDetail: No response came within 3 s (request_timeout)."


@pytest.mark.parametrize(
    ("spoil", "slow"),
    [
        (lambda trial: None, False),
        (_late, True),
        (_next_fails, False),
        (lambda trial: trial.results.update({NEXT: result(True, msg=NO_RESPONSE)}), True),
        (lambda trial: trial.results.update({FIRST: result(True, msg=NO_RESPONSE)}), True),
        (_missed, False),
        (_not_killed, True),
        (lambda trial: (_late(trial), _duplicate(trial)), False),
        (lambda trial: (_late(trial), _crash(trial)), False),
    ],
    ids=[
        "good",
        "late",
        "failed",
        "no response",
        "no response in the first run",
        "missed",
        "not killed",
        "duplicate",
        "crash",
    ],
)
def test_only_slowness_is_excused_by_a_slow_machine(spoil: Callable[[Trial], object], slow: bool) -> None:
    trial = good()
    spoil(trial)
    assert was_too_slow(trial) is slow


def test_a_second_run_is_blind_when_it_begins_before_the_service_shows_the_order() -> None:
    trial = good()
    trial.account.unseen = [False, True]
    assert is_blind(trial)
    trial.account.unseen = [False, False]
    assert not is_blind(trial)
