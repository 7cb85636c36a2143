# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted on disks, and what must not be, as the page calls it."""

from __future__ import annotations

SIZES, INODES = "sizes of disks tried", "numbers of inodes tried"
FULL = "of these, too small for the task"
SYSTEMS, DIRECTORIES = "read-only file systems tried", "read-only directories tried"
KILLED, TWICE, FAILED = "points at which a task was killed", "of these, killed again in the repeat", "calls that failed"
MISSED = "points that a task did not come to"
INSPECTIONS, REPEATS = "inspections of a store", "repeats"
# What each of them needs; empty: nothing.
TRIED = {
    **dict.fromkeys((SIZES, INODES, FULL, SYSTEMS), "mounts"),
    DIRECTORIES: "",
    **dict.fromkeys((KILLED, TWICE, FAILED), "strace"),
    **dict.fromkeys((INSPECTIONS, REPEATS), ""),
}

LOST = "files lost or changed that had to stay"
MISMATCHED = "sets in use that do not belong together"
WITHOUT = "moments without a valid certificate in use"
MODES = "private keys with a wrong mode"
STRANGE = "things that were there neither before nor after"
NOT_CONVERGED = "stores that a repeat did not put right"
FALSE = "tasks that reported success without it"
UNCLEAR = "failures without a message of their own"
LEFT = "temporary files left by a task that failed and could remove them"
ENDLESS = "tasks that did not end"
PROBLEMS = (LOST, MISMATCHED, WITHOUT, MODES, STRANGE, NOT_CONVERGED, FALSE, UNCLEAR, LEFT, ENDLESS)
