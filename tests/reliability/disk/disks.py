# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks of every size, disks without inodes, and what may only be read. Mounts are seen in this process alone."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .disk_chapters import Chapter
from .disk_task import Ended, give_powers_up, run_task
from .disk_try import Bench, Disturbed
from .disk_words import FOLDERS, FULL, INODES, SIZES, SYSTEMS

PAGE = os.sysconf("SC_PAGE_SIZE")
_OPEN, _CLOSED = 0o755, 0o555
_PLENTY = "size=64m,nr_inodes=10000"
# A key is not begun where less is free.
_ROOM = 2 * 1024 * 1024 // PAGE


def mount(folder: Path, options: str, kind: str = "tmpfs") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", kind, "-o", options, "none", str(folder)], check=True)


@dataclass(frozen=True)
class Disk:
    """A small file system of its own, in memory."""

    folder: Path

    def make(self) -> None:
        mount(self.folder, _PLENTY)
        # None of a size is as much as one likes.
        (self.folder / "filler").write_bytes(b"-" * PAGE)

    def become(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.folder)], check=True)

    def grow(self) -> None:
        self.become(f"rw,{_PLENTY}")

    def used(self) -> tuple[int, int]:
        """Pages and inodes."""
        found = os.statvfs(self.folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize // PAGE, found.f_files - found.f_ffree


def fill(bench: Bench, disk: Disk, every: bool) -> None:
    """Every size of a disk, from one where nothing more fits to one where the task gets through."""
    for chapter in bench.book.chapters:
        chapter.copy_to(bench.folder)
        pages, inodes = disk.used()
        _grow(bench, disk, chapter, SIZES, (f"size={pages + more}p" for more in _steps(every)))
        _grow(bench, disk, chapter, INODES, (f"nr_inodes={inodes + more}" for more in range(100)))


def _steps(every: bool) -> Iterator[int]:
    """Numbers of free pages: all of them where something can change, every eighth one between; or only a few."""
    few = (more for more in range(_ROOM + 100) if more < 8 or abs(more - _ROOM) < 4)
    many = (more for more in range(_ROOM + 100) if more < 40 or not more % 8 or more > _ROOM - 8)
    return many if every else few


def _grow(bench: Bench, disk: Disk, chapter: Chapter, what: str, sizes: Iterator[str]) -> None:
    for size in sizes:
        chapter.copy_to(bench.folder)
        disk.become(_in_bytes(size))
        ended = bench.attempt(chapter, size, run_task, disk.grow)
        bench.tally.counts[what] += 1
        bench.tally.counts[FULL] += not ended.good
        if ended.good:
            return


def _in_bytes(size: str) -> str:
    name, _equals, number = size.partition("=")
    return f"{name}={int(number[:-1]) * PAGE}" if number.endswith("p") else size


def forbid(bench: Bench, disk: Disk | None) -> None:
    """Each folder of each store read-only, and the whole file system."""
    for chapter in bench.book.chapters:
        for inside in ("", *(path for path, entry in chapter.before.items() if entry.kind == stat.S_IFDIR)):
            chapter.copy_to(bench.folder)
            bench.attempt(
                chapter, f"{inside or 'the folder'} is read-only", _closed(bench.folder / inside, bench.folder)
            )
            bench.tally.counts[FOLDERS] += 1
        if disk:
            chapter.copy_to(bench.folder)
            disk.become("ro")
            bench.attempt(chapter, "the file system is read-only", run_task, disk.grow)
            bench.tally.counts[SYSTEMS] += 1


def _closed(folder: Path, top: Path) -> Disturbed:
    """A task by a user who may only read this folder. It gets its mode back, wherever it is then."""

    def disturbed(options: Mapping[str, Any]) -> Ended:
        folder.chmod(_CLOSED)
        try:
            return run_task(options, prepare=give_powers_up)
        finally:
            for path in (top, *top.rglob("*")):
                if path.is_dir() and stat.S_IMODE(path.stat().st_mode) == _CLOSED:
                    path.chmod(_OPEN)

    return disturbed
