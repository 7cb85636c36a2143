# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen to an instance: each function is one transition, refused when it does not fit."""

from __future__ import annotations

from dataclasses import replace

from ..core.world import World
from .facts import Application, Certificate, Form, Instance
from .lifecycle import DAY, RUNNING, Phase, can_apply_again, certificate_word, is_live, next_attempt
from .refusals import (
    could_not_refund,
    delete_protection,
    insufficient_quota,
    missing_parameter,
    not_found,
    status_not_support,
    update_protection,
)
from .specs import read_spec


def update(world: World, instance: Instance, form: Form, auto_reissue: bool) -> Instance:
    """UpdateInstance. May submit by itself once everything is there: one source of two says so, a dial."""
    check_updatable(world, instance)
    if auto_reissue and not instance.auto_reissue and world.dials.hosting_unbought == "refused":
        check_managed_quota(world)
    changed = world.store_instance(replace(instance, form=form, auto_reissue=auto_reissue))
    submits = world.dials.update_submits and _complete(world, form, instance.spec) is None
    # Deduced: only what could be applied for by hand submits itself, and only when something else was filled in.
    if submits and form != instance.form and can_apply_again(instance, world.dials):
        return apply(world, changed)
    return changed


def check_updatable(world: World, instance: Instance) -> None:
    """UpdateProtection for up to minutes: seen by a Terraform provider; when exactly is unconfirmed."""
    now, window = world.now(), world.dials.update_protection_seconds
    status = world.instance_phase(instance)
    if status is Phase.PENDING:
        raise update_protection()
    if status not in RUNNING:
        raise status_not_support("实例已结束")
    last = instance.application
    since = instance.bought if last is None or last.end is None else last.end
    if now < since + window:
        raise update_protection()


def check_managed_quota(world: World) -> None:
    """Hosting without managed quota: that it is refused is deduced."""
    if world.managed_left() <= 0:
        raise insufficient_quota()


def apply(world: World, instance: Instance) -> Instance:
    """ApplyCertificate only queues: confirmed. What is missing is refused at once: seen for the contact."""
    if world.instance_phase(instance) not in RUNNING:
        raise status_not_support("当前状态不能提交申请")
    if not can_apply_again(instance, world.dials):
        raise status_not_support("已签发的实例不能再次申请", world.dials.reissue_error_code)
    missing = _complete(world, instance.form, instance.spec)
    if missing:
        raise missing_parameter(missing)
    return world.store_instance(replace(instance, application=_submitted(world, instance)))


def _complete(world: World, form: Form, spec: str) -> str | None:
    """The parameter that an application lacks, or None."""
    if not form.names:
        return "Domain"
    if not form.contacts and (world.dials.contact_needed or not world.people.contacts):
        return "ContactIdList"
    # For OV and EV the account's default company is taken: acceptance tests.
    if read_spec(spec).grade != "DV" and form.company is None and not world.people.companies:
        return "CompanyId"
    return None


def _submitted(world: World, instance: Instance) -> Application:
    now, dials, form = world.now(), world.dials, instance.form
    out = now + dials.validation_seconds
    hosted = form.method == "DNS" and all(world.zones.zone_of(name.removeprefix("*.")) for name in form.names)
    # Names in a zone of the same account are validated without the user: help page, confirmed for DV.
    automatic = dials.zone_validation and hosted and read_spec(instance.spec).grade == "DV"
    message = dials.submission_failure
    return Application(
        attempt=next_attempt(instance),
        form=form,
        submitted=now,
        records_out=out,
        withdrawable=out + dials.withdrawable_seconds,
        automatic=automatic and not message,
        proven=out if automatic and not message else None,
        failed=out if message else None,
        message=message,
    )


def withdraw(world: World, instance: Instance) -> Instance:
    """CancelPendingCertificate: refused when nothing is pending, for seconds after the application, and twice."""
    last, now = instance.application, world.now()
    if world.instance_phase(instance) is not Phase.PENDING or last is None:
        raise status_not_support("没有审核中的申请")
    if last.withdrawn is not None or now < last.withdrawable:
        raise status_not_support("申请正在处理中")
    gone = replace(last, withdrawn=now + world.dials.withdrawal_seconds)
    return world.store_instance(replace(instance, application=gone))


def revoke(world: World, instance: Instance, number: int | None) -> Instance:
    """RevokeCertificate: the newest certificate when no id is given. Review may take time: confirmed."""
    now = world.now()
    chosen = instance.newest if number is None else _certificate(instance, number)
    if chosen is None or not is_live(chosen, now):
        raise status_not_support("没有可吊销的证书")
    later = replace(chosen, revoked=now + world.dials.revoke_seconds)
    certificates = tuple(later if each is chosen else each for each in instance.certificates)
    return world.store_instance(replace(instance, certificates=certificates))


def _certificate(instance: Instance, number: int) -> Certificate:
    for each in instance.certificates:
        if each.number == number:
            return each
    raise not_found("证书不存在")


def refund(world: World, instance: Instance) -> Instance:
    """RefundInstance: never issued ones (confirmed), not at once after the purchase (seen), seven days (confirmed)."""
    now, dials = world.now(), world.dials
    running = instance.refunded is None and world.instance_phase(instance) in RUNNING
    if not running or not _refundable(world, instance):
        raise could_not_refund("NotSupport")
    if now < instance.bought + dials.refund_refused_seconds:
        raise could_not_refund("NotSupport")
    if now > instance.bought + dials.refund_days * DAY:
        raise could_not_refund("OverTime")
    return world.store_instance(replace(instance, refunded=now + dials.refund_seconds))


def _refundable(world: World, instance: Instance) -> bool:
    """With an issued one the official page (after revocation) contradicts acceptance tests (never): a dial."""
    words = {certificate_word(each, world.now(), world.dials) for each in instance.certificates}
    return not words or (world.dials.refund_issued == "revoked" and words == {"revoked"})


def delete(world: World, instance: Instance) -> Instance:
    """DeleteInstance: only after a refund has landed (seen), or when the subscription is over (deduced)."""
    finished = (Phase.REFUNDED, Phase.EXPIRED, Phase.CLOSED)
    if world.instance_phase(instance) not in finished:
        raise delete_protection()
    return world.store_instance(replace(instance, deleted=world.now()))


def known_instance(world: World, instance_id: str, site: str) -> Instance:
    """The instance a call names, or the service's refusal; another site's is not found."""
    instance = world.instance(instance_id)
    if instance is None or not world.seen_at(instance, site):
        raise not_found("实例不存在")
    return instance
