# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of instances: lists, the inventory, the download."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import KEY, ask, csr, still
from tests.support.calls import issued as issued_order
from tests.support.instance_calls import (
    APPLY,
    CERTIFICATES,
    CONTACT,
    REVOKE,
    UPDATE,
    detail,
    filled,
    issued,
    refused,
)

DOWNLOAD, INVENTORY = "GetUserCertificateDetail", "GetCertificateDetail"


def certificates(emulator: Emulator, **filters: object) -> list[dict[str, Any]]:
    return list(ask(emulator, CERTIFICATES, ShowSize=100, **filters)["CertificateList"])


def with_csr(emulator: Emulator) -> str:
    instance_id = filled(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, GenerateCsrMethod="upload", Csr=csr("www.example.com"))
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.happen("accept", instance_id)
    return instance_id


def test_an_entry_of_the_certificates() -> None:
    emulator = still()
    instance_id = with_csr(emulator)
    (entry,) = certificates(emulator)
    fields = detail(emulator, instance_id)
    assert entry["CertificateId"] == str(fields["CertificateId"])
    names = ("InstanceId", "CertIdentifier", "CertificateSource", "Algorithm", "KeySize", "ExistPrivateKey")
    assert [entry[name] for name in names] == [instance_id, fields["CertIdentifier"], "BUY", "ECC", 256, False]
    assert entry["SubjectAlternativeNames"] == ["www.example.com", "example.com"]
    assert "Serial" not in entry
    emulator.turn(list_serial=True)
    assert certificates(emulator)[0]["Serial"]


def test_filters_of_certificates() -> None:
    emulator = still()
    test, dead, live = issued(emulator, type="TEST"), issued(emulator, "a.example.net"), issued(emulator)
    ask(emulator, REVOKE, InstanceId=dead)
    everything = [live, dead, test]

    def instances(**filters: object) -> list[str]:
        return [entry["InstanceId"] for entry in certificates(emulator, **filters)]

    assert instances() == everything
    assert instances(CertificateSource="TEST") == [test]
    assert instances(CertificateSource="UPLOAD") == []
    assert instances(CertificateStatus="revoked") == [dead]
    assert instances(InstanceId=live) == [live]
    assert instances(Keyword="example.net") == [dead]
    assert refused(emulator, CERTIFICATES, CertificateSource="CERT") == "InvalidParameter.CertificateSource"
    assert refused(emulator, CERTIFICATES, CertificateStatus="good") == "InvalidParameter.CertificateStatus"


@pytest.mark.parametrize(("kept", "count"), [(True, 2), (False, 1)])
def test_earlier_certificates_of_an_instance(kept: bool, count: int) -> None:
    emulator = still(older_certificates=kept)
    instance_id = issued(emulator)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.happen("accept", instance_id)
    numbers = [entry["CertificateId"] for entry in certificates(emulator, InstanceId=instance_id)]
    assert len(numbers) == count
    assert numbers[0] == str(detail(emulator, instance_id)["CertificateId"])


@pytest.mark.parametrize(("dial", "pattern"), [("padded", "0[0-9A-F]+"), ("plain", "[1-9a-f][0-9a-f]*")])
def test_the_inventory(dial: str, pattern: str) -> None:
    emulator = still(serial_form=dial)
    number = detail(emulator, with_csr(emulator))["CertificateId"]
    fields = ask(emulator, INVENTORY, CertificateId=number)
    leaf = x509.load_pem_x509_certificates(ask(emulator, DOWNLOAD, CertId=number)["Cert"].encode())[0]
    assert fields["CertificateId"] == number
    assert re.fullmatch(pattern, fields["Serial"])
    assert int(fields["Serial"], 16) == leaf.serial_number
    assert fields["ContactId"] == CONTACT
    assert x509.load_pem_x509_csr(fields["Csr"].encode()).public_key() == KEY.public_key()
    assert fields["CertificateChainList"][0]["RemainDay"] == 199
    assert "BEGIN CERTIFICATE-" not in str(fields)


@pytest.mark.parametrize(("dial", "pattern"), [("plain", "[0-9A-F]{64}"), ("colons", "([0-9A-F]{2}:){31}[0-9A-F]{2}")])
def test_forms_of_fingerprints(dial: str, pattern: str) -> None:
    emulator = still(fingerprint_form=dial)
    issued(emulator)
    assert re.fullmatch(pattern, certificates(emulator)[0]["FingerPrint"])


def test_the_download_of_a_certificate_for_an_own_key() -> None:
    emulator = still()
    instance_id = with_csr(emulator)
    number = detail(emulator, instance_id)["CertificateId"]
    fields = ask(emulator, DOWNLOAD, CertId=number)
    leaf, above = x509.load_pem_x509_certificates(fields["Cert"].encode())
    leaf.verify_directly_issued_by(above)
    assert leaf.public_key() == KEY.public_key()
    assert (fields["Id"], fields["InstanceId"], fields["Key"]) == (number, instance_id, "")
    assert fields["Sans"] == "www.example.com,example.com"
    filtered = ask(emulator, DOWNLOAD, CertId=number, CertFilter="True")
    assert "BEGIN" not in str(filtered)


