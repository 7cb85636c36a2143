# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life cycle of an order: facts with times, and the statuses that follow from them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from ..core.dials import Dials

DAY = 86400.0
# Too big for a float on purpose: the official sample of RenewCertificateOrderForPackageRequest prints it rounded.
FIRST_ORDER = 98987582437920968
FIRST_CERTIFICATE = 14700001


class Phase(Enum):
    """Where an order stands. Names are ours: the service has two vocabularies for it."""

    UNSUBMITTED = "unsubmitted"
    SETTLING = "settling"
    WITHDRAWN = "withdrawn"
    VALIDATING = "validating"
    REVIEWING = "reviewing"
    FAILED = "failed"
    ISSUED = "issued"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    GONE = "gone"


PAYED = frozenset({Phase.UNSUBMITTED, Phase.SETTLING, Phase.WITHDRAWN})
LIVE = frozenset({Phase.ISSUED, Phase.EXPIRING})


@dataclass(frozen=True)
class Order:
    """Facts of one order. A time (Unix seconds, world's clock) is when a fact begins to hold: it may lie ahead."""

    number: int
    names: tuple[str, ...]
    product: str
    method: str
    csr: str
    spki: bytes
    applied: float
    contact: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    takes_unit: bool = True
    renews: int | None = None
    attempt: int = 1
    submitted: float | None = None
    taken_up: float | None = None
    record_out: float | None = None
    proven: float | None = None
    rejected: float | None = None
    issued: float | None = None
    ends: float | None = None
    withdrawn: float | None = None
    revoke_asked: float | None = None
    revoked: float | None = None
    refunded: bool = False
    deleted: float | None = None

    @property
    def certificate_id(self) -> int:
        return FIRST_CERTIFICATE + self.number - FIRST_ORDER

    @property
    def holds_quota(self) -> bool:
        return self.takes_unit and self.deleted is None and not self.refunded


def phase(order: Order, now: float, expiring_days: float = 30.0) -> Phase:
    """The one place where facts become a status; the last thing that happened wins."""
    for since, then in _ladder(order, expiring_days):
        if since is not None and since <= now:
            return then
    return Phase.UNSUBMITTED if order.submitted is None else Phase.SETTLING


def _ladder(order: Order, expiring_days: float) -> Iterator[tuple[float | None, Phase]]:
    yield order.deleted, Phase.GONE
    yield order.revoked, Phase.REVOKED
    # Confirmed that WILLEXPIRED exists; 30 days are deduced from the notices, so a dial.
    yield order.ends, Phase.EXPIRED
    yield (None if order.ends is None else order.ends - expiring_days * DAY), Phase.EXPIRING
    yield order.issued, Phase.ISSUED
    yield order.rejected, Phase.FAILED
    # Confirmed: a cancelled application is payed again (official page of CancelOrderRequest).
    yield order.withdrawn, Phase.WITHDRAWN
    yield order.proven, Phase.REVIEWING
    # payed for some seconds after a create: seen in public code; an old flow page says domain_verify at once.
    yield order.taken_up, Phase.VALIDATING


# Confirmed words of DescribeCertificateState (its official page). Types of expired and revoked orders are
# unconfirmed and dials.
TYPES = {
    Phase.UNSUBMITTED: "payed",
    Phase.SETTLING: "payed",
    Phase.WITHDRAWN: "payed",
    Phase.VALIDATING: "domain_verify",
    Phase.REVIEWING: "process",
    Phase.FAILED: "verify_fail",
    Phase.ISSUED: "certificate",
    Phase.EXPIRING: "certificate",
}

# Confirmed words of ListUserCertificateOrder (its official page). CHECKING for both domain_verify and
# process: seen in the log of a public tool.
STATUSES = {
    Phase.UNSUBMITTED: "PAYED",
    Phase.SETTLING: "PAYED",
    Phase.WITHDRAWN: "PAYED",
    Phase.VALIDATING: "CHECKING",
    Phase.REVIEWING: "CHECKING",
    Phase.FAILED: "CHECKED_FAIL",
    Phase.ISSUED: "ISSUED",
    Phase.EXPIRING: "WILLEXPIRED",
    Phase.EXPIRED: "EXPIRED",
    Phase.REVOKED: "REVOKED",
}


def is_free(product: str) -> bool:
    return "-free-" in product


def issue(order: Order, at: float, dials: Dials) -> Order:
    """Issued at `at`; certificates know whole seconds only."""
    # Free ones 90 days: product text, confirmed. 199 is deduced from the limit of 200 (CA/Browser Forum, SC-081v3).
    days = dials.lifetime_days or (90.0 if is_free(order.product) else 199.0)
    validated = at if order.proven is None else order.proven
    return replace(order, proven=validated, issued=at, ends=math.floor(at) + days * DAY)


def by_itself(order: Order, now: float, dials: Dials) -> Order:
    """What time alone has done to an order, written down as facts."""
    order = _validated_at_once(order, now, dials)
    order = _ran_out(order, now, dials)
    if order.proven is None or dials.proof == "control" or dials.review_seconds is None:
        return order
    due = order.proven + dials.review_seconds
    return issue(order, due, dials) if due <= now and _open(order, due) else order


def _validated_at_once(order: Order, now: float, dials: Dials) -> Order:
    out = order.record_out
    if dials.proof != "at_once" or order.proven is not None or out is None:
        return order
    return replace(order, proven=out) if out <= now and _open(order, out) else order


def _ran_out(order: Order, now: float, dials: Dials) -> Order:
    # How long an application may wait for its validation: unconfirmed, hence a dial.
    if dials.validation_days is None or order.proven is not None or order.taken_up is None:
        return order
    due = order.taken_up + dials.validation_days * DAY
    return replace(order, rejected=due) if due <= now and _open(order, due) else order


def _open(order: Order, at: float) -> bool:
    """Still on its way at that time: neither issued, refused, withdrawn nor gone."""
    ended = (order.issued, order.rejected, order.deleted)
    return all(end is None for end in ended) and (order.withdrawn is None or order.withdrawn > at)
