# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Notes that the tasks of one run of Ansible leave for each other: its workers have one parent."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from .lockfile import acquire, read_note

# Seconds between two looks at a note that another task has locked, and how many of them.
_PAUSE, _MOST_LOOKS = 0.05, 100
# Seconds for which a task holds a note.
_HELD = 5.0


def read_of_run(path: str, now: float, remembered: float) -> dict[str, Any]:
    """What tasks of this run have noted within so many seconds; nothing where another run left the note."""
    return _of_run(read_note(path), now, remembered)


def change_of_run(
    path: str,
    now: float,
    remembered: float,
    change: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    sleep: Callable[[float], None],
) -> Mapping[str, Any]:
    """Change what tasks of this run have noted, one task at a time; returns it. Where nothing can be kept, nothing is.

    ``change`` gets what ``read_of_run`` returns, and may be called twice.
    """
    try:
        for _look in range(_MOST_LOOKS):
            held = acquire(path, now, now + _HELD)
            if held:
                with held:
                    said = change(_of_run(held.read(), now, remembered))
                    held.write({**said, "run": _this_run(), "at": now}, lasting=False)
                    return said
            sleep(_PAUSE)
    except OSError:
        pass
    return change(read_of_run(path, now, remembered))


def _of_run(note: Mapping[str, Any], now: float, remembered: float) -> dict[str, Any]:
    at = note.get("at")
    if note.get("run") != _this_run() or not isinstance(at, (int, float)) or not 0 <= now - at < remembered:
        return {}
    return dict(note)


def _this_run() -> str:
    """The parent process, and since when it runs where that can be told: numbers of processes come again."""
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/stat", encoding="utf-8", errors="replace") as file:
            return f"{parent}-{file.read().rpartition(')')[2].split()[19]}"
    except (OSError, IndexError):
        return str(parent)
