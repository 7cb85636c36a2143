# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Locks that tasks of a machine wait for: one at a time makes a thing of which there must never be two."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from .._errors import StateNotReached
from .._host.lockfile import Lockfile, acquire, owner

if TYPE_CHECKING:
    from .._reconcile import ApiRun

# Seconds after which a lock expires; the task that held it sends no application any more by then.
LONGEST = 900.0
FIRST_LOOK, LONGEST_LOOK = 0.2, 2.0


def wait_for_lock(run: ApiRun, path: str, doing: str) -> Lockfile | None:
    """Hold a lock; wait while another task has it. None, with a warning, where nothing can be written.

    ``doing`` is what the other task does then. Raises StateNotReached at the deadline.
    """
    pause = FIRST_LOOK
    try:
        while True:
            now = moment(run)
            held = acquire(path, now, now + LONGEST)
            if held:
                return held
            if run.clock.monotonic() + pause >= run.deadline:
                raise StateNotReached(_busy(path, now, doing))
            run.clock.sleep(pause * (1 - run.clock.chance() / 4))
            pause = min(LONGEST_LOOK, pause * 2)
    except OSError as error:
        run.warnings.append(unwritten(run, error, doing))
        return None


def unwritten(run: ApiRun, error: OSError, doing: str) -> str:
    """What a task is warned of that can keep no notes."""
    return (
        f"No note can be written in {run.actor.state_directory} ({error.strerror}): tasks that are {doing} at the same "
        "time are not kept apart. Make it writable, or set XDG_STATE_HOME."
    )


def _busy(path: str, now: float, doing: str) -> str:
    who = owner(path)
    since = f" since {now - who['since']:.0f} s" if isinstance(who.get("since"), (int, float)) else ""
    return (
        f"Another task is {doing}{since} (process {who.get('pid', '?')} of {who.get('host', '?')}); nothing was sent. "
        "Run the task again when that task has ended."
    )


def note_path(directory: str, kind: str, *about: str) -> str:
    """Where the note on something is kept."""
    return os.path.join(directory, f"{kind}-{hashlib.sha256(chr(0).join(about).encode()).hexdigest()[:32]}")


def moment(run: ApiRun) -> float:
    """Now, as notes have it."""
    return run.now().timestamp()