@pytest.mark.parametrize("algorithm", ["RSA_2048", "ECC_256"])
def test_the_service_makes_another_key_each_time(algorithm: str) -> None:
    emulator = still()
    instance_id = filled(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, KeyAlgorithm=algorithm)
    keys = []
    for _application in range(2):
        ask(emulator, APPLY, InstanceId=instance_id)
        emulator.happen("accept", instance_id)
        fields = ask(emulator, DOWNLOAD, CertId=detail(emulator, instance_id)["CertificateId"])
        key: Any = load_pem_private_key(fields["Key"].encode(), None)
        leaf = x509.load_pem_x509_certificates(fields["Cert"].encode())[0]
        assert leaf.public_key() == key.public_key()
        assert isinstance(key, rsa.RSAPrivateKey) is (algorithm == "RSA_2048")
        keys.append(fields["Key"])
    assert keys[0] != keys[1]


@pytest.mark.parametrize(("dial", "blocks"), [("full", 2), ("root", 3), ("leaf", 1)])
def test_forms_of_the_chain(dial: str, blocks: int) -> None:
    emulator = still(chain=dial)
    number = detail(emulator, issued(emulator))["CertificateId"]
    assert ask(emulator, DOWNLOAD, CertId=number)["Cert"].count("BEGIN CERTIFICATE") == blocks


def test_lifetimes() -> None:
    emulator = still()
    issued(emulator, type="TEST"), issued(emulator)
    days = [(entry["NotAfter"] - entry["NotBefore"]) / 1000 / DAY for entry in certificates(emulator)]
    assert days == [199, 90]
    emulator.turn(lifetime_days=47)
    issued(emulator, type="TEST")
    assert (certificates(emulator)[0]["NotAfter"] - certificates(emulator)[0]["NotBefore"]) / 1000 / DAY == 47


@pytest.mark.parametrize("dial", ["brand", "none"])
def test_names_may_be_added(dial: str) -> None:
    emulator = still(added_names=dial)
    issued(emulator)
    assert len(certificates(emulator)[0]["SubjectAlternativeNames"]) == (2 if dial == "brand" else 1)


def test_the_older_list_shows_certificates_of_instances_only_as_certificates() -> None:
    emulator = still()
    number, instance_id = issued_order(emulator), issued(emulator)

    def listed(**wish: object) -> list[Any]:
        return list(ask(emulator, "ListUserCertificateOrder", **wish)["CertificateOrderList"])

    assert [entry["OrderId"] for entry in listed()] == [number]
    entries = listed(OrderType="CERT")
    certificate_id = detail(emulator, instance_id)["CertificateId"]
    assert (entries[0]["CertificateId"], entries[0]["InstanceId"], entries[0]["Upload"]) == (
        certificate_id, instance_id, False,
    )  # fmt: skip
    assert [entry["InstanceId"].rpartition("-")[0] for entry in entries] == ["cas-cn", "cas-ivauto"]
    assert listed(OrderType="CERT", ShowSize=1, CurrentPage=2) == entries[1:]
    assert listed(OrderType="CERT", Keyword=instance_id) == entries[:1]
    assert listed(OrderType="UPLOAD") == listed(OrderType="CERT", Status="EXPIRED") == []
    emulator.advance(175 * DAY)
    assert len(listed(OrderType="CERT", Status="WILLEXPIRED")) == 2


def test_certificates_of_orders_are_downloaded_as_before() -> None:
    emulator = still()
    number = issued_order(emulator)
    cert_id = ask(emulator, "DescribeCertificateState", OrderId=number)["CertId"]
    assert ask(emulator, DOWNLOAD, CertId=cert_id)["OrderId"] == number
    assert refused(emulator, INVENTORY, CertificateId=cert_id) == "NotFound"
    assert refused(emulator, DOWNLOAD, CertId=1) == "NotFound"


def test_a_revoked_certificate_is_in_the_list_of_the_ca() -> None:
    emulator = still(crl_hours=24)
    dead, live = with_csr(emulator), with_csr(emulator)
    texts = [ask(emulator, DOWNLOAD, CertId=detail(emulator, each)["CertificateId"])["Cert"] for each in (dead, live)]
    leaf = x509.load_pem_x509_certificates(texts[0].encode())[0]
    assert leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    ask(emulator, REVOKE, InstanceId=dead)
    listed = x509.load_der_x509_crl(emulator.handle("GET", "/crl", {}).body)
    assert [each.serial_number for each in listed] == [leaf.serial_number]
