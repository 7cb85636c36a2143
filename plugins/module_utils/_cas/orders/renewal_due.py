# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether the certificate of an order is due, and whether a successor would be any better. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..._errors import NotAllowed
from ..._text import utc_text
from ..._x509.renewal_window import Due, is_due, was_due_at
from ..status import Status

if TYPE_CHECKING:
    from .order import Order
    from .wanted import RenewalWanted

# A clock that is off by less changes nothing that is told in days.
_MOST_OFFSET = timedelta(hours=1)
# The part of the time left at the purchase in which there has to be a successor, however it turns out.
_LAST = 3


def why_over(wanted: RenewalWanted, over: Order | None) -> str:
    """Why there is no valid certificate; ``over`` is the last one that was."""
    if over is None:
        return f"no valid certificate for {', '.join(wanted.domains)} with {wanted.product_code}"
    became = "was revoked" if over.status is Status.REVOKED else "has expired"
    return f"{over.named} {became}, and no later order is valid"


def judge(wanted: RenewalWanted, order: Order, now: datetime, offset: timedelta | None) -> Due:
    """Whether an order is due, by the service's clock where that is known (``offset``: how far it is ahead).

    Raises NotAllowed when a successor would be due at once: every run would order another one.
    """
    if order.not_after is None or order.not_before is None:
        if wanted.force:
            return Due(True, f"the service does not say when {order.named} expires, renewal is forced")
        raise NotAllowed(
            f"The service does not say when {order.named} expires, so it is unknown whether it is due. Nothing was "
            "ordered. Run the task again later, or order now with force: true.",
            order_id=order.order_id,
        )
    service_now = now + offset if offset is not None and abs(offset) > _MOST_OFFSET else now
    found = _by_dates(wanted, order, service_now)
    if wanted.force:
        return found if found.due else found._replace(due=True, reason=f"{found.reason}, renewal is forced")
    if found.due:
        _refuse_due_since_purchase(wanted, order, service_now)
    elif _by_dates(wanted, order, now).due:
        raise _wrong_clock(order, found.reason, f"this machine, which says {utc_text(now)}", service_now)
    elif wanted.due_on_host and not wanted.renew_before.is_expiring:
        if not _by_dates(wanted, order, service_now + _MOST_OFFSET).due:
            raise _wrong_clock(order, found.reason, "the host", service_now)
        return found._replace(due=True)
    return found


def is_due_as_listed(wanted: RenewalWanted, order: Order, now: datetime) -> bool:
    """Whether what a list tells of an order is enough: its certificate is due by the dates given there."""
    if order.not_after is None or order.not_before is None:
        return False
    follows = wanted.order_id not in (None, order.order_id)
    return (wanted.force and not follows) or _by_dates(wanted, order, now).due


def _by_dates(wanted: RenewalWanted, order: Order, now: datetime) -> Due:
    if order.not_before is None or order.not_after is None:
        raise AssertionError("only for an order with dates")
    return is_due(wanted.renew_before, order.not_before, order.not_after, now, order.status is Status.EXPIRING)


def _refuse_due_since_purchase(wanted: RenewalWanted, order: Order, now: datetime) -> None:
    """Refuse to repeat an order that was due when it was bought, unless its certificate expires before long."""
    if order.bought is None or order.not_before is None or order.not_after is None:
        return
    left_then, left = order.not_after - order.bought, order.not_after - now
    if (
        not was_due_at(wanted.renew_before, order.not_before, order.not_after, order.bought)
        or left <= left_then / _LAST
    ):
        return
    raise NotAllowed(
        f"renew_before: {order.named} was due already when it was bought at {utc_text(order.bought)}: its certificate "
        f"is dated from {utc_text(order.not_before)} to {utc_text(order.not_after)}, and renew_before is "
        f"{wanted.renew_before}. A successor like it would be due at once, and every run would order another one, so "
        "nothing was ordered. The certificate may have been issued with little time left (a reissue keeps the old "
        "expiry date, a CA may date it back), or renew_before is too long for it. Use a shorter renew_before, or "
        f"force: true to order now; without either, it is renewed once a third of its time is left.",
        order_id=order.order_id,
    )


def _wrong_clock(order: Order, reason: str, whose: str, service_now: datetime) -> NotAllowed:
    machine = whose.partition(",")[0]
    return NotAllowed(
        f"renew_before: {order.named} is due by the clock of {whose}, and not by the service's, which says "
        f"{utc_text(service_now)} ({reason}). A successor would be due at once, and every run would order another one, "
        f"so nothing was ordered; the certificate stays in use. Set the clock of {machine}. To order now, use "
        "force: true.",
        order_id=order.order_id,
    )
