# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be published for an application of an instance, as it is told and as it is looked for."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.world import World
from ..orders.ca import moment
from ..orders.responses import FILE_PATH
from .facts import Application, Instance
from .responses import Fields
from .specs import registrable

PREFIX = "_dnsauth"


@dataclass(frozen=True)
class Place:
    """Where a value has to be found; `alias` is the target of a CNAME that is as good."""

    host: str
    value: str
    alias: str = ""


def validation_list(world: World, instance: Instance) -> list[Fields]:
    """One entry a name: empty for some seconds, gone after issue or withdrawal (seen), unless a dial keeps it."""
    last, now = instance.application, world.now()
    if last is None or now < last.records_out:
        return []
    if last.end is not None and last.end + world.dials.validation_list_seconds <= now:
        return []
    # A submission that failed never reached the CA.
    if last.message and last.failed is not None and last.failed <= now:
        return []
    return [_entry(world, instance, last, name) for name in validated_names(last)]


def validated_names(last: Application) -> tuple[str, ...]:
    """A wildcard is validated by the name below its star."""
    return tuple(dict.fromkeys(name.removeprefix("*.") for name in last.form.names))


def validation_value(world: World, instance: Instance, last: Application, name: str) -> str:
    """A date and digits, new on each application, as in the official samples."""
    token = world.token("validation", instance.instance_id, last.attempt, name)
    return moment(last.submitted).strftime("%Y%m%d") + token[:52]


def _entry(world: World, instance: Instance, last: Application, name: str) -> Fields:
    root = registrable(name)
    entry = {
        "Domain": name,
        "RootDomain": root,
        "ValidationValue": validation_value(world, instance, last, name),
        **_standing(world, instance, name, root),
    }
    if last.form.method == "HTTP":
        # Which field is the path is unconfirmed.
        return {**entry, "ValidationType": world.dials.http_type, "ValidationKey": FILE_PATH}
    return {**entry, "ValidationType": "TXT", "ValidationKey": _key(world, name, root)}


def _standing(world: World, instance: Instance, name: str, root: str) -> Fields:
    """Authorisation by one record for all later validations; empty where it is not offered: docstring of the SDK."""
    if world.dials.response_year == "2025":
        return {"Cname": ""}
    return {"CnameKey": _relative(record_name(name), root), "Cname": standing_target(world, instance, name)}


def standing_target(world: World, instance: Instance, name: str) -> str:
    token = world.token("cname", instance.instance_id, name)
    return f"{token[:20]}.validation.invalid" if world.dials.standing_cname else ""


def record_name(name: str) -> str:
    return f"{PREFIX}.{name}"


def published_at(world: World, name: str) -> str:
    """The full name of the record."""
    return name if world.dials.validation_key == "name" else record_name(name)


def _key(world: World, name: str, root: str) -> str:
    """Relative to RootDomain, seen also as a full name and as @ for the root itself: public code."""
    full = published_at(world, name)
    return full if world.dials.validation_key == "full" else _relative(full, root)


def _relative(full: str, root: str) -> str:
    return "@" if full == root else full.removesuffix(f".{root}")


def places(world: World, instance: Instance) -> tuple[Place, ...]:
    """Where the CA looks while an application waits; nothing before its records are told, nothing afterwards."""
    last, now = instance.application, world.now()
    if last is None or not last.is_open(now) or not validation_list(world, instance):
        return ()
    values = {name: validation_value(world, instance, last, name) for name in validated_names(last)}
    if last.form.method == "HTTP":
        return tuple(Place(name, value) for name, value in values.items())
    return tuple(
        Place(published_at(world, name), value, standing_target(world, instance, name))
        for name, value in values.items()
    )
