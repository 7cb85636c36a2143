# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out: one call for each step, no new order twice, nothing revoked unasked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ..._errors import ApiError, DeadlineExceeded, Failure, Kind, NotAllowed, OutcomeUnknown, StateNotReached
from ..._rpc.client import Client
from ..._rpc.fields import id_text
from ..status import VALID, Status
from ..wait.one import poll
from .api import describe, list_orders, order_in_list, unread
from .lock import Claim
from .order import Order
from .refusals import issued_already
from .select import is_alike, keyword
from .steps import CANCEL, DELETE, REVOKE, Step
from .wanted import Wanted

# Seconds between looks for an order whose response was lost: lists may lag behind.
_LOOKS = (2.0, 4.0, 8.0, 16.0)
# A describe right after a create may fail for a moment.
_NEW_ORDER_PAUSES = (0.0, 5.0, 5.0, 5.0)
_SAFE = "Running the task again is safe: it looks before it acts."


def act(client: Client, wanted: Wanted, step: Step, deadline: float) -> Order | None:
    """Send a step that changes an order, once that order is still as the plan saw it; returns the order afterwards."""
    order = _now(client, step, deadline)
    if _is_done(step, order) and not (order is None and step.action == REVOKE):
        return order
    if order is None or order.status not in step.only_while:
        raise _moved_on(client, wanted, step, order)
    try:
        client.call(step.action, step.params, deadline)
    except ApiError as refused:
        return _after_refusal(client, wanted, step, refused, deadline)
    except OutcomeUnknown as lost:
        found = _looked_for(client, wanted, step, deadline)
        if found is None:
            raise OutcomeUnknown(f"{lost.msg} {_SAFE}", **_unknown(lost)) from lost
        return found[0]
    found = _effect(client, wanted, step, deadline)
    if found is None:
        raise StateNotReached(
            f"The service accepted {step.action} for order {step.order_id}, but shows no effect yet. {_SAFE}",
            order_id=step.order_id,
            action=step.action,
        )
    return found[0]


def _now(client: Client, step: Step, deadline: float) -> Order | None:
    """The order as it is now; for a revocation also as the list shows it, which alone tells what is revoked."""
    known = replace(step.leaves, status=Status.UNKNOWN) if step.leaves else unread(step.order_id or "")
    if step.action == REVOKE:
        listed = order_in_list(client, known.order_id, keyword(known.domains), deadline=deadline)
        return describe(client, listed or known, deadline) or listed
    return describe(client, known, deadline)


def _is_done(step: Step, order: Order | None) -> bool:
    return order is None or (step.leaves is not None and order.status is step.leaves.status)


def _effect(client: Client, wanted: Wanted, step: Step, deadline: float) -> tuple[Order | None] | None:
    """Wait until the service shows the effect of a step: the order afterwards, or None when it does not in time."""

    def look() -> tuple[Order | None] | None:
        order = _now(client, step, deadline)
        if order and order.status in VALID and step.action == CANCEL:
            raise issued_already(order, wanted.state.value, client.clock.now())
        return (order,) if _is_done(step, order) else None

    return poll(client, wanted.poll_interval, deadline, look)


def _looked_for(client: Client, wanted: Wanted, step: Step, deadline: float) -> tuple[Order | None] | None:
    """The effect of a call whose response was lost; None when it does not show, or when nobody can be asked."""
    try:
        return _effect(client, wanted, step, _soon(client, deadline))
    except NotAllowed:
        raise  # what is issued was not withdrawn, and that is known
    except Failure:
        return None


def _soon(client: Client, deadline: float) -> float:
    return min(deadline, client.clock.monotonic() + sum(_LOOKS))


def _after_refusal(client: Client, wanted: Wanted, step: Step, refused: ApiError, deadline: float) -> Order | None:
    """The order when it turns out to be where the step leads; else the refusal, with what became of the order."""
    refused.add(order_id=step.order_id)
    if refused.kind is Kind.GONE and step.action in (CANCEL, DELETE):
        return None
    if refused.kind is not Kind.STATE:
        raise refused
    order = _now(client, step, deadline)
    if order and order.status not in step.only_while and not _is_done(step, order):
        raise _moved_on(client, wanted, step, order)
    # A withdrawal or revocation that was asked for before may still be under way.
    found = _effect(client, wanted, step, _soon(client, deadline))
    if found is None:
        refused.msg += (
            f" Order {step.order_id} is still {order.status.value if order else 'there'}; look at it in the console."
        )
        raise refused
    return found[0]


