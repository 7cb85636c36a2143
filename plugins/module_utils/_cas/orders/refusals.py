# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What the collection refuses to do with an order, and the sentence for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ..._errors import NotAllowed
from ..._text import one_line
from ..._x509.hostnames import uncovered
from ..status import IN_FLIGHT, Status
from .select import carries_key, closest

if TYPE_CHECKING:
    from .order import Order
    from .wanted import RenewalWanted, Wanted

_REFUND_DAYS = timedelta(days=30)


def refuse_two_in_flight(orders: Sequence[Order]) -> None:
    ids = sorted(order.order_id for order in closest(order for order in orders if order.status in IN_FLIGHT))
    if len(ids) > 1:
        raise NotAllowed(
            f"Orders {', '.join(ids)} for the same names are in progress. Nothing was done. Specify with order_id "
            "which one is meant."
        )


def refuse_first_order(wanted: RenewalWanted, over: Order | None) -> None:
    """A renewal is of a certificate that was issued before; ``over`` is that one."""
    if over is None and not wanted.allow_first_order:
        raise NotAllowed(
            f"domains: there is nothing to renew: no certificate for {', '.join(wanted.domains)} with "
            f"{wanted.product_code} was issued before. Nothing was ordered. Check domains and product_code; a first "
            "certificate is ordered with cas_order, or here with allow_first_order: true."
        )


def is_refunded(order: Order, now: datetime) -> bool:
    """A certificate returns to the quota when it is revoked within 30 calendar days of its issue. Pages of the service
    say 28 days, too."""
    return order.not_before is not None and now.date() <= _last_day(order.not_before)


def _last_day(issued: datetime) -> date:
    """The last one with a refund; dates of the service may be at the end of the calendar."""
    try:
        return (issued + _REFUND_DAYS).date()
    except OverflowError:
        return date.max


def issued_already(order: Order, state: str, now: datetime) -> NotAllowed:
    """The refusal to withdraw or delete what turned out to be issued."""
    on = until = ""
    if order.not_before:
        last_day = _last_day(order.not_before)
        on = f" on {order.not_before.date()}"
        until = (
            f" (the certificate returns to the quota for 28 to 30 days, until {last_day} at most)"
            if now.date() <= last_day
            else " (the certificate no longer returns to the quota)"
        )
    return NotAllowed(
        f"state: {state} does not revoke. {order.named} was issued{on}, and may be in use; nothing was done. If "
        f"another order is meant, give its order_id. Only to end this certificate for good, use state: revoked{until}.",
        order_id=order.order_id,
    )


def refuse_unknown(orders: Iterable[Order]) -> None:
    """No plan acts next to an order of unknown status: it may be the one that is wanted."""
    for order in orders:
        if order.status is Status.UNKNOWN:
            raise unknown_status(order)


def unknown_status(order: Order) -> NotAllowed:
    return NotAllowed(
        f"{order.named} is in a state unknown to this collection (the service calls it "
        f"{one_line(order.service_status or 'nothing', 80)}). Nothing was done; look at it in the console.",
        order_id=order.order_id,
    )


def refuse_wrong_certificate(wanted: Wanted, order: Order) -> None:
    """An issued certificate must carry the CSR's key and cover the names asked for."""
    if not carries_key(wanted, order):
        more = (
            " The order has more names than were asked for, and may be for another host."
            if order.has_more_names
            else ""
        )
        raise NotAllowed(
            f"{order.named} was issued for another key than that of the CSR; nothing was ordered.{more} The CSR may be "
            "an old one, or of another host or directory: look there for the key, and use its CSR. Only if that key is "
            "lost: on_key_mismatch: reorder (of cas_order) or force: true (of cas_order_renew) orders a certificate "
            "for the new key, which takes one of the quota.",
            order_id=order.order_id,
            key_mismatch=True,
        )
    refuse_uncovered(wanted.domains, order)


def refuse_uncovered(domains: Iterable[str], order: Order) -> None:
    """An issued certificate must cover the names asked for."""
    missing = uncovered(domains, order.certificate.domains) if order.certificate else []
    if missing:
        raise NotAllowed(
            f"{order.named} was issued without {', '.join(missing)}, which was asked for; compare the spelling of the "
            "names with those of the order.",
            order_id=order.order_id,
        )
