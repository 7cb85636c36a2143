# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing requests and certificates of every bad kind, and sets of which most must not be taken in."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from ipaddress import ip_address
from math import prod
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from tests.reliability.report import Run
from tests.support import certificates

from .hostile_options import WWW, cas_order, honest
from .hostile_task import KEYS, Tally, run_task
from .hostile_values import TEXTS, examples

from ansible_collections.certops.alicloud.plugins.module_utils._x509 import csr  # isort: skip
from ansible_collections.certops.alicloud.plugins.module_utils._x509 import certificate

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure  # isort: skip
from ansible_collections.certops.alicloud.plugins.module_utils._store import write  # isort: skip

__all__ = ["WWW", "block", "der", "giant_key", "keys", "request"]

SHORT, USUAL = 400, 12_000
SETS_SHORT, SETS_USUAL = 100, 2500
LABEL = "CERTIFICATE REQUEST"
BITS = 16_384


def block(der: bytes, label: str = LABEL) -> str:
    """DER as PEM."""
    text = b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def request(key: Any, *others: Any, common: Sequence[str] = (WWW,), **how: Any) -> x509.CertificateSigningRequest:
    """A signing request with these common names, and whatever other names it asks for."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name) for name in common])
    builder = x509.CertificateSigningRequestBuilder(subject)
    if others:
        builder = builder.add_extension(x509.SubjectAlternativeName(others), False)
    bare = isinstance(key, (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey))
    return builder.sign(key, None if bare else hashes.SHA256(), **how)


def der(found: x509.CertificateSigningRequest) -> bytes:
    return found.public_bytes(Encoding.DER)


# A key of 16384 bits takes minutes to make; a product of small primes verifies just as well.


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def _number(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


@cache
def giant_key() -> str:
    """A signing request with a key of 16384 bits, whose signature is good."""
    primes: list[int] = []
    while len(primes) < BITS // 512:
        pair = rsa.generate_private_key(65537, 1024).private_numbers()
        primes += [pair.p, pair.q]
    modulus = prod(primes)
    algorithm = tlv(0x30, bytes.fromhex("06092a864886f70d01010105 00"))
    public = tlv(0x30, _number(modulus) + _number(65537))
    spki = tlv(0x30, algorithm + tlv(3, b"\0" + public))
    name = request(certificates.new_key()).subject.public_bytes()
    info = tlv(0x30, _number(0) + name + spki + b"\xa0\0")
    digest = hashes.Hash(hashes.SHA256())
    digest.update(info)
    sealed = bytes.fromhex("3031300d060960864801650304020105000420") + digest.finalize()
    size = (modulus.bit_length() + 7) // 8
    padded = b"\0\x01" + b"\xff" * (size - len(sealed) - 3) + b"\0" + sealed
    signature = _root(int.from_bytes(padded, "big"), primes, modulus).to_bytes(size, "big")
    signed_by = tlv(0x30, bytes.fromhex("06092a864886f70d01010b 0500"))
    return block(tlv(0x30, info + signed_by + tlv(3, b"\0" + signature)))


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
    """Signing requests that are whole, and strange."""
    found = {name: block(der(request(key, x509.DNSName(WWW)))) for name, key in keys().items()}
    key = keys()["secp256r1"]
    good = der(request(key, x509.DNSName(WWW)))
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
    found |= {name: block(der(request(key, *others))) for name, others in oddities.items()}
    for text in TEXTS:
        try:
            found[f"common name {text[:20]!a}"] = block(der(request(key, common=[text])))
        except ValueError:
            continue  # no certificate can have it
    return {
        **found,
        "giant": giant_key(),
        "no subject": block(der(request(key, common=()))),
        "many subjects": block(der(request(key, common=[f"{number}.example.com" for number in range(500)]))),
        "strange signature": block(good[:-8] + bytes(8)),
        "new": block(good, "NEW " + LABEL),
        "wrong label": block(good, "CERTIFICATE"),
        "twice": block(good) * 2,
        "with headers": block(good).replace("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\n", 1),
        "with its key": block(good) + certificates.key_pem(key),
        "with CRLF": block(good).replace("\n", "\r\n"),
        "with a BOM": "\ufeff" + block(good),
        "in one line": block(good).replace("\n", " "),
        "not in PEM": good.decode("latin-1"),
        "with halves": block(good) + "\ud800",
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


def try_requests(run: Run, tally: Tally) -> None:
    """Whole strange requests through the module, damaged ones through what reads them."""
    for name, text in requests().items():
        with tally.judging("strange signing requests", name):
            run_task(cas_order.main, {**KEYS, "csr_content": text, "wait_timeout": 60}, honest())
    originals = [
        found.public_bytes(Encoding.DER)
        for found in (request(key, x509.DNSName(WWW)) for name, key in keys().items() if "rsa" not in name)
    ]
    ders = [
        each.public_bytes(Encoding.DER)
        for each in (certificates.ABOVE, certificates.INTERMEDIATE.sign(WWW, keys()["dsa"]))
    ]

    def one(number: int, some: list[tuple[int, str, int]], in_text: bool, which: bool) -> None:
        whole, label = (originals, LABEL) if which else (ders, "CERTIFICATE")
        data = whole[number % len(whole)]
        text = (
            damaged(block(data, label).encode(), some).decode("latin-1")
            if in_text
            else block(damaged(data, some), label)
        )
        with tally.judging("damaged signing requests" if which else "damaged certificates", text):
            try:
                (csr.read_csr if which else certificate.read_certificate)(text, "it")
            except Failure as failure:
                assert failure.msg.isprintable()

    count = SHORT if run.short else USUAL
    examples(count, run.seed, one, st.integers(0, 99), damages, st.booleans(), st.booleans())


# Sets of a certificate, its chain and a key: which of them may be taken in is known from how they are made.

STRANGER = certificates.Signer("Intermediate", certificates.new_key())
PIECES = {
    "above": certificates.ABOVE,
    "root": certificates.ROOT.sign("Root", certificates.ROOT.key, ca=True, days=900),
    "expired above": certificates.ROOT.sign(
        "Intermediate", certificates.INTERMEDIATE.key, ca=True, start=certificates.NOW - timedelta(days=900), days=90
    ),
    "stranger": certificates.ROOT.sign("Intermediate", STRANGER.key, ca=True),
    "no authority": certificates.ROOT.sign("Intermediate", certificates.INTERMEDIATE.key),
    "loop": certificates.INTERMEDIATE.sign("Root", certificates.ROOT.key, ca=True),
    "unrelated": STRANGER.sign("x", keys()["secp256r1"]),
}
BESIDE = ("", "{{ lookup('pipe', 'touch /x') }}\n", "-----BEGIN CERTIFICATE-----\n", "# note\r\n", "\0")


def _is_chain(middle: str, above: set[str]) -> bool:
    """Whether each is signed by the next one. Nobody can tell of a lone certificate who made it."""
    # The loop leads from one of the two in the middle to the other one.
    middles = {"above", "stranger"} if "loop" in above else {middle}
    return not above or (middle in above and above <= {*middles, "root", "loop"})


def try_sets(run: Run, tally: Tally) -> None:
    ours, theirs = certificates.new_key(), certificates.new_key()
    folder = run.folder / "sets"
    tried = iter(range(10**9))

    def one(
        key: bool, names: str, start: int, days: int, signer: bool, above: list[str], beside: str, staged: bool
    ) -> None:
        leaf = (certificates.INTERMEDIATE if signer else STRANGER).sign(
            names, ours if key else theirs, [names], start=certificates.NOW + timedelta(days=start), days=days
        )
        text = beside + certificates.pem(leaf, *(PIECES[name] for name in above))
        good = key and names in (WWW, "*.example.com") and start <= 0 < start + days
        good = good and _is_chain("above" if signer else "stranger", set(above))
        what = f"{names} from {start} for {days} days, {key=} {signer=} {above} {beside!r} {staged=}"
        _take(tally, folder / str(next(tried)), certificates.Set(certificates.key_pem(ours), text), good, staged, what)

    starts = st.sampled_from([-10, -10, -10, -100, 5, -20_000])
    days = st.sampled_from([90, 90, 90, 1, 30_000])
    others = st.lists(st.sampled_from(sorted(PIECES)), max_size=4, unique=True)
    above = st.one_of(st.just(["above"]), st.permutations(["above", "root"]), others)
    hosts = st.sampled_from([WWW, WWW, "*.example.com", "www.example.org", "example.com", "*.com"])
    yes = st.sampled_from([True, True, True, False])
    with patch.object(write.os, "fsync", lambda _opened: None):
        count = SETS_SHORT if run.short else SETS_USUAL
        examples(count, run.seed, one, yes, hosts, starts, days, yes, above, st.sampled_from(BESIDE), st.booleans())


def _take(tally: Tally, directory: Path, given: certificates.Set, good: bool, staged: bool, what: str) -> None:
    shop = certificates.Shop(directory)
    number = _stage(shop, given) if staged else None
    before = shop.picture() if directory.exists() else {}
    with tally.judging("sets of certificate, chain and key", what):
        try:
            if staged:
                shop.act("complete", generation=number, domains=[WWW], fullchain=given.fullchain)
            else:
                shop.bring(given)
        except Failure:
            if (shop.picture() if directory.exists() else {}) != before:
                tally.wrong.append(f"changed the disk and failed: {what}")
        else:
            if not good:
                tally.wrong.append(f"took in a set that is wrong: {what}")


def _stage(shop: certificates.Shop, given: certificates.Set) -> int:
    number = int(shop.act("staged", domains=[WWW])["generation"])
    (shop.generation_path(number) / "privkey.pem").write_text(given.key)
    return number
