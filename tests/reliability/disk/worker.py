# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All trials on disks, in a process that has its mounts for itself.

Usage: python -m tests.reliability.disk.worker DIRECTORY short|long SEED STRACE|- mounts|-
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from .disks import Disk, fill, make_read_only
from .history import make_history
from .injection import Tracer, fail, find_points, kill, watch
from .task import CannotTrace, die_with_parent
from .trials import Trials

FOUND = "found.json"
# How many: points killed, killed again, calls that fail. None: all.
HOW_MANY: dict[str, tuple[int | None, int, int | None]] = {"short": (15, 4, 15), "long": (None, 400, 2000)}


def main(arguments: Sequence[str]) -> None:
    """Write what was found, and the reason why strace was not used, if it was not."""
    name, length, seed, strace, mounts = arguments
    die_with_parent()
    os.umask(0o022)
    directory = Path(name)
    disk = Disk(directory / "disk") if mounts == "mounts" else None
    if disk:
        disk.make()
    (directory / "history").mkdir()
    trials = Trials(directory / "disk" / "ssl", make_history(directory / "history"), directory)
    if disk:
        fill(trials, disk, length == "long")
    make_read_only(trials, disk)
    found: dict[str, object] = {"calls": {}, "no_strace": ""}
    if strace != "-":
        try:
            found["calls"] = _inject(trials, Tracer(strace, directory / "trace.log"), length, Random(int(seed)))
        except CannotTrace as reason:
            found["no_strace"] = str(reason)
    found |= {"counts": trials.counts, "problems": trials.problems}
    (directory / FOUND).write_text(json.dumps(found))


def _inject(trials: Trials, tracer: Tracer, length: str, chance: Random) -> dict[str, int]:
    """Return how many calls each step makes."""
    killed, twice, failed = HOW_MANY[length]
    points = find_points(trials, tracer)
    watch(trials, tracer, points)
    kill(trials, tracer, points, killed, twice, chance)
    fail(trials, tracer, points, failed, chance)
    return {name: len(calls) for name, calls in points.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
