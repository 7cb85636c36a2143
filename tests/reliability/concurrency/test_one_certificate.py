# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tasks that ask for the same certificate at the same moment: hosts of a play, runs on a machine, and machines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.core.server import Server
from tests.reliability.support.figures import Figures
from tests.support.certificates import csr_pem, new_key
from tests.support.playbooks import environment, start_plays, write_inventory

from .account import REVOKE, RecordingAccount, calls

pytestmark = pytest.mark.reliability("Concurrent tasks for one certificate")

COLUMNS = ("who asks", "way", "lists lag", "times", "orders made", "orders left")
_SHOWN = re.compile(r"order=(\d+)")


@dataclass(frozen=True)
class Case:
    """How many hosts ask, in how many runs, on how many machines, and by how many seconds lists lag."""

    hosts: int
    runs: int
    machines: int
    lag: float
    direct: bool

    @property
    def who(self) -> str:
        where = "machines" if self.machines > 1 else "runs on a machine" if self.runs > 1 else "hosts of a play"
        return f"{max(self.hosts, self.runs)} {where}"

    @property
    def way(self) -> str:
        return "in the worker" if self.direct else "shipped"

    def __str__(self) -> str:
        return f"{self.who}, {self.way}, lists lag {self.lag:g} s"


SHORT = (Case(20, 1, 1, 0, True), Case(1, 4, 1, 0, True), Case(1, 4, 4, 0, True))
LONG = (
    Case(20, 1, 1, 0, False),
    Case(20, 1, 1, 10, True),
    Case(1, 4, 1, 0, False),
    Case(1, 4, 1, 10, True),
    Case(5, 4, 1, 10, False),
    Case(1, 4, 4, 0, False),
    Case(1, 2, 2, 5, True),
    Case(1, 4, 4, 15, True),
)


@dataclass(frozen=True)
class Result:
    """What came of a case: orders ever made, orders left, orders that tasks showed, revocations, runs that failed."""

    made: int
    left: int
    shown: set[str]
    revoked: int
    failed: list[str]


@pytest.fixture(scope="module")
def csr() -> str:
    return csr_pem(new_key(), "www.example.com")


@pytest.mark.parametrize("case", [*SHORT, *(pytest.param(case, marks=pytest.mark.long) for case in LONG)], ids=str)
def test_one_order_is_left_and_all_have_it(
    directory: Path, short: bool, figures: Figures, csr: str, case: Case
) -> None:
    results = [_ask(directory / f"{case} {number}", case, csr) for number in range(1 if short else 3)]
    figures.tried("cases", len(results))
    figures.tried("tasks that asked", case.hosts * case.runs * len(results))
    made, left = (", ".join(map(str, sorted(set(numbers)))) for numbers in zip(*((r.made, r.left) for r in results)))
    figures.row(COLUMNS, case.who, case.way, f"{case.lag:g} s", len(results), made, left)
    failed = [text for result in results for text in result.failed]
    figures.none("runs that failed", failed)
    same = [result for result in results if case.machines == 1]
    figures.none("orders beyond the first, on one machine", [str(result) for result in same if result.made != 1])
    beyond = [str(result) for result in results if result.left != 1]
    figures.none("orders beyond the first that were left, in any case", beyond)
    other = [str(result) for result in results if len(result.shown) != 1]
    figures.none("tasks that ended with another order than the rest", other)
    figures.none("revocations", [str(result) for result in results if result.revoked])


def _ask(directory: Path, case: Case, csr: str) -> Result:
    directory.mkdir()
    account = RecordingAccount(list_lag_seconds=case.lag, settle_seconds=1, record_delay_seconds=1 + 2 * case.lag)
    account.hold(case.hosts * case.runs)
    with Server(account) as server:
        running = []
        for number in range(case.runs):
            # Runs of one machine have one home.
            home, own = directory / f"machine-{number % case.machines}", directory / f"run-{number}"
            home.mkdir(exist_ok=True)
            own.mkdir()
            write_inventory(own, {f"host{host}": {} for host in range(case.hosts)})
            way, forks = str(case.direct).lower(), str(case.hosts)
            around = environment(
                home, **account.environment(server.url), CERTOPS_ALICLOUD_DIRECT=way, ANSIBLE_FORKS=forks
            )
            running.append(start_plays(own, "ask", [_play(csr)], around))
        ended = [(child.wait(), log.read_text(errors="replace")) for child, log in running]
    shown = {number for _status, text in ended for number in _SHOWN.findall(text)}
    failed = [text for status, text in ended if status]
    return Result(account.made(), account.left(), shown, len(calls(account.recorded, REVOKE)), failed)


def _play(csr: str) -> dict[str, Any]:
    options = {"csr_content": csr, "poll_interval": 2, "wait_timeout": 240}
    return {
        "name": "Ask",
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {"name": "Ask", "certops.alicloud.cas_order": options, "register": "asked"},
            {"name": "Show", "ansible.builtin.debug": {"msg": "order={{ asked.order.order_id }}"}},
        ],
    }
