# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All tries of the part on disks, in a process that has its mounts for itself.

Usage: python -m tests.reliability.disk_worker FOLDER short|usual SEED STRACE|- mounts|-
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from .disk_chapters import write_book
from .disk_faults import Tracer, fail, find_points, kill, watch
from .disk_room import Disk, fill, forbid
from .disk_task import CannotTrace, die_with_parent
from .disk_try import Bench, Tally

FOUND = "found.json"
CALLS = "calls"
# How many: points killed, killed again, calls that fail. None: all.
HOW_MANY: dict[str, tuple[int | None, int, int | None]] = {"short": (150, 30, 150), "usual": (None, 400, 2000)}


def main(arguments: Sequence[str]) -> None:
    name, size, seed, strace, mounts = arguments
    die_with_parent()
    os.umask(0o022)
    folder, tally, chance = Path(name), Tally(), Random(int(seed))
    disk = Disk(folder / "disk") if mounts == "mounts" else None
    if disk:
        disk.make()
    (folder / "book").mkdir()
    bench = Bench(folder / "disk" / "ssl", write_book(folder / "book"), tally, folder)
    found: dict[str, object] = {}
    if disk:
        _timed("filling disks", lambda: fill(bench, disk, size != "short"))
    _timed("closing folders", lambda: forbid(bench, disk))
    if strace != "-":
        found = _inject(bench, Tracer(strace, folder / "trace.log"), size, chance)
    found |= {"counts": dict(tally.counts), "troubles": tally.troubles}
    (folder / FOUND).write_text(json.dumps(found))


def _inject(bench: Bench, tracer: Tracer, size: str, chance: Random) -> dict[str, object]:
    """Return the calls of each chapter, or why there are none."""
    killed, twice, failed = HOW_MANY[size]
    try:
        points = find_points(bench, tracer)
    except CannotTrace as reason:
        return {"not_traced": str(reason)}
    _timed("watching", lambda: watch(bench, tracer, points))
    _timed("killing", lambda: kill(bench, tracer, points, killed, twice, chance))
    _timed("failing", lambda: fail(bench, tracer, points, failed, chance))
    return {CALLS: {name: len(calls) for name, calls in points.items()}}


def _timed(what: str, job: Callable[[], None]) -> None:
    begun = time.monotonic()
    job()
    print(f"{what}: {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
