# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what Python compiles out of zip files: a shipped module compiles a hundred files anew, in each task.

This file is copied into site-packages and imported whenever a Python starts there: it imports next to nothing.
"""

from __future__ import annotations

import os
import zipimport
from types import CodeType
from typing import Any


def remember(directory: str) -> None:
    """Compile each source in a zip file once for all processes."""
    compile_source = getattr(zipimport, "_compile_source", None)
    if compile_source is None or not os.path.isdir(directory):
        return

    def remembering(path: str, source: bytes) -> CodeType:
        import hashlib
        import marshal

        # The name of the zip file is another one in each task.
        name = path.partition(".zip")[2].encode()
        place = os.path.join(directory, hashlib.sha256(b"\0".join([name, source])).hexdigest())
        try:
            with open(place, "rb") as file:
                code: CodeType = marshal.load(file)
        except (OSError, EOFError, ValueError):
            code = compile_source(path, source)
            _keep(place, marshal.dumps(code))
        return _renamed(code, path)

    setattr(zipimport, "_compile_source", remembering)  # noqa: B010  (it is private)


def _keep(place: str, content: bytes) -> None:
    """Write a file at once, where this user may."""
    try:
        with open(f"{place}.{os.getpid()}", "wb") as file:
            file.write(content)
        os.replace(file.name, place)
    except OSError:
        pass


def _renamed(code: CodeType, path: str) -> CodeType:
    """The same code under the name of the file that it was compiled from now, as tracebacks show it."""
    constants: tuple[Any, ...] = tuple(
        _renamed(each, path) if isinstance(each, CodeType) else each for each in code.co_consts
    )
    return code.replace(co_filename=path, co_consts=constants)
