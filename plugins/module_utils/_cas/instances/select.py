# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which of the observed instances is meant, and which unused ones could be taken. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._x509.hostnames import same_order_names, uncovered
from ..status import IN_FLIGHT, RUNNING, Status
from .instance import counts, is_valid

if TYPE_CHECKING:
    from .api import Summary
    from .instance import Instance
    from .wanted import InstanceWanted, Pool


class Stock(NamedTuple):
    """The unused instances: those that a task may take for its names, and how many the pool has in all.

    ``planned`` are those that earlier tasks of a check mode run would take.
    """

    fitting: tuple[Instance, ...] = ()
    unused: int = 0
    planned: int = 0

    def public(self, takes: bool) -> dict[str, Any]:
        """The result ``quota``, as it was before, and what is left."""
        fit = len(self.fitting)
        return {"unused": self.unused, "fit": fit, "left": fit - takes}


@dataclass(frozen=True)
class Seen:
    """What was observed. ``instance`` is the one that is meant; ``replaced`` is the used one that it follows.

    ``stock`` is there where an unused one of a pool is taken. ``contact_ids`` and ``company_id`` are those that an
    application is sent with, None where they are not given. ``revoking`` is the status of the certificate
    that is to be revoked.
    """

    wanted: InstanceWanted
    instance: Instance | None = None
    stock: Stock | None = None
    replaced: Instance | None = None
    contact_ids: frozenset[str] | None = None
    company_id: str | None = None
    revoking: Status | None = None
    summary: Summary | None = None
    clock_offset: timedelta | None = None

    @property
    def takes_unused(self) -> bool:
        """Whether an instance of the pool is used for the first time."""
        return self.stock is not None and self.instance is not None and self.instance.is_unused


def is_of(pool: Pool, instance: Instance) -> bool:
    """Whether an instance belongs to a pool."""
    return (
        pool.instance_type in (None, instance.instance_type)
        and pool.certificate_type in (None, instance.certificate_type)
        and (pool.brand is None or _plain(pool.brand) == _plain(instance.brand))
        and (pool.spec is None or _is_spec(pool.spec, instance.spec))
    )


def _plain(text: str | None) -> str:
    return "".join(char for char in (text or "").lower() if char.isalnum())


def _is_spec(wanted: str, spec: str | None) -> bool:
    """Specifications as they are bought; in responses, ``m`` stands for more than one name of either kind."""
    there, asked = (spec or "").lower(), wanted.strip().lower()
    return there == asked or (there.endswith(".m") and asked.rpartition(".")[0] == there.rpartition(".")[0])


def fits(instance: Instance, domains: tuple[str, ...]) -> bool:
    """Whether an instance takes so many names; numbers that the service does not tell do not matter."""
    single, wildcard = counts(domains)
    holds = (instance.single_names, instance.wildcard_names)
    return all(there is None or wants <= there for wants, there in zip((single, wildcard), holds))


def covers(wanted: InstanceWanted, instance: Instance) -> bool:
    """Whether the newest certificate has all names that are asked for; true while its names are not known."""
    there = instance.certificate_domains or instance.form.domains
    return not there or not uncovered(wanted.domains, there)


def is_for(wanted: InstanceWanted, instance: Instance) -> bool:
    """Whether an instance is for the names that are asked for, whatever became of it."""
    return is_for_names(wanted.domains, instance)


def is_for_names(domains: tuple[str, ...], instance: Instance) -> bool:
    """The same for some names; those that a CA adds do not count."""
    there = (instance.form.domains, instance.certificate_domains)
    return any(names and same_order_names(domains, names) for names in there)


def is_elsewhere(wanted: InstanceWanted, instance: Instance) -> bool:
    """Whether an instance is for other names altogether: most likely, its id was mistaken for another one's."""
    there = {*instance.form.domains, *instance.certificate_domains}
    return bool(there and wanted.domains) and not there & set(wanted.domains) and not is_for(wanted, instance)


def carries_key(wanted: InstanceWanted, instance: Instance) -> bool:
    """Whether the newest certificate has the CSR's key, as far as it was read."""
    return wanted.csr is None or instance.public_key_sha256 in (None, wanted.csr.public_key_sha256, wanted.key_in_use)


def serving(wanted: InstanceWanted, instances: Iterable[Instance]) -> Instance | None:
    """The instance of a pool that is for these names already: in flight, else valid, else to be applied for."""
    there = [
        each for each in latest_first(instances) if is_for(wanted, each) and each.instance_id not in wanted.avoided
    ]
    alive = [each for each in there if each.subscription in RUNNING]
    choices = (
        [each for each in alive if each.status in IN_FLIGHT],
        [each for each in there if is_valid(each) and carries_key(wanted, each)],
        [each for each in there if each.status is Status.UNKNOWN],
        [each for each in there if is_valid(each)],
        [each for each in alive if not each.is_spent],
    )
    return next((some[0] for some in choices if some), None)


def latest_first(instances: Iterable[Instance]) -> list[Instance]:
    """Those whose certificate expires last come first, then those that were bought first; the id breaks a tie."""
    return sorted(instances, key=lambda each: (-_seconds(each.not_after), _seconds(each.bought), each.instance_id))


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def stock_of(wanted: InstanceWanted, instances: Iterable[Instance], planned: Collection[str] = ()) -> Stock:
    """The unused instances of a pool, the one that was bought first in front; those with the least room for names."""
    unused = [each for each in instances if each.is_unused and each.instance_id not in wanted.avoided]
    roomy = [each for each in unused if fits(each, wanted.domains)]
    fitting = [each for each in roomy if each.instance_id not in planned]
    return Stock(tuple(sorted(fitting, key=_room)), len(unused), len(roomy) - len(fitting))


def _room(instance: Instance) -> tuple[int, float, str]:
    """Sorts by room: a single name does not take what holds ten."""
    room = (instance.single_names or 0) + (instance.wildcard_names or 0)
    return room, _seconds(instance.bought), instance.instance_id
