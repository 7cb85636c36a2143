# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What the tasks of one check mode run would take of a quota together: each of them alone sees all that is left."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._host.run_note import change_of_run

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from .wanted import Wanted

# Seconds after the last preview.
_REMEMBERED = 3600.0


def planned_before(run: ApiRun, wanted: Wanted, free: int, takes: int) -> int:
    """How many certificates of the quota earlier tasks of this run would take, when it is a preview; else 0.

    A preview that fits into what is left is noted for later ones, once for a certificate: however many tasks want it,
    it is ordered once. ``takes`` may be 0 or less, where a plan returns as many as it takes.
    """
    directory = run.actor.state_directory
    if directory is None or not run.actor.read_only:
        return 0
    own = _hash(*sorted(wanted.domains))

    def added(note: Mapping[str, Any]) -> dict[str, Any]:
        others = _others(note, own)
        fits = free - sum(others.values()) >= takes
        return {"previews": {**others, **({own: takes} if fits else {})}}

    path = os.path.join(directory, f"preview-{_hash(run.actor.account, wanted.product_code)}")
    note = change_of_run(path, run.now().timestamp(), _REMEMBERED, added, run.clock.sleep)
    return sum(_others(note, own).values())


def _others(note: Mapping[str, Any], own: str) -> dict[str, int]:
    previews = note.get("previews")
    found = previews.items() if isinstance(previews, dict) else ()
    return {key: takes for key, takes in found if isinstance(takes, int) and key != own}


def _hash(*about: str) -> str:
    return hashlib.sha256("\0".join(about).encode()).hexdigest()[:32]
