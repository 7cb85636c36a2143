# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Text of the user and of the service: what may be sent, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ._errors import InvalidOption

# What only the service can choose, in a prediction.
KNOWN_AFTER_APPLY = "(known after apply)"
_LONGEST_PLAIN = 128


def line(value: Any, option: str) -> str:
    text = str(value or "").strip()
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise InvalidOption(option, "give one line without control characters.")
    return sendable(text, option)


def sendable(text: str, option: str) -> str:
    """Text that can be sent: JSON can carry halves of characters, which nothing else can."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidOption(option, "it contains half of a character (a lone surrogate).")
    return text


_CODE = re.compile(r"[\w.-]{1,100}")


def code(value: Any, option: str) -> str:
    text = line(value, option)
    if not _CODE.fullmatch(text):
        raise InvalidOption(option, f"{quoted(text)} is not a valid code; give letters, digits and hyphens.")
    return text


def one_line(text: object, limit: int = 300) -> str:
    """Foreign text, fit for one line of a message: no control characters, no addresses, not endless."""
    try:
        said = str(text or "")[: limit * 4]
    except (RecursionError, ValueError):  # lists in lists without end, a number of thousands of digits
        return "(what cannot be shown)"
    words = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+", " ", said)
    words = re.sub(r"\b\w+://\S+", "(address left out)", words).strip()
    return words if len(words) <= limit else words[: limit - 1] + "…"


def quoted(value: object, limit: int = 80) -> str:
    """A value of the user as a message shows it: one line, not endless, and never what may be a key."""
    text = str(value)
    return "(a private key)" if "PRIVATE KEY" in text else repr(text if len(text) <= limit else text[: limit - 1] + "…")


def quoted_path(path: object) -> str:
    """The same for a path, which is of use only as a whole."""
    return quoted(path, 1000)


def unknown_key(key: object, known: Iterable[str]) -> str:
    """What is said of a key that is not known, with the known one that it is most like, or with all of them."""
    from difflib import get_close_matches

    keys = sorted(known)
    near = get_close_matches(str(key), keys, 1) or keys
    return f"unknown key {quoted(key)}; use {', '.join(near)}."


def shown(text: str) -> str:
    """Text of the service as it stands, if it is plain and short; else quoted: one line, and never endless."""
    plain = text.isprintable() and len(text) <= _LONGEST_PLAIN and "PRIVATE KEY" not in text
    return text if plain else quoted(text)


def utc_text(moment: datetime) -> str:
    """A UTC moment as ``2026-11-22T00:00:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
