# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies between what a task wants and what is: pure functions from both to a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ..._errors import NotAllowed
from ..._text import one_line
from ..._x509.hostnames import is_related
from ..status import DEAD, VALID, WITH_THE_CA, Status
from .order import Order
from .refusals import is_refunded, issued_already, refuse_two_in_flight, refuse_wrong_certificate, unknown_status
from .select import Seen, carries_key, pick, serves
from .steps import Plan, Step, cancel, create, delete, revoke
from .wanted import State, Wanted


def plan_order(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    """The plan of ``cas_order``."""
    order = _meant(wanted, seen)
    status = order.status if order and order.status not in DEAD else None
    return _RULES[wanted.state][status](wanted, replace(seen, chosen=order), now)


def _meant(wanted: Wanted, seen: Seen) -> Order | None:
    """By ``order_id`` if it still serves; what is to be there may also be another one with the same names."""
    if wanted.order_id and (wanted.state is not State.PRESENT or serves(wanted, seen.chosen)):
        return seen.chosen
    refuse_two_in_flight(seen.alike)
    candidates = {order.order_id: order for order in (*seen.alike, *([seen.chosen] if seen.chosen else []))}
    if wanted.state is State.REVOKED:
        return _to_revoke(wanted, seen.alike)
    return pick(wanted, candidates.values())


def _to_revoke(wanted: Wanted, alike: Sequence[Order]) -> Order | None:
    """What cannot be undone needs a clear word: one valid order, with the CSR's key if there is a CSR."""
    theirs = [order for order in alike if order.status not in VALID or carries_key(wanted, order)]
    ids = sorted(order.order_id for order in theirs if order.status in VALID)
    if len(ids) > 1:
        raise NotAllowed(
            f"Orders {', '.join(ids)} for the same names are valid. Say with order_id which one to revoke."
        )
    revoked = next((order for order in alike if order.status is Status.REVOKED), None)
    meant = pick(wanted, theirs)
    return meant if meant and (meant.status is not Status.FAILED or revoked is None) else revoked


_Rule = Callable[[Wanted, Seen, datetime], Plan]


def _keep(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    return Plan(seen.chosen)


def _keep_waiting(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    """A number that belongs to an order for other names shows in what is to be proven."""
    order = _the(seen)
    strange = [proof.place for proof in order.validation if not is_related(proof.place, wanted.domains)]
    if wanted.order_id and wanted.domains and strange:
        raise NotAllowed(
            f"order_id: order {order.order_id} is to be proven at {one_line(strange[0])}, "
            f"which is no place for {', '.join(wanted.domains)}.",
            order_id=order.order_id,
        )
    return Plan(order)


def _keep_valid(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    order = _the(seen)
    if carries_key(wanted, order):
        refuse_wrong_certificate(wanted, order)
        return Plan(order)
    if not wanted.reorder_on_key_mismatch:
        refuse_wrong_certificate(wanted, order)
    return Plan(order, (create(wanted, f"{order.named} was issued for another key than the CSR's"),))


def _apply(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    reason = f"no live order for {', '.join(wanted.domains)} with {wanted.product_code}"
    return Plan(seen.chosen, (create(wanted, reason),))


def _replace_failed(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    order = _the(seen)
    return Plan(order, (*clear_failed(seen, order), create(wanted, f"{order.named} was refused")))


def clear_failed(seen: Seen, *more: Order) -> list[Step]:
    """Delete what was refused: it holds a unit of the quota, and nothing else can be done with it."""
    failed = {order.order_id: order for order in (*more, *seen.alike) if order.status is Status.FAILED}
    return [delete(order, f"{order.named} was refused") for order in failed.values()]


def _withdraw(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    return Plan(seen.chosen, (cancel(_the(seen)),))


def _remove(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    order = _the(seen)
    withdraw = [cancel(order)] if order.status in WITH_THE_CA else []
    others = [] if wanted.order_id else [step for step in clear_failed(seen) if step.order_id != order.order_id]
    return Plan(order, (*others, *withdraw, delete(order, f"{order.named} is not wanted")))


def _revoke(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    order = _the(seen)
    return Plan(order, (revoke(order),), {"refund": is_refunded(order, now)})


def _nothing_to_revoke(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    return Plan(seen.chosen, (), {"refund": False})


def _not_issued(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    order = _the(seen)
    valid = [each.order_id for each in seen.alike if each.status in VALID]
    hint = f" To revoke order {valid[0]}, which is issued, give its order_id." if valid else ""
    raise NotAllowed(
        f"{order.named} is {order.status.value}: there is no certificate to revoke. "
        f"Use state: absent to withdraw it.{hint}",
        order_id=order.order_id,
    )


def _issued_already(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    raise issued_already(_the(seen), wanted.state.value, now)


def _puzzled(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    raise unknown_status(_the(seen))


# The table of cas_order: state wanted, status observed (None: no order, or one that is over).
_RULES: dict[State, dict[Status | None, _Rule]] = {
    State.PRESENT: {
        None: _apply,
        Status.PENDING_APPLICATION: _keep,
        Status.PENDING_VALIDATION: _keep_waiting,
        Status.REVIEWING: _keep,
        Status.FAILED: _replace_failed,
        Status.ISSUED: _keep_valid,
        Status.EXPIRING: _keep_valid,
        Status.UNKNOWN: _puzzled,
    },
    State.CANCELLED: {
        None: _keep,
        Status.PENDING_APPLICATION: _keep,
        Status.PENDING_VALIDATION: _withdraw,
        Status.REVIEWING: _withdraw,
        Status.FAILED: _keep,
        Status.ISSUED: _issued_already,
        Status.EXPIRING: _issued_already,
        Status.UNKNOWN: _puzzled,
    },
    State.ABSENT: {
        None: _keep,
        Status.PENDING_APPLICATION: _remove,
        Status.PENDING_VALIDATION: _remove,
        Status.REVIEWING: _remove,
        Status.FAILED: _remove,
        Status.ISSUED: _issued_already,
        Status.EXPIRING: _issued_already,
        Status.UNKNOWN: _puzzled,
    },
    State.REVOKED: {
        None: _nothing_to_revoke,
        Status.PENDING_APPLICATION: _not_issued,
        Status.PENDING_VALIDATION: _not_issued,
        Status.REVIEWING: _not_issued,
        Status.FAILED: _not_issued,
        Status.ISSUED: _revoke,
        Status.EXPIRING: _revoke,
        Status.UNKNOWN: _puzzled,
    },
}


def _the(seen: Seen) -> Order:
    if seen.chosen is None:
        raise AssertionError("this rule is only for an order that is there")
    return seen.chosen
