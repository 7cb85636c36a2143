# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What strace says of a run: every command line, and with which modes the files came to be that hold a key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


def traced(file: Path) -> list[str]:
    """The beginning of a command whose every process, opened file and written key is noted in a file."""
    calls = "trace=execve,openat,creat,write,chmod,fchmod,fchmodat"
    words = ["-f", "-y", "-qq", "--seccomp-bpf", "-e", calls, "-e", "signal=none", "-s", "4096", "-o", str(file)]
    return ["strace", *words]


_MADE = re.compile(r'openat\(.*"(?P<name>[^"]*)", [A-Z_|]*O_CREAT[A-Z_|]*, (?P<mode>0\d+)\) = \d+<(?P<path>[^>]+)>')
_WROTE = re.compile(r"write\(\d+<(?P<path>/[^>]+)>, \"[^\"]*BEGIN [A-Z ]*PRIVATE KEY-----")
_CHANGED = re.compile(r"f?chmod(?:at)?\((?:AT_FDCWD(?:<[^>]*>)?, |\d+<)?\"?(?P<path>/[^\">]+)[\">], (?P<mode>0\d+)")


@dataclass(frozen=True)
class Trace:
    """What a trace says: command lines, files that got a key, and those of them that others could read."""

    lines: list[bytes]
    keys: set[str]
    open_keys: set[str]


def read_trace(text: str) -> Trace:
    """Go through the calls in their order; a mode without group and others is private."""
    modes: dict[str, int] = {}
    keys: set[str] = set()
    bad: set[str] = set()
    lines = [line.encode() for line in text.splitlines() if "execve(" in line]
    for line in text.splitlines():
        for pattern in (_MADE, _CHANGED):
            if match := pattern.search(line):
                modes[match["path"]] = int(match["mode"], 8)
        if match := _WROTE.search(line):
            keys.add(match["path"])
        bad |= {path for path in keys if modes.get(path, 0o600) & 0o077}
    return Trace(lines, keys, bad)
