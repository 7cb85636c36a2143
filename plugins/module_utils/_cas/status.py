# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The statuses of an order and of an instance, and one table for each vocabulary of the service.

The service's spellings (``payed``, ``unknow``) stop here.
"""

from __future__ import annotations

from enum import Enum

from .._text import KNOWN_AFTER_APPLY


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


class Subscription(Enum):
    """How far the subscription of an instance is: it lasts for months, and certificates follow one another in it."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    # Of a predicted instance only, whose subscription ends soon unless its first certificate begins it.
    DECIDED_LATER = KNOWN_AFTER_APPLY


RUNNING = frozenset({Subscription.ACTIVE, Subscription.EXPIRING})
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
# ValidateType of both; an instance's ValidationMethod and ValidationType say HTTP.
METHODS = {"DNS": "dns", "FILE": "file", "HTTP": "file"}
# Status of an instance. What its application is about, PENDING, and the rest tell of its certificate.
PENDING = "pending"
SUBSCRIPTIONS = {
    "inactive": Subscription.ACTIVE,
    PENDING: Subscription.ACTIVE,
    "normal": Subscription.ACTIVE,
    "willExpire": Subscription.EXPIRING,
    "expired": Subscription.EXPIRED,
    "refund": Subscription.REFUNDED,
    "closed": Subscription.CLOSED,
}
# CertificateStatus of an instance, and of a certificate in the list.
CERTIFICATES = {
    "issued": Status.ISSUED,
    "willExpire": Status.EXPIRING,
    "expired": Status.EXPIRED,
    "revoked": Status.REVOKED,
}
# PendingResult that is not a refusal; any other text is the reason of one.
NOT_REFUSED = frozenset({"none", PENDING, "issued"})


def list_words(status: Status) -> list[str]:
    """The list's words for a status of ours; none for ``unknown``, which is every other word."""
    refined = Status.PENDING_VALIDATION if status is Status.REVIEWING else status
    return [word for word, meaning in LISTED.items() if meaning is refined]
