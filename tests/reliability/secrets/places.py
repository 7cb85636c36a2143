# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets could end up: files, command lines of processes, the system log; and who may read a key."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .search import Search

KEY_BEGIN = b"PRIVATE KEY-----"
# Gives a run a /dev of its own, in which the system log is a socket of ours; all of it ends with the run.
OWN_LOG = """\
set -e
dev=$1 log=$2
shift 2
mount -t tmpfs -o mode=755 tmpfs "$dev"
for node in null zero full random urandom tty; do : > "$dev/$node"; mount --bind "/dev/$node" "$dev/$node"; done
for place in pts shm; do mkdir "$dev/$place"; mount --rbind "/dev/$place" "$dev/$place"; done
ln -s pts/ptmx "$dev/ptmx"
ln -s /proc/self/fd "$dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%:*}" "$dev/${number#*:}"; done
ln -s "$log" "$dev/log"
mount --rbind "$dev" /dev
exec "$@"
"""


def files(directory: Path) -> Iterator[Path]:
    """Every file below a directory, links not followed."""
    for place, _directories, names in os.walk(directory):
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


@dataclass
class Searched:
    """What was searched, and what was found where."""

    places: int = 0
    size: int = 0
    hits: list[str] = field(default_factory=list)

    def note(self, place: str, data: bytes, found: set[str]) -> None:
        self.places += 1
        self.size += len(data)
        self.hits += (f"{what} in {place}" for what in sorted(found))


def search_all(directory: Path, search: Search, lines: Iterable[bytes], left_out: set[Path]) -> Searched:
    """Search all files below a directory but those that are named, and the command lines that were seen."""
    found = Searched()
    for path in files(directory):
        if path not in left_out:
            data = path.read_bytes()
            found.note(str(path.relative_to(directory)), data, search.find(data))
    # Those of all processes of the machine are among them.
    seen = b"\n".join(lines)
    found.note("a command line", seen, search.named(seen))
    return found


class Watch:
    """Reads the command lines of all processes, and the modes of key files below a directory, again and again."""

    PAUSE = 0.03
    WHERE = ("home", "tmp", "store", "stores")

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lines: set[bytes] = set()
        self.samples = 0
        self.modes = 0
        self.open_keys: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self.PAUSE):
            for entry in os.listdir("/proc"):
                if entry.isdigit():
                    self._read(entry)
            for top in self.WHERE:
                for place, _directories, names in os.walk(self.directory / top):
                    for name in names:
                        self._mode(os.path.join(place, name))

    def _read(self, pid: str) -> None:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
            self.lines.add(file.read())
            self.samples += 1

    def _mode(self, path: str) -> None:
        """A file that others may read and that holds a key, at whatever moment."""
        with contextlib.suppress(OSError):
            seen = os.lstat(path)
            if not stat.S_ISREG(seen.st_mode):
                return
            self.modes += 1
            if seen.st_mode & 0o077 and seen.st_size < 65536 and KEY_BEGIN in Path(path).read_bytes():
                self.open_keys.add(path)


class SystemLog:
    """A system log that only the runs started with `prefix` see; what is written to it is kept in a file."""

    def __init__(self, directory: Path) -> None:
        self.file, self.messages = directory / "system.log", 0
        self._dev = directory / "dev"
        self._dev.mkdir()
        self._path = str(directory / "log")
        self.prefix = _wrapper(self._dev, self._path)
        self._over = False

    def __enter__(self) -> SystemLog:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._path)
        os.chmod(self._path, 0o666)
        self._socket.settimeout(0.2)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over = True
        self._thread.join()
        self._socket.close()
        os.unlink(self._path)

    def _run(self) -> None:
        with self.file.open("ab", buffering=0) as file:
            while not self._over:
                with contextlib.suppress(TimeoutError):
                    file.write(self._socket.recv(1 << 20) + b"\n")
                    self.messages += 1

    def wait_until_quiet(self) -> None:
        """Wait until nothing more is written."""
        before = -1
        while before != self.messages:
            before = self.messages
            time.sleep(0.3)


def _wrapper(dev: Path, log: str) -> list[str]:
    """The prefix of a command that has such a log; empty where the system allows no mounts of one's own."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--mount", "--propagation", "private", "sh", "-c", OWN_LOG, "sh", str(dev), log]
    with contextlib.suppress(OSError):
        if subprocess.run([*command, "test", "-w", "/dev/null"], check=False, capture_output=True).returncode == 0:
            return command
    return []
