# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""How fast the tasks of this machine call a service together, once it said that they were too fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .._host.lockfile import Lockfile, acquire

# Calls a second: where it begins after a refusal, and where it may get to.
_FIRST, _SLOWEST, _FASTEST = 8.0, 0.2, 1000.0
# A little faster with each call, a good deal slower when refused: it finds the limit, whatever that is.
_FASTER, _SLOWER = 1.02, 0.93
# Near the pace that was refused last it stays long, and gets faster by this share of a call in each second.
_NEAR, _CAREFUL = (0.96, 1.03), 0.005
# Seconds after it became slower in which what is refused, or is not, still tells of the pace before.
_SETTLING = 0.5
# Seconds without a refusal, after which no task waits any more.
FORGOTTEN = 30.0
_OURS = 5.0
# Another process has the note for a fraction of a millisecond.
_ATTEMPTS, _BUSY = 50, 0.01


def turn(path: str, now: float, sleep: Callable[[float], None]) -> float:
    """Take the next turn; returns the seconds until it comes.

    Times are seconds since 1970. A pace only ever makes tasks slower, so what goes wrong with its note stops none.
    """
    return _with_note(path, now, sleep, lambda held: _next_turn(held, now)) or 0.0


def too_fast(path: str, sent: float, now: float, sleep: Callable[[float], None]) -> None:
    """The service refused a call that was sent at a moment: from now on slower."""
    _with_note(path, now, sleep, lambda held: _slow_down(held, sent, now))


Result = TypeVar("Result")


def _with_note(
    path: str, now: float, sleep: Callable[[float], None], work: Callable[[Lockfile], Result]
) -> Result | None:
    try:
        for _attempt in range(_ATTEMPTS):
            held = acquire(path, now, now + _OURS)
            if held is not None:
                with held:
                    return work(held)
            sleep(_BUSY)
    except OSError:
        pass
    return None


def _next_turn(held: Lockfile, now: float) -> float:
    note = _read(held, now)
    if note is None:
        return 0.0
    turn = max(now, note["next"])
    rate = min(_FASTEST, note["rate"] * (_growth(note) if now > note["slower"] + _SETTLING else 1))
    held.write({**note, "next": turn + 1 / rate, "rate": rate}, lasting=False)
    return turn - now


def _growth(note: dict[str, float]) -> float:
    is_near = _NEAR[0] < note["rate"] / note["refused"] < _NEAR[1]
    return 1 + _CAREFUL / note["rate"] if is_near else _FASTER


def _slow_down(held: Lockfile, sent: float, now: float) -> None:
    note = _read(held, now)
    if note is None:
        held.write({"rate": _FIRST, "refused": _FASTEST, "next": now + 1 / _FIRST, "slower": now}, lasting=False)
    elif sent > note["slower"] + _SETTLING:
        rate = max(_SLOWEST, note["rate"] * _SLOWER)
        held.write({**note, "rate": rate, "refused": note["rate"], "slower": now}, lasting=False)


def _read(held: Lockfile, now: float) -> dict[str, float] | None:
    """The note, unless it is old, from another time, or none of ours."""
    note = held.read()
    if not all(isinstance(note.get(name), (int, float)) for name in ("rate", "refused", "next", "slower")):
        return None
    forgotten = not now - FORGOTTEN < note["slower"] <= now + 1
    return None if forgotten or min(note["rate"], note["refused"]) <= 0 or note["next"] > now + 600 else note
