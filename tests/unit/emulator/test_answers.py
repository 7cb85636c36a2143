# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What DescribeCertificateState answers: proofs and certificates."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Refusal
from tests.support.calls import KEY, PACKAGE, PAID, START, ask, csr, issued, order, still


def described(emulator: Emulator, number: int) -> dict[str, Any]:
    return ask(emulator, "DescribeCertificateState", OrderId=number)


def chain(text: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(text.encode())


# Proofs.


def test_the_record_of_a_dns_proof() -> None:
    emulator = still()
    answer = described(emulator, order(emulator, "*.Example.com", "geotrust-dv-w-starter"))
    value = answer.pop("RecordValue")
    record = {"RecordDomain": "_dnsauth.example.com", "RecordType": "TXT"}
    assert answer == {"Type": "domain_verify", "ValidateType": "DNS", **record}
    assert value.startswith("20261122")
    assert len(value) == 60


def test_the_file_of_a_file_proof() -> None:
    emulator = still()
    number = order(emulator, ValidateType="FILE")
    answer = described(emulator, number)
    content = answer.pop("Content")
    place = {"Domain": "www.example.com", "Uri": "/.well-known/pki-validation/fileauth.txt"}
    assert answer == {"Type": "domain_verify", "ValidateType": "FILE", **place}
    emulator.turn(file_content="url")
    assert described(emulator, number)["Content"].endswith(f"fileauth.txt?{content}")


@pytest.mark.parametrize(
    ("dials", "domain", "record"),
    [
        ({"record_form": "bare"}, "a.example", "_dnsauth"),
        ({"record_form": "bare"}, "a.example,b.example", "_dnsauth"),
        ({}, "a.example,b.example", "_dnsauth.a.example,_dnsauth.b.example"),
        ({"several_names": "first"}, "a.example,b.example", "_dnsauth.a.example"),
    ],
)
def test_forms_of_the_record_name(dials: dict[str, object], domain: str, record: str) -> None:
    emulator = still(**dials)
    assert described(emulator, order(emulator, domain))["RecordDomain"] == record


def test_a_cname_record() -> None:
    emulator = still(record_type="CNAME")
    answer = described(emulator, order(emulator))
    assert answer["RecordType"] == "CNAME"
    assert answer["RecordValue"].endswith(".invalid")


@pytest.mark.parametrize(("form", "value"), [("absent", "-"), ("null", None), ("empty", "")])
def test_the_record_is_empty_for_a_while(form: str, value: object) -> None:
    emulator = still(record_delay_seconds=30, empty_as=form)
    number = order(emulator)
    answer = described(emulator, number)
    assert [answer.get(name, "-") for name in ("RecordDomain", "RecordType", "RecordValue")] == [value] * 3
    emulator.advance(30)
    assert described(emulator, number)["RecordDomain"]


def test_payed_tells_nothing_else() -> None:
    emulator = still()
    number = int(ask(emulator, PACKAGE, Domain="a.example")["OrderId"])
    assert described(emulator, number) == {"Type": "payed"}


def test_an_order_may_be_missing_at_first() -> None:
    emulator = still(describe_lag_seconds=2)
    number = int(ask(emulator, PACKAGE, Domain="a.example")["OrderId"])
    with pytest.raises(Refusal, match="NotFoundOrder"):
        described(emulator, number)
    emulator.advance(2)
    assert described(emulator, number)


# Certificates.


def test_a_certificate_for_an_own_csr() -> None:
    emulator = still()
    answer = described(emulator, issued(emulator, Csr=csr(), Domain="www.example.com"))
    assert set(answer) == {"Type", "CertId", "Certificate"}
    assert answer["CertId"] == "14700001"
    leaf, above = chain(answer["Certificate"])
    der = [
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for key in (leaf.public_key(), KEY.public_key())
    ]
    assert der[0] == der[1]
    root = x509.load_pem_x509_certificate(emulator.world.authority.root_pem.encode())
    for lower, upper in ((leaf, above), (above, root)):
        lower.verify_directly_issued_by(upper)
    assert leaf.not_valid_before_utc.timestamp() == START + 3
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days == 199


@pytest.mark.parametrize(("form", "value"), [("absent", "-"), ("null", None), ("empty", "")])
def test_forms_of_a_key_that_the_service_never_had(form: str, value: object) -> None:
    emulator = still(private_key=form)
    assert described(emulator, issued(emulator, Csr=csr())).get("PrivateKey", "-") == value


def test_a_key_made_by_the_service_fits_its_certificate() -> None:
    emulator = still()
    answer = described(emulator, issued(emulator))
    key = load_pem_private_key(answer["PrivateKey"].encode(), None)
    public = chain(answer["Certificate"])[0].public_key()
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == public


@pytest.mark.parametrize(
    ("dial", "parts"),
    [("full", "leaf above"), ("root", "leaf above root"), ("reversed", "above leaf"), ("leaf", "leaf")],
)
def test_forms_of_the_chain(dial: str, parts: str) -> None:
    emulator = still(chain=dial)
    found = chain(described(emulator, issued(emulator))["Certificate"])
    commons = {"www.example.com": "leaf", "Certops Rehearsal DV CA": "above", "Certops Rehearsal Root": "root"}
    seen = [commons[str(one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)] for one in found]
    assert " ".join(seen) == parts


@pytest.mark.parametrize(
    ("dial", "domain", "product", "expected"),
    [
        ("both", "*.a.example", "geotrust-dv-w-starter", ["*.a.example", "a.example"]),
        ("both", "a.example", PAID, ["a.example", "www.a.example"]),
        ("both", "x.a.example", PAID, ["x.a.example"]),
        ("www", "*.a.example", "geotrust-dv-w-starter", ["*.a.example"]),
        ("bare", "a.example", PAID, ["a.example"]),
        ("none", "a.example,b.example", PAID, ["a.example", "b.example"]),
    ],
)
def test_names_that_the_ca_adds(dial: str, domain: str, product: str, expected: list[str]) -> None:
    emulator = still(extra_names=dial)
    leaf = chain(described(emulator, issued(emulator, domain, product))["Certificate"])[0]
    sans = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert sans.get_values_for_type(x509.DNSName) == expected


ALIBABA = "alibaba-dv-1-starter"


@pytest.mark.parametrize(
    ("domain", "product", "method", "added"),
    [
        ("a.example", PAID, "DNS", "www.a.example"),
        ("www.a.example", PAID, "DNS", "a.example"),
        ("x.a.example", "digicert-free-1-free", "DNS", "www.x.a.example"),
        ("a.example,b.example", PAID, "DNS", "www.a.example"),
        ("a.example,www.a.example", PAID, "DNS", ""),
        ("*.a.example", "geotrust-dv-w-starter", "DNS", "a.example"),
        ("a.example", ALIBABA, "DNS", "www.a.example"),
        ("www.a.example", ALIBABA, "DNS", "a.example"),
        ("x.a.example", ALIBABA, "DNS", ""),
        ("a.example", "geotrust-ov-1-personal", "DNS", ""),
        ("a.example", PAID, "FILE", ""),
    ],
)
def test_complimentary_names(domain: str, product: str, method: str, added: str) -> None:
    emulator = still(complimentary_names=True, extra_names="none")
    emulator.world.quota[product] = 1
    number = order(emulator, domain, product, ValidateType=method)
    asked = domain.split(",")
    assert listed(emulator)["Domain"].split(",") == asked
    emulator.accept(number)
    expected = [*asked, *([added] if added else [])]
    assert listed(emulator)["Domain"].split(",") == expected
    leaf = chain(described(emulator, number)["Certificate"])[0]
    sans = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert sans.get_values_for_type(x509.DNSName) == expected


def listed(emulator: Emulator) -> dict[str, Any]:
    entry: dict[str, Any] = ask(emulator, "ListUserCertificateOrder")["CertificateOrderList"][0]
    return entry


def test_names_too_long_for_a_common_name() -> None:
    emulator = still()
    domain = "a" * 60 + ".example"
    assert not chain(described(emulator, issued(emulator, domain))["Certificate"])[0].subject.rdns
