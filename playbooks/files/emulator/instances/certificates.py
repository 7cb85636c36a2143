# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of instances: lists, inventory, and the download."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ..core.world import World, instance_serial_number
from ..orders import operations as orders
from ..orders.entries import first_and_last_day
from ..orders.parameters import Parameters, truth, whole
from .api import CERTIFICATE_STATUSES, page_of
from .facts import Certificate, Instance
from .lifecycle import certificate_word
from .parameters import one_of
from .refusals import not_found
from .responses import (
    Fields,
    Key,
    cert_identifier,
    fingerprint_text,
    identifier,
    instant,
    key_text,
    sequence,
    serial_text,
    service_csr,
    service_key,
    spki_of,
)

SOURCES = ("BUY", "TEST", "UPLOAD")
_OLDER_WORDS = {"issued": "ISSUED", "willExpire": "WILLEXPIRED", "expired": "EXPIRED", "revoked": ""}


@dataclass(frozen=True)
class Held:
    """A certificate with the instance it belongs to."""

    instance: Instance
    certificate: Certificate


def held(world: World, site: str) -> Iterator[Held]:
    """All certificates that an endpoint tells of, oldest first."""
    for instance in world.present_instances():
        if world.seen_at(instance, site):
            for certificate in instance.certificates:
                yield Held(instance, certificate)


def list_certificates(world: World, parameters: Parameters, site: str) -> Fields:
    """ListCertificates. That earlier certificates of an instance stay listed is unconfirmed, a dial."""
    source = one_of(parameters, "CertificateSource", SOURCES)
    status = one_of(parameters, "CertificateStatus", CERTIFICATE_STATUSES)
    word, wanted = parameters.get("Keyword", "").lower(), parameters.get("InstanceId", "")
    seen = world.now() - world.dials.list_lag_seconds
    found = [each for each in held(world, site) if each.certificate.issued <= seen]
    found = [each for each in found if source in ("", each.instance.kind)]
    found = [each for each in found if wanted in ("", each.instance.instance_id)]
    found = [each for each in found if status in ("", _status(world, each.certificate))]
    found = [each for each in found if world.dials.older_certificates or each.certificate is each.instance.newest]
    found = [each for each in found if any(word in text for text in (*each.certificate.names, _name(each)))]
    shown, paging = page_of(world, parameters, found, lambda each: str(each.certificate.number))
    return {**sequence(world, "CertificateList", [_entry(world, each) for each in shown]), **paging}


def _status(world: World, certificate: Certificate) -> str:
    return certificate_word(certificate, world.now(), world.dials)


def _name(each: Held) -> str:
    """CertificateName of the instance becomes the certificate's name: acceptance tests."""
    return each.certificate.form.label or f"cert-{each.certificate.number}"


def _leaf(world: World, each: Held) -> x509.Certificate:
    return x509.load_pem_x509_certificate(_leaf_text(world, each).encode())


def _leaf_text(world: World, each: Held) -> str:
    certificate = each.certificate
    serial, spki = instance_serial_number(world, certificate), spki_of(world, each.instance, certificate)
    start = math.floor(certificate.issued)
    return world.authority.issue(spki, certificate.names, start, certificate.ends, serial, world.crl_url)


def _entry(world: World, each: Held) -> Fields:
    """Id as text here: docstring of the official SDK. Serial is declared but not returned: acceptance tests."""
    leaf, certificate = _leaf(world, each), each.certificate
    serial = {"Serial": serial_text(world, leaf.serial_number)} if world.dials.list_serial else {}
    scope = {"Scope": "server" if certificate.form.csr else "all"}
    return {
        "CertificateId": str(certificate.number),
        "CertIdentifier": cert_identifier(certificate.number, each.instance.site),
        "CertificateName": _name(each),
        "CertificateSource": each.instance.kind,
        "CertificateStatus": _status(world, certificate),
        "CommonName": certificate.names[0],
        "Domain": ",".join(certificate.names),
        "Algorithm": _algorithm(leaf),
        "KeySize": leaf.public_key().key_size,  # type: ignore[union-attr]
        "ExistPrivateKey": not certificate.form.csr,
        "DeploymentDesc": json.dumps(scope),
        "FingerPrint": fingerprint_text(world, leaf.fingerprint(hashes.SHA256())),
        "Issuer": leaf.issuer.rfc4514_string().removeprefix("CN="),
        "InstanceId": each.instance.instance_id,
        "NotBefore": instant(world, certificate.issued),
        "NotAfter": instant(world, certificate.ends),
        **serial,
        **sequence(world, "SubjectAlternativeNames", certificate.names),
        **({} if world.dials.response_year == "2025" else sequence(world, "UsingProductList", [])),
    }


def _algorithm(leaf: x509.Certificate) -> str:
    return "ECC" if isinstance(leaf.public_key(), ec.EllipticCurvePublicKey) else "RSA"


