# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says is what happens: the search through all accounts that events can lead to, for every kind."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible, Refusal
from tests.support import client

Event = Callable[[Emulator], object]


@dataclass(frozen=True)
class Task:
    """One task as a playbook has it. ``run`` is ``client.order`` or another one of its kind."""

    name: str
    run: Callable[..., Outcome[Any]]
    options: dict[str, Any]

    def __call__(self, account: Emulator, check: bool) -> Outcome[Any] | Failure:
        try:
            return self.run(account, check=check, **self.options)
        except Failure as failure:
            return failure


def identity(account: Emulator) -> Hashable:
    return account.world.fingerprint(), tuple((rule.kind, rule.action) for rule in account.faults.rules)


def reachable(first: Emulator, events: Callable[[Emulator], Iterable[Event]], depth: int) -> Iterator[Emulator]:
    """Every account within so many events of one, each once, breadth first."""
    known: set[Hashable] = {identity(first)}
    frontier = [first]
    yield first
    for _event in range(depth):
        following = []
        for account in frontier:
            for event in events(account):
                fork = account.fork()
                try:
                    event(fork)
                except (Refusal, Impossible):
                    continue
                if identity(fork) not in known:
                    known.add(identity(fork))
                    following.append(fork)
                    yield fork
        frontier = following


def rehearsed(account: Emulator, task: Task) -> Outcome[Any] | Failure:
    """What check mode says; it writes nothing and changes nothing."""
    copy = account.fork()
    foreseen = task(copy, check=True)
    assert not client.writes(copy), "check mode wrote"
    assert identity(copy) == identity(account), "check mode changed the account"
    return foreseen


def failed_as_foreseen(
    foreseen: Outcome[Any] | Failure, seen: Outcome[Any] | Failure, done: Emulator, task: Task
) -> bool:
    """Whether a task failed; then check mode said so in the same words, and nothing was written."""
    if not (isinstance(foreseen, Failure) or isinstance(seen, Failure)):
        return False
    assert isinstance(foreseen, Failure) and isinstance(seen, Failure), (task, foreseen, seen)
    assert foreseen.msg == seen.msg
    assert not client.writes(done)
    return True
