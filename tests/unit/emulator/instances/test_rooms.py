# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms around instances: both endpoints, control calls, copies of a world, real validation."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest

from tests.emulator.core.emulator import Emulator
from tests.emulator.core.refusal import Impossible
from tests.emulator.core.server import Server
from tests.emulator.core.world import World
from tests.emulator.instances.stock import read_text
from tests.emulator.orders import validation
from tests.emulator.orders.lifecycle import DAY
from tests.support.calls import START, ask, order, send, still
from tests.support.instance_calls import (
    APPLY,
    CONTACT,
    LIST,
    UPDATE,
    bought,
    detail,
    filled,
    issued,
    pending,
    status,
)

CHINA, ABROAD = "cas.aliyuncs.com", "cas.ap-southeast-1.aliyuncs.com"


def get(emulator: Emulator, name: str) -> Any:
    return emulator.handle("GET", f"/_control/{name}", {}).json()


def post(emulator: Emulator, name: str, status: int = 200, **wish: object) -> Any:
    reply = emulator.handle("POST", f"/_control/{name}", {}, json.dumps(wish).encode())
    assert reply.status == status, reply.body
    return reply.json()


# Sites.


def seen(emulator: Emulator, host: str) -> list[str]:
    return [entry["InstanceId"] for entry in send(emulator, LIST, host=host).json()["InstanceList"]]


@pytest.mark.parametrize("separate", [True, False])
def test_each_endpoint_shows_its_own(separate: bool) -> None:
    emulator = Emulator(World(base=START, frozen=True))
    emulator.turn(separate_sites=separate)
    here, there = bought(emulator, state="normal"), bought(emulator, state="normal", site="international")
    assert seen(emulator, CHINA) == ([here] if separate else [there, here])
    assert seen(emulator, ABROAD) == ([there] if separate else [there, here])
    reply = send(emulator, "GetInstanceDetail", {"InstanceId": there}, host=CHINA)
    assert reply.status == (404 if separate else 200)
    fields = send(emulator, "GetInstanceDetail", {"InstanceId": there}, host=ABROAD).json()
    assert fields["CertIdentifier"] == f"{fields['CertificateId']}-ap-southeast-1"
    numbers = [send(emulator, "ListCertificates", host=host).json()["TotalCount"] for host in (CHINA, ABROAD)]
    assert numbers == ([1, 1] if separate else [2, 2])
    codes = [
        send(emulator, "GetUserCertificateDetail", {"CertId": str(fields["CertificateId"])}, host=host).status
        for host in (CHINA, ABROAD)
    ]
    assert codes == ([404, 200] if separate else [200, 200])
    assert send(emulator, "GetInstanceSummary", host=ABROAD).json()["TotalCount"] == (1 if separate else 2)


def test_ports_tell_endpoints_apart() -> None:
    emulator = Emulator()
    here, there = bought(emulator), bought(emulator, site="international")
    with Server(emulator) as near, Server(emulator, site="international") as far:
        assert seen(emulator, near.address) == [here]
        assert seen(emulator, far.address) == [there]
        assert seen(emulator, far.address.replace("127.0.0.1", "localhost")) == [there]


# Control calls.


def test_instances_are_added_and_shown() -> None:
    emulator = still()
    wish = {"spec": "ws.dv.f", "full": 3, "wildcard": 1, "months": 24, "count": 2, "state": "normal"}
    names = ["a.example.com", "*.example.com"]
    made = post(emulator, "instance", **wish, domains=names)["instances"]
    shown = get(emulator, "state")["instances"]
    assert shown == made
    first = shown[0]
    expected = {"instance_type": "BUY", "spec": "ws.dv.f", "status": "normal", "domains": names, "applications": 1}
    assert expected.items() <= first.items()
    assert first["certificates"][0]["status"] == "issued"
    assert first["term_end"] == "2028-11-21T00:00:00Z"
    assert first["facts"]["bought"] == "2026-11-21T23:00:00Z"
    assert first["instance_id"] != shown[1]["instance_id"]
    assert "BEGIN" not in json.dumps(get(emulator, "state"))
    assert get(emulator, "state")["people"]["contacts"][0]["contact_id"] == CONTACT


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("inactive", "inactive"), ("withdrawn", "normal"), ("pending", "pending"), ("normal", "normal"),
        ("willExpire", "willExpire"), ("expired", "expired"), ("refund", "refund"), ("closed", "closed"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["BUY", "TEST"])
def test_instances_in_every_state(state: str, word: str, kind: str) -> None:
    emulator = still()
    assert status(emulator, bought(emulator, state=state, type=kind)) == word


