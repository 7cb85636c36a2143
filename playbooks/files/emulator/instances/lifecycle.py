# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life cycle of an instance: the statuses that follow from facts, and what time alone does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from ..core.dials import Dials
from .facts import Application, Certificate, Form, Instance
from .specs import TEST, certified_names, is_test

DAY = 86400.0
MONTH = 365 * DAY / 12
FIRST_CERTIFICATE = 21500001
HOSTING_DAYS = 30.0  # help page on hosting: less than 30 calendar days before the end


class Phase(Enum):
    """Where an instance stands. Values are the words of Status: docstring of the official SDK, confirmed."""

    INACTIVE = "inactive"
    PENDING = "pending"
    NORMAL = "normal"
    EXPIRING = "willExpire"
    EXPIRED = "expired"
    REFUNDED = "refund"
    CLOSED = "closed"
    GONE = "gone"


RUNNING = frozenset({Phase.INACTIVE, Phase.NORMAL, Phase.EXPIRING})


def phase(instance: Instance, now: float, dials: Dials) -> Phase:
    """The one place where facts become a status; the first that holds wins."""
    for since, then in _ladder(instance, dials):
        if since is not None and since <= now:
            return then
    return _rest(instance, now, dials)


def _ladder(instance: Instance, dials: Dials) -> Iterator[tuple[float | None, Phase]]:
    yield instance.deleted, Phase.GONE
    yield instance.closed, Phase.CLOSED
    yield instance.refunded, Phase.REFUNDED
    # That a subscription which is over is not told as pending any more: unconfirmed.
    yield term_end(instance, dials), Phase.EXPIRED


def _rest(instance: Instance, now: float, dials: Dials) -> Phase:
    """Not finished: pending, about to expire, or at rest. That pending wins over willExpire is unconfirmed."""
    last = instance.application
    if last is not None and last.is_open(now):
        return Phase.PENDING
    if term_end(instance, dials) - dials.term_expiring_days * DAY <= now:
        return Phase.EXPIRING
    if instance.certificates:
        return Phase.NORMAL
    if last is None:
        return Phase.INACTIVE
    # A withdrawn, never issued instance rests on normal: seen in acceptance tests. After a refusal: unconfirmed.
    return Phase(dials.after_refusal if last.withdrawn is None else dials.after_withdrawal)


def term_end(instance: Instance, dials: Dials) -> float:
    """When the subscription is over.

    OrderStartTime and OrderEndTime give its length, InstanceStartTime is empty before the first issue: docstrings of
    the official SDK. That the term is counted from the first issue is deduced from that, hence a dial.
    """
    if instance.ended is not None:
        return instance.ended
    first = instance.certificates[0].issued if instance.certificates and dials.term_from == "issue" else instance.bought
    return first + instance.months * MONTH


def certificate_word(certificate: Certificate, now: float, dials: Dials) -> str:
    """CertificateStatus: docstring of the official SDK, confirmed; when willExpire begins is deduced."""
    if certificate.revoked is not None and certificate.revoked <= now:
        return "revoked"
    if certificate.ends <= now:
        return "expired"
    return "willExpire" if certificate.ends - dials.expiring_days * DAY <= now else "issued"


def is_live(certificate: Certificate | None, now: float) -> bool:
    return certificate is not None and certificate.ends > now and certificate.revoked is None


def issue(instance: Instance, at: float, dials: Dials) -> Instance:
    """The CA issues what was applied for; a withdrawal that has not taken effect comes too late."""
    last = instance.application
    if last is None:
        raise ValueError("an instance without application")
    validated = at if last.proven is None else last.proven
    done = replace(last, proven=validated, issued=at, withdrawn=None, result="issued")
    return replace(_with_certificate(instance, last.form, last.attempt, at, dials), application=done)


def refuse(instance: Instance, at: float, result: str) -> Instance:
    """The CA refuses what was applied for; the instance keeps the certificate that it has."""
    if instance.application is None:
        raise ValueError("an instance without application")
    return replace(instance, application=replace(instance.application, refused=at, withdrawn=None, result=result))


def reissue_by_hosting(instance: Instance, at: float, dials: Dials) -> Instance:
    """Hosting applies and issues in one go; the names and the CSR are those of the certificate before."""
    before = instance.certificates[-1]
    attempt = next_attempt(instance)
    grown = _with_certificate(instance, before.form, attempt, at, dials)
    last = Application(attempt, before.form, at, at, at, proven=at, issued=at, result="issued")
    hosted = replace(grown.certificates[-1], hosted=True)
    return replace(grown, application=last, certificates=(*instance.certificates, hosted))


def hosting_due(instance: Instance, now: float, dials: Dials) -> float | None:
    """When hosting has to act, if that is over by now: not while an application is open, not after the term."""
    newest, last = instance.newest, instance.application
    if newest is None or newest.revoked is not None or last is None or last.end is None:
        return None
    due = max(newest.ends - HOSTING_DAYS * DAY, newest.issued, last.end)
    return due if due <= now and due < min(newest.ends, term_end(instance, dials)) else None


def next_attempt(instance: Instance) -> int:
    return 1 if instance.application is None else instance.application.attempt + 1


def _with_certificate(instance: Instance, form: Form, attempt: int, at: float, dials: Dials) -> Instance:
    # About 90 days for TEST, 199 else: seen, and notices of the CAs.
    days = dials.lifetime_days or (90.0 if instance.kind == TEST else 199.0)
    names = certified_names(form.names, form.method, instance.spec) if dials.added_names == "brand" else form.names
    number = FIRST_CERTIFICATE + 1000 * instance.number + attempt
    ends = math.floor(at) + days * DAY
    new = Certificate(number, attempt, form, names, at, ends)
    grown = replace(instance, certificates=(*instance.certificates, new))
    if not dials.cut_to_term:
        return grown
    ends = min(ends, float(math.floor(term_end(grown, dials))))
    return replace(grown, certificates=(*instance.certificates, replace(new, ends=ends)))


def by_itself(instance: Instance, now: float, dials: Dials) -> Instance:
    """What time alone has done to an application, written down as facts. Hosting by time is the world's."""
    last = instance.application
    if last is None or last.issued is not None or last.refused is not None:
        return instance
    last = _failed(_validated(last, now, dials), now, dials)
    changed = instance if last is instance.application else replace(instance, application=last)
    waits = dials.proof == "control" and not last.automatic
    if last.proven is None or waits or dials.review_seconds is None:
        return changed
    due = last.proven + dials.review_seconds
    if due > now or not last.is_open(due):
        return changed
    return refuse(changed, due, dials.refusal_text) if dials.ca_refuses else issue(changed, due, dials)


def _validated(last: Application, now: float, dials: Dials) -> Application:
    out = last.records_out
    ripe = dials.proof == "at_once" and last.proven is None and out <= now and last.is_open(out)
    return replace(last, proven=out) if ripe and last.failed is None else last


def _failed(last: Application, now: float, dials: Dials) -> Application:
    """A submission that never reached the CA: GetTaskAttribute tells it, the Status perhaps not."""
    if last.failed is None or last.failed > now or not last.message or dials.failed_stays_pending:
        return last
    return replace(last, refused=last.failed, withdrawn=None) if last.is_open(last.failed) else last


def can_apply_again(instance: Instance, dials: Dials) -> bool:
    """A second application on an instance that had a certificate: undocumented in code; never tried on TEST ones."""
    if not instance.certificates:
        return True
    return dials.reissue == "all" or (dials.reissue == "buy" and not is_test(instance.kind))
