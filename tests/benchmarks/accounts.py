# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts with many issued orders, and hosts that have their certificates."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.emulator.core.dials import Dials
from tests.emulator.core.world import World
from tests.emulator.orders import responses
from tests.emulator.orders.ca import public_der
from tests.emulator.orders.lifecycle import DAY, Order, issue

PRODUCT = "geotrust-dv-1-starter"
ZONE = "example.com"
# Nobody waits for a rehearsal's CA.
QUICK = Dials(settle_seconds=0, record_delay_seconds=0, review_seconds=0, proof_interval_seconds=0.1, proof="alidns")
Key = ec.EllipticCurvePrivateKey


def account(orders: int) -> World:
    """An account with this many orders, all issued ten days ago for one key."""
    world, key = _empty(orders), _new_key()
    for number in range(orders):
        add(world, f"host{number}.{ZONE}", key, age_days=10)
    return world


def fleet(hosts: int, age_days: float, directory: Path) -> World:
    """An account with an order for each host, and below the directory a store for each host that has its set in use."""
    world = _empty(2 * hosts)
    for number in range(hosts):
        name, key = f"host{number}.{ZONE}", _new_key()
        write_store(directory / name, world, add(world, name, key, age_days), key)
    return world


def _empty(units: int) -> World:
    world = World(dials=QUICK, quota={PRODUCT: units})
    world.zones.host(ZONE, world.now())
    return world


def _new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def add(world: World, name: str, key: Key, age_days: float) -> Order:
    """An order that was applied for with an own CSR and issued some days ago."""
    number, then = world.next_number, world.now() - age_days * DAY
    world.next_number += 1
    order = Order(number, (name,), PRODUCT, "DNS", "its own", public_der(key.public_key()), applied=then)
    order = replace(order, submitted=then, taken_up=then, record_out=then)
    return world.store(issue(order, then, world.dials))


def write_store(folder: Path, world: World, order: Order, key: Key) -> None:
    """The order's set as generation 1, in use, the way the collection leaves it."""
    generation = folder / "generations" / "1"
    generation.mkdir(parents=True)
    leaf, fullchain = responses.leaf_pem(world, order), responses.chain_pem(world, order)
    record = {"order_id": str(order.number), "domains": list(order.names), "product_code": PRODUCT}
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    texts = {
        "cert.pem": leaf,
        "chain.pem": fullchain.removeprefix(leaf),
        "fullchain.pem": fullchain,
        "order.json": json.dumps(record),
    }
    for file, text in texts.items():
        (generation / file).write_text(text)
    (generation / "privkey.pem").touch(mode=0o600)
    (generation / "privkey.pem").write_text(secret)
    (folder / "current").symlink_to("generations/1")
