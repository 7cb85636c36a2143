# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations, named as CAS names them: parameters in, fields out, or a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from ..core.refusal import Refusal, invalid, missing, no_order, no_package
from ..core.world import World
from . import events
from .entries import certificate_entry, detail_fields, has_certificate, order_entry, uploaded
from .lifecycle import FIRST_CERTIFICATE, FIRST_ORDER, STATUSES, Order
from .parameters import Parameters, check_names, method, names_of, product_of, read_csr, required, tags_of, truth, whole
from .responses import Fields, instance_id, order_id, state_fields

DEFAULT_PRODUCT = "digicert-free-1-free"
CONTACT = ("Username", "Phone", "Email", "CompanyName")
ORDER_LISTS = ("CPACK", "BUY")
CERTIFICATE_LISTS = ("CERT", "UPLOAD")
_ORDER_STATUSES = frozenset(STATUSES.values()) | {"NOTACTIVATED"}
_CERTIFICATE_STATUSES = frozenset({"ISSUED", "WILLEXPIRED", "EXPIRED"})


# Creates.


def create_for_package(world: World, parameters: Parameters) -> Fields:
    """CreateCertificateForPackageRequest: any level, several names, own CSR or not; contact may be left out."""
    return _create(world, "CreateCertificateForPackageRequest", parameters, method(parameters, demanded=False))


def create(world: World, parameters: Parameters) -> Fields:
    """CreateCertificateRequest: DV, one name, the service makes key and CSR."""
    domain = required(parameters, "Domain")
    if "," in domain:
        raise invalid("Domain", "仅支持一个域名")
    kept = {name: value for name, value in parameters.items() if name != "Csr"}
    return _create_dv(world, "CreateCertificateRequest", kept)


def create_with_csr(world: World, parameters: Parameters) -> Fields:
    """CreateCertificateWithCsrRequest: DV, own CSR; there is no Domain parameter."""
    required(parameters, "Csr")
    kept = {name: value for name, value in parameters.items() if name != "Domain"}
    return _create_dv(world, "CreateCertificateWithCsrRequest", kept)


def _create_dv(world: World, action: str, parameters: Parameters) -> Fields:
    for name in ("Username", "Phone", "Email"):
        required(parameters, name)
    way = method(parameters, demanded=True)
    # DV only: official pages, confirmed; the code for another level is unconfirmed.
    if product_of(parameters.get("ProductCode") or DEFAULT_PRODUCT).level not in ("DV", "FREE"):
        raise invalid("ProductCode", "仅支持DV证书")
    return _create(world, action, parameters, way)


def _create(world: World, action: str, parameters: Parameters, way: str) -> Fields:
    product = parameters.get("ProductCode") or DEFAULT_PRODUCT
    text, domains = parameters.get("Csr", ""), parameters.get("Domain", "")
    if not text and not domains:
        raise missing("Parameter")
    csr = read_csr(text) if text else None
    names = names_of(domains, csr, world.dials.csr_sans)
    check_names(names, way, product)
    wish = events.Application(
        names=names,
        product=product,
        method=way,
        csr=text,
        spki=csr.spki if csr else b"",
        contact=tuple((name, parameters[name]) for name in CONTACT if parameters.get(name)),
        tags=tags_of(action, parameters),
    )
    return {"OrderId": order_id(world, events.apply(world, wish).number)}


# One order.


def describe_state(world: World, parameters: Parameters) -> Fields:
    """DescribeCertificateState; right after a create it may fail: public code retries it, so a dial."""
    order = events.known_order(world, whole(parameters, "OrderId"))
    if world.now() < order.applied + world.dials.describe_lag_seconds:
        raise no_order(world.dials.not_found_code)
    return state_fields(world, order)


def cancel_order(world: World, parameters: Parameters) -> Fields:
    events.withdraw(world, events.known_order(world, whole(parameters, "OrderId")))
    return {}


def delete(world: World, parameters: Parameters) -> Fields:
    events.delete(world, events.known_order(world, whole(parameters, "OrderId")))
    return {}


def cancel_for_package(world: World, parameters: Parameters) -> Fields:
    events.cancel_for_package(world, events.known_order(world, whole(parameters, "OrderId")))
    return {}


def renew(world: World, parameters: Parameters) -> Fields:
    """RenewCertificateOrderForPackageRequest; a CSR for another name is refused, which is deduced."""
    old = events.known_order(world, whole(parameters, "OrderId"))
    text = parameters.get("Csr", "")
    csr = read_csr(text) if text else None
    if csr and (csr.common or csr.names[0]) not in old.names:
        raise invalid("Csr", "CSR的CN与订单域名不一致")
    wish = events.Application(
        names=old.names,
        product=old.product,
        method=old.method,
        csr=text,
        spki=csr.spki if csr else b"",
        contact=old.contact,
        tags=tags_of("RenewCertificateOrderForPackageRequest", parameters),
    )
    return {"OrderId": order_id(world, events.renew(world, old, wish).number)}


