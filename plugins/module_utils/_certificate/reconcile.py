# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""``certificate``: what the chain brings to the one path."""

from __future__ import annotations

from dataclasses import replace
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
from .source import public

if TYPE_CHECKING:
    from .steps import Chain
    from .wanted import CertificateWanted


def ensure_certificate(actors: Actors, wanted: CertificateWanted) -> Outcome[Chain]:
    """``certificate``."""
    kind: Kind[Actors, CertificateWanted, Seen, Chain, Work] = Kind(
        observe, plan_chain, execute, _display(wanted), lock=at_work, prepare=_prepare
    )
    try:
        outcome = reconcile(Run(actors), wanted, kind)
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
    order = None if seen.order is None or seen.order.plan.creates else seen.order.after
    return {**results(seen, seen.look, order), "checks": checks}


def _display(wanted: CertificateWanted) -> Display[Chain]:
    return Display(lambda chain, now: public(wanted, chain.order if chain else None, now), _lines)


def _lines(chain: Chain | None) -> str:
    return chain.text() if chain else ""
