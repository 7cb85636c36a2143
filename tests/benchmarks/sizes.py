# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much is measured: BENCH=quick, usual, fleet (usual, with a large fleet) or full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .renewals import ALONE, APART, DUE, PACED
from .runs import BY_INSTANCE, CONVERGED

EVERYBODY = "all"
# The slowest peers take longer than all the rest, and lie far from every limit.
QUICKEST = "floor,exchange,direct,parsed,instance,shipped,whole,uri"


@dataclass(frozen=True)
class Size:
    """``rounds`` by length of the loop: of all peers, and more of the quickest. ``hosts`` have nothing to do, ``fleet``
    hosts are renewed, and ``paced`` hosts at a service that lets ``rate`` calls a second pass. ``core_rounds`` are
    those on another ansible-core."""

    rounds: Mapping[int, tuple[int, int]]
    whole_rounds: int
    listing_rounds: int
    host_rounds: int
    hosts: int
    fleet: int
    paced: int
    core_rounds: int
    rate: float = 10.0

    @property
    def groups(self) -> dict[str, int]:
        """How many hosts each group of the inventory has."""
        return {CONVERGED: self.hosts, ALONE: 1, BY_INSTANCE: 1, DUE: self.fleet, PACED: self.paced, APART: self.paced}


_USUAL = Size({1: (7, 0), 20: (3, 8), 200: (0, 1)}, 2, 7, 7, 30, 40, 40, 7)
SIZES = {
    "quick": Size({1: (1, 0), 20: (0, 1)}, 1, 3, 2, 8, 4, 8, 1),
    "usual": _USUAL,
    "fleet": replace(_USUAL, fleet=300, paced=300),
    "full": Size({1: (15, 0), 20: (9, 12), 200: (3, 0)}, 5, 15, 15, 50, 300, 300, 15),
}
