# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts in the emulator with orders in every state, for tests."""

from __future__ import annotations

from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import info
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.client import FREE, client, emulator
from tests.support.queries import DEFAULTS as OPTIONS


def known_orders(account: Emulator, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = info.order_info(lambda: client(account), {**OPTIONS, **options})
    account.calls.clear()
    return found


def refused(account: Emulator) -> str:
    number = applied(account)
    account.reject(number)
    return number


def revoked(account: Emulator) -> str:
    number = issued(account)
    account.call("CancelCertificateForPackageRequest", {"OrderId": number})
    return number


def expired(account: Emulator) -> str:
    number = issued(account)
    account.advance(91 * DAY)
    return number


APPLY = "CreateCertificateForPackageRequest"
WORLDLY = {"ProductCode": FREE, "ValidateType": "DNS"}


def applied(account: Emulator, domain: str = "www.example.com", **more: str) -> str:
    """The id of a new order, waiting for its proof."""
    number = account.call(APPLY, {**WORLDLY, "Domain": domain, **more})["OrderId"]
    account.advance(5)
    return str(number)


def stocked(count: int, **dials: Any) -> Emulator:
    account = emulator({FREE: 500}, **dials)
    for number in range(count):
        account.call(APPLY, {**WORLDLY, "Domain": f"{number}.example.com"})
    account.advance(5)
    return account


def issued(account: Emulator, domain: str = "www.example.com", **more: str) -> str:
    number = applied(account, domain, **more)
    account.accept(number)
    return number
