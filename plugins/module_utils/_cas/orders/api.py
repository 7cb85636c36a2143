# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The operations on orders: one function for each question, paging included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..._errors import ApiError, Failure, Kind
from ..._rpc.fields import id_text, text
from ..._rpc.paging import entries
from ..status import Status
from .order import Order, described, from_list

if TYPE_CHECKING:
    from ..._rpc.client import Caller
    from ..._x509.certificate import Certificate
    from .quota import Quota


ORDER_TYPES = {"package": "CPACK", "purchase": "BUY", "uploaded": "UPLOAD", "certificate": "CERT"}
_PAGE = 50


def describe(caller: Caller, order: Order) -> Order | None:
    """What is known of an order and what the service says of it now; None when it says there is none."""
    response = state_of(caller, order.order_id)
    return told(caller, order, response) if response is not None else None


def describe_with_key(caller: Caller, order: Order) -> tuple[Order, str | None] | None:
    """As ``describe``, with the private key that the service made, if it made one."""
    response = state_of(caller, order.order_id)
    return (told(caller, order, response), _pem(response.get("PrivateKey"))) if response is not None else None


def state_of(caller: Caller, order_id: str) -> Mapping[str, Any] | None:
    """What the service says of an order, in its own words; None when it says there is none."""
    try:
        return caller.call("DescribeCertificateState", {"OrderId": order_id})
    except ApiError as refused:
        if refused.kind is Kind.GONE:
            return None
        refused.add(order_id=order_id)
        raise


def told(caller: Caller, order: Order, response: Mapping[str, Any]) -> Order:
    """What is known of an order, and what the service said of it."""
    return described(order, response, _certificate(response.get("Certificate"), order), caller.clock.now())


def with_certificate(caller: Caller, order: Order) -> Order:
    """An entry of the certificate list with its certificate. The key that comes along is left behind."""
    if order.certificate_id is None:
        return order
    response = caller.call("GetUserCertificateDetail", {"CertId": order.certificate_id})
    return replace(order, certificate=_certificate(response.get("Cert"), order))


def _certificate(value: object, order: Order) -> Certificate | None:
    pem = _pem(value)
    if pem is None:
        return None
    from ..._x509.certificate import read_certificate  # its library is imported only where there is a certificate

    try:
        return read_certificate(pem)
    except Failure as failure:
        raise failure.add(order_id=order.order_id or None) from None


def _pem(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def list_orders(
    caller: Caller,
    order_type: str = "CPACK",
    keyword: str | None = None,
    word: str | None = None,
) -> Iterator[Order]:
    """All orders, page after page, each once. ``word`` is a status in the list's own words."""
    for entry in entries(partial(_page, caller, order_type, keyword, word), _key):
        yield from_list(entry, word)


def _key(entry: Mapping[str, Any]) -> str:
    return id_text(entry.get("OrderId")) or f"{text(entry.get('InstanceId'))}/{id_text(entry.get('CertificateId'))}"


def _page(caller: Caller, order_type: str, keyword: str | None, word: str | None, number: int) -> tuple[object, object]:
    params = {"OrderType": order_type, "Keyword": keyword, "Status": word, "CurrentPage": number, "ShowSize": _PAGE}
    response = caller.call("ListUserCertificateOrder", params)
    return response.get("CertificateOrderList"), response.get("TotalCount")


def order_in_list(caller: Caller, order_id: str, keyword: str | None, order_type: str = "CPACK") -> Order | None:
    """One order as the list shows it; pages after it are not read."""
    orders = list_orders(caller, order_type, keyword)
    return next((order for order in orders if order.order_id == order_id), None)


def find_in_list(caller: Caller, numbers: Iterable[str], order_type: str) -> dict[str, Order]:
    """Orders by their numbers, as the list shows them; pages after the last of them are not read."""
    wanted = set(numbers)
    found: dict[str, Order] = {}
    for order in list_orders(caller, ORDER_TYPES[order_type]):
        if order.order_id in wanted:
            found[order.order_id] = order
        if len(found) == len(wanted):
            break
    return found


def quota(caller: Caller, product_code: str) -> Quota:
    """The quota of one product; zeros for one that was never bought."""
    from .quota import Quota, from_response  # few modules ask for it

    try:
        return from_response(product_code, caller.call("DescribePackageState", {"ProductCode": product_code}))
    except ApiError as refused:
        if refused.kind in (Kind.QUOTA, Kind.GONE):
            return Quota(product_code)
        raise


def unread(order_id: str, domains: tuple[str, ...] = ()) -> Order:
    """An order of which only the number is known, and the names that were asked for."""
    return Order(order_id=order_id, status=Status.UNKNOWN, domains=domains)
