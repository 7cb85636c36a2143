# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Imports from the archive in which Ansible ships a module. Importing this file switches it on."""

from __future__ import annotations

import sys
from typing import Any
from zipimport import zipimporter


class _Importer(zipimporter):
    """Python's own compiles a file twice: once to run it, and once before to tell its path (CPython issue 141276)."""

    def get_filename(self, fullname: str) -> str:
        end = "/__init__.py" if self.is_package(fullname) else ".py"
        return f"{self.archive}/{self.prefix}{fullname.rpartition('.')[2]}{end}"


def _compile_once(archive: str) -> None:
    """Compile what is imported from an archive from now on once, not twice."""

    def importer(path: str) -> _Importer:
        if not path.startswith(archive):
            raise ImportError(f"{path} is not in {archive}")
        return _Importer(path)

    sys.path_hooks.insert(0, importer)
    for path in [each for each in sys.path_importer_cache if each.startswith(archive)]:
        del sys.path_importer_cache[path]


_loader: Any = getattr(__spec__, "loader", None)
IS_SHIPPED = isinstance(_loader, zipimporter)
if IS_SHIPPED:
    _compile_once(_loader.archive)
