# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The least of DER: enough to read what cryptography refuses to, and what OpenSSL reads all the same."""

from __future__ import annotations

from typing import NamedTuple

_LONGEST_LENGTH = 4


class Value(NamedTuple):
    """One value: its tag, what is in it, and the bytes of both."""

    tag: int
    content: bytes
    whole: bytes


def values(data: bytes) -> list[Value]:
    """The values that stand side by side. Raises ValueError where a length does not fit."""
    found: list[Value] = []
    at = 0
    while at < len(data):
        found.append(first_value(data[at:]))
        at += len(found[-1].whole)
    return found


def first_value(data: bytes) -> Value:
    """The value at the beginning, whatever follows it."""
    size = data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + size], "big") if size else (data[1] if len(data) > 1 else 0)
    end = 2 + size + length
    if len(data) < 2 or data[1] == 0x80 or size > _LONGEST_LENGTH or end > len(data):
        raise ValueError("not DER")
    return Value(data[0], data[2 + size : end], data[:end])


def dotted(content: bytes) -> str:
    """An object identifier as ``2.5.4.3``."""
    arcs, arc = [], 0
    for byte in content:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2) if arcs else 0
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]] if arcs else []))
