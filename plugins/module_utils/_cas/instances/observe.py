# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Looks at the instance that a task is about, with as few calls as tell the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ..._errors import ApiError, InvalidOption, Kind, NotAllowed
from ..status import IN_FLIGHT, RUNNING, VALID, Status
from . import api
from .certificates import complete
from .instance import with_certificate
from .lock import taken, when_applied
from .previews import claim, planned_by_others
from .refusals import none_serves, refuse_two_in_flight, used_up
from .select import Seen, is_for, is_of, serving, stock_of
from .steps import settings_differ
from .verdict import judge_present
from .wanted import State

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from .instance import Instance
    from .wanted import InstanceWanted

# What lists and lookups of names are asked for.
_LOOKUPS = {"contact": api.contact_ids, "company": api.company_ids}


def observe_instance(run: ApiRun, wanted: InstanceWanted) -> Seen:
    """The instance: one call for one that is named and serves; from a pool one list, then what that does not tell."""
    seen = _named(run, wanted) if wanted.instance_id else _recorded(run, wanted) or _from_pool(run, wanted)
    if wanted.state is State.REVOKED and seen.instance:
        return replace(seen, revoking=_status_of(run, seen.instance, str(wanted.certificate_id)))
    return _with_the_rest(run, seen)


def _named(run: ApiRun, wanted: InstanceWanted) -> Seen:
    instance = api.describe(run, str(wanted.instance_id))
    if instance is None:
        raise NotAllowed(
            f"instance_id: instance {wanted.instance_id} does not exist on this account. Nothing was done. Check the "
            "ID, the access key, and region: instances of the international site are on another endpoint.",
            instance_id=wanted.instance_id,
        )
    return Seen(wanted, _known(run, wanted, instance), clock_offset=run.actor.service_offset)


def _known(run: ApiRun, wanted: InstanceWanted, instance: Instance) -> Instance:
    """An instance with what earlier tasks of this machine and its certificate tell of it."""
    instance = replace(instance, applied=when_applied(run, instance))
    is_asked = wanted.state is State.PRESENT and instance.certificate_status in VALID
    return complete(run, instance) if is_asked else instance


def _recorded(run: ApiRun, wanted: InstanceWanted) -> Seen | None:
    """The instance of a pool that the host has noted, where it is for these names and gives the next certificate, too:
    what else there is need not be listed."""
    pool, noted = wanted.pool, wanted.recorded_id
    if pool is None or pool.instance_type == "test" or noted is None or noted in wanted.avoided:
        return None
    instance = api.describe(run, noted)
    if instance is None or instance.is_free_test or instance.subscription not in RUNNING:
        return None
    if not is_of(pool, instance) or not is_for(wanted, instance):
        return None
    return Seen(wanted, _known(run, wanted, instance), clock_offset=run.actor.service_offset)


def _from_pool(run: ApiRun, wanted: InstanceWanted) -> Seen:
    known = wanted.known_instances.known_to(run.actor.account, run.now()) if wanted.known_instances else None
    listed = known if known is not None else tuple(api.list_instances(run, InstanceType=_type(wanted)))
    there = [each for each in listed if wanted.pool is None or is_of(wanted.pool, each)]
    seen = Seen(_without_taken(run, wanted), clock_offset=_offset(run, wanted, known is not None))
    if wanted.state is State.CANCELLED:
        refuse_two_in_flight(wanted, [each for each in there if each.status in IN_FLIGHT and is_for(wanted, each)])
    candidates = [*there, *_taken_for_these(run, wanted, there)]
    found = serving(seen.wanted, candidates)
    found = _known(run, wanted, found) if found else None
    if found and not _is_used_up(run, replace(seen, instance=found)):
        return _serving(run, seen, found)
    # A killed task, or a refused application, may have left the one that follows.
    begun = serving(seen.wanted, [each for each in candidates if each.certificate_id is None]) if found else None
    if begun:
        return replace(_serving(run, seen, begun), replaced=found)
    taken = None if wanted.state is State.CANCELLED else _unused(run, seen, there, found)
    if taken is not None:
        return taken
    if known is not None:  # what was bought since is not there
        return _from_pool(run, replace(wanted, known_instances=None))
    if wanted.state is State.CANCELLED:
        return seen
    why = judge_present(seen, found, run.now()).reason if found else ""
    stock = stock_of(seen.wanted, there, planned_by_others(run, wanted))
    raise none_serves(wanted, stock, _rooms(there), used_up(found, why) if found else "")


def _serving(run: ApiRun, seen: Seen, listed: Instance) -> Seen:
    """The instance that is for these names, as the service describes it where the list does not tell enough."""
    wanted = seen.wanted
    if _is_settled(run, replace(seen, instance=listed)):
        return replace(seen, instance=listed)
    found = api.describe(run, listed.instance_id)
    if found and found.certificate_id == listed.certificate_id:
        found = replace(found, certificate_domains=listed.certificate_domains)
        found = with_certificate(found, listed.certificate) if listed.certificate else found
    if found is None or (found.domains and not is_for(wanted, found)):
        # It is for other names since it was listed.
        avoided = wanted.avoided | {listed.instance_id}
        return _from_pool(run, replace(wanted, known_instances=None, avoided=avoided))
    return replace(seen, instance=_known(run, wanted, found))


