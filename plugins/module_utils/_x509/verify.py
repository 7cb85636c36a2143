# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether a certificate with its chain may be used: signatures, dates and names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._errors import InvalidCertificate
from .._text import one_line, utc_text
from .certificate import Certificate, is_authority, load_certificates, moments
from .hostnames import uncovered

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509


def refuse_unusable(certificate: Certificate, domains: Sequence[str], now: datetime, origin: str) -> None:
    """Raise InvalidCertificate with the first reason why this certificate must not be served."""
    links = load_certificates(certificate.fullchain)
    for at, (child, parent) in enumerate(zip(links, links[1:])):
        problem = _broken_link(child, parent)
        if problem:
            raise InvalidCertificate(f"{origin}: the chain is broken after certificate {at + 1}: {problem}.")
    for at, link in enumerate(links):
        _refuse_date(link, now, f"{origin}: {_called(at, link)}")
    missing = uncovered(domains, certificate.domains)
    if missing:
        raise InvalidCertificate(
            f"{origin}: the certificate does not cover {', '.join(missing)}; it is for "
            f"{', '.join(certificate.domains) or 'no DNS name'}."
        )


def refuse_strange_key(certificate: Certificate, key_sha256: str, origin: str, key: str) -> None:
    if certificate.public_key_sha256 != key_sha256:
        raise InvalidCertificate(f"{origin}: the certificate was made for another key than {key}.", key_mismatch=True)


def _called(at: int, link: X509) -> str:
    return (
        f"certificate {at + 1} of the chain ({one_line(link.subject.rfc4514_string(), 80)})"
        if at
        else "the certificate"
    )


def _refuse_date(link: X509, now: datetime, subject: str) -> None:
    start, end = moments(link)
    if now >= end:
        raise InvalidCertificate(
            f"{subject} expired at {utc_text(end)}; it is {utc_text(now)} by this machine's clock."
        )
    if now < start:
        raise InvalidCertificate(
            f"{subject} is not valid before {utc_text(start)}; it is {utc_text(now)} by this machine's clock."
        )


def _broken_link(child: X509, parent: X509) -> str | None:
    if child.issuer != parent.subject:
        return "the next one is not its issuer"
    if not is_authority(parent):
        return "the next one is not a CA"
    return None if _is_signed_by(child, parent.public_key()) else "its signature was not made by the next one"


def _is_signed_by(child: X509, key: Any) -> bool:
    """Checked by hand, because cryptography does it only since version 40."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    signed = (child.signature, child.tbs_certificate_bytes)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(*signed, _padding(child), child.signature_hash_algorithm)  # type: ignore[arg-type]
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(*signed, ec.ECDSA(child.signature_hash_algorithm))  # type: ignore[arg-type]
        else:
            key.verify(*signed)
    except Exception:  # a wrong signature, or a key of a kind that signs nothing
        return False
    return True


def _padding(child: X509) -> Any:
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.x509.oid import SignatureAlgorithmOID

    if child.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
        return padding.PSS(padding.MGF1(child.signature_hash_algorithm), padding.PSS.AUTO)  # type: ignore[arg-type]
    return padding.PKCS1v15()
