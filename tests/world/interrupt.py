# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a playbook that is killed after its first step, then again, killed after the second, until a run completes.

Usage: python -m tests.world.interrupt DIRECTORY PLAYBOOK ARGUMENT...

All runs are in the same world, so each goes on with what the one before has left. The callback kill_once ends them, and
writes DIRECTORY/killed.json.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

MOST = 60


def run(number: int, command: list[str], directory: Path) -> int:
    """One run; returns its exit status."""
    enabled = f"kill_once,{os.environ.get('ANSIBLE_CALLBACKS_ENABLED', '')}".strip(",")
    environment = {
        **os.environ,
        "ANSIBLE_CALLBACKS_ENABLED": enabled,
        "CERTOPS_KILLED": str(directory / "killed.json"),
        "CERTOPS_LEDGER": f"run_{number:02}",
    }
    with (directory / f"run_{number:02}.log").open("wb") as log:
        return subprocess.run(
            command,
            env=environment,
            check=False,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ).returncode


def main(directory: Path, command: list[str]) -> int:
    (directory / "killed.json").write_text("[]")
    for number in range(1, MOST):
        status = run(number, command, directory)
        if status != -signal.SIGKILL:
            print(f"run {number} ended with {status}")
            return status
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), ["ansible-playbook", *sys.argv[2:]]))
