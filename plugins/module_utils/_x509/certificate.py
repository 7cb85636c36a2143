# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a certificate with its chain says, and the hash of a private key."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any

from .._errors import InvalidCertificate, MissingLibrary
from .._text import utc_text

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509
    from cryptography.x509 import CertificateSigningRequest, Extensions


_MARK = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{1,60})-----")
# No chain in use is longer.
_MOST_BLOCKS = 100


@dataclass(frozen=True)
class Certificate:
    """A certificate with its chain. ``domains`` are the DNS names in it; moments are UTC."""

    leaf: str = field(repr=False)
    chain: str = field(repr=False)
    serial_number: str
    sha256_fingerprint: str
    public_key_sha256: str
    domains: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime

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
            "days_left": (self.not_after - now).days,
        }


def pem_blocks(text: str) -> list[tuple[str, str]]:
    """The PEM blocks of a text, each with its label; none where there are more than any chain needs.

    A block ends with the first end that has its label. Every mark is looked at once: a text of nothing but beginnings
    takes no longer than any other.
    """
    marks = list(islice(_MARK.finditer(text), 2 * _MOST_BLOCKS + 1))
    found: list[tuple[str, str]] = []
    over = 0
    for at, begin in enumerate(marks[: 2 * _MOST_BLOCKS]):
        if begin.group(1) == "BEGIN" and begin.start() >= over:
            last = ("END", begin.group(2))
            end = next((mark for mark in marks[at + 1 :] if mark.groups() == last), None)
            if end:
                over = end.end()
                found.append((begin.group(2), text[begin.start() : over]))
    return found if len(marks) <= 2 * _MOST_BLOCKS else []


def alternative_names(extensions: Extensions) -> list[Any]:
    x509 = x509_library()
    try:
        return list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def read_private_key(text: str, origin: str) -> str:
    """The SHA-256 of a private key's public half, as in Certificate. No error repeats any of the key."""
    x509_library()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return key_hash(load_pem_private_key(text.encode(), None).public_key())
    except Exception:  # malformed DER raises many things
        raise InvalidCertificate(f"{origin} is not a private key in PEM without a passphrase.") from None


def read_certificate(text: str, origin: str = "the service's response") -> Certificate:
    """Read a PEM chain in whatever order it comes: leaf first, ordered, every block once."""
    x509_library()
    try:
        found = {_fingerprint(each): each for each in load_certificates(text)}
        for each in found.values():  # what is malformed shows only when it is looked at
            _look_at(each)
        leaf, *rest = _ordered(list(found.values()))
        return _describe(leaf, "".join(map(pem, rest)))
    except Exception:  # malformed DER raises many things
        raise InvalidCertificate(f"The certificate in {origin} cannot be read.") from None


def _look_at(certificate: X509) -> tuple[object, ...]:
    """What is told of every certificate of a chain."""
    return certificate.issuer.rfc4514_string(), certificate.subject.rfc4514_string(), moments(certificate)


def load_certificates(text: str) -> list[X509]:
    """The certificates of a text in PEM, in its order."""
    x509 = x509_library()
    blocks = [block for label, block in pem_blocks(text) if label == "CERTIFICATE"]
    return [x509.load_pem_x509_certificate(block.encode()) for block in blocks]


def _ordered(certificates: list[X509]) -> list[X509]:
    """The leaf, then each issuer; what is linked to nothing goes last."""
    left = list(certificates)
    following: X509 | None = next((each for each in left if not is_authority(each)), left[0])
    chain: list[X509] = []
    while following is not None:
        left.remove(following)
        chain.append(following)
        following = next((each for each in left if each.subject == chain[-1].issuer), None)
    return chain + left


def is_authority(certificate: X509) -> bool:
    x509 = x509_library()
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except Exception:  # there is none, or a malformed extension raises many things
        return False


def _describe(leaf: X509, chain: str) -> Certificate:
    x509 = x509_library()
    names = [name.value for name in alternative_names(leaf.extensions) if isinstance(name, x509.DNSName)]
    serial, (start, end) = f"{leaf.serial_number:x}", moments(leaf)
    return Certificate(
        leaf=pem(leaf),
        chain=chain,
        serial_number=_colons(serial.zfill(len(serial) + len(serial) % 2)),
        sha256_fingerprint=_colons(_fingerprint(leaf).upper()),
        public_key_sha256=key_hash(leaf.public_key()),
        domains=tuple(name.lower() for name in names),
        issuer=leaf.issuer.rfc4514_string(),
        not_before=start,
        not_after=end,
    )


def moments(certificate: X509) -> tuple[datetime, datetime]:
    """The first and the last moment it is good for."""
    return _moment(certificate, "not_valid_before"), _moment(certificate, "not_valid_after")


def _moment(certificate: X509, name: str) -> datetime:
    aware = getattr(certificate, name + "_utc", None)  # since cryptography 42
    moment: datetime = aware if aware is not None else getattr(certificate, name).replace(tzinfo=timezone.utc)
    return moment


def pem(thing: X509 | CertificateSigningRequest) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return thing.public_bytes(Encoding.PEM).decode("ascii")


def _fingerprint(certificate: X509) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def key_hash(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _colons(digits: str) -> str:
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def x509_library() -> Any:
    """cryptography's x509, imported where a CSR or a certificate is looked at and nowhere else."""
    try:
        from cryptography import x509
        from cryptography.x509 import oid  # noqa: F401  (older versions do not bring NameOID along)
    except ImportError:
        raise MissingLibrary("cryptography") from None
    return x509
