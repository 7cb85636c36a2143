# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What an order is: its status, its validation, its certificate, as lists and describe calls tell it.

The service's spellings (``payed``, ``unknow``) stop at the tables of this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._rpc.fields import day, id_text, moment, text
from ..._text import shown, utc_text
from ..._x509.dates import time_left
from ..._x509.hostnames import folded
from ..status import DEAD, DESCRIBED, LISTED, METHODS, Status

if TYPE_CHECKING:
    from ..._x509.certificate import Certificate
    from ..validation import ValidationFile, ValidationRecord


@dataclass(frozen=True)
class Order:
    """What is known of one order. ``order_id`` is text: the number does not fit a float.

    ``not_before`` and ``not_after`` come from the list or from the certificate; ``public_key_sha256`` is the key of
    the certificate, or in a prediction the key of the CSR. ``domains`` are the names as a task asks for them, once the
    order was matched to it; ``has_more_names`` tells that the service lists more, such as a CA adds at no charge.
    """

    order_id: str
    status: Status
    service_status: str | None = None
    domains: tuple[str, ...] = ()
    product_code: str | None = None
    instance_id: str | None = None
    certificate_id: str | None = None
    validation_method: str | None = None
    validation: tuple[ValidationRecord | ValidationFile, ...] = ()
    certificate: Certificate | None = None
    public_key_sha256: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    bought: datetime | None = None
    has_more_names: bool = False

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
            "not_before": utc_text(self.not_before) if self.not_before else None,
            "not_after": utc_text(self.not_after) if self.not_after else None,
            "days_left": self._days_left(now),
            "validation_method": self.validation_method,
            "validation": [entry.public() for entry in self.validation],
            "certificate": self.certificate.public(now) if self.certificate else None,
        }

    def _days_left(self, now: datetime) -> int | None:
        """Whole days for which the certificate can be used, as far as the service said; none once it is revoked."""
        if self.not_after is None:
            return None
        days = time_left(self.not_before or now, self.not_after, now).days
        return min(days, 0) if self.status is Status.REVOKED else days

    @property
    def named(self) -> str:
        """How messages call it: ``Order 98987582437920968 for www.example.com``."""
        return f"Order {self.order_id}" + (f" for {', '.join(self.domains)}" if self.domains else "")

    @property
    def short(self) -> str:
        """How lines of progress call it: ``Order 7 for www.example.com and 2 more``."""
        first, more = self.domains[:1], len(self.domains) - 1
        names = f" for {shown(first[0])}" if first else ""
        return f"Order {self.order_id}{names}" + (f" and {more} more" if more > 0 else "")

    @property
    def obtained(self) -> datetime | None:
        return self.bought

    @property
    def how_obtained(self) -> str:
        return "bought"

    @property
    def is_expiring(self) -> bool:
        return self.status is Status.EXPIRING

    @property
    def ids(self) -> dict[str, str]:
        return {"order_id": self.order_id}

    def facts(self, now: datetime) -> dict[str, Any]:
        """What a failure tells of it."""
        return {"order_id": self.order_id, "order": self.public(now)}


def from_list(entry: Mapping[str, Any], asked: str | None = None) -> Order:
    """An order of ListUserCertificateOrder, for all of its order types; ``asked`` is the word that was listed by.

    Entries of certificates have no order id (it is then empty), dates as text and no status word.
    """
    word = text(entry.get("Status")) or asked
    not_after = moment(entry.get("CertEndTime")) or day(entry.get("EndDate"))
    return Order(
        order_id=id_text(entry.get("OrderId")) or "",
        status=LISTED.get(word, Status.UNKNOWN) if word else _by_expiry(entry),
        service_status=word,
        domains=_names(entry.get("Domain") or entry.get("Sans") or entry.get("CommonName")),
        product_code=text(entry.get("ProductCode")),
        instance_id=text(entry.get("InstanceId")),
        certificate_id=id_text(entry.get("CertificateId")),
        not_before=moment(entry.get("CertStartTime")) or day(entry.get("StartDate")),
        not_after=not_after,
        bought=moment(entry.get("BuyDate")),
    )


def _by_expiry(entry: Mapping[str, Any]) -> Status:
    expired = entry.get("Expired")
    if not isinstance(expired, bool):
        return Status.UNKNOWN
    return Status.EXPIRED if expired else Status.ISSUED


def described(known: Order, response: Mapping[str, Any], certificate: Certificate | None, now: datetime) -> Order:
    """What was known of an order, with what DescribeCertificateState adds. The private key stays behind."""
    word = text(response.get("Type"))
    domains = known.domains or (certificate.domains if certificate else ())
    status = _status(known.status, word, certificate, now)
    return replace(
        known,
        status=status,
        service_status=word,
        domains=domains,
        certificate_id=id_text(response.get("CertId")) or known.certificate_id,
        validation_method=METHODS.get(text(response.get("ValidateType")) or "") or known.validation_method,
        validation=_to_publish(response, domains) if status is Status.PENDING_VALIDATION else (),
        certificate=certificate,
        public_key_sha256=certificate.public_key_sha256 if certificate else known.public_key_sha256,
        not_before=certificate.not_before if certificate else known.not_before,
        not_after=certificate.not_after if certificate else known.not_after,
    )


def _to_publish(response: Mapping[str, Any], domains: tuple[str, ...]) -> tuple[ValidationRecord | ValidationFile, ...]:
    from ..validation import read_validation  # most orders that are read are validated

    return read_validation(response, domains)


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


def _names(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded(name) for name in (text(value) or "").split(",") if name.strip()))
