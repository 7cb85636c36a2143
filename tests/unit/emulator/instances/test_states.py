# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each call does to an instance in each state, and when it is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from tests.support.calls import ask, still
from tests.support.instance_calls import (
    APPLY,
    CANCEL,
    DELETE,
    REFUND,
    REVOKE,
    UPDATE,
    closed,
    expired,
    expiring,
    filled,
    issued,
    pending,
    refunded,
    refused,
    reissuing,
    rejected,
    revoked,
    status,
    withdrawing,
    withdrawn,
)

ALL = (
    filled, pending, withdrawing, withdrawn, rejected, issued, reissuing, revoked, expiring, expired, refunded, closed,
)  # fmt: skip
WORDS = {
    filled: "inactive", pending: "pending", withdrawing: "pending", withdrawn: "normal", rejected: "inactive",
    issued: "normal", reissuing: "pending", revoked: "normal", expiring: "willExpire", expired: "expired",
    refunded: "refund", closed: "closed",
}  # fmt: skip
GONE = "gone"
STATE, DELETION = "OperationDenied.StatusNotSupport", "InvalidStatus.DeleteProtection"
AGAIN = {state: "pending" for state in (filled, withdrawn, rejected, issued, revoked, expiring)}
# Call -> state it is made in -> Status afterwards; everything else is refused.
ALLOWED: dict[str, dict[Callable[[Emulator], str], str]] = {
    UPDATE: {state: WORDS[state] for state in AGAIN},
    APPLY: AGAIN,
    CANCEL: {pending: "pending", reissuing: "pending"},
    REVOKE: {issued: "normal", reissuing: "pending", expiring: "willExpire", expired: "expired", closed: "closed"},
    REFUND: {filled: "inactive", withdrawn: "normal", rejected: "inactive"},
    DELETE: {expired: GONE, refunded: GONE, closed: GONE},
}
CODES = {
    UPDATE: (STATE, "InvalidStatus.UpdateProtection"), APPLY: (STATE,), CANCEL: (STATE,), REVOKE: (STATE,),
    REFUND: ("CouldNotRefund.NotSupport",), DELETE: (DELETION,),
}  # fmt: skip


@pytest.mark.parametrize("state", ALL, ids=lambda state: state.__name__)
def test_the_word_of_every_state(state: Callable[[Emulator], str]) -> None:
    emulator = still()
    assert status(emulator, state(emulator)) == WORDS[state]


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("state", ALL, ids=lambda state: state.__name__)
def test_every_call_in_every_state(action: str, state: Callable[[Emulator], str]) -> None:
    emulator = still()
    instance_id = state(emulator)
    before = emulator.world.fingerprint()
    if state not in ALLOWED[action]:
        assert refused(emulator, action, InstanceId=instance_id) in CODES[action]
        assert emulator.world.fingerprint() == before
        return
    ask(emulator, action, InstanceId=instance_id)
    there = emulator.world.instance(instance_id)
    assert (status(emulator, instance_id) if there else GONE) == ALLOWED[action][state]
    if action != UPDATE:
        assert emulator.world.fingerprint() != before


@pytest.mark.parametrize("action", [*ALLOWED, "GetInstanceDetail"])
def test_an_instance_that_is_not_there(action: str) -> None:
    assert refused(still(), action, InstanceId="cas-cn-0000000000") == "NotFound"
    assert refused(still(), action) == "MissingInstanceId"
