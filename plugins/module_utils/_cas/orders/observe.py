# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Looks at the orders that a task is about, with as few calls as tell the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..._errors import NotAllowed
from ..status import DEAD, VALID, Status
from .api import list_orders, state_of, told, unread
from .renewal_due import is_due_as_listed
from .select import (
    Seen,
    W,
    has_names,
    in_flight,
    keyword,
    matching,
    pick,
    serves,
    to_renew,
    unread_or_pick,
    with_names,
)
from .wanted import OrderWanted, RenewalWanted, State, Wanted

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from .order import Order


class _Reader:
    """One look at an account: no question is asked twice, since nothing is changed in the meantime."""

    def __init__(self, run: ApiRun, wanted: Wanted) -> None:
        self._run, self._snapshot = run, wanted.known_orders
        self._known = wanted.known_orders.known_to(run.actor.account, run.now()) if wanted.known_orders else None
        self._said: dict[str, Mapping[str, Any] | None] = {}
        self._read: dict[str | None, list[Order]] = {}
        self._rest: dict[str | None, Iterator[Order]] = {}

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the service's clock is ahead, by its last response, or when the snapshot was made."""
        told = self._run.actor.service_offset
        return told if told is not None or self._snapshot is None else self._snapshot.clock_offset

    def orders(self, keyword: str | None) -> Iterator[Order]:
        """The orders of a list; its pages are read as far as they are asked for.

        Those of a snapshot are all there, with or without a keyword.
        """
        if self._known is not None:
            yield from self._known
            return
        if keyword not in self._read:
            self._read[keyword], self._rest[keyword] = [], list_orders(self._run, keyword=keyword)
        yield from self._read[keyword]
        for order in self._rest[keyword]:
            self._read[keyword].append(order)
            yield order

    def in_list(self, order_id: str, keyword: str | None) -> Order | None:
        found = next((order for order in self.orders(keyword) if order.order_id == order_id), None)
        if found is None and self._known is not None:
            self._known = None  # it does not know what the task knows
            return self.in_list(order_id, keyword)
        return found

    def describe(self, order: Order) -> Order | None:
        if order.order_id not in self._said:
            self._said[order.order_id] = state_of(self._run, order.order_id)
        response = self._said[order.order_id]
        return told(self._run, order, response) if response is not None else None


def observe_order(run: ApiRun, wanted: OrderWanted) -> Seen[OrderWanted]:
    """What ``cas_order`` needs to know: one call for an order that ``order_id`` names and that serves, else more."""
    chosen, reader = None, _Reader(run, wanted)
    if wanted.order_id:
        chosen = _chosen(reader, wanted, wanted.order_id)
        if wanted.state is not State.PRESENT or serves(wanted, chosen):
            return Seen(wanted, chosen)
        if chosen:
            _listed(reader, wanted, wanted.order_id)
    orders = list(reader.orders(keyword(wanted.domains)))
    if wanted.order_id and not wanted.domains:
        wanted = _like(reader, wanted, wanted.order_id, orders)
    alike = matching(wanted, orders)
    choose = unread_or_pick if wanted.state is State.REVOKED and wanted.csr else pick
    read = _read(reader, alike, lambda some: choose(wanted, some), wanted.state is State.PRESENT)
    return Seen(wanted, chosen, read)


def _chosen(reader: _Reader, wanted: Wanted, order_id: str) -> Order | None:
    """The order by its number. The list is asked when it matters: it alone tells names, and what was revoked."""
    if wanted.state is State.REVOKED:
        listed = _listed(reader, wanted, order_id)
        return listed if listed and listed.status in DEAD else reader.describe(listed or unread(order_id))
    order = reader.describe(unread(order_id, wanted.domains))
    if order is None or _is_certain(wanted.state, order.status):
        return order
    listed = _listed(reader, wanted, order_id)
    return reader.describe(listed) if listed else order


