# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of revoked certificates: which are believed, and where a certificate says that its list is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidCertificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import details, read_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.crl import read_crl
from tests.support.certificates import ABOVE, INTERMEDIATE, NOW, ROOT, WWW, Signer, common, new_key, pem, rsa_key

SINCE = NOW - timedelta(hours=3)


def crl(signer: Signer = INTERMEDIATE, serials: tuple[int, ...] = (7,), **how: Any) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder().issuer_name(common(how.get("name", signer.name)))
    builder = builder.last_update(NOW - timedelta(days=1)).next_update(how.get("until", NOW + timedelta(days=6)))
    for serial in serials:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(SINCE).build()
        )
    for extension in how.get("extensions", ()):
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(signer.key, hashes.SHA256())


def der(*args: Any, **how: Any) -> bytes:
    return crl(*args, **how).public_bytes(Encoding.DER)


def problem(content: bytes, issuer: str = pem(ABOVE)) -> str:
    with pytest.raises(InvalidCertificate) as refused:
        read_crl(content, issuer, NOW)
    return refused.value.msg


def test_a_list_of_the_issuer_tells_what_is_revoked_and_until_when_it_is_good() -> None:
    found = read_crl(der(serials=(7, 2**150 + 1)), pem(ABOVE), NOW)
    assert found.next_update == NOW + timedelta(days=6)
    assert found.revoked == {7: SINCE, 2**150 + 1: SINCE}
    assert read_crl(crl().public_bytes(Encoding.PEM), pem(ABOVE), NOW).revoked == {7: SINCE}


@pytest.mark.parametrize("key", [rsa_key(), ec.generate_private_key(ec.SECP384R1())], ids=["RSA", "P-384"])
def test_lists_of_all_kinds_of_keys_are_read(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    signer = Signer("Signer", key)
    above = ROOT.sign("Signer", key, ca=True, days=900)
    assert read_crl(der(signer), pem(above), NOW).revoked == {7: SINCE}


def test_a_list_that_the_issuer_did_not_sign_is_not_believed() -> None:
    assert problem(der(Signer("Intermediate", new_key()))) == "it is not signed by the CA of the certificate"
    assert problem(der(name="Another")) == "it is a list of another CA"


def test_a_list_that_is_over_is_not_believed() -> None:
    assert problem(der(until=NOW)) == "it is out of date since 2026-11-22T12:00:00Z"


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"\x30\x03\x02\x01\x05", b"\x30\x84\xff\xff"])
def test_what_is_not_a_list_is_told(content: bytes) -> None:
    assert problem(content) == "it is not a list of revoked certificates"


@pytest.mark.parametrize(
    "extension",
    [
        x509.DeltaCRLIndicator(3),
        x509.IssuingDistributionPoint(None, None, False, True, None, False, False),
        x509.IssuingDistributionPoint(None, None, False, False, None, True, False),
    ],
    ids=["a part", "CAs only", "of other CAs, too"],
)
def test_lists_of_other_kinds_are_not_used(extension: Any) -> None:
    assert problem(der(extensions=(extension,))) == "it is not a full list of the certificates of this CA"


def point(*urls: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url) for url in urls], None, None, None)


def leaf(*points: x509.DistributionPoint, signer: Signer = INTERMEDIATE) -> x509.Certificate:
    key = new_key()
    builder = x509.CertificateBuilder().subject_name(common(WWW[0])).issuer_name(common(signer.name))
    builder = builder.public_key(key.public_key()).serial_number(7).not_valid_before(NOW - timedelta(days=1))
    builder = builder.not_valid_after(NOW + timedelta(days=89))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(WWW[0])]), False)
    if points:
        builder = builder.add_extension(x509.CRLDistributionPoints(points), False)
    return builder.sign(signer.key, hashes.SHA256())


URLS = ("http://crl3.example.net/a.crl", "http://crl4.example.net/a.crl")


def test_a_certificate_says_where_its_list_is_and_who_signs_it() -> None:
    made = read_certificate(pem(leaf(point(URLS[0]), point("ldap://x/y", URLS[1])), ABOVE))
    assert (details(made).crl_urls, details(made).issuer) == (URLS, pem(ABOVE))


@pytest.mark.parametrize(
    "chain",
    [
        (leaf(), ABOVE),
        (leaf(point("ldap://x/y")), ABOVE),
        (leaf(x509.DistributionPoint(None, common("x").rdns[0], None, None)), ABOVE),
        (leaf(point(URLS[0])),),
        (leaf(point(URLS[0]), signer=Signer("Intermediate", new_key())), ABOVE),
    ],
    ids=["no extension", "no address of the web", "no full name", "no issuer", "another issuer"],
)
def test_without_an_address_and_a_verified_issuer_there_is_nothing_to_ask(chain: tuple[x509.Certificate, ...]) -> None:
    found = details(read_certificate(pem(*chain)))
    assert (found.crl_urls, found.issuer) == ((), None)


def test_moments_are_utc() -> None:
    assert read_crl(der(), pem(ABOVE), NOW).next_update.tzinfo is timezone.utc
    assert all(isinstance(each, datetime) and each.tzinfo for each in read_crl(der(), pem(ABOVE), NOW).revoked.values())
