# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and extensions that cryptography refuses, and that OpenSSL and servers take."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidCertificate, InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.csr import read_csr
from ansible_collections.certops.alicloud.plugins.module_utils._x509.der import dotted, first_value, values
from ansible_collections.certops.alicloud.plugins.module_utils._x509.distinguished_name import (
    name_text,
    same_form,
    subject,
)
from ansible_collections.certops.alicloud.plugins.module_utils._x509.extensions import is_authority
from ansible_collections.certops.alicloud.plugins.module_utils._x509.verify import refuse_unusable
from tests.support.certificates import NOW, WWW, common, key_pem, new_key, pem

CONFIG = """
[req]
prompt = no
utf8 = yes
string_mask = {mask}
distinguished_name = dn
[dn]
O = {organization}
CN = {common}
[ca]
basicConstraints = critical,CA:true
[leaf]
subjectAltName = DNS:www.example.com,DNS:example.com
"""
MASKS = {
    "TeletexString": ("MASK:0x4", "Größe AG"),
    "BMPString": ("MASK:0x800", "Größe AG"),
    "UniversalString": ("MASK:0x100", "Größe AG"),
    "UTF8String": ("utf8only", "大小 AG"),
    "PrintableString": ("MASK:0x2", "Acme AG"),
}
KEY = new_key()


