# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Executes the steps of a plan: one call for each, nothing revoked unasked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ..._errors import ApiError, Kind, NotAllowed, OutcomeUnknown, StateNotReached
from ..._plan import Repeat, Step
from ..._reconcile import LOOKS, RUN_AGAIN, ApiRun, Done, find_after_loss
from ..status import PENDING, Status, Subscription
from ..wait.one import Pauses, poll
from . import api, steps
from .apply import send_application
from .looks import looked_at, refuse_taken
from .steps import form_differs

if TYPE_CHECKING:
    from .instance import Instance
    from .lock import Lock
    from .select import Seen

# Seconds. An instance cannot be changed for up to minutes after a purchase or the end of an application, and refunded
# only some seconds after the purchase.
_PROTECTED, _PAUSE = 300.0, 5.0
_NOT_YET = {
    steps.UPDATE: ("InvalidStatus.UpdateProtection",),
    steps.REFUND: ("CouldNotRefund.NotSupport",),
    steps.CANCEL: ("OperationDenied.StatusNotSupport",),
}
_MOST_NOT_YET = {steps.UPDATE: _PROTECTED, steps.REFUND: 75.0}


def execute(run: ApiRun, seen: Seen, step: Step[Instance], lock: Lock) -> Done[Instance]:
    """Execute one step of a plan."""
    lock.take(str(step.target.id))
    if seen.takes_unused:
        lock.takes(seen.wanted, str(step.target.id))
    done = send_application(run, seen, step, lock) if step.repeat is Repeat.NEVER else _change(run, seen, step)
    lock.latest = done.after
    if step.action == steps.CANCEL:
        lock.clear(str(step.target.id))  # nothing that was sent is on its way any more
    return done


def _change(run: ApiRun, seen: Seen, step: Step[Instance]) -> Done[Instance]:
    """Send a step that changes an instance, and see its effect."""
    effect = partial(_EFFECTS[step.action], run, seen, step)
    if step.action in (steps.REVOKE, steps.REFUND):
        _refuse_if_moved_on(run, seen, step)
    try:
        found = _send(run, step, effect)
    except OutcomeUnknown as lost:
        lost.add(instance_id=step.target.id)
        return Done(find_after_loss(run, step, lost, effect, (0.0, *LOOKS)))
    found = found or poll(run, Pauses(run, min(seen.wanted.waiting.interval, _PAUSE)), effect)
    if found is None:
        raise StateNotReached(
            f"The service accepted {step.action} for instance {step.target.id}, but shows no effect yet. {RUN_AGAIN}",
            instance_id=step.target.id,
            action=step.action,
        )
    return Done(found)


def _send(run: ApiRun, step: Step[Instance], effect: Callable[[], Instance | None]) -> Instance | None:
    """Send a step; again where the service only says that it is too early.

    After each refusal, a look tells whether there is anything left to do, or another task was faster.
    """
    codes, most = _NOT_YET.get(step.action, ()), _MOST_NOT_YET.get(step.action)
    pauses = Pauses(run if most is None else run.until(run.clock.monotonic() + most), _PAUSE)
    while True:
        try:
            run.send(step)
            return None
        except ApiError as refused:
            refused.add(instance_id=step.target.id)
            is_early = refused.facts.get("code") in codes
            found = effect() if is_early or refused.kind is Kind.STATE else None
            if found is not None:
                return found
            if not is_early or pauses.is_over:
                raise
            pauses.next(None)


def _refuse_if_moved_on(run: ApiRun, seen: Seen, step: Step[Instance]) -> None:
    """What cannot be undone is sent only while the instance is as the plan saw it."""
    there, now = seen.instance, api.describe(run, str(step.target.id))
    if now is not None and there is not None and _state(now) == _state(there):
        return
    became = f"is {now.status.value} now, with certificate {now.certificate_id or 'none'}" if now else "does not exist"
    raise NotAllowed(
        f"Instance {step.target.id} {became}; {step.action} was not sent. Run the task again: it plans again from the "
        "current state.",
        instance_id=step.target.id,
    )


def _state(instance: Instance) -> tuple[object, ...]:
    return instance.status, instance.subscription, instance.certificate_id


def _is_updated(run: ApiRun, seen: Seen, step: Step[Instance]) -> Instance | None:
    """The instance once it shows what was filled in. Raises Taken when it shows the names of another task."""
    found = looked_at(run, step)
    if "GenerateCsrMethod" in step.params:
        refuse_taken(seen, found)
        if form_differs(seen, found) and found.service_status != PENDING:
            return None
    elif steps.settings_differ(seen.wanted, found):
        return None
    elif found.service_status == PENDING:
        run.warnings.append(
            f"{step.action} made the service apply for another certificate of instance {found.instance_id} by itself."
        )
    return found


def _is_tagged(run: ApiRun, seen: Seen, step: Step[Instance]) -> Instance | None:
    found, leaves = looked_at(run, step), step.leaves
    expected = dict((leaves.tags if leaves else None) or ())
    there = dict(found.tags or ())
    removed = step.params.get("TagKey", [])
    if found.tags is None and not removed:
        return found  # this service does not show them
    if any(key in there for key in removed):
        return None
    return found if all(there.get(key) == value for key, value in expected.items()) else None


def _is_withdrawn(run: ApiRun, seen: Seen, step: Step[Instance]) -> Instance | None:
    """Withdrawn once it is not pending any more, and nothing is to be published. Raises NotAllowed when issued."""
    found, before = looked_at(run, step), seen.instance.certificate_id if seen.instance else None
    if found.service_status == PENDING:
        return None
    if found.certificate_id not in (None, before):
        raise NotAllowed(
            f"state: cancelled does not revoke. {found.named} was issued in the meantime (certificate "
            f"{found.certificate_id}), and may be in use; nothing more was done.",
            instance_id=found.instance_id,
        )
    return found


def _is_revoked(run: ApiRun, seen: Seen, step: Step[Instance]) -> Instance | None:
    found, certificate_id = looked_at(run, step), str(step.params["CertificateId"])
    if certificate_id == found.certificate_id:
        return found if found.certificate_status is Status.REVOKED else None
    status = api.certificate_status(run, found.instance_id, certificate_id)
    return found if status in (Status.REVOKED, None) else None


def _is_refunded(run: ApiRun, seen: Seen, step: Step[Instance]) -> Instance | None:
    found = api.describe(run, str(step.target.id))
    if found is None:
        return step.leaves
    return found if found.subscription in (Subscription.REFUNDED, Subscription.CLOSED) else None


_Effect = Callable[["ApiRun", "Seen", "Step[Instance]"], "Instance | None"]
_EFFECTS: dict[str, _Effect] = {
    steps.UPDATE: _is_updated,
    steps.TAG: _is_tagged,
    steps.UNTAG: _is_tagged,
    steps.CANCEL: _is_withdrawn,
    steps.REVOKE: _is_revoked,
    steps.REFUND: _is_refunded,
}