def test_events() -> None:
    emulator = still()
    first, second = pending(emulator), pending(emulator, auto_reissue=True)
    assert post(emulator, "prove", instance_id=first)["facts"]["proven"] == "2026-11-22T00:00:08Z"
    assert post(emulator, "accept", instance_id=first)["pending_result"] == "issued"
    assert post(emulator, "reject", instance_id=second, reason="why")["pending_result"] == "why"
    ask(emulator, APPLY, InstanceId=second)
    emulator.advance(2)
    assert post(emulator, "prove") == {"orders": [], "instances": [second]}
    post(emulator, "accept", instance_id=second)
    assert post(emulator, "host", instance_id=second)["certificates"][1]["hosted"] is True
    assert post(emulator, "end", instance_id=second, in_days=3)["status"] == "willExpire"
    assert post(emulator, "end", instance_id=second)["status"] == "expired"
    assert post(emulator, "close", instance_id=first)["status"] == "closed"


def test_contacts_and_companies_are_added() -> None:
    emulator = still()
    assert post(emulator, "contact", name="Operations", email="x@example.com")["contact_id"] == 2604553
    assert len(ask(emulator, "ListContact", Keyword="Operations")["ContactList"]) == 2
    assert post(emulator, "company", name="Other Ltd.")["company_id"] == 1350002
    assert len(ask(emulator, "ListCompanies")["CompanyList"]) == 2


def test_a_reset_brings_back_what_was_there_at_the_start() -> None:
    emulator = still()
    bought(emulator)
    post(emulator, "reset")
    assert get(emulator, "state")["instances"] == []


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("instance", {"spec": "geo"}),
        ("instance", {"spec": "xx.dv.f"}),
        ("instance", {"type": "FREE"}),
        ("instance", {"site": "mars"}),
        ("instance", {"state": "good"}),
        ("instance", {"domains": ["a.example.com", "b.example.com"]}),
        ("instance", {"domains": "a.example.com"}),
        ("instance", {"count": -1}),
        ("instance", {"count": "2"}),
        ("instance", {"auto_reissue": "yes"}),
        ("instance", {"nonsense": 1}),
        ("accept", {"instance_id": "cas-cn-0"}),
        ("accept", {"instance_id": 3}),
        ("host", {}),
        ("submit", {"instance_id": "cas-cn-0"}),
        ("contact", {"name": 3}),
    ],
)
def test_wrong_wishes_are_told(name: str, wish: dict[str, object]) -> None:
    assert post(still(), name, 400, **wish)["error"].endswith(".")


@pytest.mark.parametrize(("name", "wish"), [("prove", {}), ("accept", {}), ("reject", {}), ("host", {})])
def test_events_that_do_not_fit(name: str, wish: dict[str, object]) -> None:
    emulator = still()
    error = post(emulator, name, 400, instance_id=filled(emulator), **wish)["error"]
    assert "is inactive and cannot be" in error


def test_details_of_the_wrong_type_are_told() -> None:
    emulator = still()
    instance_id = pending(emulator)
    assert "reason has to be text" in post(emulator, "reject", 400, instance_id=instance_id, reason=3)["error"]
    assert "in_days" in post(emulator, "end", 400, instance_id=instance_id, in_days="soon")["error"]
    emulator.happen("prove", instance_id)
    assert "proven again" in post(emulator, "prove", 400, instance_id=instance_id)["error"]


def test_calls_name_their_instance() -> None:
    emulator = Emulator()
    instance_id = bought(emulator)
    send(emulator, UPDATE, {"InstanceId": instance_id})
    send(emulator, "GetTaskAttribute", {"TaskId": instance_id})
    send(emulator, LIST)
    told = [(call["action"], call["instance_id"], call["write"]) for call in get(emulator, "calls")["calls"]]
    assert told == [
        (UPDATE, instance_id, True), ("GetTaskAttribute", instance_id, False), (LIST, None, False),
    ]  # fmt: skip


def test_the_command_line_reads_wishes() -> None:
    text = "spec=ws.dv.m,full=2,months=6,age_days=0.5,auto_reissue=true,domains=a.example.com+*.example.com"
    wish = read_text(text)
    assert wish == {
        "spec": "ws.dv.m", "full": 2, "months": 6.0, "age_days": 0.5, "auto_reissue": True,
        "domains": ["a.example.com", "*.example.com"],
    }  # fmt: skip
    for wrong in ("count=many", "spec", "auto_reissue=perhaps"):
        with pytest.raises(Impossible):
            read_text(wrong)


# Copies.


