# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts with instances: what is in one before a workflow begins, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances import stock
from playbooks.files.emulator.instances.facts import Form, Instance
from playbooks.files.emulator.orders.parameters import read_csr
from tests.reliability.exactly_once.accounts import ISSUED_BESIDE, NAME, WAITING_BESIDE, Account, Opened, SharedKeys
from tests.reliability.exactly_once.cases import Case, Workflow
from tests.support.certificates import csr_pem

SPEC = "geo.dv.f"
TAGS = (("env", "test"), ("old", "1"))
# An application takes a while, so that an instance is looked at more than once.
SLOW_PACE: Mapping[str, Any] = {
    "validation_seconds": 1.0,
    "withdrawable_seconds": 1.0,
    "withdrawal_seconds": 2.0,
    "review_seconds": 1.0,
    "revoke_seconds": 1.0,
    "refund_seconds": 0.0,  # whether a second look follows would depend on the machine
}
# Adds the instance of the workflow to an account; none where it takes one of the pool.
Prepare = Callable[[SharedKeys, World], "Instance | None"]


class Asked(NamedTuple):
    """What became of an instance by calls alone, and by nothing that the service does by itself."""

    form: Form
    applied: int
    withdrawn: bool
    revoked: frozenset[int]
    refunded: bool
    deleted: bool
    hosted: bool
    tags: tuple[tuple[str, str], ...]

    def changed(self, before: Asked) -> set[str]:
        return {name for name, now, then in zip(self._fields, self, before) if now != then}


def asked(instance: Instance) -> Asked:
    last = instance.application
    return Asked(
        instance.form,
        last.attempt if last else 0,
        last is not None and last.withdrawn is not None,
        frozenset(each.number for each in instance.certificates if each.revoked is not None),
        instance.refunded is not None,
        instance.deleted is not None,
        instance.auto_reissue,
        instance.tags,
    )


@dataclass(frozen=True)
class InstanceWorkflow(Workflow):
    """A task, the account it begins with, and what it ``may`` change of its own instance, by the names of `Asked`.

    ``lacks`` tells what is missing of its instance, empty when it is done.
    """

    prepare: Prepare = lambda _keys, _world: None
    may: frozenset[str] = frozenset()
    lacks: Callable[[Instance], str] = lambda _instance: ""
    waits: bool = False


@dataclass(frozen=True)
class InstanceFacts:
    """What became of the instances of an account, by their ids; ``target`` is that of the workflow, if it is known.

    ``unused`` are those of the pool; ``key`` is the one of the CSR.
    """

    workflow: InstanceWorkflow
    target: str | None
    unused: frozenset[str]
    key: bytes
    before: Mapping[str, Asked]
    now: Mapping[str, Instance]

    def _changed(self) -> dict[str, set[str]]:
        found = {each: asked(instance).changed(self.before[each]) for each, instance in self.now.items()}
        return {each: names for each, names in found.items() if names}

    @property
    def _own(self) -> list[str]:
        """The instance of the workflow, or those of the pool that were taken."""
        return [self.target] if self.target else [each for each in self._changed() if each in self.unused]

    def beyond(self) -> Iterator[tuple[bool, str]]:
        """Applications, and changes of instances, that should not have been."""
        applied = sum(asked(each).applied - self.before[key].applied for key, each in self.now.items())
        if applied > ("applied" in self.workflow.may):
            yield True, f"{applied} applications were sent"
        if len(self._own) > 1:
            yield True, f"{', '.join(self._own)} were taken"
        for each, names in self._changed().items():
            more = names - (self.workflow.may if each in self._own else set())
            if more:
                yield False, f"{', '.join(sorted(more))} of {each} changed"

    def missing(self, result: Mapping[str, Any]) -> str:
        """Another instance than the one that was worked on, or work that is not done."""
        shown = result.get("instance") or {}
        if [shown.get("instance_id")] != self._own:
            return f"it shows instance {shown.get('instance_id')}, and the one of the task is {self._own}"
        there = self.now[self._own[0]]
        return self._without_certificate(there, shown) if self.workflow.own_key else self.workflow.lacks(there)

    def _without_certificate(self, there: Instance, shown: Mapping[str, Any]) -> str:
        """Why the certificate that was applied for is not there, with the key of the CSR, or is not shown."""
        newest = there.newest
        if newest is None or newest.form.spki != self.key:
            return "there is no certificate for the key of the CSR"
        if shown.get("certificate_id") != str(newest.number):
            return f"it shows certificate {shown.get('certificate_id')}, and the newest is {newest.number}"
        return ""


