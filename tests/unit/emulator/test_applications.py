# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the three creates accept and refuse."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from playbooks.files.emulator.core.refusal import Refusal
from tests.support.calls import FREE, PACKAGE, PAID, ask, csr, still, used

SINGLE, WITH_CSR = "CreateCertificateRequest", "CreateCertificateWithCsrRequest"
WILD = "geotrust-dv-w-starter"
CONTACT = {"Username": "张三", "Phone": "13900000000", "Email": "ops@example.com", "ValidateType": "DNS"}
RSA_1024 = rsa.generate_private_key(public_exponent=65537, key_size=1024)
RSA_2048 = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def names(parameters: dict[str, str], action: str = PACKAGE, **dials: object) -> list[str]:
    emulator = still(**dials)
    number = ask(emulator, action, **parameters)["OrderId"]
    facts = emulator.world.order(int(number))
    assert facts is not None
    return list(facts.names)


def code(parameters: dict[str, str], action: str = PACKAGE) -> str:
    emulator = still()
    with pytest.raises(Refusal) as caught:
        ask(emulator, action, **parameters)
    assert used(emulator) == used(emulator, FREE) == 0
    return caught.value.code


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"Domain": "WWW.Example.com"}, ["www.example.com"]),
        ({"Domain": "a.example, b.example,a.example"}, ["a.example", "b.example"]),
        ({"Domain": "*.example.com", "ProductCode": WILD}, ["*.example.com"]),
        ({"Domain": "xn--fiqs8s.example", "ValidateType": "FILE"}, ["xn--fiqs8s.example"]),
        ({"Csr": csr("a.example", ("b.example",))}, ["a.example"]),
        ({"Csr": csr("b.example"), "Domain": "a.example,b.example"}, ["b.example", "a.example"]),
        ({"Csr": csr("c.example"), "Domain": "a.example,b.example"}, ["c.example"]),
        ({"Csr": csr("a.example", key=RSA_2048)}, ["a.example"]),
        ({"Csr": csr("a.example", key=ec.generate_private_key(ec.SECP384R1()))}, ["a.example"]),
        ({"Domain": "a.example", "Username": "", "Phone": "", "Email": ""}, ["a.example"]),
        ({"Domain": ",".join(f"{n}.example" for n in range(5))}, [f"{n}.example" for n in range(5)]),
    ],
)
def test_names_of_a_package_request(parameters: dict[str, str], expected: list[str]) -> None:
    assert names(parameters) == expected


def test_names_in_a_csr_count_by_dial() -> None:
    assert names({"Csr": csr("a.example", ("b.example", "a.example"))}, csr_sans=True) == ["a.example", "b.example"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, "MissingParameter"),
        ({"Domain": "a.example", "ValidateType": "MAIL"}, "InvalidParameter.ValidateType"),
        ({"Domain": ",".join(f"{n}.example" for n in range(6))}, "InvalidParameter.Domain"),
        ({"Domain": "*.a.example,b.example", "ProductCode": WILD}, "InvalidParameter.Domain"),
        ({"Domain": "*.a.example", "ValidateType": "FILE", "ProductCode": WILD}, "InvalidParameter.ValidateType"),
        ({"Domain": "*.a.example"}, "DomainAndProductNotMatch"),
        ({"Domain": "a.example", "ProductCode": WILD}, "DomainAndProductNotMatch"),
        ({"Domain": "localhost"}, "InvalidParameter.Domain"),
        ({"Domain": "中国.example"}, "InvalidParameter.Domain"),
        ({"Domain": "a.*.example"}, "InvalidParameter.Domain"),
        ({"Domain": "a..example"}, "InvalidParameter.Domain"),
        ({"Domain": "a" * 64 + ".example"}, "InvalidParameter.Domain"),
        ({"Domain": ".".join(["abcdefgh"] * 30)}, "InvalidParameter.Domain"),
        ({"Domain": "a.example", "ProductCode": "nobody-dv-1-x"}, "NotFoundPackage"),
        ({"Csr": "not a request"}, "InvalidParameter.Csr"),
        ({"Csr": csr(None, ("a.example",))}, "InvalidParameter.Csr"),
        ({"Csr": csr("a.example", key=RSA_1024)}, "InvalidParameter.Csr"),
        ({"Csr": csr("a.example", key=RSA_2048).replace("-----BEGIN", "----BEGIN")}, "InvalidParameter.Csr"),
    ],
)
def test_package_requests_that_are_refused(parameters: dict[str, str], expected: str) -> None:
    assert code(parameters) == expected


