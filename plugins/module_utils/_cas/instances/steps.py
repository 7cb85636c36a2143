# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The steps of instances: which call each is, with which parameters, and the instance expected afterwards. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..._plan import Repeat, Step, Target
from ..._text import KNOWN_AFTER_APPLY
from ..options import WaitFor
from ..status import PENDING, VALID, Status, Subscription
from .instance import Form

if TYPE_CHECKING:
    from .instance import Instance
    from .select import Seen
    from .wanted import InstanceWanted

UPDATE, APPLY, CANCEL = "UpdateInstance", "ApplyCertificate", "CancelPendingCertificate"
REVOKE, REFUND, TAG, UNTAG = "RevokeCertificate", "RefundInstance", "TagResources", "UntagResources"
# Before a subscription ends, for so long at most the service may call it expiring.
_SOON = timedelta(days=31)
# ValidationMethod.
METHODS = {"dns": "DNS", "file": "HTTP"}
_SWITCH = {True: "enable", False: "disable"}


def wanted_form(seen: Seen, instance: Instance) -> Form:
    """The form that an application is to be sent with: what is asked for, and what is there where nothing is."""
    wanted, there = seen.wanted, instance.form
    return Form(
        domains=wanted.domains or there.domains,
        public_key_sha256=wanted.csr.public_key_sha256 if wanted.csr else None,
        makes_key=wanted.csr is None,
        key_algorithm=there.key_algorithm if wanted.csr else wanted.key_algorithm or there.key_algorithm,
        validation_method=wanted.validation_method,
        contact_ids=seen.contact_ids or there.contact_ids,
        company_id=seen.company_id or there.company_id,
    )


def form_differs(seen: Seen, instance: Instance) -> bool:
    """Whether the form has to be filled in. What the service does not say makes no difference, once it has names."""
    there, asked = instance.form, wanted_form(seen, instance)
    if not there.domains and not there.public_key_sha256:
        return bool(asked.domains)
    return (
        set(asked.domains) != set(there.domains)
        or _other(asked.public_key_sha256, there.public_key_sha256)
        or (asked.public_key_sha256 is not None and there.makes_key is True)
        or (asked.public_key_sha256 is None and there.makes_key is False)
        or _other(asked.key_algorithm, there.key_algorithm)
        or _other(asked.validation_method, there.validation_method)
        or _other(asked.contact_ids, there.contact_ids)
        or _other(asked.company_id, there.company_id)
    )


def _other(asked: object, there: object) -> bool:
    return asked is not None and there is not None and asked != there


def fill_in(seen: Seen, instance: Instance, reason: str) -> Step[Instance]:
    """Fill in the form, with everything, since what was sent before may have been replaced or dropped."""
    wanted, form = seen.wanted, wanted_form(seen, instance)
    is_one = wanted.csr is not None and len(form.domains) == 1 and wanted.csr.has_common_name
    params: dict[str, Any] = {
        "InstanceId": instance.instance_id,
        # With a CSR for one name, its CN tells it.
        "Domain": None if is_one else ",".join(form.domains),
        "GenerateCsrMethod": "upload" if wanted.csr else "online",
        "Csr": wanted.csr.pem if wanted.csr else None,
        "KeyAlgorithm": None if wanted.csr else form.key_algorithm,
        "ValidationMethod": METHODS[form.validation_method or "dns"],
        "ContactIdList": sorted(form.contact_ids or ()),
        "CompanyId": form.company_id,
        "CertificateName": wanted.certificate_name,
        "AutoReissue": None if wanted.auto_reissue is None else _SWITCH[wanted.auto_reissue],
    }
    leaves = replace(_settled(wanted, instance), form=form)
    return _step(UPDATE, reason, instance, leaves, {key: each for key, each in params.items() if each is not None})


def settings_differ(wanted: InstanceWanted, instance: Instance, applies: bool = False) -> bool:
    """Whether the name of the certificate or the hosting is another one than asked for.

    What the service does not say makes no difference, once the instance has names; but when it is applied for anyhow.
    """
    return bool(_settings_params(wanted, instance, applies))


def set_up(wanted: InstanceWanted, instance: Instance, applies: bool) -> Step[Instance]:
    """Change what needs no application."""
    params = {"InstanceId": instance.instance_id, **_settings_params(wanted, instance, applies)}
    return _step(UPDATE, "certificate_name or auto_reissue differs", instance, _settled(wanted, instance), params)


def _settings_params(wanted: InstanceWanted, instance: Instance, applies: bool) -> dict[str, Any]:
    name, hosted, is_blank = wanted.certificate_name, wanted.auto_reissue, applies or not instance.domains
    there, is_hosted = instance.certificate_name, instance.auto_reissue
    is_named = name is None or name == there or (there is None and not is_blank)
    is_switched = hosted is None or hosted is is_hosted or (is_hosted is None and not (is_blank and hosted))
    return {
        **({} if is_named else {"CertificateName": name}),
        **({} if is_switched or hosted is None else {"AutoReissue": _SWITCH[hosted]}),
    }


