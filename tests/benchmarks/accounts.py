# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts with many issued orders, and hosts that have their certificates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import CertificateSigningRequestBuilder, Name, NameAttribute
from cryptography.x509.oid import NameOID

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances import certificates, stock
from playbooks.files.emulator.instances.facts import CHINA
from playbooks.files.emulator.orders import responses
from playbooks.files.emulator.orders.ca import public_der
from playbooks.files.emulator.orders.lifecycle import DAY, Order, issue

INSTANCE_NAME = "instance.example.com"
_END = "-----END CERTIFICATE-----\n"
PRODUCT = "geotrust-dv-1-starter"
ZONE = "example.com"
# Nobody waits for a rehearsal's CA.
QUICK = Dials(
    settle_seconds=0,
    record_delay_seconds=0,
    validation_seconds=0,
    review_seconds=0,
    proof_interval_seconds=0.1,
    proof="alidns",
)
Key = ec.EllipticCurvePrivateKey


def account(orders: int) -> World:
    """An account with this many orders, all issued ten days ago for one key."""
    world, key = empty(orders), _new_key()
    for number in range(orders):
        add(world, f"host{number}.{ZONE}", key, age_days=10)
    return world


def fleet(hosts: int, age_days: float, directory: Path) -> World:
    """An account with an order for each host, and below the directory a store for each host that has its set in use."""
    world = empty(2 * hosts)
    for number in range(hosts):
        name, key = f"host{number}.{ZONE}", _new_key()
        write_store(directory / name, world, add(world, name, key, age_days), key)
    return world


def add_instance(world: World, name: str, age_days: float, directory: Path | None = None) -> None:
    """An instance whose certificate was issued some days ago, and below the directory a store that has it in use."""
    key = _new_key()
    request = CertificateSigningRequestBuilder().subject_name(Name([NameAttribute(NameOID.COMMON_NAME, name)]))
    csr = request.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()
    wish = {"state": "normal", "domains": [name], "csr": csr, "issued_days": age_days, "count": 1}
    [instance] = stock.add(world, stock.read_wish(wish))
    if directory:
        number = instance.newest.number if instance.newest else 0
        pem = str(certificates.user_certificate_detail(world, {"CertId": str(number)}, CHINA)["Cert"])
        leaf = pem[: pem.index(_END) + len(_END)]
        record = {"instance_id": instance.instance_id, "domains": [name]}
        _write_set(directory / name, leaf, pem, record, key)


def empty(units: int) -> World:
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
    leaf, fullchain = responses.leaf_pem(world, order), responses.chain_pem(world, order)
    record = {"order_id": str(order.number), "domains": list(order.names), "product_code": PRODUCT}
    _write_set(folder, leaf, fullchain, record, key)


def _write_set(folder: Path, leaf: str, fullchain: str, record: Mapping[str, object], key: Key) -> None:
    generation = folder / "generations" / "1"
    generation.mkdir(parents=True)
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
