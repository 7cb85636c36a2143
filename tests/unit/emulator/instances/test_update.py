# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What UpdateInstance takes, what it refuses, and what comes back of it."""

from __future__ import annotations

import pytest
from cryptography import x509

from playbooks.files.emulator.instances.specs import certified_names, registrable
from tests.support.calls import KEY, ask, csr, still
from tests.support.instance_calls import (
    APPLY,
    CONTACT,
    OTHER_CONTACT,
    UPDATE,
    bought,
    detail,
    filled,
    pending,
    refused,
    told,
)

REQUEST = csr("www.example.com")


def test_what_was_sent_comes_back() -> None:
    emulator = still()
    instance_id = bought(emulator, full=2)
    sent = {"Domain": "b.example.com,a.example.com", "KeyAlgorithm": "ECC_256", "ValidationMethod": "HTTP"}
    more = {"CountryCode": "DE", "CertificateName": "front", "AutoReissue": "enable"}
    tags = {"Tags.1.TagKey": "env", "Tags.1.TagValue": "", "Tags.2.TagKey": "note", "Tags.2.TagValue": "生产 ~*"}
    ask(emulator, UPDATE, InstanceId=instance_id, **sent, **more, **tags)
    fields = detail(emulator, instance_id)
    assert {**sent, **more}.items() <= fields.items()
    assert fields["GenerateCsrMethod"] == "online"
    assert fields["Tags"] == [{"TagKey": "env", "TagValue": ""}, {"TagKey": "note", "TagValue": "生产 ~*"}]


def test_what_is_not_sent_stays_and_nothing_is_cleared() -> None:
    emulator = still()
    instance_id = filled(emulator)
    for name, key in (("one", "a"), ("", "b")):
        ask(emulator, UPDATE, InstanceId=instance_id, CertificateName=name, **{"Tags.1.TagKey": key})
    fields = detail(emulator, instance_id)
    kept = [fields[name] for name in ("Domain", "ContactIdList", "CertificateName")]
    assert kept == ["www.example.com", [CONTACT], "one"]
    assert [tag["TagKey"] for tag in fields["Tags"]] == ["a", "b"]


@pytest.mark.parametrize(("dial", "expected"), [("reversed", [2, 1]), ("kept", [1, 2])])
def test_contacts_come_back_in_another_order(dial: str, expected: list[int]) -> None:
    emulator = still(contact_order=dial)
    instance_id = filled(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, **{"ContactIdList.1": CONTACT, "ContactIdList.2": OTHER_CONTACT})
    assert [number - CONTACT + 1 for number in detail(emulator, instance_id)["ContactIdList"]] == expected


@pytest.mark.parametrize(
    ("dial", "company", "place"),
    [
        ("replaced", None, ["Beijing", "Beijing"]),
        ("replaced", 1350001, ["Zhejiang", "Hangzhou"]),
        ("kept", None, ["Hessen", "Kassel"]),
    ],
)
def test_province_and_city_are_replaced(dial: str, company: int | None, place: list[str]) -> None:
    emulator = still(province=dial)
    instance_id = bought(emulator)
    more = {"CompanyId": company} if company else {}
    ask(emulator, UPDATE, InstanceId=instance_id, Province="Hessen", City="Kassel", **more)
    assert told(emulator, "Province", "City", instance_id=instance_id) == place


@pytest.mark.parametrize("hidden", [True, False])
def test_the_company_is_not_told_before_an_application(hidden: bool) -> None:
    emulator = still(company_hidden=hidden)
    instance_id = filled(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, CompanyId=1350001)
    assert told(emulator, "CompanyId", instance_id=instance_id) == [None if hidden else 1350001]
    ask(emulator, APPLY, InstanceId=instance_id)
    assert told(emulator, "CompanyId", instance_id=instance_id) == [1350001]


def test_the_default_company_is_told_after_an_application() -> None:
    emulator = still()
    assert told(emulator, "CompanyId", instance_id=pending(emulator)) == [1350001]


def test_a_csr_of_the_user() -> None:
    emulator = still()
    instance_id = bought(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, GenerateCsrMethod="upload", Csr=REQUEST)
    names = ("Domain", "GenerateCsrMethod", "Csr")
    assert told(emulator, *names, instance_id=instance_id) == ["www.example.com", "upload", REQUEST]
    ask(emulator, UPDATE, InstanceId=instance_id, CertificateName="kept")
    assert told(emulator, "Csr", instance_id=instance_id) == [REQUEST]
    ask(emulator, UPDATE, InstanceId=instance_id, GenerateCsrMethod="online", Csr="not looked at")
    assert told(emulator, *names, instance_id=instance_id) == ["www.example.com", "online", None]


def test_the_csr_of_the_service_is_told_after_an_application() -> None:
    emulator = still()
    text = detail(emulator, pending(emulator))["Csr"]
    request = x509.load_pem_x509_csr(text.encode())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=www.example.com"
    assert request.public_key() != KEY.public_key()


