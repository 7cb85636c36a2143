# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows with orders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.reliability.exactly_once.accounts import NAME
from tests.reliability.exactly_once.subject import Problem, Subject

from .accounts import FREE, PAID, OrderWorkflow, due_free, due_paid, issued, open_account, waiting

CONTACT = {"name": "Zhang San", "phone": "13900000000", "email": "ops@example.com"}
# It differs from the other one in the call that creates only.
OTHER_CREATE = "create, DV"
_ORDER, _RENEW = "certops.alicloud.cas_order", "certops.alicloud.cas_order_renew"
_NEW: Mapping[str, Any] = {"makes": 1, "own_key": True, "lags": True}
WORKFLOWS = (
    OrderWorkflow("create", _ORDER, {"product_code": PAID, "wait_for": "issued"}, **_NEW),
    OrderWorkflow(
        OTHER_CREATE,
        _ORDER,
        {"product_code": FREE, "wait_for": "issued", "contact": CONTACT},
        like_another=True,
        **_NEW,
    ),
    OrderWorkflow("reorder", _RENEW, {"product_code": FREE, "wait_for": "issued"}, prepare=due_free, **_NEW),
    OrderWorkflow("renew", _RENEW, {"product_code": PAID, "wait_for": "issued"}, prepare=due_paid, **_NEW),
    OrderWorkflow(
        "cancel and delete",
        _ORDER,
        {"product_code": PAID, "domains": [NAME], "state": "absent"},
        prepare=waiting,
        withdraws=True,
        deletes=True,
    ),
    OrderWorkflow(
        "revoke",
        _ORDER,
        {"product_code": PAID, "domains": [NAME], "state": "revoked"},
        prepare=issued,
        revokes=True,
    ),
)
TITLES = {
    Problem.DUPLICATE: "orders beyond the one that was asked for",
    Problem.BEYOND: "orders withdrawn, deleted or revoked beyond the one that was asked for",
    Problem.NOT_CONVERGED: "second runs that did not succeed with the order that is there",
}
ORDERS = Subject(WORKFLOWS, open_account, TITLES)
