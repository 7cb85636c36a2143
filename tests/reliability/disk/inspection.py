# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a store right now, and what of it must not be."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path

from cryptography import x509

from .counts import LOST, MISMATCHED, MODES, STRANGE, WITHOUT

KEY, KEY_MODE = "privkey.pem", 0o600
FILES = (KEY, "fullchain.pem", "cert.pem", "chain.pem")
SECRET = b"PRIVATE KEY"


@dataclass(frozen=True)
class Entry:
    """A file, a directory or a link: what kind, with which mode, and what is in it."""

    kind: int
    mode: int
    content: bytes = b""


Snapshot = Mapping[str, Entry]
Problem = tuple[str, str]


def snapshot(directory: Path) -> dict[str, Entry]:
    """Everything below a directory. What is removed meanwhile is left out."""
    return dict(_entries(str(directory), ""))


def _entries(directory: str, inside: str) -> Iterator[tuple[str, Entry]]:
    with suppress(FileNotFoundError):
        for name in sorted(os.listdir(directory)):
            with suppress(FileNotFoundError):
                path = f"{directory}/{name}"
                entry = _entry(path)
                yield inside + name, entry
                if entry.kind == stat.S_IFDIR:
                    yield from _entries(path, f"{inside}{name}/")


def _entry(path: str) -> Entry:
    found = os.lstat(path)
    kind, mode = stat.S_IFMT(found.st_mode), stat.S_IMODE(found.st_mode)
    if kind == stat.S_IFLNK:
        return Entry(kind, mode, os.readlink(path).encode())
    return Entry(kind, mode, Path(path).read_bytes() if kind == stat.S_IFREG else b"")


def is_temporary(path: str) -> bool:
    """Whether a file or directory is a temporary one."""
    return any(part.startswith(".") and part.endswith(".tmp") for part in path.split("/"))


def judge(now: Snapshot, before: Snapshot, after: Snapshot) -> list[Problem]:
    """What is wrong with a store between two states: everything in it must be as before, or as after."""
    problems = []
    for path in sorted({path for path in (*now, *before, *after) if not is_temporary(path)}):
        if now.get(path) not in (before.get(path), after.get(path)):
            kind = LOST if path in before else STRANGE
            problems.append((kind, f"{path} is neither as before nor as after"))
        directory = path.rpartition("/")[0]
        if path in before and path not in now and directory in now and directory not in after:
            problems.append((STRANGE, f"{directory} is removed piece by piece"))
    return problems + wrong_modes(now, before, after)


def wrong_modes(now: Snapshot, before: Snapshot, after: Snapshot) -> list[Problem]:
    """Keys that others may read, whatever they are called; a mode that was asked for is right for its key only."""
    keys = [(path, entry) for path, entry in now.items() if _is_key(path, entry)]
    asked = {(entry.content, entry.mode) for entry in (*before.values(), *after.values())}
    wrong = [
        (path, entry) for path, entry in keys if entry.mode != KEY_MODE and (entry.content, entry.mode) not in asked
    ]
    return [(MODES, f"{path} has mode {entry.mode:04o}") for path, entry in wrong]


def _is_key(path: str, entry: Entry) -> bool:
    return entry.kind == stat.S_IFREG and (path.endswith("/" + KEY) or SECRET in entry.content)


def in_use(store: Path, root: x509.Certificate, directory: Path) -> list[Problem]:
    """What is wrong with the set in use, found as a server finds it: the link is followed once, here."""
    try:
        opened = os.open(store / "current", os.O_RDONLY | os.O_DIRECTORY)
        try:
            files = tuple(_read(opened, name) for name in FILES)
        finally:
            os.close(opened)
    except OSError as error:
        return [(WITHOUT, f"current: {error.strerror}")]
    wrong = _why_invalid(files, root, directory)
    return [(MISMATCHED, wrong)] if wrong else []


def _read(directory: int, name: str) -> bytes:
    opened = os.open(name, os.O_RDONLY, dir_fd=directory)
    try:
        return os.read(opened, 1024 * 1024)
    finally:
        os.close(opened)


@lru_cache(maxsize=1000)
def _why_invalid(files: tuple[bytes, ...], root: x509.Certificate, directory: Path) -> str:
    """Why a server would not load these, or a client would not trust them; empty when all is well."""
    key, fullchain, cert, chain = files
    try:
        links = [*x509.load_pem_x509_certificates(fullchain), root]
        for child, parent in zip(links, links[1:]):
            child.verify_directly_issued_by(parent)
        now = datetime.now(timezone.utc)
        (directory / "set.pem").write_bytes(key + fullchain)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(directory / "set.pem")
    except Exception as error:  # whatever it is, it is not a certificate with its key
        return f"{type(error).__name__}: {error}"
    if not all(each.not_valid_before_utc <= now < each.not_valid_after_utc for each in links):
        return "out of date"
    return "" if cert + chain == fullchain else "fullchain.pem is not cert.pem and chain.pem"
