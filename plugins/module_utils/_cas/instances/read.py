# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Instances as the service tells them, in lists and in detail. Its spellings (``willExpire``, ``TagKey``) stop here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._rpc.fields import flag, id_text, instant, text, whole
from ..._x509.hostnames import folded
from ..status import CERTIFICATES, METHODS, NOT_REFUSED, PENDING, RUNNING, SUBSCRIPTIONS, Status, Subscription
from ..validation import read_validation_list
from .instance import Form, Instance

if TYPE_CHECKING:
    from ..._x509.csr import Csr


def read_instance(entry: Mapping[str, Any]) -> Instance:
    """An instance of ListInstances or GetInstanceDetail; each of them lacks fields of the other."""
    word, result = text(entry.get("Status")), text(entry.get("PendingResult"))
    certificate_id, not_after = id_text(entry.get("CertificateId")), instant(entry.get("CertificateNotAfter"))
    certificate_id = None if certificate_id == "0" else certificate_id
    certificate_word = text(entry.get("CertificateStatus"))
    of_certificate = CERTIFICATES.get(certificate_word or "", Status.UNKNOWN) if certificate_id else None
    subscription = SUBSCRIPTIONS.get(word or "", Subscription.UNKNOWN)
    return Instance(
        instance_id=id_text(entry.get("InstanceId")) or "",
        status=_status(word, subscription, of_certificate, result),
        service_status=word,
        subscription=subscription,
        subscription_end=instant(entry.get("InstanceEndTime")),
        instance_type=(text(entry.get("InstanceType")) or "").lower() or None,
        brand=text(entry.get("Brand")),
        spec=text(entry.get("Spec")),
        certificate_type=text(entry.get("CertificateType")),
        single_names=whole(entry.get("FullDomainCount")),
        wildcard_names=whole(entry.get("WildcardDomainCount")),
        form=_form(entry),
        certificate_name="" if entry.get("CertificateName") == "" else text(entry.get("CertificateName")),
        auto_reissue=flag(entry.get("AutoReissue")),
        tags=_tags(entry.get("Tags")),
        pending_result=result,
        certificate_id=certificate_id,
        certificate_status=of_certificate,
        unknown_word=word if subscription is Subscription.UNKNOWN else certificate_word,
        certificate_domains=_names(entry.get("CertificateDomain")) if certificate_id else (),
        not_before=instant(entry.get("CertificateNotBefore")) if certificate_id else None,
        not_after=not_after if certificate_id else None,
        validation=read_validation_list(entry.get("DomainValidationList")) if word == PENDING else (),
        standing=_standing(entry.get("DomainValidationList")),
        bought=instant(entry.get("OrderStartTime")),
    )


def _status(word: str | None, subscription: Subscription, of_certificate: Status | None, result: str | None) -> Status:
    if subscription is Subscription.UNKNOWN:
        return Status.UNKNOWN
    if word == PENDING:
        return Status.PENDING_VALIDATION
    if of_certificate is not None:
        return of_certificate
    return Status.FAILED if result and result not in NOT_REFUSED and subscription in RUNNING else Status.INACTIVE


def _form(entry: Mapping[str, Any]) -> Form:
    method = text(entry.get("GenerateCsrMethod"))
    csr = _csr(entry.get("Csr")) if method == "upload" else None
    contacts = entry.get("ContactIdList")
    ids = [id_text(each) for each in contacts] if isinstance(contacts, list) else []
    return Form(
        # Of several names in a CSR, the service may show the CN alone.
        domains=tuple(dict.fromkeys((*_names(entry.get("Domain")), *(csr.domains if csr else ())))),
        public_key_sha256=csr.public_key_sha256 if csr else None,
        makes_key=None if method is None else method != "upload",
        key_algorithm=text(entry.get("KeyAlgorithm")),
        validation_method=METHODS.get(text(entry.get("ValidationMethod")) or ""),
        contact_ids=frozenset(each for each in ids if each) or None,
        company_id=id_text(entry.get("CompanyId")),
    )


def _csr(csr: object) -> Csr | None:
    """An uploaded CSR. Its key is compared in place of its text, which may come back in another form."""
    if text(csr) is None:
        return None
    from ..._errors import InvalidOption
    from ..._x509.csr import read_csr  # its library is imported only where there is a CSR

    try:
        return read_csr(str(csr), "Csr")
    except InvalidOption:
        return None


def _tags(value: object) -> tuple[tuple[str, str], ...] | None:
    if not isinstance(value, list):
        return None
    pairs = ((text(each.get("TagKey")), each.get("TagValue")) for each in value if isinstance(each, Mapping))
    return tuple(sorted((key, str(said or "")) for key, said in pairs if key))


def _standing(entries: object) -> tuple[tuple[str, str], ...]:
    """Records that are published once, for this validation and all later ones, where the service offers them."""
    found = [each for each in entries if isinstance(each, Mapping)] if isinstance(entries, list) else []
    told = ((text(each.get("CnameKey")), text(each.get("RootDomain")), text(each.get("Cname"))) for each in found)
    return tuple((_full(key, root or ""), target) for key, root, target in told if key and target)


def _full(key: str, root: str) -> str:
    return root if key == "@" else key if not root or key.endswith(f".{root}") else f"{key}.{root}"


def _names(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else (text(value) or "").split(",")
    return tuple(dict.fromkeys(folded(name) for name in map(str, listed) if name.strip()))
