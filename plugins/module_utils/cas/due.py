# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a certificate is due: one rule for orders and for what is installed. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any

from ..rpc.errors import Forbidden
from .words import Window


def is_due(before: Window, not_before: datetime, not_after: datetime, now: datetime, **facts: Any) -> tuple[bool, str]:
    """Whether the window has opened, and the sentence that says so. ``facts`` go into the failure."""
    lifetime = not_after - not_before
    window = before.of(lifetime)
    if window >= lifetime:
        raise Forbidden(
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
    """Days with one decimal, rounded towards the answer that the reader is given."""
    tenths = span / timedelta(hours=2.4)
    return f"{(floor(tenths) if down else ceil(tenths)) / 10:g}"
