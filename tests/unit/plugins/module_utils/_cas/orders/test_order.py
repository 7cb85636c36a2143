# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both vocabularies, the list's entries, and what is to be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order, described, from_list
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import (
    DESCRIBED,
    LISTED,
    Status,
    list_words,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.validation import ValidationFile, ValidationRecord
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.fields import id_text
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import Certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.hostnames import is_related

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
BIG = "98987582437920968"
WWW = ("www.example.com",)
CERTIFICATE = Certificate(
    leaf="leaf\n",
    chain="chain\n",
    serial_number="4f:01",
    sha256_fingerprint="AB:CD",
    public_key_sha256="00ff",
    domains=("www.example.com", "example.com"),
    issuer="CN=Somebody",
    not_before=NOON - timedelta(days=10),
    not_after=NOON + timedelta(days=80),
)
ENTRY = {
    "OrderId": int(BIG),
    "InstanceId": "cas-ivauto-abc123",
    "Domain": "www.example.com",
    "ProductCode": "digicert-free-1-free",
    "Status": "ISSUED",
    "CertStartTime": 1795305600000,
    "CertEndTime": 1803081600000,
}


def known(status: Status = Status.UNKNOWN, domains: tuple[str, ...] = WWW) -> Order:
    return Order(order_id=BIG, status=status, domains=domains)


def read(response: Mapping[str, Any], before: Order | None = None, certificate: Certificate | None = None) -> Order:
    return described(before or known(), response, certificate, NOON)


# The two vocabularies.


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("payed", "pending_application"),
        ("domain_verify", "pending_validation"),
        ("process", "reviewing"),
        ("verify_fail", "failed"),
        ("certificate", "issued"),
        ("unknow", "unknown"),
        ("unknown", "unknown"),
        ("PAYED", "unknown"),
        ("Certificate", "unknown"),
        ("checking", "unknown"),
        ("revokeChecking", "unknown"),
    ],
)
def test_words_of_describe(word: str, status: str) -> None:
    order = read({"Type": word})
    assert (order.status.value, order.service_status) == (status, word)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PAYED", "pending_application"),
        ("CHECKING", "pending_validation"),
        ("CHECKED_FAIL", "failed"),
        ("ISSUED", "issued"),
        ("WILLEXPIRED", "expiring"),
        ("EXPIRED", "expired"),
        ("REVOKED", "revoked"),
        ("NOTACTIVATED", "inactive"),
        ("payed", "unknown"),
        ("willExpire", "unknown"),
        ("REFUND", "unknown"),
    ],
)
def test_words_of_the_list(word: str, status: str) -> None:
    order = from_list({**ENTRY, "Status": word})
    assert (order.status.value, order.service_status) == (status, word)


@pytest.mark.parametrize("nothing", [{}, {"Type": None}, {"Type": ""}, {"Type": 7}])
def test_a_describe_without_a_word_is_unknown(nothing: dict[str, Any]) -> None:
    order = read(nothing)
    assert (order.status, order.service_status) == (Status.UNKNOWN, None)


def test_no_word_is_left_out() -> None:
    assert set(DESCRIBED) == {"payed", "domain_verify", "process", "verify_fail", "certificate"}
    assert len(LISTED) == 8


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.REVIEWING, ["CHECKING"]),
        (Status.PENDING_VALIDATION, ["CHECKING"]),
        (Status.EXPIRING, ["WILLEXPIRED"]),
        (Status.UNKNOWN, []),
    ],
)
def test_which_words_to_list_a_status_by(status: Status, words: list[str]) -> None:
    assert list_words(status) == words


# What a list says and what a describe says of the same order.

OVER = CERTIFICATE._replace(not_after=NOON)


