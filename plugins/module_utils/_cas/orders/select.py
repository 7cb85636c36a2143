# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which of the observed orders is meant. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from ..._x509.hostnames import base, same_order_names
from ..._x509.renewal_window import was_due_at
from ..status import DEAD, IN_FLIGHT, VALID, Status

if TYPE_CHECKING:
    from .order import Order
    from .wanted import OrderWanted, RenewalWanted, Wanted

W = TypeVar("W", bound="Wanted")


@dataclass(frozen=True)
class Seen(Generic[W]):
    """What was observed, and what is wanted of it: ``order_id`` may have told names and product.

    ``chosen`` is the order that ``order_id`` names (None: it does not exist); ``alike`` are the orders with the same
    names and product, empty when they were not read. ``clock_offset`` is how far the service's clock is ahead.
    """

    wanted: W
    chosen: Order | None = None
    alike: tuple[Order, ...] = ()
    clock_offset: timedelta | None = None


def is_alike(wanted: Wanted, order: Order) -> bool:
    """Same names, same product."""
    return has_names(wanted, order) and order.product_code == wanted.product_code


def has_names(wanted: Wanted, order: Order) -> bool:
    return same_order_names(wanted.domains, order.domains)


def matching(wanted: Wanted, orders: Iterable[Order]) -> list[Order]:
    """The orders that are alike, with the names that were asked for."""
    return [with_names(wanted, order) for order in orders if is_alike(wanted, order)]


def with_names(wanted: Wanted, order: Order) -> Order:
    """An order that has the names, without those that a CA adds: those do not count."""
    if set(order.domains) == set(wanted.domains):
        return order
    # An order that is named by its id is meant, whatever names it has.
    return replace(order, domains=wanted.domains, has_more_names=order.order_id != wanted.order_id)


def closest(orders: Iterable[Order]) -> list[Order]:
    """Those with just the names that were asked for; those with more only where there are none.

    ``orders`` are in the same phase: a CA adds names to all of them or to none, so those with more were asked for so.
    """
    there = list(orders)
    return [order for order in there if not order.has_more_names] or there


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
    return next((closest(some)[0] for some in choices if some), None)


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
    return next(iter(closest(order for order in orders if order.status in IN_FLIGHT)), None)


def as_revoked(wanted: RenewalWanted, orders: Iterable[Order]) -> tuple[Order, ...]:
    """Orders, with the one whose certificate the host has found revoked as such."""
    revoked = wanted.order_id if wanted.revoked_on_host else None
    return tuple(
        replace(order, status=Status.REVOKED) if order.order_id == revoked and order.status in VALID else order
        for order in orders
    )


def to_renew(wanted: RenewalWanted, orders: Iterable[Order]) -> Order | None:
    """The valid order that is to be renewed: the one that expires last.

    Beside an order with just the names that were asked for, one with more counts only when it was bought as its
    successor: when that was due already. Beside a revoked order that the task names, one counts unless it was bought
    earlier.
    """
    there = latest_first(orders)
    named = next((order for order in there if order.order_id == wanted.order_id), None)
    valid = [order for order in there if order.status in VALID and not _is_behind(order, named)]
    exact = next((order for order in valid if not order.has_more_names), None)
    return next((order for order in valid if exact in (None, order) or _follows(wanted, exact, order)), None)


def _is_behind(order: Order, revoked: Order | None) -> bool:
    """Whether an order was bought before one that was revoked since, as far as both moments are known."""
    if revoked is None or revoked.status is not Status.REVOKED or revoked.bought is None or order.bought is None:
        return False
    return order.bought < revoked.bought


def to_replace(wanted: RenewalWanted, orders: Iterable[Order]) -> Order | None:
    """Where no certificate is valid, the last one that was: the one that the task names, else the latest."""
    over = [order for order in latest_first(orders) if order.status in (Status.EXPIRED, Status.REVOKED)]
    return next((order for order in over if order.order_id == wanted.order_id), next(iter(over), None))


def _follows(wanted: RenewalWanted, order: Order | None, later: Order) -> bool:
    bought = later.bought or later.not_before
    if order is None or order.not_before is None or order.not_after is None or bought is None:
        return False
    return was_due_at(wanted.renew_before, order.not_before, order.not_after, bought)


def serves(wanted: OrderWanted, order: Order | None) -> bool:
    """Whether an order that was selected by its id settles ``present``, whatever other orders there are."""
    if order is None or order.status in DEAD or order.status is Status.FAILED:
        return False
    return not (wanted.reorder_on_key_mismatch and order.status in VALID and not carries_key(wanted, order))


def keyword(domains: tuple[str, ...]) -> str | None:
    """What to filter a list by: the search is fuzzy, so the bare name finds the wildcard too."""
    return base(domains[0]) if domains else None
