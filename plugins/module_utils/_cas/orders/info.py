# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What ``cas_order_info`` returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._errors import InvalidOption
from ..._text import line
from ..._x509.hostnames import base, host_names, same_order_names
from ..options import WaitFor, Waiting, days_or_hours, order_identifier, read_waiting
from ..status import DEAD, IN_FLIGHT, VALID, WITH_THE_CA, Status, list_words
from .api import (
    ORDER_TYPES,
    describe,
    describe_with_key,
    find_in_list,
    list_orders,
    order_in_list,
    unread,
    with_certificate,
)

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from ..._rpc.client import Client
    from .order import Order

_OF_CERTIFICATES = VALID | {Status.EXPIRED}
# This module orders nothing, however often it runs.
_ORDERS_AGAIN = "Use cas_order to"


class Query(NamedTuple):
    """Which orders, and how much of them. An empty filter lets everything pass."""

    order_id: str | None
    order_ids: tuple[str, ...]
    domains: tuple[str, ...]
    keyword: str | None
    statuses: frozenset[Status]
    product_code: str | None
    expires_within: timedelta | None
    order_type: str
    include_validation: bool
    include_certificate: bool
    include_private_key: bool
    waiting: Waiting

    @property
    def has_orders(self) -> bool:
        """Whether the list is one of orders; certificates and uploads cannot be described."""
        return self.order_type in ("package", "purchase")

    @property
    def is_complete(self) -> bool:
        """Whether all orders were asked for."""
        filters = (self.order_id, self.order_ids, self.domains, self.keyword, self.statuses, self.product_code)
        return self.order_type == "package" and self.expires_within is None and not any(filters)


def query(options: Mapping[str, Any]) -> Query:
    """Check the options of ``cas_order_info`` and say what they ask for. Raises InvalidOption."""
    asked = Query(
        order_id=order_identifier(options["order_id"]),
        order_ids=_ids(options["order_ids"]),
        domains=host_names(options["domains"] or ()),
        keyword=line(options["keyword"], "keyword") or None,
        statuses=frozenset(Status(code) for code in options["status"] or ()),
        product_code=line(options["product_code"], "product_code") or None,
        expires_within=days_or_hours(options["expires_within"], "expires_within"),
        order_type=options["order_type"],
        include_validation=options["include_validation"],
        include_certificate=options["include_certificate"],
        include_private_key=options["include_private_key"],
        waiting=read_waiting(options),
    )
    _check_together(asked)
    return asked


def _ids(values: Sequence[object] | None) -> tuple[str, ...]:
    """Order numbers, every one once; a null is not one."""
    if values is None:
        return ()
    if not values:
        raise InvalidOption("order_ids", "the list is empty; give one order number or more, or leave it out.")
    return tuple(dict.fromkeys(order_identifier("" if value is None else value, "order_ids") or "" for value in values))


def _check_together(asked: Query) -> None:
    if not asked.has_orders and not asked.statuses <= _OF_CERTIFICATES:
        raise InvalidOption(
            "status", f"entries of order_type: {asked.order_type} are issued, expiring or expired only."
        )
    option = "order_ids" if asked.order_ids else "order_id"
    if asked.order_ids and asked.order_id:
        raise InvalidOption(option, "give order_id or order_ids, not both.")
    if (asked.order_ids or asked.order_id) and not asked.has_orders:
        raise InvalidOption(option, f"entries of order_type: {asked.order_type} have no order number.")
    if asked.order_ids and asked.keyword:
        raise InvalidOption(
            option, "keyword searches all orders of the account; leave it out where the numbers are known."
        )
    if asked.include_private_key and not asked.order_id:
        raise InvalidOption("include_private_key", "a private key is returned for one order only; give order_id.")
    if asked.waiting.wait_for is not WaitFor.NONE and not (asked.order_id or asked.order_ids):
        raise InvalidOption("wait_for", "give order_id or order_ids to wait for.")


def find(client: Client, asked: Query) -> tuple[list[Order], str | None]:
    """The orders that pass all filters, and the private key of the one order if it was asked for."""
    if asked.order_ids:
        return list(_by_ids(client, asked)), None
    if asked.order_id is None:
        return list(_filtered(client, asked)), None
    known, order, private_key = unread(asked.order_id, asked.domains), None, None
    if _waits(client, asked) and asked.domains and not asked.product_code:
        order, private_key = describe_with_key(client, known) or (None, None)
    if order is None or order.status is Status.UNKNOWN:  # only the list may tell
        listed = order_in_list(client, asked.order_id, asked.keyword, ORDER_TYPES[asked.order_type])
        known = listed or unread(asked.order_id)
        order, private_key = describe_with_key(client, known) or (None, None)
    if _waits(client, asked):
        order, private_key = _waited(client, asked, order or known, private_key)
    if order is None or not _passes(asked, order, client.clock.now()):
        return [], None
    return [order], private_key if asked.include_private_key else None


def _waits(client: Client, asked: Query) -> bool:
    return asked.waiting.wait_for is not WaitFor.NONE and not client.read_only


