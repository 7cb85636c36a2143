# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a store, task by task, with a copy of the store before each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from cryptography import x509

from tests.support.certificates import INTERMEDIATE, ROOT, WWW, Set, csr_pem, key_pem, new_key, pem

from .inspection import KEY, Snapshot, snapshot
from .task import run_task

NAME = "www"
NAMED = {"domains": list(WWW)}


@dataclass(frozen=True)
class Step:
    """A task, the store before it and after it. ``in_use``: whether a certificate must be in use all along."""

    name: str
    options: Mapping[str, Any]
    store: Path
    before: Snapshot
    after: Snapshot

    @property
    def in_use(self) -> bool:
        return f"{NAME}/current" in self.before

    def options_for(self, directory: Path) -> dict[str, Any]:
        """The options of the task for a store in a directory."""
        return {"directory": str(directory), "name": NAME, **self.options}

    def copy_to(self, directory: Path) -> None:
        """Copy the store before it there, in place of what is there."""
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self.store, directory, symlinks=True)


@dataclass(frozen=True)
class History:
    """All steps, and the root of the certificates in them."""

    root: x509.Certificate
    steps: tuple[Step, ...]


def make_history(directory: Path) -> History:
    """Take a store undisturbed from nothing to its third certificate, and keep it before each step."""
    start = datetime.now(timezone.utc) - timedelta(days=1)
    root = ROOT.sign("Root", ROOT.key, ca=True, start=start, days=900)
    above = ROOT.sign("Intermediate", INTERMEDIATE.key, ca=True, start=start, days=900)
    sets = []
    for _number in range(3):
        key = new_key()
        sets.append((key, Set(key_pem(key), pem(INTERMEDIATE.sign(WWW[0], key, WWW, start=start), above))))
    store, steps = directory / "store", list[Step]()
    store.mkdir()
    for name, key_of, options in _tasks(*(each for _key, each in sets)):
        if key_of:
            _put_key(store / NAME / "generations" / str(key_of), sets[key_of - 1][0])
        copy = directory / f"before-{len(steps)}"
        shutil.copytree(store, copy, symlinks=True)
        done = run_task({"directory": str(store), "name": NAME, **options})
        assert done.succeeded, f"{name}, undisturbed: {done.message}"
        steps.append(Step(name, options, copy, snapshot(copy), snapshot(store)))
    return History(root, tuple(steps))


def _tasks(first: Set, second: Set, third: Set) -> list[tuple[str, int, dict[str, Any]]]:
    """The tasks: the name of each, the generation that gets its key before it, and its options."""
    return [
        ("stage the first", 0, {"state": "staged", **NAMED}),
        ("note its order", 1, {"state": "ordered", "generation": 1, "order": _order("1")}),
        ("complete it", 0, {"state": "complete", "generation": 1, **NAMED, "fullchain": first.fullchain}),
        ("make it current", 0, {"state": "current", "generation": 1}),
        ("verify it", 0, {"state": "verified", "generation": 1}),
        ("stage the next", 0, {"state": "staged", **NAMED}),
        ("note the next order", 2, {"state": "ordered", "generation": 2, "order": _order("2")}),
        ("complete the next", 0, {"state": "complete", "generation": 2, **NAMED, "fullchain": second.fullchain}),
        ("switch to the next", 0, {"state": "current", "generation": 2}),
        ("install a set", 0, {"state": "complete", **NAMED, **_whole(third), "key_mode": "0640"}),
        ("switch to it", 0, {"state": "current", "generation": 3}),
        ("stage with its key", 0, {"state": "staged", **NAMED, "keep_key": True}),
        ("put the previous one back", 0, {"state": "current", "generation": 2}),
        ("switch once more", 0, {"state": "current", "generation": 3}),
        ("prune", 0, {"state": "verified", "generation": 3, "keep": 0}),
        ("close its key", 0, {"state": "complete", "generation": 3, **NAMED, "fullchain": third.fullchain}),
    ]


def _order(number: str) -> dict[str, Any]:
    return {"order_id": number, **NAMED, "product_code": "digicert-free-1-free"}


def _whole(what: Set) -> dict[str, str]:
    return {"fullchain": what.fullchain, "private_key": what.key}


def _put_key(generation: Path, key: Any) -> None:
    """Write a key and its request, as a role does between two of the tasks."""
    (generation / KEY).write_text(key_pem(key))
    (generation / "request.csr").write_text(csr_pem(key, *WWW))
