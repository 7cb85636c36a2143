# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The operations on instances: one function for each question, paging included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._errors import ApiError, Failure, Kind
from ..._rpc.fields import id_text, text, whole
from ..._rpc.paging import entries
from ..status import CERTIFICATES, PENDING, Status
from .instance import Instance
from .read import read_instance

if TYPE_CHECKING:
    from ..._rpc.client import Caller
    from ..._x509.certificate import Certificate

_PAGE = 50
_TASK = "ApplyCertificate"


class Summary(NamedTuple):
    """Counts of an account: of instances, and of what was bought beside them. None where the service says nothing."""

    total: int | None
    unused: int | None
    expiring: int | None
    certificates: int | None
    auto_reissues: int | None

    def public(self) -> dict[str, Any]:
        return self._asdict()


def detail(caller: Caller, instance_id: str) -> Mapping[str, Any] | None:
    """What the service says of an instance, in its own words; None when it says there is none."""
    try:
        found = caller.call("GetInstanceDetail", {"InstanceId": instance_id})
    except ApiError as refused:
        if refused.kind is Kind.GONE:
            return None
        refused.add(instance_id=instance_id)
        raise
    return {"InstanceId": instance_id, **found}


def describe(caller: Caller, instance_id: str) -> Instance | None:
    """An instance as the service describes it; None when it says there is none."""
    found = detail(caller, instance_id)
    return read_instance(found) if found is not None else None


def describe_application(caller: Caller, instance: Instance) -> Instance | None:
    """The same, with what became of the submission where that is not plain: when a second look shows nothing to
    validate yet, and when an application ended without another certificate."""
    found = describe(caller, instance.instance_id)
    if found is None:
        return None
    found = replace(found, applied=instance.applied, validation=found.validation or _kept(instance, found))
    ended = found.status is not Status.PENDING_VALIDATION and found.certificate_id == instance.certificate_id
    still_empty = instance.status is Status.PENDING_VALIDATION and not found.validation
    return submission(caller, found) if ended or still_empty else found


def _kept(instance: Instance, found: Instance) -> tuple[Any, ...]:
    """What was to be published stays known while the application is in progress: the service drops its list."""
    return instance.validation if found.service_status == PENDING else ()


def submission(caller: Caller, instance: Instance) -> Instance:
    """An instance with what became of its last submission. A service that does not tell does not fail a task."""
    try:
        said = caller.call("GetTaskAttribute", {"TaskId": instance.instance_id, "TaskType": _TASK})
    except ApiError as refused:
        if refused.kind in (Kind.THROTTLED, Kind.BROKEN):
            raise
        return instance
    return replace(instance, submission=text(said.get("TaskStatus")), task_message=text(said.get("TaskMessage")))


def list_entries(caller: Caller, **filters: str | None) -> Iterator[dict[str, Any]]:
    """The entries of ListInstances, page after page, each once; ``filters`` are its parameters."""
    yield from entries(partial(_page, caller, "ListInstances", "InstanceList", filters), _key)


def list_instances(caller: Caller, **filters: str | None) -> Iterator[Instance]:
    """All instances that pass the filters."""
    yield from filter(_has_id, map(read_instance, list_entries(caller, **filters)))


def _has_id(instance: Instance) -> bool:
    return bool(instance.instance_id)


def _key(entry: Mapping[str, Any]) -> str:
    return id_text(entry.get("InstanceId")) or ""


def _page(
    caller: Caller, action: str, name: str, filters: Mapping[str, str | None], number: int
) -> tuple[object, object]:
    response = caller.call(action, {**filters, "CurrentPage": number, "ShowSize": _PAGE})
    return response.get(name), response.get("TotalCount")


def certificate_status(caller: Caller, instance_id: str, certificate_id: str) -> Status | None:
    """The status of one of an instance's certificates, of which there may be several; None where it has no such one."""
    ask = partial(_page, caller, "ListCertificates", "CertificateList", {"InstanceId": instance_id})
    for entry in entries(ask, lambda each: id_text(each.get("CertificateId")) or ""):
        if id_text(entry.get("CertificateId")) == certificate_id:
            return CERTIFICATES.get(text(entry.get("CertificateStatus")) or "", Status.UNKNOWN)
    return None


def certificate(caller: Caller, instance: Instance) -> Certificate | None:
    """The newest certificate of an instance; None while the service does not give it, or gives that of another one.

    The key that may come along is left behind.
    """
    try:
        response = caller.call("GetUserCertificateDetail", {"CertId": instance.certificate_id})
    except ApiError as refused:
        if refused.kind is Kind.GONE:  # its id is told some moments earlier
            return None
        raise refused.add(instance_id=instance.instance_id) from None
    pem, owner = response.get("Cert"), text(response.get("InstanceId"))
    if not isinstance(pem, str) or not pem.strip() or owner not in (None, instance.instance_id):
        return None
    from ..._x509.certificate import read_certificate  # its library is imported only where there is a certificate

    try:
        return read_certificate(pem)
    except Failure as failure:
        raise failure.add(instance_id=instance.instance_id) from None


def summary(caller: Caller, instance_type: str | None = None) -> Summary:
    """The counts of an account in one call."""
    said = caller.call("GetInstanceSummary", {"InstanceType": instance_type.upper() if instance_type else None})
    names = ("TotalCount", "InactiveCount", "WillExpireCount", "CertificateCount", "AutoReissueCount")
    return Summary(*(whole(said.get(name)) for name in names))


def contact_ids(caller: Caller, name: str) -> list[str]:
    """The ids of the contacts that have just this name."""
    return _named(caller, "ListContact", "ContactList", ("ContactId", "Name"), name)


def company_ids(caller: Caller, name: str) -> list[str]:
    """The ids of the companies that have just this name."""
    return _named(caller, "ListCompanies", "CompanyList", ("CompanyId", "CompanyName"), name)


def _named(caller: Caller, action: str, entries_name: str, fields: tuple[str, str], name: str) -> list[str]:
    key, label = fields
    ask = partial(_page, caller, action, entries_name, {"Keyword": name})
    found = entries(ask, lambda each: id_text(each.get(key)) or "")
    return [id_text(each.get(key)) or "" for each in found if text(each.get(label)) == name and id_text(each.get(key))]
