# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tasks that ask for the same certificate at the same moment: hosts of a play, runs on a machine, and machines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability.support.figures import Figures
from tests.support.certificates import csr_pem, new_key
from tests.support.playbooks import Play

from .account import REVOKE, RecordingAccount, calls
from .tasks import Case, run_at_once

pytestmark = pytest.mark.reliability("Concurrent tasks for one certificate")

COLUMNS = ("who asks", "way", "lists lag", "times", "orders made", "orders left")


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
    figures.tried("tasks that asked", case.tasks * len(results))
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
    account = RecordingAccount(list_lag_seconds=case.lag, settle_seconds=1, record_delay_seconds=1 + 2 * case.lag)
    account.hold(case.tasks)
    ended = run_at_once(directory, case, account, _play(csr), {f"host{number}": {} for number in range(case.tasks)})
    shown = {
        str((task.result.get("order") or {}).get("order_id"))
        for each in ended
        for task in each.results.values()
        if not task.failed
    }
    failed = [each.text for each in ended if each.status]
    return Result(account.made(), account.left(), shown, len(calls(account.recorded, REVOKE)), failed)


def _play(csr: str) -> Play:
    options = {"csr_content": csr, "poll_interval": 2, "wait_timeout": 240}
    return {
        "name": "Ask",
        "hosts": "all",
        "gather_facts": False,
        "tasks": [{"name": "Ask", "certops.alicloud.cas_order": options}],
    }
