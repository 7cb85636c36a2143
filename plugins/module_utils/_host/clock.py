# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Time and chance, as values that tests replace."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import NamedTuple


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _chance() -> float:
    import random  # tasks that call nothing need neither this nor a nonce

    return random.random()


def _nonce() -> str:
    import secrets

    return secrets.token_hex(16)


class Clock(NamedTuple):
    """Time and chance, so that tests can own them."""

    now: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = _chance
    nonce: Callable[[], str] = _nonce
