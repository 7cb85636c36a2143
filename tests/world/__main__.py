# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world as a command.

python -m tests.world start            # it ends after an hour, with --with-pid, or when it is told to
python -m tests.world stage NAME '{"mine": ["--clock=-62d", "--dial=proof=alidns"]}'
python -m tests.world stop
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from playbooks.files.emulator.__main__ import alive

from .programs import Missing, provide
from .serve import DOOR, FACTS, serve
from .stages import ROOT

# Seconds for the whole world to start or to end. Each wait ends when that has happened.
PATIENCE = 600.0
OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private")


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    directory = Path(options.directory)
    if options.command == "serve":
        serve(directory, options.with_pid, options.minutes * 60)
        return 0
    answer = {"start": _start, "stop": _stop, "stage": _stage}[options.command](directory, options)
    print(json.dumps(answer, indent=2))
    return 1 if "error" in answer else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.world", description=__doc__.splitlines()[0])
    default = os.environ.get("CERTOPS_WORLD") or "/tmp/certops-world"
    parser.add_argument("--directory", default=default, help="where the world is; CERTOPS_WORLD, or %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "serve"):
        command = commands.add_parser(name)
        command.add_argument("--with-pid", type=int, help="end when this process is gone")
        command.add_argument("--minutes", type=float, default=60.0, help="end after so many minutes")
    stage = commands.add_parser("stage")
    stage.add_argument("name")
    stage.add_argument("emulators", type=json.loads, help="JSON: the arguments of each emulator, by its name")
    commands.add_parser("stop")
    return parser


def _start(directory: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Start a world, in place of one that is there."""
    try:
        provide()
    except Missing as error:
        return {"error": str(error)}
    _stop(directory, options)
    directory.mkdir(mode=0o700, parents=True)
    command = [sys.executable, "-m", "tests.world", f"--directory={directory}", "serve", f"--minutes={options.minutes}"]
    if options.with_pid:
        command.append(f"--with-pid={options.with_pid}")
    with (directory / "world.log").open("wb") as log:
        process = subprocess.Popen(
            [*_own_mounts(), *command],
            cwd=ROOT,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return _facts(directory, process)


def _own_mounts() -> tuple[str, ...]:
    """Root mounts where nobody else sees it, and where it ends with the world."""
    if os.geteuid() == 0 and subprocess.run([*OWN_MOUNTS, "true"], check=False, capture_output=True).returncode == 0:
        return OWN_MOUNTS
    return ()


def _facts(directory: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while not (directory / FACTS).exists():
        if process.poll() is not None or time.monotonic() > deadline:
            log = directory / "world.log"
            return {"error": f"The world did not start. {log.read_text()[-1000:] if log.exists() else ''}"}
        time.sleep(0.05)
    facts: dict[str, Any] = json.loads((directory / FACTS).read_text())
    return facts


def _stop(directory: Path, _options: argparse.Namespace) -> dict[str, Any]:
    """End the world that is there, by the id of its first process, and only if that is what it says."""
    pid = _pid(directory)
    if pid is not None:
        os.kill(pid, 15)
        deadline = time.monotonic() + PATIENCE
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
    shutil.rmtree(directory, ignore_errors=True)
    return {"stopped": pid}


def _pid(directory: Path) -> int | None:
    try:
        pid: int = json.loads((directory / FACTS).read_text())["pid"]
        command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (OSError, ValueError, KeyError):
        return None
    return pid if f"--directory={directory}" in command else None


def _stage(directory: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Set up what one scenario has for itself."""
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(PATIENCE)
            door.connect(str(directory / DOOR))
            door.sendall(json.dumps({"stage": options.name, "emulators": options.emulators}).encode() + b"\n")
            answer = door.makefile().readline()
    except OSError as error:
        return {"error": f"There is no world at {directory}: {error}"}
    stage: dict[str, Any] = json.loads(answer or '{"error": "The stage could not be set up; see world.log."}')
    return stage


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
