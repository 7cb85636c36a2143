# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The certificate chain of an order, of an instance or of a name: what the lookup ``cas_certificate`` returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .._cas.options import order_identifier
from .._cas.orders import api as orders
from .._cas.status import VALID
from .._errors import Failure, InvalidOption
from .._text import quoted
from .._x509.hostnames import a_labels, base, uncovered

if TYPE_CHECKING:
    from .._cas.orders.order import Order
    from .._rpc.client import Client
    from .._x509.certificate import Certificate


def chains(client: Client, names: Sequence[str], order_id: str | None, instance_id: str | None) -> list[str]:
    """The chains, leaf first, one for each name, or that of the one order or instance. Raises Failure."""
    if sum((bool(names), order_id is not None, instance_id is not None)) != 1:
        raise InvalidOption("_terms", "give domain names, or order_id, or instance_id.")
    if order_id is not None:
        return [_of_order(client, order_identifier(order_id) or "").fullchain]
    if instance_id is not None:
        return [_of_instance(client, instance_id).fullchain]
    return [_of_name(client, a_labels(name, "_terms")).fullchain for name in names]


def _of_order(client: Client, order_id: str) -> Certificate:
    order = orders.describe(client, orders.unread(order_id))
    if order is None:
        raise Failure(f"Order {order_id} does not exist on this account. Check its ID, the access key and region.")
    if order.certificate is None:
        raise Failure(f"Order {order_id} is {order.status.value} and has no certificate.")
    return order.certificate


def _of_instance(client: Client, instance_id: str) -> Certificate:
    from .._cas.instances import api as instances  # most chains are those of orders
    from .._cas.instances.certificates import complete
    from .._cas.instances.wanted import instance_identifier
    from .._reconcile import Run

    named = instance_identifier(instance_id) or ""
    instance = instances.describe(client, named)
    if instance is None:
        raise Failure(f"Instance {named} does not exist on this account. Check its ID, the access key and region.")
    found = complete(Run(client), instance).certificate
    if found is None:
        raise Failure(f"Instance {named} is {instance.status.value} and has no certificate.")
    return found


def _of_name(client: Client, name: str) -> Certificate:
    """The valid one that expires last, of those that cover the name: of orders, of instances, or uploaded."""
    listed = orders.list_orders(client, orders.ORDER_TYPES["certificate"], _keyword(name))
    there = [each for each in listed if each.status in VALID and not uncovered([name], each.domains)]
    for each in sorted(there, key=lambda each: _expiry(each, client.clock.now()), reverse=True):
        found = orders.with_certificate(client, each).certificate
        if found is not None and not uncovered([name], found.domains):
            return found
    raise Failure(f"No certificate of this account is valid and covers {quoted(name)}.")


def _keyword(name: str) -> str:
    """What the list is searched for: a wildcard that covers the name has only its parent in common with it."""
    parent = base(name).partition(".")[2]
    return parent if "." in parent else base(name)


def _expiry(entry: Order, now: datetime) -> datetime:
    return entry.not_after or now
