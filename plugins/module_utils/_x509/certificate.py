# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a certificate with its chain says."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import InvalidCertificate
from .._text import utc_text
from .chain import ordered
from .dates import moments, time_left
from .der import first_value
from .distinguished_name import issuer, name_text, subject
from .extensions import crl_urls, dns_names
from .library import x509_library
from .pem import pem_blocks, pem_text
from .public_key import key_hash, key_kind

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509

# The others are spellings that OpenSSL reads, too; in the last one something follows the certificate.
_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")


class Certificate(NamedTuple):
    """A certificate with its chain. ``domains`` are the DNS names in it; moments are UTC."""

    leaf: str
    chain: str
    serial_number: str
    sha256_fingerprint: str
    public_key_sha256: str
    domains: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime

    def __repr__(self) -> str:
        return f"Certificate({self.serial_number}, {self.domains})"

    @property
    def fullchain(self) -> str:
        """Leaf first, then the chain in order."""
        return self.leaf + self.chain

    @property
    def lifetime(self) -> timedelta:
        return self.not_after - self.not_before

    def public(self, now: datetime) -> dict[str, Any]:
        """The certificate as a playbook sees it; ``days_left`` counts whole days."""
        return {
            "fullchain": self.fullchain,
            "leaf": self.leaf,
            "chain": self.chain,
            "serial_number": self.serial_number,
            "sha256_fingerprint": self.sha256_fingerprint,
            "public_key_sha256": self.public_key_sha256,
            "domains": list(self.domains),
            "issuer": self.issuer,
            "not_before": utc_text(self.not_before),
            "not_after": utc_text(self.not_after),
            "days_left": time_left(self.not_before, self.not_after, now).days,
        }


def read_certificate(text: str, origin: str = "the service's response") -> Certificate:
    """Read a PEM chain in whatever order it comes: leaf first, then its issuers, every block once."""
    x509 = x509_library()
    try:
        found = {x509.load_der_x509_certificate(der): der for der in dict.fromkeys(_ders(text))}
        for each in found:  # what is malformed shows only when it is looked at
            _look_at(each)
        leaf, *rest = ordered(list(found))
        return _describe(leaf, found[leaf], "".join(pem_text("CERTIFICATE", found[each]) for each in rest))
    except Exception:  # malformed DER raises many things
        raise InvalidCertificate(f"The certificate in {origin} cannot be read.", problem="unreadable") from None


def _look_at(certificate: X509) -> tuple[object, ...]:
    """What is told of every certificate of a chain."""
    return issuer(certificate), subject(certificate), moments(certificate)


def load_certificates(text: str) -> list[X509]:
    """The certificates of a text in PEM, in its order."""
    x509 = x509_library()
    return [x509.load_der_x509_certificate(der) for der in _ders(text)]


class Details(NamedTuple):
    """What is looked at in the certificate in use alone: its key, and where the list of revoked certificates is.

    ``issuer`` (PEM) is to have signed that list, which its reader verifies. Both are nothing where the certificate
    names no list, or comes without its issuer.
    """

    key_type: str | None
    key_size: int | None
    crl_urls: tuple[str, ...] = ()
    issuer: str | None = None


def details(certificate: Certificate) -> Details:
    """Of each certificate in use, every day: nothing is verified, and no more is read than the leaf."""
    leaf = load_certificates(certificate.leaf)[0]
    found, urls = Details(*key_kind(leaf.public_key())), crl_urls(leaf)
    # A chain is in order, so the issuer comes first.
    issuers = pem_blocks(certificate.chain)[:1] if urls else []
    return found._replace(crl_urls=urls, issuer=issuers[0].text + "\n") if issuers else found


def _ders(text: str) -> list[bytes]:
    return [first_value(block.der()).whole for block in pem_blocks(text) if block.label in _LABELS]


def _describe(leaf: X509, der: bytes, chain: str) -> Certificate:
    serial, (start, end) = f"{leaf.serial_number:x}", moments(leaf)
    return Certificate(
        leaf=pem_text("CERTIFICATE", der),
        chain=chain,
        serial_number=_colons(serial.zfill(len(serial) + len(serial) % 2)),
        sha256_fingerprint=_colons(hashlib.sha256(der).hexdigest().upper()),
        public_key_sha256=key_hash(leaf.public_key()),
        domains=tuple(name.lower() for name in dns_names(leaf)),
        issuer=name_text(issuer(leaf)),
        not_before=start,
        not_after=end,
    )


def _colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
