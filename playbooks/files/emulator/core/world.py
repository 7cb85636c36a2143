# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of an account: its orders, instances, zones and clock."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from ..alidns.zones import Zones
from ..instances import lifecycle as instance_life
from ..instances.facts import Certificate, Instance
from ..instances.fingerprint import essence as instance_essence
from ..instances.people import People
from ..orders.ca import Authority
from ..orders.lifecycle import FIRST_ORDER, STATUSES, TYPES, Order, Phase, by_itself, phase
from .dials import Dials

DEFAULT_QUOTA = {"digicert-free-1-free": 20, "geotrust-dv-1-starter": 4}


@dataclass
class World:
    """One account and its clock. Facts are immutable values, so a deep copy is a shallow one."""

    authority: Authority = field(default_factory=Authority)
    dials: Dials = field(default_factory=Dials)
    quota: dict[str, int] = field(default_factory=lambda: dict(DEFAULT_QUOTA))
    base: float = field(default_factory=time.time)
    frozen: bool = False
    seed: str = field(default_factory=lambda: secrets.token_hex(8))
    orders: dict[int, Order] = field(default_factory=dict)
    next_number: int = FIRST_ORDER
    # Where this world is served: certificates say it.
    address: str = "http://127.0.0.1"
    zones: Zones = field(default_factory=Zones)
    instances: dict[str, Instance] = field(default_factory=dict)
    people: People = field(default_factory=People)
    _since: float = field(default_factory=time.monotonic)

    def __deepcopy__(self, _memo: object) -> World:
        copies = {"quota": dict(self.quota), "orders": dict(self.orders), "instances": dict(self.instances)}
        return replace(self, **copies, zones=self.zones.copy())  # type: ignore[arg-type]

    def now(self) -> float:
        return self.base if self.frozen else self.base + time.monotonic() - self._since

    def advance(self, seconds: float) -> None:
        self.base += seconds

    def phase(self, order: Order) -> Phase:
        return phase(order, self.now(), self.dials.expiring_days)

    def type_word(self, order: Order) -> str:
        """The word of DescribeCertificateState."""
        now = self.phase(order)
        late = {Phase.REVOKED: self.dials.revoked_type, Phase.EXPIRED: self.dials.expired_type}
        return self.dials.unknown_type or late.get(now) or TYPES[now]

    def status_word(self, order: Order) -> str:
        """The word of ListUserCertificateOrder."""
        now = self.phase(order)
        word = self.dials.unsubmitted_status if now is Phase.UNSUBMITTED else STATUSES[now]
        return self.dials.unknown_status or word

    def order(self, number: int) -> Order | None:
        """The order as it is now, or None when there is none (any more)."""
        if number not in self.orders:
            return None
        order = self._caught_up(self.orders[number])
        return None if order.deleted is not None else order

    def present(self) -> list[Order]:
        """All orders that are not gone, oldest first."""
        return [self._caught_up(order) for order in list(self.orders.values()) if order.deleted is None]

    def store(self, order: Order) -> Order:
        self.orders[order.number] = order
        return order

    def _caught_up(self, order: Order) -> Order:
        later = by_itself(order, self.now(), self.dials)
        return order if later is order else self.store(later)

    # Instances.

    def instance_phase(self, instance: Instance) -> instance_life.Phase:
        return instance_life.phase(instance, self.now(), self.dials)

    def instance(self, instance_id: str) -> Instance | None:
        """The instance as it is now, or None when there is none (any more)."""
        if instance_id not in self.instances:
            return None
        instance = self._instance_now(self.instances[instance_id])
        return None if instance.deleted is not None else instance

    def present_instances(self) -> list[Instance]:
        """All instances that are not gone, in the order of their purchase."""
        return [self._instance_now(each) for each in list(self.instances.values()) if each.deleted is None]

    def store_instance(self, instance: Instance) -> Instance:
        self.instances[instance.instance_id] = instance
        return instance

    def seen_at(self, instance: Instance, site: str) -> bool:
        """The two endpoints hold separate certificates of one account: seen by users of public tools."""
        return instance.site == site or not self.dials.separate_sites

    def managed_left(self) -> int:
        """Automatic renewals that were bought and not taken yet."""
        taken = sum(each.hosted for instance in self.instances.values() for each in instance.certificates)
        return self.dials.managed_quota - taken

    def _instance_now(self, instance: Instance) -> Instance:
        later = instance_life.by_itself(instance, self.now(), self.dials)
        if self.dials.hosting == "time" and later.auto_reissue:
            later = self._hosted(later)
        return instance if later is instance else self.store_instance(later)

    def _hosted(self, instance: Instance) -> Instance:
        left = self.managed_left()
        while left > 0 and (due := instance_life.hosting_due(instance, self.now(), self.dials)) is not None:
            instance, left = instance_life.reissue_by_hosting(instance, due, self.dials), left - 1
        return instance

    def counts(self, product: str) -> tuple[int, int, int]:
        """(bought, used, issued) of a plan. UsedCount counts submissions, issued or not: official page, confirmed."""
        held = [order for order in self.present() if order.product == product and order.holds_quota]
        issued = sum(order.issued is not None for order in held)
        return self.quota.get(product, 0), len(held), issued

    @property
    def crl_url(self) -> str | None:
        """What certificates say of the list of those that are revoked."""
        return None if self.dials.crl_hours is None else f"{self.address}/crl"

    def crl(self) -> bytes | None:
        """That list, as it is now; None where there is none."""
        if self.dials.crl_hours is None:
            return None
        revoked = {
            serial_number(self, order): order.revoked
            for order in self.orders.values()
            if order.issued is not None and order.revoked is not None and order.revoked <= self.now()
        }
        for certificate in (each for instance in self.instances.values() for each in instance.certificates):
            if certificate.revoked is not None and certificate.revoked <= self.now():
                revoked[instance_serial_number(self, certificate)] = certificate.revoked
        return self.authority.crl(revoked, self.now(), self.dials.crl_hours * 3600)

    def token(self, *parts: object) -> str:
        """64 hex digits that belong to this account and these parts."""
        return hashlib.sha256(repr((self.seed, *parts)).encode()).hexdigest()

    def fingerprint(self) -> Hashable:
        """Equal for worlds that cannot be told apart from now on, whatever their ids, serials and dates."""
        orders = self.present()
        ranks = {order.number: rank for rank, order in enumerate(orders)}
        essence = tuple(_essence(order, self, ranks) for order in orders)
        instances = tuple(instance_essence(each, self.now(), self.dials) for each in self.present_instances())
        owned = (instances, self.people, self.managed_left()) if instances else ()
        return self.dials, tuple(sorted(self.quota.items())), essence, self.zones.fingerprint(), owned


