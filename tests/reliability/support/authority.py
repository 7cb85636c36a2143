# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA that accounts and stores share, and certificates of it that are valid now."""

from __future__ import annotations

import time
from typing import Any

from cryptography import x509

from playbooks.files.emulator.orders.ca import Authority, public_der
from playbooks.files.emulator.orders.lifecycle import DAY

AUTHORITY = Authority()


def certificate_for(key: Any, name: str) -> str:
    """A certificate for a private key, and its chain."""
    now, serial = time.time(), x509.random_serial_number()
    leaf = AUTHORITY.issue(public_der(key.public_key()), (name,), now - DAY, now + 80 * DAY, serial)
    return leaf + AUTHORITY.intermediate_pem