def _moved_on(client: Client, wanted: Wanted, step: Step, order: Order | None) -> NotAllowed:
    if order and order.status in VALID and step.action != REVOKE:
        return issued_already(order, wanted.state.value, client.clock.now())
    became = f"is {order.status.value} now" if order else "does not exist any more"
    return NotAllowed(
        f"Order {step.order_id} {became}; {step.action} was not sent. Run the task again to plan anew.",
        order_id=step.order_id,
    )


@dataclass(frozen=True)
class Bought:
    """A new order as far as it is known; ``beside`` are the numbers of those that were there before.

    ``is_ours`` tells whether the service said its number; else it was found after the response was lost.
    """

    order: Order
    beside: frozenset[str]
    is_ours: bool


def buy(
    client: Client,
    wanted: Wanted,
    step: Step,
    before: Iterable[Order],
    claim: Claim,
    deadline: float,
    warnings: list[str],
) -> Bought:
    """Send a step that makes a new order, once and never again.

    ``before`` are the orders of these names that were there already: a new one beside them is ours.
    """
    if not claim.is_ours:
        raise StateNotReached(f"{step.action} was not sent: this task hung for so long that another one took its turn.")
    beside, is_ours = frozenset(order.order_id for order in before), True
    claim.sends(client.clock.now().timestamp(), beside)
    try:
        order_id = id_text(client.call(step.action, step.params, deadline).get("OrderId"))
        if order_id is None:
            raise OutcomeUnknown(f"The response to {step.action} has no order number.", action=step.action)
    except OutcomeUnknown as lost:
        order_id, is_ours = _adopt(client, wanted, beside, lost, deadline), False
        warnings.append(
            f"The response to {step.action} was lost; order {order_id}, new for these names, was taken for its result."
        )
    except Failure:
        claim.clear()
        raise
    claim.made(client.clock.now().timestamp(), order_id)
    return Bought(_new(wanted, order_id), beside, is_ours)


def _new(wanted: Wanted, order_id: str) -> Order:
    """A new order before the service described it."""
    return replace(
        unread(order_id, wanted.domains),
        status=Status.PENDING_APPLICATION,
        product_code=wanted.product_code,
        validation_method=wanted.validation_method,
        public_key_sha256=wanted.csr.public_key_sha256 if wanted.csr else None,
    )


def _adopt(client: Client, wanted: Wanted, known: Collection[str], lost: OutcomeUnknown, deadline: float) -> str:
    """The one order that is new since the call whose response was lost."""
    begun = client.clock.monotonic()
    for pause in _LOOKS:
        if client.clock.monotonic() + pause >= deadline:
            break
        client.clock.sleep(pause)
        new = _new_ones(client, wanted, known)
        if len(new) == 1:
            return new[0]
        if new:
            raise OutcomeUnknown(
                f"{lost.msg} Orders {', '.join(new)} are new; say with order_id which one is meant.", **_unknown(lost)
            )
    waited = client.clock.monotonic() - begun
    raise OutcomeUnknown(
        f"{lost.msg} No new order showed up within {waited:.0f} s. {_SAFE}", **_unknown(lost)
    ) from lost


def _new_ones(client: Client, wanted: Wanted, known: Collection[str]) -> list[str]:
    """The numbers of the orders of these names that were not there before; none when they cannot be listed."""
    try:
        orders = [order for order in list_orders(client, keyword=keyword(wanted.domains)) if is_alike(wanted, order)]
    except Failure:
        return []
    return [order.order_id for order in orders if order.order_id not in known]


def _unknown(lost: OutcomeUnknown) -> dict[str, object]:
    return {**lost.facts, "outcome": "unknown"}


def described_anew(client: Client, new: Order) -> Order:
    """A new order as the service describes it, or as far as it is known when it takes its time."""
    known = replace(new, status=Status.UNKNOWN)
    try:
        for pause in _NEW_ORDER_PAUSES:
            client.clock.sleep(pause)
            order = describe(client, known)
            if order:
                return order
    except DeadlineExceeded:
        pass
    except Failure as failure:
        raise failure.add(order_id=new.order_id) from None
    return new
