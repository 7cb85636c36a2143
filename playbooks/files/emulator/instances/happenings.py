# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the world does to an instance: the shop, the CA, hosting, the end of the subscription."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..core.refusal import Impossible
from ..core.world import World
from .facts import Application, Instance
from .lifecycle import DAY, Phase, is_live, issue, refuse, reissue_by_hosting

Details = dict[str, Any]


def prove(world: World, instance: Instance, _details: Details) -> Instance:
    """The CA found the records or files."""
    last, now = _open(world, instance, "validated"), world.now()
    if last.proven is not None:
        raise _unfit(world, instance, "validated again")
    return _with(world, instance, replace(_hastened(last, now), proven=now))


def accept(world: World, instance: Instance, _details: Details) -> Instance:
    """The CA issues; implies the validation, and comes before a withdrawal that has not taken effect."""
    last, now = _open(world, instance, "accepted"), world.now()
    return world.store_instance(issue(replace(instance, application=_hastened(last, now)), now, world.dials))


def reject(world: World, instance: Instance, details: Details) -> Instance:
    """The CA refuses with a reason, or with a task message the submission fails."""
    last, now = _open(world, instance, "rejected"), world.now()
    message = _text(details, "task_message", "")
    result = _text(details, "reason", "" if message else world.dials.refusal_text)
    failed = now if message else last.failed
    told = replace(last, failed=failed, message=message or last.message)
    return world.store_instance(refuse(replace(instance, application=told), now, result))


def host(world: World, instance: Instance, _details: Details) -> Instance:
    """Hosting reissues: a new certificate, with nothing that the API was asked for. Takes one managed renewal."""
    if not can_be_hosted(world, instance):
        raise _unfit(world, instance, "reissued by hosting")
    return world.store_instance(reissue_by_hosting(instance, world.now(), world.dials))


def can_be_hosted(world: World, instance: Instance) -> bool:
    running = world.instance_phase(instance) in (Phase.NORMAL, Phase.EXPIRING)
    return running and instance.auto_reissue and is_live(instance.newest, world.now()) and world.managed_left() > 0


def end(world: World, instance: Instance, details: Details) -> Instance:
    """The subscription is over, now or in so many days."""
    days = details.get("in_days", 0)
    if isinstance(days, bool) or not isinstance(days, (int, float)):
        raise Impossible("in_days has to be a number.")
    return world.store_instance(replace(instance, ended=world.now() + days * DAY))


def close(world: World, instance: Instance, _details: Details) -> Instance:
    """The service shuts the instance down."""
    return world.store_instance(replace(instance, closed=world.now()))


def prove_all(world: World) -> list[Instance]:
    waiting = [each for each in world.present_instances() if _waits(each, world.now())]
    return [prove(world, each, {}) for each in waiting if world.instance_phase(each) is Phase.PENDING]


def _waits(instance: Instance, now: float) -> bool:
    last = instance.application
    return last is not None and last.is_open(now) and last.records_out <= now and last.proven is None


EVENTS: dict[str, Callable[[World, Instance, Details], Instance]] = {
    "prove": prove,
    "accept": accept,
    "reject": reject,
    "host": host,
    "end": end,
    "close": close,
}


def happen(world: World, name: str, instance_id: str, details: Details) -> Instance:
    instance = world.instance(instance_id)
    if instance is None:
        raise Impossible(f"There is no instance {instance_id}.")
    return EVENTS[name](world, instance, details)


def _open(world: World, instance: Instance, what: str) -> Application:
    last = instance.application
    if last is None or world.instance_phase(instance) is not Phase.PENDING:
        raise _unfit(world, instance, what)
    return last


def _with(world: World, instance: Instance, application: Application) -> Instance:
    return world.store_instance(replace(instance, application=application))


def _hastened(last: Application, now: float) -> Application:
    """What the CA does it does after the records were told."""
    return replace(last, records_out=min(last.records_out, now), withdrawable=min(last.withdrawable, now))


def _text(details: Details, name: str, default: str) -> str:
    value = details.get(name, default)
    if not isinstance(value, str):
        raise Impossible(f"{name} has to be text.")
    return value


def _unfit(world: World, instance: Instance, what: str) -> Impossible:
    status = world.instance_phase(instance).value
    return Impossible(f"Instance {instance.instance_id} is {status} and cannot be {what}.")
