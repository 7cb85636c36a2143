# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an instance is written in lists and in detail."""

from __future__ import annotations

from dataclasses import replace

from ..core.world import World
from ..orders.responses import empty
from .facts import Application, Certificate, Instance
from .lifecycle import MONTH, Phase, certificate_word, term_end
from .responses import Fields, cert_identifier, identifier, instant, optional, sequence, service_csr, service_key
from .specs import read_spec
from .validation import validation_list

# What came between September 2025 and now: comparison of SDKs, deduced.
LATER_FIELDS = (
    "CertificateNotBefore", "VersionType", "UsingProductList", "AutoReissueFlag", "UpgradeStatus", "OrderProgress",
    "DeploymentResourceCount", "DeploymentUseCount", "TotalDeploymentCount", "MonitorUseCount", "TotalMonitorCount",
    "MonitorExpandFlag",
)  # fmt: skip


def of_its_year(world: World, fields: Fields) -> Fields:
    """Responses of 2025 lack the fields that came later."""
    if world.dials.response_year == "2026":
        return fields
    return {name: value for name, value in fields.items() if name not in LATER_FIELDS}


def _as_told(world: World, instance: Instance) -> Instance:
    """ApplyCertificate only queues; that the status may be late to show it is deduced, a dial."""
    last = instance.application
    is_late = last is not None and last.submitted + world.dials.status_lag_seconds > world.now()
    return replace(instance, application=None) if is_late else instance


def list_entry(world: World, instance: Instance) -> Fields:
    """An entry of ListInstances."""
    instance = _as_told(world, instance)
    newest = instance.newest
    domain = optional(world, CertificateDomain=",".join(newest.names) if newest else None)
    fields = {**_common(world, instance), **domain, **sequence(world, "UsingProductList", [])}
    return of_its_year(world, fields)


def _common(world: World, instance: Instance) -> Fields:
    form, spec = instance.form, read_spec(instance.spec)
    names = ",".join(form.names) or None
    # m stands in responses only, for more than one name: docstring, confirmed.
    several = instance.full + instance.wildcard > 1
    written = f"{instance.spec.rpartition('.')[0]}.m" if several else instance.spec
    fields: Fields = {
        "InstanceId": instance.instance_id,
        "InstanceType": instance.kind,
        "VersionType": "standard",
        "Spec": written,
        "Brand": "DigiCert" if spec.brand == "DigiCert Pro" else spec.brand,
        "CertificateType": spec.grade,
        "Status": world.instance_phase(instance).value,
        "KeyAlgorithm": form.algorithm,
        "AutoReissue": "enable" if instance.auto_reissue else "disable",
        "FullDomainCount": instance.full,
        "WildcardDomainCount": instance.wildcard,
        "ResourceGroupId": "rg-default",
    }
    result = optional(world, PendingResult=pending_result(world, instance) or None)
    named = optional(world, Domain=names, CertificateName=form.label or None)
    return {**fields, **result, **named, **_times(world, instance), **_newest(world, instance)}


def _times(world: World, instance: Instance) -> Fields:
    """The time of the purchase, and the term, which is empty before the first issue: docstrings, confirmed."""
    issued = bool(instance.certificates)
    first = instance.certificates[0].issued if issued and world.dials.term_from == "issue" else instance.bought
    order_end = instant(world, instance.bought + instance.months * MONTH)
    return {
        "OrderStartTime": instant(world, instance.bought),
        "OrderEndTime": order_end,
        **optional(
            world,
            InstanceStartTime=instant(world, first) if issued else None,
            InstanceEndTime=instant(world, term_end(instance, world.dials)) if issued else None,
        ),
    }


def _newest(world: World, instance: Instance) -> Fields:
    """The latest certificate; while the next one is applied for it is still the old one: deduced."""
    newest, now = instance.newest, world.now()
    names = ("CertificateId", "CertIdentifier", "CertificateStatus", "CertificateNotBefore", "CertificateNotAfter")
    revoked = newest.revoked if newest and newest.revoked is not None and newest.revoked <= now else None
    at = optional(world, CertificateRevokeTime=None if revoked is None else instant(world, revoked))
    if newest is None:
        return {**empty(world.dials.empty_as, *names), **at}
    return {**_told(world, instance, newest), **at}


