# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and signing requests that are made here."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidCertificate, InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._x509.csr import read_csr
from ansible_collections.certops.alicloud.plugins.module_utils._x509.make import make_csr, make_key

LONG = "preview-4711-feature-a-rather-long-branch-name.team-checkout.staging.example.com"


@pytest.mark.parametrize(
    ("key_type", "key_size", "made"),
    [
        ("ECC", None, ("secp256r1", 256)),
        ("ECC", 256, ("secp256r1", 256)),
        ("ECC", 384, ("secp384r1", 384)),
        ("RSA", None, ("", 2048)),
        ("RSA", 2048, ("", 2048)),
        ("RSA", 3072, ("", 3072)),
        ("RSA", 4096, ("", 4096)),
    ],
)
def test_a_key_is_of_the_type_and_the_size(key_type: str, key_size: int | None, made: tuple[str, int]) -> None:
    text = make_key(key_type, key_size)
    key: Any = load_pem_private_key(text, None)
    assert text.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert (getattr(getattr(key, "curve", None), "name", ""), key.key_size) == made


@pytest.mark.parametrize(
    ("key_type", "key_size", "says"),
    [
        ("ECC", 2048, "key_size: 2048 is not a valid size of an ECC key; give 256 or 384."),
        ("ECC", 521, "key_size: 521 is not a valid size of an ECC key; give 256 or 384."),
        ("RSA", 1024, "key_size: 1024 is not a valid size of an RSA key; give 2048, 3072 or 4096."),
        ("RSA", 0, "key_size: 0 is not a valid size of an RSA key; give 2048, 3072 or 4096."),
        ("ED25519", None, "key_type: give ECC or RSA."),
    ],
)
def test_other_sizes_are_refused(key_type: str, key_size: int | None, says: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        make_key(key_type, key_size)
    assert caught.value.msg == says


def test_two_keys_differ() -> None:
    assert make_key("ECC") != make_key("ECC")


@pytest.mark.parametrize(
    ("domains", "common"),
    [
        (["www.example.com", "example.com"], ["www.example.com"]),
        (["*.example.com"], ["*.example.com"]),
        (["a" * 52 + ".example.com"], ["a" * 52 + ".example.com"]),
        (["a" * 53 + ".example.com"], []),
        ([LONG, "www.example.com"], []),
        (["a" * 63 + "." + "b" * 63 + "." + "c" * 63 + "." + "d" * 57 + ".com"], []),
    ],
    ids=["two names", "wildcard", "64 characters", "65 characters", "a preview's name", "253 characters"],
)
def test_a_request_has_all_names_and_a_common_name_that_fits(domains: list[str], common: list[str]) -> None:
    key = make_key("ECC")
    text = make_csr(key, domains)
    request = x509.load_pem_x509_csr(text)
    assert request.is_signature_valid
    assert [part.value for part in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == common
    sans = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert sans.value.get_values_for_type(x509.DNSName) == domains
    assert sans.critical is not bool(common)
    assert read_csr(text.decode(), "csr_content").domains == tuple(domains)


def test_openssl_reads_what_is_made(tmp_path: Path) -> None:
    for key_type in ("ECC", "RSA"):
        key = make_key(key_type)
        (tmp_path / "key.pem").write_bytes(key)
        (tmp_path / "request.csr").write_bytes(make_csr(key, [LONG]))
        for command in (["pkey", "-in", "key.pem", "-noout"], ["req", "-in", "request.csr", "-noout", "-verify"]):
            done = subprocess.run(["openssl", *command], cwd=tmp_path, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr


def test_a_key_that_signs_nothing_is_refused_without_its_text() -> None:
    other = ed25519.Ed25519PrivateKey.generate()
    text = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for key in (text, b"secret words"):
        with pytest.raises(InvalidCertificate, match=r"^The private key cannot sign") as caught:
            make_csr(key, ["www.example.com"])
        assert caught.value.facts == {"problem": "key"}
