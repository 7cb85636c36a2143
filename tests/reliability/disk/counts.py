# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page says of disks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .report import Figure, count, none_of, table

# What is counted while it is tried.
SIZES, INODES = "Sizes of disks tried", "Numbers of inodes tried"
FULL = "Of these, too small for the task"
SYSTEMS, FOLDERS = "Read-only file systems tried", "Read-only folders tried"
KILLED, TWICE, FAILED = "Points at which a task was killed", "Of these, killed again in the repeat", "Calls that failed"
MISSED = "Points that a task did not come to"
LOOKS, REPEATS = "Looks at a store", "Repeats"

# What must not be.
LOST = "Files lost or changed that had to stay"
MISMATCHED = "Sets in use that do not belong together"
WITHOUT = "Moments without a valid certificate in use"
MODES = "Private keys with a wrong mode"
STRANGE = "Things that were there neither before nor after"
NOT_CONVERGED = "Stores that a repeat did not put right"
FALSE = "Tasks that said they were done and were not"
UNTOLD = "Failures without a sentence of their own"
LEFT = "Temporary files left by a task that failed and could remove them"
ENDLESS = "Tasks that did not end"

# What each number needs.
_TRIED = {
    **dict.fromkeys((SIZES, INODES, FULL, SYSTEMS), "mounts"),
    FOLDERS: "",
    **dict.fromkeys((KILLED, TWICE, FAILED, MISSED), "strace"),
    **dict.fromkeys((LOOKS, REPEATS), ""),
}
_WRONG = (LOST, MISMATCHED, WITHOUT, MODES, STRANGE, NOT_CONVERGED, FALSE, UNTOLD, LEFT, ENDLESS)

TITLE = "Installing certificates on bad disks"

METHOD = """\
A store lives from nothing to its third certificate, in sixteen tasks of `certificate_store`: keys are staged, orders
noted, certificates completed, generations put in use, verified, put back and pruned. A copy of the store before each
task is the start of many tries. In each of them one thing goes wrong; then everything in the store is looked at; then
the same task runs again with nothing in its way. The tasks are processes of their own that do all that a shipped module
does once its arguments are read.

- **Disks that fill up**: a file system in memory, from a size where nothing more fits, page by page up to the one where
  the task gets through (in steps of eight pages where a key is not begun for want of room); the same with the number
  of inodes.
- **Read-only**: each folder of the store for a user who may not write into it, and the whole file system.
- **Killed**: every call of the system that touches the store is known from a run under strace. A run of its own is
  killed (SIGKILL) before each of them; some repeats are killed as well.
- **Calls that fail**: such a call fails with ENOSPC, EIO, EACCES, EROFS or EDQUOT, alone or with the next ones of its
  name.
- **Watched**: strace slows a task down, and its store is looked at all the while.

A look finds the set in use as a server does, through the link, and loads it with OpenSSL: the key belongs to the
certificate, each certificate is signed by the next one up to the root, all are in date. Every other file must be as it
was before the task or as it will be after it. Every file with a private key in it has mode 0600, or the mode that was
asked for. After the repeat the store is, byte for byte, what it becomes without trouble, with nothing left over."""

NOT_PROMISED = (
    "A power failure that makes the file system forget or reorder what it had confirmed is not played. That every file "
    "and folder is synced before it gets its name is a unit test.",
    "The disk that fills up is a tmpfs: file systems that find out about a full disk only when they write "
    "data back are played by calls of `fsync` and `close` that fail, not by themselves.",
    "A call fails without having done anything. One that did its work and then reports an error is not played.",
    "A server that follows `current` twice, once for the key and once for the certificate, may do so before and after "
    "the swap. It then has two halves, refuses them, and has to be reloaded: the roles reload after the swap.",
    "The key itself is written by community.crypto between two tasks; what it does on a bad disk is not tried here.",
    "Ansible's own copying of the module to a host with a full disk is Ansible's.",
)


def figures(found: Mapping[str, Any], left_out: Mapping[str, str]) -> list[Figure]:
    """``left_out``: why something was not tried, empty where it was."""
    return list(_figures(found["counts"], left_out))


def _figures(counts: Mapping[str, int], left_out: Mapping[str, str]) -> Iterator[Figure]:
    for what, needed in _TRIED.items():
        reason = left_out.get(needed, "")
        yield Figure(what, f"left out: {reason}") if reason else count(what, counts.get(what, 0))
    for what in _WRONG:
        yield none_of(what, counts.get(what, 0))


def details(found: Mapping[str, Any]) -> str:
    """How many calls each task makes."""
    calls = found.get("calls")
    return table(("task", "calls that touch the store"), calls.items()) if calls else ""