@pytest.mark.parametrize(
    ("listed", "word", "certificate", "status"),
    [
        pytest.param("unknown", "certificate", CERTIFICATE, "issued", id="described alone"),
        pytest.param("unknown", "certificate", OVER, "expired", id="by its own date"),
        pytest.param("unknown", "certificate", None, "issued", id="without a certificate"),
        pytest.param("issued", "certificate", CERTIFICATE, "issued", id="both say issued"),
        pytest.param("issued", "certificate", OVER, "expired", id="ended since it was listed"),
        pytest.param("expiring", "certificate", CERTIFICATE, "expiring", id="only the list says expiring"),
        pytest.param("expired", "certificate", OVER, "expired", id="both say expired"),
        pytest.param("revoked", "certificate", CERTIFICATE, "revoked", id="only the list says revoked"),
        pytest.param("pending_validation", "certificate", CERTIFICATE, "issued", id="issued since it was listed"),
        pytest.param("expired", "unknow", None, "expired", id="unknow, expired"),
        pytest.param("revoked", "unknow", None, "revoked", id="unknow, revoked"),
        pytest.param("inactive", "unknow", None, "inactive", id="unknow, inactive"),
        pytest.param("issued", "unknow", None, "unknown", id="unknow is no reason to say issued"),
        pytest.param("pending_validation", "unknow", None, "unknown", id="unknow is no reason to wait"),
        pytest.param("inactive", "payed", None, "inactive", id="payed, not activated"),
        pytest.param("failed", "payed", None, "pending_application", id="submitted anew"),
        pytest.param("pending_validation", "process", None, "reviewing", id="CHECKING refined"),
        pytest.param("pending_validation", "verify_fail", None, "failed", id="refused since it was listed"),
        pytest.param("pending_validation", "payed", None, "pending_application", id="withdrawn since"),
    ],
)
def test_the_two_vocabularies_together(listed: str, word: str, certificate: Certificate | None, status: str) -> None:
    order = read({"Type": word}, known(Status(listed)), certificate)
    assert order.status.value == status


# Ids, times, names.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (int(BIG), BIG),
        (BIG, BIG),
        (f" {BIG} ", BIG),
        (2**63, "9223372036854775808"),
        (0, "0"),
        (None, None),
        ("", None),
        ("cas-1", "cas-1"),
        (" Order_7a ", "Order_7a"),
        ("0" * 64, "0" * 64),
        ("0" * 65, None),
        (10**20 - 1, "9" * 20),
        (10**20, None),
        ("-1", None),
        ("_1", None),
        (-1, None),
        (True, None),
        (9.0, None),
        ("9.8987582437921e+16", None),
        (9.8987582437921e16, None),
        ("1 2", None),
        ("1\n2", None),
        ("../7", None),
        ("١٢", None),
        ([BIG], None),
    ],
)
def test_ids_are_opaque_as_number_or_text(value: object, text: str | None) -> None:
    assert id_text(value) == text


@pytest.mark.parametrize("form", [int, str], ids=["number", "text"])
def test_an_entry_of_the_order_list(form: type) -> None:
    order = from_list({**ENTRY, "OrderId": form(BIG), "CertEndTime": form("1803081600000"), "New": ["field"]})
    assert order == Order(
        order_id=BIG,
        status=Status.ISSUED,
        service_status="ISSUED",
        domains=WWW,
        product_code="digicert-free-1-free",
        instance_id="cas-ivauto-abc123",
        not_before=datetime(2026, 11, 22, tzinfo=timezone.utc),
        not_after=datetime(2027, 2, 20, tzinfo=timezone.utc),
    )


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
def test_null_and_empty_mean_absent(nothing: object) -> None:
    names = ("InstanceId", "ProductCode", "CertStartTime", "CertEndTime", "Domain")
    assert from_list({**ENTRY, **dict.fromkeys(names, nothing)}) == from_list({"OrderId": BIG, "Status": "ISSUED"})


@pytest.mark.parametrize("when", ["soon", -1, 10**30, 1.5], ids=str)
def test_a_time_that_is_none_is_not_known(when: object) -> None:
    assert from_list({**ENTRY, "CertEndTime": when}).not_after is None


