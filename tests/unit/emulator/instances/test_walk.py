# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks without aim under harsh dials: calls are answered or refused, and what is told stays consistent."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible, Refusal
from playbooks.files.emulator.instances.operations import READS
from tests.support.calls import ask, csr, still
from tests.support.instance_calls import APPLY, CANCEL, CONTACT, DELETE, DETAIL, REFUND, REVOKE, UPDATE

HARSH: dict[str, object] = {
    "update_submits": True, "validation_seconds": 25, "withdrawable_seconds": 20, "withdrawal_seconds": 1200,
    "after_withdrawal": "inactive", "validation_list_seconds": 30, "update_protection_seconds": 60, "reissue": "all",
    "hosting": "time", "managed_quota": 50, "instance_ids": "text", "instance_times": "s", "response_year": "2025",
    "empty_lists": "null", "empty_as": "null", "refund_refused_seconds": 60, "refund_seconds": 1200,
    "zone_validation": True, "cut_to_term": True, "refund_issued": "revoked", "term_from": "order",
}  # fmt: skip
FORM = {"Domain": "www.example.com", "ContactIdList.1": CONTACT}
UPLOAD = {**FORM, "GenerateCsrMethod": "upload", "Csr": csr()}
Step = Callable[[Emulator, str], object]


def call(action: str, **parameters: object) -> Step:
    return lambda emulator, instance_id: ask(emulator, action, InstanceId=instance_id, **parameters)


def event(name: str, **details: object) -> Step:
    return lambda emulator, instance_id: emulator.happen(name, instance_id, **details)


def pause(seconds: float) -> Step:
    return lambda emulator, _instance_id: emulator.advance(seconds)


STEPS: list[Step] = [
    call(UPDATE, **FORM), call(UPDATE, **UPLOAD), call(UPDATE, AutoReissue="enable"), call(APPLY), call(APPLY),
    call(CANCEL), call(REVOKE), call(REFUND), call(DELETE), event("prove"), event("accept"), event("reject"),
    event("host"), pause(5), pause(60), pause(1200), pause(20 * 86400),
]  # fmt: skip


def check(emulator: Emulator, instance_id: str, numbers: list[int]) -> None:
    """Every read works; ids of certificates only grow; what pends has no end, and what is issued can be fetched."""
    for action in READS:
        with contextlib.suppress(Refusal):
            ask(emulator, action, InstanceId=instance_id, TaskId=instance_id)
    if emulator.world.instance(instance_id) is None:
        return
    fields = ask(emulator, DETAIL, InstanceId=instance_id)
    assert (fields["Status"] == "pending") is (fields["PendingResult"] == "pending")
    number = fields.get("CertificateId")
    if number:
        assert int(number) >= (numbers or [0])[-1]
        numbers.append(int(number))
        assert ask(emulator, "GetUserCertificateDetail", CertId=number)["InstanceId"] == instance_id
    assert bool(number) is bool(fields.get("CertificateStatus"))


@pytest.mark.parametrize("dials", [{}, HARSH], ids=["friendly", "harsh"])
@pytest.mark.parametrize("seed", range(6))
def test_a_walk_without_aim(seed: int, dials: dict[str, object]) -> None:
    choose, emulator = random.Random(seed), still(**dials)
    emulator.world.zones.host("example.com", emulator.world.now())
    kinds = ("BUY", "TEST")
    instances: dict[str, list[int]] = {emulator.add_instance(type=kind)[0].instance_id: [] for kind in kinds}
    done = 0
    for _step in range(150):
        instance_id = choose.choice(list(instances))
        fork = emulator.fork()
        step = choose.choice(STEPS)
        outcomes = []
        for account in (emulator, fork):
            try:
                step(account, instance_id)
                outcomes.append("done")
            except (Refusal, Impossible) as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
        assert emulator.world.fingerprint() == fork.world.fingerprint()
        check(emulator, instance_id, instances[instance_id])
        done += outcomes[0] == "done"
    assert done > 20
