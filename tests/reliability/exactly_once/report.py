# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All cases of a subject, and their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from playbooks.files.emulator.core.log import Logged
from tests.reliability.support.figures import Figures

from .batches import Place, Trial, run_cases
from .cases import WAYS, Call, Calls, clean, every_case
from .faults import FAULTS, NONE
from .plays import FIRST
from .subject import Problem, Subject
from .verdicts import how_it_ended, is_blind, judge, was_too_slow

# How often cases are repeated for which the machine was too slow.
_REPEATS = 3
BY_WAY = tuple(f"cases, {way}" for way in WAYS)
ENDS = {
    "succeeded": "continued and succeeded",
    "failed": "failed",
    "unknown": "failed, `outcome: unknown`",
    "killed": "killed",
}


def try_everything(place: Place, short: bool, seed: int, figures: Figures) -> list[Trial]:
    """All cases, each with its three runs, or a few of them."""
    workflows = place.subject.workflows
    first = replace(place, directory=place.directory / "clean")
    calls = _calls(run_cases(first, clean(workflows), only_first=True))
    cases = (place.subject.few if short else every_case)(workflows, calls, seed)
    figures.tried("cases, three runs each", len(cases))
    found = _with_time(place, run_cases(replace(place, directory=place.directory / "cases"), cases), figures)
    _record(found, figures)
    _record_operations(found, figures)
    _record_faults(found, figures)
    return found


def _with_time(place: Place, trials: Sequence[Trial], figures: Figures) -> list[Trial]:
    """The trials; those for which the machine was too slow again. What a slow machine does not explain stays."""
    in_time, slow = _by_slowness(trials)
    for number in range(_REPEATS):
        if not slow:
            break
        figures.record("repetitions of cases for which the machine had been too slow", len(slow))
        again = run_cases(replace(place, directory=place.directory / f"again-{number}"), [each.case for each in slow])
        better, slow = _by_slowness(again)
        in_time += better
    return in_time + slow


def _by_slowness(trials: Sequence[Trial]) -> tuple[list[Trial], list[Trial]]:
    in_time, slow = list[Trial](), list[Trial]()
    for each in trials:
        (slow if was_too_slow(each) else in_time).append(each)
    return in_time, slow


def _calls(trials: Sequence[Trial]) -> Calls:
    """The calls of each workflow in a clean run."""
    for each in trials:
        first = each.results.get(FIRST)
        assert first and not first.failed, f"{each.case.workflow.name} does not work without a fault: {first}"
        missing = each.facts[0].missing(first.result)
        assert not missing, f"{each.case.workflow.name} does not do its work without a fault: {missing}"
    return {each.case.workflow.name: _places(each.calls) for each in trials}


def _places(calls: Sequence[Logged]) -> list[Call]:
    before: Counter[str] = Counter()
    found: list[Call] = []
    for place, call in enumerate(calls):
        found.append(Call(place, call.action, call.write, before[call.action]))
        before[call.action] += 1
    return found


def _record(trials: Sequence[Trial], figures: Figures) -> None:
    lagging = sum(bool(each.case.lag) for each in trials)
    if lagging:
        figures.tried("of these, with lists that lag", lagging)
    blind = "of these, second runs that began before the service showed what the first had done"
    figures.record(blind, sum(map(is_blind, trials)))


def _record_operations(trials: Sequence[Trial], figures: Figures) -> None:
    numbers = Counter((each.case.workflow.name, each.case.call.action, each.case.way) for each in trials)
    for workflow, action in sorted({key[:2] for key in numbers}):
        by_way = [numbers[workflow, action, way] for way in WAYS]
        figures.row(("workflow", "operation", *BY_WAY), workflow, f"`{action}`", *by_way)


def _record_faults(trials: Sequence[Trial], figures: Figures) -> None:
    for fault in (*FAULTS, NONE):
        same = [each for each in trials if each.case.fault.name == fault.name]
        if not same:
            continue
        ways = Counter(each.case.way for each in same)
        ends = Counter(how_it_ended(each) for each in same)
        cells = [*(ways[way] for way in WAYS), *(ends[end] or "" for end in ENDS)]
        figures.row(("fault", *BY_WAY, *ENDS.values()), fault.name, *cells)


def record_problem(subject: Subject, trials: Sequence[Trial], figures: Figures, problem: Problem) -> None:
    """Fail where a case has this problem."""
    found = [why for each in trials for kind, why in judge(each) if kind is problem]
    figures.none(subject.title(problem), found)
