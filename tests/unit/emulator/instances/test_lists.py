# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of instances and certificates, the inventory, the download."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.emulator.core.emulator import Emulator
from tests.emulator.orders.lifecycle import DAY
from tests.support.calls import KEY, ask, csr, still
from tests.support.calls import issued as issued_order
from tests.support.instance_calls import (
    APPLY,
    CERTIFICATES,
    CONTACT,
    LIST,
    REVOKE,
    UPDATE,
    bought,
    detail,
    filled,
    issued,
    pending,
    refused,
)

DOWNLOAD, INVENTORY = "GetUserCertificateDetail", "GetCertificateDetail"


def found(emulator: Emulator, **filters: object) -> list[str]:
    return [entry["InstanceId"] for entry in ask(emulator, LIST, ShowSize=100, **filters)["InstanceList"]]


def certificates(emulator: Emulator, **filters: object) -> list[dict[str, Any]]:
    return list(ask(emulator, CERTIFICATES, ShowSize=100, **filters)["CertificateList"])


def with_csr(emulator: Emulator) -> str:
    instance_id = filled(emulator)
    ask(emulator, UPDATE, InstanceId=instance_id, GenerateCsrMethod="upload", Csr=csr("www.example.com"))
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.happen("accept", instance_id)
    return instance_id


def test_filters() -> None:
    emulator = still()
    test, unused = bought(emulator, type="TEST"), bought(emulator, spec="cf.ov.w")
    waiting, live, hosted = pending(emulator, "a.example.net"), issued(emulator), issued(emulator)
    ask(emulator, UPDATE, InstanceId=hosted, AutoReissue="enable", CertificateName="Front door")
    everything = [hosted, live, waiting, unused, test]
    assert found(emulator) == everything
    assert found(emulator, InstanceType="TEST", Status="inactive") == [test]
    assert found(emulator, Status="pending") == [waiting]
    assert found(emulator, CertificateStatus="issued") == [hosted, live]
    assert found(emulator, CertificateType="OV", Brand="CFCA") == [unused]
    assert found(emulator, Keyword="EXAMPLE.net") == [waiting]
    assert found(emulator, Keyword="front") == [hosted]
    assert found(emulator, Keyword=live) == [live]
    for name in ("InstanceType", "Status", "CertificateStatus", "CertificateType", "Brand"):
        assert refused(emulator, LIST, **{name: "Rapid"}) == f"InvalidParameter.{name}"


def test_an_entry_of_the_list() -> None:
    emulator = still()
    instance_id = issued(emulator)
    answer = ask(emulator, LIST)
    (entry,) = answer["InstanceList"]
    assert (entry["CertificateDomain"], entry["UsingProductList"]) == ("www.example.com,example.com", [])
    same = set(entry) - {"CertificateDomain", "UsingProductList"}
    fields = detail(emulator, instance_id)
    assert {name: entry[name] for name in same} == {name: fields[name] for name in same}
    assert (answer["EnableReissueCount"], answer["DisableReissueCount"]) == (0, 1)


def test_pages() -> None:
    emulator = still()
    emulator.add_instance(count=13)
    first = ask(emulator, LIST)
    assert (len(first["InstanceList"]), first["ShowSize"], first["TotalCount"]) == (10, 10, 13)
    pages = [ask(emulator, LIST, CurrentPage=page, ShowSize=5)["InstanceList"] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [5, 5, 3, 0]
    assert len({entry["InstanceId"] for page in pages for entry in page}) == 13
    emulator.turn(instance_page_size=4, shuffle=7)
    assert (len(ask(emulator, LIST, ShowSize=100)["InstanceList"])) == 4
    pages = [ask(emulator, LIST, CurrentPage=page)["InstanceList"] for page in (1, 2, 3, 4)]
    odd = [entry["InstanceId"] for page in pages for entry in page]
    assert sorted(odd) == sorted(emulator.world.instances)
    assert odd != list(emulator.world.instances)[::-1]


def test_lists_may_lag() -> None:
    emulator = still(list_lag_seconds=10)
    instance_id = bought(emulator, age_days=0)
    assert found(emulator) == []
    emulator.advance(10)
    assert found(emulator) == [instance_id]
    ask(emulator, UPDATE, InstanceId=instance_id, Domain="www.example.com", **{"ContactIdList.1": CONTACT})
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.happen("accept", instance_id)
    assert certificates(emulator) == []
    emulator.advance(10)
    assert len(certificates(emulator)) == 1


def test_the_summary_counts() -> None:
    emulator = still()
    emulator.add_instance(type="TEST", count=3)
    issued(emulator)
    bought(emulator, state="willExpire")
    names = ("TotalCount", "InactiveCount", "WillExpireCount", "CertificateCount", "AutoReissueCount")
    counts = [ask(emulator, "GetInstanceSummary", InstanceType=kind) for kind in ("", "TEST", "BUY")]
    seen = [[each[name] for name in names] for each in counts]
    assert seen == [[5, 3, 1, 3, 2], [3, 3, 0, 3, 2], [2, 0, 1, 0, 2]]
    assert refused(emulator, "GetInstanceSummary", InstanceType="FREE") == "InvalidParameter.InstanceType"


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


def test_certificates_of_orders_are_downloaded_as_before() -> None:
    emulator = still()
    number = issued_order(emulator)
    cert_id = ask(emulator, "DescribeCertificateState", OrderId=number)["CertId"]
    assert ask(emulator, DOWNLOAD, CertId=cert_id)["OrderId"] == number
    assert refused(emulator, INVENTORY, CertificateId=cert_id) == "NotFound"
    assert refused(emulator, DOWNLOAD, CertId=1) == "NotFound"