def test_names_of_an_entry_are_folded_and_each_is_there_once() -> None:
    order = from_list({**ENTRY, "Domain": "WWW.Example.com., bücher.example,,www.example.com"})
    assert order.domains == ("www.example.com", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("changes", "asked", "status", "word"),
    [
        ({"Expired": False}, None, "issued", None),
        ({"Expired": True}, None, "expired", None),
        ({}, None, "unknown", None),
        ({"Expired": False}, "WILLEXPIRED", "expiring", "WILLEXPIRED"),
        ({"Expired": False, "Status": "ISSUED"}, "WILLEXPIRED", "issued", "ISSUED"),
    ],
)
def test_an_entry_of_the_certificate_list(
    changes: dict[str, Any], asked: str | None, status: str, word: str | None
) -> None:
    entry = {
        "CertificateId": 14700001,
        "InstanceId": "cas-upload-1",
        "CommonName": "www.example.com",
        "Sans": "www.example.com,example.com",
        "StartDate": "2026-11-22",
        "EndDate": "2027-02-20",
    }
    order = from_list({**entry, **changes}, asked)
    assert (order.status.value, order.service_status) == (status, word)
    assert (order.order_id, order.certificate_id) == ("", "14700001")
    assert order.domains == ("www.example.com", "example.com")
    assert order.not_after == datetime(2027, 2, 20, tzinfo=timezone.utc)
    assert order.public(NOON)["order_id"] is None


# What a describe adds.


def test_a_describe_keeps_what_the_list_knew() -> None:
    listed = from_list(ENTRY)
    order = read({"Type": "certificate", "CertId": "14700001"}, listed)
    assert replace(order, service_status="ISSUED", certificate_id=None) == listed
    assert order.certificate_id == "14700001"


def test_a_certificate_gives_names_dates_and_key() -> None:
    order = read({"Type": "certificate"}, known(domains=()), CERTIFICATE)
    assert order.domains == CERTIFICATE.domains
    assert (order.not_before, order.not_after) == (CERTIFICATE.not_before, CERTIFICATE.not_after)
    assert order.public_key_sha256 == "00ff"


@pytest.mark.parametrize("key", [{}, {"PrivateKey": None}, {"PrivateKey": ""}, {"PrivateKey": "hidden"}], ids=str)
def test_an_order_has_no_place_for_a_private_key(key: dict[str, Any]) -> None:
    order = read({"Type": "certificate", **key}, certificate=CERTIFICATE)
    assert "hidden" not in repr(order)
    assert "hidden" not in str(order.public(NOON))
    assert order == read({"Type": "certificate"}, certificate=CERTIFICATE)


# Proofs by DNS.

VALUE = "202611220000000abcdef"


def dns(raw: object, **more: Any) -> dict[str, Any]:
    response = {"ValidateType": "DNS", "RecordDomain": raw, "RecordType": "TXT", "RecordValue": VALUE}
    return {"Type": "domain_verify", **response, **more}


@pytest.mark.parametrize(
    ("raw", "domain", "name"),
    [
        ("_dnsauth.www.example.com", "www.example.com", "_dnsauth.www.example.com"),
        ("_dnsauth", "www.example.com", "_dnsauth.www.example.com"),
        ("_dnsauth.www", "www.example.com", "_dnsauth.www.example.com"),
        ("_dnsauth.example.com", "www.example.com", "_dnsauth.example.com"),
        ("_dnsauth.www.example.com.", "www.example.com", "_dnsauth.www.example.com"),
        ("_DNSAUTH.WWW.Example.COM", "www.example.com", "_dnsauth.www.example.com"),
        (" _dnsauth ", "www.example.com", "_dnsauth.www.example.com"),
        ("_dnsauth", "example.com", "_dnsauth.example.com"),
        ("_dnsauth.example.com", "example.com", "_dnsauth.example.com"),
        ("_dnsauth.a.b", "a.b.example.com", "_dnsauth.a.b.example.com"),
        ("_dnsauth.a", "a.b.example.com", "_dnsauth.a.b.example.com"),
        ("_dnsauth", "*.example.com", "_dnsauth.example.com"),
        ("_dnsauth.example.com", "*.example.com", "_dnsauth.example.com"),
        ("_dnsauth.sub", "*.sub.example.com", "_dnsauth.sub.example.com"),
        ("_dnsauth", "example.co.uk", "_dnsauth.example.co.uk"),
        ("_dnsauth.xn--bcher-kva.example", "xn--bcher-kva.example", "_dnsauth.xn--bcher-kva.example"),
        ("www.example.com", "www.example.com", "www.example.com"),
    ],
)
def test_a_record_for_one_name(raw: str, domain: str, name: str) -> None:
    order = read(dns(raw), known(domains=(domain,)))
    assert order.validation_method == "dns"
    assert order.validation == (ValidationRecord(domain, name, "TXT", VALUE, raw),)


