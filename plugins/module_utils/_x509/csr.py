# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a certificate signing request (CSR) says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._errors import InvalidOption
from .distinguished_name import common_names, subject_of_request
from .extensions import requested_names
from .hostnames import a_labels
from .library import x509_library
from .pem import pem_blocks, pem_text
from .public_key import key_hash

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest


_CSR_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
_SHORTEST_RSA = 2048


@dataclass(frozen=True)
class Csr:
    """A signing request: its text, its names (A-labels; the CN first, if any) and its key's SHA-256 in hex.

    ``origin`` is the option that it came from.
    """

    pem: str = field(repr=False)
    domains: tuple[str, ...]
    public_key_sha256: str
    has_common_name: bool = True
    origin: str = field(default="", compare=False)


def read_csr(text: str, option: str) -> Csr:
    """Check a PEM signing request and read it. No error repeats any of its text: it may be a private key."""
    request = _load_csr(text, option)
    _check_key(request.public_key(), option)
    common, names = _csr_names(request, option)
    domains = tuple(dict.fromkeys(a_labels(name, option) for name in common + names))
    return Csr(_pem(request), domains, key_hash(request.public_key()), bool(common), option)


def _pem(request: CertificateSigningRequest) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return pem_text("CERTIFICATE REQUEST", request.public_bytes(Encoding.DER))


def _load_csr(text: str, option: str) -> CertificateSigningRequest:
    x509 = x509_library()
    if "PRIVATE KEY" in text:
        raise InvalidOption(
            option, "this is a private key, or contains one; give the signing request (CSR) made with it."
        )
    blocks = pem_blocks(text)
    if len(blocks) != 1 or blocks[0].label not in _CSR_LABELS:
        raise InvalidOption(option, "give one PEM block that begins with -----BEGIN CERTIFICATE REQUEST-----.")
    try:
        request: CertificateSigningRequest = x509.load_der_x509_csr(blocks[0].der())
        signed = request.is_signature_valid
    except Exception:  # a malformed key or extension raises many things
        raise InvalidOption(option, "the PEM block cannot be read as a signing request (CSR).") from None
    if not signed:
        raise InvalidOption(option, "the signature of the signing request does not match its key; make it again.")
    return request


def _check_key(key: Any, option: str) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if not isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)):
        raise InvalidOption(option, "the service accepts RSA and EC keys only.")
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SHORTEST_RSA:
        raise InvalidOption(
            option, f"its RSA key has {key.key_size} bits; the service requires {_SHORTEST_RSA} or more."
        )


def _csr_names(request: CertificateSigningRequest, option: str) -> tuple[list[str], list[str]]:
    """The common name, if there is one, and the names of the SAN."""
    try:
        common = common_names(subject_of_request(request))
        names = requested_names(request)
    except Exception:  # a malformed extension raises many things
        raise InvalidOption(option, "the names in the signing request cannot be read.") from None
    if len(common) > 1:
        raise InvalidOption(
            option, "the subject of the signing request must have one common name (CN) at most, the first domain."
        )
    if not common and not names:
        raise InvalidOption(option, "the signing request has no name: neither a common name (CN) nor a SAN.")
    if None in names:
        raise InvalidOption(option, "the signing request contains names that are not DNS names (IP, e-mail, URI).")
    return common, [name for name in names if name is not None]
