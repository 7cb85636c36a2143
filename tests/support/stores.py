# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of a certificate store, for tests."""

from __future__ import annotations

from typing import Any

from tests.support.certificates import GOOD, ORDER, OTHER, WWW, Shop

COMBINED = {"type": "combined"}
NAMED = {"domains": list(WWW)}
# Tasks that lead from nothing to a second certificate.
STEPS: list[dict[str, Any]] = [
    {"state": "staged", **NAMED},
    {"state": "ordered", "generation": 1, "order": ORDER},
    {"state": "complete", "generation": 1, **NAMED, "fullchain": GOOD.fullchain, "order": ORDER},
    {"state": "current", "generation": 1},
    {"state": "verified", "generation": 1},
    {"state": "staged", **NAMED, "keep_key": True},
    {"state": "complete", "generation": 2, **NAMED, "fullchain": GOOD.fullchain},
    {"state": "complete", **NAMED, "fullchain": OTHER.fullchain, "private_key": OTHER.key, "forms": [COMBINED]},
    {"state": "current", "generation": 3, "forms": [COMBINED]},
    {"state": "verified", "generation": 3, "keep": 0},
    {"state": "current", "generation": 3, "forms": [COMBINED, {"type": "key_fullchain"}]},
    {"state": "verified", "generation": 3},
]


def put_key(shop: Shop, step: dict[str, Any]) -> None:
    """What a role does between two of the steps."""
    if step["state"] == "ordered":
        (shop.generation_path(1) / "privkey.pem").write_text(GOOD.key)