@pytest.mark.parametrize(
    ("raw", "domains", "domain", "name"),
    [
        pytest.param("_dnsauth.other.example.com", ("www.example.com",), "www.example.com", None, id="of a neighbour"),
        pytest.param("_dnsauth; _dnsauth", ("a.example",), "a.example", None, id="no name"),
        pytest.param("_dnsauth.c.example", (), None, None, id="nobody knows the domain"),
    ],
)
def test_a_record_is_named_only_when_it_is_clear(
    raw: str, domains: tuple[str, ...], domain: str | None, name: str | None
) -> None:
    (proof,) = read(dns(raw), known(domains=domains)).validation
    assert isinstance(proof, ValidationRecord)
    assert proof.record_name == name
    assert proof.raw_record_name == raw
    assert name is None or proof.domain == domain


TWO, SITE = ("a.example", "b.example"), ("example.com", "www.example.com")


@pytest.mark.parametrize(
    ("raw", "domains", "names"),
    [
        pytest.param("_dnsauth.a.example,_dnsauth.b.example", TWO, TWO, id="joined"),
        pytest.param("_dnsauth.a.example ; _dnsauth.b.example.", TWO, TWO, id="joined otherwise"),
        pytest.param("_dnsauth", TWO, TWO, id="without a domain"),
        pytest.param("_dnsauth.a.example", TWO, TWO, id="the first"),
        pytest.param("_dnsauth.b.example", TWO, ("b.example", "a.example"), id="another one"),
        pytest.param("_dnsauth.example.com", SITE, SITE, id="an ancestor that is one of them"),
        pytest.param(
            "_dnsauth.example.com",
            ("a.example.com", "b.example.com"),
            ("example.com", "a.example.com", "b.example.com"),
            id="an ancestor",
        ),
        pytest.param("_dnsauth", ("*.a.example", "b.example"), TWO, id="a wildcard"),
    ],
)
def test_one_value_is_for_all_names_of_an_order(raw: str, domains: tuple[str, ...], names: tuple[str, ...]) -> None:
    proofs = read(dns(raw), known(domains=domains)).validation
    assert [(each.record_name, each.record_value) for each in proofs if isinstance(each, ValidationRecord)] == [
        (f"_dnsauth.{name}", VALUE) for name in names
    ]
    assert {each.raw_record_name for each in proofs if isinstance(each, ValidationRecord)} == {raw}
    assert all(is_related(each.place, domains) for each in proofs)


def test_each_name_has_its_value_where_there_are_as_many() -> None:
    proofs = read(dns("_dnsauth.a.example,_dnsauth.b.example", RecordValue="one,two"), known(domains=TWO)).validation
    assert [(each.domain, each.record_value) for each in proofs if isinstance(each, ValidationRecord)] == [
        ("a.example", "one"),
        ("b.example", "two"),
    ]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("_dnsauth.a.example,_dnsauth.c.example", VALUE),
        ("_dnsauth.a.example,_dnsauth.b.example", "one,two,three"),
        ("_dnsauth.a.example,_other.c.example", VALUE),
    ],
    ids=["of somebody else", "values for others", "another label"],
)
def test_what_cannot_be_told_has_no_name(raw: str, value: str) -> None:
    proofs = read(dns(raw, RecordValue=value), known(domains=TWO)).validation
    assert None in [each.record_name for each in proofs if isinstance(each, ValidationRecord)]


