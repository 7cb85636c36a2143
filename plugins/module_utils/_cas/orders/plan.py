# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies between what a task wants and what is: pure functions from both to a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ..._errors import NotAllowed
from ..._plan import Plan
from ..._text import one_line
from ..._x509.hostnames import is_related
from ..status import DEAD, VALID, WITH_THE_CA, Status
from .order import Order
from .refusals import is_refunded, issued_already, refuse_two_in_flight, refuse_wrong_certificate, unknown_status
from .select import Seen, carries_key, closest, latest_first, pick, serves
from .steps import cancel, clear_failed, create, delete, revoke
from .wanted import OrderWanted, State, Wanted

_Seen = Seen[OrderWanted]


def plan_order(seen: _Seen, now: datetime) -> Plan[Order]:
    """The plan of ``cas_order``."""
    order = _meant(seen)
    status = order.status if order and order.status not in DEAD else None
    return _RULES[seen.wanted.state][status](replace(seen, chosen=order), now)


def _meant(seen: _Seen) -> Order | None:
    """By ``order_id`` if it still serves; what is to be there may also be another one with the same names."""
    if seen.wanted.order_id and (seen.wanted.state is not State.PRESENT or serves(seen.wanted, seen.chosen)):
        return seen.chosen
    refuse_two_in_flight(seen.alike)
    candidates = {order.order_id: order for order in (*seen.alike, *([seen.chosen] if seen.chosen else []))}
    if seen.wanted.state is State.REVOKED:
        return _to_revoke(seen.wanted, seen.alike)
    return pick(seen.wanted, candidates.values())


def _to_revoke(wanted: Wanted, alike: Sequence[Order]) -> Order | None:
    """What cannot be undone needs a clear word: one valid order, with the CSR's key if there is a CSR."""
    candidates = [order for order in alike if order.status not in VALID or carries_key(wanted, order)]
    ids = sorted(order.order_id for order in closest(order for order in candidates if order.status in VALID))
    if len(ids) > 1:
        raise NotAllowed(
            f"Orders {', '.join(ids)} for the same names are valid. Nothing was revoked. Specify with order_id which "
            "one to revoke."
        )
    revoked = next((order for order in alike if order.status is Status.REVOKED), None)
    meant = pick(wanted, candidates)
    return meant if meant and (meant.status is not Status.FAILED or revoked is None) else revoked


_Rule = Callable[[_Seen, datetime], Plan[Order]]


def _keep(seen: _Seen, now: datetime) -> Plan[Order]:
    return Plan(seen.chosen)


def _keep_waiting(seen: _Seen, now: datetime) -> Plan[Order]:
    """A number that belongs to an order for other names shows in what is to be published."""
    order = _the(seen)
    strange = [entry.place for entry in order.validation if not is_related(entry.place, seen.wanted.domains)]
    if seen.wanted.order_id and seen.wanted.domains and strange:
        raise NotAllowed(
            f"order_id: order {order.order_id} is to be validated at {one_line(strange[0])}, "
            f"which does not belong to {', '.join(seen.wanted.domains)}. Nothing was done. Give the ID of an order for "
            "these names, or no ID.",
            order_id=order.order_id,
        )
    return Plan(order)


def _keep_valid(seen: _Seen, now: datetime) -> Plan[Order]:
    order = _the(seen)
    if carries_key(seen.wanted, order):
        refuse_wrong_certificate(seen.wanted, order)
        return Plan(order)
    if not seen.wanted.reorder_on_key_mismatch:
        refuse_wrong_certificate(seen.wanted, order)
    return Plan(order, (create(seen.wanted, f"{order.named} was issued for another key than that of the CSR"),))


def _apply(seen: _Seen, now: datetime) -> Plan[Order]:
    reason = f"no live order for {', '.join(seen.wanted.domains)} with {seen.wanted.product_code}{_revoked(seen)}"
    return Plan(seen.chosen, (create(seen.wanted, reason),))


def _revoked(seen: _Seen) -> str:
    """What became of the last certificate, as the end of a reason, where that is not just its time."""
    last = next((order for order in latest_first(seen.alike) if order.status in DEAD), None)
    return f" (order {last.order_id} was revoked)" if last and last.status is Status.REVOKED else ""


def _replace_failed(seen: _Seen, now: datetime) -> Plan[Order]:
    order = _the(seen)
    return Plan(order, (*clear_failed(seen.alike, order), create(seen.wanted, f"{order.named} was refused")))


def _withdraw(seen: _Seen, now: datetime) -> Plan[Order]:
    return Plan(seen.chosen, (cancel(_the(seen)),))


def _remove(seen: _Seen, now: datetime) -> Plan[Order]:
    order = _the(seen)
    withdraw = [cancel(order)] if order.status in WITH_THE_CA else []
    others = (
        [] if seen.wanted.order_id else [step for step in clear_failed(seen.alike) if step.target.id != order.order_id]
    )
    return Plan(order, (*others, *withdraw, delete(order, f"{order.named} is not wanted")))


def _revoke(seen: _Seen, now: datetime) -> Plan[Order]:
    order = _the(seen)
    return Plan(order, (revoke(order),), {"refund": is_refunded(order, now)})


def _nothing_to_revoke(seen: _Seen, now: datetime) -> Plan[Order]:
    return Plan(seen.chosen, (), {"refund": False})


def _not_issued(seen: _Seen, now: datetime) -> Plan[Order]:
    order = _the(seen)
    valid = [each.order_id for each in seen.alike if each.status in VALID]
    hint = f" To revoke order {valid[0]}, which is issued, give its order_id." if valid else ""
    raise NotAllowed(
        f"{order.named} is {order.status.value}: there is no certificate to revoke.{hint} "
        "Only to give up this application, use state: absent.",
        order_id=order.order_id,
    )


def _issued_already(seen: _Seen, now: datetime) -> Plan[Order]:
    raise issued_already(_the(seen), seen.wanted.state.value, now)


def _puzzled(seen: _Seen, now: datetime) -> Plan[Order]:
    raise unknown_status(_the(seen))


# The table of cas_order: state seen.wanted, status observed (None: no order, or one that is over).
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


def _the(seen: _Seen) -> Order:
    if seen.chosen is None:
        raise AssertionError("this rule is only for an order that is there")
    return seen.chosen
