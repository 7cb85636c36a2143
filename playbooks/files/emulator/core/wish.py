# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What control calls ask for, and how times are written in them."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

from ..orders.ca import moment
from .refusal import Impossible

Wish = dict[str, Any]


def need(wish: Wish, name: str, kind: type) -> Any:
    value = wish.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Impossible(f"{name} is missing or has the wrong type.")
    return value


def iso(seconds: float) -> str:
    return moment(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> float:
    """Unix seconds of a time in ISO form with Z, or of now."""
    if text == "now":
        return time.time()
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()
    except ValueError as error:
        raise Impossible(f"{text!r} is not a time like 2026-11-22T00:00:00Z.") from error
