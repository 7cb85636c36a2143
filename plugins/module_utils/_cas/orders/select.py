# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which of the observed orders is meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from ..._x509.hostnames import base
from ..status import DEAD, IN_FLIGHT, VALID, Status

if TYPE_CHECKING:
    from .order import Order
    from .wanted import OrderWanted, Wanted

W = TypeVar("W", bound="Wanted")


@dataclass(frozen=True)
class Seen(Generic[W]):
    """What was observed, and what is wanted of it: ``order_id`` may have told names and product.

    ``chosen`` is the order that ``order_id`` names (None: it does not exist); ``alike`` are the orders with the same
    names and product, empty when they were not read.
    """

    wanted: W
    chosen: Order | None = None
    alike: tuple[Order, ...] = ()


def is_alike(wanted: Wanted, order: Order) -> bool:
    """Same set of names, same product."""
    return set(order.domains) == set(wanted.domains) and order.product_code == wanted.product_code


def has_names(wanted: Wanted, order: Order) -> bool:
    return set(wanted.domains) == set(order.domains)


def carries_key(wanted: Wanted, order: Order) -> bool:
    """Whether a certificate has the CSR's key, as far as it was read."""
    return wanted.csr is None or order.public_key_sha256 in (None, wanted.csr.public_key_sha256)


def pick(wanted: Wanted, orders: Iterable[Order]) -> Order | None:
    """The order that is meant: in flight, else valid (with the CSR's key, or expiring last), else failed."""
    there = latest_first(orders)
    valid = [order for order in there if order.status in VALID]
    choices = (
        [order for order in there if order.status in IN_FLIGHT],
        [order for order in valid if carries_key(wanted, order)],
        [order for order in there if order.status is Status.UNKNOWN],
        valid,
        [order for order in there if order.status is Status.FAILED],
    )
    return next((some[0] for some in choices if some), None)


def unread_or_pick(wanted: Wanted, orders: Iterable[Order]) -> Order | None:
    """To find the one valid order that carries a key, all of them are read."""
    unread_ones = (order for order in orders if order.status in VALID and order.public_key_sha256 is None)
    return next(unread_ones, None) or pick(wanted, orders)


def latest_first(orders: Iterable[Order]) -> list[Order]:
    """Those that expire last come first, then those that were bought last; the id only breaks a tie."""
    return sorted(orders, key=lambda order: (_seconds(order.not_after), *purchase(order)), reverse=True)


def purchase(order: Order) -> tuple[float, int, str]:
    """Sorts orders by the moment of purchase; where it is not known or the same, by their ids."""
    return _seconds(order.bought), len(order.order_id), order.order_id


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def in_flight(orders: Iterable[Order]) -> Order | None:
    """The first order that is in progress."""
    return next((order for order in orders if order.status in IN_FLIGHT), None)


def latest_valid(orders: Iterable[Order]) -> Order | None:
    """The valid order that expires last."""
    return next((order for order in latest_first(orders) if order.status in VALID), None)


def serves(wanted: OrderWanted, order: Order | None) -> bool:
    """Whether an order that was selected by its id settles ``present``, whatever other orders there are."""
    if order is None or order.status in DEAD or order.status is Status.FAILED:
        return False
    return not (wanted.reorder_on_key_mismatch and order.status in VALID and not carries_key(wanted, order))


def keyword(domains: tuple[str, ...]) -> str | None:
    """What to filter a list by: the search is fuzzy, so the bare name finds the wildcard too."""
    return base(domains[0]) if domains else None
