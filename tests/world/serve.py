# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that everything else in the world lives under."""

from __future__ import annotations

import contextlib
import getpass
import grp
import json
import os
import shutil
import signal
import socketserver
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from playbooks.files.emulator.__main__ import alive, write_at_once

from .children import NotStarted, adopt_orphans, end_all
from .machines import start_machines
from .names import start_names
from .programs import Missing, provide, unconfined
from .stages import Stages
from .web import INIT

DOOR = "door"
FACTS = "world.json"
_LOOK = 0.3  # seconds between two looks at the process that the world lives for


class _Door(socketserver.UnixStreamServer):
    """Takes one wish at a time, in the main thread: children end with the thread that started them."""

    stages: Stages
    timeout = _LOOK


class _Wish(socketserver.StreamRequestHandler):
    server: _Door

    def handle(self) -> None:
        wish = json.loads(self.rfile.readline())
        try:
            answer: dict[str, Any] = self.server.stages.set_up(wish["stage"], wish["emulators"])
        except (NotStarted, KeyError, ValueError, OSError) as error:
            answer = {"error": f"{error}"}
        with contextlib.suppress(OSError):
            self.wfile.write(json.dumps(answer).encode() + b"\n")


def serve(directory: Path, with_pid: int | None, seconds: float) -> None:
    """Run the world until it is asked to end, its process is gone, or its time is up."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    adopt_orphans()
    deadline = time.monotonic() + seconds
    with _cleared(directory):
        try:
            stages = _start(directory)
        except (NotStarted, Missing) as error:
            write_at_once(directory / FACTS, json.dumps({"error": str(error)}))
            time.sleep(_LOOK * 100)  # long enough to be read
            return
        with _Door(str(directory / DOOR), _Wish) as door:
            door.stages = stages
            while time.monotonic() < deadline and (with_pid is None or alive(with_pid)):
                door.handle_request()


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _start(directory: Path) -> Stages:
    programs = unconfined(provide(), directory / "programs")
    mounts = _mounts_stay_here()
    world: dict[str, Any] = {
        "directory": str(directory),
        "pid": os.getpid(),
        "user": getpass.getuser(),
        "group": grp.getgrgid(os.getegid()).gr_name,
        "root": os.geteuid() == 0,
        "mounts": mounts,
        "services": mounts and _have_services(),
        "machines": start_machines(programs, directory / "ssh"),
        "dns": start_names(programs, directory / "dns"),
        "programs": programs,
    }
    write_at_once(directory / FACTS, json.dumps(world, indent=2))
    return Stages(programs, directory / "stages", world)


def _mounts_stay_here() -> bool:
    """Whether this process has mounts of its own: only then may tests mount something."""
    ours, firsts = (os.readlink(f"/proc/{pid}/ns/mnt") for pid in ("self", str(os.getppid())))
    return os.geteuid() == 0 and ours != firsts


def _have_services() -> bool:
    """Make room for start scripts that only this world sees; not where systemd is asked instead of them."""
    if Path("/run/systemd/system").exists() or not INIT.is_dir():
        return False
    return subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(INIT)], check=False).returncode == 0


@contextlib.contextmanager
def _cleared(directory: Path) -> Iterator[None]:
    """End all processes and remove the directory, whatever happens."""
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        end_all()
        for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
            if line.split()[1].startswith(f"{directory}/"):
                subprocess.run(["umount", "--lazy", line.split()[1]], check=False)
        shutil.rmtree(directory, ignore_errors=True)
