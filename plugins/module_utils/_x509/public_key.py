# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Public keys, and the SHA-256 by which they are known: of their DER encoding (SubjectPublicKeyInfo)."""

from __future__ import annotations

import hashlib
from typing import Any


def key_hash(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if hasattr(key, "curve"):
        # Old releases of cryptography write the point of a key as short as they have read it.
        key = key.public_numbers().public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def key_kind(key: Any) -> tuple[str | None, int | None]:
    """Type and size of a key as tasks ask for them; of another kind, neither."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    return ("ECC", key.key_size) if isinstance(key, ec.EllipticCurvePublicKey) else (None, None)
