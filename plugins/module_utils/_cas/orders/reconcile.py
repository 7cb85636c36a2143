# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""``cas_order`` and ``cas_order_renew``: what orders bring to the one path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ..._errors import ApiError, NotAllowed
from ..._errors import Kind as RefusalKind
from ..._plan import Display, Outcome, Plan
from ..._reconcile import ApiActor, ApiRun, Done, Kind, Run, reconcile
from ..options import WaitFor, Waiting
from ..status import IN_FLIGHT, VALID
from ..wait.one import Watch, wait
from . import api
from .duplicates import LOOKS, resolve_duplicate, resolve_new
from .execute import describe_new, execute
from .goals import goal_of
from .lock import Lock, hold, peek
from .observe import observe_order, observe_renewal
from .plan import plan_order
from .previews import planned_before
from .quota import require_free
from .recall import recall
from .refusals import refuse_wrong_certificate
from .renewal import plan_renewal
from .steps import diff_text, orders_anew, returned
from .wanted import OrderWanted, RenewalWanted, State, Wanted, check_product

if TYPE_CHECKING:
    from ..._rpc.client import Client
    from .order import Order
    from .select import Seen, W


def foresee(client: Client, wanted: Wanted) -> tuple[Seen[Any], Outcome[Order]]:
    """What either module sees, and what it would do; nothing is changed, whatever the client may do."""
    run = replace(_run(client, wanted), predicts=True)
    kind: Any = _RENEWAL if isinstance(wanted, RenewalWanted) else _ORDER
    seen = kind.observe(run, wanted)
    return seen, reconcile(run, wanted, kind, seen)


def ensure_order(client: Client, wanted: OrderWanted, seen: Seen[OrderWanted] | None = None) -> Outcome[Order]:
    """``cas_order``; ``seen`` is what was observed just now."""
    outcome = reconcile(_run(client, wanted), wanted, _ORDER, seen)
    before = outcome.plan.before
    if wanted.order_id and wanted.state is State.PRESENT and (before is None or before.order_id != wanted.order_id):
        outcome.warnings.append(
            f"Order {wanted.order_id} no longer exists or has ended; the order was selected by domains and "
            "product_code instead."
        )
    return outcome


def ensure_renewal(client: Client, wanted: RenewalWanted, seen: Seen[RenewalWanted] | None = None) -> Outcome[Order]:
    """``cas_order_renew``; ``seen`` is what was observed just now."""
    return reconcile(_run(client, wanted), wanted, _RENEWAL, seen)


def made_here(client: Client, wanted: Wanted) -> str | None:
    """The number of the order that a task of this machine made for the same a moment ago."""
    return peek(_run(client, wanted), wanted).order_id


def refuse_another_key(client: Client, wanted: Wanted, order: Order | None) -> None:
    """Refuse to wait for an order that a task of this machine made a moment ago with another CSR."""
    run = _run(client, wanted)
    if order is not None and order.status in IN_FLIGHT and peek(run, wanted).is_for_another_key(wanted, order.order_id):
        raise NotAllowed(
            f"{order.named} was placed a moment ago with another key, by another task of this machine. It is not "
            "waited for, because its certificate would not fit.",
            order_id=order.order_id,
            other_key=True,
        )


def await_certificate(client: Client, wanted: Wanted, order: Order, timeout: float) -> Order:
    """Wait until an order is issued; returns it with its certificate, which must be the one that was asked for."""
    run: ApiRun = Run(client, client.clock.monotonic() + timeout)
    waiting = Waiting(WaitFor.ISSUED, timeout, wanted.waiting.interval, wanted.waiting.publishes)
    if order.status in VALID and order.certificate is None:
        order = api.describe(run, order) or order  # a list tells that it is issued, and no more
    goal = goal_of(WaitFor.ISSUED, waiting.publishes)
    shown = replace(goal, is_reached=lambda each: goal.is_reached(each) and each.certificate is not None)
    found = wait(run, shown, waiting, order, api.describe)
    refuse_wrong_certificate(wanted, found)
    return found


def _run(client: Client, wanted: Wanted) -> ApiRun:
    return Run(client, client.clock.monotonic() + wanted.waiting.timeout)


def _lock(run: ApiRun, seen: Seen[W], plan: Plan[Order]) -> AbstractContextManager[Lock]:
    """The lock of a certificate that is to be ordered; without an order there is nothing to keep apart."""
    if not plan.creates:
        return nullcontext(Lock({}))
    return nullcontext(peek(run, seen.wanted)) if run.read_only else hold(run, seen.wanted)


def _prepare(run: ApiRun, seen: Seen[W], plan: Plan[Order]) -> dict[str, Any]:
    """Read the quota before an order is made. A user who may not read it is warned, and not stopped."""
    if orders_anew(plan):
        check_product(seen.wanted)  # which may be that of an order that the task named
    if not seen.wanted.check_quota or not plan.creates:
        return {}
    try:
        quota = api.quota(run, seen.wanted.product_code)
    except ApiError as refused:
        if refused.kind is not RefusalKind.PERMISSION:
            raise
        run.warnings.append(f"The quota was not checked. {refused.msg}")
        return {}
    if not orders_anew(plan):
        return {"quota": quota.public()}
    planned = planned_before(run, seen.wanted, quota.free, 1 - returned(plan))
    require_free(quota, returned(plan), planned)
    return {"quota": quota.public(planned)}


def _settle(run: ApiRun, seen: Seen[W], plan: Plan[Order], done: Done[Order]) -> Order | None:
    """Resolve duplicates of an order that this task made, and wait for what is wanted."""
    wanted, order = seen.wanted, done.after
    looks = [run.clock.monotonic() + look for look in LOOKS]
    if order is None or wanted.state is not State.PRESENT:
        return order
    if plan.creates:
        looks = _to_come(run, looks)
        order = resolve_new(run, seen, order) if done.made else describe_new(run, order)
    is_own = done.made and done.after is not None and order.order_id == done.after.order_id
    order = _wait(run, seen, order, looks if is_own else [])
    if order.status in VALID and (plan.steps or order != plan.before):
        refuse_wrong_certificate(wanted, order)
    return order


def _to_come(run: ApiRun, looks: Iterable[float]) -> list[float]:
    """The moments for which a look now does not serve."""
    return [moment for moment in looks if moment > run.clock.monotonic()]


def _wait(run: ApiRun, seen: Seen[W], order: Order, looks: Sequence[float]) -> Order:
    """Wait for the goal, in stretches that end with a look for duplicates of an own order."""
    waiting = seen.wanted.waiting
    watch = Watch(run, goal_of(waiting.wait_for, waiting.publishes), waiting, order, api.describe)
    while looks and watch.latest.order_id == order.order_id:
        if watch.until(looks[0]):
            return watch.end()
        looks = _to_come(run, looks)
        watch.continue_with(resolve_duplicate(run, seen, watch.latest))
    watch.until(float("inf"))
    return watch.end()


def _results(order: Order | None, now: datetime) -> dict[str, Any]:
    return {"order": order.public(now) if order else None}


def _kind(
    observe: Callable[[ApiRun, W], Seen[W]], plan: Callable[[Seen[W], datetime], Plan[Order]]
) -> Kind[ApiActor, W, Seen[W], Order, Lock]:
    return Kind(
        observe, plan, execute, Display(_results, diff_text), _lock, partial(recall, observe=observe), _prepare, _settle
    )


_ORDER = _kind(observe_order, plan_order)
_RENEWAL = _kind(observe_renewal, plan_renewal)
