# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly one order, whatever goes wrong with one call of a task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.emulator.core.log import Logged
from tests.reliability.support.figures import Figures

from .accounts import SharedKeys
from .batches import Trial, run_cases
from .cases import FAULTS, NONE, WAYS, WORKFLOWS, Call, Calls, clean, every_case, few_cases
from .plays import FIRST
from .verdicts import Problem, how_it_ended, is_blind, judge

pytestmark = pytest.mark.reliability("Exactly one order")

BY_WAY = tuple(f"cases, {way}" for way in WAYS)
ENDS = {
    "succeeded": "continued and succeeded",
    "failed": "failed",
    "unknown": "failed, `outcome: unknown`",
    "killed": "killed",
}


@pytest.fixture(scope="module")
def trials(directory: Path, short: bool, seed: int, figures: Figures) -> list[Trial]:
    """All cases, each with its three runs."""
    keys = SharedKeys()
    calls = _calls(run_cases(directory / "clean", keys, [clean(workflow) for workflow in WORKFLOWS], only_first=True))
    found = run_cases(directory / "cases", keys, (few_cases if short else every_case)(calls, seed))
    figures.tried("cases, three runs each", len(found))
    figures.tried("of these, with lists that lag", sum(bool(each.case.lag) for each in found))
    blind = "of these, second runs that began before the service showed what the first had done"
    figures.record(blind, sum(map(is_blind, found)))
    _record_operations(found, figures)
    _record_faults(found, figures)
    return found


def _calls(trials: Sequence[Trial]) -> Calls:
    """The calls of each workflow in a clean run."""
    for each in trials:
        first = each.results.get(FIRST)
        assert first and not first.failed, f"{each.case.workflow.name} does not work without a fault: {first}"
    return {each.case.workflow.name: _places(each.calls) for each in trials}


def _places(calls: Sequence[Logged]) -> list[Call]:
    before: Counter[str] = Counter()
    found: list[Call] = []
    for place, call in enumerate(calls):
        found.append(Call(place, call.action, call.write, before[call.action]))
        before[call.action] += 1
    return found


def _record_operations(trials: Sequence[Trial], figures: Figures) -> None:
    numbers = Counter((each.case.workflow.name, each.case.call.action, each.case.way) for each in trials)
    for workflow, action in sorted({key[:2] for key in numbers}):
        by_way = [numbers[workflow, action, way] for way in WAYS]
        figures.row(("workflow", "operation", *BY_WAY), workflow, f"`{action}`", *by_way)


def _record_faults(trials: Sequence[Trial], figures: Figures) -> None:
    for fault in (*FAULTS, NONE):
        same = [each for each in trials if each.case.fault.name == fault.name]
        ways = Counter(each.case.way for each in same)
        ends = Counter(how_it_ended(each) for each in same)
        cells = [*(ways[way] for way in WAYS), *(ends[end] or "" for end in ENDS)]
        figures.row(("fault", *BY_WAY, *ENDS.values()), fault.name, *cells)


@pytest.mark.parametrize("problem", Problem, ids=lambda problem: problem.name)
def test_there_are_none(trials: list[Trial], figures: Figures, problem: Problem) -> None:
    figures.none(problem.value, [why for each in trials for kind, why in judge(each) if kind is problem])
