# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks killed before each of their calls of the system, and each of these calls failing: by strace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from .counts import FAILED, KILLED, MISSED, TWICE
from .history import Step
from .task import TaskEnd, run_task
from .trials import Trials

ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS", "EDQUOT")
# What leaves a disk as it was: a few trials need not stop before each of these.
_ONLY_READING = ("access", "close", "fcntl", "getdents64", "lseek", "newfstatat", "read", "readlink", "statfs")
# What a repeat calls in any case, to kill it there.
IN_ANY_CASE = ("openat", "newfstatat", "getdents64", "close", "unlink", "rename", "fsync", "mkdir")
_CALL = re.compile(r"(\w+)\(")


@dataclass(frozen=True)
class Call:
    """The n-th call of its name in a task, one that touches the store."""

    name: str
    nth: int


@dataclass(frozen=True)
class Tracer:
    """strace, and where it writes."""

    program: str
    log: Path

    def command(self, calls: str, *more: str) -> list[str]:
        return [self.program, "-y", "-o", str(self.log), "-e", f"trace={calls}", *more]

    def killing(self, call: Call) -> list[str]:
        return self.command(call.name, "-e", f"inject={call.name}:signal=SIGKILL:when={call.nth}")

    def failing(self, call: Call, error: str, last: int) -> list[str]:
        when = f"{call.nth}..{last}" if last > call.nth else f"{call.nth}"
        return self.command(call.name, "-e", f"inject={call.name}:error={error}:when={when}")

    def slowing(self, calls: Sequence[str]) -> list[str]:
        names = ",".join(sorted(set(calls)))
        return self.command("none", "-e", f"inject={names}:delay_enter=1000")


def find_calls(trials: Trials, tracer: Tracer, step: Step) -> list[Call]:
    """Every call that touches the store in an undisturbed task."""
    step.copy_to(trials.directory)
    run_task(step.options_for(trials.directory), tracer.command("%file,%desc"))
    seen: Counter[str] = Counter()
    found = []
    for line in tracer.log.read_text(errors="replace").splitlines():
        match = _CALL.match(line)
        if match:
            seen[match[1]] += 1
            if str(trials.directory) in line:
                found.append(Call(match[1], seen[match[1]]))
    return found


Points = Mapping[str, Sequence[Call]]


def find_points(trials: Trials, tracer: Tracer) -> Points:
    """The calls of each step, by its name."""
    return {step.name: find_calls(trials, tracer, step) for step in trials.history.steps}


def some(things: list[Any], most: int | None, kind: Callable[[Any], Hashable], chance: Random) -> list[Any]:
    """As many as that, by chance, with at least one of each kind; None: all."""
    if most is None or most >= len(things):
        return things
    mixed = chance.sample(things, len(things))
    first = {kind(each): number for number, each in reversed(list(enumerate(mixed)))}
    rest = [each for number, each in enumerate(mixed) if number not in first.values()]
    return [mixed[number] for number in first.values()] + rest[: max(0, most - len(first))]


def _all(trials: Trials, points: Points) -> Iterator[tuple[Step, Call]]:
    return ((step, call) for step in trials.history.steps for call in points[step.name])


def kill(trials: Trials, tracer: Tracer, points: Points, most: int | None, twice: int, chance: Random) -> None:
    """Kill tasks before each of these calls; after some, the repeat too. Of each step, each call is among them."""
    calls = [each for each in _all(trials, points) if most is None or each[1].name not in _ONLY_READING]
    for number, (step, call) in enumerate(some(calls, most, lambda each: (each[0].name, each[1].name), chance)):
        kills = [call, Call(chance.choice(IN_ANY_CASE), chance.randint(1, 6))][: 1 + (number < twice)]
        step.copy_to(trials.directory)
        trials.attempt(step, f"killed before {call.name} {call.nth}", partial(_killed, trials, tracer, kills))


def _killed(trials: Trials, tracer: Tracer, kills: Sequence[Call], options: Mapping[str, Any]) -> TaskEnd:
    first, *others = [run_task(options, tracer.killing(call)) for call in kills]
    trials.counts[KILLED if first.killed else MISSED] += 1
    trials.counts[TWICE] += sum(each.killed for each in others)
    return first


def fail(trials: Trials, tracer: Tracer, points: Points, most: int | None, chance: Random) -> None:
    """Let each of these calls fail, once or up to the last one of its name. Each call has each error among them."""
    kinds = [(*each, error, on) for each in _all(trials, points) for error in ERRORS for on in (False, True)]
    for step, call, error, on in some(kinds, most, lambda each: (each[1].name, each[2]), chance):
        last = max(each.nth for each in points[step.name] if each.name == call.name) if on else call.nth
        command = tracer.failing(call, error, last)
        step.copy_to(trials.directory)
        what = f"{call.name} {call.nth}{f' to {last}' if on else ''} fails with {error}"
        trials.attempt(step, what, partial(_failing, trials, tracer, command), tidy=not on)


def _failing(trials: Trials, tracer: Tracer, command: Sequence[str], options: Mapping[str, Any]) -> TaskEnd:
    ended = run_task(options, command)
    hits = [line for line in tracer.log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
    trials.counts[FAILED if hits else MISSED] += 1
    return replace(ended, inconclusive=any(str(trials.directory) not in line for line in hits))


def watch(trials: Trials, tracer: Tracer, points: Points) -> None:
    """Slow tasks down and inspect their stores all the while."""
    for step in trials.history.steps:
        slow = tracer.slowing([call.name for call in points[step.name]])
        watched = partial(trials.watch, step, f"{step.name}, watched")
        step.copy_to(trials.directory)
        trials.attempt(step, "slowed down", partial(run_task, strace=slow, while_it_runs=watched))
