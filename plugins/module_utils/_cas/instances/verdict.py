# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether an instance needs another certificate, and why. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ..._errors import NotAllowed
from ..renewal_due import judge
from ..status import DEAD, IN_FLIGHT, RUNNING, Status
from . import refusals
from .instance import is_valid, lower
from .select import carries_key, covers

if TYPE_CHECKING:
    from .instance import Instance
    from .select import Seen
    from .wanted import InstanceWanted

# Hosting acts less than 30 days before the expiry: by then it has had half of that time.
_HOSTED_LATE = timedelta(days=15)
_SIXTH = 6


class Verdict(NamedTuple):
    """Whether an application is to be sent, whether a certificate is due, why, and what the user is warned of."""

    applies: bool
    due: bool
    reason: str
    warnings: tuple[str, ...] = ()


def judge_present(seen: Seen, instance: Instance, now: datetime) -> Verdict:
    """Whether an instance needs another certificate. Raises NotAllowed where that cannot be told, or must not be."""
    wanted = about(seen.wanted, instance)
    if instance.is_unused:
        return Verdict(True, True, takes(seen, instance))
    if instance.certificate_status is None:
        return Verdict(True, True, _never_issued(instance))
    if instance.certificate_status in DEAD or wanted.revoked:
        became = "has expired" if instance.certificate_status is Status.EXPIRED else "was revoked"
        return Verdict(True, True, f"the certificate of {lower(instance)} {became}")
    if not covers(wanted, instance):
        names = ", ".join(instance.certificate_domains or instance.form.domains)
        return Verdict(True, True, f"the certificate of {lower(instance)} is for {names}")
    return _judge_valid(seen, instance, now)


def previous_certificate(seen: Seen, now: datetime) -> str | None:
    """The certificate that another one is waited for beside. Its id may be the new one's already, moments before the
    application is shown as ended: that is told by what it is good for."""
    instance = seen.instance
    if instance is None or instance.status not in IN_FLIGHT or not is_valid(instance):
        return instance.certificate_id if instance else None
    if instance.applied:
        return None
    try:
        is_due = judge_present(replace(seen, wanted=replace(seen.wanted, force=False)), instance, now).due
    except NotAllowed:
        is_due = True
    return instance.certificate_id if is_due else None


def _judge_valid(seen: Seen, instance: Instance, now: datetime) -> Verdict:
    wanted = about(seen.wanted, instance)
    if _awaits_install(seen.wanted, instance):
        return Verdict(False, False, f"the certificate of {lower(instance)} is not installed yet")
    found = judge(wanted, instance, now, seen.clock_offset)
    warnings = (found.warning,) if found.warning else ()
    if found.due and not wanted.force and wanted.reuse_hosted and instance.auto_reissue:
        late = _late(instance, now)
        reason = f"{found.reason}; hosting reissues it, so nothing is applied for"
        return Verdict(False, True, reason, (*warnings, *([late] if late else [])))
    if not found.due and not carries_key(wanted, instance):
        if not wanted.reissue_on_key_mismatch:
            refusals.refuse_wrong_certificate(wanted, instance)
        return Verdict(
            True, True, f"the certificate of {lower(instance)} has another key than that of the CSR", warnings
        )
    last = f"; the last application was refused: {instance.refusal}" if found.due and instance.refusal else ""
    return Verdict(found.due, found.due, found.reason + last, warnings)


def _awaits_install(wanted: InstanceWanted, instance: Instance) -> bool:
    """Whether it was issued for the key that the host has staged: it is installed before it may be due."""
    there = instance.certificate
    return (
        wanted.in_use is not None
        and wanted.csr is not None
        and there is not None
        and there.sha256_fingerprint != wanted.in_use
        and instance.public_key_sha256 == wanted.csr.public_key_sha256
    )


def about(wanted: InstanceWanted, instance: Instance) -> InstanceWanted:
    """What is wanted of the newest certificate: what a host says of the one that it uses does not hold for another."""
    there = instance.certificate.sha256_fingerprint if instance.certificate else None
    if wanted.in_use is None or there in (None, wanted.in_use):
        return wanted
    return replace(wanted, force=False, due_on_host=False, revoked=False)


def _late(instance: Instance, now: datetime) -> str | None:
    """A warning when hosting should have acted by now."""
    if instance.not_after is None or instance.not_before is None:
        return None
    left = instance.not_after - now
    if left > min(_HOSTED_LATE, (instance.not_after - instance.not_before) / _SIXTH):
        return None
    return (
        f"Hosting has not reissued the certificate of {lower(instance)} yet, which expires in {max(0, left.days)} "
        "days. Look at the instance in the console; hosting needs Alibaba Cloud DNS and its own quota. To apply now, "
        "set force: true or reuse_hosted: false."
    )


def takes(seen: Seen, instance: Instance) -> str:
    """Why an unused instance is used: which one, and of how many."""
    if seen.stock is None:
        return f"instance {instance.instance_id} is unused"
    fit, after = len(seen.stock.fitting), ""
    if seen.replaced:
        is_over = seen.replaced.subscription not in RUNNING
        why = f"its subscription is {seen.replaced.subscription.value}" if is_over else "a test instance has one"
        after = f"; the certificate of {lower(seen.replaced)} is due or does not serve, and {why}"
    unused = "unused instance that fits" if fit == 1 else "unused instances that fit"
    return f"takes {instance.instance_id}, 1 of {fit} {unused}{after}"


def _never_issued(instance: Instance) -> str:
    if instance.refusal:
        return f"the application of {lower(instance)} was refused: {instance.refusal}"
    return f"{lower(instance)} has no certificate yet"
