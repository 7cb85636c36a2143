# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oldest and the newest ansible-core, each in an environment of its own, for what depends on how Ansible runs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tests.tools.cells import UV, Failed, here, last_line, run, wanted
from tests.tools.dependencies import ROOT
from tests.tools.matrix import CORES, Cell

from .runs import Bench, Broken

PLACE = ROOT / ".nox" / "bench"


def ends() -> list[Cell]:
    """The oldest and the newest ansible-core, each on its oldest Python, as far as these are on this machine."""
    oldest, *_others, newest = CORES
    found = [Cell("core", core, CORES[core][0]) for core in (oldest, newest)]
    return [cell for cell in found if cell.python in here()]


def on_core(bench: Bench, cell: Cell) -> Bench:
    """The same bench with another ansible-core; its servers are those that run. Raises Broken."""
    try:
        bin_ = make(cell, PLACE / cell.name)
    except Failed as reason:
        raise Broken(f"{cell.name} could not be made: {reason}") from None
    path = os.pathsep.join([str(bin_), bench.environment["PATH"]])
    return replace(bench, python=str(bin_ / "python"), environment={**bench.environment, "PATH": path})


def make(cell: Cell, directory: Path) -> Path:
    """Make an environment, or bring it up to date; return where its programs are. Raises Failed."""
    directory.mkdir(parents=True, exist_ok=True)
    # Without bytecode, each process would compile the libraries anew.
    needed = ["--compile-bytecode", wanted(cell), "--requirement", str(ROOT / "meta" / "ee-requirements.txt")]
    commands = [
        [str(UV), "venv", "--quiet", "--allow-existing", "--python", here()[cell.python], ".venv"],
        [str(UV), "pip", "install", "--quiet", "--upgrade", "--python", ".venv", *needed],
    ]
    for number, command in enumerate(commands):
        log = directory / f"make-{number}.log"
        if not run(command, directory, log, UV_PYTHON_DOWNLOADS="never"):
            raise Failed(last_line(log))
    return directory / ".venv" / "bin"
