# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts found is kept, so that one that is mended can be run again without the others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tests.tools.dependencies import ROOT
from tests.tools.workspace import project_files

from .report import Figure, Part

KEPT = ROOT / "tests" / "output" / "reliability"
# What is tried, and against what: a result is good as long as nothing of it changes.
TRIED = ("plugins/", "roles/", "playbooks/", "tests/emulator/")


def keep(name: str, seed: int, part: Part) -> None:
    """Keep the result of a part, with what it is good for."""
    KEPT.mkdir(parents=True, exist_ok=True)
    _file(name).write_text(json.dumps({"of": _of(seed), "part": asdict(part)}))


def kept(names: Iterable[str], seed: int) -> dict[str, Part]:
    """The results that are still good, by part."""
    found, good = dict[str, Part](), _of(seed)
    for name in names:
        with suppress(FileNotFoundError):
            note = json.loads(_file(name).read_text())
            if note["of"] == good:
                figures = [Figure(**figure) for figure in note["part"]["figures"]]
                found[name] = Part(**{**note["part"], "figures": figures})
    return found


def _file(name: str) -> Path:
    return KEPT / f"{name}.json"


def _of(seed: int) -> str:
    """The code that is tried, and the seed."""
    digest = hashlib.sha256(str(seed).encode())
    for file in sorted(project_files()):
        if str(file).startswith(TRIED):
            digest.update(f"\0{file}\0".encode() + (ROOT / file).read_bytes())
    return digest.hexdigest()