@pytest.fixture(params=MASKS.values(), ids=MASKS)
def made(request: Any, tmp_path: Path) -> tuple[str, Path]:
    """A CA, a certificate and a signing request with a kind of text in their names; returns the text."""
    mask, organization = request.param
    for file, common_name in (("ca", "A CA"), ("leaf", "www.example.com")):
        text = CONFIG.format(mask=mask, organization=organization, common=common_name)
        (tmp_path / f"{file}.cnf").write_text(text)
        (tmp_path / f"{file}.key").write_text(key_pem(new_key()))
    for command in (
        "req -x509 -new -key ca.key -out ca.pem -days 90 -config ca.cnf -extensions ca",
        "req -new -key leaf.key -out leaf.csr -config leaf.cnf -reqexts leaf",
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 60 -extfile leaf.cnf -extensions leaf -out leaf.pem",
        "verify -CAfile ca.pem leaf.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=tmp_path, check=True, capture_output=True)
    return organization, tmp_path


def test_a_certificate_is_taken_whatever_text_is_in_its_names(made: tuple[str, Path]) -> None:
    organization, path = made
    leaf, authority = (path / "leaf.pem").read_text(), (path / "ca.pem").read_text()
    found = read_certificate(authority + leaf)
    assert (found.domains, found.fullchain) == (("www.example.com", "example.com"), leaf + authority)
    assert found.issuer == f"CN=A CA,O={organization}"
    refuse_unusable(found, WWW, found.not_before, "fullchain")
    assert read_certificate(leaf).issuer == found.issuer


def test_a_request_is_taken_whatever_text_is_in_its_names(made: tuple[str, Path]) -> None:
    csr = read_csr((made[1] / "leaf.csr").read_text(), "csr_path")
    assert csr.domains == ("www.example.com", "example.com")


@pytest.mark.parametrize("names", ["8209612e6578616d706c65", "8209612e6578616d706c65a3008206622e74657374"])
def test_a_malformed_extension_of_a_request_does_not_hide_its_names(names: str) -> None:
    asked = odd("2.5.29.17", bytes([0x30, len(names) // 2]) + bytes.fromhex(names))
    builder = x509.CertificateSigningRequestBuilder().subject_name(common("a.example"))
    for extension in (asked, MALFORMED):
        builder = builder.add_extension(extension, False)
    text = builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    if "a300" in names:
        with pytest.raises(InvalidOption, match="names that are not DNS names"):
            read_csr(text, "csr_content")
    else:
        assert read_csr(text, "csr_content").domains == ("a.example",)


def signed(builder: x509.CertificateBuilder, *extensions: x509.ExtensionType, ca: bool = False) -> x509.Certificate:
    builder = builder.issuer_name(common("Root")).public_key(KEY.public_key()).serial_number(7)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=90))
    for extension in (x509.BasicConstraints(ca, None), *extensions):
        builder = builder.add_extension(extension, isinstance(extension, x509.BasicConstraints))
    return builder.sign(KEY, hashes.SHA256())


def named(*names: x509.GeneralName) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(names)


def odd(oid: str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)


MALFORMED = odd("1.3.6.1.5.5.7.1.1", b"\xff\xff")
# dNSName, x400Address, dNSName
ODD_NAMES = odd("2.5.29.17", bytes.fromhex("30158209612e6578616d706c65a3008206622e74657374"))
SANS = {
    "other kinds of names": (
        named(
            x509.DNSName("a.example"),
            x509.RFC822Name("a@a.example"),
            x509.UniformResourceIdentifier("https://a.example/"),
            x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x01a"),
            x509.DirectoryName(common("a")),
            x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
        ),
        ("a.example",),
    ),
    "a kind of name that the library does not know": (ODD_NAMES, ("a.example", "b.test")),
    "no names": (odd("1.2.3.4", b"\x05\0"), ()),
}


@pytest.mark.parametrize(("extension", "domains"), SANS.values(), ids=SANS)
@pytest.mark.parametrize("beside", [(), (MALFORMED,)], ids=["alone", "beside a malformed extension"])
def test_dns_names_are_read_whatever_is_beside_them(
    extension: x509.ExtensionType, domains: tuple[str, ...], beside: tuple[x509.ExtensionType, ...]
) -> None:
    builder = x509.CertificateBuilder().subject_name(common("a.example"))
    assert read_certificate(pem(signed(builder, extension, *beside))).domains == domains


@pytest.mark.parametrize("ca", [True, False])
def test_a_malformed_extension_does_not_hide_that_it_is_a_ca(ca: bool) -> None:
    builder = x509.CertificateBuilder().subject_name(common("Root"))
    assert is_authority(signed(builder, MALFORMED, ca=ca)) is ca


def test_an_empty_subject_is_no_fault() -> None:
    builder = x509.CertificateBuilder().subject_name(x509.Name([]))
    leaf, root = signed(builder, named(x509.DNSName(WWW[0]))), common("Root")
    top = signed(x509.CertificateBuilder().subject_name(root), ca=True)
    found = read_certificate(pem(top, leaf))
    refuse_unusable(found, WWW, NOW, "fullchain")
    assert (found.fullchain, found.domains) == (pem(leaf, top), WWW)
    assert name_text(subject(leaf)) == ""


TEXTS = ["plain", "a,b", 'a"b', "a+b=c;d", "<a>", "\\", "#a", " a ", "a ", "ü", "大"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_name_is_shown_as_the_library_shows_it(text: str) -> None:
    kinds = (
        *(NameOID.COUNTRY_NAME, NameOID.LOCALITY_NAME, NameOID.STATE_OR_PROVINCE_NAME, NameOID.STREET_ADDRESS),
        *(NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME, NameOID.USER_ID),
        *(NameOID.DOMAIN_COMPONENT, NameOID.EMAIL_ADDRESS, NameOID.SERIAL_NUMBER),
    )
    values = {NameOID.COUNTRY_NAME: "DE"}
    parts = [x509.NameAttribute(kind, values.get(kind, text), _ASN1Type.UTF8String) for kind in kinds]
    name = x509.Name(parts)
    certificate = signed(x509.CertificateBuilder().subject_name(name))
    assert name_text(subject(certificate)) == certificate.subject.rfc4514_string()


def test_parts_that_belong_together_are_shown_together() -> None:
    parts = [x509.NameAttribute(NameOID.LOCALITY_NAME, "B"), x509.NameAttribute(NameOID.COMMON_NAME, "a")]
    name = x509.Name([x509.RelativeDistinguishedName(parts)])
    assert name_text(subject(signed(x509.CertificateBuilder().subject_name(name)))) == "CN=a+L=B"


def test_neither_case_nor_blanks_nor_the_kind_of_text_tell_names_apart() -> None:
    def of(text: str, kind: _ASN1Type) -> Any:
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text, kind)])
        return same_form(subject(signed(x509.CertificateBuilder().subject_name(name))))

    assert of("Acme  CA ", _ASN1Type.UTF8String) == of("acme ca", _ASN1Type.PrintableString)
    assert of("Acme CA", _ASN1Type.UTF8String) != of("Acme CA 2", _ASN1Type.UTF8String)


@pytest.mark.parametrize(
    ("content", "text"),
    [("550403", "2.5.4.3"), ("2a864886f70d010901", "1.2.840.113549.1.9.1"), ("883703", "2.999.3"), ("", "")],
)
def test_object_identifiers(content: str, text: str) -> None:
    assert dotted(bytes.fromhex(content)) == text


@pytest.mark.parametrize("data", ["", "30", "3001", "3080", "30850000000001", "308201", "3005020101"])
def test_a_length_that_does_not_fit_is_not_der(data: str) -> None:
    with pytest.raises(ValueError, match="not DER"):
        first_value(bytes.fromhex(data))


def test_values_stand_side_by_side() -> None:
    long = b"\x04\x81\x80" + b"a" * 128
    assert [(each.tag, len(each.content)) for each in values(b"\x05\0" + long)] == [(5, 0), (4, 128)]
    with pytest.raises(InvalidCertificate):
        read_certificate("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----")
