# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Waits for many orders at once, by the list, until an absolute deadline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from ..._errors import Failure, InvalidOption, StateNotReached
from ..options import Waiting
from ..status import DEAD, VALID, Status
from .goal import Waitable
from .one import Pauses, poll
from .progress import Progress, counts, named, plural, several

if TYPE_CHECKING:
    from ..._reconcile import ApiRun

T = TypeVar("T", bound=Waitable)


@dataclass(frozen=True)
class Many(Generic[T]):
    """What is waited for, by ids, and how the service is asked for it.

    ``find`` reads the list, as far as it shows some ids; ``describe`` reads one thing, and returns None when the
    service does not know it. ``lacks`` tells whether an issued one is not complete yet; ``option`` is where the ids
    came from, ``again`` the last sentence of a wait that was too short, ``over`` that of one that has become useless.
    """

    things: Mapping[str, T]
    find: Callable[[ApiRun, list[str]], dict[str, T]]
    describe: Callable[[ApiRun, T], T | None]
    lacks: Callable[[T], bool]
    option: str
    again: str
    over: str


# Seconds: how long lists may lag behind a create, and how long what was described counts as known.
_LIST_LAG = 20.0
_KNOWN_FOR = 300.0
_KNOWN_FOR_UNLISTED = 60.0
_MOST_DESCRIBED = 10
_ENDED = DEAD | {Status.FAILED}


@dataclass(frozen=True)
class _Member(Generic[T]):
    """One of many, as far as it is known.

    ``listed`` is the status by the list, None when the list does not show it; ``read`` the moment when it was
    described last. It is ``gone`` when it was there, and neither the list nor the service shows it any more.
    """

    order: T
    listed: Status | None = None
    read: float | None = None
    gone: bool = False

    @property
    def seen(self) -> bool:
        return self.order.service_status is not None

    @property
    def word(self) -> str:
        if self.gone:
            return "gone"
        return self.order.status.value if self.seen else "not listed yet"

    @property
    def good(self) -> bool:
        return self.order.status in VALID and not self.gone


def wait_for_all(run: ApiRun, waiting: Waiting, many: Many[T]) -> list[T]:
    """Wait until each of many is issued, or cannot be any more; by the list, which tells 50 in one call.

    Raises StateNotReached, with the names of those that were not issued, and InvalidOption for one that does not exist;
    ``orders`` is in the facts of every failure.
    """
    watch = _Watch(run, waiting, many)
    try:
        if poll(run, Pauses(run, waiting.interval), watch.look, watch.missed) is None:
            raise StateNotReached(f"{watch.open_ones} after {waiting.timeout:g} s: {watch.named()}. {many.again}")
        if not all(member.good for member in watch.members.values()):
            raise StateNotReached(f"{watch.open_ones} and cannot be any more: {watch.named()}. {many.over}")
    except Failure as failure:
        now = run.now()
        raise failure.add(orders=[member.order.public(now) for member in watch.members.values()]) from None
    watch.progress.end(counts(watch.words))
    return [member.order for member in watch.members.values()]


class _Watch(Generic[T]):
    """Many orders while they are waited for, by their ids, in the order asked."""

    def __init__(self, run: ApiRun, waiting: Waiting, many: Many[T]) -> None:
        self.members = {key: _Member(thing) for key, thing in many.things.items()}
        self.progress = Progress(run.actor.tell, run.clock.monotonic, run.deadline)
        self._run, self._many = run, many
        self._news: list[T] = []
        self._grace = min(_LIST_LAG, waiting.timeout / 2)

    @property
    def words(self) -> list[str]:
        return [member.word for member in self.members.values()]

    @property
    def open_ones(self) -> str:
        count = len(self._open())
        return f"{count} of {plural(len(self.members))} {'was' if count == 1 else 'were'} not issued"

    def named(self) -> str:
        """Those that are not issued, with what they lack; last those that only need time."""
        waiting = sorted(self._open(), key=lambda member: member.order.status is Status.REVIEWING)
        return several((member.order, member.word) for member in waiting)

    def _open(self) -> list[_Member[T]]:
        return [member for member in self.members.values() if not member.good or self._is_incomplete(member)]

    def look(self) -> bool | None:
        """One look at all that are not settled: pages of the list, and few describes. True when all are settled."""
        waiting = [number for number, member in self.members.items() if not self._is_settled(member)]
        listed = self._many.find(self._run, waiting)
        for number in waiting:
            self._change(number, _as_listed(self.members[number], listed.get(number)))
        self._describe(waiting)
        if all(self._is_settled(member) for member in self.members.values()):
            return True
        self._tell()
        return None

    def missed(self, problem: Failure) -> None:
        self._tell(problem)

    def _tell(self, problem: Failure | None = None) -> None:
        self.progress.orders(self.words, problem)
        for order in self._news:
            self.progress.news_of(order)
        self._news.clear()

    def _is_settled(self, member: _Member[T]) -> bool:
        if member.gone or member.order.status in _ENDED:
            return True
        return member.good and not self._is_incomplete(member)

    def _is_incomplete(self, member: _Member[T]) -> bool:
        issued = VALID & {member.order.status, member.listed}
        return bool(issued) and self._many.lacks(member.order)

    def _describe(self, numbers: Iterable[str]) -> None:
        """Describe what the list does not tell: a certificate always, the rest by turns."""
        members = {number: self.members[number] for number in numbers}
        urgent = [number for number, member in members.items() if self._is_incomplete(member)]
        due = [number for number, member in members.items() if number not in urgent and self._is_due(member)]
        turns = sorted(due, key=lambda number: members[number].read or 0.0)
        for number in urgent + turns[:_MOST_DESCRIBED]:
            self._read(number)
        missing = [number for number, member in self.members.items() if member.gone and not member.seen]
        if missing:
            raise InvalidOption(
                self._many.option,
                f"{named(missing)} {'do' if missing[1:] else 'does'} not exist. Check the IDs, the access key and the "
                "endpoint.",
            )

    def _is_due(self, member: _Member[T]) -> bool:
        """Whether a describe tells more than the list, and was not made a short time ago."""
        age = self._run.clock.monotonic() - member.read if member.read is not None else None
        if member.listed is None:
            return self.progress.waited >= self._grace if age is None else age >= _KNOWN_FOR_UNLISTED
        undecided = member.listed is Status.UNKNOWN or member.order.status is Status.PENDING_VALIDATION
        return undecided and (age is None or age >= _KNOWN_FOR)

    def _read(self, number: str) -> None:
        member = self.members[number]
        order = self._many.describe(self._run, member.order)
        gone = order is None and member.listed is None
        now = self._run.clock.monotonic()
        self._change(number, replace(member, order=order or member.order, read=now, gone=gone))

    def _change(self, number: str, member: _Member[T]) -> None:
        before, self.members[number] = self.members[number], member
        told = (member.order.status, member.order.validation)
        if told != (before.order.status, before.order.validation) and (before.seen or member.order.validation):
            self._news.append(member.order)


def _as_listed(member: _Member[T], listed: T | None) -> _Member[T]:
    """What the list adds; while its word stays the same, what was described is newer and finer."""
    if listed is None or listed.status is member.listed:
        return replace(member, listed=listed.status if listed else None)
    return _Member(listed, listed.status)
