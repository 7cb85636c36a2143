# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""New private keys, and the signing requests (CSR) that are made with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._errors import InvalidCertificate, InvalidOption
from .library import x509_library

ECC, RSA = "ECC", "RSA"
# By type, the default first.
KEY_SIZES: dict[str, tuple[int, ...]] = {ECC: (256, 384), RSA: (2048, 3072, 4096)}
# The upper bound of a common name (RFC 5280, appendix A.1). A longer name stands in the SAN alone.
LONGEST_COMMON_NAME = 64


def check_key_size(key_type: str, key_size: int | None) -> int:
    """The size of a key that can be made; the type's default where none is given. Raises InvalidOption."""
    sizes = KEY_SIZES.get(key_type)
    if sizes is None:
        raise InvalidOption("key_type", f"give {' or '.join(KEY_SIZES)}.")
    if key_size is None:
        return sizes[0]
    if key_size not in sizes:
        shown = f"{', '.join(map(str, sizes[:-1]))} or {sizes[-1]}"
        raise InvalidOption("key_size", f"{key_size} is not a valid size of an {key_type} key; give {shown}.")
    return key_size


def make_key(key_type: str, key_size: int | None = None) -> bytes:
    """A new private key: PKCS #8 in PEM, without a passphrase. Raises InvalidOption."""
    size = check_key_size(key_type, key_size)
    x509_library()
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key: Any = (
        rsa.generate_private_key(65537, size)
        if key_type == RSA
        else ec.generate_private_key(ec.SECP256R1() if size == 256 else ec.SECP384R1())
    )
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made


def make_csr(key_pem: bytes, domains: Sequence[str]) -> bytes:
    """A signing request in PEM for host names in A-labels: all in the SAN, the first in the common name if it fits."""
    x509 = x509_library()
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    common = domains[0] if len(domains[0]) <= LONGEST_COMMON_NAME else None
    parts = [x509.NameAttribute(x509.NameOID.COMMON_NAME, common)] if common else []
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in domains])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(parts))
    # Where the subject is empty, the SAN is critical (RFC 5280, 4.2.1.6).
    builder = builder.add_extension(names, critical=common is None)
    try:
        signed = builder.sign(load_pem_private_key(key_pem, None), hashes.SHA256())
    except (TypeError, ValueError):
        raise InvalidCertificate("The private key cannot sign a signing request (CSR).", problem="key") from None
    made: bytes = signed.public_bytes(Encoding.PEM)
    return made
