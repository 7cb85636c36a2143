# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen to an order: each function is one transition, refused when it does not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..core.refusal import Impossible, delete_fail, no_order, no_package, no_quota, wrong_state
from ..core.world import World
from .ca import derived_key, moment, public_der
from .lifecycle import DAY, LIVE, PAYED, Order, Phase, is_free, issue


@dataclass(frozen=True)
class Application:
    """What an applicant asks for, checked and tidied. `spki` is empty when the service is to make the key."""

    names: tuple[str, ...]
    product: str
    method: str
    csr: str = ""
    spki: bytes = b""
    contact: tuple[tuple[str, str], ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


# What the API does.


def apply(world: World, wish: Application) -> Order:
    """A new order, submitted. That takes quota: official page of CreateCertificateRequest, confirmed."""
    take_quota(world, wish.product)
    return world.store(_submitted(world, _born(world, wish)))


def renew(world: World, old: Order, wish: Application) -> Order:
    """A new order that waits for its application.

    Confirmed (official page of RenewCertificateOrderForPackageRequest): only while expiring, a new id, payed.
    Unconfirmed: which call submits it, and whether it takes quota: dials.
    """
    if world.phase(old) is not Phase.EXPIRING:
        raise _state(world, "只有即将过期的订单可以续费")
    # The console help excludes personal test certificates and orders with several names; the API pages are silent.
    if is_free(old.product) or (len(old.names) > 1 and not world.dials.renew_several_names):
        raise _state(world, "该证书不支持续费")
    if world.dials.renew_takes_unit:
        take_quota(world, old.product)
    order = replace(_born(world, wish), renews=old.number, takes_unit=world.dials.renew_takes_unit)
    return world.store(_submitted(world, order) if world.dials.renewal == "moves" else order)


def withdraw(world: World, order: Order) -> Order:
    """CancelOrderRequest: confirmed for domain_verify and process; that it may lag behind its response is deduced."""
    in_progress = order.withdrawn is not None
    if in_progress or world.phase(order) not in (Phase.VALIDATING, Phase.REVIEWING):
        raise _state(world, "只有审核中的订单可以撤回")
    return world.store(replace(order, withdrawn=world.now() + world.dials.cancel_seconds))


def delete(world: World, order: Order) -> Order:
    """DeleteCertificateRequest: confirmed for verify_fail and for payed after a withdrawal.

    Unconfirmed for other payed orders; a comment in public code says that payed is always refused: a dial.
    """
    now = world.phase(order)
    if now in PAYED:
        allowed = {"any": PAYED, "withdrawn": frozenset({Phase.WITHDRAWN}), "never": frozenset[Phase]()}
        if now not in allowed[world.dials.delete_payed]:
            raise delete_fail("待申请的订单不能删除")
    elif now is not Phase.FAILED:
        raise _state(world, "当前状态的订单不能删除")
    return world.store(replace(order, deleted=world.now()))


def cancel_for_package(world: World, order: Order) -> Order:
    """CancelCertificateForPackageRequest: issued is revoked (confirmed), payed is removed (one page of two says so)."""
    now = world.phase(order)
    if now in PAYED and world.dials.cancel_payed:
        return world.store(replace(order, deleted=world.now()))
    if now not in LIVE or order.revoke_asked is not None:
        raise _state(world, "当前状态的订单不能吊销")
    return world.store(_revoked(world, order))


def take_quota(world: World, product: str) -> None:
    if product not in world.quota:
        raise no_package(product)
    bought, used, _issued = world.counts(product)
    if used >= bought:
        raise no_quota(world.dials.quota_error_code)


# What the world does: people at the console, the CA, the Internet.


def submit(world: World, number: int) -> Order:
    """The user presses "apply" in the console: a payed order continues. Confirmed by the console help."""
    order = _known(world, number)
    if world.phase(order) not in (Phase.UNSUBMITTED, Phase.WITHDRAWN):
        raise _unfit(world, order, "submitted")
    fresh = replace(order, withdrawn=None, proven=None, attempt=order.attempt + (order.submitted is not None))
    return world.store(_submitted(world, fresh))


def prove(world: World, number: int) -> Order:
    """The CA found the record or the file; an order that still settles is taken up at once."""
    order = _known(world, number)
    if world.phase(order) not in (Phase.SETTLING, Phase.VALIDATING):
        raise _unfit(world, order, "validated")
    return world.store(_hastened(order, world.now(), validated=world.now()))


def prove_all(world: World) -> list[Order]:
    waiting = [order for order in world.present() if world.phase(order) is Phase.VALIDATING]
    return [prove(world, order.number) for order in waiting]


def accept(world: World, number: int) -> Order:
    """The CA issues; implies the validation."""
    order = _known(world, number)
    if world.phase(order) not in (Phase.SETTLING, Phase.VALIDATING, Phase.REVIEWING):
        raise _unfit(world, order, "accepted")
    return world.store(issue(_hastened(order, world.now(), validated=order.proven), world.now(), world.dials))


def reject(world: World, number: int) -> Order:
    """The CA refuses."""
    order = _known(world, number)
    if world.phase(order) not in (Phase.SETTLING, Phase.VALIDATING, Phase.REVIEWING):
        raise _unfit(world, order, "rejected")
    hastened = _hastened(order, world.now(), validated=order.proven)
    return world.store(replace(hastened, rejected=world.now(), withdrawn=None))


EVENTS: dict[str, Callable[[World, int], Order]] = {
    "prove": prove,
    "accept": accept,
    "reject": reject,
    "submit": submit,
}


def _known(world: World, number: int) -> Order:
    order = world.order(number)
    if order is None:
        raise Impossible(f"There is no order {number}.")
    return order


def _unfit(world: World, order: Order, what: str) -> Impossible:
    return Impossible(f"Order {order.number} is {world.phase(order).value} and cannot be {what}.")


def _state(world: World, why: str) -> Exception:
    return wrong_state(world.dials.state_error_code, why)


def _born(world: World, wish: Application) -> Order:
    number = world.next_number
    world.next_number += 1
    return Order(
        number=number,
        names=wish.names,
        product=wish.product,
        method=wish.method,
        csr=wish.csr,
        spki=wish.spki or public_der(derived_key(world.token("key", number)).public_key()),
        contact=wish.contact,
        tags=wish.tags,
        applied=world.now(),
    )


def _submitted(world: World, order: Order) -> Order:
    now = world.now()
    taken_up = now + world.dials.settle_seconds
    record_out = taken_up + world.dials.record_delay_seconds
    return replace(order, submitted=now, taken_up=taken_up, record_out=record_out)


def _hastened(order: Order, now: float, validated: float | None) -> Order:
    taken_up = min(order.taken_up or now, now)
    return replace(order, taken_up=taken_up, record_out=min(order.record_out or now, now), proven=validated)


def _revoked(world: World, order: Order) -> Order:
    """The quota comes back within 30 calendar days of issue: official page; counted in UTC here, unconfirmed."""
    now = world.now()
    age = moment(now).date() - moment(order.issued or now).date()
    back = age.total_seconds() <= 30 * DAY
    return replace(order, revoke_asked=now, revoked=now + world.dials.revoke_seconds, refunded=back)


def known_order(world: World, number: int) -> Order:
    """The order a call names, or the service's refusal."""
    order = world.order(number)
    if order is None:
        raise no_order(world.dials.not_found_code)
    return order
