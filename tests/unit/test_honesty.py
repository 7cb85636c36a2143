# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode says is what happens: proven in every account that a few events can lead to.

Breadth first from an empty account, every event is applied to every world that is not known yet. In each of them
every task is rehearsed with a client that cannot write, then carried out, then planned again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, StateNotReached
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._text import KNOWN_AFTER_APPLY
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import LIVE, Phase
from tests.support import client
from tests.support.client import FREE, PAID
from tests.support.honesty import Task, failed_as_foreseen, reachable, rehearsed
from tests.support.reading import read_nothing_twice

NAME = "www.example.com"
DEPTH = 7
# Only what is issued has more names: what leads there needs fewer events.
DEPTH_WITH_MORE_NAMES = 5
# Two orders take half a minute, three take two.
MOST_ORDERS = int(os.environ.get("HONESTY_ORDERS", "2"))
MONTH = 31 * 86400.0
CREATE, REVOKE = "CreateCertificateForPackageRequest", "CancelCertificateForPackageRequest"
UNDER_WAY = {Phase.UNSUBMITTED, Phase.SETTLING, Phase.WITHDRAWN, Phase.VALIDATING, Phase.REVIEWING}


def tasks(product: str) -> list[Task]:
    names = {"domains": [NAME], "product_code": product}
    own_key = {"csr_content": client.csr(NAME), "product_code": product}
    return [
        Task("present", client.order, names),
        Task("present, no wait", client.order, {**names, "wait_for": "none"}),
        Task("present, own key", client.order, own_key),
        Task("present, another key", client.order, {**own_key, "csr_content": client.csr(NAME, number=1)}),
        Task("reorder", client.order, {**own_key, "on_key_mismatch": "reorder"}),
        Task("cancelled", client.order, {**names, "state": "cancelled"}),
        Task("absent", client.order, {**names, "state": "absent"}),
        Task("revoked", client.order, {**names, "state": "revoked"}),
        Task("renew", client.renew, names),
        Task("renew in place", client.renew, {**own_key, "strategy": "renew"}),
    ]


def by_number(account: Emulator, product: str) -> Iterator[Task]:
    """The tasks that name an order by its number, for every order there is."""
    for order in account.world.present():
        chosen = {"order_id": str(order.number), "product_code": product}
        for state in ("present", "cancelled", "absent", "revoked"):
            options = {**chosen, "state": state, **({"domains": [NAME]} if state == "present" else {})}
            yield Task(f"{state} {order.number}", client.order, options)
        yield Task(f"renew {order.number}", client.renew, {**chosen, "domains": [NAME]})


def events(account: Emulator, product: str) -> Iterator[Callable[[Emulator], object]]:
    """All that can happen next, in the account and around it."""
    apply = {"Domain": NAME, "ProductCode": product, "ValidateType": "DNS"}
    orders = [order.number for order in account.world.present()]
    if len(orders) < MOST_ORDERS:
        yield lambda world: world.call(CREATE, {**apply, "Csr": client.csr(NAME)})
    for number in orders:
        which = {"OrderId": str(number)}
        yield from (
            lambda world, event=event, number=number: getattr(world, event)(number)
            for event in ("prove", "accept", "reject", "submit")
        )
        yield from (
            lambda world, action=action, which=which: world.call(action, which)
            for action in (
                "CancelOrderRequest",
                "DeleteCertificateRequest",
                "RenewCertificateOrderForPackageRequest",
                REVOKE,
            )
        )
    yield lambda world: world.advance(MONTH)
    if not account.faults.rules:
        yield lambda world: world.inject(kind="answer_lost", action=CREATE)
        yield lambda world: world.inject(kind="request_lost", action=CREATE)


def worlds(product: str, depth: int, **dials: Any) -> Iterator[Emulator]:
    """Every account within ``depth`` events of an empty one, each once."""
    # Without the gate: its clock is the first world's, and the worlds part.
    first = client.emulator(
        quota={product: 3},
        checked=False,
        settle_seconds=0.0,
        record_delay_seconds=0.0,
        lifetime_days=60.0,
        extra_names="none",
        **dials,
    )
    yield from reachable(first, lambda account: events(account, product), depth)


