# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for an order, until an absolute deadline."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from ..._errors import ApiError, DeadlineExceeded, Failure, InvalidRequest, Kind, NoResponse, NotSent, StateNotReached
from ..._rpc.client import Client
from ..options import WaitFor
from ..orders.api import describe
from ..orders.order import Order
from ..status import DEAD, VALID, Status
from ..validation import DnsProof
from .progress import Progress, record, short, shown

_LONGEST_PAUSE = 60.0
_GROWTH = 1.5
_LAST_MOMENT = 0.1
_MOST_MISSES = 3
Found = TypeVar("Found")


def poll(
    client: Client,
    interval: float,
    deadline: float,
    look: Callable[[], Found | None],
    missed: Callable[[Failure], None] = lambda _problem: None,
) -> Found | None:
    """Look again and again until something is found; None when the deadline comes first.

    Pauses grow from ``interval`` seconds to 60 and faster while calls are throttled; they never shrink. What passes
    (throttling, time-outs, failures of the service) is looked at again, and raised only at the deadline; ``missed``
    hears of it each time before.
    """
    clock = client.clock
    while True:
        found, problem = _tried(look)
        if found is not None:
            return found
        left = deadline - clock.monotonic() - _LAST_MOMENT
        if left < _LAST_MOMENT:
            if problem:
                raise problem
            return None
        if problem:
            missed(problem)
        clock.sleep(min(left, interval * (1 - clock.chance() / 4)))
        interval = max(interval, min(_LONGEST_PAUSE, interval * (_GROWTH * 2 if problem else _GROWTH)))


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


class Wanted(Protocol):
    """What is waited for, and how long: seconds."""

    @property
    def wait_for(self) -> WaitFor: ...

    @property
    def wait_timeout(self) -> float: ...

    @property
    def poll_interval(self) -> float: ...


Read = Callable[[Client, Order, float], "Order | None"]


def wait(client: Client, wanted: Wanted, order: Order, deadline: float, read: Read = describe) -> Order:
    """Wait until an order is where the task wants it. Raises StateNotReached when it cannot get there, or not in time.

    ``read`` asks the service for the order. The client's listener hears how the wait goes on.
    """
    watch = _Watch(client, wanted, order, deadline, read)
    try:
        if wanted.wait_for is WaitFor.NONE or _is_there(wanted, order):
            return order
        watch.progress.order(order)
        client.clock.sleep(max(0.0, min(wanted.poll_interval, deadline - client.clock.monotonic() - _LAST_MOMENT)))
        found = poll(client, wanted.poll_interval * _GROWTH, deadline, watch.look, watch.missed)
        if found is None:
            raise StateNotReached(_too_late(wanted, watch.latest))
    except Failure as failure:
        failure.add(order_id=watch.latest.order_id, order=watch.latest.public(client.clock.now()))
        raise
    watch.progress.end(f"{short(found)}: {found.status.value}", found)
    return found


class _Watch:
    """One order while it is waited for; ``latest`` is what was seen of it last."""

    def __init__(self, client: Client, wanted: Wanted, order: Order, deadline: float, read: Read) -> None:
        self.latest = order
        self.progress = Progress(client.tell, client.clock.monotonic, deadline)
        self._read = partial(read, client)
        self._wanted, self._deadline = wanted, deadline
        self._misses = 0

    def look(self) -> Order | None:
        seen = self._read(self.latest, self._deadline)
        # One that was never described yet is new: the describe call may lag behind.
        self._misses = self._misses + 1 if seen is None and self.latest.service_status else 0
        if self._misses == _MOST_MISSES:
            raise StateNotReached(f"{self.latest.named} does not exist any more. Run the task again to plan anew.")
        self.latest = seen or self.latest
        if _is_there(self._wanted, self.latest):
            return self.latest
        self.progress.order(self.latest)
        return None

    def missed(self, problem: Failure) -> None:
        self.progress.order(self.latest, problem)


def _is_there(wanted: Wanted, order: Order) -> bool:
    if order.status is Status.FAILED:
        raise StateNotReached(
            f"{order.named} was refused. The service does not say why; check the record or file that was to be "
            "published, and CAA records. Run the task again to delete it and apply anew."
        )
    if order.status in DEAD:
        raise StateNotReached(f"{order.named} is {order.status.value}; there is nothing left to wait for.")
    if order.status in VALID:
        return True
    if wanted.wait_for is WaitFor.ISSUED:
        return False
    return order.status is Status.REVIEWING or (order.status is Status.PENDING_VALIDATION and bool(order.validation))


GO_ON = "Run the task again to go on waiting; nothing is lost."


def _too_late(wanted: Wanted, order: Order) -> str:
    """The sentence for each state that a wait can end in."""
    where = f"({order.named}, {order.status.value}; the service calls it {shown(order.service_status or 'nothing')})"
    waited = f"after {wanted.wait_timeout:g} s"
    if order.status is Status.PENDING_APPLICATION:
        return (
            f"The order was still not submitted {waited} {where}. Submit it in the console (SSL Certificates, the "
            "order, Apply for Certificate), then run the task again: it goes on with this order and buys no other."
        )
    if order.status is not Status.PENDING_VALIDATION:
        return f"The certificate was not issued {waited} {where}. {GO_ON}"
    if not order.validation:
        return f"The service has not said what to publish {waited} {where}. {GO_ON}"
    return f"The domain was not proven {waited} {where}. {_to_publish(order)} {GO_ON}"


def _to_publish(order: Order) -> str:
    proof = order.validation[0]
    if isinstance(proof, DnsProof):
        return f"Publish {record(proof)} with the value {shown(proof.record_value)}."
    return f"Serve {shown(proof.url)} with the content that the order shows, without redirects."
