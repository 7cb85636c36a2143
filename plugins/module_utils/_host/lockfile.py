# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Notes that tasks of one user leave for each other on a machine, each for one of them at a time."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Mapping
from typing import Any


def acquire(path: str, now: float, until: float) -> Lockfile | None:
    """Lock a note; None while another process has it. Its directory is made when it is not there.

    Times are seconds since 1970. A process that ended has its notes no longer; one that hangs, until the time that it
    named itself. Raises OSError when nothing can be written.
    """
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    while True:
        lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        held = Lockfile(path, lock)
        try:
            if _is_free(lock) and held.is_ours:
                held.sign(now, until)
                return held
            stale = held.is_ours and _owner(lock).get("until", now) < now
            if stale:
                _remove(path, lock)
            elif held.is_ours:
                held.release()
                return None
        except BaseException:
            held.release()
            raise
        held.release()


def owner(path: str) -> dict[str, Any]:
    """Who has a note: ``pid``, ``host``, ``since`` and ``until``; nothing when that cannot be read."""
    try:
        with open(f"{path}.lock", "rb") as lock:
            return _owner(lock.fileno())
    except OSError:
        return {}


def read_note(path: str) -> dict[str, Any]:
    """What a note says, whatever process has its lock; nothing when it cannot be read."""
    try:
        with open(f"{path}.json", encoding="utf-8") as file:
            return _mapping(file.read())
    except (OSError, ValueError):
        return {}


class Lockfile:
    """A note that this process has locked; no other process reads or writes it before it is released."""

    def __init__(self, path: str, lock: int) -> None:
        self._path, self._lock = path, lock

    def __enter__(self) -> Lockfile:
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()

    def sign(self, now: float, until: float) -> None:
        """Say who has it, for those who wait."""
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": now, "until": until}
        text = json.dumps(owner).encode()
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, text, 0)

    @property
    def is_ours(self) -> bool:
        """Whether the lock did not expire and was not taken over."""
        return _is_at(self._lock, f"{self._path}.lock")

    def read(self) -> dict[str, Any]:
        """What the note says; nothing when it cannot be read."""
        return read_note(self._path)

    def write(self, note: Mapping[str, Any], lasting: bool = True) -> None:
        """Replace what the note says; a lasting one is on the disk afterwards. An empty one is removed."""
        target = f"{self._path}.json"
        if not note:
            if os.path.exists(target):
                os.unlink(target)
            return
        opened = os.open(f"{target}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with open(opened, "wb") as file:
            file.write(json.dumps(note).encode())
            file.flush()
            if lasting:
                os.fsync(opened)
        os.replace(f"{target}.new", target)

    def release(self) -> None:
        """Let others have it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _owner(lock: int) -> dict[str, Any]:
    owner = _mapping(os.pread(lock, 4096, 0).decode(errors="replace"))
    return owner if isinstance(owner.get("until"), (int, float)) else {}


def _mapping(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_free(lock: int) -> bool:
    """Lock an open file, unless it is locked already."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(lock: int, path: str) -> bool:
    """Whether an open file is still the one at a path."""
    try:
        return os.path.samestat(os.fstat(lock), os.stat(path))
    except OSError:
        return False


def _remove(path: str, stale: int) -> None:
    """Remove a lock whose owner hangs; one process at a time, so that the next lock is not removed."""
    guard = os.open(f"{path}.takeover", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if _is_at(stale, f"{path}.lock"):
            os.unlink(f"{path}.lock")
    finally:
        os.close(guard)
