# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a walk through worlds has to know of where certificates come from: orders, or instances."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.instances import lifecycle as of_instances
from playbooks.files.emulator.instances.facts import Form, Instance
from playbooks.files.emulator.orders.lifecycle import DAY, LIVE, Order, Phase

Event = tuple[str, Callable[[Emulator], object]]
CREATE, RENEW = "CreateCertificateForPackageRequest", "RenewCertificateOrderForPackageRequest"
REVOKE_ORDER = "CancelCertificateForPackageRequest"
UPDATE, APPLY, CANCEL = "UpdateInstance", "ApplyCertificate", "CancelPendingCertificate"
REVOKE_CERTIFICATE = "RevokeCertificate"
UNDER_WAY = {Phase.UNSUBMITTED, Phase.SETTLING, Phase.WITHDRAWN, Phase.VALIDATING, Phase.REVIEWING}
# A certificate with a larger share of its lifetime left is not due.
_GOOD = 0.34


@dataclass(frozen=True)
class Source:
    """One kind of source. ``applications`` are the calls of which there must never be two for one certificate.

    ``made``: how many were ever sent. ``in_progress`` and ``good``: how many wait, and how many certificates are valid
    for longer than the window. ``failed``: whether one was refused. ``keys``: the hashes of the keys of what waits and
    of what is valid. ``undone``: what was withdrawn, deleted or revoked. ``there``: equal for accounts that cannot be
    told apart from now on, given names for keys and ids.
    """

    applications: tuple[str, ...]
    calls: tuple[str, ...]
    revokes: str
    made: Callable[[Emulator], int]
    in_progress: Callable[[Emulator], int]
    good: Callable[[Emulator], int]
    failed: Callable[[Emulator], bool]
    keys: Callable[[Emulator], set[str]]
    ids: Callable[[Emulator], list[str]]
    undone: Callable[[Emulator], list[str]]
    there: Callable[[Emulator, Mapping[str, str]], Hashable]
    events: Callable[[Emulator], Iterator[Event]]


def hashed(spki: bytes) -> str:
    return hashlib.sha256(spki).hexdigest()


def _days(account: Emulator, moment: float | None) -> int | None:
    return None if moment is None else round((moment - account.world.now()) / DAY)


def _is_good(account: Emulator, begins: float, ends: float) -> bool:
    return (ends - account.world.now()) / (ends - begins) > _GOOD


# Orders.


def orders(account: Emulator, phases: set[Phase] | frozenset[Phase]) -> list[Order]:
    return [order for order in account.world.present() if account.world.phase(order) in phases]


def _good_orders(account: Emulator) -> int:
    there = [(each.issued, each.ends) for each in orders(account, LIVE)]
    return sum(_is_good(account, begins, ends) for begins, ends in there if begins and ends)


def _orders_there(account: Emulator, labels: Mapping[str, str]) -> Hashable:
    return tuple(
        (account.world.phase(each).value, each.names, labels.get(hashed(each.spki)), _days(account, each.ends))
        for each in account.world.present()
    )


def _undone_orders(account: Emulator) -> list[str]:
    there = account.world.orders.items()
    return [str(number) for number, each in there if each.withdrawn or each.deleted or each.revoke_asked]


def _order_events(account: Emulator) -> Iterator[Event]:
    for order in account.world.present():
        number = order.number
        for event in ("prove", "accept", "reject"):
            yield f"{event} {number}", partial(_happen_to_order, event=event, number=number)
        for action in (REVOKE_ORDER, "CancelOrderRequest"):
            yield f"{action} {number}", partial(_call, action=action, OrderId=str(number))


def _happen_to_order(account: Emulator, event: str, number: int) -> object:
    return getattr(account, event)(number)


def _call(account: Emulator, action: str, **parameters: str) -> object:
    return account.call(action, parameters)


ORDERS = Source(
    applications=(CREATE, RENEW),
    calls=(CREATE, RENEW, "DeleteCertificateRequest", "CancelOrderRequest"),
    revokes=REVOKE_ORDER,
    made=lambda account: account.world.next_number,
    in_progress=lambda account: len(orders(account, UNDER_WAY)),
    good=_good_orders,
    failed=lambda account: bool(orders(account, {Phase.FAILED})),
    keys=lambda account: {hashed(each.spki) for each in orders(account, UNDER_WAY | LIVE)},
    ids=lambda account: [str(each.number) for each in account.world.present()],
    undone=_undone_orders,
    there=_orders_there,
    events=_order_events,
)


