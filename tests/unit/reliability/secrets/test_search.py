# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A search that cannot find proves nothing: each form of a secret is found."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.reliability.secrets.search import ANY_KEY, key_lines, search_for

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
EC, RSA = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
SECRET = 'Marked/secret + "more"'
QUERY, SIGNATURE = "Csr=abc%2Fdef&ProductCode=one", "0123456789abcdef" * 4


def pem(key: Key, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def request(key: Key) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "www.example.com")])
    signed = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


SEARCH = search_for([("secret", SECRET)], [("EC", pem(EC)), ("RSA", pem(RSA))], [(QUERY, SIGNATURE)])


def encoded(text: str, before: int) -> str:
    return base64.b64encode(b"x" * before + text.encode() + b"yz").decode()


@pytest.mark.parametrize(
    "text",
    [
        SECRET, json.dumps({"a": SECRET}), json.dumps(json.dumps(SECRET)), repr(SECRET), quote(SECRET, safe=""),
        *(encoded(SECRET, before) for before in range(4)),
    ],
)  # fmt: skip
def test_a_secret_is_found_in_every_form(text: str) -> None:
    assert "secret" in SEARCH.find(f"before {text} after".encode())


@pytest.mark.parametrize("key", [EC, RSA], ids=["EC", "RSA"])
def test_a_private_key_is_found_by_any_of_its_lines(key: Key) -> None:
    name = "EC" if key is EC else "RSA"
    assert key_lines(pem(key))
    for line in key_lines(pem(key)):
        for text in (line, json.dumps(f"\n{line}\n"), *(encoded(f"\n{line}\n", before) for before in range(3))):
            assert name in SEARCH.find(text.encode())


@pytest.mark.parametrize("key", [EC, RSA], ids=["EC", "RSA"])
def test_what_is_public_is_not_found(key: Key) -> None:
    assert SEARCH.find(request(key).encode()) == set()
    assert SEARCH.find(b"It is a private key; BEGIN CERTIFICATE REQUEST, Csr=, www.example.com/path") == set()


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("kind", [ec, rsa])
def test_an_unknown_key_is_found(kind: object, form: PrivateFormat) -> None:
    new = ec.generate_private_key(ec.SECP256R1()) if kind is ec else rsa.generate_private_key(65537, 2048)
    text = pem(new, form)
    bare = "".join(text.splitlines()[1:-1])
    for shown in (text, json.dumps(text), json.dumps(json.dumps(text)), bare, base64.b64encode(text.encode()).decode()):
        assert ANY_KEY.search(shown.encode())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"https://cas.example/?{QUERY}", "a query that was sent"),
        ("with url: /?ProductCode=two", "a URL with parameters"),
        ("x&Csr=y", "a URL with parameters"),
        (SIGNATURE, "a signature that was sent"),
        ("Authorization: ACS3-HMAC-SHA256 Credential=x", "a signature"),
    ],
)
def test_what_was_signed_is_found(text: str, name: str) -> None:
    assert name in SEARCH.find(text.encode())
