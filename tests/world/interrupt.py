# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a playbook that is killed after its first task, then again, killed after the second, until a run completes.

Usage: python -m tests.world.interrupt REPORT PLAYBOOK ARGUMENT...

All runs are in the same world, so each goes on with what the one before has left. The callback kill_at ends them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

MOST = 80


def run(number: int, command: list[str], folder: Path) -> tuple[int, dict[str, Any]]:
    """One run that is to be killed at this task; returns its exit status and where it was killed."""
    point = folder / "point.json"
    point.unlink(missing_ok=True)
    enabled = f"kill_at,{os.environ.get('ANSIBLE_CALLBACKS_ENABLED', '')}".strip(",")
    environment = {
        **os.environ,
        "ANSIBLE_CALLBACKS_ENABLED": enabled,
        "CERTOPS_KILL_AT": str(number),
        "CERTOPS_KILL_REPORT": str(point),
        "CERTOPS_LEDGER": f"run_{number:02}",
    }
    with (folder / f"run_{number:02}.log").open("wb") as log:
        process = subprocess.run(
            command,
            env=environment,
            check=False,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return process.returncode, json.loads(point.read_text()) if point.exists() else {}


def main(report: Path, command: list[str]) -> int:
    points: list[dict[str, Any]] = []
    for number in range(1, MOST):
        status, point = run(number, command, report.parent)
        if status != -signal.SIGKILL:
            break
        points.append(point)
    report.write_text(json.dumps({"points": points, "status": status}, indent=2))
    return 0 if status == 0 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), ["ansible-playbook", *sys.argv[2:]]))
