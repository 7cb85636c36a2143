# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The steps carried out, each of them whole or not at all; a link in the store is never followed."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex

from .._errors import Failure
from .model import CURRENT, DIRECTORY_MODE, FILE_MODE, GENERATIONS, HIDDEN, KEY, KEY_MODE, TEMPORARY, Access, Place
from .os_errors import NotYours, giving, writing
from .steps import Activate, Change, CreateGeneration, PlaceLink, RemoveFile, RemoveGeneration, SetAccess, WriteFile

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_THERE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def make_directories(place: Place) -> None:
    _make_directory(place.generations)


def sweep(place: Place) -> None:
    """Remove what a killed run left behind."""
    for directory in (place.path, place.generations, *_real_directories(place.generations)):
        if not os.path.isdir(directory):
            continue
        with writing(directory):
            left = [name for name in os.listdir(directory) if name.startswith(HIDDEN) and name.endswith(TEMPORARY)]
            for name in left:
                _remove(f"{directory}/{name}")


def carry_out(place: Place, change: Change) -> None:
    path = place.generation_path(change.number)
    if isinstance(change, CreateGeneration):
        _create(place, change)
    elif isinstance(change, WriteFile):
        _write(f"{path}/{change.name}", change.data, change.access)
    elif isinstance(change, SetAccess):
        _set_access(f"{path}/{change.name}", change.access)
    elif isinstance(change, Activate):
        _activate(place, change.number)
    elif isinstance(change, PlaceLink):
        _place_link(change)
    elif isinstance(change, RemoveFile):
        _remove_file(f"{path}/{change.name}")
    else:
        _remove_generation(place, change)


def _create(place: Place, change: CreateGeneration) -> None:
    directory = place.generation_path(change.number)
    hidden = f"{place.generations}/{HIDDEN}{change.number}{TEMPORARY}"
    with writing(directory), _gone_on_failure(hidden):
        os.mkdir(hidden, DIRECTORY_MODE)
        os.chmod(hidden, DIRECTORY_MODE)
        forms = [(form.name, form.data or b"", form.access) for form in change.forms]
        files = [(name, data, change.access if name == KEY else None) for name, data in change.files]
        for name, data, access in (*files, *forms):
            with giving(f"{directory}/{name}"):
                _fill(f"{hidden}/{name}", data, access)
        _sync(hidden)
        os.rename(hidden, directory)
        _sync(place.generations)


def _write(path: str, data: bytes, access: Access | None) -> None:
    directory, name = os.path.split(path)
    temporary = f"{directory}/{HIDDEN}{name}.{token_hex(4)}{TEMPORARY}"
    with writing(path), giving(path), _gone_on_failure(temporary):
        _fill(temporary, data, access)
        os.replace(temporary, path)
        _sync(directory)


def _fill(path: str, data: bytes, access: Access | None) -> None:
    """A new file, readable by its owner alone until it is complete; ``access`` is that of a key."""
    opened = os.open(path, _NEW, KEY_MODE)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(opened, left) :]
        if access:
            _give(opened, access)
        else:
            os.fchmod(opened, FILE_MODE)
        os.fsync(opened)
    finally:
        os.close(opened)


def _give(opened: int, access: Access) -> None:
    try:
        if access.uid is not None or access.gid is not None:
            os.fchown(opened, _or_same(access.uid), _or_same(access.gid))
        os.fchmod(opened, access.mode)
    except PermissionError:
        raise NotYours() from None


def _or_same(number: int | None) -> int:
    return -1 if number is None else number


def _set_access(path: str, access: Access) -> None:
    with writing(path), giving(path):
        opened = os.open(path, _THERE)
        try:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise Failure(f"{path} is not a regular file.")
            _give(opened, access)
        finally:
            os.close(opened)


def _activate(place: Place, number: int) -> None:
    temporary = f"{place.path}/{HIDDEN}{CURRENT}.{token_hex(4)}{TEMPORARY}"
    with writing(place.current), _gone_on_failure(temporary):
        os.symlink(f"{GENERATIONS}/{number}", temporary)
        os.replace(temporary, place.current)
    # The new set is in use from here on, whatever the disk says.
    with suppress(OSError):
        _sync(place.path)


def _place_link(change: PlaceLink) -> None:
    """The temporary name is always the same, because no sweep comes to a directory that is not ours."""
    directory, name = os.path.split(change.path)
    temporary = f"{directory}/{HIDDEN}{name}.certops{TEMPORARY}"
    with writing(change.path):
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        with _gone_on_failure(temporary):
            os.symlink(change.target, temporary)
            os.replace(temporary, change.path)
            _sync(directory)


def _remove_file(path: str) -> None:
    with writing(path), suppress(FileNotFoundError):
        os.unlink(path)


def _remove_generation(place: Place, change: RemoveGeneration) -> None:
    """Out of sight first: half a generation must never look like a staged one."""
    hidden = f"{place.generations}/{HIDDEN}{change.number}{TEMPORARY}"
    with writing(place.generation_path(change.number)):
        os.rename(place.generation_path(change.number), hidden)
        _remove(hidden)


def _make_directory(path: str) -> None:
    missing: list[str] = []
    while not os.path.isdir(path) and path not in missing:
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        with writing(directory):
            try:
                os.mkdir(directory, DIRECTORY_MODE)
            except FileExistsError:
                if not os.path.isdir(directory):
                    raise
                continue  # another process made it in the meantime
            os.chmod(directory, DIRECTORY_MODE)
            _sync(os.path.dirname(directory))


def _real_directories(path: str) -> list[str]:
    if not os.path.isdir(path):
        return []
    with writing(path), os.scandir(path) as entries:
        return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]


@contextmanager
def _gone_on_failure(path: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            _remove(path)
        raise


def _remove(path: str) -> None:
    """A file, a link or a directory with all that is in it; links in it are not followed."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _sync(directory: str) -> None:
    opened = os.open(directory, _DIRECTORY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that does not do this for directories
            raise
    finally:
        os.close(opened)
