# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much is measured: BENCH=quick, BENCH=usual, BENCH=full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EVERYBODY = "all"
# In a loop of 200 the slowest peers would take longer than all the rest.
QUICKEST = "floor,exchange,direct,parsed,shipped,uri"


@dataclass(frozen=True)
class Size:
    """``rounds`` by length of the loop; ``longest`` names the peers in a loop of 200; ``fleet`` hosts are renewed."""

    rounds: Mapping[int, int]
    longest: str
    whole_rounds: int
    listing_rounds: int
    role_rounds: int
    role_hosts: int
    fleet: int


SIZES = {
    "quick": Size({1: 3, 20: 1}, QUICKEST, 1, 3, 1, 10, 2),
    "usual": Size({1: 7, 20: 3, 200: 1}, QUICKEST, 2, 7, 2, 100, 12),
    "full": Size({1: 15, 20: 9, 200: 3}, EVERYBODY, 5, 15, 3, 100, 300),
}
