# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""When a certificate is due for renewal. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import ceil, floor
from typing import NamedTuple

from .._errors import InvalidOption
from .._text import quoted, utc_text
from .dates import time_left

EXPIRING = "expiring"
# From how long before its expiry on the service calls a certificate expiring: its notices begin then.
EXPIRING_SPAN = timedelta(days=30)
# The part of a lifetime that replaces a window as long as the lifetime, and that always passes before a renewal by
# the service's status: else every run would renew.
# The part of a lifetime that a span may take.
_MOST = 0.9
_THIRD = 3
# The part of a lifetime in which a certificate is due whatever the service calls it.
_LAST = 10


class Window(NamedTuple):
    """How long before it expires a certificate is due: a time span, or a share of its lifetime.

    Without either it is ``expiring``: from when the service renews.
    """

    span: timedelta | None = None
    share: float | None = None

    @property
    def is_expiring(self) -> bool:
        return self.span is None and self.share is None

    def of(self, lifetime: timedelta) -> timedelta:
        if self.share is not None:
            return lifetime * self.share
        return EXPIRING_SPAN if self.span is None else self.span

    def __str__(self) -> str:
        """As ``renew_before`` takes it."""
        if self.share is not None:
            return f"{self.share * 100:g}%"
        if self.span is None:
            return EXPIRING
        whole = self.span % timedelta(days=1) == timedelta()
        return f"{self.span.days}d" if whole else f"{self.span / timedelta(hours=1):g}h"


DEFAULT_WINDOW = Window(share=0.33)


class Due(NamedTuple):
    """Whether a certificate is due, the sentence that says why, and what is wrong with the window."""

    due: bool
    reason: str
    warning: str | None = None


def is_due(
    window: Window, not_before: datetime, not_after: datetime, now: datetime, expiring: bool | None = None
) -> Due:
    """Whether the window has opened. ``expiring`` is what the service calls the order, None where it was not asked."""
    lifetime, left = not_after - not_before, max(time_left(not_before, not_after, now), timedelta())
    opens, warning = _opens(window, lifetime)
    if window.is_expiring and expiring is not None and warning is None:
        found = _by_status(lifetime, left, expiring)
    else:
        due = left <= opens
        found = Due(due, f"{_left(left, lifetime, due)}, window opens at {_days(opens)}", warning)
    return _before_its_time(found, not_before, now) if now < not_before else found


def _before_its_time(found: Due, not_before: datetime, now: datetime) -> Due:
    """A certificate in use that is not valid yet: most of the time, it is the clock that is wrong."""
    reason = f"{found.reason}; it is not valid before {utc_text(not_before)}, so the clock seems to be behind"
    clock = (
        f"renew_before: the certificate is not valid before {utc_text(not_before)}, but the clock of this machine "
        f"shows {utc_text(now)}. It seems to be behind, and with it every renewal is late. Set the clock."
    )
    return Due(found.due, reason, " ".join(filter(None, (found.warning, clock))))


def was_due_at(window: Window, not_before: datetime, not_after: datetime, moment: datetime) -> bool:
    """Whether a certificate was due already when it was bought or stored: a successor would be due at once, too."""
    return moment >= opens_at(window, not_before, not_after)


def opens_at(window: Window, not_before: datetime, not_after: datetime) -> datetime:
    """From when on a certificate is due, by its dates alone."""
    return not_after - _opens(window, not_after - not_before)[0]


def _opens(window: Window, lifetime: timedelta) -> tuple[timedelta, str | None]:
    """How long before the expiry a window opens, and a warning where it is not as long as it was asked for."""
    asked = window.of(lifetime)
    # A share was meant for this lifetime; a span may have been meant for a longer one.
    if asked < lifetime and (window.share is not None or asked <= lifetime * _MOST):
        return asked, None
    third = max(lifetime / _THIRD, timedelta())
    how = "is not shorter than" if asked >= lifetime else "is nearly as long as"
    return third, (
        f"renew_before: the window of {_days(asked)} days {how} the certificate's lifetime of "
        f"{_days(lifetime)} days, so every run would renew; a third of the lifetime, {_days(third)} days, is used "
        "instead."
    )


def _by_status(lifetime: timedelta, left: timedelta, expiring: bool) -> Due:
    opens = lifetime - lifetime / _THIRD if expiring else lifetime / _LAST
    due = left <= opens
    said = f"{_left(left, lifetime, due)}, {'expiring' if expiring else 'not expiring'} by the service's status"
    return Due(due, said if due is expiring else f"{said}, window opens at {_days(opens)}")


def _left(left: timedelta, lifetime: timedelta, due: bool) -> str:
    return f"{_days(left, due)} of {_days(lifetime)} days left"


def _days(span: timedelta, down: bool = True) -> str:
    """Days with one decimal, rounded towards the response that the reader is given."""
    tenths = span / timedelta(hours=2.4)
    return f"{(floor(tenths) if down else ceil(tenths)) / 10:g}"


_WINDOW = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*([dh%])\s*", re.ASCII)


def window(text: str, option: str, hint: str = "days (30d), hours (720h), a share (33%) or expiring") -> Window:
    """``30d``, ``720h``, ``33%`` or ``expiring``; ``hint`` says which of them the option takes."""
    if EXPIRING in hint and str(text).strip().lower() == EXPIRING:
        return Window()
    found = _WINDOW.fullmatch(str(text))
    if not found or float(found.group(1)) == 0:
        raise InvalidOption(option, f"{quoted(text)} is not valid; give {hint}.")
    number, suffix = float(found.group(1)), found.group(2)
    if suffix == "%":
        if number >= 100:
            raise InvalidOption(option, f"{text} of the lifetime is not valid; give less than 100%.")
        return Window(share=number / 100)
    return Window(timedelta(days=number) if suffix == "d" else timedelta(hours=number))
