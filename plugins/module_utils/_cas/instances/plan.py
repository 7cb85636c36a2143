# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies between what a task wants of an instance and what is: pure functions from both to a plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._errors import NotAllowed
from ..._plan import Plan, Step
from ..._x509.renewal_window import opens_at
from ..status import IN_FLIGHT, RUNNING, VALID, Status, Subscription
from . import refusals, steps
from .instance import Instance, is_valid, lower
from .verdict import Verdict, judge_present, previous_certificate, takes
from .wanted import State

if TYPE_CHECKING:
    from .select import Seen
    from .wanted import InstanceWanted


def plan_instance(seen: Seen, now: datetime) -> Plan[Instance]:
    """The plan of ``cas_instance``."""
    return _RULES[seen.wanted.state](seen, now)


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
        reason = f"{lower(instance)} has an application in progress"
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
    refusals.refuse_no_domains(seen, instance)
    reason = takes(seen, instance) if instance.is_unused and seen.stock else "the form differs"
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
    reason = f"{lower(instance)} has {'an' if is_there else 'no'} application in progress"
    return Plan(instance, (steps.cancel(instance, now),) if is_there else (), {"reason": reason})


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
    reason = f"{lower(instance)} {'was refunded' if is_back else 'never had a certificate'}"
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
