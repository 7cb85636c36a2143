# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Waits for one thing until it is where its goal wants it, or until the deadline of the task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..._errors import ApiError, DeadlineExceeded, Failure, InvalidRequest, Kind, NoResponse, NotSent, StateNotReached
from ..._reconcile import ApiRun, Run
from ..options import Waiting
from .goal import Goal, Waitable
from .progress import Progress

# Seconds.
_LONGEST_PAUSE = 60.0
_LAST_MOMENT = 0.1
_GROWTH = 1.5
# Looks in a row that do not find what was there before.
_MOST_MISSES = 3

Found = TypeVar("Found")
T = TypeVar("T", bound=Waitable)


class Pauses:
    """The pauses between looks: they grow to 60 seconds, faster while calls are throttled, and never shrink."""

    def __init__(self, run: Run[Any], interval: float) -> None:
        self._run, self._interval = run, interval

    @property
    def is_over(self) -> bool:
        """Whether the deadline leaves no time for another look."""
        return self._left < _LAST_MOMENT

    @property
    def _left(self) -> float:
        return self._run.deadline - self._run.clock.monotonic() - _LAST_MOMENT

    def first(self) -> None:
        """The pause before the first look at what is new."""
        self._run.clock.sleep(max(0.0, min(self._interval, self._left)))
        self._interval *= _GROWTH

    def next(self, problem: Failure | None) -> None:
        """The pause before another look; ``problem`` is why the last one failed."""
        clock = self._run.clock
        clock.sleep(max(0.0, min(self._left, self._interval * (1 - clock.chance() / 4))))
        longer = self._interval * (_GROWTH * 2 if problem else _GROWTH)
        self._interval = max(self._interval, min(_LONGEST_PAUSE, longer))


def poll(
    run: Run[Any],
    pauses: Pauses,
    look: Callable[[], Found | None],
    missed: Callable[[Failure], None] = lambda _problem: None,
) -> Found | None:
    """Look again and again until something is found; None when the deadline comes first.

    What passes (throttling, time-outs, failures of the service) is looked at again, and raised only at the deadline;
    ``missed`` hears of it each time before.
    """
    while True:
        found, problem = _tried(look)
        if found is not None:
            return found
        if pauses.is_over:
            if problem:
                raise problem
            return None
        if problem:
            missed(problem)
        pauses.next(problem)


def _tried(look: Callable[[], Found | None]) -> tuple[Found | None, Failure | None]:
    """What a look found, or why it failed; raises what does not pass."""
    try:
        return look(), None
    except Failure as failure:
        if not _passes(failure):
            raise
        return None, failure


def _passes(failure: Failure) -> bool:
    if isinstance(failure, ApiError):
        return failure.kind in (Kind.THROTTLED, Kind.BROKEN)
    return isinstance(failure, (NoResponse, NotSent, DeadlineExceeded)) and not isinstance(failure, InvalidRequest)


Read = Callable[[ApiRun, T], "T | None"]


class Watch(Generic[T]):
    """One thing while it is waited for; ``latest`` is what was seen of it last.

    A task can wait in stretches, and do something between them. The listener of the client hears how the wait goes.
    """

    def __init__(self, run: ApiRun, goal: Goal[T], waiting: Waiting, thing: T, read: Read[T]) -> None:
        self.latest = thing
        self._run, self._goal, self._waiting, self._read = run, goal, waiting, read
        self._progress = Progress(run.actor.tell, run.clock.monotonic, run.deadline, waiting.publishes)
        self._pauses = Pauses(run, waiting.interval)
        self._begun, self._misses = False, 0

    def until(self, moment: float) -> bool:
        """Wait until the goal is reached: True; or until the first look at or after a moment: False.

        What that look saw is judged by the next stretch. Raises StateNotReached when the goal cannot be reached, or not
        before the deadline.
        """
        try:
            if self._goal.is_reached(self.latest):
                return True
            in_time = self._pause()
            found = poll(self._run, self._pauses, lambda: self._look(moment), self._missed) if in_time else None
            if found is None:
                raise StateNotReached(self._goal.overdue(self.latest, self._waiting.timeout))
        except Failure as failure:
            failure.add(**self.latest.facts(self._run.now()))
            raise
        return found

    def continue_with(self, thing: T) -> None:
        """Wait for another thing from now on, or for the same."""
        self.latest = thing

    def end(self) -> T:
        """The thing where it was to get."""
        self._progress.end(f"{self.latest.short}: {self.latest.status.value}", self.latest)
        return self.latest

    def _pause(self) -> bool:
        """The pause before the first look of a stretch; False when there is no time for one."""
        self._progress.order(self.latest)
        if not self._begun:
            self._begun = True
            self._pauses.first()
        elif self._pauses.is_over:
            return False
        else:
            self._pauses.next(None)
        return True

    def _look(self, moment: float) -> bool | None:
        seen = self._read(self._run, self.latest)
        # What was never described yet is new: the service may not show it yet.
        self._misses = self._misses + 1 if seen is None and self.latest.service_status else 0
        if self._misses == _MOST_MISSES:
            raise StateNotReached(
                f"{self.latest.named} does not exist any more. Run the task again: it plans again from the current "
                "state."
            )
        self.latest = seen or self.latest
        if seen and self._run.clock.monotonic() >= moment:
            return False
        if self._goal.is_reached(self.latest):
            return True
        self._progress.order(self.latest)
        return None

    def _missed(self, problem: Failure) -> None:
        self._progress.order(self.latest, problem)


def wait(run: ApiRun, goal: Goal[T], waiting: Waiting, thing: T, read: Read[T]) -> T:
    """Wait in one stretch."""
    watch = Watch(run, goal, waiting, thing, read)
    watch.until(float("inf"))
    return watch.end()
