# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for many orders at once, by the list, until an absolute deadline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from ..._errors import Failure, InvalidOption, StateNotReached
from ..._rpc.client import Client
from ..orders.api import describe, find_in_list, unread
from ..orders.order import Order
from ..status import DEAD, VALID, Status
from .one import GO_ON, Wanted, poll
from .progress import Progress, counts, named, plural, several


class WantedAll(Wanted, Protocol):
    """Which orders are waited for, and the list that shows them."""

    @property
    def order_ids(self) -> tuple[str, ...]: ...

    @property
    def order_type(self) -> str: ...

    @property
    def include_certificate(self) -> bool: ...


# Seconds: how long lists may lag behind a create, and how long what was described counts as known.
_LIST_LAG = 20.0
_KNOWN_FOR = 300.0
_KNOWN_FOR_UNLISTED = 60.0
_MOST_DESCRIBED = 10
_ENDED = DEAD | {Status.FAILED}


@dataclass(frozen=True)
class _Member:
    """One of many orders, as far as it is known.

    ``listed`` is the status by the list, None when the list does not show it; ``read`` the moment when it was
    described last. It is ``gone`` when it was there, and neither the list nor the service shows it any more.
    """

    order: Order
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


def wait_for_all(client: Client, wanted: WantedAll, deadline: float) -> list[Order]:
    """Wait until each of many orders is issued, or cannot be any more; by the list, which tells 50 in one call.

    Raises StateNotReached, with the names of those that were not issued, and InvalidOption for an order that does not
    exist; ``orders`` is in the facts of every failure.
    """
    fleet = _Fleet(client, wanted, deadline)
    try:
        if poll(client, wanted.poll_interval, deadline, fleet.look, fleet.missed) is None:
            raise StateNotReached(f"{fleet.open_ones} after {wanted.wait_timeout:g} s: {fleet.named()}. {GO_ON}")
        if not all(member.good for member in fleet.members.values()):
            raise StateNotReached(f"{fleet.open_ones} and cannot be any more: {fleet.named()}.")
    except Failure as failure:
        now = client.clock.now()
        raise failure.add(orders=[member.order.public(now) for member in fleet.members.values()]) from None
    fleet.progress.end(counts(fleet.words))
    return [member.order for member in fleet.members.values()]


class _Fleet:
    """Many orders while they are waited for, by their numbers, in the order asked."""

    def __init__(self, client: Client, wanted: WantedAll, deadline: float) -> None:
        self.members = {number: _Member(unread(number)) for number in wanted.order_ids}
        self.progress = Progress(client.tell, client.clock.monotonic, deadline)
        self._client, self._wanted, self._deadline = client, wanted, deadline
        self._news: list[Order] = []
        self._grace = min(_LIST_LAG, wanted.wait_timeout / 2)

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

    def _open(self) -> list[_Member]:
        return [member for member in self.members.values() if not member.good or self._lacks_certificate(member)]

    def look(self) -> bool | None:
        """One look at all that are not settled: pages of the list, and few describes. True when all are settled."""
        waiting = [number for number, member in self.members.items() if not self._is_settled(member)]
        listed = find_in_list(self._client, waiting, self._wanted.order_type, self._deadline)
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

    def _is_settled(self, member: _Member) -> bool:
        if member.gone or member.order.status in _ENDED:
            return True
        return member.good and not self._lacks_certificate(member)

    def _lacks_certificate(self, member: _Member) -> bool:
        issued = VALID & {member.order.status, member.listed}
        return bool(issued) and self._wanted.include_certificate and member.order.certificate is None

    def _describe(self, numbers: Iterable[str]) -> None:
        """Describe what the list does not tell: a certificate always, the rest by turns."""
        members = {number: self.members[number] for number in numbers}
        urgent = [number for number, member in members.items() if self._lacks_certificate(member)]
        due = [number for number, member in members.items() if number not in urgent and self._is_due(member)]
        turns = sorted(due, key=lambda number: members[number].read or 0.0)
        for number in urgent + turns[:_MOST_DESCRIBED]:
            self._read(number)
        missing = [number for number, member in self.members.items() if member.gone and not member.seen]
        if missing:
            raise InvalidOption("order_ids", f"{named(missing)} {'do' if missing[1:] else 'does'} not exist.")

    def _is_due(self, member: _Member) -> bool:
        """Whether a describe tells more than the list, and was not made a short time ago."""
        age = self._client.clock.monotonic() - member.read if member.read is not None else None
        if member.listed is None:
            return self.progress.waited >= self._grace if age is None else age >= _KNOWN_FOR_UNLISTED
        undecided = member.listed is Status.UNKNOWN or member.order.status is Status.PENDING_VALIDATION
        return undecided and (age is None or age >= _KNOWN_FOR)

    def _read(self, number: str) -> None:
        member = self.members[number]
        order = describe(self._client, member.order, self._deadline)
        gone = order is None and member.listed is None
        now = self._client.clock.monotonic()
        self._change(number, replace(member, order=order or member.order, read=now, gone=gone))

    def _change(self, number: str, member: _Member) -> None:
        before, self.members[number] = self.members[number], member
        told = (member.order.status, member.order.validation)
        if told != (before.order.status, before.order.validation) and (before.seen or member.order.validation):
            self._news.append(member.order)


def _as_listed(member: _Member, listed: Order | None) -> _Member:
    """What the list adds; while its word stays the same, what was described is newer and finer."""
    if listed is None or listed.status is member.listed:
        return replace(member, listed=listed.status if listed else None)
    return _Member(listed, listed.status)