def _is_certain(state: State, status: Status) -> bool:
    """Whether a describe tells enough: nothing will be withdrawn or deleted."""
    if state is State.CANCELLED:
        return status in (Status.PENDING_APPLICATION, Status.FAILED)
    return state is State.PRESENT and status is not Status.UNKNOWN


def _listed(reader: _Reader, wanted: Wanted, order_id: str) -> Order | None:
    """The order as the list shows it; with other names than were asked for it is not the one that is meant."""
    first = keyword(wanted.domains)
    order = reader.in_list(order_id, first) or (reader.in_list(order_id, None) if first else None)
    if order and wanted.domains and not has_names(wanted, order):
        raise NotAllowed(
            f"order_id: {order.named} has other names than were asked for ({', '.join(wanted.domains)}). Nothing was "
            "done. Give the ID of an order for these names, or no ID.",
            order_id=order.order_id,
        )
    return with_names(wanted, order) if order and wanted.domains else order


def observe_renewal(run: ApiRun, wanted: RenewalWanted) -> Seen[RenewalWanted]:
    """What ``cas_order_renew`` needs to know. With ``order_id``, its names and its product are what is wanted."""
    reader = _Reader(run, wanted)
    if wanted.order_id:
        reader.in_list(wanted.order_id, keyword(wanted.domains))  # a snapshot without it is too old
    orders = list(reader.orders(keyword(wanted.domains)))
    if wanted.order_id:
        wanted = _like(reader, wanted, wanted.order_id, orders)
    alike = _read(
        reader,
        matching(wanted, orders),
        lambda some: in_flight(some) or to_renew(wanted, some),
        is_enough=lambda order: order.status in VALID and is_due_as_listed(wanted, order, run.now()),
    )
    return Seen(wanted, alike=alike, clock_offset=reader.clock_offset)


def _like(reader: _Reader, wanted: W, order_id: str, orders: Iterable[Order]) -> W:
    """What is wanted, with the names and the product of the order that ``order_id`` names."""
    named = (order for order in orders if order.order_id == order_id)
    order = next((each for each in named if not wanted.domains or has_names(wanted, each)), None)
    if order is None and wanted.domains:
        order = _listed(reader, wanted, order_id)
    if order:
        order = with_names(wanted, order) if wanted.domains else order
        application = replace(wanted.application, domains=order.domains)
        return replace(wanted, application=application, product_code=order.product_code or wanted.product_code)
    if wanted.domains:
        return replace(wanted, order_id=None)
    raise NotAllowed(
        f"order_id: order {order_id} is not among the orders of this account. Nothing was done. Check the ID, the "
        "access key and the endpoint. Only if it was deleted, give domains in place of it.",
        order_id=order_id,
    )


def _read(
    reader: _Reader,
    alike: Iterable[Order],
    choose: Callable[[Iterable[Order]], Order | None],
    keep: bool = True,
    is_enough: Callable[[Order], bool] = lambda _order: False,
) -> tuple[Order, ...]:
    """Describe the order that would be chosen, until the choice stands on what was described, or is listed well enough.

    A listed order that the describe call does not know (one of both lags) is kept where its absence would buy another
    one, and dropped where its presence would delete it.
    """
    known = {order.order_id: order for order in alike}
    read: set[str] = set()
    while True:
        order = choose(known.values())
        if order and order.status in VALID:
            # A snapshot does not tell which of them expires last.
            order = next((other for other in known.values() if _end_is_unknown(other, read)), order)
        if order is None or order.order_id in read or order.status is Status.FAILED or is_enough(order):
            return tuple(known.values())
        read.add(order.order_id)
        now = reader.describe(order) or (order if keep else None)
        if now is None:
            del known[order.order_id]
        else:
            known[order.order_id] = now


def _end_is_unknown(order: Order, read: set[str]) -> bool:
    return order.status in VALID and order.not_after is None and order.order_id not in read
