# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The product codes of resource plans."""

from __future__ import annotations

import difflib

PRODUCTS = (
    "digicert-free-1-free",
    "symantec-free-1-free",
    "symantec-dv-1-starter",
    "symantec-ov-1-personal",
    "symantec-ov-w-personal",
    "geotrust-dv-1-starter",
    "geotrust-dv-w-starter",
    "geotrust-ov-1-personal",
    "geotrust-ov-w-personal",
    "globalsign-dv-1-personal",
    "globalsign-dv-w-advanced",
    "globalsign-ov-1-personal",
    "globalsign-ov-w-advanced",
    "cfca-ov-1-personal",
    "cfca-ev-w-advanced",
)
# The products that CreateCertificateRequest and CreateCertificateWithCsrRequest take.
DV_PRODUCTS = frozenset(code for code in PRODUCTS if "-dv-" in code or "-free-" in code)
# Of this one the documents say both, that it is for single names and that it is for wildcards.
_CONTRADICTORY = "symantec-dv-1-starter"


def is_for_wildcards(code: str) -> bool | None:
    """Whether a product takes wildcards and nothing else, or single names and nothing else; None where that is unknown.

    The documented codes tell it: ``-w-`` or ``-1-``.
    """
    return None if code not in PRODUCTS or code == _CONTRADICTORY else "-w-" in code


def nearest(code: str) -> str | None:
    """The documented code that was meant; None where the code is one, and where none is near."""
    return None if code in PRODUCTS else next(iter(difflib.get_close_matches(code, PRODUCTS, 1)), None)
