# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What is due for a certificate in a store, and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from .._text import utc_text
from .._x509.hostnames import same_order_names, uncovered
from .._x509.renewal_window import Due, Window, is_due, was_due_at
from .model import Generation, Record, Served, is_served

if TYPE_CHECKING:
    from .._x509.certificate import Certificate
    from .._x509.csr import Csr


class Action(Enum):
    NOTHING = "nothing"
    RELOAD = "reload"
    INSTALL = "install"
    APPLY = "apply"
    RENEW = "renew"


class Installed(NamedTuple):
    """A complete generation with what is in it."""

    generation: Generation
    certificate: Certificate
    record: Record | None

    @property
    def order_id(self) -> str | None:
        return self.record.order_id if self.record else None

    @property
    def source(self) -> str | None:
        """The order or the instance that it comes from, as sentences call it."""
        return self.record.named if self.record else None

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the order, else those of the certificate."""
        return self.record.domains if self.record and self.record.domains else self.certificate.domains

    def is_for(self, domains: Sequence[str]) -> bool:
        """Whether it was ordered for these names, or without a record, covers them."""
        if self.record and self.record.domains:
            return same_order_names(domains, self.record.domains)
        return not uncovered(domains, self.certificate.domains)


class Staged(NamedTuple):
    """A generation that waits for its certificate."""

    generation: Generation
    record: Record | None
    csr: Csr | None = None

    @property
    def order_id(self) -> str | None:
        return self.record.order_id if self.record else None

    @property
    def source(self) -> str | None:
        """The order, or the instance, whose certificate it waits for."""
        return self.record.named if self.record else None

    @property
    def renews(self) -> str | None:
        return self.record.renews if self.record else None


class CertificateWanted(NamedTuple):
    """The certificate that should be in use; ``domains`` are A-labels.

    ``product_code`` is None where its successor comes from an instance.
    """

    domains: tuple[str, ...]
    product_code: str | None
    renew_before: Window

    def is_source_of(self, record: Record | None) -> bool:
        """Whether what is recorded comes from where the successor will: from an instance, or from an order."""
        return record is not None and bool(record.instance_id if self.product_code is None else record.order_id)


class Seen(NamedTuple):
    """What the store and the endpoints show; ``served`` is None where it was not asked for.

    ``missing`` says which forms and links the generation in use lacks.
    """

    current: Installed | None = None
    staged: Staged | None = None
    ready: Installed | None = None
    served: Sequence[Served] | None = None
    missing: Sequence[str] = ()


class Decision(NamedTuple):
    action: Action
    reason: str
    warnings: tuple[str, ...] = ()
    due_at_once: bool = False


def decide(wanted: CertificateWanted, seen: Seen, now: datetime) -> Decision:
    """The one table of the store: the first row that holds decides."""
    if seen.ready:
        return Decision(Action.INSTALL, f"generation {seen.ready.generation.number} is complete, but not in use")
    current, staged = seen.current, seen.staged
    if current is None:
        return Decision(Action.APPLY, f"no certificate is installed{_resumes(staged, wanted)}")
    strange = _other_names(wanted, current)
    if strange:
        return Decision(Action.APPLY, strange + _resumes(staged, wanted))
    certificate = current.certificate
    due, why, warning = is_due(wanted.renew_before, certificate.not_before, certificate.not_after, now)
    decision = _by_date(wanted, seen, current, Due(due, why), now)
    return decision._replace(warnings=(*((warning,) if warning else ()), *decision.warnings))


def _by_date(wanted: CertificateWanted, seen: Seen, current: Installed, dates: Due, now: datetime) -> Decision:
    """What follows for a certificate that has the wanted names."""
    staged, due, why = seen.staged, dates.due, dates.reason
    if staged and wanted.is_source_of(staged.record):
        renews = staged.renews or (due and current.source)
        what = staged.source if staged.order_id else f"an application of {staged.source}"
        reason = f"{what} is in progress{_resumes(staged)}"
        return Decision(Action.RENEW if renews else Action.APPLY, reason)
    stored = _stored_when_due(wanted, current, now) if due else None
    if stored:
        return _due_at_once(wanted, seen, current, why, stored)
    if due:
        return _successor(wanted, current, why, staged)
    return _in_use(current, seen, why)


def _stored_when_due(wanted: CertificateWanted, current: Installed, now: datetime) -> datetime | None:
    """When the certificate in use was stored, if it was due then already: so would be another one of this product.

    A moment that is still to come was noted by a clock that is right now.
    """
    record, certificate = current.record, current.certificate
    if record is None or record.stored is None or record.stored > now or not wanted.is_source_of(record):
        return None
    if record.product_code != wanted.product_code:
        return None
    due = was_due_at(wanted.renew_before, certificate.not_before, certificate.not_after, record.stored)
    return record.stored if due else None


def _due_at_once(wanted: CertificateWanted, seen: Seen, current: Installed, why: str, stored: datetime) -> Decision:
    """Nothing is ordered that has to be ordered again at once; the certificate in use is looked after as ever."""
    certificate = current.certificate
    reason = f"{why}; it was due already when it was stored, so a successor would be due at once, too"
    warning = (
        f"renew_before: the certificate of {current.source} was due already when it was stored at "
        f"{utc_text(stored)}, so its successor would be due at once, too, and no successor is ordered. It is valid "
        f"from {utc_text(certificate.not_before)} to {utc_text(certificate.not_after)}. Check the clock of this host, "
        f"the window (renew_before is {wanted.renew_before}), and whether the CA issued it with little time left; "
        'correct what is wrong. To order a successor all the same, remove "stored" from its order.json.'
    )
    return _in_use(current, seen, reason)._replace(warnings=(warning,), due_at_once=True)


def _other_names(wanted: CertificateWanted, current: Installed) -> str | None:
    missing = uncovered(wanted.domains, current.certificate.domains)
    # From an instance, a certificate with more names serves; its successor will have those that are wanted.
    if current.is_for(wanted.domains) or (wanted.product_code is None and not missing):
        return None
    if current.record and current.record.domains:
        return f"the certificate in use was ordered for {', '.join(current.record.domains)}"
    return f"the certificate in use does not cover {', '.join(missing)}"


def _resumes(staged: Staged | None, wanted: CertificateWanted | None = None) -> str:
    """What a staged generation spares; with what is ``wanted``, its order or instance, too."""
    if staged is None:
        return ""
    number = staged.generation.number
    what = f"the key of generation {number}" if staged.generation.has_key else f"generation {number}"
    is_named = wanted is not None and wanted.is_source_of(staged.record)
    return f", resumes with {what}" + (f" and {staged.source}" if is_named else "")


def _successor(wanted: CertificateWanted, current: Installed, why: str, staged: Staged | None) -> Decision:
    other = _other_source(wanted, current)
    if other:
        return Decision(Action.APPLY, f"{why}; {other}{_resumes(staged)}")
    return Decision(Action.RENEW, why + _resumes(staged))


def _other_source(wanted: CertificateWanted, current: Installed) -> str | None:
    """Why the successor is not a renewal of what is recorded."""
    product = current.record.product_code if current.record else None
    if current.source is None:
        return f"no {'order' if wanted.product_code else 'instance'} is recorded that could be renewed"
    if not wanted.is_source_of(current.record):
        return f"it comes from {current.source}"
    if product != wanted.product_code:
        return f"{current.source} is for {product or 'a product that is not recorded'}, not {wanted.product_code}"
    return None


def _in_use(current: Installed, seen: Seen, why: str) -> Decision:
    number, print_, served = current.generation.number, current.certificate.sha256_fingerprint, seen.served
    if seen.missing:
        return Decision(Action.INSTALL, f"generation {number} is in use, but {', '.join(seen.missing)}")
    if not current.generation.verified:
        return Decision(Action.RELOAD, f"generation {number} is in use, but not verified after a reload")
    if served is None:
        return Decision(Action.NOTHING, why)
    if is_served(print_, served):
        return Decision(Action.NOTHING, f"{why}; the served certificate is the installed one")
    return Decision(Action.RELOAD, "; ".join(_differences(print_, served)))


def _differences(installed: str, served: Sequence[Served]) -> list[str]:
    return [
        f"{each.where}: {each.problem}"
        if each.sha256_fingerprint is None
        else f"{each.where} serves {_short(each.sha256_fingerprint)}, not the installed {_short(installed)}"
        for each in served
        if each.sha256_fingerprint != installed
    ]


def _short(fingerprint: str) -> str:
    return fingerprint[:11] + ".."