# Instances.


def _instances(account: Emulator) -> list[Instance]:
    found: list[Instance] = account.world.present_instances()
    return found


def _is_pending(account: Emulator, instance: Instance) -> bool:
    return account.world.instance_phase(instance) is of_instances.Phase.PENDING


def _is_live(account: Emulator, instance: Instance) -> bool:
    return bool(of_instances.is_live(instance.newest, account.world.now()))


def _good_instances(account: Emulator) -> int:
    there = [each.newest for each in _instances(account) if _is_live(account, each)]
    return sum(_is_good(account, each.issued, each.ends) for each in there if each)


def _refused(account: Emulator) -> bool:
    last = [each.application for each in _instances(account)]
    return any(each is not None and each.issued is None and not each.is_open(account.world.now()) for each in last)


def _keys_of_instances(account: Emulator) -> set[str]:
    """Those that came with a CSR; for what hosting issued, with that of the certificate before."""
    open_ones = [
        each.application.form for each in _instances(account) if each.application and _is_pending(account, each)
    ]
    newest = [each.newest.form for each in _instances(account) if each.newest and _is_live(account, each)]
    return {hashed(form.spki) for form in (*open_ones, *newest)}


def _undone_instances(account: Emulator) -> list[str]:
    def is_undone(instance: Instance) -> bool:
        withdrawn = instance.application is not None and instance.application.withdrawn is not None
        return withdrawn or instance.refunded is not None or any(each.revoked for each in instance.certificates)

    return [each.instance_id for each in account.world.instances.values() if is_undone(each)]


def _instances_there(account: Emulator, labels: Mapping[str, str]) -> Hashable:
    return tuple(_instance_there(account, labels, each) for each in _instances(account))


def _instance_there(account: Emulator, labels: Mapping[str, str], instance: Instance) -> Hashable:
    def shown(form: Form) -> Hashable:
        return form.names, labels.get(hashed(form.spki)) if form.spki else None

    last, newest = instance.application, instance.newest
    is_open = last is not None and last.is_open(account.world.now())
    return (
        account.world.instance_phase(instance).value,
        shown(instance.form),
        (shown(last.form), is_open, last.issued is None, last.result, last.message) if last else None,
        (shown(newest.form), newest.hosted, newest.revoked is None, _days(account, newest.ends)) if newest else None,
        instance.auto_reissue,
        _days(account, of_instances.term_end(instance, account.world.dials)),
    )


def _happen(account: Emulator, event: str, key: str, **details: str) -> object:
    return account.happen(event, key, **details)


def _instance_events(account: Emulator) -> Iterator[Event]:
    """What happens to instances in use; a subscription is over once, and hosting is switched on for one."""
    for instance in _instances(account):
        key, is_used = instance.instance_id, instance.application is not None
        if not is_used:
            continue
        for event in ("prove", "accept", "host"):
            yield f"{event} {key}", partial(_happen, event=event, key=key)
        yield f"reject {key}", partial(_happen, event="reject", key=key, reason="CAA forbids it")
        yield f"fail {key}", partial(_happen, event="reject", key=key, task_message="no telephone")
        for action in (CANCEL, REVOKE_CERTIFICATE):
            yield f"{action} {key}", partial(_call, action=action, InstanceId=key)
        if instance.ended is None:
            yield f"end of {key}", partial(_happen, event="end", key=key)
        if instance.newest and not instance.auto_reissue:
            yield f"hosting of {key}", partial(_call, action=UPDATE, InstanceId=key, AutoReissue="enable")


INSTANCES = Source(
    applications=(APPLY,),
    calls=(UPDATE, APPLY),
    revokes=REVOKE_CERTIFICATE,
    made=lambda account: sum(_sent(each) for each in _instances(account)),
    in_progress=lambda account: sum(_is_pending(account, each) for each in _instances(account)),
    good=_good_instances,
    failed=_refused,
    keys=_keys_of_instances,
    ids=lambda account: [each.instance_id for each in _instances(account)],
    undone=_undone_instances,
    there=_instances_there,
    events=_instance_events,
)


def _sent(instance: Instance) -> int:
    return instance.application.attempt if instance.application else 0
