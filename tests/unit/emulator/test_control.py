# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world's own door."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.calls import FREE, PACKAGE, PAID, csr, issued, order, send, still, type_of


def get(emulator: Emulator, name: str) -> Any:
    return emulator.handle("GET", f"/_control/{name}", {}).json()


def post(emulator: Emulator, name: str, status: int = 200, **wish: object) -> Any:
    reply = emulator.handle("POST", f"/_control/{name}", {}, json.dumps(wish).encode())
    assert reply.status == status, reply.body
    return reply.json()


def test_state() -> None:
    emulator = still()
    number = issued(emulator, Csr=csr(), Username="张三")
    state = get(emulator, "state")
    assert state["now"] == "2026-11-22T00:00:03Z"
    assert state["quota"][PAID] == {"total": 4, "used": 1, "issued": 1}
    (seen,) = state["orders"]
    expected = {
        "order_id": str(number),
        "type": "certificate",
        "status": "ISSUED",
        "phase": "issued",
        "domains": ["www.example.com"],
        "product_code": PAID,
        "certificate_id": "14700001",
        "validation_method": "DNS",
        "own_csr": True,
        "contact": {"Username": "张三"},
    }
    assert expected.items() <= seen.items()
    assert seen["facts"]["issued"] == "2026-11-22T00:00:03Z"
    assert "BEGIN" not in json.dumps(state)


def test_calls_and_their_counts() -> None:
    emulator = Emulator()
    number = send(emulator, PACKAGE, {"Domain": "a.example"}).json()["OrderId"]
    send(emulator, "DescribePackageState")
    send(emulator, "DescribePackageState")
    told = get(emulator, "calls")
    assert told["counts"] == {PACKAGE: 1, "DescribePackageState": 2}
    first = {name: told["calls"][0][name] for name in ("action", "code", "status", "order_id", "write", "fault")}
    assert first == {
        "action": PACKAGE,
        "code": "OK",
        "status": 200,
        "order_id": str(number),
        "write": True,
        "fault": None,
    }
    post(emulator, "calls/clear")
    assert get(emulator, "calls") == {"calls": [], "counts": {}}


def test_ca() -> None:
    reply = still().handle("GET", "/_control/ca", {})
    assert reply.headers["Content-Type"] == "text/plain"
    assert reply.body.startswith(b"-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("form", [str, int])
def test_events(form: type) -> None:
    emulator = still()
    first, second = order(emulator), order(emulator, "b.example")
    assert post(emulator, "prove", order_id=form(first))["type"] == "process"
    assert post(emulator, "accept", order_id=form(first))["type"] == "certificate"
    assert post(emulator, "reject", order_id=form(second))["type"] == "verify_fail"
    assert "is issued" in post(emulator, "submit", 400, order_id=form(first))["error"]


def test_proving_everything() -> None:
    emulator = still()
    numbers = [order(emulator, f"{number}.example", FREE) for number in range(3)]
    assert post(emulator, "prove") == {"orders": [str(number) for number in numbers]}


def test_the_clock() -> None:
    emulator = still()
    assert post(emulator, "advance", seconds=1.5)["now"] == "2026-11-22T00:00:01Z"
    assert post(emulator, "advance", days=2)["now"] == "2026-11-24T00:00:01Z"
    assert post(emulator, "advance", to="2027-01-01T00:00:00Z")["now"] == "2027-01-01T00:00:00Z"
    assert "forward" in post(emulator, "advance", 400, to="2026-01-01T00:00:00Z")["error"]


def test_the_clock_to_the_real_present() -> None:
    emulator = Emulator()
    emulator.world.base -= 62 * DAY
    post(emulator, "advance", to="now")
    assert abs(emulator.world.now() - time.time()) < 2
    post(emulator, "advance", to="now")


def test_quota_dials_and_faults() -> None:
    emulator = still()
    post(emulator, "quota", product_code="x-dv-1-y", total=1)
    assert get(emulator, "state")["quota"]["x-dv-1-y"] == {"total": 1, "used": 0, "issued": 0}
    assert post(emulator, "dials", ids="text", page_size=3)["page_size"] == 3
    assert post(emulator, "fault", kind="html", times=2)["faults"][0]["times"] == 2
    post(emulator, "faults/clear")
    assert emulator.faults.rules == []


def test_reset_keeps_keys_and_ca() -> None:
    emulator = still(ids="text")
    number = order(emulator)
    ca = emulator.world.authority.root_pem
    post(emulator, "reset")
    assert get(emulator, "state")["orders"] == []
    assert (emulator.world.authority.root_pem, emulator.world.dials.ids) == (ca, "text")
    assert order(emulator) == number
    assert type_of(emulator, number) == "domain_verify"


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("advance", {}),
        ("advance", {"seconds": "1"}),
        ("advance", {"seconds": 1, "days": 1}),
        ("advance", {"to": "soon"}),
        ("advance", {"to": 3}),
        ("advance", {"days": True}),
        ("quota", {"product_code": "x"}),
        ("quota", {"total": 1}),
        ("dials", {"nonsense": 1}),
        ("dials", {"ids": "roman"}),
        ("fault", {"kind": "x"}),
        ("accept", {}),
        ("quota", {"product_code": "x", "total": -1}),
        ("advance", {"days": 1e6}),
        ("advance", {"seconds": float("nan")}),
        ("fault", {"kind": "html", "times": -1}),
        ("accept", {"order_id": "1"}),
        ("accept", {"order_id": 1.5}),
        ("accept", {"order_id": True}),
    ],
)
def test_wrong_wishes_are_told(name: str, wish: dict[str, object]) -> None:
    assert post(still(), name, 400, **wish)["error"].endswith(".")


@pytest.mark.parametrize("body", [b"{", b"[]", b"3"])
def test_bodies_that_are_no_objects(body: bytes) -> None:
    assert still().handle("POST", "/_control/advance", {}, body).status == 400


@pytest.mark.parametrize(("method", "name"), [("GET", "advance"), ("POST", "state"), ("PUT", "state"), ("GET", "x")])
def test_calls_that_are_not_there(method: str, name: str) -> None:
    reply = still().handle(method, f"/_control/{name}", {})
    assert reply.status == 404
    assert name in reply.json()["error"]
