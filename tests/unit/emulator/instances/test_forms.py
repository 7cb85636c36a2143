# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How instances and their validation data are written, with each dial of form."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import START, ask, still
from tests.support.instance_calls import APPLY, LIST, bought, detail, filled, issued, pending


def entries(emulator: Any, instance_id: str) -> list[dict[str, Any]]:
    return list(detail(emulator, instance_id)["DomainValidationList"])


def test_an_entry_of_the_validation_list() -> None:
    emulator = still()
    instance_id = pending(emulator, "a.example.com,*.b.example.com.cn", spec="ws.dv.m")
    first, second = entries(emulator, instance_id)
    assert (first["Domain"], first["RootDomain"], first["ValidationKey"]) == (
        "a.example.com", "example.com", "_dnsauth.a",
    )  # fmt: skip
    assert (second["Domain"], second["RootDomain"], second["ValidationKey"]) == (
        "b.example.com.cn", "example.com.cn", "_dnsauth.b",
    )  # fmt: skip
    assert (first["ValidationType"], first["CnameKey"], first["Cname"]) == ("TXT", "_dnsauth.a", "")
    assert first["ValidationValue"].startswith("20261122")
    assert first["ValidationValue"] != second["ValidationValue"]


def test_a_wildcard_and_its_base_are_validated_once() -> None:
    emulator = still()
    instance_id = pending(emulator, "example.com,*.example.com", spec="ws.dv.m")
    assert [entry["ValidationKey"] for entry in entries(emulator, instance_id)] == ["_dnsauth"]


@pytest.mark.parametrize(
    ("dial", "keys"),
    [
        ("relative", ["_dnsauth", "_dnsauth.a"]),
        ("full", ["_dnsauth.example.com", "_dnsauth.a.example.com"]),
        ("name", ["@", "a"]),
    ],
)
def test_forms_of_the_key(dial: str, keys: list[str]) -> None:
    emulator = still(validation_key=dial)
    instance_id = pending(emulator, "example.com,a.example.com", full=2)
    assert [entry["ValidationKey"] for entry in entries(emulator, instance_id)] == keys


@pytest.mark.parametrize("word", ["HTTP", "FILE"])
def test_a_file(word: str) -> None:
    emulator = still(http_type=word)
    instance_id = bought(emulator)
    ask(emulator, "UpdateInstance", InstanceId=instance_id, ValidationMethod="HTTP", Domain="a.example.com")
    ask(emulator, "UpdateInstance", InstanceId=instance_id, **{"ContactIdList.1": 2604551})
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(2)
    (entry,) = entries(emulator, instance_id)
    assert (entry["ValidationType"], entry["ValidationKey"]) == (word, "/.well-known/pki-validation/fileauth.txt")


def test_a_standing_record_is_the_same_for_each_application() -> None:
    emulator = still(standing_cname=True)
    instance_id = issued(emulator)
    seen = []
    for _application in range(2):
        ask(emulator, APPLY, InstanceId=instance_id)
        emulator.advance(2)
        (entry,) = entries(emulator, instance_id)
        seen.append((entry["CnameKey"], entry["Cname"], entry["ValidationValue"]))
        emulator.happen("accept", instance_id)
    assert seen[0][:2] == seen[1][:2]
    assert seen[0][1].endswith(".validation.invalid")
    assert seen[0][2] != seen[1][2]


@pytest.mark.parametrize(("dial", "factor"), [("s", 1), ("ms", 1000), ("long", 10000)])
def test_units_of_times(dial: str, factor: int) -> None:
    emulator = still(instance_times=dial)
    instance_id = issued(emulator, age_days=1)
    fields = detail(emulator, instance_id)
    assert fields["OrderStartTime"] == (START - DAY) * factor
    assert fields["OrderEndTime"] == (START + 364 * DAY) * factor
    assert fields["InstanceStartTime"] == fields["CertificateNotBefore"] == (START + 4) * factor
    assert fields["InstanceEndTime"] == (START + 4 + 365 * DAY) * factor
    assert fields["CertificateNotAfter"] == (START + 4 + 199 * DAY) * factor


@pytest.mark.parametrize(("dial", "kind"), [("number", int), ("text", str)])
def test_forms_of_ids(dial: str, kind: type) -> None:
    emulator = still(instance_ids=dial)
    fields = detail(emulator, issued(emulator))
    found = [fields["CertificateId"], fields["CompanyId"], *fields["ContactIdList"]]
    assert {type(number) for number in found} == {kind}


@pytest.mark.parametrize("form", ["empty", "null", "absent"])
def test_lists_without_entries(form: str) -> None:
    emulator = still(empty_lists=form)
    fields = detail(emulator, bought(emulator))
    missing = object()
    seen = [fields.get(name, missing) for name in ("DomainValidationList", "ContactIdList", "Tags", "DingGroupList")]
    assert seen == [{"empty": [], "null": None, "absent": missing}[form]] * 4
    answer = ask(emulator, LIST, Status="closed")
    assert answer.get("InstanceList", missing) == seen[0]


@pytest.mark.parametrize(("form", "value"), [("absent", "-"), ("null", None), ("empty", "")])
def test_fields_without_value(form: str, value: object) -> None:
    emulator = still(empty_as=form)
    fields = detail(emulator, bought(emulator))
    names = ("CertificateId", "CertificateStatus", "Domain", "CompanyId", "InstanceEndTime", "Csr")
    assert [fields.get(name, "-") for name in names] == [value] * 6


@pytest.mark.parametrize("word", ["none", "", "waiting"])
def test_the_word_before_an_application(word: str) -> None:
    emulator = still(unset_result=word)
    assert detail(emulator, filled(emulator)).get("PendingResult", "") == word


def test_a_response_of_2025_lacks_what_came_later() -> None:
    emulator = still(response_year="2025")
    instance_id = issued(emulator)
    later = {"CertificateNotBefore", "VersionType", "AutoReissueFlag", "UpgradeStatus", "OrderProgress"}
    later |= {"UsingProductList", "MonitorUseCount", "TotalDeploymentCount"}
    (entry,) = ask(emulator, LIST)["InstanceList"]
    assert not later & (set(detail(emulator, instance_id)) | set(entry))
    (certificate,) = ask(emulator, "ListCertificates")["CertificateList"]
    assert "UsingProductList" not in certificate
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(2)
    assert "CnameKey" not in entries(emulator, instance_id)[0]
    emulator.turn(response_year="2026")
    assert later - {"UsingProductList"} <= set(detail(emulator, instance_id))
    assert "CnameKey" in entries(emulator, instance_id)[0]


@pytest.mark.parametrize(
    ("wish", "spec", "brand", "grade"),
    [
        ({}, "geo.dv.f", "GeoTrust", "DV"),
        ({"type": "TEST"}, "ss.dv.t", "DigiCert", "DV"),
        ({"spec": "ssp.ev.f"}, "ssp.ev.f", "DigiCert", "EV"),
        ({"spec": "ws.dv.f", "full": 3}, "ws.dv.m", "WoSign", "DV"),
        ({"spec": "cf.ov.w"}, "cf.ov.w", "CFCA", "OV"),
    ],
)
def test_specifications(wish: dict[str, object], spec: str, brand: str, grade: str) -> None:
    emulator = still()
    fields = detail(emulator, bought(emulator, **wish))
    assert (fields["Spec"], fields["Brand"], fields["CertificateType"]) == (spec, brand, grade)
