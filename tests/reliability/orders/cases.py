# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases: workflows, and what goes wrong with one of their calls."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .accounts import FREE, NAME, PAID, Prepare, due_free, due_paid, issued, nothing, waiting

CONTACT = {"name": "Zhang San", "phone": "13900000000", "email": "ops@example.com"}
WAYS = ("shipped", "direct")
# Seconds that a task waits for one response, that a silent service takes, and that a task may take in all.
REQUEST_TIMEOUT, SILENCE, TIMEOUT = 3.0, 4.5, 18
# Where the fault makes the task wait to its end, or where it has to outwait a slow list.
SHORT_TIMEOUT, LONG_TIMEOUT = 9, 45


@dataclass(frozen=True)
class Workflow:
    """A task, the account it begins with, and what it may do there.

    It ``makes`` so many orders, ``withdraws``, ``deletes`` or ``revokes`` its own order, and does nothing else.
    """

    name: str
    module: str
    options: Mapping[str, Any]
    prepare: Prepare
    makes: int = 0
    withdraws: bool = False
    deletes: bool = False
    revokes: bool = False
    own_key: bool = False


# It differs from the other one in the call that creates only.
OTHER_CREATE = "create, DV"
_ORDER, _RENEW = "certops.alicloud.cas_order", "certops.alicloud.cas_order_renew"
_NEW: Mapping[str, Any] = {"makes": 1, "own_key": True}
WORKFLOWS = (
    Workflow("create", _ORDER, {"product_code": PAID, "wait_for": "issued"}, nothing, **_NEW),
    Workflow(OTHER_CREATE, _ORDER, {"product_code": FREE, "wait_for": "issued", "contact": CONTACT}, nothing, **_NEW),
    Workflow("reorder", _RENEW, {"product_code": FREE, "wait_for": "issued"}, due_free, **_NEW),
    Workflow("renew", _RENEW, {"product_code": PAID, "wait_for": "issued"}, due_paid, **_NEW),
    Workflow(
        "cancel and delete",
        _ORDER,
        {"product_code": PAID, "domains": [NAME], "state": "absent"},
        waiting,
        withdraws=True,
        deletes=True,
    ),
    Workflow("revoke", _ORDER, {"product_code": PAID, "domains": [NAME], "state": "revoked"}, issued, revokes=True),
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a call. ``first`` is the fault of that call, ``then`` of all that follow in the same run.

    A killed task is killed while the call is held up. ``late``: the call is carried out after the next run has begun.
    """

    name: str
    first: Mapping[str, Any]
    then: Mapping[str, Any] | None = None
    kills: bool = False
    late: bool = False
    tls: bool = False
    only_writes: bool = False
    timeout: int = TIMEOUT


def _slow(**more: Any) -> dict[str, Any]:
    return {"kind": "slow", "seconds": SILENCE, **more}


NONE = Fault("nothing but slow lists", {})
_BEFORE, _LATE = {"effect": False}, {"effect_first": False}
FAULTS = (
    Fault("request lost", {"kind": "request_lost"}),
    Fault("response lost", {"kind": "answer_lost"}),
    Fault("500 before the effect", {"kind": "error_before"}),
    Fault("503 after the effect", {"kind": "error_after", "code": "ServiceUnavailable"}),
    Fault("HTML before the effect", {"kind": "html"}),
    Fault("HTML after the effect", {"kind": "html", "effect": True, "status": 200}, only_writes=True),
    Fault("garbage before the effect", {"kind": "garbage_json", **_BEFORE}, only_writes=True),
    Fault("garbage after the effect", {"kind": "garbage_json"}),
    Fault("throttled", {"kind": "throttled", "retry_after_ms": 200}),
    Fault("hang without an effect", _slow(**_BEFORE)),
    Fault("hang after the effect", _slow(), only_writes=True),
    Fault("hang, then the effect", _slow(**_LATE), only_writes=True),
    Fault("hang, the effect in the next run", _slow(**_LATE), late=True, only_writes=True, timeout=SHORT_TIMEOUT),
    Fault("connection cut in the response", {"kind": "cut"}),
    Fault("TLS cut in the response", {"kind": "cut"}, tls=True),
    Fault("killed before the effect", _slow(**_BEFORE), kills=True),
    Fault("killed after the effect", _slow(), kills=True, only_writes=True),
    Fault("killed, the effect in the next run", _slow(**_LATE), kills=True, late=True, only_writes=True),
    Fault(
        "outage from then on",
        {"kind": "answer_lost"},
        {"kind": "request_lost", "times": 0},
        timeout=SHORT_TIMEOUT,
    ),
    Fault("silence from then on", _slow(), _slow(**_BEFORE, times=0), timeout=SHORT_TIMEOUT),
)
# After these a task that orders has to look for the order in a list. What is carried out late and then listed late is
# left out: no task waits that long.
_DOUBTFUL = (
    "response lost",
    "503 after the effect",
    "hang after the effect",
    "connection cut in the response",
    "killed after the effect",
    "outage from then on",
)
# Seconds that lists and descriptions lag behind, and the timeout of the task.
LAGS = ((3.0, 0.0, TIMEOUT), (8.0, 3.0, TIMEOUT), (20.0, 0.0, TIMEOUT), (20.0, 5.0, LONG_TIMEOUT))


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


def clean(workflow: Workflow) -> Case:
    """The workflow without a fault."""
    return Case(f"clean-{WORKFLOWS.index(workflow)}", workflow, NONE, "direct", Call(0, "", False))


Calls = Mapping[str, Sequence[Call]]


def every_case(calls: Calls, seed: int) -> list[Case]:
    """Every operation of every workflow with every fault, both ways; what is much like another one with some."""
    chance = random.Random(seed)
    found: list[Case] = []
    for workflow in WORKFLOWS:
        for call, again in _points(calls[workflow.name]):
            fitting = [fault for fault in FAULTS if call.write or not fault.only_writes]
            alike = again or (workflow.name == OTHER_CREATE and not call.write)
            for fault in chance.sample(fitting, 3) if alike else fitting:
                found += [Case("", workflow, fault, way, call, timeout=fault.timeout) for way in WAYS]
        found += _lagging(workflow, calls[workflow.name], chance)
    return _named(found)


def few_cases(calls: Calls, seed: int) -> list[Case]:
    """Every fault and every workflow, the ways in turn, and some lags; the rest is left to chance."""
    chance = random.Random(seed)
    everything = [case for case in every_case(calls, seed) if _is_quick(case)]
    found, rest = list[Case](), list[Workflow]()
    for number, fault in enumerate(FAULTS):
        rest = rest or list(WORKFLOWS)
        way = WAYS[(number + seed) % len(WAYS)]
        fitting = [case for case in everything if (case.fault, case.way, case.lag) == (fault, way, 0.0)]
        case = chance.choice([case for case in fitting if case.workflow in rest] or fitting)
        rest = [workflow for workflow in rest if workflow is not case.workflow]
        found.append(case)
    lagging = [case for case in everything if 0 < case.lag < LAGS[-1][0] and not case.alone]
    found += chance.sample(lagging, 4)
    return _named(replace(case, timeout=SHORT_TIMEOUT) for case in found)


def _is_quick(case: Case) -> bool:
    """Whether a case is one of many that can be run together: of those that are urgent, only some are."""
    return not case.urgent or case.workflow.module == _ORDER


def _points(calls: Sequence[Call]) -> Iterator[tuple[Call, bool]]:
    """The first call of each operation and the last one, with whether it is a repetition."""
    for action in dict.fromkeys(call.action for call in calls):
        same = [call for call in calls if call.action == action]
        yield same[0], False
        if len(same) > 1:
            yield same[-1], True


def _lagging(workflow: Workflow, calls: Sequence[Call], chance: random.Random) -> Iterator[Case]:
    """The call that makes an order, with one of the lags for each fault and way."""
    if not workflow.makes:
        return
    (call, *_rest) = [call for call in calls if call.write]
    for fault in (NONE, *(fault for fault in FAULTS if fault.name in _DOUBTFUL)):
        for way in WAYS:
            lag, describe_lag, timeout = chance.choice(LAGS)
            asked = fault.timeout if fault.then or fault.late else timeout
            yield Case("", workflow, fault, way, call, lag, describe_lag, asked)


def _named(cases: Iterable[Case]) -> list[Case]:
    return [replace(case, name=f"case-{number}") for number, case in enumerate(cases)]
