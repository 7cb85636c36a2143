# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What is waited for, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ..options import positive

if TYPE_CHECKING:
    from ..status import Status
    from ..validation import ValidationFile, ValidationRecord


class WaitFor(Enum):
    NONE = "none"
    VALIDATION = "validation"
    ISSUED = "issued"


# Seconds.
_TIMEOUTS = {WaitFor.NONE: 300.0, WaitFor.VALIDATION: 300.0, WaitFor.ISSUED: 4500.0}


@dataclass(frozen=True)
class Waiting:
    """How a task waits: what for, how long at most and how long between the first two looks, in seconds."""

    wait_for: WaitFor
    timeout: float
    interval: float


def read_waiting(options: Mapping[str, Any]) -> Waiting:
    """The options ``wait_for``, ``wait_timeout`` and ``poll_interval``. Raises InvalidOption."""
    wait_for, timeout = WaitFor(options["wait_for"]), options.get("wait_timeout")
    return Waiting(
        wait_for,
        positive(_TIMEOUTS[wait_for] if timeout is None else timeout, "wait_timeout"),
        positive(options["poll_interval"], "poll_interval"),
    )


class Waitable(Protocol):
    """What can be waited for: an order, or whatever else is applied for and validated."""

    @property
    def domains(self) -> tuple[str, ...]: ...

    @property
    def status(self) -> Status: ...

    @property
    def service_status(self) -> str | None: ...

    @property
    def validation(self) -> Sequence[ValidationRecord | ValidationFile]: ...

    @property
    def named(self) -> str: ...

    @property
    def short(self) -> str: ...

    def facts(self, now: datetime) -> dict[str, Any]: ...

    def public(self, now: datetime) -> dict[str, Any]: ...


T = TypeVar("T", bound=Waitable)


@dataclass(frozen=True)
class Goal(Generic[T]):
    """What a wait is for.

    ``is_reached`` tells whether a thing is there, and raises StateNotReached when it cannot get there any more;
    ``overdue`` is the sentence for a thing that did not get there within some seconds.
    """

    is_reached: Callable[[T], bool]
    overdue: Callable[[T, float], str]
