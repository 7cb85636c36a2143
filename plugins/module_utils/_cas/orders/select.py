# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the observed orders is meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..._x509.hostnames import base
from ..status import DEAD, IN_FLIGHT, VALID, Status
from .order import Order
from .wanted import Wanted


def unread_or_pick(wanted: Wanted, orders: Iterable[Order]) -> Order | None:
    """To find the one valid order that carries a key, all of them are read."""
    unread_ones = (order for order in orders if order.status in VALID and order.public_key_sha256 is None)
    return next(unread_ones, None) or pick(wanted, orders)


def keyword(domains: tuple[str, ...]) -> str | None:
    """What to filter a list by: the search is fuzzy, so the bare name finds the wildcard too."""
    return base(domains[0]) if domains else None


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


def serves(wanted: Wanted, order: Order | None) -> bool:
    """Whether an order picked by its id settles ``present`` without a look at its kin."""
    if order is None or order.status in DEAD or order.status is Status.FAILED:
        return False
    return not (wanted.reorder_on_key_mismatch and order.status in VALID and not carries_key(wanted, order))


def in_flight(orders: Iterable[Order]) -> Order | None:
    """The first order that is under way."""
    return next((order for order in orders if order.status in IN_FLIGHT), None)


def latest_valid(orders: Iterable[Order]) -> Order | None:
    """The valid order with the latest end."""
    return next((order for order in sorted(orders, key=latest_first) if order.status in VALID), None)
