# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Private keys: what servers can read, and in which form."""

from __future__ import annotations

import re
from typing import Any

from .._errors import InvalidCertificate, InvalidOption, MissingLibrary
from .pem import Block, pem_blocks, pem_text
from .public_key import key_hash

_KEY_LABEL = re.compile(r"(?:[A-Z0-9]+ )?PRIVATE KEY")
_READABLE_LABELS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
# A block as OpenSSL finds it: both marks begin a line, and no line between them is empty.
_READABLE = re.compile(
    r"^-----BEGIN ([A-Z0-9 ]{1,60})-----[ \t\r]*\n(?:[ \t]*[A-Za-z0-9+/=][A-Za-z0-9+/= \t]*\r?\n)+-----END \1-----",
    re.M,
)
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
_SHORTEST_RSA = 2048
# What base64 makes of -----BEGIN.
_TWICE = "LS0tLS1CRUdJTi"


def clean_private_key(text: str, option: str) -> tuple[str, str]:
    """A private key in the PEM that servers read, in the form that it came in, and the SHA-256 of its public half.

    Raises InvalidOption for what servers do not take. No error repeats any of the key.
    """
    cleaned = [_clean(block, option) for block in _key_blocks(text, option)]
    different = {digest for _made, digest in cleaned}
    if len(different) > 1:
        raise InvalidOption(option, f"the text contains {len(different)} different private keys; give one.")
    return cleaned[0]


def read_private_key(text: str, origin: str) -> str:
    """The SHA-256 of the public half of a private key, if servers can read it as it is. No error repeats any of it."""
    try:
        blocks = [block for block in pem_blocks(text) if _KEY_LABEL.fullmatch(block.label)]
        if not _READABLE.search(text) or not blocks:
            raise ValueError("not as OpenSSL reads it")
        return key_hash(_load(blocks[0]).public_key())
    except MissingLibrary:
        raise
    except Exception:  # malformed DER raises many things
        raise InvalidCertificate(
            f"{origin} is not a private key in PEM without a passphrase.", problem="unreadable"
        ) from None


def _key_blocks(text: str, option: str) -> list[Block]:
    blocks = [block for block in pem_blocks(text) if _KEY_LABEL.fullmatch(block.label)]
    if not blocks:
        hint = "this is PEM in base64 once more; decode it" if _TWICE in text else "give a private key in PEM"
        raise InvalidOption(option, f"{hint}: one block from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----.")
    for block in blocks:
        if block.label == "ENCRYPTED PRIVATE KEY" or "ENCRYPTED" in block.payload:
            raise InvalidOption(
                option, "the private key is encrypted, and servers have no passphrase; decrypt it (openssl pkey)."
            )
        if block.label not in _READABLE_LABELS:
            raise InvalidOption(
                option, f"servers do not read a key of the form {block.label}; convert it to PKCS #8 (openssl pkey)."
            )
    return blocks


def _clean(block: Block, option: str) -> tuple[str, str]:
    try:
        key = _load(block)
        made = pem_text(block.label, block.der())
    except MissingLibrary:
        raise
    except Exception:  # malformed DER raises many things
        raise InvalidOption(
            option, "the private key cannot be read: it is damaged, incomplete, or of a kind that servers do not take."
        ) from None
    _refuse_kind(key, option)
    return made, key_hash(key.public_key())


def _load(block: Block) -> Any:
    try:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise MissingLibrary("cryptography") from None
    return load_pem_private_key(pem_text(block.label, block.der()).encode(), None)


def _refuse_kind(key: Any, option: str) -> None:
    """Refuse a key that no server takes for TLS."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in _CURVES:
            raise InvalidOption(
                option, f"clients do not take a key on the curve {key.curve.name}; use P-256, P-384 or P-521."
            )
    elif isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _SHORTEST_RSA:
            raise InvalidOption(option, f"the RSA key has {key.key_size} bits; use {_SHORTEST_RSA} or more.")
    elif not isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)):
        raise InvalidOption(option, "servers take RSA, EC and Ed25519 keys only.")