def _run(client: Client, asked: Query) -> ApiRun:
    """The task while it waits: every call of it ends with the wait."""
    from ..._reconcile import Run  # few tasks wait

    return Run(client, client.clock.monotonic() + asked.waiting.timeout)


def _waited(client: Client, asked: Query, order: Order, private_key: str | None) -> tuple[Order, str | None]:
    """The order where it was waited for to get, with the key of the response that told so."""
    from ..wait.one import wait  # few tasks wait
    from .goals import goal_of
    from .refusals import refuse_uncovered

    def read(run: ApiRun, known: Order) -> Order | None:
        nonlocal private_key
        seen, private_key = describe_with_key(run, known) or (None, None)
        return seen

    goal = goal_of(asked.waiting.wait_for, again=_ORDERS_AGAIN)
    found = wait(_run(client, asked), goal, asked.waiting, order, read)
    if asked.domains and same_order_names(asked.domains, found.domains):
        refuse_uncovered(asked.domains, found)  # the names were taken from the task
    return found, private_key


def _by_ids(client: Client, asked: Query) -> Iterator[Order]:
    """The orders of ``order_ids`` that exist, in the order asked."""
    if _waits(client, asked):
        waited = _all_waited(client, asked)
        yield from (order for order in waited if _passes(asked, order, client.clock.now()))
        return
    listed, now = find_in_list(client, asked.order_ids, asked.order_type), client.clock.now()
    for order_id in asked.order_ids:
        entry = listed.get(order_id)
        # The list may lag behind.
        order = _refined(client, asked, entry, now) if entry else describe(client, unread(order_id))
        if order and _passes(asked, order, now):
            yield order


def _all_waited(client: Client, asked: Query) -> list[Order]:
    from ..wait.many import Many, wait_for_all  # few tasks wait
    from .goals import RESUME

    many = Many(
        things={order_id: unread(order_id) for order_id in asked.order_ids},
        find=lambda run, ids: find_in_list(run, ids, asked.order_type),
        describe=describe,
        lacks=lambda order: asked.include_certificate and order.certificate is None,
        option="order_ids",
        again=RESUME,
        over="Place new orders with cas_order.",
    )
    return wait_for_all(_run(client, asked), asked.waiting, many)


def _filtered(client: Client, asked: Query) -> Iterator[Order]:
    now = client.clock.now()
    for said in _words(asked):
        for listed in list_orders(client, ORDER_TYPES[asked.order_type], asked.keyword or _keyword(asked), said):
            order = _refined(client, asked, listed, now)
            if order and _passes(asked, order, now):
                yield order


def _refined(client: Client, asked: Query, listed: Order, now: datetime) -> Order | None:
    """A listed order with the details that were asked for; None when the list already tells that it does not pass."""
    return _with_details(client, asked, listed) if _passes(asked, listed, now, refined=False) else None


def _keyword(asked: Query) -> str | None:
    return base(asked.domains[0]) if asked.domains else None


def _words(asked: Query) -> list[str | None]:
    """The status words to list by. The lists of certificates show valid ones only, unless they are asked by word."""
    words = sorted({said for status in asked.statuses for said in list_words(status)})
    if Status.UNKNOWN in asked.statuses or not words or (asked.has_orders and len(words) > 1):
        return [None]
    return list(words)


def _passes(asked: Query, order: Order, now: datetime, refined: bool = True) -> bool:
    statuses = asked.statuses if refined or not asked.statuses & WITH_THE_CA else asked.statuses | WITH_THE_CA
    return (
        (not asked.statuses or order.status in statuses)
        and (not asked.domains or same_order_names(asked.domains, order.domains))
        and asked.product_code in (None, order.product_code)
        and (asked.expires_within is None or (order.status not in DEAD and _expires(order, now, asked.expires_within)))
    )


def _expires(order: Order, now: datetime, span: timedelta) -> bool:
    return order.not_after is not None and now <= order.not_after <= now + span


def _with_details(client: Client, asked: Query, order: Order) -> Order:
    """The order as far as it was asked for: a call each, so none without need."""
    if not asked.has_orders:
        return with_certificate(client, order) if asked.include_certificate else order
    needed = (
        (asked.include_validation and order.status in IN_FLIGHT)
        or (asked.include_certificate and order.status in _OF_CERTIFICATES)
        or (bool(asked.statuses & WITH_THE_CA) and order.status in WITH_THE_CA)
    )
    return (describe(client, order) or order) if needed else order


def order_info(connect: Callable[[], Client], options: Mapping[str, Any]) -> dict[str, Any]:
    """The result of ``cas_order_info``; nothing is connected before the options are checked."""
    asked = query(options)
    client = connect()
    orders, private_key = find(client, asked)
    now = client.clock.now()
    result: dict[str, Any] = {"orders": [order.public(now) for order in orders], "total": len(orders)}
    if asked.is_complete:
        from .snapshot import public_snapshot  # most lists are filtered

        result["known_orders"] = public_snapshot(client.account, now, orders, client.service_offset)
    return {**result, "private_key": private_key} if asked.include_private_key else result
