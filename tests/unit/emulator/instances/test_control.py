# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both endpoints, and the control calls on instances."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances.stock import read_text
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import START, ask, send, still
from tests.support.instance_calls import (
    APPLY,
    CONTACT,
    LIST,
    UPDATE,
    bought,
    detail,
    filled,
    pending,
    status,
)

CHINA, ABROAD = "cas.aliyuncs.com", "cas.ap-southeast-1.aliyuncs.com"


def get(emulator: Emulator, name: str) -> Any:
    return emulator.handle("GET", f"/_control/{name}", {}).json()


def post(emulator: Emulator, name: str, status: int = 200, /, **wish: object) -> Any:
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


def test_a_certificate_of_some_age() -> None:
    emulator = still()
    fields = detail(emulator, bought(emulator, state="normal", issued_days=180))
    assert (fields["Status"], fields["CertificateStatus"]) == ("normal", "willExpire")
    assert fields["OrderStartTime"] == fields["CertificateNotBefore"] == (START - 180 * DAY) * 1000


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
    assert "validated again" in post(emulator, "prove", 400, instance_id=instance_id)["error"]


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