def counted(account: Emulator, phases: set[Phase]) -> int:
    return sum(account.world.phase(order) in phases for order in account.world.present())


@pytest.fixture(autouse=True)
def reader(monkeypatch: pytest.MonkeyPatch) -> None:
    read_nothing_twice(monkeypatch)


@pytest.mark.parametrize("product", [FREE, PAID])
def test_prediction_comes_true(product: str, record_property: Callable[[str, object], None]) -> None:
    walked = walk(product, DEPTH)
    record_property("worlds", walked)
    assert walked > 200


@pytest.mark.parametrize("product", [pytest.param(FREE, marks=pytest.mark.long), PAID])
def test_prediction_comes_true_where_the_ca_adds_a_name(product: str) -> None:
    assert walk(product, DEPTH_WITH_MORE_NAMES, complimentary_names=True) > 60


def walk(product: str, depth: int, **dials: Any) -> int:
    """Check every task in every world; returns how many worlds there are."""
    walked = checked = 0
    for account in worlds(product, depth, **dials):
        walked += 1
        for task in (*tasks(product), *by_number(account, product)):
            check_honesty(account, task)
            checked += 1
    print(f"{product}: {walked} worlds walked, {checked} tasks rehearsed, done and planned again")
    return walked


def check_honesty(account: Emulator, task: Task) -> None:
    foreseen = rehearsed(account, task)
    done = account.fork()
    seen = task(done, check=False)
    check_costs(account, done, task)
    if isinstance(seen, Failure) and seen.facts.get("outcome") == "unknown":
        seen = task(done, check=False)
        check_costs(account, done, task)
    if isinstance(seen, StateNotReached) and isinstance(foreseen, Outcome):
        # An application that nobody submits: the wait says so, and has done nothing else.
        assert foreseen.plan.steps == () and not client.writes(done), task
        return
    if failed_as_foreseen(foreseen, seen, done, task):
        return
    assert isinstance(foreseen, Outcome)
    assert isinstance(seen, Outcome)
    assert differences(foreseen.after, seen.after) == {}, task
    check_done(done, task, foreseen)


def check_costs(before: Emulator, after: Emulator, task: Task) -> None:
    """Nothing is bought beside what is under way or serves, and nothing is revoked unasked."""
    if task.name in ("present", "present, no wait") and counted(before, UNDER_WAY | LIVE):
        assert after.world.next_number == before.world.next_number, task
    if counted(before, UNDER_WAY) <= 1:
        assert counted(after, UNDER_WAY) <= 1, task
    assert after.world.next_number - before.world.next_number <= 1, task
    if task.options.get("state") != "revoked":
        assert REVOKE not in client.writes(after), task


def check_done(done: Emulator, task: Task, foreseen: Outcome[Order]) -> None:
    """Nothing is left to do. What was withdrawn may uncover an issued order, and then the task says so."""
    again = task(done, check=True)
    if isinstance(again, Failure):
        assert foreseen.plan.changed and task.options.get("state") in ("cancelled", "absent", "revoked"), (
            task,
            again.msg,
        )
        assert counted(done, LIVE | UNDER_WAY) > 0
    else:
        assert again.plan.steps == (), task


def differences(foreseen: Order | None, seen: Order | None) -> dict[str, tuple[object, object]]:
    """Where a prediction is wrong; what was said to be known only afterwards cannot be."""
    if foreseen is None or seen is None:
        return {} if foreseen is seen else {"order": (foreseen, seen)}
    foreseen = replace(foreseen, service_status=None, validation=())
    pairs = {name: (value, getattr(seen, name)) for name, value in vars(foreseen).items()}
    compared = ("order_id", "status", "domains", "validation_method", "public_key_sha256")
    open_ends = (KNOWN_AFTER_APPLY, Status.DECIDED_LATER, None)
    return {
        name: (said, was)
        for name, (said, was) in pairs.items()
        if name in compared
        and said not in open_ends
        and said != was
        and not (name == "public_key_sha256" and was is None)
    }