def _offset(run: ApiRun, wanted: InstanceWanted, is_known: bool) -> timedelta | None:
    """How far the service's clock is ahead, as far as this task or the one that listed was told."""
    if is_known and wanted.known_instances and run.actor.service_offset is None:
        return wanted.known_instances.clock_offset
    return run.actor.service_offset


def _type(wanted: InstanceWanted) -> str | None:
    """The one filter of the list that is relied on; it knows fewer brands than there are."""
    return wanted.pool.instance_type.upper() if wanted.pool and wanted.pool.instance_type else None


def _without_taken(run: ApiRun, wanted: InstanceWanted) -> InstanceWanted:
    """The instances that tasks of this machine took a moment ago for other names are avoided."""
    names = frozenset(wanted.domains)
    others = frozenset(key for key, each in taken(run).items() if each.names != names)
    return replace(wanted, avoided=wanted.avoided | others)


def _taken_for_these(run: ApiRun, wanted: InstanceWanted, listed: Iterable[Instance]) -> list[Instance]:
    """Those that were taken for the same names, which the list may not show yet."""
    names, shown = frozenset(wanted.domains), {each.instance_id for each in listed if each.domains}
    missing = [key for key, each in taken(run).items() if each.names == names and key not in shown]
    return [each for each in (api.describe(run, key) for key in missing) if each is not None]


def _is_used_up(run: ApiRun, seen: Seen) -> bool:
    """Whether an instance would have to be applied for again that gives no other certificate."""
    instance = seen.instance
    if instance is None or instance.status is Status.UNKNOWN or instance.status in IN_FLIGHT:
        return False
    if seen.wanted.state is not State.PRESENT or (instance.subscription in RUNNING and not instance.is_spent):
        return False
    return judge_present(seen, instance, run.now()).applies


def _is_settled(run: ApiRun, seen: Seen) -> bool:
    """Whether the list tells enough: the certificate serves, and nothing is asked that only a description shows."""
    wanted, instance = seen.wanted, seen.instance
    if instance is None or wanted.state is not State.PRESENT or instance.status not in VALID:
        return False
    if wanted.tags is not None or settings_differ(wanted, instance) or instance.certificate is None:
        return False
    return not judge_present(seen, instance, run.now()).applies


def _unused(run: ApiRun, seen: Seen, there: list[Instance], used: Instance | None) -> Seen | None:
    """An unused instance of the pool, as the service describes it: the list may show what was taken since."""
    wanted = seen.wanted
    avoided = wanted.avoided
    while True:
        fitting = stock_of(replace(wanted, avoided=avoided), there).fitting
        planned = claim(run, wanted, [each.instance_id for each in fitting])
        stock = stock_of(replace(wanted, avoided=avoided), there, planned)
        if not stock.fitting:
            return None
        found = api.describe(run, stock.fitting[0].instance_id)
        if found and found.is_unused:
            return replace(seen, instance=found, stock=stock, replaced=used)
        if found and is_for(wanted, found):  # another task took it for the same names
            return replace(seen, instance=found)
        avoided = avoided | {stock.fitting[0].instance_id}


def _rooms(there: Iterable[Instance]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.holds for each in there if each.is_unused))


def _status_of(run: ApiRun, instance: Instance, certificate_id: str) -> Status | None:
    if certificate_id == instance.certificate_id:
        return instance.certificate_status
    return api.certificate_status(run, instance.instance_id, certificate_id)


def _with_the_rest(run: ApiRun, seen: Seen) -> Seen:
    """Contacts, company and counts, where the plan needs them."""
    wanted, instance = seen.wanted, seen.instance
    if instance is None or wanted.state not in (State.PRESENT, State.CONFIGURED) or instance.status in IN_FLIGHT:
        return seen
    applies = wanted.state is State.PRESENT and judge_present(seen, instance, run.now()).applies
    if applies or wanted.state is State.CONFIGURED:
        seen = _with_people(run, seen)
    is_used_up = applies and instance.is_spent
    switches_on = wanted.auto_reissue and not instance.auto_reissue and (applies or settings_differ(wanted, instance))
    return replace(seen, summary=_summary(run, instance)) if is_used_up or switches_on else seen


def _summary(run: ApiRun, instance: Instance) -> api.Summary | None:
    """Counts, which the user may not be allowed to read: then the service decides."""
    try:
        return api.summary(run, instance.instance_type)
    except ApiError as refused:
        if refused.kind is not Kind.PERMISSION:
            raise
        run.warnings.append(f"The quota was not checked. {refused.msg}")
        return None


def _with_people(run: ApiRun, seen: Seen) -> Seen:
    people = seen.wanted.people
    contacts = people.contact_ids or (
        frozenset({_one(run, "contact", people.contact)}) if people.contact else frozenset()
    )
    company = people.company_id or (_one(run, "company", people.company) if people.company else None)
    return replace(seen, contact_ids=contacts or None, company_id=company)


def _one(run: ApiRun, option: str, name: str) -> str:
    """The id behind a name. Raises InvalidOption where there is none, or more than one."""
    found = _LOOKUPS[option](run, name)
    if len(found) == 1:
        return found[0]
    what = f"the account has no {option} with just this name" if not found else f"{len(found)} have this name"
    advice = f" (IDs {', '.join(sorted(found))}); give {option}_id{'s' * (option == 'contact')}" if found else ""
    raise InvalidOption(option, f"{name}: {what}{advice}. Nothing was done.")
