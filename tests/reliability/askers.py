# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many who ask for the same certificate at the same moment: hosts of a play, runs of a machine, and machines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.emulator.core.server import Server
from tests.tools.dependencies import VENV
from tests.world.children import Child, start

from .orders_accounts import Kit
from .playbooks import Play, end, inventory, surroundings
from .report import Part, Run, count, none_of, table
from .watched import REVOKE, Watched, actions

METHOD = """\
Tasks that ask for one and the same certificate, with one CSR. The service holds its first list back until all of them
have asked for it, so all see at the same moment that there is no order: the hosts of one play, several runs of
`ansible-playbook` on one machine, and several machines (which share nothing but the account: each has a home of its
own). With lists that are up to date, and with lists that show an order some seconds after it was made. Tasks run in
Ansible's worker, and shipped.
"""
LIMITS = (
    "Two machines are kept apart by what the service shows: the younger order gives way when the elder one shows up in "
    "the list, which is looked at right after the application, and 8 and 22 seconds later while the task still waits. "
    "A task that ends before a lagging list shows the twin leaves two orders; the next run names both and stops.",
    "Users of one machine have a home each, so they are two machines in this sense; so are two containers of AWX.",
    "For a moment two machines do have two orders, and two units of the quota are taken.",
)
NAME = "www.example.com"
_SAID = re.compile(r"order=(\d+)")


@dataclass(frozen=True)
class Case:
    """How many ask, in how many runs, on how many machines, and by how many seconds lists lag."""

    hosts: int
    runs: int
    machines: int
    lag: float
    direct: bool

    @property
    def words(self) -> str:
        where = "machines" if self.machines > 1 else "runs on a machine" if self.runs > 1 else "hosts of a play"
        return f"{max(self.hosts, self.runs)} {where}"


CASES = (
    Case(20, 1, 1, 0, True),
    Case(20, 1, 1, 0, False),
    Case(20, 1, 1, 10, True),
    Case(1, 4, 1, 0, True),
    Case(1, 4, 1, 0, False),
    Case(1, 4, 1, 10, True),
    Case(5, 4, 1, 10, False),
    Case(1, 4, 4, 0, True),
    Case(1, 4, 4, 0, False),
    Case(1, 2, 2, 5, True),
    Case(1, 4, 4, 15, True),
)
SHORT = (CASES[0], CASES[3], CASES[7])


@dataclass(frozen=True)
class Result:
    """What came of a case: orders ever made, orders left, what the tasks said, revocations, and runs that failed."""

    case: Case
    made: int
    left: int
    said: frozenset[str]
    revoked: int
    failed: int
    text: str

    @property
    def problems(self) -> list[str]:
        """What must not be."""
        same = self.case.machines == 1
        found = {
            "more than one order was made": same and self.made != 1,
            "not one order was left": self.left != 1,
            "tasks ended with different orders": len(self.said) != 1,
            "something was revoked": self.revoked > 0,
            "a run failed": self.failed > 0,
        }
        return [f"{self.case}: {what}" for what, so in found.items() if so]


def run(run: Run) -> Part:
    """All cases, one after the other."""
    kit, rounds = Kit(), 1 if run.short else 3
    results = []
    for turn in range(rounds):
        for number, case in enumerate(SHORT if run.short else CASES):
            run.tell(f"round {turn + 1}: {case.words}, lists lag {case.lag:g} s")
            results.append(_asked(run.folder / f"{turn}-{number}", case, kit))
    same = [result for result in results if result.case.machines == 1]
    cases = dict.fromkeys(result.case for result in results)
    rows = [_row(case, [result for result in results if result.case == case]) for case in cases]
    return Part(
        "Many who ask at once",
        METHOD,
        (
            count("cases", len(results)),
            count("tasks that asked", sum(result.case.hosts * result.case.runs for result in results)),
            none_of("orders beyond the first, on one machine", sum(result.made - 1 for result in same)),
            none_of("orders beyond the first that were left, in any case", sum(result.left - 1 for result in results)),
            none_of("tasks that ended with another order than the rest", sum(len(r.said) - 1 for r in results)),
            none_of("runs that failed", sum(result.failed for result in results)),
            none_of("revocations", sum(result.revoked for result in results)),
        ),
        table(("who asks", "way", "lists lag", "times", "orders made", "orders left"), rows),
        LIMITS,
        problems=[problem for result in results for problem in result.problems],
    )


def _row(case: Case, results: list[Result]) -> tuple[object, ...]:
    way = "in the worker" if case.direct else "shipped"
    made, left = (", ".join(str(n) for n in sorted({getattr(r, which) for r in results})) for which in ("made", "left"))
    return case.words, way, f"{case.lag:g} s", len(results), made, left


def _asked(folder: Path, case: Case, kit: Kit) -> Result:
    folder.mkdir()
    account = Watched(kit.authority, list_lag_seconds=case.lag, settle_seconds=1, record_delay_seconds=1 + 2 * case.lag)
    account.hold(case.hosts * case.runs)
    with Server(account) as server:
        children = [_start(folder, number, case, account.environment(server.url), kit) for number in range(case.runs)]
        try:
            statuses = [child.wait() for child, _log in children]
        finally:
            for child, _log in children:
                end(child)
    text = "".join(log.read_text(errors="replace") for _child, log in children)
    said, revoked = frozenset(_SAID.findall(text)), len(actions(account.seen, REVOKE))
    failed = sum(status != 0 for status in statuses)
    return Result(case, account.made(), len(account.left()), said, revoked, failed, text)


def _start(folder: Path, number: int, case: Case, account: Mapping[str, str], kit: Kit) -> tuple[Child, Path]:
    """One run; runs of one machine have one home."""
    own = folder / f"run-{number}"
    home = folder / f"machine-{number % case.machines}"
    for each in (own, home):
        each.mkdir(exist_ok=True)
    hosts: dict[str, dict[str, Any]] = {f"host{host}": {} for host in range(case.hosts)}
    (own / "inventory.json").write_text(json.dumps(inventory(hosts)))
    (own / "book.json").write_text(json.dumps([_book(kit)]))
    way = str(case.direct).lower()
    environment = surroundings(home, **account, CERTOPS_ALICLOUD_DIRECT=way, ANSIBLE_FORKS=str(case.hosts))
    command = [f"{VENV}/bin/ansible-playbook", "-i", "inventory.json", "book.json"]
    log = folder / f"run-{number}.txt"
    return start(command, log, own, environment), log


def _book(kit: Kit) -> Play:
    asked = {"csr_content": kit.csr, "poll_interval": 2, "wait_timeout": 240}
    return {
        "name": "Ask",
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {"name": "Ask", "certops.alicloud.cas_order": asked, "register": "asked"},
            {"name": "Say", "ansible.builtin.debug": {"msg": "order={{ asked.order.order_id }}"}},
        ],
    }
