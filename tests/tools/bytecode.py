# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the Python of .venv keep what is compiled out of zip files and collections: not while something is measured.

Usage: python -m tests.tools.bytecode    # switches it off
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from tests.tools import certops_bytecode
from tests.tools.dependencies import ROOT

KEPT = ROOT / "tests" / "output" / "bytecode" / str(sys.implementation.cache_tag)
PACKAGES = Path(sysconfig.get_path("purelib"))
NAME = certops_bytecode.__name__.rpartition(".")[2]


def switch_on(packages: Path = PACKAGES, kept: Path = KEPT) -> None:
    """Let every Python that starts from now on read and write what is kept."""
    kept.mkdir(parents=True, exist_ok=True)
    _write(packages / f"{NAME}.py", Path(certops_bytecode.__file__).read_text())
    _write(packages / f"{NAME}.pth", f"import {NAME}; {NAME}.remember({str(kept)!r})\n")


def switch_off(packages: Path = PACKAGES, kept: Path = KEPT) -> None:
    for file in (packages / f"{NAME}.pth", packages / f"{NAME}.py"):
        file.unlink(missing_ok=True)
    shutil.rmtree(kept, ignore_errors=True)


def _write(file: Path, text: str) -> None:
    """At once: other sessions start Pythons at the same time."""
    if not file.exists() or file.read_text() != text:
        new = file.with_name(f"{file.name}.{os.getpid()}")
        new.write_text(text)
        new.replace(file)


if __name__ == "__main__":
    switch_off()
