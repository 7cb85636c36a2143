# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a record is: its name in a zone, its value, and how the service writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from .._errors import InvalidOption
from .._rpc.fields import whole
from .._text import one_line, quoted
from .._x509.idn import to_ascii

APEX = "@"
WILDCARD = "*"
DEFAULT_LINE = "default"
# A parameter of every call: the language of the service's messages.
ENGLISH = {"Lang": "en"}

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LONGEST_NAME = 253


def labels(text: str, option: str) -> str:
    """A name in lower case, other scripts as punycode. Labels may have underscores; the first may be a lone ``*``."""
    parts = [to_ascii(part, option, text).lower() for part in _DOTS.split(text.strip())]
    inner = parts[1:] if parts[0] == WILDCARD else parts
    name = ".".join(parts)
    if not all(_LABEL.fullmatch(part) for part in inner) or len(name) > _LONGEST_NAME:
        raise InvalidOption(
            option,
            f"{quoted(text)} is not a valid record name: it needs labels of letters, digits, hyphens and "
            "underscores (63 at most each, 253 in all); only the first may be a lone *.",
        )
    return name


def folded(text: str) -> str:
    """A name of the service's in the form that ours have, for comparing."""
    try:
        return labels(text.rstrip("."), "")
    except InvalidOption:
        return text.strip().lower()


def canonical(kind: str, value: str) -> str:
    """A value in the form in which values of its type are compared: what DNS does not tell apart is the same.

    A value that is not of its type's form is compared as it is.
    """
    text = value.strip()
    return _FORMS[kind](text) if kind in _FORMS else text


def written(kind: str, value: str) -> str:
    """A value as it is sent. Text may be quoted or not, and what the user wrote is kept."""
    return value.strip() if kind == "TXT" else canonical(kind, value)


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return text


def _service(text: str) -> str:
    """Priority, weight, port and target; a lone dot says that the service is not offered."""
    found = re.fullmatch(r"(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})\s+(\S+)", text, re.ASCII)
    if found is None:
        return " ".join(text.split())
    return " ".join([*(str(int(number)) for number in found.groups()[:3]), folded(found.group(4)) or "."])


def _issuer(text: str) -> str:
    """Flags, tag and value. Neither quotes nor the case of a tag count."""
    found = re.fullmatch(r"(\d{1,9})\s+([A-Za-z0-9]+)\s+(.*)", text, re.ASCII)
    if found is None:
        return " ".join(text.split())
    return f'{int(found.group(1))} {found.group(2).lower()} "{_text(found.group(3))}"'


def _text(text: str) -> str:
    """What stands in one or more quoted strings, joined as those who read it join them; else the text itself."""
    if not _QUOTED.fullmatch(text):
        return text
    joined = "".join(found.group(1) for found in _STRING.finditer(text))
    return _ESCAPED.sub(lambda found: chr(int(found.group(1))) if found.group(1).isdigit() else found.group(1), joined)


_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_QUOTED = re.compile(rf"{_STRING.pattern}(?:\s*{_STRING.pattern})*")
_ESCAPED = re.compile(r"\\([0-2][0-9]{2}|.)")
_FORMS: dict[str, Callable[[str], str]] = {
    "A": _address,
    "AAAA": _address,
    "CAA": _issuer,
    "CNAME": folded,
    "NS": folded,
    "SRV": _service,
    "TXT": _text,
}


@dataclass(frozen=True)
class Zone:
    """A domain that is hosted in an account. ``spelling`` is the service's, which may not be in A-labels."""

    name: str
    spelling: str

    def rr(self, name: str) -> str:
        """A full name relative to this zone."""
        return APEX if name == self.name else name[: -len(self.name) - 1]

    def full(self, rr: str) -> str:
        """What is queried for a relative name."""
        return self.spelling if rr == APEX else f"{rr}.{self.spelling}"


@dataclass(frozen=True)
class Record:
    """A record. ``ttl`` is in seconds, None when the service did not say; a locked one cannot be changed."""

    record_id: str
    domain: str
    rr: str
    type: str
    value: str
    ttl: int | None
    line: str = DEFAULT_LINE
    enabled: bool = True
    locked: bool = False

    @property
    def name(self) -> str:
        return self.domain if self.rr == APEX else f"{self.rr}.{self.domain}"

    @property
    def named(self) -> str:
        """How sentences call it."""
        return f"{self.type} {self.name}"

    def is_same(self, other: Record) -> bool:
        """Whether both are the same value at the same place, whatever their TTL."""
        return self._key() == other._key()

    def _key(self) -> tuple[str, ...]:
        return self.domain, self.rr, self.type, self.line, canonical(self.type, self.value)

    def public(self) -> dict[str, Any]:
        return {
            "domain": self.domain,
            "record": self.name,
            "rr": self.rr,
            "type": self.type,
            "value": self.value,
            "ttl": self.ttl,
            "line": self.line,
            "record_id": self.record_id,
        }


def from_entry(entry: Mapping[str, Any]) -> Record:
    """A record as the lists show it; numbers may be text, and the status is written in more than one way."""
    value = entry.get("Value")
    return Record(
        record_id=one_line(entry.get("RecordId")),
        domain=folded(one_line(entry.get("DomainName"))),
        rr=folded(one_line(entry.get("RR") or APEX)),
        type=one_line(entry.get("Type")).upper(),
        value=value if isinstance(value, str) else one_line(value),
        ttl=whole(entry.get("TTL")) or None,
        line=one_line(entry.get("Line")) or DEFAULT_LINE,
        enabled=one_line(entry.get("Status")).lower() not in ("disable", "disabled"),
        locked=one_line(entry.get("Locked")).lower() == "true",
    )


def diff_text(record: Record | None) -> str:
    """A record as the lines of a diff."""
    if record is None:
        return "record: none\n"
    return "".join(f"{name}: {value}\n" for name, value in record.public().items())
