# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The library that reads certificates, imported where one is looked at and nowhere else."""

from __future__ import annotations

from typing import Any

from .._errors import MissingLibrary


def x509_library() -> Any:
    """cryptography's x509."""
    try:
        from cryptography import x509
        from cryptography.x509 import oid  # noqa: F401  (older versions do not bring NameOID along)
    except ImportError:
        raise MissingLibrary("cryptography") from None
    return x509
