# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""``cas_instance``: what instances bring to the one path."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._errors import StateNotReached
from ..._plan import Display, Outcome, Plan
from ..._reconcile import ApiActor, ApiRun, Done, Kind, Run, reconcile
from ..options import WaitFor, Waiting
from ..status import IN_FLIGHT, VALID, Status
from ..wait.one import Pauses, poll, wait
from . import api
from .certificates import complete
from .execute import execute
from .goals import goal_of
from .instance import diff_text
from .lock import Lock, hold, sent, taken
from .looks import Taken
from .observe import observe_instance
from .plan import plan_instance
from .refusals import refuse_wrong_certificate
from .verdict import previous_certificate
from .wanted import State

if TYPE_CHECKING:
    from ..._rpc.client import Client
    from .instance import Instance
    from .select import Seen
    from .wanted import InstanceWanted

# How often an instance may turn out to be taken by a task on another machine.
_MOST_TAKEN = 10
# Seconds for which a certificate may be missing after its id was told.
_LATE = 60.0


def ensure_instance(client: Client, wanted: InstanceWanted, seen: Seen | None = None) -> Outcome[Instance]:
    """``cas_instance``; ``seen`` is what was observed just now."""
    run = _run(client, wanted)
    for _attempt in range(_MOST_TAKEN):
        try:
            return reconcile(run, wanted, _INSTANCE, seen)
        except Taken as taken:
            if wanted.pool is None:
                raise
            run.warnings.append(taken.what)
            avoided = wanted.avoided | {taken.instance_id}
            wanted, seen = replace(wanted, avoided=avoided, known_instances=None), None
    return reconcile(run, wanted, _INSTANCE, seen)


def foresee(client: Client, wanted: InstanceWanted) -> tuple[Seen, Outcome[Instance]]:
    """What is seen, and what would be done; nothing is changed, whatever the client may do."""
    run = replace(_run(client, wanted), predicts=True)
    seen = observe_instance(run, wanted)
    return seen, reconcile(run, wanted, _INSTANCE, seen)


def await_certificate(client: Client, seen: Seen, instance: Instance, timeout: float) -> Instance:
    """Wait until an instance has another certificate than it was ``seen`` with; returns it with that, which must be the
    one that was asked for."""
    run: ApiRun = Run(client, client.clock.monotonic() + timeout)
    wanted, is_same = seen.wanted, seen.instance is not None and seen.instance.instance_id == instance.instance_id
    before = previous_certificate(seen, run.now()) if is_same else None
    waiting = Waiting(WaitFor.ISSUED, timeout, wanted.waiting.interval, wanted.waiting.publishes)
    return _awaited(run, wanted, instance, before, waiting)


def refuse_ended(client: Client, wanted: InstanceWanted, instance: Instance) -> None:
    """Raise why the last application of an instance gave no other certificate than the one that is there."""
    told = api.submission(_run(client, wanted), instance)
    goal_of(WaitFor.ISSUED, instance.certificate_id).is_reached(told)


def _run(client: Client, wanted: InstanceWanted) -> ApiRun:
    return Run(client, client.clock.monotonic() + wanted.waiting.timeout)


def _lock(run: ApiRun, seen: Seen, plan: Plan[Instance]) -> AbstractContextManager[Lock]:
    """The lock of the instance, and of all unused ones where one of them is taken."""
    if run.read_only or not plan.steps:
        return nullcontext(Lock(run))
    target = None if seen.takes_unused or seen.instance is None else seen.instance.instance_id
    return hold(run, target, seen.takes_unused)


def _recall(run: ApiRun, wanted: InstanceWanted, seen: Seen, lock: Lock) -> Seen | None:
    """What there is once the service shows what tasks of this machine did before; None when they did nothing."""
    if seen.instance is None or not (_is_taken(run, seen) or lock.waited or _lag_left(run, seen)):
        return None
    if run.read_only and not _lag_left(run, seen):
        return None
    wanted = replace(wanted, known_instances=None)
    end = run.clock.monotonic() + _lag_left(run, seen)
    while True:
        seen = observe_instance(run, wanted)
        if not _lag_left(run, seen) or run.clock.monotonic() >= end:
            return seen
        run.clock.sleep(2.0)


def _is_taken(run: ApiRun, seen: Seen) -> bool:
    """Whether a task of this machine may have taken the unused instance, or one for the same names, since the look.

    What tasks on other machines took is seen before an application is sent.
    """
    if not seen.takes_unused or seen.instance is None:
        return False
    if run.actor.state_directory is None or seen.wanted.known_instances is not None:
        return True
    names, own = frozenset(seen.wanted.domains), seen.instance.instance_id
    return any(key == own or each.names == names for key, each in taken(run).items())


def _lag_left(run: ApiRun, seen: Seen) -> float:
    """Seconds for which the service may not show an application that a task of this machine sent."""
    instance = seen.instance
    last = sent(run, instance.instance_id) if instance else None
    if instance is None or last is None or last.before != instance.certificate_id:
        return 0.0
    if instance.status is Status.PENDING_VALIDATION or instance.refusal:
        return 0.0
    return last.lag_left(run.now().timestamp())


def _settle(run: ApiRun, seen: Seen, plan: Plan[Instance], done: Done[Instance]) -> Instance | None:
    """Wait for what is wanted, and give the certificate."""
    wanted, instance = seen.wanted, done.after
    if instance is None or wanted.state is not State.PRESENT:
        return instance
    before = previous_certificate(seen, run.now())
    if plan.creates or (instance.status is Status.PENDING_VALIDATION):
        return _awaited(run, wanted, instance, before, wanted.waiting)
    return instance


def _awaited(run: ApiRun, wanted: InstanceWanted, instance: Instance, before: str | None, waiting: Waiting) -> Instance:
    """An instance where it was waited for to get."""
    found = wait(run, goal_of(waiting.wait_for, before), waiting, instance, api.describe_application)
    if found.certificate_id in (None, before) or found.certificate_status not in VALID or found.status in IN_FLIGHT:
        return found
    found = _given(run, found, waiting)
    refuse_wrong_certificate(wanted, found)
    return found


def _given(run: ApiRun, instance: Instance, waiting: Waiting) -> Instance:
    """An issued instance with its certificate, which the service may give some moments later."""

    def look() -> Instance | None:
        found = complete(run, instance)
        return found if found.certificate else None

    soon = run.until(run.clock.monotonic() + _LATE)
    given = poll(soon, Pauses(soon, waiting.interval), look)
    if given is None:
        raise StateNotReached(
            f"{instance.named} was issued certificate {instance.certificate_id}, and the service does not give it yet. "
            "Run the task again: it looks for it, and applies for nothing.",
            **instance.facts(run.now()),
        )
    return given


def _results(instance: Instance | None, now: datetime) -> dict[str, Any]:
    return {"instance": instance.public(now) if instance else None}


_INSTANCE: Kind[ApiActor, InstanceWanted, Seen, Instance, Lock] = Kind(
    observe_instance, plan_instance, execute, Display(_results, diff_text), _lock, _recall, settle=_settle
)