def test_a_name_that_no_common_name_can_hold_stands_in_the_san_alone() -> None:
    long = f"{'x' * 60}.example.com"
    assert names({"Csr": csr(None, (long,))}) == [long]
    assert names({"Csr": csr(None, (long, "a.example")), "Domain": f"a.example,{long}"}) == ["a.example", long]


def test_keys_of_another_kind_are_refused() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    text = request.sign(ed25519.Ed25519PrivateKey.generate(), None).public_bytes(Encoding.PEM).decode()
    assert code({"Csr": text}) == "InvalidParameter.Csr"


def test_a_csr_signed_by_another_key_is_refused() -> None:
    der = bytearray(x509.load_pem_x509_csr(csr().encode()).public_bytes(Encoding.DER))
    der[-1] ^= 1
    broken = x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM).decode()
    assert code({"Csr": broken}) == "InvalidParameter.Csr"


@pytest.mark.parametrize("action", [SINGLE, WITH_CSR])
@pytest.mark.parametrize("left_out", ["Username", "Phone", "Email", "ValidateType", "main"])
def test_dv_requests_need_a_whole_contact(action: str, left_out: str) -> None:
    main, value = ("Domain", "a.example") if action == SINGLE else ("Csr", csr("a.example"))
    whole = {**CONTACT, main: value}
    assert names(whole, action) == ["a.example"]
    name = main if left_out == "main" else left_out
    assert code({**whole, name: ""}, action) == f"Missing{name}"


@pytest.mark.parametrize("action", [SINGLE, WITH_CSR])
def test_dv_requests_refuse_other_levels(action: str) -> None:
    wish = {**CONTACT, "Domain": "a.example", "Csr": csr("a.example"), "ProductCode": "geotrust-ov-1-personal"}
    assert code(wish, action) == "InvalidParameter.ProductCode"


def test_each_dv_request_ignores_the_parameter_of_the_other() -> None:
    both = {**CONTACT, "Domain": "a.example", "Csr": csr("b.example")}
    assert names(both, SINGLE) == ["a.example"]
    assert names(both, WITH_CSR) == ["b.example"]


def test_one_name_only_without_a_csr() -> None:
    assert code({**CONTACT, "Domain": "a.example,b.example"}, SINGLE) == "InvalidParameter.Domain"


def test_contact_and_tags_arrive_unharmed() -> None:
    emulator = still()
    tags = {"Tags.1.Key": "env", "Tags.1.Value": "生产", "Tags.2.Key": "note", "Tags.2.Value": ""}
    ask(emulator, SINGLE, **CONTACT, Domain="a.example", **tags)
    (facts,) = emulator.world.present()
    assert dict(facts.contact) == {"Username": "张三", "Phone": "13900000000", "Email": "ops@example.com"}
    assert facts.tags == (("env", "生产"), ("note", ""))


def tag(key: str, value: str = "", number: int = 1) -> dict[str, str]:
    return {f"Tags.{number}.Key": key, f"Tags.{number}.Value": value}


@pytest.mark.parametrize(
    ("tags", "by_hand", "with_csr"),
    [
        (tag("k", number=20), True, True),
        (tag("k", number=21), False, False),
        (tag("k" * 64), True, True),
        (tag("k" * 65), False, True),
        (tag("k" * 129), False, False),
        (tag(""), False, False),
        (tag("1k"), False, True),
        (tag("schlüssel"), False, True),
        (tag("aliyunx"), False, False),
        (tag("acs:x"), False, False),
        (tag("k", "http://x"), False, False),
        (tag("k", "v" * 128), True, True),
        (tag("k", "v" * 129), False, True),
    ],
)
def test_each_operation_has_tag_rules_of_its_own(tags: dict[str, str], by_hand: bool, with_csr: bool) -> None:
    for action, fine in ((SINGLE, by_hand), (WITH_CSR, with_csr), (PACKAGE, True)):
        wish = {**CONTACT, "Domain": "a.example", "Csr": csr("a.example"), **tags}
        if fine:
            assert names(wish, action) == ["a.example"]
        else:
            assert code(wish, action) == "InvalidParameter.Tags"


def test_a_paid_product() -> None:
    assert names({"Domain": "a.example", "ProductCode": PAID}) == ["a.example"]
