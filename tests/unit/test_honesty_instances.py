# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says of instances is what happens: in every account that a few events make of two unused ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import Instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status, Subscription
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._text import KNOWN_AFTER_APPLY
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.instances.facts import Instance as Facts
from playbooks.files.emulator.instances.lifecycle import Phase
from tests.support import client
from tests.support.honesty import Event, Task, failed_as_foreseen, reachable, rehearsed
from tests.support.instance_calls import APPLY, CANCEL, CONTACT, REFUND, REVOKE, UPDATE
from tests.support.reading import read_nothing_twice

NAME, OTHER = "www.example.com", "mail.example.org"
# Four events take a quarter of a minute, seven take many: `make test` walks with four.
DEPTH = int(os.environ.get("HONESTY_INSTANCES", "4"))
DEPTH_WITH_MORE_EVENTS = 2 if DEPTH < 7 else 3
MONTH = 31 * 86400.0
WRITES = {"cancelled": {CANCEL}, "revoked": {REVOKE}, "refunded": {REFUND}, "configured": {UPDATE}}
PEOPLE = {"contact_ids": [str(CONTACT)]}


def tasks() -> list[Task]:
    """The tasks that find an instance by the names."""
    names: dict[str, Any] = {"domains": [NAME], "pool": {}, **PEOPLE}
    own = {**names, "csr_content": client.csr(NAME)}
    return [
        Task("pool", client.instance, names),
        Task("pool of test ones", client.instance, {**names, "pool": {"instance_type": "test"}}),
        Task("pool, own key", client.instance, own),
        Task("pool, no wait", client.instance, {**own, "wait_for": "none"}),
        Task("pool, reorder", client.instance, {**own, "on_key_mismatch": "reorder"}),
        Task("pool, configured", client.instance, {**names, "state": "configured"}),
        Task("pool, cancelled", client.instance, {"domains": [NAME], "pool": {}, "state": "cancelled"}),
    ]


def by_id(account: Emulator) -> Iterator[Task]:
    """The tasks that name an instance, for each."""
    for instance in account.world.present_instances():
        which: dict[str, Any] = {"instance_id": instance.instance_id}
        names = {**which, "domains": [NAME], **PEOPLE}
        label = instance.kind
        yield Task(f"{label}", client.instance, names)
        yield Task(f"{label}, own key", client.instance, {**names, "csr_content": client.csr(NAME)})
        yield Task(f"{label}, force", client.instance, {**names, "force": True})
        yield Task(f"{label}, hosted", client.instance, {**names, "auto_reissue": True, "certificate_name": "web"})
        yield Task(f"{label}, configured", client.instance, {**names, "state": "configured", "tags": {"a": "b"}})
        for state in ("cancelled", "refunded"):
            yield Task(f"{label}, {state}", client.instance, {**which, "state": state})
        for certificate in instance.certificates[-2:]:
            revoked = {**which, "state": "revoked", "certificate_id": str(certificate.number)}
            yield Task(f"{label}, revoked", client.instance, revoked)


def events(account: Emulator) -> Iterator[Event]:
    """What can happen next, in the account and around it."""
    for instance in account.world.present_instances():
        which = {"InstanceId": instance.instance_id}
        yield _calls((UPDATE, _form(which, NAME)), (APPLY, which))
        yield from (_calls((action, which)) for action in (CANCEL, REVOKE))
        happenings = ["accept", "reject"]
        if instance.kind == "BUY":
            yield _calls((UPDATE, {**which, "AutoReissue": "enable"}))
            happenings += ["host", "end"]
        yield from (_happens(event, instance.instance_id) for event in happenings)
    yield lambda world: world.advance(MONTH)
    if not account.faults.rules:
        yield lambda world: world.inject(kind="answer_lost", action=APPLY)


def more_events(account: Emulator) -> Iterator[Event]:
    """What happens less often, too."""
    yield from events(account)
    for instance in account.world.present_instances():
        which = {"InstanceId": instance.instance_id}
        yield _calls((UPDATE, _form(which, OTHER)), (APPLY, which))
        yield _calls((UPDATE, _form(which, NAME)))
        yield from (_calls((action, which)) for action in (APPLY, REFUND))
        yield from (_happens(event, instance.instance_id) for event in ("prove", "end", "close"))
    if not account.faults.rules:
        yield lambda world: world.inject(kind="request_lost", action=APPLY)
        yield lambda world: world.inject(kind="answer_lost", action=UPDATE)


