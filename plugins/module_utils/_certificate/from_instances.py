# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Certificates from subscription instances: what the chain asks of ``cas_instance``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._cas.instances import reconcile as instances
from .._cas.instances import refusals
from .._cas.instances.wanted import InstanceWanted
from .._cas.status import VALID
from .._errors import Failure, StateNotReached
from .._store.decide import Action
from .._store.model import moment
from .._text import utc_text
from .._x509.csr import read_csr
from .._x509.renewal_window import opens_at, window
from . import texts
from .source import Foreseen

if TYPE_CHECKING:
    from .._cas.instances.instance import Instance
    from .._cas.instances.select import Seen as InstancesSeen
    from .._plan import Outcome
    from .._reconcile import Run
    from .observe import Actors, Seen
    from .wanted import CertificateWanted


def foresee(run: Run[Actors], seen: Seen, csr: str) -> Foreseen:
    asked = _asked(seen, csr)
    try:
        return _foreseen(run, seen, asked)
    except Failure as failure:
        if not failure.facts.get("key_mismatch") or _has_staged_key(seen):
            raise
        # Hosting may have reissued it for the key that is in use.
        found = _foreseen(run, seen, replace(asked, csr=None))
        if not _is_for_key_in_use(seen, found):
            raise
        return replace(found, keeps_key=True)


def _asked(seen: Seen, csr: str) -> InstanceWanted:
    wanted, look = seen.wanted, seen.look
    current = look.current or {}
    return replace(
        wanted.instance(csr, look.noted_instance_id),
        in_use=str(current.get("sha256_fingerprint", "")),
        due_on_host=seen.action is Action.RENEW,
        force=bool(wanted.options["force"]),
        revoked=bool(seen.revocation.revoked),
    )


def _foreseen(run: Run[Actors], seen: Seen, asked: InstanceWanted) -> Foreseen:
    found, outcome = instances.foresee(run.actor.cas, asked)
    instance = outcome.after
    brand = (instance.brand or "").lower() if instance else ""
    is_in_use = instance is not None and not outcome.plan.changed and _is_in_use(asked, instance)
    return Foreseen(asked, found, outcome, outcome.plan.facts["reason"] if is_in_use else None, brand=brand)


def _is_in_use(asked: InstanceWanted, instance: Instance) -> bool:
    """Whether the host has the newest certificate, and no other one is in progress."""
    there = instance.certificate
    return there is not None and instance.status in VALID and there.sha256_fingerprint == asked.in_use


def _has_staged_key(seen: Seen) -> bool:
    return bool(seen.look.staged and seen.look.staged["key"])


def _is_for_key_in_use(seen: Seen, found: Foreseen) -> bool:
    instance: Instance | None = found.outcome.after
    key = (seen.look.current or {}).get("public_key_sha256")
    there = instance.certificate if instance and not found.outcome.plan.changed else None
    return there is not None and key is not None and there.public_key_sha256 == key


def refuse_another_key(run: Run[Actors], foreseen: Foreseen, thing: Instance | None) -> None:
    """The form of an application tells its key, so the plan has refused it already."""


def ensure(run: Run[Actors], foreseen: Foreseen, csr: str) -> Outcome[Instance]:
    seen = _with_csr(foreseen, csr)
    return instances.ensure_instance(run.actor.cas, seen.wanted, seen)


def _with_csr(foreseen: Foreseen, csr: str) -> InstancesSeen:
    """What was seen and is asked of the service, with the CSR of the generation."""
    seen: InstancesSeen = foreseen.seen
    return replace(seen, wanted=replace(seen.wanted, csr=read_csr(csr, "csr_content")))


def await_certificate(run: Run[Actors], foreseen: Foreseen, csr: str, thing: Instance, timeout: float) -> Instance:
    seen = _with_csr(foreseen, csr)
    if not foreseen.outcome.plan.creates and thing.status in VALID and thing.certificate:
        return thing  # it was there before
    before = (seen.replaced or seen.instance) if seen.instance else None
    known = before.certificate_id if before and before.instance_id == thing.instance_id else None
    return instances.await_certificate(run.actor.cas, seen.wanted, thing, known, timeout)


def record(seen: Seen, thing: Instance | None) -> dict[str, Any]:
    end = thing.subscription_end if thing else None
    return {
        "instance_id": thing.instance_id if thing else None,
        "subscription_end": utc_text(end) if end else None,
    }


def refuse_another(run: Run[Actors], seen: Seen, foreseen: Foreseen, named: str) -> None:
    instance: Instance | None = foreseen.seen.instance
    if instance is None or instance.instance_id != named or instance.refusal is None:
        raise texts.gone(seen.wanted, f"instance {named}", seen.look, instance_id=named)
    refused = StateNotReached(
        f"The application of {instance.named[:1].lower()}{instance.named[1:]} was refused. The service says: "
        f"{instance.refusal}. Check the record or file that was to be published, CAA records, and the contact. Run the "
        "task again to apply again."
    )
    raise texts.not_issued(seen.wanted, instance, refused, seen.look)


def subscription_warning(wanted: CertificateWanted, current: Mapping[str, Any], now: datetime) -> str | None:
    """What is warned of the subscription that the certificate in use comes from, by what the host has noted."""
    end, begins, ends = (moment(current[name]) for name in ("subscription_end", "not_before", "not_after"))
    if begins is None or ends is None:
        return None
    opens = opens_at(window(wanted.options["renew_before"], "renew_before"), begins, ends)
    return refusals.subscription_warning(f"instance {current['instance_id']}", end, ends, opens, now)
