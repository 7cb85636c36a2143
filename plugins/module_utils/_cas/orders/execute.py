# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Executes the steps of a plan: one call for each, no new order twice, nothing revoked unasked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..._errors import ApiError, DeadlineExceeded, Failure, Kind, NotAllowed, OutcomeUnknown, StateNotReached
from ..._plan import Repeat, Step
from ..._reconcile import LOOKS, RUN_AGAIN, ApiRun, Done, find_after_loss, outcome_unknown
from ..._rpc.fields import id_text
from ..status import VALID, Status
from ..wait.one import Pauses, poll
from .api import describe, list_orders, order_in_list, unread
from .lock import Lock, forget
from .refusals import issued_already
from .select import Seen, W, closest, keyword, matching
from .steps import CANCEL, DELETE, REVOKE

if TYPE_CHECKING:
    from .order import Order
    from .wanted import Wanted

# Seconds. A describe right after a create may fail for a moment.
_NEW_ORDER_PAUSES = (0.0, 5.0, 5.0, 5.0)


def execute(run: ApiRun, seen: Seen[W], step: Step[Order], lock: Lock) -> Done[Order]:
    """Execute one step of a plan."""
    if step.repeat is Repeat.NEVER:
        return create_order(run, seen, step, lock)
    done = Done(change_order(run, seen.wanted, step))
    if step.action == DELETE:
        forget(run, seen.wanted, _target(step))
    return done


def change_order(run: ApiRun, wanted: Wanted, step: Step[Order]) -> Order | None:
    """Send a step that changes an order, once that order is still as the plan saw it; returns the order afterwards."""
    order = _read(run, step)
    if _is_done(step, order) and not (order is None and step.action == REVOKE):
        return order
    if order is None or order.status not in step.only_while:
        raise _moved_on(run, wanted, step, order)
    try:
        run.send(step)
    except ApiError as refused:
        return _after_refusal(run, wanted, step, refused)
    except OutcomeUnknown as lost:
        return find_after_loss(run, step, lost, lambda: _effect(run, wanted, step), (0.0, *LOOKS)).after
    found = poll(run, Pauses(run, wanted.waiting.interval), lambda: _effect(run, wanted, step))
    if found is None:
        raise StateNotReached(
            f"The service accepted {step.action} for order {_target(step)}, but shows no effect yet. {RUN_AGAIN}",
            order_id=_target(step),
            action=step.action,
        )
    return found.after


def _target(step: Step[Order]) -> str:
    return str(step.target.id)


def _read(run: ApiRun, step: Step[Order]) -> Order | None:
    """The order as it is now; for a revocation also as the list shows it, which alone tells what is revoked."""
    known = replace(step.leaves, status=Status.UNKNOWN) if step.leaves else unread(_target(step))
    if step.action == REVOKE:
        listed = order_in_list(run, known.order_id, keyword(known.domains))
        listed = replace(listed, domains=known.domains or listed.domains) if listed else None
        return describe(run, listed or known) or listed
    return describe(run, known)


def _is_done(step: Step[Order], order: Order | None) -> bool:
    return order is None or (step.leaves is not None and order.status is step.leaves.status)


def _effect(run: ApiRun, wanted: Wanted, step: Step[Order]) -> Done[Order] | None:
    """What a step has left, once the service shows it."""
    order = _read(run, step)
    if order and order.status in VALID and step.action == CANCEL:
        raise issued_already(order, wanted.state.value, run.now())
    return Done(order) if _is_done(step, order) else None


def _after_refusal(run: ApiRun, wanted: Wanted, step: Step[Order], refused: ApiError) -> Order | None:
    """The order when it turns out to be where the step leads; else the refusal, with what became of the order."""
    refused.add(order_id=_target(step))
    if refused.kind is Kind.GONE and step.action in (CANCEL, DELETE):
        return None
    if refused.kind is not Kind.STATE:
        raise refused
    order = _read(run, step)
    if order and order.status not in step.only_while and not _is_done(step, order):
        raise _moved_on(run, wanted, step, order)
    # A withdrawal or revocation that was asked for before may still be in progress.
    soon = run.until(run.clock.monotonic() + sum(LOOKS))
    found = poll(soon, Pauses(soon, wanted.waiting.interval), lambda: _effect(soon, wanted, step))
    if found is None:
        refused.msg += (
            f" Order {_target(step)} is still {order.status.value if order else 'there'}; look at it in the console."
        )
        raise refused
    return found.after


def _moved_on(run: ApiRun, wanted: Wanted, step: Step[Order], order: Order | None) -> NotAllowed:
    if order and order.status in VALID and step.action != REVOKE:
        return issued_already(order, wanted.state.value, run.now())
    became = f"is {order.status.value} now" if order else "does not exist any more"
    return NotAllowed(
        f"Order {_target(step)} {became}; {step.action} was not sent. Run the task again: it plans again from the "
        "current state.",
        order_id=_target(step),
    )


def create_order(run: ApiRun, seen: Seen[W], step: Step[Order], lock: Lock) -> Done[Order]:
    """Send a step that makes a new order, once and never again."""
    if not lock.is_ours:
        raise StateNotReached(
            f"{step.action} was not sent: the lock held by this task expired (15 minutes), and another task took "
            f"it over. {RUN_AGAIN}"
        )
    wanted, beside = seen.wanted, frozenset(order.order_id for order in seen.alike)
    lock.sends(run.now().timestamp(), beside)
    try:
        order_id, made = _order_id(run, step), True
    except OutcomeUnknown as lost:
        order_id, made = find_after_loss(run, step, lost, partial(_adopt, run, wanted, beside, lost)), False
        run.warnings.append(
            f"The response to {step.action} was lost; order {order_id}, new for these names, is used as its result."
        )
    except Failure:
        lock.clear()
        raise
    lock.made(run.now().timestamp(), order_id, wanted.csr.public_key_sha256 if wanted.csr else None)
    return Done(_new(wanted, order_id), made)


def _order_id(run: ApiRun, step: Step[Order]) -> str:
    order_id = id_text(run.send(step).get("OrderId"))
    if order_id is None:
        raise OutcomeUnknown(f"The response to {step.action} has no order id.", action=step.action)
    return order_id


def _adopt(run: ApiRun, wanted: Wanted, known: Collection[str], lost: OutcomeUnknown) -> str | None:
    """The one order for these names that was not there before the call whose response was lost."""
    orders = matching(wanted, list_orders(run, keyword=keyword(wanted.domains)))
    new = [order.order_id for order in closest(order for order in orders if order.order_id not in known)]
    if len(new) > 1:
        raise outcome_unknown(lost, f"Orders {', '.join(new)} are new; specify order_id.")
    return new[0] if new else None


def _new(wanted: Wanted, order_id: str) -> Order:
    """A new order before the service described it."""
    return replace(
        unread(order_id, wanted.domains),
        status=Status.PENDING_APPLICATION,
        product_code=wanted.product_code,
        validation_method=wanted.application.validation_method,
        public_key_sha256=wanted.csr.public_key_sha256 if wanted.csr else None,
    )


def describe_new(run: ApiRun, new: Order) -> Order:
    """A new order as the service describes it, or as far as it is known when the service takes its time."""
    known = replace(new, status=Status.UNKNOWN)
    try:
        for pause in _NEW_ORDER_PAUSES:
            run.clock.sleep(pause)
            order = describe(run, known)
            if order:
                return order
    except DeadlineExceeded:
        pass
    except Failure as failure:
        raise failure.add(order_id=new.order_id) from None
    return new
