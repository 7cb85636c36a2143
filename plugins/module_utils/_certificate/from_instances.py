# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Certificates from subscription instances: what the chain asks of ``cas_instance``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._cas.instances import reconcile as instances
from .._cas.instances import refusals
from .._cas.instances.wanted import InstanceWanted
from .._cas.status import VALID
from .._errors import Failure
from .._store.decide import Action
from .._store.model import moment
from .._text import utc_text
from .._x509.csr import read_csr
from .._x509.renewal_window import opens_at, window
from . import texts
from .argspec import INSTANCE
from .source import Foreseen

if TYPE_CHECKING:
    from .._cas.instances.instance import Instance
    from .._cas.instances.select import Seen as InstancesSeen
    from .._plan import Outcome
    from .._reconcile import Run
    from .._x509.certificate import Certificate
    from .observe import Actors, Seen
    from .wanted import CertificateWanted


def foresee(run: Run[Actors], seen: Seen, csr: str) -> Foreseen:
    asked = _asked(seen, csr)
    with _options_of_the_chain():
        found, outcome = instances.foresee(run.actor.cas, asked)
    plan, instance = outcome.plan, outcome.after
    brand = (instance.brand or "").lower() if instance else ""
    foreseen = Foreseen(asked, found, outcome, brand=brand)
    # What is there, while no application for another one is in progress or to be sent.
    there = instance.certificate if instance and instance.status in VALID and not plan.creates else None
    if there is None:
        return foreseen
    if there.sha256_fingerprint == asked.in_use:
        return replace(foreseen, nothing=plan.facts["reason"])
    return replace(foreseen, keeps_key=_keeps_key(seen, asked, there))


def _keeps_key(seen: Seen, asked: InstanceWanted, there: Certificate) -> bool:
    """Whether a certificate that hosting reissued is for the key in use. Raises NotAllowed where another is staged."""
    if asked.csr is None or there.public_key_sha256 in (None, asked.csr.public_key_sha256):
        return False
    staged = seen.look.staged or {}
    if staged.get("key"):
        raise texts.key_staged(seen.wanted, staged["generation"])
    return True


def _asked(seen: Seen, csr: str) -> InstanceWanted:
    wanted, look = seen.wanted, seen.look
    current, staged = look.current or {}, look.staged or {}
    asked = replace(
        wanted.instance(csr, look.in_progress("instance")),
        in_use=str(current.get("sha256_fingerprint", "")),
        recorded_id=current.get("instance_id"),
        key_in_use=current.get("public_key_sha256"),
        due_on_host=seen.action is Action.RENEW,
        force=bool(wanted.options["force"]),
        revoked=bool(seen.revocation.revoked),
    )
    if wanted.options["rotate_key"] or staged.get("key") or asked.csr is None or asked.key_in_use is None:
        return asked
    # The form of an application for the key in use may be there already.
    return replace(asked, csr=replace(asked.csr, public_key_sha256=asked.key_in_use))


def refuse_another_key(run: Run[Actors], foreseen: Foreseen, thing: Instance | None) -> None:
    """The form of an application tells its key, so the plan has refused it already."""


def ensure(run: Run[Actors], foreseen: Foreseen, csr: str) -> Outcome[Instance]:
    seen = _with_csr(foreseen, csr)
    with _options_of_the_chain():
        return instances.ensure_instance(run.actor.cas, seen.wanted, seen)


def _with_csr(foreseen: Foreseen, csr: str) -> InstancesSeen:
    """What was seen and is asked of the service, with the CSR of the generation."""
    seen: InstancesSeen = foreseen.seen
    return replace(seen, wanted=replace(seen.wanted, csr=read_csr(csr, "csr_content"), key_in_use=None))


def await_certificate(run: Run[Actors], foreseen: Foreseen, csr: str, thing: Instance, timeout: float) -> Instance:
    seen = _with_csr(foreseen, csr)
    if not foreseen.outcome.plan.creates and thing.status in VALID and thing.certificate:
        return thing  # it was there before
    with _options_of_the_chain():
        return instances.await_certificate(run.actor.cas, seen, thing, timeout)


def record(seen: Seen, thing: Instance | None) -> dict[str, Any]:
    end = thing.subscription_end if thing else None
    return {
        "instance_id": thing.instance_id if thing else None,
        "subscription_end": utc_text(end) if end else None,
    }


def refuse_another(run: Run[Actors], seen: Seen, foreseen: Foreseen, named: str) -> None:
    instance: Instance | None = foreseen.seen.instance
    if instance is not None and instance.instance_id == named:
        try:
            with _options_of_the_chain():
                instances.refuse_ended(run.actor.cas, foreseen.asked, instance)
        except Failure as failure:
            raise texts.not_issued(seen.wanted, instance, failure, seen.look) from None
    raise texts.gone(seen.wanted, f"instance {named}", seen.look, instance_id=named)


def subscription_warning(wanted: CertificateWanted, current: Mapping[str, Any], now: datetime) -> str | None:
    """What is warned of the subscription that the certificate in use comes from, by what the host has noted."""
    end, begins, ends = (moment(current[name]) for name in ("subscription_end", "not_before", "not_after"))
    if end is None or begins is None or ends is None:
        return None
    opens = opens_at(window(wanted.options["renew_before"], "renew_before"), begins, ends)
    return refusals.noted_subscription_warning(f"instance {current['instance_id']}", (end, ends, opens), now)


@contextmanager
def _options_of_the_chain() -> Iterator[None]:
    """What is refused of an instance is told with the options of ``certificate``."""
    try:
        yield
    except Failure as failure:
        failure.msg = texts.with_options(failure.msg, INSTANCE)
        raise
