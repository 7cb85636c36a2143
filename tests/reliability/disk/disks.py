# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks of every size, disks without inodes, and what is read-only. Mounts are seen in this process alone."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .counts import DIRECTORIES, FULL, INODES, SIZES, SYSTEMS
from .history import Step
from .task import TaskEnd, drop_capabilities, run_task
from .trials import Disturbed, Trials

PAGE = os.sysconf("SC_PAGE_SIZE")
_OPEN, _CLOSED = 0o755, 0o555
_PLENTY = "size=64m,nr_inodes=10000"
# A key is not begun where less is free.
_ROOM = 2 * 1024 * 1024 // PAGE


@dataclass(frozen=True)
class Disk:
    """A small file system of its own, in memory."""

    directory: Path

    def make(self) -> None:
        self.directory.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", _PLENTY, "none", str(self.directory)], check=True)
        # Size 0 is no limit, so a page is always in use.
        (self.directory / "filler").write_bytes(b"-" * PAGE)

    def become(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.directory)], check=True)

    def grow(self) -> None:
        self.become(f"rw,{_PLENTY}")

    def used(self) -> tuple[int, int]:
        """Pages and inodes."""
        found = os.statvfs(self.directory)
        return (found.f_blocks - found.f_bfree) * found.f_frsize // PAGE, found.f_files - found.f_ffree


def fill(trials: Trials, disk: Disk, every: bool) -> None:
    """Every size of a disk, from one where nothing more fits to one where the task succeeds."""
    for step in trials.history.steps:
        step.copy_to(trials.directory)
        pages, inodes = disk.used()
        _grow(trials, disk, step, SIZES, (f"size={pages + more}p" for more in _steps(every)))
        _grow(trials, disk, step, INODES, (f"nr_inodes={inodes + more}" for more in range(100)))


def _steps(every: bool) -> Iterator[int]:
    """Numbers of free pages: all of them where something can change, every eighth one between; or only a few."""
    few = (more for more in range(_ROOM + 100) if more < 8 or abs(more - _ROOM) < 4)
    many = (more for more in range(_ROOM + 100) if more < 40 or not more % 8 or more > _ROOM - 8)
    return many if every else few


def _grow(trials: Trials, disk: Disk, step: Step, what: str, sizes: Iterator[str]) -> None:
    for size in sizes:
        step.copy_to(trials.directory)
        disk.become(_in_bytes(size))
        ended = trials.attempt(step, size, run_task, disk.grow)
        trials.counts[what] += 1
        trials.counts[FULL] += not ended.succeeded
        if ended.succeeded:
            return


def _in_bytes(size: str) -> str:
    name, _equals, number = size.partition("=")
    return f"{name}={int(number[:-1]) * PAGE}" if number.endswith("p") else size


def make_read_only(trials: Trials, disk: Disk | None) -> None:
    """Each directory of each store read-only, and the whole file system."""
    for step in trials.history.steps:
        for inside in ("", *(path for path, entry in step.before.items() if entry.kind == stat.S_IFDIR)):
            step.copy_to(trials.directory)
            closed = _closed(trials.directory / inside, trials.directory)
            trials.attempt(step, f"{inside or 'the directory'} is read-only", closed)
            trials.counts[DIRECTORIES] += 1
        if disk:
            step.copy_to(trials.directory)
            disk.become("ro")
            trials.attempt(step, "the file system is read-only", run_task, disk.grow)
            trials.counts[SYSTEMS] += 1


def _closed(directory: Path, top: Path) -> Disturbed:
    """A task by a user who may only read this directory. It gets its mode back, wherever it is then."""

    def disturbed(options: Mapping[str, Any]) -> TaskEnd:
        directory.chmod(_CLOSED)
        try:
            return run_task(options, prepare=drop_capabilities)
        finally:
            for path in (top, *top.rglob("*")):
                if path.is_dir() and stat.S_IMODE(path.stat().st_mode) == _CLOSED:
                    path.chmod(_OPEN)

    return disturbed