def test_what_happens_to_a_copy_stays_there() -> None:
    emulator = still()
    instance_id = pending(emulator)
    twin, before = emulator.fork(), emulator.world.fingerprint()
    assert twin.world.fingerprint() == before
    twin.happen("accept", instance_id)
    assert (status(emulator, instance_id), status(twin, instance_id)) == ("pending", "normal")
    assert emulator.world.fingerprint() == before != twin.world.fingerprint()
    assert detail(copy.deepcopy(twin), instance_id) == detail(twin, instance_id)


def test_the_fingerprint_knows_nothing_of_ids_and_dates() -> None:
    early, late = still(), still()
    order(late)
    late.reset()
    late.advance(500 * DAY)
    assert issued(early) != issued(late)
    assert early.world.fingerprint() == late.world.fingerprint()
    hash(early.world.fingerprint())


def test_the_fingerprint_sees_what_still_matters() -> None:
    emulator = still(refund_days=0)
    known = set()

    def note() -> None:
        known.add(emulator.world.fingerprint())

    note()
    instance_id = bought(emulator)
    note()
    ask(emulator, UPDATE, InstanceId=instance_id, Domain="www.example.com", **{"ContactIdList.1": CONTACT})
    note()
    for step in (0, 1, 2, 2):
        if not step:
            ask(emulator, APPLY, InstanceId=instance_id)
        emulator.advance(step)
        note()
    emulator.happen("accept", instance_id)
    note()
    emulator.advance(DAY)
    note()
    ask(emulator, UPDATE, InstanceId=instance_id, AutoReissue="enable")
    note()
    emulator.happen("host", instance_id)
    note()
    assert len(known) == 11


def test_a_copy_is_cheap() -> None:
    emulator = still()
    emulator.add_instance(count=20, state="normal")
    start = time.process_time()
    for _copy in range(200):
        emulator.fork().world.fingerprint()
    assert time.process_time() - start < 2


# Real validation.


def test_time_issues_what_is_proven_at_once() -> None:
    emulator = still(proof="at_once")
    instance_id = filled(emulator)
    ask(emulator, APPLY, InstanceId=instance_id)
    emulator.advance(3.9)
    assert status(emulator, instance_id) == "pending"
    emulator.advance(0.1)
    assert detail(emulator, instance_id)["CertificateStatus"] == "issued"


@pytest.mark.parametrize(
    ("hosts", "grade", "word"), [(True, "dv", "normal"), (False, "dv", "pending"), (True, "ov", "pending")]
)
def test_names_in_a_zone_of_the_account(hosts: bool, grade: str, word: str) -> None:
    emulator = still(zone_validation=True)
    if hosts:
        emulator.world.zones.host("example.com", emulator.world.now())
    instance_id = pending(emulator, spec=f"geo.{grade}.f")
    assert len(detail(emulator, instance_id)["DomainValidationList"]) == (0 if word == "normal" else 1)
    emulator.advance(1)
    assert status(emulator, instance_id) == word


@pytest.mark.parametrize("key", ["relative", "full", "name"])
def test_records_prove_an_instance(key: str) -> None:
    emulator = still(proof="alidns", validation_key=key)
    emulator.world.zones.host("example.com", emulator.world.now())
    instance_id = pending(emulator, "a.example.com,example.com", full=2)
    hosts = {"relative": ("_dnsauth.a", "_dnsauth"), "full": ("_dnsauth.a", "_dnsauth"), "name": ("a", "@")}[key]
    for host, entry in zip(hosts, detail(emulator, instance_id)["DomainValidationList"]):
        assert validation.attempt(emulator) == []
        record = {"DomainName": "example.com", "RR": host, "Type": "TXT", "Value": entry["ValidationValue"]}
        ask(emulator, "AddDomainRecord", **record)
    assert validation.attempt(emulator) == [instance_id]
    assert validation.attempt(emulator) == []
    emulator.advance(2)
    assert status(emulator, instance_id) == "normal"


def test_a_standing_record_proves_an_instance() -> None:
    emulator = still(proof="alidns", standing_cname=True)
    emulator.world.zones.host("example.com", emulator.world.now())
    instance_id = pending(emulator, "a.example.com")
    (entry,) = detail(emulator, instance_id)["DomainValidationList"]
    record = {"DomainName": "example.com", "RR": entry["CnameKey"], "Type": "CNAME", "Value": entry["Cname"]}
    ask(emulator, "AddDomainRecord", **record)
    assert validation.attempt(emulator) == [instance_id]


def test_a_withdrawn_instance_is_not_looked_for() -> None:
    emulator = still(proof="alidns", validation_list_seconds=60)
    instance_id = pending(emulator)
    assert [look.number for look in validation.waiting(emulator.world)] == [instance_id]
    ask(emulator, "CancelPendingCertificate", InstanceId=instance_id)
    emulator.advance(3)
    assert validation.waiting(emulator.world) == []
