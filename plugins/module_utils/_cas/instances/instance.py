# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What an instance is: its subscription, the form of its application, its newest certificate.

The service's spellings (``willExpire``, ``TagKey``) stop here and at the tables of ``status.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._text import KNOWN_AFTER_APPLY, one_line, shown, utc_text
from ..._x509.dates import time_left
from ..._x509.hostnames import WILDCARD
from ..status import (
    DEAD,
    NOT_REFUSED,
    RUNNING,
    VALID,
    Status,
    Subscription,
)

if TYPE_CHECKING:
    from ..._x509.certificate import Certificate
    from ..validation import ValidationFile, ValidationRecord


@dataclass(frozen=True)
class Form:
    """What an application is sent with. None, or no names: the service does not say, which is not the same as empty.

    ``public_key_sha256`` is the key of the CSR that was uploaded; ``makes_key`` tells that the service makes the key.
    """

    domains: tuple[str, ...] = ()
    public_key_sha256: str | None = None
    makes_key: bool | None = None
    key_algorithm: str | None = None
    validation_method: str | None = None
    contact_ids: frozenset[str] | None = None
    company_id: str | None = None


@dataclass(frozen=True)
class Instance:
    """What is known of one instance. What the service does not say is None, and never a difference.

    ``status`` is that of the application while one is in progress, else that of the newest certificate, which has
    ``certificate_status`` alone; ``subscription`` is another thing. ``certificate_domains`` are the names of that
    certificate, empty while they are unknown. ``applied`` is when a task of this machine sent the application that the
    certificate came of. ``unknown_word`` is what the service calls a state that is unknown. ``submission`` tells
    whether an application reached the CA: success, processing or failed.
    """

    instance_id: str
    status: Status
    service_status: str | None = None
    subscription: Subscription = Subscription.UNKNOWN
    subscription_end: datetime | None = None
    instance_type: str | None = None
    brand: str | None = None
    spec: str | None = None
    certificate_type: str | None = None
    single_names: int | None = None
    wildcard_names: int | None = None
    form: Form = Form()
    certificate_name: str | None = None
    auto_reissue: bool | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    pending_result: str | None = None
    certificate_id: str | None = None
    certificate_status: Status | None = None
    unknown_word: str | None = None
    certificate_domains: tuple[str, ...] = ()
    certificate: Certificate | None = None
    public_key_sha256: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    validation: tuple[ValidationRecord | ValidationFile, ...] = ()
    standing: tuple[tuple[str, str], ...] = ()
    bought: datetime | None = None
    applied: datetime | None = None
    submission: str | None = None
    task_message: str | None = None

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the application, or those of the certificate where the form is not known."""
        return self.form.domains or self.certificate_domains

    @property
    def is_unused(self) -> bool:
        """Whether nothing was ever issued, applied for or filled in."""
        return (
            self.certificate_id is None
            and self.status is Status.INACTIVE
            and self.subscription in RUNNING
            and not self.form.domains
            and self.form.public_key_sha256 is None
        )

    @property
    def is_free_test(self) -> bool:
        """Whether it is good for one certificate, and no more."""
        return self.instance_type == "test"

    @property
    def is_spent(self) -> bool:
        """Whether it is good for one certificate, and has it."""
        return self.is_free_test and self.certificate_id is not None

    @property
    def refusal(self) -> str | None:
        """Why the last application was refused, as far as the service says; None where it was not."""
        said = self.task_message if self.submission == "failed" else None
        result = self.pending_result if (self.pending_result or "") not in ("", *NOT_REFUSED) else None
        words = " / ".join(dict.fromkeys(one_line(each) for each in (result, said) if each))
        return words or ("the submission failed" if self.submission == "failed" else None)

    @property
    def named(self) -> str:
        """How messages call it: ``Instance cas-cn-1 for www.example.com``."""
        return f"Instance {self.instance_id}" + (f" for {', '.join(self.domains)}" if self.domains else "")

    @property
    def short(self) -> str:
        """How lines of progress call it: ``Instance cas-cn-1 for www.example.com and 2 more``."""
        first, more = self.domains[:1], len(self.domains) - 1
        names = f" for {shown(first[0])}" if first else ""
        return f"Instance {self.instance_id}{names}" + (f" and {more} more" if more > 0 else "")

    @property
    def obtained(self) -> datetime | None:
        return self.applied

    @property
    def how_obtained(self) -> str:
        return "applied for"

    @property
    def is_expiring(self) -> bool:
        return self.certificate_status is Status.EXPIRING

    @property
    def ids(self) -> dict[str, str]:
        return {"instance_id": self.instance_id}

    @property
    def holds(self) -> str:
        """How many names it takes, in words."""
        single, wildcard = self.single_names or 0, self.wildcard_names or 0
        parts = [f"{single} single name{'s' * (single != 1)}"] if single or not wildcard else []
        return " and ".join([*parts, *([f"{wildcard} wildcard{'s' * (wildcard != 1)}"] if wildcard else [])])

    def facts(self, now: datetime) -> dict[str, Any]:
        """What a failure tells of it."""
        return {"instance_id": self.instance_id, "instance": self.public(now)}

    def public(self, now: datetime) -> dict[str, Any]:
        """The instance as a playbook sees it."""
        form = self.form
        return {
            "instance_id": self.instance_id,
            "instance_type": self.instance_type,
            "brand": self.brand,
            "spec": self.spec,
            "certificate_type": self.certificate_type,
            "single_names": self.single_names,
            "wildcard_names": self.wildcard_names,
            "status": self.status.value,
            "service_status": self.service_status,
            "subscription_status": self.subscription.value,
            "subscription_end": utc_text(self.subscription_end) if self.subscription_end else None,
            "domains": list(self.domains),
            "validation_method": form.validation_method,
            "validation": [entry.public() for entry in self.validation],
            "standing_validation": [
                {"record_name": name, "record_type": "CNAME", "record_value": target} for name, target in self.standing
            ],
            "key_algorithm": form.key_algorithm,
            "contact_ids": sorted(form.contact_ids or ()),
            "company_id": form.company_id,
            "certificate_name": self.certificate_name or None,
            "auto_reissue": self.auto_reissue,
            "tags": dict(self.tags or ()),
            "refusal": self.refusal,
            "certificate_id": self.certificate_id,
            "certificate_status": self.certificate_status.value if self.certificate_status else None,
            "certificate": self.certificate.public(now) if self.certificate else None,
            "not_before": utc_text(self.not_before) if self.not_before else None,
            "not_after": utc_text(self.not_after) if self.not_after else None,
            "days_left": self._days_left(now),
        }

    def _days_left(self, now: datetime) -> int | None:
        """Whole days for which the certificate can be used; none once it is revoked."""
        if self.not_after is None:
            return None
        days = time_left(self.not_before or now, self.not_after, now).days
        return min(days, 0) if self.certificate_status is Status.REVOKED else days


def with_certificate(instance: Instance, certificate: Certificate) -> Instance:
    """An instance with its newest certificate, which knows better than any list."""
    return replace(
        instance,
        certificate=certificate,
        certificate_domains=certificate.domains,
        public_key_sha256=certificate.public_key_sha256,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
    )


def counts(domains: tuple[str, ...]) -> tuple[int, int]:
    """How many of some names are single ones, and how many wildcards."""
    wildcards = sum(name.startswith(WILDCARD) for name in domains)
    return len(domains) - wildcards, wildcards


def diff_text(instance: Instance | None) -> str:
    """An instance as the lines of a diff: our words, no PEM."""
    if instance is None:
        return "status: none\n"
    form = instance.form
    lines = {
        "status": instance.status.value,
        "instance_id": instance.instance_id,
        "domains": f"[{', '.join(instance.domains)}]" if instance.domains else None,
        "validation_method": form.validation_method,
        "contact_ids": f"[{', '.join(sorted(form.contact_ids))}]" if form.contact_ids else None,
        "company_id": form.company_id,
        "certificate_name": instance.certificate_name,
        "auto_reissue": None if instance.auto_reissue is None else str(instance.auto_reissue).lower(),
        "tags": f"[{', '.join(f'{key}={value}' for key, value in instance.tags)}]" if instance.tags else None,
        "certificate_id": instance.certificate_id,
        "public_key_sha256": instance.public_key_sha256,
        "not_after": _end(instance),
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items() if value)


def _end(instance: Instance) -> str | None:
    if instance.certificate_id == KNOWN_AFTER_APPLY:
        return KNOWN_AFTER_APPLY
    return utc_text(instance.not_after) if instance.not_after else None


def is_over(instance: Instance) -> bool:
    """Whether its certificate can be used no more, or never could."""
    return instance.certificate_status in (None, *DEAD)


def is_valid(instance: Instance) -> bool:
    """Whether its newest certificate is valid, whatever application is in progress."""
    return instance.certificate_status in VALID


def lower(instance: Instance) -> str:
    """How a sentence calls it that does not begin with it."""
    return instance.named[:1].lower() + instance.named[1:]
