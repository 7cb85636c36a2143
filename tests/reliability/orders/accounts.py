# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts with orders: what is in one before a workflow begins, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders import events
from playbooks.files.emulator.orders.ca import public_der
from playbooks.files.emulator.orders.lifecycle import DAY, Order
from tests.reliability.exactly_once.accounts import ISSUED_BESIDE, NAME, WAITING_BESIDE, Account, Opened, SharedKeys
from tests.reliability.exactly_once.cases import Case, Workflow

FREE, PAID = "digicert-free-1-free", "geotrust-dv-1-starter"
# An order takes a while, so that it is looked at more than once.
SLOW_PACE: Mapping[str, Any] = {
    "settle_seconds": 1.0,
    "record_delay_seconds": 1.0,
    "review_seconds": 1.0,
    "cancel_seconds": 1.0,
    "revoke_seconds": 1.0,
}
# Returns the order of the workflow, if there is one already.
Prepare = Callable[[SharedKeys, World], "Order | None"]


def nothing(keys: SharedKeys, world: World) -> Order | None:
    return None


@dataclass(frozen=True)
class OrderWorkflow(Workflow):
    """A task, the account it begins with, and what it may do there.

    It ``makes`` so many orders, ``withdraws``, ``deletes`` or ``revokes`` its own order, and does nothing else.
    """

    prepare: Prepare = nothing
    makes: int = 0
    withdraws: bool = False
    deletes: bool = False
    revokes: bool = False


@dataclass
class OrderFacts:
    """What became of the orders of an account, by their numbers; ``target`` is the one that was there."""

    workflow: OrderWorkflow
    target: int | None
    made: list[int]
    withdrawn: set[int]
    deleted: set[int]
    revoked: set[int]

    def beyond(self) -> Iterator[tuple[bool, str]]:
        """Orders that were made, withdrawn, deleted or revoked, and should not have been."""
        if len(self.made) > self.workflow.makes:
            yield True, f"{len(self.made)} orders were made"
        own = {self.target} - {None}
        for name, numbers, allowed in (
            ("withdrawn", self.withdrawn, self.workflow.withdraws),
            ("deleted", self.deleted, self.workflow.deletes),
            ("revoked", self.revoked, self.workflow.revokes),
        ):
            if numbers - (own if allowed else set()):
                yield False, f"{sorted(numbers)} {name}"

    def missing(self, result: Mapping[str, Any]) -> str:
        """An order that is not shown, or that is still there."""
        if self.workflow.makes:
            shown = (result.get("order") or {}).get("order_id")
            return "" if shown in {str(number) for number in self.made} else f"it shows order {shown}"
        target = {self.target} - {None}
        done = self.deleted if self.workflow.deletes else self.revoked
        return "" if target <= done else f"order {target} is still there"


class OrderAccount(Account):
    """An account with orders; those from ``first`` on are made by the workflow."""

    def __init__(self, world: World, workflow: OrderWorkflow, target: int | None) -> None:
        super().__init__(world)
        self.workflow, self.target, self.first = workflow, target, world.next_number

    def hides(self) -> bool:
        """Whether an order that no list shows is in progress, or a call is held up."""
        shown = self.world.now() - self.world.dials.list_lag_seconds
        made = [order for number, order in self.world.orders.items() if number >= self.first]
        return super().hides() or any(order.applied > shown for order in made)

    def facts(self) -> OrderFacts:
        with self.lock:
            orders = dict(self.world.orders)
        return OrderFacts(
            self.workflow,
            self.target,
            [number for number in orders if number >= self.first],
            {number for number, order in orders.items() if order.withdrawn is not None},
            {number for number, order in orders.items() if order.deleted is not None},
            {number for number, order in orders.items() if order.revoke_asked is not None},
        )


# What is there before a workflow begins.


def due_free(keys: SharedKeys, world: World) -> Order | None:
    """A certificate of a free product in its last days: it can only be ordered again."""
    return _issued(keys, world, NAME, FREE, age=80)


def due_paid(keys: SharedKeys, world: World) -> Order | None:
    """A certificate of a paid product in its last days: the service renews it."""
    return _issued(keys, world, NAME, PAID, age=190)


def waiting(keys: SharedKeys, world: World) -> Order | None:
    return _applied(keys, world, NAME, PAID)


def issued(keys: SharedKeys, world: World) -> Order | None:
    return _issued(keys, world, NAME, PAID, age=5)


def open_account(keys: SharedKeys, case: Case) -> Opened:
    """Open the account of a case. One whose lists lag has the real clock."""
    workflow = case.workflow
    assert isinstance(workflow, OrderWorkflow)
    world = World(
        authority=keys.authority,
        quota={FREE: 20, PAID: 20},
        dials=Dials(settle_seconds=0, record_delay_seconds=0, extra_names="none"),
        frozen=True,
    )
    _issued(keys, world, ISSUED_BESIDE, PAID, age=5)
    _applied(keys, world, WAITING_BESIDE, PAID)
    target = workflow.prepare(keys, world)
    validated = "control" if workflow.withdraws else "at_once"
    world.dials = replace(
        world.dials,
        **SLOW_PACE,
        proof=validated,
        list_lag_seconds=case.lag,
        describe_lag_seconds=case.describe_lag,
    )
    _settled(world)
    world.frozen = not (case.lag or case.describe_lag)
    return Opened(OrderAccount(world, workflow, target.number if target else None))


def _settled(world: World) -> None:
    """The orders that are there already stay as they are, and lists show them."""
    for number, order in list(world.orders.items()):
        world.orders[number] = replace(order, applied=order.applied - DAY)


def _applied(keys: SharedKeys, world: World, name: str, product: str) -> Order:
    wanted = events.Application((name,), product, "DNS", csr="its own", spki=public_der(keys.key.public_key()))
    return events.apply(world, wanted)


def _issued(keys: SharedKeys, world: World, name: str, product: str, age: float) -> Order:
    """An order that was applied for and issued some days ago."""
    now = world.now()
    world.advance(-age * DAY)
    order = events.accept(world, _applied(keys, world, name, product).number)
    world.advance(now - world.now())
    return order
