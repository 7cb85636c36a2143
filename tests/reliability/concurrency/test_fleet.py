# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many hosts behind a limit of calls, their retries, and what they ask for together."""

from __future__ import annotations

import itertools
import json
import random
import statistics
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.orders.validation import Prover
from tests.benchmarks.accounts import fleet
from tests.benchmarks.runs import inventory
from tests.reliability.support.figures import Figures
from tests.support import client
from tests.support.playbooks import Play, Played, environment, run_plays, write_inventory

from .account import CREATES, LIST, Recorded, RecordingAccount, calls

pytestmark = pytest.mark.reliability("Fleets and throttling")

LIMIT = 10.0  # calls a second
OLD_DAYS = 180.0
CLEAR = ("wait_timeout", "too many calls", "throttled")


@dataclass(frozen=True)
class Fleet:
    """A run of many hosts: what the service recorded, how the run ended, and how many orders were made."""

    hosts: int
    recorded: Sequence[Recorded]
    played: Played
    orders: int

    @property
    def served(self) -> int:
        """Calls that were not throttled."""
        return sum(not call.throttled for call in self.recorded)

    @property
    def makespan(self) -> float:
        """Seconds, as a multiple of what the limit allows."""
        return (self.recorded[-1].at - self.recorded[0].at) / (self.served / LIMIT)

    @property
    def bursts(self) -> Counter[int]:
        """Calls in each tenth of a second after the first five seconds."""
        begun = self.recorded[0].at
        return Counter(int((call.at - begun) * 10) for call in self.recorded if call.at - begun > 5)

    @property
    def miscounted(self) -> list[str]:
        return [] if self.orders == self.hosts else [f"{self.orders} orders for {self.hosts} hosts"]


def test_a_fleet_orders_under_a_limit(directory: Path, short: bool, figures: Figures) -> None:
    ordered = _order(directory / "enough", 40 if short else 300, forks=50, wait_timeout=900)
    figures.tried("hosts that ordered, 50 at a time", ordered.hosts)
    figures.tried("calls", len(ordered.recorded))
    missing = {f"host{number}" for number in range(ordered.hosts)} - ordered.played.ended
    figures.none(
        "tasks that failed", [f"{host}: {ordered.played.text[-1500:]}" for host in ordered.played.failed | missing]
    )
    figures.none("orders too many or too few", ordered.miscounted)
    share = 100 * (1 - ordered.served / len(ordered.recorded))
    figures.at_most("throttled responses", share, 30, "%")
    if not short:  # a few hosts are done before the rate is found
        figures.at_most("makespan, to the calls divided by the limit", ordered.makespan, 1.5)
    busiest = max(ordered.bursts.values(), default=0)
    figures.record("calls in the busiest tenth of a second, after the first five seconds", busiest)


def test_tasks_without_time_fail_clearly_and_call_no_more(directory: Path, figures: Figures) -> None:
    hasty = _order(directory / "hasty", 30, forks=30, wait_timeout=6)
    figures.tried("hosts with 6 s for what takes longer", hasty.hosts)
    figures.tried("of them out of time", len(hasty.played.failed))
    figures.none("calls after a deadline", [str(call) for call in _late(hasty, 6.0)])
    unclear = [text for text in _messages(hasty.played) if not any(words in text for words in CLEAR)]
    figures.none("failures without a clear message", unclear)


def test_pauses_after_a_refusal_are_spread(seed: int, figures: Figures) -> None:
    quantiles = statistics.quantiles(_pauses(seed), n=20)
    what = "spread of the pauses after a refusal that asks for 1 s, 5th to 95th percent"
    figures.at_least(what, quantiles[-1] - quantiles[0], 0.2, " s")


