# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on instances, named as CAS names them: parameters and a site in, fields out, or a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from ..core.refusal import invalid
from ..core.world import World
from ..orders.parameters import Parameters, required, whole
from . import events
from .entries import detail, list_entry, task_fields
from .facts import Instance
from .lifecycle import Phase
from .parameters import SWITCH, instance_id, merged, one_of, pairs_of, read_form
from .responses import Fields, sequence
from .specs import BUY, LISTED_BRANDS, TEST

STATUSES = tuple(phase.value for phase in Phase if phase is not Phase.GONE)
CERTIFICATE_STATUSES = ("issued", "revoked", "willExpire", "expired")
Operation = Callable[[World, Parameters, str], Fields]
_Item = TypeVar("_Item")


# Reads.


def list_instances(world: World, parameters: Parameters, site: str) -> Fields:
    """ListInstances."""
    seen = world.now() - world.dials.list_lag_seconds
    instances = [each for each in world.present_instances() if world.seen_at(each, site) and each.bought <= seen]
    entries = [(each, list_entry(world, each)) for each in instances]
    found = [each for each, entry in entries if _matches(entry, _filters(parameters))]
    word = parameters.get("Keyword", "").lower()
    found = [each for each in found if any(word in text.lower() for text in _texts(each))]
    shown, paging = page_of(world, parameters, found, lambda each: each.instance_id)
    hosted = sum(each.auto_reissue for each in found)
    counts = {"EnableReissueCount": hosted, "DisableReissueCount": len(found) - hosted}
    return {**sequence(world, "InstanceList", [list_entry(world, each) for each in shown]), **paging, **counts}


def _filters(parameters: Parameters) -> dict[str, str]:
    """Filters with the values that the docstrings of the official SDK name; that others are refused is deduced."""
    wanted = {
        "InstanceType": one_of(parameters, "InstanceType", (BUY, TEST)),
        "Status": one_of(parameters, "Status", STATUSES),
        "CertificateStatus": one_of(parameters, "CertificateStatus", CERTIFICATE_STATUSES),
        "CertificateType": one_of(parameters, "CertificateType", ("DV", "OV", "EV")),
        "Brand": one_of(parameters, "Brand", LISTED_BRANDS),
    }
    return {name: value for name, value in wanted.items() if value}


def _matches(entry: Fields, wanted: dict[str, str]) -> bool:
    return all(entry.get(name) == value for name, value in wanted.items())


def _texts(instance: Instance) -> tuple[str, ...]:
    """Fuzzy on names, label and id: docstring of the official SDK, confirmed."""
    issued = instance.newest.names if instance.newest else ()
    return (instance.instance_id, instance.form.label, *instance.form.names, *issued)


def page_of(
    world: World, parameters: Parameters, found: Sequence[_Item], name: Callable[[_Item], str]
) -> tuple[list[_Item], Fields]:
    """Newest first, or odd but stable; ten in a page unless asked, a hundred at most."""
    seed = world.dials.shuffle
    items = list(found)[::-1]
    if seed is not None:
        items.sort(key=lambda item: hashlib.sha256(f"{seed} {name(item)}".encode()).digest())
    asked = whole(parameters, "ShowSize", 10, 1)
    size, page = min(asked, world.dials.instance_page_size), whole(parameters, "CurrentPage", 1, 1)
    told = asked if world.dials.echo_asked_size else size
    paging = {"CurrentPage": page, "ShowSize": told, "TotalCount": len(items)}
    return items[(page - 1) * size : page * size], paging


def instance_detail(world: World, parameters: Parameters, site: str) -> Fields:
    """GetInstanceDetail."""
    return detail(world, events.known_instance(world, instance_id(parameters), site))


def summary(world: World, parameters: Parameters, site: str) -> Fields:
    """GetInstanceSummary. What CertificateCount counts is unconfirmed: here, first certificates still to be had."""
    kind = one_of(parameters, "InstanceType", (BUY, TEST))
    all_of_them = [each for each in world.present_instances() if world.seen_at(each, site)]
    chosen = [each for each in all_of_them if kind in ("", each.kind)]
    statuses = [world.instance_phase(each) for each in chosen]
    unused = sum(status is Phase.INACTIVE for status in statuses)
    return {
        "TotalCount": len(chosen),
        "InactiveCount": unused,
        "WillExpireCount": sum(status is Phase.EXPIRING for status in statuses),
        "CertificateCount": unused,
        "AutoReissueCount": world.managed_left(),
    }


def task_attribute(world: World, parameters: Parameters, site: str) -> Fields:
    """GetTaskAttribute: TaskId is the instance id, as the Chinese page says."""
    if (parameters.get("TaskType") or "ApplyCertificate") != "ApplyCertificate":
        raise invalid("TaskType", "it has to be ApplyCertificate")
    instance = events.known_instance(world, required(parameters, "TaskId"), site)
    return task_fields(instance.application, world.now())


# Writes.


def update(world: World, parameters: Parameters, site: str) -> Fields:
    """UpdateInstance. Tags are added, never removed: an empty list cannot be sent."""
    instance = events.known_instance(world, instance_id(parameters), site)
    events.check_updatable(world, instance)
    form, tags = read_form(world, instance, parameters), pairs_of(parameters, "Tags", "TagKey", "TagValue")
    text = one_of(parameters, "AutoReissue", tuple(SWITCH))
    changed = events.update(world, instance, form, SWITCH.get(text, instance.auto_reissue))
    if tags:
        world.store_instance(replace(changed, tags=merged(changed.tags, tags)))
    return {}


def _write(event: Callable[[World, Instance], Instance]) -> Operation:
    def operation(world: World, parameters: Parameters, site: str) -> Fields:
        event(world, events.known_instance(world, instance_id(parameters), site))
        return {}

    return operation


def revoke(world: World, parameters: Parameters, site: str) -> Fields:
    """RevokeCertificate."""
    number = whole(parameters, "CertificateId", 0) or None
    events.revoke(world, events.known_instance(world, instance_id(parameters), site), number)
    return {}


apply, withdraw = _write(events.apply), _write(events.withdraw)
refund, delete = _write(events.refund), _write(events.delete)
