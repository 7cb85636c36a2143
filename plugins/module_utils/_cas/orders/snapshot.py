# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One listing of an account for many tasks: a result of ``cas_order_info``, as a task that orders takes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from ..._errors import InvalidOption
from ..._rpc.fields import id_text, text
from ..status import Status
from .order import Order

_OLDEST = timedelta(hours=1)
_FORM = "%Y-%m-%dT%H:%M:%SZ"


class Listing(NamedTuple):
    """The orders of an account at a moment; ``account`` stands for the endpoint and the access key."""

    account: str
    at: datetime
    orders: tuple[Order, ...]

    def known_to(self, account: str, now: datetime) -> tuple[Order, ...] | None:
        """The orders, for a task of an account; None when they are old or another one's, so it has to ask."""
        fresh = -timedelta(minutes=1) < now - self.at < _OLDEST
        return self.orders if fresh and account == self.account else None


def read_listing(value: Mapping[str, Any] | None) -> Listing | None:
    """The option ``listed``: a result of ``cas_order_info``. Raises InvalidOption."""
    if not value:
        return None
    origin, entries = value.get("listing"), value.get("orders")
    if not isinstance(origin, Mapping) or not isinstance(entries, (list, tuple)):
        raise InvalidOption(
            "listed", "give what cas_order_info returned when it was asked for all orders, without filters."
        )
    try:
        at = datetime.strptime(str(origin.get("at")), _FORM).replace(tzinfo=timezone.utc)
    except ValueError:
        raise InvalidOption("listed", "listing.at is no moment such as 2026-11-22T00:00:00Z.") from None
    return Listing(str(origin.get("account")), at, tuple(_order(entry) for entry in entries))


def _order(entry: object) -> Order:
    """An order as a result shows it. When it ends is not told there, so it is described before that matters."""
    number = id_text(entry.get("order_id")) if isinstance(entry, Mapping) else None
    domains = entry.get("domains") if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or number is None or not isinstance(domains, (list, tuple)):
        raise InvalidOption("listed", "an entry of orders is no order, with its order_id and its domains.")
    try:
        status = Status(entry.get("status"))
    except ValueError:
        raise InvalidOption("listed", f"order {number} has no status that there is.") from None
    return Order(
        order_id=number,
        status=status,
        service_status=text(entry.get("service_status")),
        domains=tuple(str(name) for name in domains),
        product_code=text(entry.get("product_code")),
        instance_id=text(entry.get("instance_id")),
        certificate_id=id_text(entry.get("certificate_id")),
    )