def test_a_renewal_takes_few_calls(directory: Path, short: bool, figures: Figures) -> None:
    renewed = _renew(directory / "renewed", 4 if short else 24)
    lists = calls(renewed.recorded, LIST)
    figures.tried("hosts that the playbook renewed", renewed.hosts)
    figures.none("hosts that failed", [f"{host}: {renewed.played.text[-1500:]}" for host in renewed.played.failed])
    figures.none("orders too many or too few", renewed.miscounted)
    figures.at_most("lists, for each host", len(lists) / renewed.hosts, 3)
    figures.none("lists of the whole account", [str(call) for call in lists if "Keyword" not in call.parameters])
    for action, number in Counter(call.action for call in renewed.recorded).most_common():
        figures.row(("operation of the renewal", "calls"), f"`{action}`", number)


def _order(directory: Path, hosts: int, forks: int, wait_timeout: int) -> Fleet:
    """Every host orders a certificate of its own."""
    directory.mkdir()
    account = RecordingAccount(account_rate=LIMIT, settle_seconds=0, record_delay_seconds=0)
    write_inventory(directory, {f"host{number}": {} for number in range(hosts)})
    with Server(account) as server:
        around = environment(directory, **account.environment(server.url), ANSIBLE_FORKS=str(forks))
        played = run_plays(directory, "order", [_play(wait_timeout)], around)
    return Fleet(hosts, list(account.recorded), played, account.made())


def _play(wait_timeout: int) -> Play:
    options = {
        "domains": ["{{ inventory_hostname }}.example.com"],
        "known_orders": "{{ account }}",
        "wait_for": "none",
        "wait_timeout": wait_timeout,
    }
    read = {"certops.alicloud.cas_order_info": {}, "run_once": True, "register": "account", "name": "Read the account"}
    order = {"certops.alicloud.cas_order": options, "name": "Order"}
    return {"name": "A fleet", "hosts": "all", "gather_facts": False, "tasks": [read, order]}


def _messages(played: Played) -> list[str]:
    """The messages of failed tasks."""
    return [line for line in played.text.splitlines() if "fatal:" in line or "[ERROR]: Task failed" in line]


def _late(fleet: Fleet, seconds: float) -> list[Recorded]:
    """Calls of a host that came after its time; the first one that names a host is for its quota or its application."""
    own = [call for call in fleet.recorded if "Domain" in call.parameters]
    begun = {call.parameters["Domain"]: call.at for call in reversed(own)}
    # The list comes first and for all; hosts start together, because there are as many forks.
    start = min((call.at for call in fleet.recorded if call.action != LIST), default=0.0)
    return [call for call in own if call.at > max(start, begun[call.parameters["Domain"]] - seconds) + seconds + 3.0]


def _renew(directory: Path, hosts: int) -> Fleet:
    """The playbook that comes with the collection, on hosts whose certificates are due."""
    directory.mkdir()
    account = RecordingAccount()
    account.world = fleet(hosts, OLD_DAYS, directory / "due")
    (directory / "inventory.json").write_text(json.dumps(inventory(directory, {"due": hosts})))
    with Server(account) as server, closing(Prover(account)):
        around = environment(directory, **account.environment(server.url), ANSIBLE_FORKS="10")
        play: dict[str, Any] = {"import_playbook": "certops.alicloud.renew", "vars": {"certificates_hosts": "due"}}
        played = run_plays(directory, "renew", [play], around)
    made = [call for call in account.recorded if call.action in CREATES or call.action.startswith("Renew")]
    return Fleet(hosts, list(account.recorded), played, len(made))


def _pauses(seed: int) -> list[float]:
    """The pauses of a thousand tasks that were refused together, and were told to come again in a second."""
    refused = Response(400, {"x-acs-retry-after": "1000"}, b'{"Code": "Throttling.User", "Message": "slow down"}')
    responses, slept = itertools.cycle([refused, Response(200, {}, b"{}")]), list[float]()

    def exchange(_request: Request, _timeout: float) -> Response:
        return next(responses)

    clock = Clock(sleep=slept.append, chance=random.Random(seed).random)
    caller = client.client(client.emulator(), transport=exchange, clock=clock)
    for _task in range(1000):
        caller.call("DescribePackageState", {})
    return slept
