# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

from tests.support import chains, client

FORMS = [{"type": "combined", "name": "haproxy.pem"}]


def installed(root: Path) -> chains.Shop:
    """A host whose certificate is in use."""
    shop = chains.Shop(client.emulator(settle_seconds=0.0, record_delay_seconds=0.0), root)
    chains.run(shop, until="requested")
    [order] = shop.account.world.present()
    shop.account.prove(order.number)
    shop.account.accept(order.number)
    chains.run(shop)
    return shop


def test_a_form_that_is_asked_for_later_comes_with_a_reload_and_without_an_order(tmp_path: Path) -> None:
    shop = installed(tmp_path)
    shop.account.calls.clear()
    predicted, done = chains.run(shop, check=True, forms=FORMS), chains.run(shop, forms=FORMS)
    actions = [(step.action, step.target.id) for step in done.plan.steps]
    assert actions == [("install", 1), ("reload", "web"), ("verify", chains.ENDPOINT)]
    assert actions == [(step.action, step.target.id) for step in predicted.plan.steps]
    key = (shop.home / "current" / "privkey.pem").read_text()
    assert key in (shop.home / "current" / "haproxy.pem").read_text()
    assert not shop.account.calls
    assert not chains.run(shop, forms=FORMS).plan.steps


def test_a_renewal_brings_the_forms_along(tmp_path: Path) -> None:
    shop = installed(tmp_path)
    shop.account.advance(70 * 86400)
    chains.run(shop, until="requested", forms=FORMS)
    order = shop.account.world.present()[-1]
    shop.account.prove(order.number)
    shop.account.accept(order.number)
    assert chains.run(shop, forms=FORMS).after.generation == 2
    assert (shop.home / "generations" / "2" / "haproxy.pem").is_file()
    assert not chains.run(shop, forms=FORMS).plan.steps
