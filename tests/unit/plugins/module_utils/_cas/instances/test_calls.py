# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls each task makes: a converged one makes one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.info import instance_info
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import instance_calls as calls
from tests.support.client import client, csr, emulator
from tests.support.instance_calls import APPLY, CANCEL, DETAIL, LIST, REFUND, REVOKE, UPDATE, bought, issued
from tests.support.instance_tasks import WWW, acts, run

PEM, SUMMARY = "GetUserCertificateDetail", "GetInstanceSummary"
OWN: dict[str, Any] = {"csr_content": csr(WWW)}


def mine(account: Emulator) -> str:
    """An instance whose certificate is for the key of the CSR."""
    instance_id = bought(account)
    run(account, instance_id, **OWN)
    account.happen("accept", instance_id)
    return instance_id


def due(account: Emulator) -> str:
    instance_id = mine(account)
    account.advance(150 * DAY)
    return instance_id


def pending(account: Emulator) -> str:
    instance_id = bought(account)
    run(account, instance_id, **OWN)
    return instance_id


# What is there, what is asked for, the calls of the first run, and those of the second one.
TABLE: dict[str, tuple[Callable[[Emulator], str], dict[str, Any], list[str], list[str]]] = {
    "converged": (mine, {}, [DETAIL, PEM], [DETAIL]),
    "converged, CSR": (mine, OWN, [DETAIL, PEM], [DETAIL]),
    "converged, pool": (mine, {**OWN, "pool": {}}, [LIST, PEM], [LIST]),
    "converged, tags and hosting": (mine, {"tags": {}, "auto_reissue": False}, [DETAIL, PEM], [DETAIL]),
    "in progress": (pending, OWN, [DETAIL], [DETAIL]),
    "in progress, pool": (pending, {**OWN, "pool": {}}, [LIST, DETAIL], [LIST, DETAIL]),
    "first issue": (bought, OWN, [DETAIL, UPDATE, DETAIL, APPLY, DETAIL, DETAIL], [DETAIL]),
    "first issue, pool": (
        bought,
        {**OWN, "pool": {}},
        [LIST, DETAIL, UPDATE, DETAIL, APPLY, DETAIL, DETAIL],
        [LIST, DETAIL],
    ),
    "due": (due, OWN, [DETAIL, PEM, DETAIL, APPLY, DETAIL, DETAIL], [DETAIL]),
    "configured": (bought, {"state": "configured"}, [DETAIL, UPDATE, DETAIL], [DETAIL]),
    "cancelled": (pending, {"state": "cancelled"}, [DETAIL, CANCEL, DETAIL, DETAIL], [DETAIL]),
    "cancelled, nothing in progress": (mine, {"state": "cancelled"}, [DETAIL], [DETAIL]),
    "revoked": (mine, {"state": "revoked"}, [DETAIL, DETAIL, REVOKE, DETAIL], [DETAIL]),
    "refunded": (bought, {"state": "refunded"}, [DETAIL, DETAIL, REFUND, DETAIL, DETAIL], [DETAIL]),
    "hosting on": (mine, {"auto_reissue": True}, [DETAIL, PEM, SUMMARY, UPDATE, DETAIL], [DETAIL]),
    "tags": (mine, {"tags": {"a": "b"}}, [DETAIL, PEM, "TagResources", DETAIL], [DETAIL]),
}


@pytest.mark.parametrize("name", TABLE)
def test_calls_of_a_task_and_of_the_next_one(name: str, tmp_path: Path) -> None:
    make, options, first, second = TABLE[name]
    account = emulator()
    instance_id = make(account)
    if options.get("state") == "revoked":
        options = {**options, "certificate_id": str(account.world.instances[instance_id].certificates[0].number)}
    which = None if "pool" in options else instance_id
    for expected in (first, second):
        account.calls.clear()
        run(account, which, through=client(account, state_directory=str(tmp_path)), **options)
        assert acts(account) == expected


def test_a_task_that_issued_is_converged_with_one_call(tmp_path: Path) -> None:
    account = emulator(proof="at_once")
    instance_id = bought(account)

    def again(**more: Any) -> None:
        run(account, instance_id, through=client(account, state_directory=str(tmp_path)), **OWN, **more)

    again(wait_for="issued")
    account.calls.clear()
    again()
    assert acts(account) == [DETAIL]


def test_three_hundred_hosts_share_one_listing(tmp_path: Path) -> None:
    account = emulator()
    names = [f"host{number}.example.com" for number in range(12)]
    for name in names:
        issued(account, name)
    options = dict.fromkeys(
        ("instance_id", "domains", "status", "certificate_status", "instance_type", "brand", "certificate_type",
         "expires_within", "unused"),
    )  # fmt: skip
    flags = dict.fromkeys(("include_validation", "include_certificate", "summary"), False)
    known = instance_info(lambda: client(account), {**options, **flags})["known_instances"]
    assert acts(account) == [LIST]
    for _each in range(2):
        account.calls.clear()
        for name in names:
            through = client(account, state_directory=str(tmp_path))
            run(account, pool={}, domains=[name], known_instances=known, through=through)
    assert acts(account) == []


def test_check_mode_makes_the_calls_that_read(tmp_path: Path) -> None:
    account = emulator()
    instance_id = calls.bought(account)
    run(account, instance_id, check=True, **OWN)
    assert acts(account) == [DETAIL]
