# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""When a certificate is due for renewal. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any, NamedTuple

from .._errors import InvalidOption, NotAllowed
from .._text import quoted


def is_due(before: Window, not_before: datetime, not_after: datetime, now: datetime, **facts: Any) -> tuple[bool, str]:
    """Whether the window has opened, and the sentence that says so. ``facts`` go into the failure."""
    lifetime = not_after - not_before
    window = before.of(lifetime)
    if window >= lifetime:
        raise NotAllowed(
            f"renew_before: the window of {_days(window)} days is not shorter than the certificate's lifetime of "
            f"{_days(lifetime)}; every run would renew.",
            **facts,
        )
    left = max(not_after - now, timedelta())
    return (
        left <= window,
        f"{_days(left, left <= window)} of {_days(lifetime)} days left, window opens at {_days(window)}",
    )


def _days(span: timedelta, down: bool = True) -> str:
    """Days with one decimal, rounded towards the response that the reader is given."""
    tenths = span / timedelta(hours=2.4)
    return f"{(floor(tenths) if down else ceil(tenths)) / 10:g}"


class Window(NamedTuple):
    """How long before it expires a certificate is due: a time span, or a share of its lifetime."""

    span: timedelta | None
    share: float | None

    def of(self, lifetime: timedelta) -> timedelta:
        return self.span if self.span is not None else lifetime * (self.share or 0)


DEFAULT_WINDOW = Window(None, 0.33)


def window(text: str, option: str, hint: str = "days (30d), hours (720h) or a share (33%)") -> Window:
    """``30d``, ``720h`` or ``33%``; ``hint`` says which of them the option takes."""
    found = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*([dh%])\s*", str(text), re.ASCII)
    if not found or float(found.group(1)) == 0:
        raise InvalidOption(option, f"{quoted(text)} is not valid; give {hint}.")
    number, suffix = float(found.group(1)), found.group(2)
    if suffix == "%":
        if number >= 100:
            raise InvalidOption(option, f"{text} of the lifetime is not valid; give less than 100%.")
        return Window(None, number / 100)
    return Window(timedelta(days=number) if suffix == "d" else timedelta(hours=number), None)
