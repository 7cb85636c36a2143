# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""DNS names as text: lower case, A-labels, without the last dot."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .._errors import InvalidOption
from .._text import quoted
from .._x509.idn import to_ascii

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LONGEST = 253
# What service records begin with; the validation record of a name lies below it.
VALIDATION_LABEL = "_dnsauth"


def record_name(text: str, option: str) -> str:
    """A name that records can have; labels may have underscores. Raises InvalidOption."""
    parts = [to_ascii(part, option, text).lower() for part in _DOTS.split(text.strip().rstrip("."))]
    name = ".".join(parts)
    if not all(_LABEL.fullmatch(part) for part in parts) or len(name) > _LONGEST:
        raise InvalidOption(
            option,
            f"{quoted(text)} is not a valid DNS name: it needs labels of letters, digits, hyphens and underscores "
            "(63 at most each, 253 in all).",
        )
    return name


def upwards(name: str) -> Iterator[str]:
    """The name, and each name above it up to the top-level domain."""
    labels = name.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def lies_in(name: str, zone: str) -> bool:
    """Whether a name is the zone's own or below it; the root, which is empty text, holds every name."""
    return not zone or name == zone or name.endswith("." + zone)
