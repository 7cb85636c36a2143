# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter ``due``: over orders and instances, as results have them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.certops.alicloud.plugins.filter.certificates import FilterModule
from ansible_collections.certops.alicloud.plugins.module_utils._text import utc_text

DUE = FilterModule().filters()["due"]


def thing(name: str, left: float, lifetime: float = 90.0, status: str = "issued") -> dict[str, Any]:
    """An order with so many days left."""
    ends = datetime.now(timezone.utc) + timedelta(days=left)
    begins = ends - timedelta(days=lifetime)
    return {"order_id": name, "status": status, "not_before": utc_text(begins), "not_after": utc_text(ends)}


def names(things: list[dict[str, Any]], **options: str) -> list[str]:
    return [each["order_id"] for each in DUE(things, **options)]


def test_what_is_due_comes_first_that_expires_first() -> None:
    things = [thing("early", 40), thing("late", 29), thing("later", 20), thing("over", -3, status="expired")]
    assert names(things) == ["over", "later", "late"]


@pytest.mark.parametrize(
    ("renew_before", "expected"), [("10d", []), ("21d", ["a"]), ("500h", ["a"]), ("25%", ["a"]), ("20%", [])]
)
def test_the_window_is_that_of_a_renewal(renew_before: str, expected: list[str]) -> None:
    assert names([thing("a", 20.5)], renew_before=renew_before) == expected


def test_expiring_is_what_the_service_says() -> None:
    things = [thing("a", 40, 199, "expiring"), thing("b", 40, 199)]
    assert names(things, renew_before="expiring") == ["a"]


@pytest.mark.parametrize("status", ["pending_application", "pending_validation", "reviewing"])
def test_what_is_in_progress_is_not_due(status: str) -> None:
    assert names([thing("a", 1, status=status)]) == []


def test_what_was_revoked_is_due_at_once() -> None:
    assert names([thing("a", 80, status="revoked")]) == ["a"]


def test_what_never_had_a_certificate_is_not_due() -> None:
    assert names([{**thing("a", 1, status="inactive"), "not_before": None, "not_after": None}]) == []


@pytest.mark.parametrize(
    ("things", "options", "said"),
    [
        ([], {"renew_before": "soon"}, "renew_before: 'soon' is not valid"),
        ({"orders": []}, {}, "_input: give a list"),
        ("text", {}, "_input: give a list"),
        (None, {}, "_input: give a list"),
        ([{"order_id": "1"}], {}, "is not an order or an instance"),
        ([{**thing("a", 1), "not_after": "tomorrow"}], {}, "not_after is 'tomorrow'"),
    ],
)
def test_bad_input_is_named(things: Any, options: dict[str, str], said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^certops\.alicloud\.due: ") as caught:
        DUE(things, **options)
    assert said in str(caught.value)
