# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks at the same moment: hosts of a play, runs on a machine, and machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playbooks.files.emulator.core.server import Server
from tests.reliability.exactly_once.plays import TaskResult, noted, read_results
from tests.support.playbooks import Play, environment, start_plays, write_inventory

from .account import RecordingAccount

MOST_FORKS = 50


@dataclass(frozen=True)
class Case:
    """How many hosts ask, in how many runs, on how many machines, and by how many seconds lists lag."""

    hosts: int
    runs: int
    machines: int
    lag: float
    direct: bool

    @property
    def tasks(self) -> int:
        return self.hosts * self.runs

    @property
    def where(self) -> str:
        return "machines" if self.machines > 1 else "runs on a machine" if self.runs > 1 else "hosts of a play"

    @property
    def who(self) -> str:
        return f"{max(self.hosts, self.runs)} {self.where}"

    @property
    def way(self) -> str:
        return "in the worker" if self.direct else "shipped"

    def __str__(self) -> str:
        return f"{self.who}, {self.way}, lists lag {self.lag:g} s"


@dataclass(frozen=True)
class Ended:
    """A run: its status and output, and how each of its tasks ended, by host and task."""

    status: int
    text: str
    results: Mapping[tuple[str, str], TaskResult]


def run_at_once(
    directory: Path, case: Case, account: RecordingAccount, play: Play, hosts: Mapping[str, Mapping[str, Any]]
) -> list[Ended]:
    """Start the runs of a case together. Each has as many of these hosts as the case says."""
    directory.mkdir()
    names = list(hosts)
    with Server(account) as server:
        running = []
        for number in range(case.runs):
            # Runs of one machine have one home.
            home, own = directory / f"machine-{number % case.machines}", directory / f"run-{number}"
            home.mkdir(exist_ok=True)
            own.mkdir()
            chosen = names[number * case.hosts : (number + 1) * case.hosts]
            write_inventory(own, {name: hosts[name] for name in chosen})
            forks = str(min(case.hosts, MOST_FORKS))
            settings = {"CERTOPS_ALICLOUD_DIRECT": str(case.direct).lower(), "ANSIBLE_FORKS": forks}
            around = environment(home, **account.environment(server.url), **settings, **noted(own, "ask"))
            running.append((own, start_plays(own, "ask", [play], around)))
        return [
            Ended(child.wait(), log.read_text(errors="replace"), read_results(own, "ask"))
            for own, (child, log) in running
        ]
