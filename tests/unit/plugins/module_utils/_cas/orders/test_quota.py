# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of a resource plan."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.product_codes import PRODUCTS
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.quota import (
    Quota,
    from_response,
    require_free,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.service_errors import MOVED


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


def refused(quota: Quota, *numbers: int) -> str:
    with pytest.raises(NotAllowed) as caught:
        require_free(quota, *numbers)
    return caught.value.msg


@pytest.mark.parametrize(("returned", "planned", "enough"), [(0, 2, True), (0, 3, False), (1, 3, True), (1, 4, False)])
def test_what_earlier_tasks_of_a_preview_would_take_is_not_left(returned: int, planned: int, enough: bool) -> None:
    quota = Quota(PRODUCTS[0], total=4, used=1)
    if enough:
        require_free(quota, returned, planned)
        return
    assert f"is left (1 of 4 used, {planned} more by this run's earlier orders). Nothing" in refused(
        quota, returned, planned
    )


def test_a_preview_shows_what_is_left_then() -> None:
    assert Quota("p", total=4, used=1).public(2) == {
        "product_code": "p",
        "total": 4,
        "used": 1,
        "free": 1,
        "planned": 2,
    }
    assert Quota("p", total=4, used=1).public(5)["free"] == 0
    assert "planned" not in Quota("p", total=4).public()


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("geotrust-dv-1-startr", "The code is not a documented one; is geotrust-dv-1-starter meant? "),
        ("digicert-free", "The code is not a documented one; is digicert-free-1-free meant? "),
        ("cfca-ov-1-personal", ""),
        ("geotrust-dv-x-unknown", ""),
        ("zzz", ""),
    ],
)
def test_a_product_that_was_never_bought_is_told_as_that(code: str, hint: str) -> None:
    moved = "" if hint else f"{MOVED} "
    assert refused(Quota(code)) == (
        f"product_code: the account has no resource plan for {code}, so no certificate is left. Nothing was ordered. "
        f"{hint}cas_package_info lists the plans of the account; check whether the access key belongs to the account "
        f"that has the plan. {moved}To order anyway, set check_quota: false."
    )


def test_a_code_that_the_account_has_is_not_judged_by_its_name() -> None:
    require_free(Quota("geotrust-dv-1-startr", total=1))
    assert "startr is left (1 of 1 used)" in refused(Quota("geotrust-dv-1-startr", total=1, used=1))
