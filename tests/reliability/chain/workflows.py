# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflows of ``certificate``: what is there before a task, what it asks for, and what it goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances import lifecycle as of_instances
from playbooks.files.emulator.orders.lifecycle import DAY, Phase
from tests.support import chains, client
from tests.support.chains import Shop
from tests.support.client import FREE, PAID
from tests.support.instance_calls import CONTACT, bought
from tests.support.walked import INSTANCES, ORDERS, Source

# An order takes a while, so that it is looked at more than once; the clock moves when a task sleeps.
PACE: Mapping[str, Any] = {"settle_seconds": 1.0, "record_delay_seconds": 1.0, "extra_names": "none"}
INSTANCE: Mapping[str, Any] = {
    "source": "instance",
    "instance": {"pool": {"instance_type": "buy"}, "contact_ids": [str(CONTACT)]},
}
TEST: Mapping[str, Any] = {**INSTANCE, "instance": {**INSTANCE["instance"], "pool": {"instance_type": "test"}}}


@dataclass(frozen=True)
class Workflow:
    """A task, with the age of the certificate that is in use before it; None: there is none."""

    name: str
    options: Mapping[str, Any]
    age: float | None = None
    dials: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        return INSTANCES if self.options.get("source") == "instance" else ORDERS

    def run(self, shop: Shop, check: bool = False) -> Any:
        options = {"validation": "alidns", "wait_timeout": 600, **self.options}
        if options["validation"] == "file":
            options["webroot"] = str(shop.root / "web")
        return chains.run(shop, check, **options)

    def shop(self, directory: Path) -> Shop:
        """A host and an account before the task."""
        account = client.emulator({FREE: 20, PAID: 20}, checked=False, **PACE)
        account.world.zones.host("example.com", account.world.now())
        for spec in ("geo.dv.f", "ss.dv.t"):
            for _each in range(2):
                bought(account, spec=spec)
        root = directory / "host"
        (root / "web").mkdir(parents=True)
        shop = Shop(account, root)
        watch(shop)
        if self.age is not None:
            self.run(shop)
            account.advance(self.age * DAY)
        account.turn(**self.dials)
        shop.account.calls.clear()
        shop.said.clear()
        return shop


LAGS = {"list_lag_seconds": 8.0, "describe_lag_seconds": 3.0}
WORKFLOWS = (
    Workflow("first certificate", {}),
    Workflow("first certificate, by file", {"validation": "file"}),
    Workflow("first certificate, lists lag", {}, dials=LAGS),
    Workflow("renewal by a new order", {}, age=80),
    Workflow("renewal by the service", {"product_code": PAID}, age=180),
    Workflow("renewal by the service, lists lag", {"product_code": PAID}, age=180, dials=LAGS),
    Workflow("first certificate of an instance", INSTANCE),
    Workflow("first certificate of an instance, by file", {**INSTANCE, "validation": "file"}),
    Workflow("another certificate of the instance", INSTANCE, age=150),
    Workflow("another certificate of the instance, submitted by the update", INSTANCE, 150, {"update_submits": True}),
    Workflow("the next test instance", TEST, age=70),
)


def watch(shop: Shop, disturb: Callable[[str, str], None] = lambda when, step: None) -> None:
    """Let the CA issue what is validated, before and after each step; then tell the step."""

    def telling(when: str) -> Callable[[str], None]:
        def tell(step: str) -> None:
            issue(shop)
            disturb(when, step)

        return tell

    shop.before, shop.after = telling("before"), telling("after")


def issue(shop: Shop) -> None:
    world: World = shop.account.world
    for order in world.present() if shop.published() else ():
        if world.phase(order) is Phase.VALIDATING:
            shop.account.accept(order.number)
    for instance in world.present_instances() if shop.published() else ():
        if world.instance_phase(instance) is of_instances.Phase.PENDING:
            shop.account.happen("accept", instance.instance_id)


def tried(workflow: Workflow, shop: Shop) -> Failure | None:
    """Run the task to its end; return its failure."""
    try:
        workflow.run(shop)
    except Failure as failure:
        return failure
    return None
