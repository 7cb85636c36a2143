# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A day when nothing is due: the module and the role on many hosts, in the worker and over ssh, beside one ``stat``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from tests.world.children import NotStarted
from tests.world.machines import ADDRESSES, start_machines
from tests.world.programs import Missing, provide

from .figures import by_round, play_seconds
from .plays import KINDS, on_hosts, write
from .runs import Bench, play

WORKER, SSH = "in the worker", "shipped over ssh"
TARGET = next(iter(ADDRESSES))


@dataclass(frozen=True)
class Quiet:
    """``rounds``: seconds for each host, by kind of task and by way, one after the other for each round."""

    hosts: int
    rounds: Mapping[tuple[str, str], Sequence[float]]

    def seconds(self, kind: str, way: str) -> float:
        return median(self.rounds[kind, way])

    def to(self, base: str, kind: str, way: str) -> float:
        return by_round(self.rounds[kind, way], self.rounds[base, way])


Ways = Mapping[str, Mapping[str, Any]]


def ways_to_hosts(folder: Path) -> Ways:
    """How the modules get to the hosts: variables, by way."""
    return {WORKER: {}, SSH: over_ssh(folder / "ssh")}


def measure_quiet(bench: Bench, ways: Ways, rounds: int, hosts: int) -> Quiet:
    """All kinds in turn, and again, in one process."""
    pairs = list(product(KINDS, ways))
    books = [write(bench.folder, f"{kind}-{way}", on_hosts(kind, _title(kind, way), ways[way])) for kind, way in pairs]
    records = play(bench, books * rounds, "--limit", f"converged[0:{hosts - 1}]")[1]
    return Quiet(hosts, {pair: [each / hosts for each in play_seconds(records, _title(*pair))] for pair in pairs})


def _title(kind: str, way: str) -> str:
    return f"{kind} {way}"


def over_ssh(folder: Path) -> dict[str, Any]:
    """Start an sshd on this machine; return the variables that let Ansible use it."""
    try:
        start_machines(provide(), folder)
    except Missing as reason:
        raise NotStarted(str(reason)) from None
    return {
        "ansible_connection": "ssh",
        "ansible_host": TARGET,
        "ansible_ssh_common_args": f"-F {folder / 'client.conf'}",
    }
