# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Certificates from orders of resource plans: what the chain asks of ``cas_order`` and ``cas_order_renew``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Union

from .._cas.orders import reconcile as orders
from .._cas.orders.wanted import OrderWanted, RenewalWanted
from .._errors import Failure, NotAllowed
from .._store.decide import Action
from .._x509.csr import read_csr
from . import texts
from .source import Foreseen

if TYPE_CHECKING:
    from .._cas.orders.order import Order
    from .._cas.orders.select import Seen as OrdersSeen
    from .._plan import Outcome
    from .._reconcile import Run
    from .observe import Actors, Seen

    Ordering = Union[OrderWanted, RenewalWanted]


def foresee(run: Run[Actors], seen: Seen, csr: str) -> Foreseen:
    return _foresee_noted(run, seen, csr) or _foresee(run, seen, csr)


def _foresee(run: Run[Actors], seen: Seen, csr: str) -> Foreseen:
    wanted, look = seen.wanted, seen.look
    ordering: Ordering
    if seen.action is Action.RENEW:
        ordering = wanted.renewal(csr, look.renews or look.current_order_id, bool(seen.revocation.revoked))
    else:
        ordering = wanted.order(csr)
    return _foreseen(ordering, *orders.foresee(run.actor.cas, ordering))


def _foreseen(ordering: Ordering, seen: OrdersSeen[Any], outcome: Outcome[Order]) -> Foreseen:
    facts = outcome.plan.facts
    # By the service's own word it is not due yet, and no successor is there.
    is_not_due = facts.get("due") is False and facts.get("previous_order_id") is None
    brand = ordering.product_code.partition("-")[0]
    return Foreseen(ordering, seen, outcome, facts["reason"] if is_not_due else None, brand=brand)


def _foresee_noted(run: Run[Actors], seen: Seen, csr: str) -> Foreseen | None:
    """The order that this machine made a moment ago for the host, read by its number; None where it does not serve."""
    noted = seen.look.in_progress("order")
    if noted is None:
        return None
    ordering = seen.wanted.order(csr, noted)
    if orders.made_here(run.actor.cas, ordering) != noted:
        return None
    try:
        found = _foreseen(ordering, *orders.foresee(run.actor.cas, ordering))
    except NotAllowed:
        return None
    return None if found.outcome.plan.changed else found


def refuse_another_key(run: Run[Actors], foreseen: Foreseen, thing: Order | None) -> None:
    orders.refuse_another_key(run.actor.cas, foreseen.seen.wanted, thing)


def ensure(run: Run[Actors], foreseen: Foreseen, csr: str) -> Outcome[Order]:
    asked = _asked(foreseen, csr)
    make: Any = orders.ensure_renewal if isinstance(asked.wanted, RenewalWanted) else orders.ensure_order
    outcome: Outcome[Order] = make(run.actor.cas, asked.wanted, asked)
    orders.refuse_another_key(run.actor.cas, asked.wanted, outcome.after)
    return outcome


def await_certificate(run: Run[Actors], foreseen: Foreseen, csr: str, thing: Order, timeout: float) -> Order:
    return orders.await_certificate(run.actor.cas, _asked(foreseen, csr).wanted, thing, timeout)


def _asked(foreseen: Foreseen, csr: str) -> OrdersSeen[Any]:
    """What was seen and is asked of the service, with the CSR of the generation. The quota was read for the plan."""
    seen: OrdersSeen[Any] = foreseen.seen
    application = replace(seen.wanted.application, csr=read_csr(csr, "csr_content"))
    return replace(seen, wanted=replace(seen.wanted, application=application, check_quota=False))


def record(seen: Seen, thing: Order | None) -> dict[str, Any]:
    look, asked = seen.look, seen.foreseen.asked if seen.foreseen else None
    order_id = thing.order_id if thing else None
    is_noted = order_id is not None and order_id == look.in_progress("order")
    previous = asked.order_id if isinstance(asked, RenewalWanted) else look.renews if is_noted else None
    return {
        "order_id": order_id,
        "product_code": seen.wanted.options["product_code"],
        "renews": previous if order_id and previous != order_id else None,
    }


def refuse_another(run: Run[Actors], seen: Seen, foreseen: Foreseen, named: str) -> None:
    for order in filter(None, (foreseen.seen.chosen, *foreseen.seen.alike)):
        if order.order_id == named:
            try:
                orders.await_certificate(run.actor.cas, foreseen.seen.wanted, order, seen.wanted.timeout)
            except Failure as failure:
                raise texts.not_issued(seen.wanted, order, failure, seen.look) from None
    raise texts.gone(seen.wanted, f"order {named}", seen.look, order_id=named)