def _settled(wanted: InstanceWanted, instance: Instance) -> Instance:
    hosted = wanted.auto_reissue
    return replace(
        instance,
        certificate_name=wanted.certificate_name or instance.certificate_name,
        auto_reissue=instance.auto_reissue if hosted is None else hosted,
    )


def tag(wanted: InstanceWanted, instance: Instance) -> list[Step[Instance]]:
    """Add what is missing, and remove the rest where that is asked for; unknown tags are taken for none."""
    if wanted.tags is None:
        return []
    there, asked = dict(instance.tags or ()), dict(wanted.tags)
    new = {key: value for key, value in asked.items() if there.get(key) != value}
    gone = sorted(set(there) - set(asked)) if wanted.purge_tags else []
    resource = {"RegionId": wanted.region, "ResourceType": "instance", "ResourceId": [instance.instance_id]}
    kept = {key: value for key, value in {**there, **asked}.items() if key not in gone}
    steps: list[Step[Instance]] = []
    if gone:
        left = replace(instance, tags=tuple(sorted((key, said) for key, said in there.items() if key not in gone)))
        reason = f"tags {', '.join(gone)} are not wanted"
        steps.append(_step(UNTAG, reason, instance, left, {**resource, "TagKey": gone}))
    if new:
        added = replace(instance, tags=tuple(sorted(kept.items())))
        pairs = [{"Key": key, "Value": value} for key, value in new.items()]
        steps.append(_step(TAG, f"tags {', '.join(new)} are missing", instance, added, {**resource, "Tag": pairs}))
    return steps


_EXPECTED = {
    WaitFor.NONE: Status.DECIDED_LATER,
    WaitFor.VALIDATION: Status.PENDING_VALIDATION,
    WaitFor.ISSUED: Status.ISSUED,
}


def apply(seen: Seen, instance: Instance, reason: str) -> Step[Instance]:
    """Send the application."""
    wanted = seen.wanted
    is_waited = wanted.waiting.wait_for is WaitFor.ISSUED
    key = wanted.csr.public_key_sha256 if wanted.csr else KNOWN_AFTER_APPLY
    # The service does not call it expiring while an application is in progress; the first certificate may begin it.
    ends_soon = instance.subscription is Subscription.EXPIRING
    leaves = replace(
        _settled(wanted, instance),
        subscription=Subscription.DECIDED_LATER if ends_soon else instance.subscription,
        status=_EXPECTED[wanted.waiting.wait_for],
        service_status=None,
        form=wanted_form(seen, instance),
        certificate_id=KNOWN_AFTER_APPLY if is_waited else instance.certificate_id,
        certificate_status=Status.ISSUED if is_waited else instance.certificate_status,
        certificate_domains=wanted.domains if is_waited else instance.certificate_domains,
        certificate=None if is_waited else instance.certificate,
        public_key_sha256=key if is_waited else instance.public_key_sha256,
        not_before=None if is_waited else instance.not_before,
        not_after=None if is_waited else instance.not_after,
        pending_result=None,
    )
    params = {"InstanceId": instance.instance_id}
    return Step(APPLY, reason, _target(instance), leaves, Repeat.NEVER, params)


def cancel(instance: Instance, now: datetime) -> Step[Instance]:
    """Withdraw the application in progress; the certificate that is there stays."""
    back, end = instance.certificate_status or Status.INACTIVE, instance.subscription_end
    # While an application is in progress, the service does not call it expiring.
    is_far = end is not None and end - now > _SOON
    subscription = instance.subscription if is_far else Subscription.DECIDED_LATER
    leaves = replace(instance, status=back, subscription=subscription, service_status=None, validation=())
    params = {"InstanceId": instance.instance_id}
    return _step(CANCEL, f"{instance.named} has an application in progress", instance, leaves, params)


def revoke(instance: Instance, certificate_id: str) -> Step[Instance]:
    """Revoke one certificate for good."""
    leaves = instance
    if certificate_id == instance.certificate_id:
        now = Status.REVOKED if instance.service_status != PENDING else instance.status
        leaves = replace(instance, status=now, certificate_status=Status.REVOKED, certificate=None)
    params = {"InstanceId": instance.instance_id, "CertificateId": certificate_id}
    reason = f"certificate {certificate_id} of {instance.named[:1].lower()}{instance.named[1:]} is to be revoked"
    return _step(REVOKE, reason, instance, leaves, params, only_while=VALID)


def refund(instance: Instance) -> Step[Instance]:
    """Give an instance back that never had a certificate."""
    leaves = replace(instance, status=Status.INACTIVE, subscription=Subscription.REFUNDED, service_status=None)
    params = {"InstanceId": instance.instance_id}
    return _step(REFUND, f"{instance.named} never had a certificate", instance, leaves, params)


def _step(
    action: str,
    reason: str,
    instance: Instance,
    leaves: Instance,
    params: dict[str, Any],
    only_while: frozenset[Status] = frozenset(),
) -> Step[Instance]:
    return Step(action, reason, _target(instance), leaves, Repeat.SAFE, params, frozenset(only_while))


def _target(instance: Instance) -> Target:
    return Target("instance_id", instance.instance_id)
