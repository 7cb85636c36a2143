# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task can wait for an order to become, and the sentence for each way in which such a wait can end. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..._errors import StateNotReached
from ..._text import shown
from ..options import WaitFor
from ..status import DEAD, VALID, Status
from ..validation import ValidationFile, ValidationRecord
from ..wait.goal import Goal
from ..wait.progress import record

if TYPE_CHECKING:
    from .order import Order

RESUME = "Run the task again to resume waiting; nothing is lost."
AGAIN = "Run the task again to"


def goal_of(wait_for: WaitFor, again: str = AGAIN) -> Goal[Order]:
    """``again`` begins the sentence on what orders a new one."""
    return Goal(partial(_is_reached, wait_for, again), _overdue)


def _is_reached(wait_for: WaitFor, again: str, order: Order) -> bool:
    if wait_for is WaitFor.NONE:
        return True
    if order.status is Status.FAILED:
        raise StateNotReached(
            f"{order.named} was refused. The service does not say why; check the record or file that was to be "
            f"published, and CAA records. {again} delete it and apply again."
        )
    if order.status in DEAD:
        raise StateNotReached(
            f"{order.named} is {order.status.value}; there is nothing left to wait for. {again} place a new order."
        )
    if order.status in VALID:
        return True
    if wait_for is WaitFor.ISSUED:
        return False
    return order.status is Status.REVIEWING or (order.status is Status.PENDING_VALIDATION and bool(order.validation))


def _overdue(order: Order, seconds: float) -> str:
    where = f"({order.named}, {order.status.value}; the service calls it {shown(order.service_status or 'nothing')})"
    waited = f"after {seconds:g} s"
    if order.status is Status.PENDING_APPLICATION:
        return (
            f"The order was not submitted {waited} {where}. Submit it in the console (SSL Certificates, the "
            "order, Apply for Certificate), then run the task again: it resumes with this order and does not "
            "order another one."
        )
    if order.status is not Status.PENDING_VALIDATION:
        return f"The certificate was not issued {waited} {where}. {RESUME}"
    if not order.validation:
        return f"The service did not show what to publish {waited} {where}. {RESUME}"
    advice = " ".join(map(_advice, order.validation))
    return f"The domain was not validated {waited} {where}. {advice} {RESUME}"


def _advice(entry: ValidationRecord | ValidationFile) -> str:
    if isinstance(entry, ValidationRecord):
        return f"Publish {record(entry)} with the value {shown(entry.record_value)}."
    return f"Serve {shown(entry.url)} with the content that the order shows, without redirects."