@pytest.mark.parametrize(
    ("wish", "sent", "code"),
    [
        ({}, {"Domain": "*.example.com"}, "DomainAndProductNotMatch"),
        ({}, {"Domain": "a.example.com,b.example.com"}, "DomainAndProductNotMatch"),
        ({"spec": "rap.dv.w"}, {"Domain": "*.example.com,example.com"}, "DomainAndProductNotMatch"),
        ({"type": "TEST"}, {"Domain": "*.example.com"}, "DomainAndProductNotMatch"),
        ({"spec": "ali.dv.m", "full": 1}, {"Domain": "a.example.com,*.example.com"}, "DomainAndProductNotMatch"),
        ({}, {"Domain": "nodots"}, "InvalidParameter.Domain"),
        ({}, {"GenerateCsrMethod": "upload"}, "MissingCsr"),
        ({}, {"GenerateCsrMethod": "upload", "Csr": "nonsense"}, "InvalidParameter.Csr"),
        ({}, {"GenerateCsrMethod": "upload", "Csr": REQUEST, "Domain": "other.example.com"}, "InvalidParameter.Domain"),
        ({}, {"GenerateCsrMethod": "both"}, "InvalidParameter.GenerateCsrMethod"),
        ({}, {"KeyAlgorithm": "RSA_1024"}, "InvalidParameter.KeyAlgorithm"),
        ({}, {"KeyAlgorithm": "SM2"}, "OperationDenied.ProductNotSupport"),
        ({}, {"ValidationMethod": "FILE"}, "InvalidParameter.ValidationMethod"),
        (
            {"spec": "rap.dv.w"},
            {"Domain": "*.example.com", "ValidationMethod": "HTTP"},
            "InvalidParameter.ValidationMethod",
        ),
        ({}, {"AutoReissue": "true"}, "InvalidParameter.AutoReissue"),
        ({}, {"CertificateName": "x" * 64}, "InvalidParameter.CertificateName"),
        ({}, {"ContactIdList.1": "77"}, "NotFound"),
        ({}, {"ContactIdList.1": "x"}, "NotFound"),
        ({}, {"CompanyId": "77"}, "NotFound"),
        ({}, {"Tags.1.TagKey": "k" * 65}, "InvalidParameter.Tags"),
        ({}, {f"Tags.{number}.TagKey": str(number) for number in range(1, 22)}, "InvalidParameter.Tags"),
    ],
)
def test_what_is_refused_changes_nothing(wish: dict[str, object], sent: dict[str, str], code: str) -> None:
    emulator = still()
    instance_id = bought(emulator, **wish)
    before = emulator.world.fingerprint()
    assert refused(emulator, UPDATE, InstanceId=instance_id, **sent) == code
    assert emulator.world.fingerprint() == before


@pytest.mark.parametrize(
    ("wish", "domain"),
    [
        ({"spec": "rap.dv.w"}, "*.example.com"),
        ({"spec": "ws.dv.f", "full": 2, "wildcard": 1}, "a.example.com,*.example.com,b.example.com"),
        ({"spec": "ali.dv.f", "full": 3}, "a.example.com,b.example.com"),
        ({}, "WWW.Example.com"),
    ],
)
def test_what_fits(wish: dict[str, object], domain: str) -> None:
    emulator = still()
    assert detail(emulator, pending(emulator, domain, **wish))["Domain"] == domain.lower()


def test_what_an_application_needs() -> None:
    emulator = still()
    instance_id = bought(emulator, spec="geo.ov.f")
    assert refused(emulator, APPLY, InstanceId=instance_id) == "MissingParameter"
    ask(emulator, UPDATE, InstanceId=instance_id, Domain="www.example.com")
    assert refused(emulator, APPLY, InstanceId=instance_id) == "MissingParameter"
    ask(emulator, UPDATE, InstanceId=instance_id, **{"ContactIdList.1": CONTACT})
    people = emulator.world.people
    emulator.world.people = type(people)(people.contacts, ())
    assert refused(emulator, APPLY, InstanceId=instance_id) == "MissingParameter"
    emulator.world.people = people
    ask(emulator, APPLY, InstanceId=instance_id)


def test_a_contact_may_be_taken_from_the_account() -> None:
    emulator = still(contact_needed=False)
    instance_id = bought(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, Domain="www.example.com")
    people = emulator.world.people
    emulator.world.people = type(people)((), people.companies)
    assert refused(emulator, APPLY, InstanceId=instance_id) == "MissingParameter"
    emulator.world.people = people
    ask(emulator, APPLY, InstanceId=instance_id)


@pytest.mark.parametrize(
    ("names", "method", "spec", "added"),
    [
        ("example.com", "DNS", "geo.dv.f", "www.example.com"),
        ("www.example.com", "DNS", "rap.dv.f", "example.com"),
        ("a.example.com", "DNS", "geo.dv.f", "www.a.example.com"),
        ("a.example.com", "DNS", "ali.dv.f", ""),
        ("example.com.cn", "DNS", "ali.dv.f", "www.example.com.cn"),
        ("*.example.com", "DNS", "rap.dv.w", "example.com"),
        ("www.example.com", "HTTP", "geo.dv.f", ""),
        ("www.example.com", "DNS", "geo.ov.f", ""),
        ("b.example.com,example.com", "DNS", "ws.dv.f", "www.b.example.com"),
    ],
)
def test_names_that_a_brand_adds(names: str, method: str, spec: str, added: str) -> None:
    asked = tuple(names.split(","))
    assert certified_names(asked, method, spec) == ((*asked, added) if added else asked)


def test_registrable_names() -> None:
    names = ("a.b.example.com", "*.example.com", "a.example.com.cn", "example.co.uk")
    expected = ["example.com", "example.com", "example.com.cn", "example.co.uk"]
    assert [registrable(name) for name in names] == expected
