# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call and what it leaves: the values that a plan is made of, and how each call is put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ..._plan import KNOWN_AFTER_APPLY
from ..._text import utc_text
from ..options import WaitFor
from ..status import VALID, WITH_THE_CA, Status
from .order import Order
from .product_codes import DV_PRODUCTS
from .wanted import Wanted

CANCEL = "CancelOrderRequest"
DELETE = "DeleteCertificateRequest"
REVOKE = "CancelCertificateForPackageRequest"
RENEW = "RenewCertificateOrderForPackageRequest"


@dataclass(frozen=True)
class Step:
    """One call, and the order expected after it (None: it is gone).

    ``order_id`` is the order it acts on, None for an application; a step that changes that order is sent only while it
    is in ``only_while``.
    """

    action: str
    params: dict[str, Any] = field(repr=False)
    reason: str
    leaves: Order | None
    order_id: str | None = None
    only_while: frozenset[Status] = frozenset()

    @property
    def buys(self) -> bool:
        """Whether a new order comes of it, which must never happen twice."""
        return self.leaves is not None and self.leaves.order_id == KNOWN_AFTER_APPLY

    def public(self) -> dict[str, Any]:
        return {"action": self.action, "order_id": self.order_id, "reason": self.reason}


@dataclass(frozen=True)
class Plan:
    """The steps from an order to the wanted one. ``facts`` are the results that only this kind of plan has."""

    before: Order | None
    steps: tuple[Step, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def after(self) -> Order | None:
        """The order as it is expected to be at the end."""
        return self.steps[-1].leaves if self.steps else self.before

    @property
    def buys(self) -> bool:
        """Whether a new order comes of it."""
        return any(step.buys for step in self.steps)

    @property
    def orders_anew(self) -> bool:
        """Whether a unit of the quota is taken in a way that the documents describe."""
        return any(step.buys and step.action != RENEW for step in self.steps)

    @property
    def returned_units(self) -> int:
        return sum(step.action == DELETE for step in self.steps)


def create(wanted: Wanted, reason: str) -> Step:
    """Apply for a new order."""
    action, params = application(wanted)
    return Step(action, params, reason, _expected(wanted))


def renew(wanted: Wanted, order: Order, reason: str) -> Step:
    """Have the service make a new order that follows an expiring one."""
    params = {"OrderId": order.order_id, "Csr": wanted.csr.pem if wanted.csr else None, "Tags": _tag_params(wanted)}
    leaves = replace(_expected(wanted), validation_method=KNOWN_AFTER_APPLY)
    return Step(RENEW, params, reason, leaves, order.order_id)


def application(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The call that applies, and its parameters."""
    contact = wanted.contact
    inline = {"Username": contact.name, "Phone": contact.phone, "Email": contact.email} if contact else {}
    params: dict[str, Any] = {
        "ProductCode": wanted.product_code,
        "ValidateType": wanted.validation_method.upper(),
        "Tags": _tag_params(wanted),
        **{name: value for name, value in inline.items() if value},
    }
    csr = {"Csr": wanted.csr.pem} if wanted.csr else {}
    domain = {"Domain": ",".join(wanted.domains)}
    if wanted.product_code in DV_PRODUCTS and len(wanted.domains) == 1 and contact and contact.complete:
        return (
            ("CreateCertificateWithCsrRequest", {**params, **csr})
            if csr
            else ("CreateCertificateRequest", {**params, **domain})
        )
    return "CreateCertificateForPackageRequest", {**params, **domain, **csr, "CompanyName": wanted.company_name}


def _tag_params(wanted: Wanted) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in wanted.tags]


_EXPECTED = {
    WaitFor.NONE: Status.DECIDED_LATER,
    WaitFor.VALIDATION: Status.PENDING_VALIDATION,
    WaitFor.ISSUED: Status.ISSUED,
}


def _expected(wanted: Wanted) -> Order:
    return Order(
        order_id=KNOWN_AFTER_APPLY,
        status=_EXPECTED[wanted.wait_for],
        domains=wanted.domains,
        product_code=wanted.product_code,
        instance_id=KNOWN_AFTER_APPLY,
        validation_method=wanted.validation_method,
        public_key_sha256=wanted.csr.public_key_sha256 if wanted.csr else _when_issued(wanted),
    )


def _when_issued(wanted: Wanted) -> str | None:
    return KNOWN_AFTER_APPLY if wanted.wait_for is WaitFor.ISSUED else None


def cancel(order: Order) -> Step:
    """Withdraw an application; the order stays, and so does its unit of the quota."""
    leaves = replace(order, status=Status.PENDING_APPLICATION, service_status=None, validation=())
    return Step(
        CANCEL,
        {"OrderId": order.order_id},
        f"{order.named} is {order.status.value}",
        leaves,
        order.order_id,
        WITH_THE_CA,
    )


def delete(order: Order, reason: str) -> Step:
    """Remove an order that was refused or withdrawn, and get its unit back."""
    once = frozenset({Status.FAILED}) if order.status is Status.FAILED else frozenset({Status.PENDING_APPLICATION})
    return Step(DELETE, {"OrderId": order.order_id}, reason, None, order.order_id, once)


def revoke(order: Order) -> Step:
    """Revoke for good."""
    leaves = replace(order, status=Status.REVOKED, service_status=None, certificate=None)
    return Step(REVOKE, {"OrderId": order.order_id}, f"{order.named} is to be revoked", leaves, order.order_id, VALID)


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
