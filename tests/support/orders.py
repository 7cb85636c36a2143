# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders as values, and what is wanted of them, for tests of plans."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import OrderWanted, read_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Plan
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import Certificate
from tests.support.client import DEFAULTS, FREE, csr

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
WWW = ("www.example.com",)
PACKAGE = "CreateCertificateForPackageRequest"
CANCEL, DELETE = "CancelOrderRequest", "DeleteCertificateRequest"


def ask(**options: Any) -> OrderWanted:
    return read_order({**DEFAULTS, "state": "present", "domains": list(WWW), **options})


def key_of(number: int = 0) -> str:
    found = ask(csr_content=csr(*WWW, number=number)).csr
    assert found
    return str(found.public_key_sha256)


def certificate(**more: Any) -> Certificate:
    common: dict[str, Any] = {
        "leaf": "-----BEGIN CERTIFICATE-----\n",
        "chain": "",
        "serial_number": "01",
        "sha256_fingerprint": "AB",
        "public_key_sha256": "00",
        "domains": WWW,
        "issuer": "CN=One",
        "not_before": NOON,
        "not_after": NOON + timedelta(days=90),
    }
    return Certificate(**{**common, **more})


def order(status: str | Status, number: int = 1, left: float | None = None, **more: Any) -> Order:
    """An order of www.example.com; ``left`` are the days left of 90."""
    dates = {}
    if left is not None:
        end = NOON + timedelta(days=left)
        dates = {"not_before": end - timedelta(days=90), "not_after": end}
    facts: dict[str, Any] = {"domains": WWW, "product_code": FREE, **dates, **more}
    return Order(order_id=str(1000 + number), status=Status(status), **facts)


def actions(plan: Plan[Order]) -> list[tuple[str, str | int | None]]:
    return [(step.action, step.target.id) for step in plan.steps]
