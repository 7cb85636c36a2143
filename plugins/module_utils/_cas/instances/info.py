# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What ``cas_instance_info`` returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._errors import InvalidOption
from ..._rpc.fields import id_text
from ..._text import line
from ..._x509.hostnames import base, host_names
from ..options import days_or_hours
from ..status import DEAD, Status
from . import api
from .certificates import complete
from .instance import Instance
from .read import read_instance
from .select import is_for_names, is_of
from .snapshot import public_snapshot
from .wanted import Pool, instance_identifier

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from ..._rpc.client import Client


class Query(NamedTuple):
    """Which instances, and how much of them. An empty filter lets everything pass."""

    instance_id: str | None
    domains: tuple[str, ...]
    statuses: frozenset[Status]
    certificate_statuses: frozenset[Status]
    pool: Pool
    expires_within: timedelta | None
    unused: bool | None
    include_validation: bool
    include_certificate: bool
    summary: bool

    @property
    def is_complete(self) -> bool:
        """Whether all instances were asked for."""
        filters = (self.instance_id, self.domains, self.statuses, self.certificate_statuses, any(self.pool))
        return self.expires_within is None and self.unused is None and not any(filters)


def query(options: Mapping[str, Any]) -> Query:
    """Check the options of ``cas_instance_info`` and say what they ask for. Raises InvalidOption."""
    asked = Query(
        instance_id=instance_identifier(options["instance_id"]),
        domains=host_names(options["domains"] or ()),
        statuses=frozenset(Status(word) for word in options["status"] or ()),
        certificate_statuses=frozenset(Status(word) for word in options["certificate_status"] or ()),
        pool=Pool(options["instance_type"], line(options["brand"], "brand") or None, None, options["certificate_type"]),
        expires_within=days_or_hours(options["expires_within"], "expires_within"),
        unused=options["unused"],
        include_validation=options["include_validation"],
        include_certificate=options["include_certificate"],
        summary=options["summary"],
    )
    if asked.unused and (asked.certificate_statuses or asked.expires_within is not None):
        raise InvalidOption("unused", "an unused instance has no certificate; leave the filters of certificates out.")
    return asked


def find(run: ApiRun, asked: Query, listed: list[dict[str, Any]]) -> Iterator[Instance]:
    """The instances that pass all filters, with what was asked for of them."""
    now = run.now()
    if asked.instance_id is not None:
        found = api.describe(run, asked.instance_id)
        if found and _passes(asked, found, now):
            yield _with_certificate(run, asked, found)
        return
    for entry in listed:
        instance = read_instance(entry)
        if _passes(asked, instance, now):
            yield _with_certificate(run, asked, _with_validation(run, asked, instance))


def _passes(asked: Query, instance: Instance, now: datetime) -> bool:
    return (
        (not asked.statuses or instance.status in asked.statuses)
        and (not asked.certificate_statuses or instance.certificate_status in asked.certificate_statuses)
        and (not asked.domains or is_for_names(asked.domains, instance))
        and is_of(asked.pool, instance)
        and asked.unused in (None, instance.is_unused)
        and (asked.expires_within is None or _expires(instance, now, asked.expires_within))
    )


def _expires(instance: Instance, now: datetime, span: timedelta) -> bool:
    if instance.not_after is None or instance.certificate_status in DEAD:
        return False
    return now <= instance.not_after <= now + span


def _with_validation(run: ApiRun, asked: Query, instance: Instance) -> Instance:
    """A call for each that has something to validate, so none without need."""
    is_asked = asked.include_validation and instance.status is Status.PENDING_VALIDATION
    return (api.describe(run, instance.instance_id) or instance) if is_asked else instance


def _with_certificate(run: ApiRun, asked: Query, instance: Instance) -> Instance:
    return complete(run, instance) if asked.include_certificate else instance


def instance_info(connect: Callable[[], Client], options: Mapping[str, Any]) -> dict[str, Any]:
    """The result of ``cas_instance_info``; nothing is connected before the options are checked."""
    from ..._reconcile import Run

    asked = query(options)
    client = connect()
    run: ApiRun = Run(client)
    listed = [] if asked.instance_id else list(_listed(run, asked))
    found, now = list(find(run, asked, listed)), run.now()
    result: dict[str, Any] = {"instances": [each.public(now) for each in found], "total": len(found)}
    if asked.summary:
        result["summary"] = api.summary(run, asked.pool.instance_type).public()
    if asked.is_complete:
        result["known_instances"] = public_snapshot(client.account, now, listed, client.service_offset)
    return result


def _listed(run: ApiRun, asked: Query) -> Iterator[dict[str, Any]]:
    """The entries of the list, by the filters that are relied on."""
    kind = asked.pool.instance_type.upper() if asked.pool.instance_type else None
    keyword = base(asked.domains[0]) if asked.domains else None
    entries = api.list_entries(run, InstanceType=kind, Keyword=keyword)
    yield from (entry for entry in entries if id_text(entry.get("InstanceId")))
