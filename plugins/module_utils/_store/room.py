# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether a store can be written: what is known of it before anything is."""

from __future__ import annotations

import errno
import os

from .model import Place
from .os_errors import writing

_ROOM = 2 * 1024 * 1024


def refuse_unwritable(place: Place) -> None:
    """What check mode can know of it: whether new names may be made where the store is, or will be."""
    directories = [directory for directory in (place.path, place.generations) if os.path.lexists(directory)]
    for directory in directories or [_nearest(place.directory)]:
        with writing(directory, begun=False):
            if not os.path.isdir(directory):
                raise NotADirectoryError(errno.ENOTDIR, "")
            if os.statvfs(directory).f_flag & os.ST_RDONLY:
                raise OSError(errno.EROFS, "")
            if not os.access(directory, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, "")


def _nearest(directory: str) -> str:
    """The directory itself, or the first one above it that is there."""
    while not os.path.lexists(directory) and directory != os.path.dirname(directory):
        directory = os.path.dirname(directory)
    return directory


def refuse_full(place: Place) -> None:
    """A key is made, and later its certificate written, only where there is room for both and for what makes them."""
    directory = _nearest(place.generations)
    with writing(directory, begun=False):
        found = os.statvfs(directory)
        if found.f_bavail * found.f_frsize < _ROOM:
            raise OSError(errno.ENOSPC, "")
