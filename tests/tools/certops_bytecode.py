# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what Python compiles out of zip files and Ansible out of collections: a hundred files anew each time.

This file is copied into site-packages and imported whenever a Python starts there: it imports next to nothing.
"""

from __future__ import annotations

import os
import sys
import zipimport

TYPE_CHECKING = False  # typing takes longer to import than all else here
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType
    from typing import Any

LOADER = "ansible.utils.collection_loader._collection_finder"


def remember(directory: str) -> None:
    """Compile each source in a zip file or a collection once for all processes."""
    if os.path.isdir(directory):
        _remember_zip_files(directory)
        sys.meta_path.insert(0, _Finder(directory))


def _remember_zip_files(directory: str) -> None:
    compile_source = getattr(zipimport, "_compile_source", None)
    if compile_source is None:
        return

    def remembering(path: str, source: bytes) -> CodeType:
        # The name of the zip file is another one in each task.
        name = path.partition(".zip")[2]
        return _renamed(_once(directory, name, source, lambda: compile_source(path, source)), path)

    setattr(zipimport, "_compile_source", remembering)  # noqa: B010  (it is private)


class _Finder:
    """Finds Ansible's loader of collections when it is imported, and gives it a `compile` that remembers."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != LOADER:
            return None
        from importlib.machinery import PathFinder

        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path)
        if spec and spec.loader:
            execute = spec.loader.exec_module
            setattr(spec.loader, "exec_module", lambda module: self._execute(execute, module))  # noqa: B010
        return spec

    def _execute(self, execute: Callable[[ModuleType], object], module: ModuleType) -> None:
        execute(module)
        vars(module)["compile"] = self._compile

    def _compile(self, source: Any, filename: str, mode: str, **how: Any) -> CodeType:
        content = source.encode() if isinstance(source, str) else source
        return _once(self._directory, filename, content, lambda: compile(source, filename, mode, **how))


def _once(directory: str, name: str, source: bytes, compile_source: Callable[[], CodeType]) -> CodeType:
    """What this source is compiled to: read, if it was kept under this name, and kept, if not."""
    import hashlib
    import marshal

    place = os.path.join(directory, hashlib.sha256(b"\0".join([name.encode(), source])).hexdigest())
    try:
        with open(place, "rb") as file:
            code: CodeType = marshal.load(file)
    except (OSError, EOFError, ValueError):
        code = compile_source()
        _keep(place, marshal.dumps(code))
    return code


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
        _renamed(each, path) if isinstance(each, type(code)) else each for each in code.co_consts
    )
    return code.replace(co_filename=path, co_consts=constants)
