# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Internationalized domain names (IDN) as A-labels (punycode)."""

from __future__ import annotations

import unicodedata

from .._errors import InvalidOption, MissingLibrary
from .._text import quoted

A_LABEL = "xn--"


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
    except idna.IDNAError:
        raise InvalidOption(
            option,
            f"{quoted(name)} is not a valid internationalized domain name: it has a character that domain names cannot "
            "have, or an empty or too long label.",
        ) from None


def is_a_label(label: str) -> bool:
    """Whether a label that begins with ``xn--`` stands for one of another script. Needs no library: CAs ask no more."""
    try:
        meant = label[len(A_LABEL) :].encode("ascii").decode("punycode")
        again = meant.encode("punycode").decode("ascii")
    except UnicodeError:
        return False
    unfit = any(unicodedata.category(char)[0] in "CZ" for char in meant)
    return not (unfit or meant.isascii()) and A_LABEL + again == label and _mapped(meant) == meant


def _mapped(text: str) -> str:
    """Text as it would be written before it is encoded: lower case, composed."""
    return unicodedata.normalize("NFC", text.lower())
