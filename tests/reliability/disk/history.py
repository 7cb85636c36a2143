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

from tests.support.certificates import INTERMEDIATE, ROOT, WWW, Set, key_pem, pem

from .inspection import Snapshot, snapshot
from .task import KEYS, run_task

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
    for number in range(3):
        sets.append(Set(key_pem(KEYS[number]), pem(INTERMEDIATE.sign(WWW[0], KEYS[number], WWW, start=start), above)))
    store, steps = directory / "store", list[Step]()
    store.mkdir()
    for name, options in _tasks(*sets):
        copy = directory / f"before-{len(steps)}"
        shutil.copytree(store, copy, symlinks=True)
        done = run_task({"directory": str(store), "name": NAME, **options})
        assert done.succeeded, f"{name}, undisturbed: {done.message}"
        steps.append(Step(name, options, copy, snapshot(copy), snapshot(store)))
    return History(root, tuple(steps))


def _tasks(first: Set, second: Set, third: Set) -> list[tuple[str, dict[str, Any]]]:
    """The tasks: the name of each, and its options."""
    return [
        ("stage the first", {"state": "staged", **NAMED}),
        ("note its order", {"state": "ordered", "generation": 1, "order": _order("1")}),
        ("complete it", {"state": "complete", "generation": 1, **NAMED, "fullchain": first.fullchain}),
        ("make it current", {"state": "current", "generation": 1}),
        ("verify it", {"state": "verified", "generation": 1}),
        ("stage the next", {"state": "staged", **NAMED}),
        ("note the next order", {"state": "ordered", "generation": 2, "order": _order("2")}),
        ("complete the next", {"state": "complete", "generation": 2, **NAMED, "fullchain": second.fullchain}),
        ("switch to the next", {"state": "current", "generation": 2}),
        ("install a set", {"state": "complete", **NAMED, **_whole(third), "key_mode": "0640"}),
        ("switch to it", {"state": "current", "generation": 3}),
        ("stage with its key", {"state": "staged", **NAMED, "keep_key": True}),
        ("put the previous one back", {"state": "current", "generation": 2}),
        ("switch once more", {"state": "current", "generation": 3}),
        ("prune", {"state": "verified", "generation": 3, "keep": 0}),
        ("close its key", {"state": "complete", "generation": 3, **NAMED, "fullchain": third.fullchain}),
    ]


def _order(number: str) -> dict[str, Any]:
    return {"order_id": number, **NAMED, "product_code": "digicert-free-1-free"}


def _whole(what: Set) -> dict[str, str]:
    return {"fullchain": what.fullchain, "private_key": what.key}
