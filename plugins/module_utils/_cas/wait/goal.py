# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a wait is for: a thing, and the goal that it has to reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from ..status import Status
    from ..validation import ValidationFile, ValidationRecord


class Waitable(Protocol):
    """What can be waited for: an order, or whatever else is applied for and validated."""

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the application."""

    @property
    def status(self) -> Status:
        """Its status in our words."""

    @property
    def service_status(self) -> str | None:
        """Its status as the service says it."""

    @property
    def validation(self) -> Sequence[ValidationRecord | ValidationFile]:
        """What has to be published."""

    @property
    def named(self) -> str:
        """How messages call it."""

    @property
    def short(self) -> str:
        """How messages call it the second time."""

    def facts(self, now: datetime) -> dict[str, Any]:
        """What a failure adds to its message."""

    def public(self, now: datetime) -> dict[str, Any]:
        """What a result says of it."""


T = TypeVar("T", bound=Waitable)


@dataclass(frozen=True)
class Goal(Generic[T]):
    """What a wait is for.

    ``is_reached`` tells whether a thing is there, and raises StateNotReached when it cannot get there any more;
    ``overdue`` is the sentence for a thing that did not get there within some seconds.
    """

    is_reached: Callable[[T], bool]
    overdue: Callable[[T, float], str]
