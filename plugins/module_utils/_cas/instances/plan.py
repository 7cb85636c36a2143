# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies between what a task wants of an instance and what is: pure functions from both to a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._errors import NotAllowed
from ..._plan import Plan, Step
from ..._x509.renewal_window import opens_at
from ..renewal_due import judge
from ..status import DEAD, IN_FLIGHT, RUNNING, VALID, Status, Subscription
from . import refusals, steps
from .instance import Instance, is_valid
from .select import carries_key, covers
from .wanted import State

if TYPE_CHECKING:
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


def plan_instance(seen: Seen, now: datetime) -> Plan[Instance]:
    """The plan of ``cas_instance``."""
    return _RULES[seen.wanted.state](seen, now)


def judge_present(seen: Seen, instance: Instance, now: datetime) -> Verdict:
    """Whether an instance needs another certificate. Raises NotAllowed where that cannot be told, or must not be."""
    wanted = about(seen.wanted, instance)
    if instance.is_unused:
        return Verdict(True, True, _takes(seen, instance))
    if instance.certificate_status is None:
        return Verdict(True, True, _never_issued(instance))
    if instance.certificate_status in DEAD or wanted.revoked:
        became = "has expired" if instance.certificate_status is Status.EXPIRED else "was revoked"
        return Verdict(True, True, f"the certificate of {_lower(instance)} {became}")
    if not covers(wanted, instance):
        names = ", ".join(instance.certificate_domains or instance.form.domains)
        return Verdict(True, True, f"the certificate of {_lower(instance)} is for {names}")
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
        return Verdict(False, False, f"the certificate of {_lower(instance)} is not installed yet")
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
            True, True, f"the certificate of {_lower(instance)} has another key than that of the CSR", warnings
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
        f"Hosting has not reissued the certificate of {_lower(instance)} yet, which expires in {max(0, left.days)} "
        "days. Look at the instance in the console; hosting needs Alibaba Cloud DNS and its own quota. To apply now, "
        "set force: true or reuse_hosted: false."
    )


def _takes(seen: Seen, instance: Instance) -> str:
    if seen.stock is None:
        return f"instance {instance.instance_id} is unused"
    fit, after = len(seen.stock.fitting), ""
    if seen.replaced:
        is_over = seen.replaced.subscription not in RUNNING
        why = f"its subscription is {seen.replaced.subscription.value}" if is_over else "a test instance has one"
        after = f"; the certificate of {_lower(seen.replaced)} is due or does not serve, and {why}"
    unused = "unused instance that fits" if fit == 1 else "unused instances that fit"
    return f"takes {instance.instance_id}, 1 of {fit} {unused}{after}"


def _never_issued(instance: Instance) -> str:
    if instance.refusal:
        return f"the application of {_lower(instance)} was refused: {instance.refusal}"
    return f"{_lower(instance)} has no certificate yet"


def _lower(instance: Instance) -> str:
    return instance.named[:1].lower() + instance.named[1:]


def _the(seen: Seen) -> Instance:
    """The instance that the task is about."""
    if seen.instance is None:
        raise AssertionError("an instance that does not exist is refused where it is looked for")
    return seen.instance


def _present(seen: Seen, now: datetime) -> Plan[Instance]:
    instance, wanted = _the(seen), seen.wanted
    refusals.refuse_unknown(instance)
    if instance.status in IN_FLIGHT:
        refusals.refuse_in_progress(wanted, instance)
        reason = f"{_lower(instance)} has an application in progress"
        facts = {**_facts(seen, True, reason), "previous_certificate_id": previous_certificate(seen, now)}
        return Plan(instance, tuple(steps.tag(wanted, instance)), facts)
    verdict = judge_present(seen, instance, now)
    if not verdict.applies:
        return _keep(seen, instance, verdict, now)
    _refuse_application(seen, instance, verdict.reason)
    found = _form_and_settings(seen, instance, verdict.reason, applies=True)
    last = found[-1].leaves or instance if found else instance
    found.append(steps.apply(seen, last, verdict.reason))
    return Plan(instance, tuple(found), _facts(seen, verdict.due, verdict.reason), verdict.warnings)


def _keep(seen: Seen, instance: Instance, verdict: Verdict, now: datetime) -> Plan[Instance]:
    """A certificate that serves, and what needs no application."""
    if is_valid(instance):
        refusals.refuse_wrong_certificate(seen.wanted, instance)
    is_over = instance.subscription not in RUNNING
    found = steps.tag(seen.wanted, instance) if is_over else _settings(seen, instance)
    warned = (
        refusals.subscription_warning(instance, now, _opens(seen.wanted, instance)),
        refusals.unchangeable(instance) if is_over and steps.settings_differ(seen.wanted, instance) else None,
        refusals.unread(instance) if seen.wanted.csr and instance.public_key_sha256 is None else None,
    )
    warnings = (*verdict.warnings, *filter(None, warned))
    return Plan(instance, tuple(found), _facts(seen, verdict.due, verdict.reason), warnings)


def _opens(wanted: InstanceWanted, instance: Instance) -> datetime | None:
    if instance.not_before is None or instance.not_after is None:
        return None
    return opens_at(wanted.renew_before, instance.not_before, instance.not_after)


