# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk through the life of an instance, in the words of the collection."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances.facts import Instance
from playbooks.files.emulator.instances.fingerprint import essence
from plugins.module_utils._cas import status as words
from plugins.module_utils._cas.instances.read import read_instance

from .walk import START, TIME, Event, Kind, Transition, walk

REISSUE = "pending_validation (reissue)"
OVER = "subscription "
VALID, NEVER_ISSUED = ("issued", "expiring"), ("inactive", "failed")
WITH_CERTIFICATE = (*VALID, "expired", "revoked")
RUNNING = (*NEVER_ISSUED, "pending_validation", *WITH_CERTIFICATE, REISSUE)
# Where all of a group have something in common, it is drawn once.
GROUPS = (RUNNING, WITH_CERTIFICATE, VALID, NEVER_ISSUED)
# Pauses of seconds that a task waits for are nothing to draw.
DIALS = Dials(
    validation_seconds=0.0,
    withdrawable_seconds=0.0,
    withdrawal_seconds=0.0,
    refund_refused_seconds=0.0,
    refund_seconds=0.0,
    managed_quota=1,
)
APPLY = ("UpdateInstance", "ApplyCertificate")
CALLS = {"CancelPendingCertificate": "withdraw", "RevokeCertificate": "revoke", "RefundInstance": "refund"}
WORLD = {
    "prove": "validated",
    "accept": "issued",
    "reject": "refused",
    "host": "hosting reissues",
    "end": "the subscription ends",
    "close": "closed by the service",
}
# No task deletes an instance, and tags are not a status.
LEFT_OUT = {"DeleteInstance", "TagResources", "UntagResources"}


def transitions() -> set[Transition]:
    account = Emulator(World(base=START, frozen=True, dials=DIALS), checked=False)
    account.add_instance(type="BUY", months=8, auto_reissue=True)
    found = walk(account, Kind(status, _events(), _identity))
    return {_named(each) for each in found}


def status(account: Emulator) -> str:
    """The status as a task reports it; once the subscription is over, that of the subscription."""
    instance = read_instance(account.call("ListInstances", {})["InstanceList"][0])
    if instance.subscription not in words.RUNNING:
        return f"{OVER}{instance.subscription.value}"
    is_reissue = instance.status is words.Status.PENDING_VALIDATION and instance.certificate_id
    return REISSUE if is_reissue else instance.status.value


def _named(transition: Transition) -> Transition:
    """What time does to a subscription is its end."""
    by_time = transition.event == TIME and transition.after.startswith(OVER)
    return transition._replace(event=WORLD["end"]) if by_time else transition


def _identity(account: Emulator) -> Hashable:
    """Certificates between the first one, where the term begins, and the last one do not matter any more."""
    instance, world = _one(account), account.world
    edges = tuple(dict.fromkeys((*instance.certificates[:1], *instance.certificates[-1:])))
    return essence(replace(instance, certificates=edges), world.now(), world.dials), world.managed_left()


def _events() -> dict[str, Event]:
    return {
        "apply": _apply,
        **{label: _calls(action) for action, label in CALLS.items()},
        **{label: _happens(event) for event, label in WORLD.items()},
    }


def _one(account: Emulator) -> Instance:
    return account.world.present_instances()[0]


def _which(account: Emulator) -> dict[str, str]:
    return {"InstanceId": _one(account).instance_id}


def _apply(account: Emulator) -> None:
    contact = str(account.world.people.contacts[0].contact_id)
    account.call(APPLY[0], {**_which(account), "Domain": "www.example.com", "ContactIdList.1": contact})
    account.call(APPLY[1], _which(account))


def _calls(action: str) -> Event:
    return lambda account: account.call(action, _which(account))


def _happens(event: str) -> Event:
    def happen(account: Emulator) -> None:
        if status(account).startswith(OVER):
            raise Impossible("It is over.")
        account.happen(event, _one(account).instance_id)

    return happen
