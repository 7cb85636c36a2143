# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator's page tells the truth, and the emulator keeps to itself."""

from __future__ import annotations

import ast
from pathlib import Path

from playbooks.files.emulator.core import control, dials, faults

DIRECTORY = Path(dials.__file__).parents[1]
PAGE = (DIRECTORY / "README.md").read_text(encoding="utf-8")


def test_every_dial_with_its_default() -> None:
    rows = [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in dials.meanings()]
    assert [row for row in rows if row not in PAGE] == []


def test_every_fault() -> None:
    assert [
        kind for kind in faults.KINDS if f"| `{kind}` | {'yes' if faults.KINDS[kind] else 'no'} |" not in PAGE
    ] == []


def test_every_control_call() -> None:
    calls = [f"GET {control.PREFIX}{name}" for name in (*control.READS, "ca")]
    calls += [f"POST {control.PREFIX}{name}" for name in control.ACTS]
    assert [call for call in calls if f"| `{call}` |" not in PAGE] == []


def test_it_imports_nothing_of_the_collection() -> None:
    imports: list[ast.Import | ast.ImportFrom] = []
    for file in DIRECTORY.rglob("*.py"):
        tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        imports += [node for node in tree if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert {node.level for node in imports if isinstance(node, ast.ImportFrom)} == {0, 1, 2}
    text = "\n".join(ast.unparse(node) for node in imports)
    assert "ansible" not in text
    assert "plugins" not in text
