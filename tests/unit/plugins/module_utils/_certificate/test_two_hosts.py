# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from tests.support import chains, client


@pytest.mark.parametrize("check", [False, True], ids=["run", "preview"])
def test_a_second_host_with_the_same_domains_is_told_before_it_waits_for_the_order_of_the_first(
    check: bool, tmp_path: Path
) -> None:
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)
    first, second = (
        chains.Shop(account, tmp_path / name, state=str(tmp_path / "state")) for name in ("first", "second")
    )
    chains.run(first, until="requested")
    with pytest.raises(NotAllowed) as refused:
        chains.run(second, check=check)
    assert refused.value.msg.endswith(
        "was placed a moment ago with another key, by another task of this machine. It is not waited for, because its "
        "certificate would not fit. Hosts that serve the same domains share one certificate: set share_group to a "
        "group of them. Nothing was ordered."
    )
    assert "other_key" not in refused.value.facts
    assert not second.said
    assert len(account.world.present()) == 1


def requested(tmp_path: Path) -> tuple[chains.Shop, int]:
    """A host whose order waits for its validation, and the number of that order."""
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)
    shop = chains.Shop(account, tmp_path / "ssl", state=str(tmp_path / "state"))
    chains.run(shop, until="requested")
    [order] = account.world.present()
    account.calls.clear()
    return shop, order.number


def test_the_host_that_ordered_resumes_its_order_and_reads_it_by_its_number(tmp_path: Path) -> None:
    shop, number = requested(tmp_path)
    shop.account.prove(number)
    shop.account.accept(number)
    assert chains.run(shop).after.generation == 1
    assert client.reads(shop.account) == ["DescribeCertificateState"]


def test_after_some_minutes_the_list_is_asked_first(tmp_path: Path) -> None:
    shop, number = requested(tmp_path)
    shop.account.prove(number)
    shop.account.accept(number)
    shop.account.advance(3600)
    assert chains.run(shop).after.generation == 1
    assert client.reads(shop.account) == ["ListUserCertificateOrder", "DescribeCertificateState"]


@pytest.mark.parametrize("event", ["deleted", "refused"])
def test_an_order_that_is_no_more_is_ordered_anew(tmp_path: Path, event: str) -> None:
    shop, number = requested(tmp_path)
    if event == "deleted":
        shop.account.call("CancelOrderRequest", {"OrderId": str(number)})
        shop.account.advance(60)
        shop.account.call("DeleteCertificateRequest", {"OrderId": str(number)})
    else:
        shop.account.reject(number)
    outcome = chains.run(shop, check=True)
    assert "ListUserCertificateOrder" in client.reads(shop.account)
    assert "CreateCertificateForPackageRequest" in [step.action for step in outcome.plan.steps]
