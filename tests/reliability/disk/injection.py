# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task killed before each of its calls of the system, and each of these calls failing: by strace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from .disk_chapters import Chapter
from .disk_task import Ended, run_task
from .disk_try import Bench
from .disk_words import FAILED, KILLED, MISSED, TWICE

ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS", "EDQUOT")
# What leaves a disk as it was: a few tries need not stop before each of these.
_ONLY_LOOKING = ("access", "close", "fcntl", "getdents64", "lseek", "newfstatat", "read", "readlink", "statfs")
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


def find_calls(bench: Bench, tracer: Tracer, chapter: Chapter) -> list[Call]:
    """Every call that touches the store in a task that nobody disturbs."""
    chapter.copy_to(bench.folder)
    run_task(chapter.on(bench.folder), tracer.command("%file,%desc"))
    seen: Counter[str] = Counter()
    found = []
    for line in tracer.log.read_text(errors="replace").splitlines():
        match = _CALL.match(line)
        if match:
            seen[match[1]] += 1
            if str(bench.folder) in line:
                found.append(Call(match[1], seen[match[1]]))
    return found


Points = Mapping[str, Sequence[Call]]


def find_points(bench: Bench, tracer: Tracer) -> Points:
    """The calls of each chapter, by its name."""
    return {chapter.name: find_calls(bench, tracer, chapter) for chapter in bench.book.chapters}


def _some(things: list[Any], most: int | None, chance: Random) -> list[Any]:
    return things if most is None or most >= len(things) else chance.sample(things, most)


def _all(bench: Bench, points: Points) -> Iterator[tuple[Chapter, Call]]:
    return ((chapter, call) for chapter in bench.book.chapters for call in points[chapter.name])


def kill(bench: Bench, tracer: Tracer, points: Points, most: int | None, twice: int, chance: Random) -> None:
    """Kill tasks before each of these calls; after some, the repeat too."""
    calls = [each for each in _all(bench, points) if most is None or each[1].name not in _ONLY_LOOKING]
    for number, (chapter, call) in enumerate(_some(calls, most, chance)):
        kills = [call, Call(chance.choice(IN_ANY_CASE), chance.randint(1, 6))][: 1 + (number < twice)]
        chapter.copy_to(bench.folder)
        bench.attempt(chapter, f"killed before {call.name} {call.nth}", partial(_killed, bench, tracer, kills))


def _killed(bench: Bench, tracer: Tracer, kills: Sequence[Call], options: Mapping[str, Any]) -> Ended:
    first, *others = [run_task(options, tracer.killing(call)) for call in kills]
    bench.tally.counts[KILLED if first.killed else MISSED] += 1
    bench.tally.counts[TWICE] += sum(each.killed for each in others)
    return first


def fail(bench: Bench, tracer: Tracer, points: Points, most: int | None, chance: Random) -> None:
    """Let each of these calls fail, once or up to the last one of its name."""
    kinds = [(*each, error, on) for each in _all(bench, points) for error in ERRORS for on in (False, True)]
    for chapter, call, error, on in _some(kinds, most, chance):
        last = max(each.nth for each in points[chapter.name] if each.name == call.name) if on else call.nth
        command = tracer.failing(call, error, last)
        chapter.copy_to(bench.folder)
        what = f"{call.name} {call.nth}{f' to {last}' if on else ''} fails with {error}"
        bench.attempt(chapter, what, partial(_failing, bench, tracer, command), tidy=not on)


def _failing(bench: Bench, tracer: Tracer, command: Sequence[str], options: Mapping[str, Any]) -> Ended:
    ended = run_task(options, command)
    hits = [line for line in tracer.log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
    bench.tally.counts[FAILED if hits else MISSED] += 1
    return replace(ended, lame=any(str(bench.folder) not in line for line in hits))


def watch(bench: Bench, tracer: Tracer, points: Points) -> None:
    """Slow tasks down and look at their stores all the while."""
    for chapter in bench.book.chapters:
        slow = tracer.slowing([call.name for call in points[chapter.name]])
        glance = partial(bench.glance, chapter, f"{chapter.name}, watched")
        chapter.copy_to(bench.folder)
        bench.attempt(chapter, "slowed down", partial(run_task, strace=slow, while_it_runs=glance))
