# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""``certificate``: what the chain brings to the one path."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._errors import Failure
from .._plan import Display, Outcome, Plan
from .._reconcile import Kind, Run, reconcile
from .._store.decide import Action
from .checks import refuse_what_would_fail, warn_of_lost_delegation
from .execute import Work, at_work, execute, refuse_another
from .observe import Actors, Seen, observe
from .plan import plan_chain
from .publish import by_place
from .report import message, results

if TYPE_CHECKING:
    from .steps import Chain
    from .wanted import CertificateWanted


def ensure_certificate(actors: Actors, wanted: CertificateWanted) -> Outcome[Chain]:
    """``certificate``."""
    try:
        outcome = reconcile(Run(actors), wanted, _CERTIFICATE)
    except Failure as failure:
        failure.msg = by_place(actors, failure.msg)
        raise
    said = message(wanted, outcome, actors.read_only)
    return replace(outcome, facts={**outcome.facts, "msg": said})


def _prepare(run: Run[Actors], seen: Seen, plan: Plan[Chain]) -> dict[str, Any]:
    """Refuse what would fail after an order, and give the results that are known before the first step."""
    refuse_another(run, seen)
    checks = refuse_what_would_fail(run, seen) if seen.order and seen.order.plan.creates else []
    if seen.action is Action.NOTHING:
        warn_of_lost_delegation(run, seen.wanted)
    order = None if seen.order is None or seen.order.plan.changed else seen.order.after
    return {**results(seen, seen.look, order), "checks": checks}


def _results(chain: Chain | None, now: datetime) -> dict[str, Any]:
    return {"order": chain.order.public(now) if chain and chain.order else None}


def _lines(chain: Chain | None) -> str:
    return chain.text() if chain else ""


_CERTIFICATE: Kind[Actors, CertificateWanted, Seen, Chain, Work] = Kind(
    observe, plan_chain, execute, Display(_results, _lines), lock=at_work, prepare=_prepare
)
