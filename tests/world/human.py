# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody at a keyboard: waits for an order that says what it wants published; then the CA finds it, or refuses.

Usage: python -m tests.world.human CONTROL_URL accept|reject
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from typing import Any

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(control_url: str, call: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """One call at the control door."""
    data = None if body is None else json.dumps(body).encode()
    with _DIRECT.open(urllib.request.Request(f"{control_url}/{call}", data)) as answer:
        result: dict[str, Any] = json.load(answer)
        return result


def act(control_url: str, what: str) -> int:
    """Wait for an order that waits for its proof, as long as there is an emulator, and act on it; return a status."""
    while (orders := _orders(control_url)) is not None:
        waiting = [order["order_id"] for order in orders if order["phase"] == "validating"]
        if waiting:
            time.sleep(1)
            ask(control_url, what, {"order_id": waiting[0]})
            return 0
        time.sleep(0.2)
    return 1


def _orders(control_url: str) -> list[dict[str, Any]] | None:
    """Return the orders, or nothing when the emulator has ended."""
    try:
        orders: list[dict[str, Any]] = ask(control_url, "state")["orders"]
    except OSError:
        return None
    return orders


if __name__ == "__main__":
    sys.exit(act(sys.argv[1], sys.argv[2]))
