# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that end with the one that started them, whatever ends it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)
# Seconds, ten times what starts took on a machine that was busy. Each wait ends when what it waits for is there.
PATIENCE = 150.0
_ATTEMPTS = 5
# Systems give clients none of these, so a server that starts a second time finds its port free.
_PORTS = range(10_000, 32_000)

Child = subprocess.Popen[bytes]


class NotStarted(Exception):
    """A program of the world did not come up."""


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own, so that all can be found at the end."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def start(
    command: list[str], log: Path, directory: Path | None = None, environment: Mapping[str, str] | None = None
) -> Child:
    """Start a process, from the main thread only: with the thread that forked it, it ends."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def free_port(host: str) -> int:
    """Return a port that nobody listens on, for TCP and for UDP."""
    while True:
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            port = secrets.choice(_PORTS)
            try:
                stream.bind((host, port))
                datagram.bind((host, port))
            except OSError:
                continue
            return port


def listening(host: str, port: int) -> bool:
    """Return whether somebody accepts connections there."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((host, port)) == 0


def until(good: Callable[[], bool], child: Child, patience: float = PATIENCE) -> bool:
    """Wait until something is so; false when the process has ended or time is up."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and child.poll() is None:
        if good():
            return True
        time.sleep(0.02)
    return False


def start_listening(name: str, attempt: Callable[[], tuple[Child, list[tuple[str, int]]]], log: Path) -> Child:
    """Start a server on free ports, and again on others when somebody was faster."""
    for _number in range(_ATTEMPTS):
        child, addresses = attempt()
        if until(lambda: all(listening(*address) for address in addresses), child):  # noqa: B023
            return child
        child.kill()
        child.wait()
    raise NotStarted(f"{name} did not start: {log.read_text(errors='replace').strip()[-500:]}")


def descendants(pid: int) -> list[int]:
    """Return the ids of all living processes below one."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            below.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(below.get(pid, []))
    for child in found:  # grows while it is walked
        found.extend(below.get(child, []))
    return found


def end_all() -> None:
    """End every descendant of this process: asked first, then made to."""
    for number, patience in ((signal.SIGTERM, 30.0), (signal.SIGKILL, 30.0)):
        deadline = time.monotonic() + patience
        asked: set[int] = set()
        while (rest := descendants(os.getpid())) and time.monotonic() < deadline:
            for pid in set(rest) - asked:
                _signal(pid, number)
            asked.update(rest)
            time.sleep(0.02)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
