# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not come of tasks that want instances at the same moment is seen."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.world import World
from tests.reliability.concurrency.outcome import Outcome
from tests.reliability.exactly_once.plays import TaskResult
from tests.support.certificates import csr_pem, new_key

NAME, OTHER = "host1.example.com", "host2.example.com"
CSR, OTHER_CSR = csr_pem(new_key(), NAME), csr_pem(new_key(), OTHER)
HOSTS = {"host1": {"domain": NAME, "csr": CSR}}


def outcome(name: str = NAME, csr: str = CSR, failed: bool = False, msg: str = "", **shown: str) -> Outcome:
    """A task of a host, in an account with an instance that has a certificate."""
    emulator = Emulator(World(frozen=True))
    (instance,) = emulator.add_instance(state="normal", domains=[name], csr=csr)
    assert instance.newest
    told = {"instance_id": instance.instance_id, "certificate_id": str(instance.newest.number), **shown}
    result: dict[str, Any] = {"msg": msg} if failed else {"instance": told}
    return Outcome([instance], HOSTS, {"host1": TaskResult(1.0, failed, result)})


def test_a_certificate_of_its_own_is_believed_rightly() -> None:
    found = outcome()
    assert (found.believed(), found.unclear(), len(found.succeeded), found.failed) == ([], [], 1, {})
    assert list(found.applications.values()) == [1]


@pytest.mark.parametrize(
    "found",
    [
        outcome(name=OTHER, csr=OTHER_CSR),
        outcome(csr=csr_pem(new_key(), NAME)),
        outcome(instance_id="cas-cn-1"),
        outcome(certificate_id="1"),
    ],
    ids=["another name", "another key", "another instance", "another certificate"],
)
def test_what_is_not_its_own_is_seen(found: Outcome) -> None:
    assert len(found.believed()) == 1


def test_a_failure_has_to_name_the_pool() -> None:
    text = f"pool: no instance is for {NAME} already, and none of its instances is unused. Nothing was done."
    assert outcome(failed=True, msg=text).unclear() == []
    assert outcome(failed=True, msg="The application was refused.").unclear()
