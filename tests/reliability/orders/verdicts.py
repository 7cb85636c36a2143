# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a case has to come to, whatever went wrong. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from .orders_accounts import Facts
from .orders_cases import REQUEST_TIMEOUT
from .orders_lots import Tried
from .orders_plays import CHECK, FIRST, NEXT, NEXT_PATIENCE, RUNS, Ending

# Seconds beside the time-outs of a task: to start processes, on a machine that has other things to do.
SLACK = 60.0
# A write that met no fault, or this one, leaves nobody in doubt.
_CLEAR = (None, "throttled")
_BROKEN = ("Traceback (most recent call last)", "This is a fault of the collection")


class Wrong(Enum):
    """What must not happen, as the page calls it."""

    TWICE = "orders beyond the one that was asked for"
    BEYOND = "orders withdrawn, deleted or revoked beyond the one that was asked for"
    NOT_CONVERGED = "second runs that did not succeed with the order that is there"
    NOT_SETTLED = "third runs that planned something"
    LATE = "runs that ended late"
    TRACEBACK = "tracebacks"
    UNCLEAR = "first runs that ended neither well nor with a clear failure"
    MISSED = "faults that met another call than they should have, or none"


def judge(tried: Tried) -> list[tuple[Wrong, str]]:
    """Everything that is wrong with a case, with a sentence for each."""
    found = [*_faulty(tried), *_orders(tried), *_first_run(tried), *_next_runs(tried), *_times(tried)]
    return [(wrong, f"{tried.case.text}: {why}") for wrong, why in found]


def is_blind(tried: Tried) -> bool:
    """Whether the second run began before the service showed what the first one had done."""
    return tried.account.unseen[1:2] == [True]


def how_it_ended(tried: Tried) -> str:
    """The first run in a word."""
    ending = tried.endings.get(FIRST)
    if tried.case.trouble.kills:
        return "killed"
    if ending is None:
        return "died"
    if not ending.failed:
        return "went on"
    return "unknown" if ending.result.get("outcome") == "unknown" else "failed"


Found = Iterator[tuple[Wrong, str]]


def _faulty(tried: Tried) -> Found:
    call = tried.case.call
    if not tried.case.trouble.first:
        return
    hit = next((each for each in tried.account.calls if each.fault), None)
    met = tried.killed if tried.case.trouble.kills else hit is not None and hit.action == call.action
    if not met:
        yield Wrong.MISSED, f"the calls were {[each.action for each in tried.calls]}"


def _orders(tried: Tried) -> Found:
    workflow, last = tried.case.workflow, tried.facts[-1]
    if len(last.made) > workflow.makes:
        yield Wrong.TWICE, f"{len(last.made)} orders were made"
    target = {tried.start.target} - {None}
    for name, numbers, allowed in (
        ("withdrawn", last.withdrawn, workflow.withdraws),
        ("deleted", last.deleted, workflow.deletes),
        ("revoked", last.revoked, workflow.revokes),
    ):
        if numbers - (target if allowed else set()):
            yield Wrong.BEYOND, f"{sorted(numbers)} {name}"


def _first_run(tried: Tried) -> Found:
    ending = tried.endings.get(FIRST)
    if tried.case.trouble.kills:
        return
    if ending is None:
        yield Wrong.UNCLEAR, "Ansible did not say how it ended"
    elif not ending.failed:
        why = _not_there(tried, ending, tried.facts[0])
        if why:
            yield Wrong.UNCLEAR, f"it was a success, but {why}"
    elif not ending.result.get("msg"):
        yield Wrong.UNCLEAR, f"it failed without a message: {_short(ending.result)}"
    elif _in_doubt(tried) and ending.result.get("outcome") != "unknown":
        yield Wrong.UNCLEAR, f"it does not say that the outcome is unknown: {_short(ending.result)}"


def _in_doubt(tried: Tried) -> bool:
    """Whether the last write of the first run left the task in doubt. A call that was held up is told of later."""
    late = [call for call in tried.account.calls[len(tried.calls) :] if call.fault]
    writes = [call for call in (*tried.calls, *late) if call.write]
    return bool(writes) and writes[-1].fault not in _CLEAR


def _next_runs(tried: Tried) -> Found:
    second, third = tried.endings.get(NEXT), tried.endings.get(CHECK)
    if second is None or second.failed:
        yield Wrong.NOT_CONVERGED, f"it ended so: {_short(second.result if second else None)}"
    else:
        why = _not_there(tried, second, tried.facts[1])
        if why:
            yield Wrong.NOT_CONVERGED, why
    if third is None or third.failed or third.result.get("plan") != [] or third.result.get("changed"):
        yield Wrong.NOT_SETTLED, f"it ended so: {_short(third.result if third else None)}"


def _not_there(tried: Tried, ending: Ending, facts: Facts) -> str:
    """Why an account is not as the workflow wants it; empty when it is."""
    workflow = tried.case.workflow
    target = {tried.start.target} - {None}
    order = ending.result.get("order") or {}
    if workflow.makes:
        return (
            ""
            if order.get("order_id") in {str(number) for number in facts.made}
            else f"it shows order {order.get('order_id')}"
        )
    done = facts.deleted if workflow.deletes else facts.revoked
    return "" if target <= done else f"order {target} is still there"


def _times(tried: Tried) -> Found:
    if tried.overrun:
        yield Wrong.LATE, "the process had to be ended"
    patience = (tried.case.patience, NEXT_PATIENCE, NEXT_PATIENCE)
    for name, limit in zip(RUNS, patience):
        ending = tried.endings.get(name)
        if ending and ending.seconds > limit + REQUEST_TIMEOUT + SLACK:
            yield Wrong.LATE, f"the {name} took {ending.seconds:.0f} s"
        if ending and any(word in json.dumps(ending.result) for word in _BROKEN):
            yield Wrong.TRACEBACK, f"the {name}: {_short(ending.result)}"


def _short(result: Mapping[str, Any] | None) -> str:
    kept = ("msg", "outcome", "plan", "module_stderr")
    return "no result" if result is None else str({name: result[name] for name in kept if name in result})[:500]