def test_the_type_of_the_record_is_the_services() -> None:
    (proof,) = read(dns("_dnsauth", RecordType="CNAME")).validation
    assert proof.public() == {
        "method": "dns",
        "domain": "www.example.com",
        "record_name": "_dnsauth.www.example.com",
        "record_type": "CNAME",
        "record_value": VALUE,
        "raw_record_name": "_dnsauth",
    }


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
@pytest.mark.parametrize("missing", ["RecordDomain", "RecordValue"])
def test_a_record_that_is_not_told_yet(missing: str, nothing: object) -> None:
    order = read(dns("_dnsauth", **{missing: nothing}))
    assert (order.status, order.validation) == (Status.PENDING_VALIDATION, ())


@pytest.mark.parametrize("word", ["payed", "process", "verify_fail", "certificate", "unknow"])
def test_only_what_waits_for_its_proof_has_one(word: str) -> None:
    assert read(dns("_dnsauth", Type=word)).validation == ()


# Proofs by file.

FILE = {
    "Type": "domain_verify",
    "ValidateType": "FILE",
    "Domain": "www.example.com",
    "Uri": "/.well-known/pki-validation/fileauth.txt",
    "Content": "2026 \n",
}


@pytest.mark.parametrize("host", ["www.example.com", "", None], ids=["told", "empty", "null"])
def test_a_file_is_served_as_it_was_given(host: str | None) -> None:
    order = read({**FILE, "Domain": host})
    (proof,) = order.validation
    assert isinstance(proof, ValidationFile)
    assert order.validation_method == "file"
    assert proof.public() == {
        "method": "file",
        "domain": "www.example.com",
        "path": "/.well-known/pki-validation/fileauth.txt",
        "content": "2026 \n",
        "url": "http://www.example.com/.well-known/pki-validation/fileauth.txt",
    }


@pytest.mark.parametrize(
    ("changes", "domains"),
    [({"Uri": ""}, WWW), ({"Content": None}, WWW)],
    ids=["no path", "no content"],
)
def test_a_file_that_is_not_told_yet(changes: dict[str, Any], domains: tuple[str, ...]) -> None:
    assert read({**FILE, **changes}, known(domains=domains)).validation == ()


@pytest.mark.parametrize("host", ["a.example,b.example", None], ids=["joined", "null"])
def test_a_file_of_several_names_has_an_address_for_each(host: str | None) -> None:
    proofs = read({**FILE, "Domain": host}, known(domains=TWO)).validation
    assert [(each.domain, each.url) for each in proofs if isinstance(each, ValidationFile)] == [
        (name, f"http://{name}/.well-known/pki-validation/fileauth.txt") for name in TWO
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/cron.d/x",
        "/.well-known/../x",
        "/.well-known/..",
        "/./x",
        "//x",
        "/x/",
        "x",
        "/a b",
        "/a\nb",
        "/a\x00b",
        "/{{ 7 * 7 }}",
        "/a%2e%2e/x",
        "/a\\b",
        "/index.html",
        "/robots.txt",
        "/sub/site/.well-known/x",
        "/.well-known/openid-configuration",
        "/.well-known/pki-validation",
    ],
)
def test_a_file_outside_of_the_web_root_is_refused(path: str) -> None:
    with pytest.raises(Failure, match="which is not a place for a validation file"):
        read({**FILE, "Uri": path})


@pytest.mark.parametrize(
    "path", ["/fileauth.txt", "/.well-known/pki-validation/fileauth.txt", "/.well-known/acme-challenge/..b/c..txt"]
)
def test_a_file_below_the_web_root_is_not(path: str) -> None:
    (proof,) = read({**FILE, "Uri": path}).validation
    assert isinstance(proof, ValidationFile)
    assert proof.path == path


