# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Sends an application: once, whatever is lost or refused on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..._errors import ApiError, Failure, Kind, OutcomeUnknown, StateNotReached
from ..._plan import Step
from ..._reconcile import RUN_AGAIN, ApiRun, Done, find_after_loss
from ..status import NOT_REFUSED, PENDING, Status
from ..wait.one import Pauses, poll
from . import api, steps
from .lock import LAG
from .looks import looked_at, refuse_taken
from .refusals import refuse_in_progress

if TYPE_CHECKING:
    from .instance import Instance
    from .lock import Lock
    from .select import Seen

# Seconds between two looks at most.
_PAUSE = 5.0


def send_application(run: ApiRun, seen: Seen, step: Step[Instance], lock: Lock) -> Done[Instance]:
    """Send the application, once and never again. An update may have sent it already."""
    if not lock.is_ours:
        raise StateNotReached(
            f"{step.action} was not sent: the lock held by this task expired (15 minutes), and another task took "
            f"it over. {RUN_AGAIN}"
        )
    there = lock.latest or looked_at(run, step)
    refuse_taken(seen, there)
    before = seen.instance.certificate_id if seen.instance else None
    if there.service_status == PENDING:
        refuse_in_progress(seen.wanted, there)
        return Done(there, made=True)
    if there.certificate_id not in (None, before):
        return Done(there, made=True)
    lock.sends(seen.wanted, there)
    try:
        run.send(step)
    except OutcomeUnknown as lost:
        lost.add(instance_id=there.instance_id)
        found = find_after_loss(run, step, lost, lambda: _is_applied(run, seen, step, there))
        run.warnings.append(
            f"The response to {step.action} was lost; instance {there.instance_id} has the application."
        )
        return Done(found, made=True)
    except Failure as refused:
        submitted = _submitted_by_itself(run, seen, step, refused)
        lock.clear(there.instance_id)
        if submitted is None:
            raise refused.add(instance_id=there.instance_id) from None
        return Done(submitted)
    return Done(_once_applied(run, seen, step, there), made=True)


def _submitted_by_itself(run: ApiRun, seen: Seen, step: Step[Instance], refused: Failure) -> Instance | None:
    """The instance where an application was refused because one is in progress: an update may send it, too."""
    if not isinstance(refused, ApiError) or refused.kind is not Kind.STATE:
        return None

    def look() -> Instance | None:
        found = looked_at(run, step)
        return found if found.service_status == PENDING else None

    is_updated = any(each.action == steps.UPDATE for each in run.sent)
    soon = run.until(run.clock.monotonic() + (LAG if is_updated else 0.0))
    found = poll(soon, Pauses(soon, _PAUSE), look)
    if found:
        refuse_taken(seen, found)
        refuse_in_progress(seen.wanted, found)
    return found


def _once_applied(run: ApiRun, seen: Seen, step: Step[Instance], there: Instance) -> Instance:
    """The instance once it shows the application, which is only queued at first."""
    soon = run.until(run.clock.monotonic() + LAG)
    pauses = Pauses(soon, min(seen.wanted.waiting.interval, _PAUSE))
    found = poll(soon, pauses, lambda: _is_applied(run, seen, step, there))
    return found or replace(there, status=Status.PENDING_VALIDATION, service_status=PENDING)


def _is_applied(run: ApiRun, seen: Seen, step: Step[Instance], there: Instance) -> Instance | None:
    """The instance with an application in progress, or with what became of it.

    That the last submission failed or succeeded tells nothing: it may be that of an earlier application.
    """
    found = api.describe_application(run, there)
    if found is None:
        return None
    refuse_taken(seen, found)
    if found.service_status == PENDING or found.certificate_id not in (None, there.certificate_id):
        return found
    is_told = found.refusal is not None and found.pending_result not in (None, *NOT_REFUSED, there.pending_result)
    return found if is_told else None