# Reads.


def describe_package(world: World, parameters: Parameters) -> Fields:
    """DescribePackageState; a plan never bought: old pages say an error, public code expects either."""
    product = parameters.get("ProductCode") or DEFAULT_PRODUCT
    if product not in world.quota and world.dials.unbought == "error":
        raise no_package(product)
    bought, used, issued = world.counts(product)
    return {"ProductCode": product, "TotalCount": bought, "UsedCount": used, "IssuedCount": issued}


def list_orders(world: World, parameters: Parameters, others: Sequence[Fields] = ()) -> Fields:
    """ListUserCertificateOrder; `others` are entries of the list CERT that no order stands behind."""
    kind = parameters.get("OrderType") or "CPACK"
    if kind not in ORDER_LISTS + CERTIFICATE_LISTS:
        raise invalid("OrderType", "it has to be CPACK, BUY, UPLOAD or CERT")
    status = parameters.get("Status") or ""
    # Official page: the other statuses are for CPACK and BUY only. That they are refused is unconfirmed.
    if status and status not in (_ORDER_STATUSES if kind in ORDER_LISTS else _CERTIFICATE_STATUSES):
        raise invalid("Status", f"it is not a status of {kind}")
    orders = _order_list(world, kind, status) if kind in ORDER_LISTS else _certificate_list(world, kind, status)
    word = parameters.get("Keyword", "").lower()
    found = _sorted(world, [order for order in orders if _matches(world, order, word)])
    asked = whole(parameters, "ShowSize", 50, 1)
    size, page = min(asked, world.dials.page_size), whole(parameters, "CurrentPage", 1, 1)
    entry = order_entry if kind in ORDER_LISTS else certificate_entry
    items = [*others, *found] if kind == "CERT" else found
    shown = items[(page - 1) * size : page * size]
    return {
        "CertificateOrderList": [entry(world, item) if isinstance(item, Order) else item for item in shown],
        "CurrentPage": page,
        "ShowSize": asked if world.dials.echo_asked_size else size,
        "TotalCount": len(items),
    }


def _order_list(world: World, kind: str, status: str) -> list[Order]:
    if kind.lower() != world.dials.source:
        return []
    seen = world.now() - world.dials.list_lag_seconds
    orders = [order for order in world.present() if order.applied <= seen]
    return [order for order in orders if status in ("", world.status_word(order))]


def _certificate_list(world: World, kind: str, status: str) -> list[Order]:
    """Without a status only certificates that are still good: official page, confirmed."""
    wanted = (status,) if status else ("ISSUED", "WILLEXPIRED")
    holders = _uploads(world)
    if kind == "CERT":
        holders += [order for order in world.present() if has_certificate(world, order)]
    return [order for order in holders if STATUSES[world.phase(order)] in wanted]


def _uploads(world: World) -> list[Order]:
    return [uploaded(world, index) for index in range(world.dials.uploaded)]


def _matches(world: World, order: Order, word: str) -> bool:
    """Fuzzy on domain or instance id: docstring of the official SDK, confirmed; how fuzzy is not said."""
    return not word or any(word in text for text in (*order.names, instance_id(world, order)))


def _sorted(world: World, orders: list[Order]) -> list[Order]:
    """Newest first, or odd but stable."""
    seed = world.dials.shuffle
    if seed is None:
        return orders[::-1]
    return sorted(orders, key=lambda order: hashlib.sha256(f"{seed} {order.number}".encode()).digest())


def certificate_detail(world: World, parameters: Parameters) -> Fields:
    """GetUserCertificateDetail; the code for an unknown id is unconfirmed beyond its beginning."""
    number = whole(parameters, "CertId")
    filtered = truth(parameters, "CertFilter")
    mine = [order for order in _uploads(world) if order.certificate_id == number]
    order = mine[0] if mine else world.order(number - FIRST_CERTIFICATE + FIRST_ORDER)
    if order is None or order.issued is None:
        raise Refusal("NotFound", "证书不存在", 404)
    return detail_fields(world, order, filtered)


Operation = Callable[[World, Parameters], Fields]

READS: dict[str, Operation] = {
    "DescribeCertificateState": describe_state,
    "DescribePackageState": describe_package,
    "ListUserCertificateOrder": list_orders,
    "GetUserCertificateDetail": certificate_detail,
}
WRITES: dict[str, Operation] = {
    "CreateCertificateForPackageRequest": create_for_package,
    "CreateCertificateRequest": create,
    "CreateCertificateWithCsrRequest": create_with_csr,
    "CancelOrderRequest": cancel_order,
    "CancelCertificateForPackageRequest": cancel_for_package,
    "DeleteCertificateRequest": delete,
    "RenewCertificateOrderForPackageRequest": renew,
}
OPERATIONS: dict[str, Operation] = {**READS, **WRITES}
