# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""PEM, in whatever state it comes: from a folded YAML block, an environment variable, an editor of another system."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from itertools import islice
from typing import NamedTuple

_MARK = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{1,60})-----")
# No chain in use is longer.
_MOST_BLOCKS = 100
# Line ends that JSON, a shell or an environment file has written as text; base64 has no backslash.
_WRITTEN_LINE_END = re.compile(r"\\+[rnt]")
# Byte order mark and blanks without width.
_NO_WIDTH = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
_LINE = 64


class Block(NamedTuple):
    """A PEM block: its label, what stands between its marks, and all of it as it came."""

    label: str
    payload: str
    text: str

    def der(self) -> bytes:
        """Its content. Raises ValueError where that is not base64, as with an encrypted key of the old form."""
        return b64decode("".join(self.payload.split()).encode("ascii"), validate=True)


def pem_blocks(text: str) -> list[Block]:
    """The PEM blocks of a text; none where there are more than any chain needs.

    A block ends with the first end that has its label. Every mark is looked at once: a text of nothing but beginnings
    takes no longer than any other.
    """
    plain = text if text.isascii() else text.translate(_NO_WIDTH)
    plain = _WRITTEN_LINE_END.sub("\n", plain) if "\\" in plain else plain
    marks = list(islice(_MARK.finditer(plain), 2 * _MOST_BLOCKS + 1))
    found: list[Block] = []
    over = 0
    for at, begin in enumerate(marks[: 2 * _MOST_BLOCKS]):
        if begin.group(1) == "BEGIN" and begin.start() >= over:
            last = ("END", begin.group(2))
            end = next((mark for mark in marks[at + 1 :] if mark.groups() == last), None)
            if end:
                over = end.end()
                found.append(Block(begin.group(2), plain[begin.end() : end.start()], plain[begin.start() : over]))
    return found if len(marks) <= 2 * _MOST_BLOCKS else []


def pem_text(label: str, der: bytes) -> str:
    """A block as every program reads it."""
    digits = b64encode(der).decode("ascii")
    lines = [digits[at : at + _LINE] for at in range(0, len(digits), _LINE)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])