def _told(world: World, instance: Instance, newest: Certificate) -> Fields:
    return {
        "CertificateId": identifier(world, newest.number),
        "CertIdentifier": cert_identifier(newest.number, instance.site),
        "CertificateStatus": certificate_word(newest, world.now(), world.dials),
        "CertificateNotBefore": instant(world, newest.issued),
        "CertificateNotAfter": instant(world, newest.ends),
    }


def pending_result(world: World, instance: Instance) -> str:
    """Words seen: none, pending, issued, and nothing; anything else is the reason of a refusal."""
    last = instance.application
    if world.instance_phase(instance) is Phase.PENDING:
        return "pending"
    if last is not None and last.refused is not None:
        # The CA said nothing to a submission that never reached it.
        return last.result or (world.dials.unset_result if last.message else "")
    if last is None or (last.withdrawn is not None and not instance.certificates):
        return world.dials.unset_result
    return "issued"


def detail(world: World, instance: Instance) -> Fields:
    """GetInstanceDetail."""
    instance = _as_told(world, instance)
    form = instance.form
    contacts = form.contacts[::-1] if world.dials.contact_order == "reversed" else form.contacts
    tags = [{"TagKey": key, "TagValue": value} for key, value in instance.tags]
    numbers = ("DeploymentResourceCount", "DeploymentUseCount", "TotalDeploymentCount", "MonitorUseCount")
    fields = {
        **_common(world, instance),
        "GenerateCsrMethod": "upload" if form.csr else "online",
        "ValidationMethod": form.method,
        "CountryCode": form.address[0],
        **_place(world, instance),
        "AverageWaitingTime": "600",
        "UpgradeStatus": "none",
        "OrderProgress": world.instance_phase(instance).value,
        "AutoReissueFlag": 1,
        **dict.fromkeys((*numbers, "TotalMonitorCount", "MonitorExpandFlag"), 0),
        **optional(world, Csr=_csr(world, instance), CompanyId=_company(world, instance)),
        **sequence(world, "ContactIdList", [identifier(world, each) for each in contacts]),
        **sequence(world, "Tags", tags),
        **sequence(world, "DingGroupList", []),
        **sequence(world, "DomainValidationList", validation_list(world, instance)),
    }
    return of_its_year(world, fields)


def _csr(world: World, instance: Instance) -> str | None:
    """The user's with upload; with online the service's own, not before an application: acceptance tests."""
    last = instance.application
    if instance.form.csr or last is None:
        return instance.form.csr or None
    return service_csr(service_key(world, instance, last.attempt, last.form), (instance.form.names or ("",))[0])


def _company(world: World, instance: Instance) -> int | str | None:
    """Missing before an application, the account's default company afterwards: acceptance tests."""
    form, last = instance.form, instance.application
    if last is None and (world.dials.company_hidden or form.company is None):
        return None
    default = world.people.companies[0].company_id if world.people.companies else None
    number = form.company if form.company is not None else default
    return None if number is None else identifier(world, number)


def _place(world: World, instance: Instance) -> Fields:
    """What was sent is replaced by the company's address or a default: acceptance tests."""
    _country, province, city = instance.form.address
    if world.dials.province == "replaced":
        number, companies = instance.form.company, world.people.companies
        company = next((each for each in companies if each.company_id == number), None)
        province, city = (company.province, company.city) if company else ("", "")
    return {"Province": province or "Beijing", "City": city or "Beijing"}


def task_fields(last: Application | None, now: float) -> Fields:
    """GetTaskAttribute: about the submission, not about the issue: docstring of the official SDK, confirmed."""
    if last is None:
        return {"TaskStatus": "", "TaskMessage": ""}
    if last.message and last.failed is not None and last.failed <= now:
        return {"TaskStatus": "failed", "TaskMessage": last.message}
    return {"TaskStatus": "success" if last.records_out <= now else "processing", "TaskMessage": ""}
