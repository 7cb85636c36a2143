# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies between the certificate that is wanted and what is there: a pure function from both to a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._cas.status import Status
from .._plan import Plan
from .._store.decide import Action
from . import steps
from .steps import Chain, ChainStep
from .texts import SEVERAL_NAMES
from .wanted import Until

if TYPE_CHECKING:
    from .observe import Seen

# An order in one of these waits for what proves its domains.
_TO_BE_PROVEN = frozenset({Status.PENDING_APPLICATION, Status.PENDING_VALIDATION})


def plan_chain(seen: Seen, now: datetime) -> Plan[Chain]:
    """The plan of ``certificate``: steps over the host, the service and what is published."""
    before = chain = _before(seen)
    found: list[ChainStep] = []
    for until, part in _PARTS[seen.action] if seen.acts else ():
        if seen.wanted.until.covers(until):
            found += part(seen, chain)
            chain = (found[-1].leaves if found else None) or before
    plan = Plan(before, tuple(found), _facts(seen))
    wanted = seen.wanted
    is_unsure = len(wanted.domains) > 1 and wanted.validation.is_ours and wanted.options["source"] == "order"
    return replace(plan, warnings=(SEVERAL_NAMES,)) if is_unsure and plan.creates else plan


def _before(seen: Seen) -> Chain:
    current, staged = seen.look.current or {}, seen.look.staged or {}
    return Chain(
        generation=current.get("generation"),
        expires=current.get("not_after"),
        verified=bool(current.get("verified", True)),
        staged=staged.get("generation"),
        order=seen.order.plan.before if seen.order else None,
        published=_what(seen) if seen.published else None,
    )


def _facts(seen: Seen) -> dict[str, Any]:
    quota = {**seen.order.plan.facts, **seen.order.facts}.get("quota") if seen.order else None
    return {"action": _action(seen), "reason": seen.reason, **({"quota": quota} if quota else {})}


def _action(seen: Seen) -> str:
    """What is done. Where an order is there already, it is waited for."""
    resumes = seen.order is not None and not seen.order.plan.creates
    return "wait" if resumes else seen.action.value


def number_of(seen: Seen) -> int:
    """The generation that the task is about."""
    look = seen.look
    if seen.orders_something:
        return int(look.staged["generation"]) if look.staged else look.next_generation
    # A form that is asked for later is added to the generation in use.
    there = (look.ready if seen.action is Action.INSTALL else None) or look.current
    return int(there["generation"]) if there else look.next_generation


def _stage(seen: Seen, chain: Chain) -> list[ChainStep]:
    staged = seen.look.staged
    if staged and staged["key"] and staged["csr_content"]:
        return []
    return [steps.stage(chain, number_of(seen), "CSR" if staged and staged["key"] else "key and CSR")]


def _order(seen: Seen, chain: Chain) -> list[ChainStep]:
    found: list[ChainStep] = []
    for step in seen.order.plan.steps if seen.order else ():
        found.append(steps.order_step((found[-1].leaves if found else None) or chain, step))
    return found


def _publish(seen: Seen, chain: Chain) -> list[ChainStep]:
    """What proves the domains is known when the service has said it."""
    order = seen.order
    validated = order is None or not (order.plan.creates or (order.after and order.after.status in _TO_BE_PROVEN))
    if validated or seen.published or not seen.wanted.validation.is_ours:
        return []
    return [steps.publish(chain, _what(seen), seen.wanted.validation.by, seen.places)]


def _what(seen: Seen) -> str:
    what = "file" if seen.wanted.validation.method == "file" else "record"
    return " ".join(["validation", what, ", ".join(seen.places)]).strip()


def _store(seen: Seen, chain: Chain) -> list[ChainStep]:
    return [steps.store(chain, number_of(seen))]


def _install(seen: Seen, chain: Chain) -> list[ChainStep]:
    ready = seen.look.ready if seen.action is Action.INSTALL else None
    return [steps.install(chain, number_of(seen), ready["not_after"] if ready else None)]


def _reload(seen: Seen, chain: Chain) -> list[ChainStep]:
    found = [steps.reload(chain, service) for service in seen.wanted.services]
    return [*found, steps.verify(chain, seen.wanted.endpoints)] if seen.wanted.options["verify"] else found


_Part = Callable[["Seen", Chain], "list[ChainStep]"]
_IN_USE: tuple[tuple[Until, _Part], ...] = ((Until.INSTALLED, _install), (Until.INSTALLED, _reload))
_FROM_THE_KEY: tuple[tuple[Until, _Part], ...] = (
    (Until.STAGED, _stage),
    (Until.REQUESTED, _order),
    (Until.REQUESTED, _publish),
    (Until.ISSUED, _store),
    *_IN_USE,
)
# What each action is made of, and how far a task has to go to do it.
_PARTS: dict[Action, tuple[tuple[Until, _Part], ...]] = {
    Action.NOTHING: (),
    Action.RELOAD: ((Until.INSTALLED, _reload),),
    Action.INSTALL: _IN_USE,
    Action.APPLY: _FROM_THE_KEY,
    Action.RENEW: _FROM_THE_KEY,
}
