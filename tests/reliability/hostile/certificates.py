# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing requests that are whole and strange, and damage to those that are good."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from math import prod
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from tests.support import certificates

from .values import TEXTS

WWW = "www.example.com"
LABEL = "CERTIFICATE REQUEST"
BITS = 16_384


def pem_block(der: bytes, label: str = LABEL) -> str:
    """DER as PEM."""
    text = b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def request_der(key: Any, *others: Any, common: Sequence[str] = (WWW,)) -> bytes:
    """A signing request with these common names, and whatever other names it asks for."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in common])
    builder = x509.CertificateSigningRequestBuilder(subject)
    if others:
        builder = builder.add_extension(x509.SubjectAlternativeName(others), False)
    bare = isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey))
    return builder.sign(key, None if bare else hashes.SHA256()).public_bytes(Encoding.DER)


# A key of 16384 bits takes minutes to make; a product of small primes verifies just as well.


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _number(value: int) -> bytes:
    return _tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


@cache
def giant_key() -> str:
    """A signing request with a key of 16384 bits and a valid signature."""
    primes: list[int] = []
    while len(primes) < BITS // 512:
        pair = rsa.generate_private_key(65537, 1024).private_numbers()
        primes += [pair.p, pair.q]
    modulus = prod(primes)
    algorithm = _tlv(0x30, bytes.fromhex("06092a864886f70d01010105 00"))
    public = _tlv(0x30, _number(modulus) + _number(65537))
    spki = _tlv(0x30, algorithm + _tlv(3, b"\0" + public))
    name = certificates.common(WWW).public_bytes()
    info = _tlv(0x30, _number(0) + name + spki + b"\xa0\0")
    digest = hashes.Hash(hashes.SHA256())
    digest.update(info)
    sealed = bytes.fromhex("3031300d060960864801650304020105000420") + digest.finalize()
    size = (modulus.bit_length() + 7) // 8
    padded = b"\0\x01" + b"\xff" * (size - len(sealed) - 3) + b"\0" + sealed
    signature = _root(int.from_bytes(padded, "big"), primes, modulus).to_bytes(size, "big")
    signed_by = _tlv(0x30, bytes.fromhex("06092a864886f70d01010b 0500"))
    return pem_block(_tlv(0x30, info + signed_by + _tlv(3, b"\0" + signature)))


def _root(value: int, primes: Sequence[int], modulus: int) -> int:
    """The 65537th root, prime by prime."""
    found = 0
    for prime in primes:
        part, rest = pow(value % prime, pow(65537, -1, prime - 1), prime), modulus // prime
        found += part * rest * pow(rest, -1, prime)
    return found % modulus


@cache
def keys() -> dict[str, Any]:
    """Keys of every kind that a library makes quickly."""
    curves = (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1(), ec.BrainpoolP256R1(), ec.SECP192R1())
    return {
        **{curve.name: ec.generate_private_key(curve) for curve in curves},
        "rsa": certificates.rsa_key(),
        "short rsa": rsa.generate_private_key(65537, 1024),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "ed448": ed448.Ed448PrivateKey.generate(),
        "dsa": dsa.generate_private_key(1024),
    }


@cache
def requests() -> dict[str, str]:
    """Signing requests that are whole and strange."""
    found = {name: pem_block(request_der(key, x509.DNSName(WWW))) for name, key in keys().items()}
    key = keys()["secp256r1"]
    good = request_der(key, x509.DNSName(WWW))
    oddities: dict[str, Sequence[Any]] = {
        "10,000 names": [x509.DNSName(f"{number}.example.com") for number in range(10_000)],
        "mail": [x509.RFC822Name("a@example.com")],
        "uri": [x509.UniformResourceIdentifier("http://example.com/")],
        "address": [x509.IPAddress(ip_address("192.0.2.1"))],
        "other": [x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\0")],
        "id": [x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))],
        "empty": [x509.DNSName("")],
        "NUL": [x509.DNSName("www.example.com\0.evil.com")],
        "template": [x509.DNSName("{{ 7 * 7 }}.example.com")],
    }
    found |= {name: pem_block(request_der(key, *others)) for name, others in oddities.items()}
    for text in TEXTS:
        try:
            found[f"common name {text[:20]!a}"] = pem_block(request_der(key, common=[text]))
        except ValueError:
            continue  # no certificate can have it
    return {
        **found,
        "giant": giant_key(),
        "no subject": pem_block(request_der(key, common=())),
        "many subjects": pem_block(request_der(key, common=[f"{number}.example.com" for number in range(500)])),
        "strange signature": pem_block(good[:-8] + bytes(8)),
        "new": pem_block(good, "NEW " + LABEL),
        "wrong label": pem_block(good, "CERTIFICATE"),
        "twice": pem_block(good) * 2,
        "with headers": pem_block(good).replace("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\n", 1),
        "with its key": pem_block(good) + certificates.key_pem(key),
        "with CRLF": pem_block(good).replace("\n", "\r\n"),
        "with a BOM": "\ufeff" + pem_block(good),
        "in one line": pem_block(good).replace("\n", " "),
        "not in PEM": good.decode("latin-1"),
        "with halves": pem_block(good) + "\ud800",
    }


damages = st.lists(
    st.tuples(st.integers(0, 5000), st.sampled_from("fxidtr"), st.integers(0, 255)), min_size=1, max_size=5
)


def damaged(whole: bytes, some: Sequence[tuple[int, str, int]]) -> bytes:
    """Bits flipped, bytes changed, put in, taken out, ends cut off, parts repeated."""
    data = bytearray(whole)
    for place, kind, value in some:
        at = place % max(1, len(data))
        if kind == "f" and data:
            data[at] ^= 1 << value % 8
        elif kind == "t":
            del data[at:]
        elif kind == "r":
            data[at:at] = data[at : at + value]
        else:
            data[at : at + (kind != "i")] = bytes([value] * (kind != "d"))
    return bytes(data)
