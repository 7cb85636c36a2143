# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly one order, whatever goes wrong with one call of a task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.emulator.core.emulator import Logged
from tests.world.children import adopt_orphans, end_all

from .orders_accounts import Kit
from .orders_cases import NONE, TROUBLES, WAYS, WORKFLOWS, Call, Calls, Case, clean, every_case, few_cases
from .orders_lots import SMALL_LOT, Tried, run_cases
from .orders_plays import FIRST
from .orders_verdict import Wrong, how_it_ended, is_blind, judge
from .report import Figure, Part, Run, count, none_of, table

LARGEST_LOT = 60
METHOD = """\
Six workflows run as tasks of `ansible-playbook`, each in an account of its own: an order is created (by either call
that creates), renewed by a fresh order and by the service's own renewal, withdrawn and deleted, revoked. A clean run
tells which calls a workflow makes. Then, case by case, one of these calls goes wrong: it or its answer is lost, cut off
(over TLS, too), refused with an error, HTML or garbage, throttled, or held up until the task gives up; or the task's
process is killed while the service holds the call, before or after it carries it out; or the service stays away from
then on. The lists of some accounts show a new order up to 20 s late. Modules run both ways: shipped, and in Ansible's
own worker. Each case has three runs: with the fault, without, and in check mode.

A first run has to end in time, with success or with a message that says when nobody can know what became of a write
(`outcome: unknown`); the second has to succeed, with the order that is there; the third must have nothing left to do,
and always takes the way of Ansible's own worker. Late is what takes a minute more than its time-outs allow. Beside the
order that a workflow is about, each account has others that its search finds, and nothing may happen to these.
"""
LIMITS = (
    "A killed task leaves a note on the machine where it ran. The next run on another machine does not see it, and "
    "buys again when the service's list does not show the first order yet.",
    "The note counts for half a minute: what the service carries out or lists later than that looks like nothing. Here "
    "lists lag by 20 s at most, and a call that is held up is carried out within 23 s.",
    "A task that is killed cannot say that an outcome is unknown; Ansible says that it died.",
    "One call goes wrong in a case, or all from one call on; other mixtures are not tried. Of the calls that a "
    "workflow repeats, the first one is tried with everything, the last one with some.",
)


def run(run: Run) -> Part:
    """Try the cases and say what came of them."""
    adopt_orphans()
    try:
        return _part(_tried(run))
    finally:
        end_all()


def _tried(run: Run) -> list[Tried]:
    kit = Kit()
    lots = _lots(list(map(clean, WORKFLOWS)))
    calls = _calls(run_cases(run.folder / "clean", kit, lots, True, lambda _text: None))
    cases = (few_cases if run.short else every_case)(calls, run.seed)
    run.tell(f"{len(cases)} cases")
    return run_cases(run.folder / "cases", kit, _lots(cases), False, run.tell)


def _calls(tried: Sequence[Tried]) -> Calls:
    """The calls of each workflow in a clean run."""
    for each in tried:
        ending = each.endings.get(FIRST)
        if ending is None or ending.failed:
            raise RuntimeError(f"{each.case.workflow.name} does not even work without a fault: {ending}")
    return {each.case.workflow.name: _places(each.calls) for each in tried}


def _places(calls: Sequence[Logged]) -> list[Call]:
    before: Counter[str] = Counter()
    found: list[Call] = []
    for place, call in enumerate(calls):
        found.append(Call(place, call.action, call.write, before[call.action]))
        before[call.action] += 1
    return found


def _lots(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases of one module each: many together, or a few that take equally long when the next run has to follow at once.

    Those that take longest come first.
    """
    groups: dict[object, list[Case]] = {}
    for case in cases:
        key = (case.name if case.alone else case.trouble.kills, case.patience) if case.urgent else ()
        groups.setdefault((case.workflow.module, key), []).append(case)
    lots: list[list[Case]] = []
    for some in groups.values():
        some.sort(key=lambda case: (case.lag, bool(case.trouble.then)), reverse=True)
        number = -(-len(some) // (SMALL_LOT if some[0].urgent else LARGEST_LOT))
        lots += [some[index::number] for index in range(number)]
    return sorted(lots, key=len, reverse=True)


def _part(tried: Sequence[Tried]) -> Part:
    found = [wrong for each in tried for wrong in judge(each)]
    kinds = Counter(kind for kind, _why in found)
    figures: list[Figure] = [
        count("cases tried, three runs each", len(tried)),
        count("of these, with lists that lag", sum(bool(each.case.lag) for each in tried)),
        count(
            "of these, second runs that began before the service showed what the first had done",
            sum(map(is_blind, tried)),
        ),
    ]
    figures += [none_of(kind.value, kinds[kind]) for kind in Wrong]
    problems = [f"{kind.name}: {why}" for kind, why in found]
    title = "Exactly one order"
    return Part(title, METHOD, figures, f"{_by_call(tried)}\n\n{_by_trouble(tried)}", LIMITS, problems)


def _by_call(tried: Sequence[Tried]) -> str:
    groups = dict.fromkeys((each.case.workflow.name, each.case.call.action) for each in tried)
    rows = [
        (workflow, f"`{action}`", *(_number(tried, way, workflow=workflow, action=action) for way in WAYS))
        for workflow, action in sorted(groups)
    ]
    return table(("workflow", "operation", *(f"cases, {way}" for way in WAYS)), rows)


def _number(tried: Sequence[Tried], way: str, workflow: str, action: str) -> int:
    cases = [each.case for each in tried]
    return sum((case.way, case.workflow.name, case.call.action) == (way, workflow, action) for case in cases)


ENDINGS = {"went on": "went on and succeeded", "failed": "failed", "unknown": "failed, `outcome: unknown`"}
ENDINGS |= {"killed": "killed"}


def _by_trouble(tried: Sequence[Tried]) -> str:
    rows = []
    for name in (trouble.name for trouble in (*TROUBLES, NONE)):
        same = [each for each in tried if each.case.trouble.name == name]
        ways = Counter(each.case.way for each in same)
        ends = Counter(how_it_ended(each) for each in same)
        rows.append((name, *(ways[way] for way in WAYS), *(ends[end] or "" for end in ENDINGS)))
    return table(("trouble", *(f"cases, {way}" for way in WAYS), *ENDINGS.values()), rows)