def _refuse_application(seen: Seen, instance: Instance, why: str) -> None:
    """Refuse an application that cannot succeed, or must not be sent."""
    wanted = seen.wanted
    refusals.refuse_subscription_over(instance, why)
    refusals.refuse_used_test(seen, instance, why)
    refusals.refuse_elsewhere(wanted, instance)
    refusals.refuse_misfit(wanted, instance)
    refusals.refuse_no_contact(seen, instance)
    refusals.refuse_no_company(seen, instance)


def _form_and_settings(seen: Seen, instance: Instance, reason: str, applies: bool) -> list[Step[Instance]]:
    """The form of an application, and what is to be changed beside it."""
    if not steps.form_differs(seen, instance):
        return _settings(seen, instance, applies)
    filled = steps.fill_in(seen, instance, reason)
    return _checked(seen, instance, [filled])


def _settings(seen: Seen, instance: Instance, applies: bool = False) -> list[Step[Instance]]:
    """What is to be changed, and needs no application."""
    differs = steps.settings_differ(seen.wanted, instance, applies)
    return _checked(seen, instance, [steps.set_up(seen.wanted, instance, applies)] if differs else [])


def _checked(seen: Seen, instance: Instance, found: list[Step[Instance]]) -> list[Step[Instance]]:
    """Changes that are allowed, and the tags."""
    if seen.wanted.auto_reissue and not instance.auto_reissue and any("AutoReissue" in each.params for each in found):
        refusals.refuse_hosting(seen)
    last = found[-1].leaves if found else instance
    return [*found, *steps.tag(seen.wanted, last or instance)]


def _configured(seen: Seen, now: datetime) -> Plan[Instance]:
    """The form and the rest, and no application. While one is in progress, the service takes no other form."""
    instance, wanted = _the(seen), seen.wanted
    refusals.refuse_unknown(instance)
    if wanted.domains:
        refusals.refuse_elsewhere(wanted, instance)
        refusals.refuse_misfit(wanted, instance)
    if instance.status in IN_FLIGHT:
        refusals.refuse_in_progress(wanted, instance)
        return Plan(instance, tuple(steps.tag(wanted, instance)), _facts(seen, False, "an application is in progress"))
    reason = _takes(seen, instance) if instance.is_unused and seen.stock else "the form differs"
    found = _form_and_settings(seen, instance, reason, applies=False)
    if any(step.action == steps.UPDATE for step in found):
        refusals.refuse_subscription_over(instance, reason)
    return Plan(instance, tuple(found), _facts(seen, False, reason if found else "nothing differs"))


def _cancelled(seen: Seen, now: datetime) -> Plan[Instance]:
    if seen.instance is None:
        return Plan(None, (), {"reason": f"no instance of the pool is for {seen.wanted.named}"})
    instance = seen.instance
    refusals.refuse_unknown(instance)
    is_there = instance.status in IN_FLIGHT
    reason = f"{_lower(instance)} has {'an' if is_there else 'no'} application in progress"
    return Plan(instance, (steps.cancel(instance),) if is_there else (), {"reason": reason})


def _revoked(seen: Seen, now: datetime) -> Plan[Instance]:
    instance, certificate_id = _the(seen), str(seen.wanted.certificate_id)
    refusals.refuse_unknown(instance)
    if seen.revoking is None or seen.revoking is Status.UNKNOWN:
        what = "is not one of its certificates" if seen.revoking is None else "is in a state unknown to this collection"
        raise NotAllowed(
            f"certificate_id: certificate {certificate_id} of instance {instance.instance_id} {what}. Nothing was "
            "revoked. cas_instance_info tells the newest certificate of an instance.",
            instance_id=instance.instance_id,
        )
    is_valid_one = seen.revoking in VALID
    reason = f"certificate {certificate_id} is {seen.revoking.value}"
    return Plan(instance, (steps.revoke(instance, certificate_id),) if is_valid_one else (), {"reason": reason})


def _refunded(seen: Seen, now: datetime) -> Plan[Instance]:
    instance = _the(seen)
    refusals.refuse_unknown(instance)
    refusals.refuse_refund(instance)
    is_back = instance.subscription is Subscription.REFUNDED
    reason = f"{_lower(instance)} {'was refunded' if is_back else 'never had a certificate'}"
    return Plan(instance, () if is_back else (steps.refund(instance),), {"reason": reason})


def _facts(seen: Seen, due: bool, reason: str) -> dict[str, Any]:
    previous = seen.replaced or seen.instance
    stock = {"quota": seen.stock.public(seen.takes_unused)} if seen.stock is not None and seen.takes_unused else {}
    return {
        "due": due,
        "reason": reason,
        "previous_certificate_id": previous.certificate_id if previous else None,
        **stock,
    }


_Rule = Callable[["Seen", datetime], "Plan[Instance]"]
# The table of cas_instance: what follows from each state that can be wanted.
_RULES: dict[State, _Rule] = {
    State.PRESENT: _present,
    State.CONFIGURED: _configured,
    State.CANCELLED: _cancelled,
    State.REVOKED: _revoked,
    State.REFUNDED: _refunded,
}
