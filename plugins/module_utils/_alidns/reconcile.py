# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one path of a task about a record: find the zone, look, plan, call, look again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._errors import ApiError, Failure, Kind, OutcomeUnknown, StateNotReached
from .._rpc.client import Client
from . import api
from .argspec import Wanted
from .plan import ADD, DELETE, UPDATE, Plan, Step, plan_record
from .record import Record, Zone, diff_text

# Seconds between looks at what a call has left: lists may lag behind.
_LOOKS = (0.0, 1.0, 2.0, 4.0)
# Refusals that say that there is nothing to do any more, if a look confirms it.
_NEEDLESS = {ADD: Kind.DUPLICATE, UPDATE: Kind.DUPLICATE, DELETE: Kind.GONE}
_SAFE = "Running the task again is safe: it looks before it acts."


@dataclass(frozen=True)
class Outcome:
    """What a task did, or in check mode would do. ``record`` is the record at the end."""

    plan: Plan
    record: Record | None
    warnings: list[str] = field(default_factory=list)

    def public(self, now: datetime) -> dict[str, Any]:
        return {
            "changed": self.plan.changed,
            "plan": [step.public() for step in self.plan.steps],
            "record": self.record.public() if self.record else None,
        }

    def diff(self) -> dict[str, str]:
        return {"before": diff_text(self.plan.before), "after": diff_text(self.record)}


def record(client: Client, wanted: Wanted) -> Outcome:
    """``alidns_record``."""
    zone = api.zone_of(client, wanted)
    plan = plan_record(wanted, zone, api.records(client, zone, wanted.name))
    if client.read_only:
        return Outcome(plan, plan.after)
    result, warnings = plan.before, list[str]()
    try:
        for step in plan.steps:
            result = _act(client, wanted, zone, step, warnings)
    except Failure as failure:
        failure.add(changed=client.wrote, plan=[step.public() for step in plan.steps])
        raise
    if plan.changed and result and result.ttl not in (None, wanted.ttl):
        warnings.append(f"The service keeps {result.named} with a TTL of {result.ttl} instead of {wanted.ttl}.")
    return Outcome(plan, result, warnings)


def _act(client: Client, wanted: Wanted, zone: Zone, step: Step, warnings: list[str]) -> Record | None:
    """Carry one step out, once; returns the record as the service shows it afterwards."""
    trouble = _send(client, step)
    for pause in _LOOKS:
        client.clock.sleep(pause)
        try:
            records = api.records(client, zone, wanted.name)
        except Failure:
            if isinstance(trouble, OutcomeUnknown):
                continue
            raise
        if step.settled(records):
            if isinstance(trouble, OutcomeUnknown):
                warnings.append(f"The response to {step.action} was lost; a look showed that it was carried out.")
            return step.found(records)
    raise _unsettled(step, trouble)


def _send(client: Client, step: Step) -> Failure | None:
    """Call; returns the failure after which only a look tells whether the step was carried out."""
    try:
        api.call(client, step.action, step.params)
    except OutcomeUnknown as lost:
        return lost
    except ApiError as refused:
        if refused.kind is not _NEEDLESS[step.action]:
            raise
        return refused
    return None


def _unsettled(step: Step, trouble: Failure | None) -> Failure:
    if isinstance(trouble, OutcomeUnknown):
        return OutcomeUnknown(
            f"{trouble.msg} No effect showed up within {sum(_LOOKS):g} s. {_SAFE}", **trouble.facts, outcome="unknown"
        )
    return trouble or StateNotReached(
        f"The service accepted {step.action}, but shows no effect yet. {_SAFE}", action=step.action
    )
