# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies between what a task wants and what is: pure functions from both to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ..rpc.errors import Forbidden, one_line
from .names import is_related, uncovered
from .order import DEAD, IN_FLIGHT, VALID, WITH_THE_CA, Order, Status
from .step import Plan, Step, cancel, create, delete, revoke
from .wanted import State, Wanted

_REFUND_DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Seen:
    """What was observed.

    ``chosen`` is the order that ``order_id`` names (None: it does not exist); ``alike`` are the orders with the same
    names and product, empty when nobody looked.
    """

    chosen: Order | None = None
    alike: tuple[Order, ...] = ()


def is_alike(wanted: Wanted, order: Order) -> bool:
    """Same set of names, same product."""
    return set(order.domains) == set(wanted.domains) and order.product_code == wanted.product_code


def carries_key(wanted: Wanted, order: Order) -> bool:
    """Whether a certificate has the CSR's key, as far as it was read."""
    return wanted.csr is None or order.public_key_sha256 in (None, wanted.csr.public_key_sha256)


def pick(wanted: Wanted, orders: Iterable[Order]) -> Order | None:
    """The order that is meant: in flight, else valid (with the CSR's key, or with the latest end), else failed."""
    there = sorted(orders, key=latest_first)
    valid = [order for order in there if order.status in VALID]
    choices = (
        [order for order in there if order.status in IN_FLIGHT],
        [order for order in valid if carries_key(wanted, order)],
        [order for order in there if order.status is Status.UNKNOWN],
        valid,
        [order for order in there if order.status is Status.FAILED],
    )
    return next((some[0] for some in choices if some), None)


def latest_first(order: Order) -> tuple[float, int]:
    return (-order.not_after.timestamp() if order.not_after else 0.0, -int(order.order_id or 0))


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
        raise Forbidden(f"Orders {', '.join(ids)} for the same names are valid. Say with order_id which one to revoke.")
    revoked = next((order for order in alike if order.status is Status.REVOKED), None)
    meant = pick(wanted, theirs)
    return meant if meant and (meant.status is not Status.FAILED or revoked is None) else revoked


def serves(wanted: Wanted, order: Order | None) -> bool:
    """Whether an order picked by its id settles ``present`` without a look at its kin."""
    if order is None or order.status in DEAD or order.status is Status.FAILED:
        return False
    return not (wanted.reorder_on_key_mismatch and order.status in VALID and not carries_key(wanted, order))


def refuse_two_in_flight(orders: Sequence[Order]) -> None:
    ids = sorted(order.order_id for order in orders if order.status in IN_FLIGHT)
    if len(ids) > 1:
        raise Forbidden(
            f"Orders {', '.join(ids)} for the same names are under way. Say with order_id which one is meant."
        )


_Rule = Callable[[Wanted, Seen, datetime], Plan]


def _keep(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    return Plan(seen.chosen)


def _keep_waiting(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    """A number that belongs to an order for other names shows in what is to be proven."""
    order = _the(seen)
    strange = [proof.place for proof in order.validation if not is_related(proof.place, wanted.domains)]
    if wanted.order_id and wanted.domains and strange:
        raise Forbidden(
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
    return Plan(order, (revoke(order),), {"refund": _is_refunded(order, now)})


def _is_refunded(order: Order, now: datetime) -> bool:
    """A unit comes back when the certificate is revoked within 30 calendar days of its issue."""
    return order.not_before is not None and now.date() <= _last_day(order.not_before)


def _last_day(issued: datetime) -> date:
    """The last one with a refund; dates of the service's may be at the end of the calendar."""
    try:
        return (issued + _REFUND_DAYS).date()
    except OverflowError:
        return date.max


def _nothing_to_revoke(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    return Plan(seen.chosen, (), {"refund": False})


def _not_issued(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    order = _the(seen)
    valid = [each.order_id for each in seen.alike if each.status in VALID]
    hint = f" To revoke order {valid[0]}, which is issued, give its order_id." if valid else ""
    raise Forbidden(
        f"{order.named} is {order.status.value}: there is no certificate to revoke. "
        f"Use state: absent to withdraw it.{hint}",
        order_id=order.order_id,
    )


def _issued_already(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    raise issued_already(_the(seen), wanted.state.value, now)


def issued_already(order: Order, state: str, now: datetime) -> Forbidden:
    """The answer to whoever withdraws or deletes what turned out to be issued."""
    on = until = ""
    if order.not_before:
        last_day = _last_day(order.not_before)
        on = f" on {order.not_before.date()}"
        until = f" (the unit is returned until {last_day})" if now.date() <= last_day else " (its unit is lost by now)"
    return Forbidden(
        f"state: {state} does not revoke. {order.named} was issued{on}; "
        f"use state: revoked if that is what you want{until}.",
        order_id=order.order_id,
    )


def _puzzled(wanted: Wanted, seen: Seen, now: datetime) -> Plan:
    raise _unknown(_the(seen))


def refuse_unknown(orders: Iterable[Order]) -> None:
    """No plan acts next to an order that nobody understands: it may be the one that is wanted."""
    for order in orders:
        if order.status is Status.UNKNOWN:
            raise _unknown(order)


def _unknown(order: Order) -> Forbidden:
    return Forbidden(
        f"{order.named} is in a state that this collection does not know (the service calls it "
        f"{one_line(order.service_status or 'nothing', 80)}). Nothing was done; look at it in the console.",
        order_id=order.order_id,
    )


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


def refuse_wrong_certificate(wanted: Wanted, order: Order) -> None:
    """An issued certificate must carry the CSR's key and cover the names asked for."""
    if not carries_key(wanted, order):
        raise Forbidden(
            f"{order.named} was issued for another key than the CSR's. Use the key that belongs to it, "
            "set on_key_mismatch: reorder to order anew, or renew with the new key.",
            order_id=order.order_id,
            key_mismatch=True,
        )
    refuse_uncovered(wanted.domains, order)


def refuse_uncovered(domains: Iterable[str], order: Order) -> None:
    """An issued certificate must cover the names asked for."""
    missing = uncovered(domains, order.certificate.domains) if order.certificate else []
    if missing:
        raise Forbidden(
            f"{order.named} was issued without {', '.join(missing)}, which was asked for.",
            order_id=order.order_id,
        )


def _the(seen: Seen) -> Order:
    if seen.chosen is None:
        raise AssertionError("this rule is only for an order that is there")
    return seen.chosen
