# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""CAA records (RFC 8659): which set counts for a name, and whether it lets a CA issue. The rules are pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .lookup import Response
from .record_names import upwards

_CRITICAL = 128
# A character of a quoted text in a zone file (RFC 1035, 5.1).
_ESCAPED = re.compile(r"\\(\d{3}|\D)")
# What a CA for certificates of servers understands; other properties are unknown to it.
_KNOWN = frozenset({"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"})


class Property(NamedTuple):
    flags: int
    tag: str
    value: str


class CaaSet(NamedTuple):
    """The records that count for a name, and where they are; or the response that keeps this from being known."""

    level: str
    properties: tuple[Property, ...] = ()
    unknown: Response | None = None


def relevant_set(name: str, ask: Callable[[str], Response]) -> CaaSet:
    """The first set on the way up from the name; a CNAME is followed by the one that is asked."""
    for level in upwards(name):
        response = ask(level)
        # A name server that looks nothing up for others says nothing of zones that it does not have.
        if response.problem is None and response.rcode == "REFUSED" and not response.recursive and level != name:
            continue
        if not response.is_usable:
            return CaaSet(level, unknown=response)
        found = tuple(_property(value) for value in response.values("CAA"))
        if found:
            return CaaSet(level, found)
    return CaaSet("")


def _property(text: str) -> Property:
    flags, tag, value = text.split(" ", 2)
    return Property(int(flags), tag.lower(), _ESCAPED.sub(_character, value[1:-1]))


def _character(escaped: re.Match[str]) -> str:
    code = escaped[1]
    return chr(int(code)) if code.isdigit() else code


def forbids(properties: Sequence[Property], wildcard: bool, identifiers: Sequence[str]) -> str | None:
    """Why a CA with one of these identifiers must not issue, or None."""
    unknown = [each.tag for each in properties if each.flags & _CRITICAL and each.tag not in _KNOWN]
    if unknown:
        return f"the property {unknown[0][:40]!r}, which no CA knows, is marked as critical"
    issue = [each for each in properties if each.tag == "issue"]
    counts = ([each for each in properties if each.tag == "issuewild"] or issue) if wildcard else issue
    if not counts or any(_issuer(each.value) in identifiers for each in counts):
        return None
    named = sorted({issuer for each in counts if (issuer := _issuer(each.value))})
    return f"{counts[0].tag} allows only {', '.join(named)}" if named else f"{counts[0].tag} allows no CA"


def _issuer(value: str) -> str:
    """The domain of the CA, without the parameters of RFC 8657; empty when the record allows no CA."""
    return value.partition(";")[0].strip(" \t").lower()