@pytest.mark.parametrize("kind", ["NS", "A", "txt; x", "MX"])
def test_a_record_that_proves_nothing_is_not_clear(kind: str) -> None:
    (proof,) = read(dns("_dnsauth", RecordType=kind)).validation
    assert isinstance(proof, ValidationRecord)
    assert (proof.record_name, proof.record_type) == (None, kind)


@pytest.mark.parametrize(
    ("name", "clear"), [("_a1b2.www.example.com", True), ("www.example.com", False), ("a.www.example.com", False)]
)
def test_an_alias_of_the_site_itself_is_not_published(name: str, clear: bool) -> None:
    (proof,) = read(dns(name, RecordType="CNAME")).validation
    assert isinstance(proof, ValidationRecord)
    assert proof.record_name == (name if clear else None)


def test_an_unknown_method_is_none() -> None:
    assert read({"Type": "domain_verify", "ValidateType": "EMAIL"}).validation_method is None


# What a playbook sees.


def test_an_order_in_a_result() -> None:
    order = read({"Type": "certificate", "CertId": 14700001}, from_list(ENTRY), CERTIFICATE)
    assert order.public(NOON) == {
        "order_id": BIG,
        "instance_id": "cas-ivauto-abc123",
        "certificate_id": "14700001",
        "status": "issued",
        "service_status": "certificate",
        "domains": ["www.example.com"],
        "product_code": "digicert-free-1-free",
        "not_before": "2026-11-12T12:00:00Z",
        "not_after": "2027-02-10T12:00:00Z",
        "days_left": 80,
        "validation_method": None,
        "validation": [],
        "certificate": {
            "fullchain": "leaf\nchain\n",
            "leaf": "leaf\n",
            "chain": "chain\n",
            "serial_number": "4f:01",
            "sha256_fingerprint": "AB:CD",
            "public_key_sha256": "00ff",
            "domains": ["www.example.com", "example.com"],
            "issuer": "CN=Somebody",
            "not_before": "2026-11-12T12:00:00Z",
            "not_after": "2027-02-10T12:00:00Z",
            "days_left": 80,
        },
    }


@pytest.mark.parametrize(
    ("status", "ends", "days"),
    [
        ("ISSUED", timedelta(days=12, hours=23), 12),
        ("WILLEXPIRED", timedelta(hours=1), 0),
        ("EXPIRED", timedelta(hours=-1), -1),
        ("REVOKED", timedelta(days=80), 0),
        ("REVOKED", timedelta(days=-3), -3),
        ("NOTACTIVATED", None, None),
        ("PAYED", None, None),
    ],
)
def test_a_list_tells_how_long_a_certificate_lasts(status: str, ends: timedelta | None, days: int | None) -> None:
    """Without a describe. What is revoked lasts no longer, whatever its dates say."""
    end = None if ends is None else NOON + ends
    milliseconds = None if end is None else int(end.timestamp() * 1000)
    public = from_list({**ENTRY, "Status": status, "CertEndTime": milliseconds}).public(NOON)
    assert (public["days_left"], public["certificate"]) == (days, None)
    assert public["not_after"] == (None if end is None else f"{end:%Y-%m-%dT%H:%M:%SZ}")


def test_a_clock_that_is_behind_adds_no_days() -> None:
    order = from_list({**ENTRY, "Status": "ISSUED"})
    assert order.not_before
    assert order.not_after
    lifetime = (order.not_after - order.not_before).days
    assert order.public(order.not_before - timedelta(days=400))["days_left"] == lifetime


def test_an_order_that_nothing_is_known_of() -> None:
    public = known(domains=()).public(NOON)
    assert public["certificate"] is public["instance_id"] is public["certificate_id"] is None
    assert public["not_after"] is public["days_left"] is None
    assert known(domains=()).named == f"Order {BIG}"
    assert known().named == f"Order {BIG} for www.example.com"
