# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether an order is due by what a list tells, and why there is none that could be. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ..renewal_due import by_dates
from ..status import Status

if TYPE_CHECKING:
    from .order import Order
    from .wanted import RenewalWanted


def why_over(wanted: RenewalWanted, over: Order | None) -> str:
    """Why there is no valid certificate; ``over`` is the last one that was."""
    if over is None:
        return f"no valid certificate for {', '.join(wanted.domains)} with {wanted.product_code}"
    became = "was revoked" if over.status is Status.REVOKED else "has expired"
    return f"{over.named} {became}, and no later order is valid"


def is_due_as_listed(wanted: RenewalWanted, order: Order, now: datetime) -> bool:
    """Whether what a list tells of an order is enough: its certificate is due by the dates given there."""
    if order.not_after is None or order.not_before is None:
        return False
    follows = wanted.order_id not in (None, order.order_id)
    return (wanted.force and not follows) or by_dates(wanted, order, now).due
