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


def test_the_host_that_ordered_resumes_its_order(tmp_path: Path) -> None:
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)
    shop = chains.Shop(account, tmp_path / "ssl", state=str(tmp_path / "state"))
    chains.run(shop, until="requested")
    [order] = account.world.present()
    account.prove(order.number)
    account.accept(order.number)
    assert chains.run(shop).after.generation == 1


def test_an_order_that_was_made_a_moment_ago_is_read_by_its_number(tmp_path: Path) -> None:
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)
    shop = chains.Shop(account, tmp_path / "ssl", state=str(tmp_path / "state"))
    chains.run(shop, until="requested")
    [order] = account.world.present()
    account.prove(order.number)
    account.accept(order.number)
    account.calls.clear()
    chains.run(shop)
    assert client.reads(account) == ["DescribeCertificateState"]


@pytest.mark.parametrize("event", ["deleted", "refused", "an hour passed"])
def test_else_the_list_tells_what_became_of_it(tmp_path: Path, event: str) -> None:
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)
    shop = chains.Shop(account, tmp_path / "ssl", state=str(tmp_path / "state"))
    chains.run(shop, until="requested")
    [order] = account.world.present()
    if event == "deleted":
        account.call("CancelOrderRequest", {"OrderId": str(order.number)})
        account.advance(60)
        account.call("DeleteCertificateRequest", {"OrderId": str(order.number)})
    elif event == "refused":
        account.reject(order.number)
    else:
        account.advance(3600)
    account.calls.clear()
    outcome = chains.run(shop, check=True)
    orders_anew = event != "an hour passed"
    assert "ListUserCertificateOrder" in client.reads(account)
    assert ("CreateCertificateForPackageRequest" in [step.action for step in outcome.plan.steps]) is orders_anew
