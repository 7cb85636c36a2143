# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Values in responses of the service, whose types are not to be relied on."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_LONGEST_TEXT = 16 * 1024
# A number in its scientific form was rounded, and is not an id any more.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_MOST_ID_DIGITS = 20
# More digits than any other number of the service has; Python itself gives up at some thousands.
_MOST_DIGITS = 18
# Seconds reach the year 5138, milliseconds the year 2286.
_MOST_SECONDS, _MOST_MILLISECONDS = 10**11, 10**13


def text(value: object) -> str | None:
    """Text, or None for what is absent, null, empty or not text: the service means the same by all of them.

    What is longer than any text of the service is not text either. Certificates are not read by this.
    """
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_TEXT else None


def id_text(value: object) -> str | None:
    """An id as text, whether it came as a number or as text; None for anything else. Its form means nothing."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_MOST_ID_DIGITS:
        return str(value)
    text = value.strip() if isinstance(value, str) else ""
    return text if _ID.fullmatch(text) else None


def moment(value: object) -> datetime | None:
    """A moment from milliseconds since 1970, as number or text."""
    number = whole(value.strip() if isinstance(value, str) else value)
    try:
        return None if number is None else datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=number)
    except OverflowError:
        return None


def instant(value: object) -> datetime | None:
    """A moment since 1970 in whatever only its magnitude tells: seconds, milliseconds, or a fraction of them."""
    number = whole(value.strip() if isinstance(value, str) else value)
    if number is None:
        return None
    if number <= _MOST_SECONDS:
        return moment(number * 1000)
    while number >= _MOST_MILLISECONDS:
        number //= 10
    return moment(number)


def flag(value: object) -> bool | None:
    """A switch that came as ``enable`` or ``disable``; None for anything else."""
    return {"enable": True, "disable": False}.get(value) if isinstance(value, str) else None


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list; none for what is absent, null or not a list."""
    return tuple(filter(None, map(text, value))) if isinstance(value, list) else ()


def day(value: object) -> datetime | None:
    """A day as ``2026-11-22``, at its beginning."""
    written = text(value)
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=timezone.utc) if written else None
    except ValueError:
        return None


def whole(value: object) -> int | None:
    """A number that came as such or as text; None for anything else."""
    text = str(value) if isinstance(value, int) and 0 <= value < 10**_MOST_DIGITS else value
    if not isinstance(text, str) or not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    return int(text)
