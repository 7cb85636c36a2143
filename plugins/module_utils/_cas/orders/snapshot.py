# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The orders of an account at a moment, for many tasks: result of ``cas_order_info``, option of a task that orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ..._errors import InvalidOption
from ..._rpc.fields import id_text, moment, text
from ..snapshot import Snapshot, public_header, read_things
from ..status import Status
from .order import Order

# What a task that orders needs of each, and then the names; the rest is described before it matters.
_FIELDS = ("order_id", "status", "service_status", "product_code", "instance_id", "certificate_id")
_MOMENTS = ("bought", "not_before", "not_after")
_COLUMNS = (*_FIELDS, *_MOMENTS, "domains")


def public_snapshot(account: str, at: datetime, orders: Iterable[Order], offset: timedelta | None) -> dict[str, Any]:
    """The result ``known_orders``; ``offset`` is how far the service's clock is ahead."""
    return {**public_header(account, at, offset), "orders": [_row(order) for order in orders]}


def _row(order: Order) -> str | dict[str, Any]:
    """An order as one line of text: Ansible looks at each value of a result, and an account may have thousands."""
    values = {
        "order_id": order.order_id,
        "status": order.status.value,
        **{name: getattr(order, name) or "" for name in _FIELDS[2:]},
        **{name: _milliseconds(getattr(order, name)) for name in _MOMENTS},
        "domains": ",".join(order.domains),
    }
    row = "|".join(values.values())
    return row if row.count("|") == len(_COLUMNS) - 1 else {**values, "domains": list(order.domains)}


def _milliseconds(at: datetime | None) -> str:
    return str(int(at.timestamp() * 1000)) if at else ""


def _entry(value: object) -> object:
    """An entry of ``orders``: a line as above is taken apart, an order as a playbook sees it stays as it is."""
    values = value.split("|") if isinstance(value, str) else []
    if len(values) != len(_COLUMNS):
        return value
    return {**dict(zip(_COLUMNS, values)), "domains": values[-1].split(",") if values[-1] else []}


def read_snapshot(value: Mapping[str, Any] | None) -> Snapshot[Order] | None:
    """The option ``known_orders``. Raises InvalidOption."""
    return read_things(value, "known_orders", "orders", "cas_order_info", lambda entry: _order(_entry(entry)))


def _order(entry: object) -> Order:
    """An order of a line, or of a result, which does not tell when it expires."""
    number = id_text(entry.get("order_id")) if isinstance(entry, Mapping) else None
    domains = entry.get("domains") if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or number is None or not isinstance(domains, (list, tuple)):
        raise InvalidOption("known_orders", "an entry of orders is not an order with order_id and domains.")
    try:
        status = Status(entry.get("status"))
    except ValueError:
        raise InvalidOption("known_orders", f"order {number} has an unknown status.") from None
    return Order(
        order_id=number,
        status=status,
        service_status=text(entry.get("service_status")),
        domains=tuple(str(name) for name in domains),
        product_code=text(entry.get("product_code")),
        instance_id=text(entry.get("instance_id")),
        certificate_id=id_text(entry.get("certificate_id")),
        bought=moment(entry.get("bought")),
        not_before=moment(entry.get("not_before")),
        not_after=moment(entry.get("not_after")),
    )
