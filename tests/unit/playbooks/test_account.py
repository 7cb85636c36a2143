# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that prints what an account has, of either generation: real runs, in check mode too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support.playbooks import Played, environment, run_book, write_inventory

FREE, PAID = "digicert-free-1-free", "geotrust-dv-1-starter"
DIALS: dict[str, Any] = {
    "settle_seconds": 0,
    "record_delay_seconds": 0,
    "review_seconds": 0,
    "proof": "control",
    "extra_names": "none",
}


def account(quota: dict[str, int] | None = None, **dials: Any) -> Emulator:
    world = World(quota=quota or {}, dials=Dials(**{**DIALS, **dials}))
    return Emulator(world)


def order(found: Emulator, domain: str) -> None:
    """An order whose certificate is issued."""
    wish = {"ProductCode": FREE, "Domain": domain, "ValidateType": "DNS"}
    found.accept(str(found.call("CreateCertificateForPackageRequest", wish)["OrderId"]))


def report(directory: Path, found: Emulator, *arguments: str) -> Played:
    write_inventory(directory, {})
    keys = Keys()
    with Server(found) as server:
        around = environment(
            directory,
            ALIBABA_CLOUD_CAS_ENDPOINT=server.url,
            ALIBABA_CLOUD_ACCESS_KEY_ID=keys.access_key_id,
            ALIBABA_CLOUD_ACCESS_KEY_SECRET=keys.access_key_secret,
            ANSIBLE_NOCOLOR="1",
        )
        played = run_book(directory, "account", "certops.alicloud.inventory", around, arguments)
    assert not any(call.write for call in found.calls)
    return played


def lines(played: Played) -> list[str]:
    """The report, line by line."""
    text = played.text
    assert '"msg": [' in text, text
    block = text[text.index('"msg": [') + len('"msg": ') :]
    found: list[str] = json.JSONDecoder().raw_decode(block)[0]
    return found


def test_both_generations_are_printed_side_by_side_with_what_expires_first(tmp_path: Path) -> None:
    found = account({FREE: 3, PAID: 1})
    order(found, "ordered.example.com")
    found.add_instance(spec="geo.dv.f", state="normal", domains=["issued.example.com"], issued_days=150, age_days=150)
    found.add_instance(spec="geo.dv.m", full=2, wildcard=0, state="pending", domains=["a.example.com", "b.example.com"])
    found.add_instance(spec="rap.dv.w")
    found.add_instance(type="TEST", count=2)
    found.calls.clear()
    for arguments in ((), ("--check", "--diff")):
        played = report(tmp_path, found, *arguments)
        assert played.status == 0, played.text
        told = lines(played)
        numbers = [each.instance_id for each in found.world.present_instances()]
        assert f"  quota: {FREE}, 2 of 3 left" in told and f"  quota: {PAID}, 1 of 1 left" in told
        assert "  orders: 1, 1 issued" in told
        assert "  instances: 5, 3 unused" in told
        assert any(
            line.startswith(
                f"  in use: {numbers[0]}, GeoTrust geo.dv.f, issued.example.com, issued; subscription active"
            )
            for line in told
        )
        assert any(
            "GeoTrust geo.dv.m, a.example.com b.example.com, pending_validation; subscription active" in line
            for line in told
        )
        assert f"  unused: {numbers[2]}, Rapid rap.dv.w (buy), holds 0 single names and 1 wildcards" in told
        assert sum("DigiCert ss.dv.t (test), holds 1 single names" in line for line in told) == 2
        assert "  hosting: 2 automatic reissues left" in told
        expiring = told[told.index("What expires, the next one first") + 1 :]
        assert f"in 48 days: issued.example.com (instance {numbers[0]})" in expiring[0]
        assert "in 89 days: ordered.example.com (order " in expiring[1]
        assert told[-1].startswith("  cas_instance; roles: certificate_source: instance (the resource plans have quota")


@pytest.mark.parametrize(
    ("quota", "instances", "says"),
    [
        ({FREE: 1}, [], "  cas_order; roles: the default"),
        ({}, [{}], "  cas_instance; roles: certificate_source: instance"),
        ({}, [], "  neither has anything left. Buy an instance in the console."),
    ],
)
def test_what_to_use_follows_from_what_is_left(
    tmp_path: Path, quota: dict[str, int], instances: list[dict[str, Any]], says: str
) -> None:
    found = account(quota)
    for each in instances:
        found.add_instance(**each)
    told = lines(report(tmp_path, found))
    assert told[-1] == says
    assert ("  quota: no resource plan" in told) is (not quota)
    assert "  nothing" in told


def test_what_may_not_be_read_is_told_beside_the_rest(tmp_path: Path) -> None:
    """An account without resource plans, or a user who may not read them."""
    found = account(denied=("DescribePackageState", "ListUserCertificateOrder"))
    found.add_instance()
    played = report(tmp_path, found)
    told = " ".join(lines(played))
    assert played.status == 0, played.text
    assert "quota: not read. The RAM user may not call DescribePackageState." in told
    assert "orders: not read. The RAM user may not call ListUserCertificateOrder." in told
    assert "instances: 1, 1 unused" in told


def test_a_run_that_could_read_nothing_fails(tmp_path: Path) -> None:
    found = account(denied=("*",))
    played = report(tmp_path, found)
    assert played.status == 2 and "Grant `yundun-cert:ListInstances`" in played.text
