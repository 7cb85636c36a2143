# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process in which emulators of a bench live: one for each account.

Usage: python -m tests.benchmarks.service FOLDER at_rest|GROUP HOSTS [CALLS_PER_SECOND]
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from playbooks.files.emulator.__main__ import write_at_once
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders.validation import Prover

from .accounts import INSTANCE_NAME, ZONE, account, add_instance, empty, fleet
from .runs import BY_INSTANCE

LARGEST = "many"
SIZES = {"one": 1, "hundred": 100, LARGEST: 10_000}
YOUNG, OLD = 10, 190  # days; a certificate lives for 199


class Remembering(Emulator):
    """Says again what it said before: what it costs to look through a large account is nobody's affair here."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.said: dict[str, Reply] = {}

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """Response by the target alone: nothing changes in such an account."""
        if target not in self.said:
            self.said[target] = super().handle(method, target, headers, body)
        return self.said[target]


def at_rest(folder: Path, hosts: int) -> dict[str, Emulator]:
    """Accounts in which nothing happens; some hosts have good certificates in their stores."""
    fleet(hosts, YOUNG, folder / "converged")
    worlds = {name: account(size) for name, size in SIZES.items()}
    add_instance(worlds["one"], INSTANCE_NAME, YOUNG)
    return {name: Remembering(world) if name == LARGEST else Emulator(world) for name, world in worlds.items()}


def to_renew(folder: Path, group: str, hosts: int, rate: float | None) -> dict[str, Emulator]:
    """The account of hosts whose certificates are all due."""
    if group == BY_INSTANCE:
        world = empty(0)
        add_instance(world, f"host0.{ZONE}", OLD, folder / group)
    else:
        world = fleet(hosts, OLD, folder / group)
    world.dials = replace(world.dials, account_rate=rate)
    return {group: Emulator(world)}


def main(folder: Path, part: str, hosts: int, rate: float | None = None) -> None:
    """Serve until somebody ends it."""
    with contextlib.ExitStack() as stack:
        if part == "at_rest":
            emulators = at_rest(folder, hosts)
        else:
            emulators = to_renew(folder, part, hosts, rate)
            stack.enter_context(contextlib.closing(Prover(emulators[part])))
        keys = Keys()
        ready = {
            "urls": {name: stack.enter_context(Server(emulator)).url for name, emulator in emulators.items()},
            "access_key_id": keys.access_key_id,
            "access_key_secret": keys.access_key_secret,
        }
        write_at_once(folder / f"{part}.json", json.dumps(ready))
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), *map(float, sys.argv[4:]))
