# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of instances, its filters and pages, and the summary."""

from __future__ import annotations

from typing import Any

from playbooks.files.emulator.core.emulator import Emulator
from tests.support.calls import ask, still
from tests.support.instance_calls import (
    APPLY,
    CERTIFICATES,
    CONTACT,
    LIST,
    UPDATE,
    bought,
    detail,
    issued,
    pending,
    refused,
)

DOWNLOAD, INVENTORY = "GetUserCertificateDetail", "GetCertificateDetail"


def found(emulator: Emulator, **filters: object) -> list[str]:
    return [entry["InstanceId"] for entry in ask(emulator, LIST, ShowSize=100, **filters)["InstanceList"]]


def certificates(emulator: Emulator, **filters: object) -> list[dict[str, Any]]:
    return list(ask(emulator, CERTIFICATES, ShowSize=100, **filters)["CertificateList"])


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
