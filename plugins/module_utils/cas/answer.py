# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values in the service's answers, whose types are not to be relied on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


def text(value: object) -> str | None:
    """Text, or None for what is absent, null, empty or no text: the service means the same by all of them."""
    return value if isinstance(value, str) and value else None


def id_text(value: object) -> str | None:
    """An id as text, whether it came as a number or as text; None for anything else."""
    text = str(value).strip() if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdigit() else None


def moment(value: object) -> datetime | None:
    """A moment from milliseconds since 1970, as number or text."""
    digits = id_text(value)
    try:
        return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=int(digits)) if digits else None
    except OverflowError:
        return None


def day(value: object) -> datetime | None:
    """A day as ``2026-11-22``, at its beginning."""
    written = text(value)
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=timezone.utc) if written else None
    except ValueError:
        return None
