# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases: workflows, and what goes wrong with one of their calls."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .faults import DOUBTFUL, FAULTS, LAGS, NONE, SHORT_TIMEOUT, TIMEOUT, Fault

WAYS = ("shipped", "direct")
# Faults of a call that is much like another one.
_ALIKE = 3
# Faults in the shortest version.
_FEWER = 8


@dataclass(frozen=True)
class Workflow:
    """A task. ``own_key``: it is given a CSR.

    ``like_another``: what it reads before and after its writes is what another workflow reads. ``lags``: the service
    may be late to show what it makes.
    """

    name: str
    module: str
    options: Mapping[str, Any]
    own_key: bool = False
    like_another: bool = False
    lags: bool = False


@dataclass(frozen=True)
class Call:
    """One call of a clean run, so many after the first, and so many after the first of its kind."""

    place: int
    action: str
    write: bool
    again: int = 0


@dataclass(frozen=True)
class Case:
    """A workflow of which one call goes wrong."""

    name: str
    workflow: Workflow
    fault: Fault
    way: str
    call: Call
    lag: float = 0.0
    describe_lag: float = 0.0
    timeout: int = field(default=TIMEOUT)

    @property
    def text(self) -> str:
        lag = f", lists lag {self.lag:g} s" if self.lag else ""
        return f"{self.workflow.name}, {self.way}, {self.call.action} (call {self.call.place}), {self.fault.name}{lag}"

    @property
    def alone(self) -> bool:
        """Whether the case needs a play of its own: a killed worker of Ansible's ends the play of all its hosts."""
        return self.fault.kills and self.way == "direct"

    @property
    def urgent(self) -> bool:
        """Whether the next run has to follow at once, before the service shows what the first one did."""
        return bool(self.lag) or self.fault.late

    def rules(self) -> Iterator[dict[str, Any]]:
        """The faults to inject into the emulator."""
        if self.fault.first:
            yield {**self.fault.first, "action": self.call.action, "skip": self.call.again}
        if self.fault.then:
            yield {**self.fault.then, "skip": self.call.place}


def clean(workflows: Sequence[Workflow]) -> list[Case]:
    """The workflows without a fault."""
    nothing = Call(0, "", False)
    return [Case(f"clean-{number}", each, NONE, "direct", nothing) for number, each in enumerate(workflows)]


Calls = Mapping[str, Sequence[Call]]


def every_case(workflows: Sequence[Workflow], calls: Calls, seed: int) -> list[Case]:
    """Every call of every workflow with every fault, both ways; what is much like another one with some."""
    chance = random.Random(seed)
    found: list[Case] = []
    for workflow in workflows:
        for call in calls[workflow.name]:
            fitting = [fault for fault in FAULTS if call.write or not fault.only_writes]
            alike = call.again or (workflow.like_another and not call.write)
            for fault in chance.sample(fitting, _ALIKE) if alike else fitting:
                found += [Case("", workflow, fault, way, call, timeout=fault.timeout) for way in WAYS]
        found += _lagging(workflow, calls[workflow.name], chance)
    return _named(found)


def few_cases(workflows: Sequence[Workflow], calls: Calls, seed: int) -> list[Case]:
    """Every fault and every workflow, the ways in turn, and some lags; the rest is left to chance."""
    chance = random.Random(seed)
    # Those that are urgent can be run together if they are of one module.
    everything = [
        case
        for case in every_case(workflows, calls, seed)
        if not case.urgent or case.workflow.module == workflows[0].module
    ]
    found = _in_turn(workflows, everything, FAULTS, chance)
    lagging = [case for case in everything if 0 < case.lag < LAGS[-1][0] and not case.alone]
    return _named(replace(case, timeout=SHORT_TIMEOUT) for case in found + chance.sample(lagging, 4))


def fewer_cases(workflows: Sequence[Workflow], calls: Calls, seed: int) -> list[Case]:
    """Every workflow and some faults, of those that take no play of their own."""
    chance = random.Random(seed)
    everything = [case for case in every_case(workflows, calls, seed) if not case.urgent and not case.alone]
    faults = chance.sample([fault for fault in FAULTS if not fault.late], _FEWER)
    return _named(replace(case, timeout=SHORT_TIMEOUT) for case in _in_turn(workflows, everything, faults, chance))


def _in_turn(
    workflows: Sequence[Workflow], cases: Sequence[Case], faults: Sequence[Fault], chance: random.Random
) -> list[Case]:
    """One case for each fault: workflows in any order, ways in turn, where there is such a case."""
    found, rest, begun = list[Case](), list[Workflow](), chance.randrange(len(WAYS))
    for number, fault in enumerate(faults):
        rest = rest or list(workflows)
        way = WAYS[(number + begun) % len(WAYS)]
        same = [case for case in cases if case.fault == fault and not case.lag]
        fitting = [case for case in same if case.way == way] or same
        case = chance.choice([case for case in fitting if case.workflow in rest] or fitting)
        rest = [workflow for workflow in rest if workflow is not case.workflow]
        found.append(case)
    return found


def _lagging(workflow: Workflow, calls: Sequence[Call], chance: random.Random) -> Iterator[Case]:
    """The last write, with one of the lags for each fault and way."""
    if not workflow.lags:
        return
    (*_rest, call) = [call for call in calls if call.write]
    for fault in (NONE, *(fault for fault in FAULTS if fault.name in DOUBTFUL)):
        for way in WAYS:
            lag, describe_lag, timeout = chance.choice(LAGS)
            asked = fault.timeout if fault.then or fault.late else timeout
            yield Case("", workflow, fault, way, call, lag, describe_lag, asked)


def _named(cases: Iterable[Case]) -> list[Case]:
    return [replace(case, name=f"case-{number}") for number, case in enumerate(cases)]
