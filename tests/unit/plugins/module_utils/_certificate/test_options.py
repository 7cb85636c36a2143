# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``instance`` of an entry, joined with what all entries have in common."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate.options import joined_instance

POOL: dict[str, Any] = {"pool": {"brand": "geotrust"}, "contact": "Operations", "company": "Example Ltd."}


@pytest.mark.parametrize(
    ("common", "own", "joined"),
    [
        pytest.param(POOL, {"auto_reissue": True}, {**POOL, "auto_reissue": True}, id="keys are added"),
        pytest.param(POOL, {"contact": "Web"}, {**POOL, "contact": "Web"}, id="the entry's own key wins"),
        pytest.param(POOL, {"pool": {}}, {**POOL, "pool": {}}, id="a pool is not joined with another one"),
        pytest.param(
            POOL,
            {"instance_id": "cas-cn-1"},
            {"instance_id": "cas-cn-1", "contact": "Operations", "company": "Example Ltd."},
            id="an instance in place of a pool",
        ),
        pytest.param(
            POOL,
            "cas-cn-1",
            {"instance_id": "cas-cn-1", "contact": "Operations", "company": "Example Ltd."},
            id="a text is an instance_id",
        ),
        pytest.param("cas-cn-1", {"pool": {}}, {"pool": {}}, id="a pool in place of an instance"),
        pytest.param(
            POOL,
            {"contact_ids": [1], "company_id": 2},
            {"pool": {"brand": "geotrust"}, "contact_ids": [1], "company_id": 2},
            id="numbers in place of names",
        ),
        pytest.param(
            {"contact_ids": [1], "company_id": 2},
            {"contact": "Web", "company": "Example"},
            {"contact": "Web", "company": "Example"},
            id="names in place of numbers",
        ),
    ],
)
def test_the_keys_of_both_are_joined(common: Any, own: Any, joined: dict[str, Any]) -> None:
    assert joined_instance({"instance": common}, {"instance": own}) == {"instance": joined}


@pytest.mark.parametrize("nothing", [None, {}, "MISSING"])
@pytest.mark.parametrize("side", ["common", "own"])
def test_what_one_of_them_does_not_give_stays_as_it_is(side: str, nothing: Any) -> None:
    """Nothing is joined, so that the other one holds as it was written."""
    given = {"common": {"instance": POOL}, "own": {"instance": POOL}}
    given[side] = {} if nothing == "MISSING" else {"instance": nothing}
    assert joined_instance(**given) == {}


def test_the_options_that_are_joined_stay_as_they_are() -> None:
    common, own = {"instance": dict(POOL)}, {"instance": {"instance_id": "cas-cn-1"}}
    joined_instance(common, own)
    assert (common, own) == ({"instance": POOL}, {"instance": {"instance_id": "cas-cn-1"}})
