# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an order is: its status, its proof, its certificate; and the service's two vocabularies.

The service's spellings (``payed``, ``unknow``) stop at the tables of this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..rpc.errors import Failure, quoted
from .names import base, folded

if TYPE_CHECKING:
    from .pki import Certificate

KNOWN_AFTER_APPLY = "(known after apply)"


class Status(Enum):
    """Where an order stands."""

    PENDING_APPLICATION = "pending_application"
    PENDING_VALIDATION = "pending_validation"
    REVIEWING = "reviewing"
    FAILED = "failed"
    ISSUED = "issued"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"
    # Of a predicted order only, when nothing waits for the service to decide.
    DECIDED_LATER = KNOWN_AFTER_APPLY


IN_FLIGHT = frozenset({Status.PENDING_APPLICATION, Status.PENDING_VALIDATION, Status.REVIEWING})
WITH_THE_CA = frozenset({Status.PENDING_VALIDATION, Status.REVIEWING})
VALID = frozenset({Status.ISSUED, Status.EXPIRING})
DEAD = frozenset({Status.EXPIRED, Status.REVOKED, Status.INACTIVE})

# DescribeCertificateState.Type
DESCRIBED = {
    "payed": Status.PENDING_APPLICATION,
    "domain_verify": Status.PENDING_VALIDATION,
    "process": Status.REVIEWING,
    "verify_fail": Status.FAILED,
    "certificate": Status.ISSUED,
}
# ListUserCertificateOrder.Status; CHECKING covers two of ours, and a describe tells which.
LISTED = {
    "PAYED": Status.PENDING_APPLICATION,
    "CHECKING": Status.PENDING_VALIDATION,
    "CHECKED_FAIL": Status.FAILED,
    "ISSUED": Status.ISSUED,
    "WILLEXPIRED": Status.EXPIRING,
    "EXPIRED": Status.EXPIRED,
    "REVOKED": Status.REVOKED,
    "NOTACTIVATED": Status.INACTIVE,
}
METHODS = {"DNS": "dns", "FILE": "file"}


def listed_words(status: Status) -> list[str]:
    """The list's words for a status of ours; none for ``unknown``, which is every other word."""
    refined = Status.PENDING_VALIDATION if status is Status.REVIEWING else status
    return [word for word, meaning in LISTED.items() if meaning is refined]


@dataclass(frozen=True)
class DnsProof:
    """A record to publish. ``record_name`` is None when the raw name does not say which domain it is for."""

    domain: str | None
    record_name: str | None
    record_type: str
    record_value: str
    raw_record_name: str

    @property
    def place(self) -> str:
        """Where it is to be published, as far as the service says: without the labels that begin with an underscore."""
        labels = self.raw_record_name.strip().rstrip(".").lower().split(".")
        return ".".join(label for label in labels if not label.startswith("_"))

    def public(self) -> dict[str, Any]:
        return {"method": "dns", **self.__dict__}


@dataclass(frozen=True)
class FileProof:
    """A file to serve, byte for byte as given."""

    domain: str
    path: str
    content: str
    url: str

    @property
    def place(self) -> str:
        """The host that is to serve it."""
        return self.domain.lower()

    def public(self) -> dict[str, Any]:
        return {"method": "file", **self.__dict__}


@dataclass(frozen=True)
class Order:
    """What is known of one order. ``order_id`` is text: the number does not fit a float.

    ``not_before`` and ``not_after`` come from the list or from the certificate; ``public_key_sha256`` is the key of
    the certificate, or in a prediction the key of the CSR.
    """

    order_id: str
    status: Status
    service_status: str | None = None
    domains: tuple[str, ...] = ()
    product_code: str | None = None
    instance_id: str | None = None
    certificate_id: str | None = None
    validation_method: str | None = None
    validation: tuple[DnsProof | FileProof, ...] = ()
    certificate: Certificate | None = None
    public_key_sha256: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None

    def public(self, now: datetime) -> dict[str, Any]:
        """The order as a playbook sees it."""
        return {
            "order_id": self.order_id or None,
            "instance_id": self.instance_id,
            "certificate_id": self.certificate_id,
            "status": self.status.value,
            "service_status": self.service_status,
            "domains": list(self.domains),
            "product_code": self.product_code,
            "validation_method": self.validation_method,
            "validation": [proof.public() for proof in self.validation],
            "certificate": self.certificate.public(now) if self.certificate else None,
        }

    @property
    def named(self) -> str:
        """How messages call it: ``Order 98987582437920968 for www.example.com``."""
        return f"Order {self.order_id}" + (f" for {', '.join(self.domains)}" if self.domains else "")


def id_text(value: object) -> str | None:
    """An id as text, whether it came as a number or as text; None for anything else."""
    text = str(value).strip() if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdigit() else None


def from_list(entry: Mapping[str, Any], asked: str | None = None) -> Order:
    """An order of ListUserCertificateOrder, for all of its order types; ``asked`` is the word that was listed by.

    Entries of certificates have no order id (it is then empty), dates as text and no status word.
    """
    word = _text(entry.get("Status")) or asked
    not_after = _moment(entry.get("CertEndTime")) or _day(entry.get("EndDate"))
    return Order(
        order_id=id_text(entry.get("OrderId")) or "",
        status=LISTED.get(word, Status.UNKNOWN) if word else _by_expiry(entry),
        service_status=word,
        domains=_names(entry.get("Domain") or entry.get("Sans") or entry.get("CommonName")),
        product_code=_text(entry.get("ProductCode")),
        instance_id=_text(entry.get("InstanceId")),
        certificate_id=id_text(entry.get("CertificateId")),
        not_before=_moment(entry.get("CertStartTime")) or _day(entry.get("StartDate")),
        not_after=not_after,
    )


