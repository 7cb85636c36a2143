# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Public keys, and the SHA-256 by which they are known: of their DER encoding (SubjectPublicKeyInfo)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .der import fields, values

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509

# How certificates name RSA, P-256 and P-384. DER leaves one way to write the key then, if a point is written in full.
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_CURVES = (
    bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"),
    bytes.fromhex("301006072a8648ce3d020106052b81040022"),
)
_IN_FULL = b"\0\4"


def key_hash(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def key_hash_of(certificate: X509) -> str:
    """That of the key of a certificate: by its own encoding where there is no other, which takes no more imports."""
    key, written = certificate.public_key(), fields(certificate.tbs_certificate_bytes)[5]
    algorithm, bits = values(written.content)
    if algorithm.whole == _RSA or (algorithm.whole in _CURVES and bits.content.startswith(_IN_FULL)):
        return hashlib.sha256(written.whole).hexdigest()
    return key_hash(key)
