# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Internationalized domain names (IDN) as A-labels (punycode)."""

from __future__ import annotations

from .._errors import InvalidOption, MissingLibrary
from .._text import one_line, quoted


def to_ascii(text: str, option: str, name: str) -> str:
    """A host name, or a label of one, in ASCII. ``name`` is what the sentence of a InvalidOption shows."""
    if text.isascii():
        return text
    try:
        import idna
    except ImportError:
        raise MissingLibrary("idna") from None
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise InvalidOption(
            option, f"{quoted(name)} is not a valid internationalized domain name: {one_line(error, 120)}."
        ) from None
