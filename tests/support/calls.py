# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short ways to make worlds, requests and signed calls."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from playbooks.files.emulator.core.dials import Dials, turn
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import ALGORITHM, VERSION, Call, Keys, signature
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.world import World

START = 1795305600.0  # 2026-11-22T00:00:00Z
FREE = "digicert-free-1-free"
PAID = "geotrust-dv-1-starter"
PACKAGE = "CreateCertificateForPackageRequest"
KEYS = Keys()
KEY = ec.generate_private_key(ec.SECP256R1())


def still(**dials: object) -> Emulator:
    """An unchecked emulator whose clock only moves when told."""
    world = World(base=START, frozen=True, dials=turn(Dials(), dials))
    world.quota["geotrust-dv-w-starter"] = 3
    return Emulator(world, checked=False)


def ask(emulator: Emulator, action: str, **parameters: object) -> dict[str, Any]:
    return emulator.call(action, {name: str(value) for name, value in parameters.items()})


def order(emulator: Emulator, domain: str = "www.example.com", product: str = PAID, **more: object) -> int:
    """The id of a new order, in domain_verify with its record out."""
    number = ask(emulator, PACKAGE, **{"Domain": domain, "ProductCode": product, "ValidateType": "DNS", **more})[
        "OrderId"
    ]
    emulator.advance(3)
    return int(number)


def issued(emulator: Emulator, domain: str = "www.example.com", product: str = PAID, **more: object) -> int:
    number = order(emulator, domain, product, **more)
    emulator.accept(number)
    return number


def type_of(emulator: Emulator, number: int) -> str:
    return str(ask(emulator, "DescribeCertificateState", OrderId=number)["Type"])


def status_of(emulator: Emulator, number: int) -> str:
    entries = ask(emulator, "ListUserCertificateOrder")["CertificateOrderList"]
    return str(next(entry["Status"] for entry in entries if int(entry["OrderId"]) == number))


def used(emulator: Emulator, product: str = PAID) -> int:
    return int(ask(emulator, "DescribePackageState", ProductCode=product)["UsedCount"])


def csr(common: str | None = "www.example.com", sans: tuple[str, ...] = (), key: Any = KEY) -> str:
    names = [x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    if sans:
        general = [x509.DNSName(name) for name in sans]
        builder = builder.add_extension(x509.SubjectAlternativeName(general), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def encode(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(parameters.items()))


def signed(
    action: str,
    parameters: Mapping[str, str] | None = None,
    *,
    keys: Keys = KEYS,
    form: bool = False,
    method: str = "POST",
    host: str = "cas.example",
    **headers: str,
) -> tuple[str, str, dict[str, str], bytes]:
    """(method, target, headers, body); keyword headers have underscores for dashes and may replace any."""
    text = encode(parameters or {})
    query, body = ("", text.encode()) if form else (text, b"")
    head = {
        "host": host,
        "x-acs-action": action,
        "x-acs-version": VERSION,
        "x-acs-date": datetime.fromtimestamp(time.time(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
    }
    if form:
        head["content-type"] = "application/x-www-form-urlencoded"
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    names = sorted(head)
    mark = signature(Call(method, "/", query, head, body), names, keys.access_key_secret)
    credential = f"Credential={keys.access_key_id},SignedHeaders={';'.join(names)},Signature={mark}"
    head["Authorization"] = f"{ALGORITHM} {credential}"
    return method, f"/?{query}" if query else "/", head, body


def send(emulator: Emulator, action: str, parameters: Mapping[str, str] | None = None, **more: Any) -> Reply:
    return emulator.handle(*signed(action, parameters, **more))
