# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a case has to come to, whatever goes wrong. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.playbooks import CRASHES

from .batches import Trial
from .faults import REQUEST_TIMEOUT
from .plays import CHECK, FIRST, NEXT, NEXT_TIMEOUT, RUNS, TaskResult
from .subject import Problem

# Seconds beside the timeouts of a task: to start processes, on a machine that has other things to do.
SLACK = 60.0
# The outcome of a write that met no fault, or this one, is known.
_CLEAR = (None, "throttled")
# What a machine that has too much to do can be the reason of, and what a task says there when nothing was injected.
_OF_SLOWNESS = {Problem.NOT_CONVERGED, Problem.NOT_SETTLED, Problem.LATE, Problem.UNCLEAR, Problem.MISSED}
_TOO_SLOW = ("No response came within", "the time for this task (wait_timeout) is over")


Found = Iterator[tuple[Problem, str]]


def judge(trial: Trial) -> list[tuple[Problem, str]]:
    """Everything that is wrong with a case, with a sentence for each."""
    found = [*_fault(trial), *_account(trial), *_first_run(trial), *_next_runs(trial), *_times(trial)]
    return [(problem, f"{trial.case.text}: {why}") for problem, why in found]


def was_too_slow(trial: Trial) -> bool:
    """Whether a slow machine may explain all that is wrong: runs out of time, a process killed after it gave up."""
    found = {problem for problem, _why in judge(trial)}
    said = [str(task.result.get("msg")) for task in trial.results.values() if task.failed]
    gave_up = any(words in text for text in said for words in _TOO_SLOW)
    survived = trial.case.fault.kills and Problem.MISSED in found
    return bool(found) and found <= _OF_SLOWNESS and (Problem.LATE in found or gave_up or survived)


def is_blind(trial: Trial) -> bool:
    """Whether the second run began before the service showed what the first one had done."""
    return trial.account.unseen[1:2] == [True]


def how_it_ended(trial: Trial) -> str:
    """The first run in a word."""
    first = trial.results.get(FIRST)
    if trial.case.fault.kills:
        return "killed"
    if first is None:
        return "died"
    if not first.failed:
        return "succeeded"
    return "unknown" if first.result.get("outcome") == "unknown" else "failed"


def _fault(trial: Trial) -> Found:
    if not trial.case.fault.first:
        return
    hit = next((each for each in trial.account.calls if each.fault), None)
    met = trial.killed if trial.case.fault.kills else hit is not None and hit.action == trial.case.call.action
    if not met:
        yield Problem.MISSED, f"the calls were {[each.action for each in trial.calls]}"


def _account(trial: Trial) -> Found:
    for twice, why in trial.facts[-1].beyond():
        yield Problem.DUPLICATE if twice else Problem.BEYOND, why


def _first_run(trial: Trial) -> Found:
    first = trial.results.get(FIRST)
    if trial.case.fault.kills:
        return
    if first is None:
        yield Problem.UNCLEAR, "Ansible did not say how it ended"
    elif not first.failed:
        why = trial.facts[0].missing(first.result)
        if why:
            yield Problem.UNCLEAR, f"it was a success, but {why}"
    elif not first.result.get("msg"):
        yield Problem.UNCLEAR, f"it failed without a message: {_short(first)}"
    elif _in_doubt(trial) and first.result.get("outcome") != "unknown":
        yield Problem.UNCLEAR, f"it does not say that the outcome is unknown: {_short(first)}"


def _in_doubt(trial: Trial) -> bool:
    """Whether the task cannot know the outcome of the last write of the first run. A call held up is logged later."""
    late = [call for call in trial.account.calls[len(trial.calls) :] if call.fault]
    writes = [call for call in (*trial.calls, *late) if call.write]
    return bool(writes) and writes[-1].fault not in _CLEAR


def _next_runs(trial: Trial) -> Found:
    second, third = trial.results.get(NEXT), trial.results.get(CHECK)
    why = trial.facts[1].missing(second.result) if second and not second.failed else _short(second)
    if why:
        yield Problem.NOT_CONVERGED, why
    if third is None or third.failed or third.result.get("plan") != [] or third.result.get("changed"):
        yield Problem.NOT_SETTLED, _short(third)


def _times(trial: Trial) -> Found:
    if trial.overrun:
        yield Problem.LATE, "the process had to be ended"
    for name, limit in zip(RUNS, (trial.case.timeout, NEXT_TIMEOUT, NEXT_TIMEOUT)):
        task = trial.results.get(name)
        if task and task.seconds > limit + REQUEST_TIMEOUT + SLACK:
            yield Problem.LATE, f"the {name} took {task.seconds:.0f} s"
        if task and any(words in json.dumps(task.result) for words in CRASHES):
            yield Problem.TRACEBACK, f"the {name}: {_short(task)}"


def _short(task: TaskResult | None) -> str:
    result: Mapping[str, Any] = task.result if task else {"msg": "no result"}
    kept = ("msg", "outcome", "plan", "module_stderr")
    return str({name: result[name] for name in kept if name in result})[:500]
