# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of instances: TagResources, UntagResources, ListTagResources."""

from __future__ import annotations

from dataclasses import replace

from ..core.refusal import invalid, missing
from ..core.world import World
from ..orders.parameters import Parameters, required, truth, whole
from .events import known_instance
from .facts import Instance
from .parameters import MOST_TAGS, merged, numbered, pairs_of
from .responses import Fields

RESOURCE = "instance"


def _resources(world: World, parameters: Parameters, site: str) -> list[Instance]:
    """Only instances have tags: docstring of the official SDK. RegionId is required; its values are not checked."""
    required(parameters, "RegionId")
    if required(parameters, "ResourceType") != RESOURCE:
        raise invalid("ResourceType", f"it has to be {RESOURCE}")
    return [known_instance(world, each, site) for each in numbered(parameters, "ResourceId")]


def tag(world: World, parameters: Parameters, site: str) -> Fields:
    """A value that is there is written over."""
    instances, tags = _resources(world, parameters, site), pairs_of(parameters, "Tag", "Key", "Value")
    if not instances:
        raise missing("ResourceId")
    grown = [replace(each, tags=merged(each.tags, tags)) for each in instances]
    if any(len(each.tags) > MOST_TAGS for each in grown):
        raise invalid("Tag", f"最多{MOST_TAGS}个标签")
    for each in grown:
        world.store_instance(each)
    return {}


def untag(world: World, parameters: Parameters, site: str) -> Fields:
    """By keys, or all of them; All is looked at without keys only: docstring of the official SDK."""
    instances, keys = _resources(world, parameters, site), numbered(parameters, "TagKey")
    if not instances:
        raise missing("ResourceId")
    everything = not keys and truth(parameters, "All")
    for each in instances:
        kept = () if everything else tuple(pair for pair in each.tags if pair[0] not in keys)
        world.store_instance(replace(each, tags=kept))
    return {}


def list_tags(world: World, parameters: Parameters, site: str) -> Fields:
    """Of the resources named, or of those that have the tags asked for; one of the two is required."""
    instances, wanted = _resources(world, parameters, site), pairs_of(parameters, "Tag", "Key", "Value")
    if not instances and not wanted:
        raise missing("ResourceId")
    chosen = instances or [each for each in world.present_instances() if world.seen_at(each, site)]
    found = [
        {"ResourceId": each.instance_id, "ResourceType": RESOURCE, "TagKey": key, "TagValue": value}
        for each in chosen
        if set(wanted) <= set(each.tags)
        for key, value in each.tags
    ]
    size, start = whole(parameters, "MaxResults", 20, 1), whole(parameters, "NextToken", 0)
    following = str(start + size) if start + size < len(found) else ""
    return {"TagResources": {"TagResource": found[start : start + size]}, "NextToken": following, "MaxResults": size}
