# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How single options are written, for every module that has them. What makes no sense raises BadInput."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Any, NamedTuple

from ..rpc.errors import BadInput, quoted
from .answer import id_text
from .names import a_labels

PRODUCTS = (
    "digicert-free-1-free",
    "symantec-free-1-free",
    "symantec-dv-1-starter",
    "symantec-ov-1-personal",
    "symantec-ov-w-personal",
    "geotrust-dv-1-starter",
    "geotrust-dv-w-starter",
    "geotrust-ov-1-personal",
    "geotrust-ov-w-personal",
    "globalsign-dv-1-personal",
    "globalsign-dv-w-advanced",
    "globalsign-ov-1-personal",
    "globalsign-ov-w-advanced",
    "cfca-ov-1-personal",
    "cfca-ev-w-advanced",
)


_LONGEST_WAIT = 1_000_000_000  # no clock counts without end


class WaitFor(Enum):
    NONE = "none"
    VALIDATION = "validation"
    ISSUED = "issued"


class Window(NamedTuple):
    """How long before its end a certificate is due: a time span, or a share of its lifetime."""

    span: timedelta | None
    share: float | None

    def of(self, lifetime: timedelta) -> timedelta:
        return self.span if self.span is not None else lifetime * (self.share or 0)


def order_id(value: str | None, option: str = "order_id") -> str | None:
    """An order's number as text."""
    if value is None:
        return None
    text = id_text(value)
    if text is None or len(text) > 20 or int(text) == 0:
        raise BadInput(option, f"{quoted(value)} is no order number; give its digits, in quotes.")
    return str(int(text))


def names(values: Sequence[str], option: str = "domains") -> tuple[str, ...]:
    """Host names as A-labels, every one once."""
    return tuple(dict.fromkeys(a_labels(value, option) for value in values))


def window(text: str, option: str, hint: str = "days (30d), hours (720h) or a share (33%)") -> Window:
    """``30d``, ``720h`` or ``33%``; ``hint`` says which of them the option takes."""
    found = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*([dh%])\s*", str(text), re.ASCII)
    if not found or float(found.group(1)) == 0:
        raise BadInput(option, f"{quoted(text)} makes no sense; give {hint}.")
    number, unit = float(found.group(1)), found.group(2)
    if unit == "%":
        if number >= 100:
            raise BadInput(option, f"{text} of the lifetime makes no sense; give less than 100%.")
        return Window(None, number / 100)
    return Window(timedelta(days=number) if unit == "d" else timedelta(hours=number), None)


def line(value: Any, option: str) -> str:
    text = str(value or "").strip()
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise BadInput(option, "give one line without control characters.")
    return sendable(text, option)


def sendable(text: str, option: str) -> str:
    """Text that can be sent: JSON can carry halves of characters, which nothing else can."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadInput(option, "there is half of a character (a lone surrogate) in it.")
    return text


def word(value: Any, option: str) -> str:
    text = line(value, option)
    if not re.fullmatch(r"[\w.-]{1,100}", text):
        raise BadInput(option, f"{quoted(text)} is no code; give letters, digits and hyphens.")
    return text


def positive(value: float, option: str) -> float:
    if not 0 < value <= _LONGEST_WAIT:
        raise BadInput(option, f"give a number of seconds above 0, and {_LONGEST_WAIT} at most.")
    return value
