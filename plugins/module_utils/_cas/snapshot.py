# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What an account has at a moment, for many tasks: a result of a module that lists, an option of those that act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Generic, TypeVar

from .._errors import InvalidOption
from .._text import utc_text

T = TypeVar("T")

_OLDEST = timedelta(hours=1)
_MOST_SECONDS = 10**9
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Snapshot(Generic[T]):
    """The things of an account at a moment; ``account`` stands for the endpoint and the access key.

    ``clock_offset`` is how far the service's clock was ahead.
    """

    account: str
    at: datetime
    things: tuple[T, ...]
    clock_offset: timedelta | None = None

    def known_to(self, account: str, now: datetime) -> tuple[T, ...] | None:
        """The things, for a task of an account; None when they are old or of another account, so it has to list."""
        fresh = -timedelta(minutes=1) < now - self.at < _OLDEST
        return self.things if fresh and account == self.account else None


def public_header(account: str, at: datetime, offset: timedelta | None) -> dict[str, Any]:
    """What such a result says beside the things; ``offset`` is how far the service's clock is ahead."""
    return {
        "account": account,
        "at": utc_text(at),
        "clock_offset": None if offset is None else round(offset.total_seconds()),
    }


def read_things(
    value: Mapping[str, Any] | None, option: str, things: str, module: str, read: Callable[[object], T]
) -> Snapshot[T] | None:
    """The option, given that result or all that the module returned. Raises InvalidOption."""
    if not value:
        return None
    given = value.get(option, value)
    found = given.get(things) if isinstance(given, Mapping) else None
    if not isinstance(found, (list, tuple)) or "account" not in given:
        raise InvalidOption(option, f"give the result {option} of {module}, which lists all {things} without filters.")
    try:
        at = datetime.strptime(str(given.get("at")), _FORM).replace(tzinfo=timezone.utc)
    except ValueError:
        raise InvalidOption(option, "at is not a time such as 2026-11-22T00:00:00Z.") from None
    seconds = given.get("clock_offset")
    is_told = isinstance(seconds, int) and not isinstance(seconds, bool) and abs(seconds) < _MOST_SECONDS
    offset = timedelta(seconds=seconds) if is_told else None
    return Snapshot(str(given["account"]), at, tuple(map(read, found)), offset)
