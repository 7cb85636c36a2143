# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of a resource plan."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.quota import (
    Quota,
    from_response,
    require_free,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed


@pytest.mark.parametrize(
    ("response", "numbers"),
    [
        ({"TotalCount": 20, "UsedCount": 3, "IssuedCount": 2}, (20, 3, 2, 17)),
        ({"TotalCount": "20", "UsedCount": "3", "IssuedCount": "2"}, (20, 3, 2, 17)),
        ({"TotalCount": 20, "UsedCount": None}, (20, 0, 0, 20)),
        ({"TotalCount": "many", "UsedCount": ""}, (0, 0, 0, 0)),
        ({"TotalCount": 3, "UsedCount": 5, "IssuedCount": 5}, (3, 5, 5, 0)),
        ({}, (0, 0, 0, 0)),
    ],
    ids=["numbers", "text", "null", "no numbers", "more used than bought", "nothing"],
)
def test_units_in_an_answer(response: dict[str, Any], numbers: tuple[int, int, int, int]) -> None:
    quota = from_response("p", response)
    assert (quota.total, quota.used, quota.issued, quota.free) == numbers
    assert quota.public() == {"product_code": "p", "total": numbers[0], "used": numbers[1], "free": numbers[3]}


@pytest.mark.parametrize(("used", "returned", "enough"), [(3, 0, True), (4, 0, False), (4, 1, True), (5, 0, False)])
def test_an_order_needs_a_unit(used: int, returned: int, enough: bool) -> None:
    quota = Quota("geotrust-dv-1-starter", total=4, used=used)
    if enough:
        require_free(quota, returned)
        return
    with pytest.raises(NotAllowed) as caught:
        require_free(quota, *([returned] if returned else []))
    assert caught.value.msg == (
        f"No certificate of the quota for geotrust-dv-1-starter is left ({used} of 4 used). Nothing was ordered. "
        "Check product_code, and whether the access key belongs to the account that has the plan. To order "
        "anyway, set check_quota: false."
    )
    assert caught.value.facts["quota"] == quota.public()
