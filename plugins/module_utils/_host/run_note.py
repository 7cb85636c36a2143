# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Notes that the tasks of one run of Ansible leave for each other: one process has forked all of its workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from .lockfile import acquire, read_note

# Seconds between two looks at a note that another task has locked, and how many of them.
_PAUSE, _MOST_LOOKS = 0.05, 100
# Seconds for which a task holds a note.
_HELD = 5.0
# What is in the command line of a run.
_PROGRAM = b"ansible"


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
    # A task that waits for the lock finds a note that is later than its own moment.
    if note.get("run") != _this_run() or not isinstance(at, (int, float)) or not abs(now - at) < remembered:
        return {}
    return dict(note)


def _this_run() -> str:
    """The process of the run, and since when it runs where that can be told: numbers of processes come again."""
    run = _controller(os.getpid()) or os.getppid()
    return f"{run}-{_status(run)[1]}"


def _controller(process: int) -> int | None:
    """The process that has forked the worker of a task: both have one command line, and what a worker starts another.

    None where processes are not listed.
    """
    parent = _status(process)[0]
    while parent > 0:
        command = _command(process)
        if _PROGRAM in command and command == _command(parent):
            return parent
        process, parent = parent, _status(parent)[0]
    return None


def _status(process: int) -> tuple[int, str]:
    """The parent of a process, and when it was started; 0 where there is none, or it is not told."""
    fields = _read(f"/proc/{process}/stat").rpartition(b")")[2].split()
    return (int(fields[1]), fields[19].decode()) if len(fields) > 19 else (0, "")


def _command(process: int) -> bytes:
    return _read(f"/proc/{process}/cmdline")


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