def serial_number(world: World, order: Order) -> int:
    return int(world.token("serial", order.number, order.issued)[:30], 16) | 1


def instance_serial_number(world: World, certificate: Certificate) -> int:
    return int(world.token("serial", certificate.number, certificate.issued)[:30], 16) | 1


def _essence(order: Order, world: World, ranks: dict[int, int]) -> Hashable:
    """What an order's past still means for its future: whole seconds from now, ranks instead of ids."""
    now = world.now()
    kept = {
        Phase.SETTLING: (order.taken_up, order.record_out),
        Phase.VALIDATING: (max(order.record_out or now, now), order.taken_up if world.dials.validation_days else None),
        Phase.REVIEWING: (None if world.dials.proof == "control" else order.proven,),
        Phase.ISSUED: (order.issued, order.ends),
        Phase.EXPIRING: (order.issued, order.ends),
    }.get(world.phase(order), ())
    seen = order.applied + max(world.dials.list_lag_seconds, world.dials.describe_lag_seconds)
    ahead = tuple(time if time is not None and time > now else None for time in (order.withdrawn, order.revoked, seen))
    times = tuple(None if time is None else round(time - now) for time in kept + ahead)
    parent = ranks.get(order.renews) if order.renews is not None else None
    wish = (order.names, order.product, order.method, order.csr, order.contact, order.tags)
    return (*wish, world.phase(order).value, order.holds_quota, parent, times)
