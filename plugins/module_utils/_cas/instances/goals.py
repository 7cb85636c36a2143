# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task can wait for an instance to become, and the sentence for each way in which such a wait can end. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..._errors import StateNotReached
from ..._text import shown
from ..options import WaitFor
from ..status import PENDING, VALID, Status
from ..validation import ValidationFile, ValidationRecord
from ..wait.goal import Goal
from ..wait.progress import record
from .instance import lower

if TYPE_CHECKING:
    from .instance import Instance

RESUME = "Run the task again to resume waiting; nothing is lost."


def goal_of(wait_for: WaitFor, before: str | None) -> Goal[Instance]:
    """``before`` is the certificate that the instance had when the application was sent: what is waited for is another
    one, since the instance itself is well all the time."""
    return Goal(partial(_is_reached, wait_for, before), _overdue)


def _is_reached(wait_for: WaitFor, before: str | None, instance: Instance) -> bool:
    if wait_for is WaitFor.NONE:
        return True
    is_new = instance.certificate_id not in (None, before)
    if is_new and instance.service_status != PENDING and instance.certificate_status in VALID:
        return True
    if _ends_badly(instance, before):
        raise StateNotReached(f"{_refused(instance)} {_cure(instance)}")
    return wait_for is WaitFor.VALIDATION and instance.status is Status.PENDING_VALIDATION and bool(instance.validation)


def _ends_badly(instance: Instance, before: str | None) -> bool:
    """Whether an application has ended, and no other certificate came of it."""
    if instance.submission == "failed":
        return True
    return instance.service_status != PENDING and instance.certificate_id in (None, before)


def _refused(instance: Instance) -> str:
    if instance.submission == "failed":
        return f"The application of {lower(instance)} could not be submitted to the CA."
    if instance.refusal:
        return f"The application of {lower(instance)} was refused."
    return f"The application of {lower(instance)} has ended without a certificate; it was refused or withdrawn."


def _cure(instance: Instance) -> str:
    why = f"The service says: {instance.refusal}." if instance.refusal else "The service does not say why."
    if instance.service_status == PENDING:
        return f"{why} Withdraw it with cas_instance and state: cancelled, then run the task again to apply again."
    return (
        f"{why} Check the record or file that was to be published, CAA records, and the contact. Run the task again to "
        "apply again."
    )


def _overdue(instance: Instance, seconds: float) -> str:
    word = shown(instance.service_status or "nothing")
    where = f"({instance.named}, {instance.status.value}; the service calls it {word})"
    waited = f"after {seconds:g} s"
    if instance.status is not Status.PENDING_VALIDATION:
        return f"The application does not show {waited} {where}. {RESUME}"
    if not instance.validation:
        return f"The service did not show what to publish {waited} {where}. {RESUME}"
    advice = " ".join(map(_advice, instance.validation))
    return f"The certificate was not issued {waited} {where}. {advice} {RESUME}"


def _advice(entry: ValidationRecord | ValidationFile) -> str:
    if isinstance(entry, ValidationRecord):
        return f"Publish {record(entry)} with the value {shown(entry.record_value)}."
    return f"Serve {shown(entry.url)} with the content that the instance shows, without redirects."