class InstanceAccount(Account):
    """An account with instances, as they were before the workflow."""

    def __init__(self, world: World, workflow: InstanceWorkflow, target: str | None, key: bytes) -> None:
        super().__init__(world)
        self.workflow, self.target, self.key = workflow, target, key
        self.before = {each: asked(instance) for each, instance in world.instances.items()}
        self.unused = frozenset(each for each, was in self.before.items() if not was.form.names and each != target)

    def hides(self) -> bool:
        """Whether an application does not show yet, or a call is held up."""
        shown = self.world.now() - self.world.dials.status_lag_seconds
        applications = (each.application for each in self.world.instances.values())
        return super().hides() or any(each is not None and each.submitted > shown for each in applications)

    def facts(self) -> InstanceFacts:
        with self.lock:
            self.world.present_instances()  # what time has done by now is written down
            now = dict(self.world.instances)
        return InstanceFacts(self.workflow, self.target, self.unused, self.key, self.before, now)


# What is there before a workflow begins.


def unused(_keys: SharedKeys, world: World) -> Instance:
    return _add(world)


def due(keys: SharedKeys, world: World) -> Instance:
    """A certificate in its last days, for another key than that of the CSR."""
    return _issued(keys, world, NAME, age=190)


def issued(keys: SharedKeys, world: World) -> Instance:
    return _issued(keys, world, NAME, age=5)


def tagged(keys: SharedKeys, world: World) -> Instance:
    return world.store_instance(replace(issued(keys, world), tags=TAGS))


def waiting(keys: SharedKeys, world: World) -> Instance:
    return _pending(keys, world, NAME)


def _pending(keys: SharedKeys, world: World, name: str) -> Instance:
    """An application that was sent a day ago, so that it shows however late others do."""
    return _add(world, state="pending", domains=[name], csr=csr_pem(keys.key, name), issued_days=1)


def _issued(keys: SharedKeys, world: World, name: str, age: int) -> Instance:
    return _add(world, state="normal", domains=[name], csr=csr_pem(keys.key, name), issued_days=age)


def _add(world: World, **wish: Any) -> Instance:
    return stock.add(world, stock.read_wish({"spec": SPEC, **wish}))[0]


def open_account(keys: SharedKeys, case: Case) -> Opened:
    """Open the account of a case. One that shows applications late has the real clock."""
    workflow = case.workflow
    assert isinstance(workflow, InstanceWorkflow)
    world = World(authority=keys.authority, dials=Dials(added_names="none"), frozen=True)
    _issued(keys, world, ISSUED_BESIDE, age=5)
    _pending(keys, world, WAITING_BESIDE)
    for _number in range(2):
        _add(world)
    target = workflow.prepare(keys, world)
    validated = "control" if workflow.waits else "at_once"
    world.dials = replace(world.dials, **SLOW_PACE, proof=validated, status_lag_seconds=case.lag)
    world.frozen = not case.lag
    key = read_csr(keys.csr).spki
    account = InstanceAccount(world, workflow, target.instance_id if target else None, key)
    return Opened(account, _named(workflow, target))


def _named(workflow: InstanceWorkflow, target: Instance | None) -> dict[str, Any]:
    """The options that name the instance, and its certificate where that is needed."""
    if target is None:
        return {}
    certificate = str(target.newest.number) if target.newest and "revoked" in workflow.may else None
    return {"instance_id": target.instance_id, **({"certificate_id": certificate} if certificate else {})}
