# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of lists, and a certificate in detail."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ..core.world import World
from .ca import derived_key, public_der
from .lifecycle import DAY, FIRST_ORDER, LIVE, Order, Phase
from .parameters import product_of
from .responses import (
    Fields,
    certified_names,
    chain_pem,
    empty,
    instance_id,
    key_pem,
    leaf_pem,
    listed_names,
    order_id,
)

UPLOADED = "uploaded"


def order_entry(world: World, order: Order) -> Fields:
    """An entry of the lists CPACK and BUY. Times are milliseconds: docstring of the official SDK, confirmed."""
    plan = product_of(order.product)
    names = listed_names(world, order)
    wild = sum(name.startswith("*.") for name in names)
    entry: Fields = {
        "OrderId": order_id(world, order.number),
        "AliyunOrderId": 220000000000000 + order.certificate_id,
        "InstanceId": instance_id(world, order),
        "Domain": ",".join(names),
        "DomainType": _domain_type(len(names), wild > 0),
        "DomainCount": len(names) - wild,
        "WildDomainCount": wild,
        "CertType": plan.level,
        "ProductCode": order.product,
        "ProductName": f"{plan.brand} {plan.level}",
        "RootBrand": plan.brand,
        "SourceType": world.dials.source,
        "Status": world.status_word(order),
        "TrusteeStatus": "unTrustee",
        "Algorithm": "ECC" if len(order.spki) < 200 else "RSA",
        "BuyDate": milliseconds(order.applied),
    }
    if order.issued is None or order.ends is None:
        return entry | empty(world.dials.empty_as, "CertStartTime", "CertEndTime", "PartnerOrderId")
    times = {"CertStartTime": milliseconds(math.floor(order.issued)), "CertEndTime": milliseconds(order.ends)}
    return entry | times | {"PartnerOrderId": str(1300000000 + order.certificate_id)}


def _domain_type(count: int, wild: bool) -> str:
    if wild:
        return "M_WILDCARD" if count > 1 else "WILDCARD"
    return "MULTIPLE" if count > 1 else "ONE"


def certificate_entry(world: World, order: Order) -> Fields:
    """An entry of the list CERT."""
    certificate = x509.load_pem_x509_certificate(leaf_pem(world, order).encode())
    return {
        "CertificateId": order.certificate_id,
        "InstanceId": instance_id(world, order),
        "Name": f"cert-{order.certificate_id}",
        "CommonName": order.names[0],
        "Sans": ",".join(certified_names(world, order)),
        "Issuer": certificate.issuer.rfc4514_string().removeprefix("CN="),
        "OrgName": "",
        "Country": "CN",
        "Province": "Beijing",
        "City": "Beijing",
        **_prints(certificate),
        "Expired": world.phase(order) is Phase.EXPIRED,
        "Upload": is_uploaded(order),
    }


def is_uploaded(order: Order) -> bool:
    return order.product == UPLOADED


def uploaded(world: World, index: int) -> Order:
    """A certificate that no order stands behind, in the shape of one; a new one comes every sixty days."""
    number = FIRST_ORDER - 5_000_000 + index
    spki = public_der(derived_key(world.token("key", number)).public_key())
    start = world.now() - world.now() % (60 * DAY)
    order = Order(number, (f"uploaded-{index}.example.com",), UPLOADED, "DNS", "", spki, applied=start)
    return replace(order, issued=start, ends=start + 120 * DAY)


def detail_fields(world: World, order: Order, filtered: bool) -> Fields:
    """GetUserCertificateDetail; with CertFilter nothing that is PEM."""
    entry = certificate_entry(world, order)
    certificate = x509.load_pem_x509_certificate(leaf_pem(world, order).encode())
    start, end = milliseconds(math.floor(order.issued or 0)), milliseconds(order.ends or 0)
    link = {"CommonName": order.names[0], "IssuerCommonName": entry["Issuer"], "NotBefore": start, "NotAfter": end}
    fields = {
        "Id": order.certificate_id,
        "CertIdentifier": f"{order.certificate_id}-cn-hangzhou",
        "OrderId": None if is_uploaded(order) else order_id(world, order.number),
        "Common": order.names[0],
        "Algorithm": "ECC" if len(order.spki) < 200 else "RSA",
        "CertSha2": certificate.fingerprint(hashes.SHA256()).hex().upper(),
        "NotBefore": start,
        "NotAfter": end,
        "BuyInAliyun": not is_uploaded(order),
        "CertChain": [{**link, "RemainDay": max(0, int((end / 1000 - world.now()) // 86400))}],
        "Tags": [{"TagKey": key, "TagValue": value} for key, value in order.tags],
    }
    kept = {name: value for name, value in entry.items() if name not in ("CertificateId", "CommonName", "Upload")}
    # Empty with an own CSR: official page, confirmed.
    secrets = {} if filtered else {"Cert": chain_pem(world, order), "Key": key_pem(world, order) or ""}
    return {**kept, **fields, **secrets}


def _prints(certificate: x509.Certificate) -> Fields:
    # Dates without a zone; UTC here, unconfirmed.
    return {
        "SerialNo": f"{certificate.serial_number:x}",
        "Fingerprint": certificate.fingerprint(hashes.SHA1()).hex().upper(),
        "Sha2": certificate.fingerprint(hashes.SHA256()).hex().upper(),
        **first_and_last_day(certificate),
    }


def first_and_last_day(certificate: x509.Certificate) -> Fields:
    """Return the dates of a certificate; its moments have a zone since cryptography 42."""
    names = {"StartDate": "not_valid_before", "EndDate": "not_valid_after"}
    moments = {
        key: getattr(certificate, f"{name}_utc", None) or getattr(certificate, name) for key, name in names.items()
    }
    return {key: day(moment) for key, moment in moments.items()}


def milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def day(at: datetime) -> str:
    return at.strftime("%Y-%m-%d")


def has_certificate(world: World, order: Order) -> bool:
    """Issued and not revoked."""
    return world.phase(order) in LIVE | {Phase.EXPIRED}
