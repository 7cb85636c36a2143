# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one path of every task that can change something: observe, plan, perform, wait."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..._errors import ApiError, Failure, Kind
from ..._rpc.client import Client
from ..status import VALID
from ..wait.one import Read, wait
from . import api
from .api import describe
from .duplicates import Twins
from .execute import Bought, act, buy, described_anew
from .lock import Claim, claimed, foreseen, forget
from .observe import Observe, observe_order, observe_renewal
from .order import Order
from .plan import plan_order
from .quota import Quota, require_unit
from .recall import recall
from .refusals import refuse_wrong_certificate
from .renewal import plan_renewal
from .select import Seen
from .steps import DELETE, Plan, Step, diff_text
from .wanted import State, Wanted

MakePlan = Callable[[Wanted, Seen, datetime], Plan]


@dataclass(frozen=True)
class Outcome:
    """What a task did, or in check mode would do. ``order`` is the order at the end, ``quota`` what was free before."""

    plan: Plan
    order: Order | None
    quota: Quota | None = None
    warnings: list[str] = field(default_factory=list)

    def public(self, now: datetime) -> dict[str, Any]:
        return {
            "changed": self.plan.changed,
            "plan": [step.public() for step in self.plan.steps],
            "order": self.order.public(now) if self.order else None,
            **self.plan.facts,
            **({"quota": self.quota.public()} if self.quota else {}),
        }

    def diff(self) -> dict[str, str]:
        after = self.order if self.plan.changed else self.plan.before
        return {"before": diff_text(self.plan.before), "after": diff_text(after)}


def order(client: Client, wanted: Wanted) -> Outcome:
    """``cas_order``."""
    outcome = _change(client, wanted, observe_order, plan_order)
    before = outcome.plan.before
    if wanted.order_id and wanted.state is State.PRESENT and (before is None or before.order_id != wanted.order_id):
        outcome.warnings.append(f"Order {wanted.order_id} does not serve any more; the names and the product decided.")
    return outcome


def renew(client: Client, wanted: Wanted) -> Outcome:
    """``cas_order_renew``."""
    return _change(client, wanted, observe_renewal, plan_renewal)


def _change(client: Client, asked: Wanted, observe: Observe, plan_with: MakePlan) -> Outcome:
    client.deadline = client.clock.monotonic() + asked.wait_timeout
    wanted, seen = observe(client, asked)
    plan, warnings, sent = plan_with(wanted, seen, client.clock.now()), list[str](), list[Step]()
    try:
        with _claim(client, wanted, plan, warnings) as claim:
            again = recall(client, asked, observe, wanted, seen, claim)
            if again:
                wanted, seen = again
                plan = plan_with(wanted, seen, client.clock.now())
            quota = _quota(client, wanted, plan, warnings)
            if client.read_only:
                return Outcome(plan, plan.after, quota, warnings)
            done = _carry_out(client, wanted, seen, plan, claim, sent, warnings)
        return Outcome(plan, _settled(client, wanted, plan, done, warnings), quota, warnings)
    except Failure as failure:
        failure.add(changed=bool(sent), plan=[step.public() for step in sent])
        raise


def _claim(client: Client, wanted: Wanted, plan: Plan, warnings: list[str]) -> AbstractContextManager[Claim]:
    """The claim on a certificate that is to be ordered; without an order there is nothing to keep apart."""
    if not plan.buys:
        return nullcontext(Claim({}))
    if client.read_only:
        return nullcontext(foreseen(client, wanted))
    return claimed(client, wanted, _deadline(client), warnings)


def _carry_out(
    client: Client,
    wanted: Wanted,
    seen: Seen,
    plan: Plan,
    claim: Claim,
    sent: list[Step],
    warnings: list[str],
) -> Order | Bought | None:
    """Carry the plan out; ``sent`` gets the steps that were carried out, or may have been."""
    done: Order | Bought | None = plan.before
    for step in plan.steps:
        client.wrote = False
        try:
            if step.buys:
                done = buy(client, wanted, step, seen.alike, claim, _deadline(client), warnings)
            else:
                done = act(client, wanted, step, _deadline(client))
        finally:
            sent += [step] if client.wrote else []
        if step.action == DELETE:
            forget(client, wanted, step.order_id)
    return done


def _settled(
    client: Client, wanted: Wanted, plan: Plan, done: Order | Bought | None, warnings: list[str]
) -> Order | None:
    """The order at the end: described when it is new, without a twin, and waited for."""
    deadline = _deadline(client)
    result: Order | None
    read: Read
    if isinstance(done, Bought):
        twins = Twins(client, wanted, done, deadline, warnings)
        result, read = twins.settled(described_anew(client, done.order)), twins.read
    else:
        result, read = done, describe
    if result is None or wanted.state is not State.PRESENT:
        return result
    result = wait(client, wanted, result, deadline, read)
    if result.status in VALID and (plan.steps or result != plan.before):
        refuse_wrong_certificate(wanted, result)
    return result


def _deadline(client: Client) -> float:
    return float("inf") if client.deadline is None else client.deadline


def _quota(client: Client, wanted: Wanted, plan: Plan, warnings: list[str]) -> Quota | None:
    """The quota before an order is made. Not being allowed to read it is no reason to stop."""
    if not wanted.check_quota or not plan.buys:
        return None
    try:
        quota = api.quota(client, wanted.product_code)
    except ApiError as refused:
        if refused.kind is not Kind.PERMISSION:
            raise
        warnings.append(f"The quota was not checked. {refused.msg}")
        return None
    if plan.orders_anew:
        require_unit(quota, plan.returned_units)
    return quota
