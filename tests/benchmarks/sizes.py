# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much is measured: BENCH=quick, usual, fleet (usual, with a large fleet) or full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

EVERYBODY = "all"
# The slowest peers take longer than all the rest, and lie far from every limit.
QUICKEST = "floor,exchange,direct,parsed,shipped,uri"


@dataclass(frozen=True)
class Size:
    """``rounds`` by length of the loop: of all peers, and more of the quickest; ``fleet`` hosts are renewed."""

    rounds: Mapping[int, tuple[int, int]]
    whole_rounds: int
    listing_rounds: int
    role_rounds: int
    role_hosts: int
    fleet: int


_USUAL = Size({1: (7, 0), 20: (3, 8), 200: (0, 1)}, 2, 7, 2, 100, 12)
SIZES = {
    "quick": Size({1: (3, 0), 20: (1, 0)}, 1, 3, 1, 10, 2),
    "usual": _USUAL,
    "fleet": replace(_USUAL, fleet=300),
    "full": Size({1: (15, 0), 20: (9, 12), 200: (3, 0)}, 5, 15, 3, 100, 300),
}
