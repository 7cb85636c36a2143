# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for an order, until an absolute deadline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from ..rpc.client import Client
from ..rpc.errors import Failure, Kind, NoAnswer, NotReached, NotSent, Refused, Unsendable
from .order import DEAD, VALID, DnsProof, Order, Status
from .service import describe
from .wanted import WaitFor

_LONGEST_PAUSE = 60.0
_GROWTH = 1.5
_LAST_MOMENT = 0.1
_MOST_MISSES = 3
Found = TypeVar("Found")


def poll(client: Client, interval: float, deadline: float, look: Callable[[], Found | None]) -> Found | None:
    """Look again and again until something is found; None when the deadline comes first.

    Pauses grow from ``interval`` seconds to 60 and faster while calls are throttled; they never shrink. What passes
    (throttling, time-outs, failures of the service) is looked at again, and raised only at the deadline.
    """
    clock = client.clock
    while True:
        problem = None
        try:
            found = look()
            if found is not None:
                return found
        except Failure as failure:
            if not _passes(failure):
                raise
            problem = failure
        left = deadline - clock.monotonic() - _LAST_MOMENT
        if left < _LAST_MOMENT:
            if problem:
                raise problem
            return None
        clock.sleep(min(left, interval * (1 - clock.chance() / 4)))
        interval = max(interval, min(_LONGEST_PAUSE, interval * (_GROWTH * 2 if problem else _GROWTH)))


def _passes(failure: Failure) -> bool:
    if isinstance(failure, Refused):
        return failure.kind in (Kind.THROTTLED, Kind.BROKEN)
    return isinstance(failure, (NoAnswer, NotSent)) and not isinstance(failure, Unsendable)


class Wanted(Protocol):
    """What is waited for, and how long: seconds."""

    @property
    def wait_for(self) -> WaitFor: ...

    @property
    def wait_timeout(self) -> float: ...

    @property
    def poll_interval(self) -> float: ...


def wait(client: Client, wanted: Wanted, order: Order, deadline: float) -> Order:
    """Wait until an order is where the task wants it. Raises NotReached when it cannot get there, or not in time."""
    latest, misses = order, 0

    def look() -> Order | None:
        nonlocal latest, misses
        seen = describe(client, latest, deadline)
        # One that was never described yet is new: the describe call may lag behind.
        misses = misses + 1 if seen is None and latest.service_status else 0
        if misses == _MOST_MISSES:
            raise NotReached(f"{latest.named} does not exist any more. Run the task again to plan anew.")
        latest = seen or latest
        return latest if _is_there(wanted, latest) else None

    try:
        if wanted.wait_for is WaitFor.NONE or _is_there(wanted, order):
            return order
        client.clock.sleep(max(0.0, min(wanted.poll_interval, deadline - client.clock.monotonic() - _LAST_MOMENT)))
        found = poll(client, wanted.poll_interval * _GROWTH, deadline, look)
        if found is None:
            raise NotReached(_too_late(wanted, latest))
        return found
    except Failure as failure:
        failure.add(order_id=latest.order_id, order=latest.public(client.clock.now()))
        raise


def _is_there(wanted: Wanted, order: Order) -> bool:
    if order.status is Status.FAILED:
        raise NotReached(
            f"{order.named} was refused. The service does not say why; check the record or file that was to be "
            "published, and CAA records. Run the task again to delete it and apply anew."
        )
    if order.status in DEAD:
        raise NotReached(f"{order.named} is {order.status.value}; there is nothing left to wait for.")
    if order.status in VALID:
        return True
    if wanted.wait_for is WaitFor.ISSUED:
        return False
    return order.status is Status.REVIEWING or (order.status is Status.PENDING_VALIDATION and bool(order.validation))


_GO_ON = "Run the task again to go on waiting; nothing is lost."


def _too_late(wanted: Wanted, order: Order) -> str:
    """The sentence for each state that a wait can end in."""
    where = f"({order.named}, {order.status.value}; the service calls it {order.service_status or 'nothing'})"
    waited = f"after {wanted.wait_timeout:g} s"
    if order.status is Status.PENDING_APPLICATION:
        return (
            f"The order was still not submitted {waited} {where}. Submit it in the console (SSL Certificates, the "
            "order, Apply for Certificate), then run the task again: it goes on with this order and buys no other."
        )
    if order.status is not Status.PENDING_VALIDATION:
        return f"The certificate was not issued {waited} {where}. {_GO_ON}"
    if not order.validation:
        return f"The service has not said what to publish {waited} {where}. {_GO_ON}"
    return f"The domain was not proven {waited} {where}. {_to_publish(order)} {_GO_ON}"


def _to_publish(order: Order) -> str:
    proof = order.validation[0]
    if isinstance(proof, DnsProof):
        name = proof.record_name or proof.raw_record_name
        return f"Publish {proof.record_type} {name} with the value {proof.record_value}."
    return f"Serve {proof.url} with the content that the order shows, without redirects."