def certificate_detail(world: World, parameters: Parameters, site: str) -> Fields:
    """GetCertificateDetail: the id as a whole number, the serial number, no PEM."""
    each = _known(world, whole(parameters, "CertificateId"), site)
    leaf, form = _leaf(world, each), each.certificate.form
    times = {"NotBefore": instant(world, each.certificate.issued), "NotAfter": instant(world, each.certificate.ends)}
    left = max(0, int((each.certificate.ends - world.now()) // 86400))
    issuer = leaf.issuer.rfc4514_string().removeprefix("CN=")
    link = {"Subject": each.certificate.names[0], "Issuer": issuer, **times, "RemainDay": left}
    tags = [{"TagKey": key, "TagValue": value} for key, value in each.instance.tags]
    return {
        **_entry(world, each),
        "CertificateId": identifier(world, each.certificate.number),
        "Serial": serial_text(world, leaf.serial_number),
        "Csr": form.csr or service_csr(_key(world, each), each.certificate.names[0]),
        **({"ContactId": identifier(world, form.contacts[0])} if form.contacts else {}),
        **sequence(world, "CertificateChainList", [link]),
        **sequence(world, "Tags", tags),
    }


def _key(world: World, each: Held) -> Key:
    return service_key(world, each.instance, each.certificate.attempt, each.certificate.form)


def _known(world: World, number: int, site: str) -> Held:
    for each in held(world, site):
        if each.certificate.number == number:
            return each
    raise not_found("证书不存在")


def user_certificate_detail(world: World, parameters: Parameters, site: str) -> Fields:
    """GetUserCertificateDetail: the documented download for both generations."""
    number = whole(parameters, "CertId")
    mine = [each for each in held(world, site) if each.certificate.number == number]
    if not mine:
        return orders.certificate_detail(world, parameters)
    fields = _download(world, mine[0])
    return fields if truth(parameters, "CertFilter") else fields | _pem(world, mine[0])


def list_orders(world: World, parameters: Parameters, site: str) -> Fields:
    """ListUserCertificateOrder: CERT shows certificates of instances, too; no other list does: seen by public tools."""
    wanted, word = parameters.get("Status", ""), parameters.get("Keyword", "").lower()
    words = (wanted,) if wanted else ("ISSUED", "WILLEXPIRED")
    found = [each for each in held(world, site) if _OLDER_WORDS[_status(world, each.certificate)] in words]
    found = [
        each for each in found if any(word in text for text in (*each.certificate.names, each.instance.instance_id))
    ]
    return orders.list_orders(world, parameters, [_order_entry(world, each) for each in found[::-1]])


def _order_entry(world: World, each: Held) -> Fields:
    """An entry of the list CERT, whose id is a whole number."""
    told = (
        "InstanceId",
        "Name",
        "Sans",
        "Issuer",
        "SerialNo",
        "Fingerprint",
        "Sha2",
        "StartDate",
        "EndDate",
        "Expired",
    )
    fields = _download(world, each)
    kept = {name: fields[name] for name in told}
    return {"CertificateId": each.certificate.number, **kept, "CommonName": fields["Common"], "Upload": False}


def _pem(world: World, each: Held) -> Fields:
    """Key is empty with an own CSR: official page, confirmed."""
    key = "" if each.certificate.form.csr else key_text(_key(world, each))
    leaf, above, root = _leaf_text(world, each), world.authority.intermediate_pem, world.authority.root_pem
    chains = {"full": leaf + above, "root": leaf + above + root, "reversed": above + leaf, "leaf": leaf}
    return {"Cert": chains[world.dials.chain], "Key": key}


def _download(world: World, each: Held) -> Fields:
    leaf, certificate = _leaf(world, each), each.certificate
    digest = leaf.fingerprint(hashes.SHA256())
    return {
        "Id": identifier(world, certificate.number),
        "Name": _name(each),
        "InstanceId": each.instance.instance_id,
        "CertIdentifier": cert_identifier(certificate.number, each.instance.site),
        "Common": certificate.names[0],
        "Sans": ",".join(certificate.names),
        "Algorithm": _algorithm(leaf),
        "Issuer": leaf.issuer.rfc4514_string().removeprefix("CN="),
        "SerialNo": serial_text(world, leaf.serial_number),
        "Fingerprint": leaf.fingerprint(hashes.SHA1()).hex().upper(),
        "Sha2": digest.hex().upper(),
        "CertSha2": digest.hex().upper(),
        **first_and_last_day(leaf),
        "NotBefore": instant(world, certificate.issued),
        "NotAfter": instant(world, certificate.ends),
        "Expired": certificate.ends <= world.now(),
        "BuyInAliyun": True,
        **sequence(world, "CertChain", []),
        **sequence(world, "Tags", [{"TagKey": key, "TagValue": value} for key, value in each.instance.tags]),
    }
