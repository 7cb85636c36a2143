# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of revoked certificates (CRL) of the emulated CA."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography import x509

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.orders.ca import moment
from tests.support.calls import ask, csr, issued, still

REVOKE = "CancelCertificateForPackageRequest"


def leaf(emulator: Emulator, number: int) -> x509.Certificate:
    return x509.load_pem_x509_certificate(
        ask(emulator, "DescribeCertificateState", OrderId=number)["Certificate"].encode()
    )


def urls(certificate: x509.Certificate) -> list[Any]:
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    return [name.value for point in points for name in point.full_name or ()]


def fetch(emulator: Emulator) -> x509.CertificateRevocationList:
    reply = emulator.handle("GET", "/crl", {})
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/pkix-crl")
    return x509.load_der_x509_crl(reply.body)


def test_without_the_dial_certificates_name_no_list() -> None:
    emulator = still()
    made = leaf(emulator, issued(emulator, Csr=csr()))
    assert not [each for each in made.extensions if each.oid == x509.CRLDistributionPoints.oid]
    assert emulator.handle("GET", "/crl", {}).status == 404


def test_a_revoked_certificate_is_in_the_list_that_it_names() -> None:
    emulator = still(crl_hours=24)
    number = issued(emulator, Csr=csr())
    made = leaf(emulator, number)
    assert urls(made) == ["http://127.0.0.1/crl"]
    assert len(list(fetch(emulator))) == 0
    ask(emulator, REVOKE, OrderId=number)
    listed = fetch(emulator)
    assert [each.serial_number for each in listed] == [made.serial_number]
    issuer = x509.load_pem_x509_certificate(emulator.world.authority.intermediate_pem.encode())
    assert listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    assert listed.issuer == made.issuer == issuer.subject
    end = getattr(listed, "next_update_utc", None) or moment(emulator.world.now()) + timedelta(hours=24)
    assert abs((end - moment(emulator.world.now())).total_seconds() - 86400) <= 1


def test_the_list_is_at_the_address_of_the_server() -> None:
    emulator = still(crl_hours=24)
    with Server(emulator) as server:
        assert urls(leaf(emulator, issued(emulator, Csr=csr()))) == [f"{server.url}/crl"]
