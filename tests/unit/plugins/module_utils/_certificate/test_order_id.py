# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that waits for the order of an earlier task does not replace it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from tests.support import chains, client

WRITES = ("CreateCertificateForPackageRequest", "DeleteCertificateRequest")


def requested(root: Path) -> tuple[chains.Shop, int]:
    """A host with an order that waits for its validation record, which is published."""
    shop = chains.Shop(client.emulator(settle_seconds=0.0, record_delay_seconds=0.0), root)
    shop.account.world.zones.host("example.com", shop.account.world.now())
    chains.run(shop, until="requested", validation="alidns")
    [order] = shop.account.world.present()
    assert shop.published()
    return shop, order.number


@pytest.mark.parametrize("check", [False, True])
def test_a_refused_order_is_told_and_not_replaced(tmp_path: Path, check: bool) -> None:
    shop, number = requested(tmp_path)
    shop.account.reject(number)
    with pytest.raises(Failure) as raised:
        chains.run(shop, check=check, validation="alidns", order_id=str(number))
    assert f"Order {number} for www.example.com was refused." in raised.value.msg
    assert raised.value.msg.endswith("No certificate is in use.")
    assert raised.value.facts["order_id"] == str(number)
    assert [order.number for order in shop.account.world.present()] == [number]
    assert bool(shop.published()) is check
    if not check:
        chains.run(shop, until="requested", validation="alidns")
        assert [order.number for order in shop.account.world.present()] != [number]


def test_an_order_that_is_gone_is_told(tmp_path: Path) -> None:
    shop, number = requested(tmp_path)
    shop.account.reject(number)
    chains.run(shop, until="requested", validation="alidns")
    with pytest.raises(Failure, match=r"order_id: order 1 for www\.example\.com gives no certificate any more"):
        [again] = shop.account.world.present()
        shop.account.reject(again.number)
        chains.run(shop, validation="alidns", order_id="1")
    assert [order.number for order in shop.account.world.present()] == [again.number]
    assert not shop.published()


def test_an_order_in_progress_is_waited_for(tmp_path: Path) -> None:
    shop, number = requested(tmp_path)
    shop.account.prove(number)
    shop.account.accept(number)
    assert chains.run(shop, validation="alidns", order_id=str(number)).after.generation == 1
