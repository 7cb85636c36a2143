# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The steps of orders: which call each is, with which parameters, and the order expected afterwards. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..._plan import Plan, Repeat, Step, Target
from ..._text import KNOWN_AFTER_APPLY, utc_text
from ..options import WaitFor
from ..status import VALID, WITH_THE_CA, Status
from .order import Order
from .select import closest

if TYPE_CHECKING:
    from .wanted import Wanted

CANCEL = "CancelOrderRequest"
DELETE = "DeleteCertificateRequest"
REVOKE = "CancelCertificateForPackageRequest"
RENEW = "RenewCertificateOrderForPackageRequest"


def create(wanted: Wanted, reason: str) -> Step[Order]:
    """Apply for a new order."""
    action, params = application(wanted)
    return Step(action, reason, Target("order_id", None), _expected(wanted), Repeat.NEVER, params)


def renew(wanted: Wanted, order: Order, reason: str) -> Step[Order]:
    """Make the service create a new order that follows an expiring one."""
    params = {"OrderId": order.order_id, "Csr": wanted.csr.pem if wanted.csr else None, "Tags": _tag_params(wanted)}
    leaves = replace(_expected(wanted), validation_method=KNOWN_AFTER_APPLY)
    return Step(RENEW, reason, Target("order_id", order.order_id), leaves, Repeat.NEVER, params)


def application(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The call that applies, and its parameters."""
    asked, contact = wanted.application, wanted.application.contact
    inline = {"Username": contact.name, "Phone": contact.phone, "Email": contact.email} if contact else {}
    params: dict[str, Any] = {
        "ProductCode": wanted.product_code,
        "ValidateType": asked.validation_method.upper(),
        "Tags": _tag_params(wanted),
        **{name: value for name, value in inline.items() if value},
    }
    csr = {"Csr": wanted.csr.pem} if wanted.csr else {}
    domain = {"Domain": ",".join(wanted.domains)}
    # The call with a CSR alone takes the name from its CN.
    is_named = wanted.csr is None or wanted.csr.has_common_name
    if wanted.takes_contact and contact and contact.complete and is_named:
        return (
            ("CreateCertificateWithCsrRequest", {**params, **csr})
            if csr
            else ("CreateCertificateRequest", {**params, **domain})
        )
    return "CreateCertificateForPackageRequest", {**params, **domain, **csr, "CompanyName": asked.company_name}


def _tag_params(wanted: Wanted) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in wanted.application.tags]


_EXPECTED = {
    WaitFor.NONE: Status.DECIDED_LATER,
    WaitFor.VALIDATION: Status.PENDING_VALIDATION,
    WaitFor.ISSUED: Status.ISSUED,
}


def _expected(wanted: Wanted) -> Order:
    return Order(
        order_id=KNOWN_AFTER_APPLY,
        status=_EXPECTED[wanted.waiting.wait_for],
        domains=wanted.domains,
        product_code=wanted.product_code,
        instance_id=KNOWN_AFTER_APPLY,
        validation_method=wanted.application.validation_method,
        public_key_sha256=wanted.csr.public_key_sha256 if wanted.csr else _when_issued(wanted),
    )


def _when_issued(wanted: Wanted) -> str | None:
    return KNOWN_AFTER_APPLY if wanted.waiting.wait_for is WaitFor.ISSUED else None


def cancel(order: Order) -> Step[Order]:
    """Withdraw an application; the order stays, and still takes a certificate of the quota."""
    leaves = replace(order, status=Status.PENDING_APPLICATION, service_status=None, validation=())
    return _change(CANCEL, f"{order.named} is {order.status.value}", order, leaves, WITH_THE_CA)


def delete(order: Order, reason: str) -> Step[Order]:
    """Remove an order that was refused or withdrawn, and return its certificate to the quota."""
    once = Status.FAILED if order.status is Status.FAILED else Status.PENDING_APPLICATION
    return _change(DELETE, reason, order, None, frozenset({once}))


def clear_failed(alike: Iterable[Order], *more: Order) -> list[Step[Order]]:
    """Delete what was refused: it takes a certificate of the quota, and nothing else can be done with it."""
    refused = closest(order for order in alike if order.status is Status.FAILED)
    failed = {order.order_id: order for order in (*more, *refused) if order.status is Status.FAILED}
    return [delete(order, f"{order.named} was refused") for order in failed.values()]


def revoke(order: Order) -> Step[Order]:
    """Revoke for good."""
    leaves = replace(order, status=Status.REVOKED, service_status=None, certificate=None)
    return _change(REVOKE, f"{order.named} is to be revoked", order, leaves, VALID)


def _change(action: str, reason: str, order: Order, leaves: Order | None, only_while: frozenset[Status]) -> Step[Order]:
    target, params = Target("order_id", order.order_id), {"OrderId": order.order_id}
    return Step(action, reason, target, leaves, Repeat.SAFE, params, only_while)


def orders_anew(plan: Plan[Order]) -> bool:
    """Whether a certificate of the quota is taken in a way that the documents describe."""
    return any(step.repeat is Repeat.NEVER and step.action != RENEW for step in plan.steps)


def returned(plan: Plan[Order]) -> int:
    """How many certificates a plan returns to the quota."""
    return sum(step.action == DELETE for step in plan.steps)


def diff_text(order: Order | None) -> str:
    """An order as the lines of a diff: our words, no PEM."""
    if order is None:
        return "status: none\n"
    lines = {
        "status": order.status.value,
        "order_id": order.order_id,
        "domains": f"[{', '.join(order.domains)}]",
        "product_code": order.product_code,
        "public_key_sha256": order.public_key_sha256,
        "not_after": _end(order),
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items() if value)


def _end(order: Order) -> str | None:
    if order.order_id == KNOWN_AFTER_APPLY and order.status is Status.ISSUED:
        return KNOWN_AFTER_APPLY
    return utc_text(order.not_after) if order.not_after else None
