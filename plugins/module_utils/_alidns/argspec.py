# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options of ``alidns_record``, and every rule that they must keep before anything is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from .._errors import InvalidOption
from .._text import quoted
from .record import APEX, DEFAULT_LINE, WILDCARD, labels, written

LONGEST_TTL = 86400

OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "domain": {"type": "str"},
    "record": {"type": "str", "required": True},
    "type": {"type": "str", "choices": ["A", "AAAA", "CAA", "CNAME", "NS", "SRV", "TXT"], "required": True},
    "value": {"type": "str", "required": True},
    "ttl": {"type": "int", "default": 600},
    "line": {"type": "str", "default": "default"},
}


class State(Enum):
    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True)
class RecordWanted:
    """What a task asks for. ``name`` is a full one in A-labels; ``domain`` is None when the zone is to be found."""

    state: State
    domain: str | None
    name: str
    type: str
    value: str
    ttl: int
    line: str = DEFAULT_LINE


def read_record(options: Mapping[str, Any]) -> RecordWanted:
    """Check a task's options and say what they ask for. Raises InvalidOption."""
    domain = _domain(options["domain"])
    return RecordWanted(
        state=State(options["state"]),
        domain=domain,
        name=_full_name(options["record"], domain),
        type=options["type"],
        value=_value(options["type"], options["value"]),
        ttl=_ttl(options["ttl"]),
        line=_line(options["line"]),
    )


def _domain(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    name = labels(text.strip().rstrip("."), "domain")
    if "." not in name or name.startswith(WILDCARD):
        raise InvalidOption("domain", f"{quoted(text)} is not a valid domain; give one such as example.com.")
    return name


def _full_name(text: str, domain: str | None) -> str:
    """The full name that ``record`` stands for: it is given whole, or relative to ``domain``."""
    given = text.strip()
    if not given:
        raise InvalidOption(
            "record", "give the full name of the record, or its part below domain (@ for domain itself)."
        )
    if domain is None:
        return _alone(given)
    if given == APEX:
        return domain
    name = labels(given[:-1] if given.endswith(".") else given, "record")
    if name == domain or name.endswith("." + domain):
        return name
    if given.endswith("."):
        raise InvalidOption(
            "record", f"{name} does not lie in {domain}; leave the last dot out if it is relative to it."
        )
    return labels(f"{name}.{domain}", "record")


def _alone(given: str) -> str:
    name = given if given == APEX else labels(given[:-1] if given.endswith(".") else given, "record")
    if "." not in name:
        raise InvalidOption("record", f"{quoted(given)} is not a full name; also give domain.")
    return name


def _value(kind: str, text: str) -> str:
    value = text.strip()
    if not value:
        raise InvalidOption("value", "give the value of the record.")
    if any(ord(char) < 32 or ord(char) == 127 or "\ud800" <= char <= "\udfff" for char in value):
        raise InvalidOption("value", "give one line without control characters or lone surrogates.")
    if kind in ("CNAME", "NS"):
        return labels(value.rstrip("."), "value")
    if kind in _ADDRESSES:
        _check_address(kind, value)
    return written(kind, value)


_ADDRESSES: dict[str, type[IPv4Address | IPv6Address]] = {"A": IPv4Address, "AAAA": IPv6Address}


def _check_address(kind: str, value: str) -> None:
    try:
        _ADDRESSES[kind](value)
    except ValueError:
        version = {"A": "IPv4", "AAAA": "IPv6"}[kind]
        raise InvalidOption("value", f"{quoted(value)} is not an {version} address, which type {kind} needs.") from None


def _ttl(seconds: int) -> int:
    if not 1 <= seconds <= LONGEST_TTL:
        raise InvalidOption("ttl", f"give seconds from 1 to {LONGEST_TTL}; free editions take 600 or more.")
    return seconds


def _line(text: str) -> str:
    line = text.strip()
    if not re.fullmatch(r"[\w.-]{1,64}", line, re.ASCII):
        raise InvalidOption("line", f"{quoted(text)} is not a valid resolution line; give one such as default.")
    return line