def _form(which: dict[str, str], name: str) -> dict[str, str]:
    own = {"GenerateCsrMethod": "upload", "Csr": client.csr(name)}
    return {**which, "Domain": name, "ContactIdList.1": str(CONTACT), **own}


def _happens(event: str, instance_id: str) -> Event:
    return lambda world: world.happen(event, instance_id)


def _calls(*made: tuple[str, dict[str, str]]) -> Event:
    def event(world: Emulator) -> None:
        for action, parameters in made:
            world.call(action, parameters)

    return event


def account_with_two() -> Emulator:
    """Without the gate: its clock is the first world's, and the worlds part."""
    account = client.emulator(
        checked=False,
        validation_seconds=0.0,
        withdrawable_seconds=0.0,
        withdrawal_seconds=0.0,
        refund_seconds=0.0,
        refund_refused_seconds=0.0,
        refund_days=10000.0,
        lifetime_days=60.0,
        managed_quota=1,
    )
    account.add_instance(spec="ss.dv.t", months=6)
    account.add_instance(spec="geo.dv.f", months=6)
    return account


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    read_nothing_twice(monkeypatch)


@pytest.mark.parametrize(
    ("happening", "depth", "least"), [(events, DEPTH, 250), (more_events, DEPTH_WITH_MORE_EVENTS, 120)]
)
def test_prediction_comes_true(
    happening: Callable[[Emulator], Iterator[Event]],
    depth: int,
    least: int,
    record_property: Callable[[str, object], None],
) -> None:
    walked = checked = 0
    for account in reachable(account_with_two(), happening, depth):
        walked += 1
        for task in (*tasks(), *by_id(account)):
            check_honesty(account, task)
            checked += 1
    record_property("worlds", walked)
    print(f"instances: {walked} worlds walked, {checked} tasks rehearsed, done and planned again")
    assert walked > least


def check_honesty(account: Emulator, task: Task) -> None:
    foreseen = rehearsed(account, task)
    done = account.fork()
    seen = task(done, check=False)
    check_costs(account, done, task)
    if isinstance(seen, Failure) and seen.facts.get("outcome") == "unknown":
        seen = task(done, check=False)
        check_costs(account, done, task)
    if failed_as_foreseen(foreseen, seen, done, task):
        return
    assert isinstance(foreseen, Outcome)
    assert isinstance(seen, Outcome)
    assert differences(foreseen.after, seen.after) == {}, task
    again = task(done.fork(), check=True)
    assert isinstance(again, Outcome), (task, again)
    assert again.plan.steps == (), (task, again.plan)


def check_costs(before: Emulator, after: Emulator, task: Task) -> None:
    """Nothing is applied for beside what is in progress or serves, and nothing is undone unasked."""
    made = sum(map(attempts, instances(after))) - sum(map(attempts, instances(before)))
    assert made <= 1, task
    if task.options.get("state", "present") != "present":
        assert made == 0, task
    if task.name in ("pool", "pool, no wait") and any(is_in_progress(before, each) for each in instances(before)):
        assert made == 0, task
    undone = set(client.writes(after)) & {CANCEL, REVOKE, REFUND}
    assert undone <= WRITES.get(task.options.get("state", "present"), set()), task


def instances(account: Emulator) -> list[Facts]:
    return account.world.present_instances()


def attempts(instance: Facts) -> int:
    return instance.application.attempt if instance.application else 0


def is_in_progress(account: Emulator, instance: Facts) -> bool:
    return account.world.instance_phase(instance) is Phase.PENDING and instance.form.names == (NAME,)


COMPARED = (
    "instance_id", "status", "subscription", "domains", "form", "certificate_name", "auto_reissue", "tags",
    "certificate_id", "certificate_status", "public_key_sha256", "not_after",
)  # fmt: skip


def differences(foreseen: Instance | None, seen: Instance | None) -> dict[str, tuple[object, object]]:
    """Where a prediction is wrong; what was said to be known only afterwards cannot be, nor what is not told."""
    if foreseen is None or seen is None:
        return {} if foreseen is seen else {"instance": (foreseen, seen)}
    pairs = {name: (getattr(foreseen, name), getattr(seen, name)) for name in COMPARED if name != "form"}
    pairs |= {name: (value, getattr(seen.form, name)) for name, value in vars(foreseen.form).items()}
    open_ends = (KNOWN_AFTER_APPLY, Status.DECIDED_LATER, Subscription.DECIDED_LATER, None, ())
    return {
        name: (said, was)
        for name, (said, was) in pairs.items()
        if said not in open_ends and was is not None and said != was
    }
