# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The dates of a certificate."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509


def moments(certificate: X509) -> tuple[datetime, datetime]:
    """The first and the last moment at which it is valid."""
    return _moment(certificate, "not_valid_before"), _moment(certificate, "not_valid_after")


def _moment(certificate: X509, name: str) -> datetime:
    aware = getattr(certificate, name + "_utc", None)  # since cryptography 42
    moment: datetime = aware if aware is not None else getattr(certificate, name).replace(tzinfo=timezone.utc)
    return moment


def time_left(not_before: datetime, not_after: datetime, now: datetime) -> timedelta:
    """Until the expiry; never more than the lifetime, although a clock may be behind."""
    return not_after - max(now, not_before)
