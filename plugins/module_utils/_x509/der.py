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
        found.append(first_value(data, at))
        at += len(found[-1].whole)
    return found


def first_value(data: bytes, at: int = 0) -> Value:
    """The value that begins there, whatever follows it."""
    length, begin = data[at + 1] if len(data) > at + 1 else 0x80, at + 2
    if length == 0x80 or length > 0x80 + _LONGEST_LENGTH:
        raise ValueError("not DER")
    if length > 0x80:
        size, begin = begin, begin + length - 0x80
        length = int.from_bytes(data[size:begin], "big")
    end = begin + length
    if end > len(data):
        raise ValueError("not DER")
    return Value(data[at], data[begin:end], data[at:end])


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