def _by_expiry(entry: Mapping[str, Any]) -> Status:
    expired = entry.get("Expired")
    if not isinstance(expired, bool):
        return Status.UNKNOWN
    return Status.EXPIRED if expired else Status.ISSUED


def described(known: Order, answer: Mapping[str, Any], certificate: Certificate | None, now: datetime) -> Order:
    """What was known of an order, with what DescribeCertificateState adds. The private key stays behind."""
    word = _text(answer.get("Type"))
    domains = known.domains or (certificate.domains if certificate else ())
    status = _status(known.status, word, certificate, now)
    return replace(
        known,
        status=status,
        service_status=word,
        domains=domains,
        certificate_id=id_text(answer.get("CertId")) or known.certificate_id,
        validation_method=METHODS.get(_text(answer.get("ValidateType")) or "") or known.validation_method,
        validation=_proofs(answer, domains) if status is Status.PENDING_VALIDATION else (),
        certificate=certificate,
        public_key_sha256=certificate.public_key_sha256 if certificate else known.public_key_sha256,
        not_before=certificate.not_before if certificate else known.not_before,
        not_after=certificate.not_after if certificate else known.not_after,
    )


def _status(listed: Status, word: str | None, certificate: Certificate | None, now: datetime) -> Status:
    """The status by both vocabularies: a list tells expired and revoked, a describe tells all the rest."""
    says = DESCRIBED.get(word or "", Status.UNKNOWN)
    if says is Status.ISSUED:
        if listed in (Status.EXPIRING, Status.EXPIRED, Status.REVOKED):
            return listed
        return Status.EXPIRED if certificate and certificate.not_after <= now else Status.ISSUED
    if says is Status.UNKNOWN or (says is Status.PENDING_APPLICATION and listed is Status.INACTIVE):
        return listed if listed in DEAD else Status.UNKNOWN
    return says


def _proofs(answer: Mapping[str, Any], domains: tuple[str, ...]) -> tuple[DnsProof | FileProof, ...]:
    """What is to be published, as far as the service has said it: fields are empty for some seconds."""
    name, value = _text(answer.get("RecordDomain")), _text(answer.get("RecordValue"))
    if name and value:
        return (_dns_proof(name, _text(answer.get("RecordType")) or "TXT", value, domains),)
    path, content = _text(answer.get("Uri")), _text(answer.get("Content"))
    domain = _text(answer.get("Domain")) or (base(domains[0]) if len(domains) == 1 else None)
    if path and not _SAFE_PATH.fullmatch(path):
        raise Failure(f"The service asks for a file at {quoted(path)}, which is no plain path below a web root.")
    if path and content and domain:
        return (FileProof(domain=domain, path=path, content=content, url=f"http://{domain}{path}"),)
    return ()


def _proves(kind: str, name: str) -> bool:
    """Whether a record is one that proves something, and does not lead the site's own visitors elsewhere."""
    return kind == "TXT" or (kind == "CNAME" and name.startswith("_"))


# Segments of plain characters, none of them "." or "..".
_SAFE_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")


def _dns_proof(raw: str, kind: str, value: str, domains: tuple[str, ...]) -> DnsProof:
    name = raw.strip().rstrip(".").lower()
    owners = [domain for domain in domains if name == base(domain) or name.endswith("." + base(domain))]
    owner = max(owners, key=len, default=domains[0] if len(domains) == 1 else None)
    names = {name} if owners else {_full_name(name, base(domain)) for domain in domains}
    clear = len(names) == 1 and _NAME_CHARACTERS.issuperset(name) and _proves(kind, name)
    return DnsProof(owner, names.pop() if clear else None, kind, value, raw)


_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def _full_name(name: str, domain: str) -> str:
    """The full record name: given in full under a parent of the domain, or relative to the domain's zone.

    Public code sees ``_dnsauth.www.example.com``, the documents show ``_dnsauth``; for ``www.example.com`` the
    relative form may also be ``_dnsauth.www``.
    """
    labels = domain.split(".")
    parents = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    if any(name.endswith("." + parent) for parent in parents):
        return name
    for length in range(len(labels) - 1, 0, -1):
        if name.endswith("." + ".".join(labels[:length])):
            return ".".join([name, *labels[length:]])
    return f"{name}.{domain}"


def _text(value: object) -> str | None:
    """Text, or None for what is absent, null, empty or no text: the service means the same by all of them."""
    return value if isinstance(value, str) and value else None


def _names(value: object) -> tuple[str, ...]:
    text = _text(value) or ""
    return tuple(dict.fromkeys(folded(name) for name in text.split(",") if name.strip()))


def _moment(value: object) -> datetime | None:
    """A moment from milliseconds since 1970, as number or text."""
    digits = id_text(value)
    try:
        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=int(digits)) if digits else None
    except OverflowError:
        return None


def _day(value: object) -> datetime | None:
    try:
        return datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
