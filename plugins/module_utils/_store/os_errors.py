# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What the operating system refuses, as sentences."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from .._errors import Failure, InvalidCertificate
from .._text import one_line

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DENIED = (errno.EACCES, errno.EPERM)
_UNTOUCHED = "the set in use was not changed."


@contextmanager
def reading(path: str) -> Iterator[None]:
    """What goes wrong in here is a failure to read ``path``."""
    try:
        yield
    except FileNotFoundError:
        raise InvalidCertificate(f"{path} is missing.") from None
    except OSError as error:
        hint = " Run the task as a user who may read it (become)." if error.errno in _DENIED else ""
        raise Failure(f"{path} cannot be read: {_reason(error)}.{hint}") from None


@contextmanager
def writing(path: str, begun: bool = True) -> Iterator[None]:
    """What goes wrong in here is a failure to write ``path``; it left what is in use alone."""
    try:
        yield
    except OSError as error:
        hint = " Run the task as a user who may write there (become)." if error.errno in _DENIED else ""
        after = f"; {_UNTOUCHED}" if begun else "."
        raise Failure(f"{path} cannot be written: {_reason(error)}{after}{hint}") from None


class NotYours(Exception):
    """Owner, group or mode of a file may not be set by this user."""


@contextmanager
def giving(path: str) -> Iterator[None]:
    """``path`` gets its owner and its mode in here, perhaps under another name."""
    try:
        yield
    except NotYours:
        raise Failure(
            f"{path}: its owner, group or mode may not be set by this user; {_UNTOUCHED} Use become, or set owner and "
            "group to those of the user that runs the task."
        ) from None


def _reason(error: OSError) -> str:
    if error.errno in _FULL:
        return "no space left"
    if error.errno == errno.EROFS:
        return "the file system is read-only"
    if error.errno in _DENIED:
        return "permission denied"
    if error.errno == errno.ENOTDIR:
        return "a part of the path is not a directory"
    if error.errno == errno.ELOOP:
        return "it is a symbolic link, which is not followed"
    return one_line(error.strerror) or "the system gave no reason"
