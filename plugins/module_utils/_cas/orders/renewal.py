# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""When a certificate is due, and the plan that gives it a successor. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._errors import NotAllowed
from ..._plan import Plan, Step
from ..._x509.renewal_window import EXPIRING_SPAN
from ..renewal_due import judge
from ..status import Status
from .refusals import refuse_first_order, refuse_two_in_flight, refuse_unknown, refuse_wrong_certificate
from .renewal_due import why_over
from .select import Seen, as_revoked, in_flight, to_renew, to_replace
from .steps import clear_failed, create, renew
from .wanted import RenewalWanted, Strategy

if TYPE_CHECKING:
    from .order import Order


def plan_renewal(seen: Seen[RenewalWanted], now: datetime) -> Plan[Order]:
    """The plan of ``cas_order_renew``. A successor that is there already is the result, whichever task ordered it."""
    seen = replace(seen, alike=as_revoked(seen.wanted, seen.alike))
    refuse_two_in_flight(seen.alike)
    current = to_renew(seen.wanted, seen.alike)
    flying = in_flight(seen.alike)
    if flying:
        previous = current or to_replace(seen.wanted, seen.alike)
        return Plan(flying, (), _facts(seen, current, previous, True, f"{flying.named} is in progress"))
    return _follow(seen, current, now) if current else _start_over(seen)


def _follow(seen: Seen[RenewalWanted], current: Order, now: datetime) -> Plan[Order]:
    """A valid certificate, and its successor where it is due."""
    wanted, followed = seen.wanted, seen.wanted.order_id not in (None, current.order_id)
    # What a task says of the order that it names does not hold for its successor.
    asked = replace(wanted, force=False, due_on_host=False) if followed else wanted
    due, reason, warning = judge(asked, current, now, seen.clock_offset)
    warnings = (warning,) if warning else ()
    if due:
        refuse_unknown(seen.alike)
        reason += _why_not_renewed(wanted, current, now)
        return Plan(current, _steps(seen, current, reason), _facts(seen, current, current, True, reason), warnings)
    if followed:
        refuse_wrong_certificate(wanted, current)
        reason = f"{current.named} follows order {wanted.order_id} already: {reason}"
    facts = _facts(seen, current, current, False, reason)
    return Plan(current, (), {**facts, "previous_order_id": wanted.order_id if followed else None}, warnings)


def _start_over(seen: Seen[RenewalWanted]) -> Plan[Order]:
    """No certificate is valid any more. Where none ever was, the task has to allow the first order."""
    over = to_replace(seen.wanted, seen.alike)
    refuse_unknown(seen.alike)
    refuse_first_order(seen.wanted, over)
    reason = why_over(seen.wanted, over)
    return Plan(None, _steps(seen, None, reason), _facts(seen, None, over, True, reason))


def _facts(
    seen: Seen[RenewalWanted], current: Order | None, previous: Order | None, due: bool, reason: str
) -> dict[str, Any]:
    return {
        "strategy": _strategy(seen.wanted, current).value,
        "previous_order_id": previous.order_id if previous else seen.wanted.order_id,
        "due": due,
        "reason": reason,
    }


def _steps(seen: Seen[RenewalWanted], current: Order | None, reason: str) -> tuple[Step[Order], ...]:
    return (*clear_failed(seen.alike), _successor(seen.wanted, current, reason))


def _strategy(wanted: RenewalWanted, current: Order | None) -> Strategy:
    if wanted.strategy is not Strategy.AUTO:
        return wanted.strategy
    # The service renews paid products only, and only while they are expiring.
    return Strategy.RENEW if _is_paid(wanted) and current and current.status is Status.EXPIRING else Strategy.REORDER


def _is_paid(wanted: RenewalWanted) -> bool:
    return "-free-" not in wanted.product_code


def _why_not_renewed(wanted: RenewalWanted, current: Order | None, now: datetime) -> str:
    """Why strategy: auto orders a new certificate of a product that the service could renew, as the end of a reason."""
    if wanted.strategy is not Strategy.AUTO or not _is_paid(wanted) or current is None or current.not_after is None:
        return ""
    if current.status is Status.EXPIRING:
        return ""
    begins = current.not_after - EXPIRING_SPAN
    when = f"only from {begins.date()} on" if begins > now else "only what it calls expiring, which this is not yet"
    return f"; ordered as a new order, because the service renews {when}"


def _successor(wanted: RenewalWanted, current: Order | None, reason: str) -> Step[Order]:
    if _strategy(wanted, current) is Strategy.REORDER:
        return create(wanted, reason)
    if current is None or current.status is not Status.EXPIRING:
        what = f"{current.named} is {current.status.value}" if current else reason
        raise NotAllowed(
            f"strategy: renew works only while an order is expiring; {what}. A new order is placed with "
            "strategy: reorder or auto instead.",
            order_id=current.order_id if current else None,
        )
    return renew(wanted, current, reason)
