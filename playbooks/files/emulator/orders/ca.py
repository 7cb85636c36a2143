# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real certificate authority: root, intermediate, leaves. Made in memory for one run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Wide enough for every clock a rehearsal may set.
_FIRST = datetime(2000, 1, 1, tzinfo=timezone.utc)
_LAST = datetime(2099, 12, 31, tzinfo=timezone.utc)
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Authority:
    """Root and intermediate with P-256 keys, shared by every copy of a world."""

    def __init__(self) -> None:
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._root = _authority("Certops Rehearsal Root", self._root_key, None, None, depth=1)
        self._intermediate = _authority("Certops Rehearsal DV CA", self._key, self._root_key, self._root, depth=0)
        self._issued: dict[tuple[bytes, tuple[str, ...], float, float, int, str | None], str] = {}

    def __deepcopy__(self, _memo: object) -> Authority:
        return self

    @property
    def root_pem(self) -> str:
        return pem(self._root)

    @property
    def intermediate_pem(self) -> str:
        return pem(self._intermediate)

    def issue(
        self, spki: bytes, names: tuple[str, ...], start: float, end: float, serial: int, crl: str | None = None
    ) -> str:
        """PEM of the leaf for a DER public key; the same facts give the same bytes. Times are Unix seconds."""
        facts = (spki, names, start, end, serial, crl)
        if facts not in self._issued:
            key = serialization.load_der_public_key(spki)
            builder = _leaf(key, names, moment(start), moment(end), serial).issuer_name(self._intermediate.subject)
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
            builder = builder.add_extension(identifier, critical=False)
            if crl:
                builder = builder.add_extension(_distribution_point(crl), critical=False)
            self._issued[facts] = pem(builder.sign(self._key, hashes.SHA256()))
        return self._issued[facts]

    def crl(self, revoked: Mapping[int, float], now: float, seconds: float) -> bytes:
        """The list (DER) of the serial numbers that are revoked, each with when."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._intermediate.subject)
        builder = builder.last_update(moment(now)).next_update(moment(now + seconds))
        for serial, since in revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment(since))
            builder = builder.add_revoked_certificate(entry.build())
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        builder = builder.add_extension(x509.CRLNumber(int(now)), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def server(self, names: Sequence[str], now: float) -> tuple[str, str]:
        """(certificate PEM, key PEM) for the emulator's own TLS door, signed by the root."""
        key = ec.generate_private_key(ec.SECP256R1())
        start = moment(now) - timedelta(days=1)
        builder = _leaf(key.public_key(), tuple(names), start, start + timedelta(days=825), x509.random_serial_number())
        builder = builder.issuer_name(self._root.subject)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._root_key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        return pem(builder.sign(self._root_key, hashes.SHA256())), private_pem(key)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def public_der(key: Any) -> bytes:
    der: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return der


def derived_key(seed: str) -> ec.EllipticCurvePrivateKey:
    """The P-256 key of a seed: copies of a world agree on service-made keys without storing them."""
    number = int.from_bytes(hashlib.sha512(seed.encode()).digest(), "big")
    return ec.derive_private_key(number % (_ORDER_OF_P256 - 1) + 1, ec.SECP256R1())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _distribution_point(url: str) -> x509.CRLDistributionPoints:
    where = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])


def _usage(sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign, key_cert_sign=sign, crl_sign=sign, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _leaf(key: Any, names: tuple[str, ...], start: datetime, end: datetime, serial: int) -> x509.CertificateBuilder:
    subject = _name(names[0]) if len(names[0]) <= 64 else x509.Name([])
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key).serial_number(serial)
    builder = builder.not_valid_before(start).not_valid_after(end)
    builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(sign=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _authority(
    common: str,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey | None,
    above: x509.Certificate | None,
    depth: int,
) -> x509.Certificate:
    signer = by or key
    builder = x509.CertificateBuilder().subject_name(_name(common)).public_key(key.public_key())
    builder = builder.issuer_name(above.subject if above else _name(common)).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(_FIRST).not_valid_after(_LAST)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
    builder = builder.add_extension(_usage(sign=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return builder.add_extension(identifier, critical=False).sign(signer, hashes.SHA256())
