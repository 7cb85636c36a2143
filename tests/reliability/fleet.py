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

from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.credentials import Credentials
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response
from tests.benchmarks.accounts import fleet
from tests.benchmarks.runs import inventory as machines
from tests.emulator.core.server import Server
from tests.emulator.orders.validation import Prover

from .playbooks import Play, Played, inventory, play, surroundings
from .report import Figure, Part, Run, at_least, at_most, count, none_of, table
from .watched import CREATES, LIST, Seen, Watched, actions

LIMIT = 10.0
OLD_DAYS = 180.0
CLEAR = ("wait_timeout", "too many calls", "throttled")
METHOD = f"""\
An account that takes {LIMIT:g} calls a second, of all operations together, and tells with `x-acs-retry-after` when the
next one will be taken. All hosts of a play order a certificate each, with 50 forks, in Ansible's worker; the account is
listed once for all of them. The makespan is the time from the first call to the last, compared with the calls that were
answered, divided by the limit. In a second run all hosts have too little time (`wait_timeout`): whatever a task could
not do in its time has to be a clear error, and nothing may be called after it. Then hosts whose certificates are due
are renewed with the collection's own playbook, without a limit, and lists are counted.
"""
LIMITS = (
    "The common pace is one of a user on a machine. Several machines that use up one limit find it each for itself, "
    "with the pauses and the jitter of the retries alone.",
    "The first calls of a fleet are refused together, before anybody knows that there is a limit.",
    "The documents do not say how the service counts. The emulator has a window of one second that slides.",
)


@dataclass(frozen=True)
class Fleet:
    """A run of many hosts: what the service saw, and how the run ended."""

    hosts: int
    seen: Sequence[Seen]
    played: Played
    orders: int

    @property
    def answered(self) -> int:
        return sum(not call.throttled for call in self.seen)

    @property
    def throttled(self) -> float:
        """Share of all calls, in percent."""
        return 100 * (len(self.seen) - self.answered) / len(self.seen)

    @property
    def makespan(self) -> float:
        """Seconds, as a multiple of what the limit allows."""
        return (self.seen[-1].at - self.seen[0].at) / (self.answered / LIMIT)

    @property
    def bursts(self) -> list[int]:
        """Calls in each tenth of a second after the first five."""
        begun = self.seen[0].at
        tenths = Counter(int((call.at - begun) * 10) for call in self.seen if call.at - begun > 5)
        return sorted(tenths.values())


def run(run: Run) -> Part:
    """Order under a limit, run out of time under a limit, renew together."""
    size = 40 if run.short else 300
    run.tell(f"{size} hosts under a limit")
    ordered = _ordered(run.folder / "enough", size, forks=50, wait_timeout=900)
    run.tell("hosts that run out of time")
    hasty = _ordered(run.folder / "hasty", 30, forks=30, wait_timeout=6)
    due = 4 if run.short else 24
    run.tell(f"a renewal of {due} hosts")
    renewed = _renewed(run.folder / "renewed", due)
    pauses, calls = _pauses(run.seed), Counter(call.action for call in renewed.seen).most_common()
    return Part(
        "Fleets and throttling",
        METHOD,
        (
            *_order_figures(ordered, run.short),
            *_hasty_figures(hasty),
            *_pause_figures(pauses),
            *_renewal_figures(renewed),
        ),
        "Calls of the renewal:\n\n" + table(("operation", "calls"), calls),
        LIMITS,
        [*_said(ordered), *_said(renewed)],
    )


def _order_figures(ordered: Fleet, short: bool) -> tuple[Figure, ...]:
    return (
        count("hosts that ordered, 50 at a time", ordered.hosts),
        count("calls", len(ordered.seen)),
        none_of("tasks that failed", len(ordered.played.failed) + (ordered.hosts - len(ordered.played.ended))),
        none_of("orders too many or too few", abs(ordered.orders - ordered.hosts)),
        at_most("throttled answers", ordered.throttled, 30, "%"),
        _makespan(ordered, short),
        count("calls in the busiest tenth of a second, after the first five seconds", max(ordered.bursts, default=0)),
    )


def _makespan(ordered: Fleet, short: bool) -> Figure:
    """Few hosts are done before the pace is found, and whoever runs all tests at once has no time to spare."""
    what = "makespan, to the calls divided by the limit"
    return Figure(what, f"{ordered.makespan:.2f}") if short else at_most(what, ordered.makespan, 1.5)


def _hasty_figures(hasty: Fleet) -> tuple[Figure, ...]:
    unclear = [text for text in _messages(hasty.played) if not any(word in text for word in CLEAR)]
    return (
        count("hosts with 6 s for what takes longer", hasty.hosts),
        count("of them out of time", len(hasty.played.failed)),
        none_of("calls after a deadline", len(_late(hasty, 6.0))),
        none_of("failures without a clear sentence", len(unclear)),
    )


def _pause_figures(pauses: Sequence[float]) -> tuple[Figure, ...]:
    low, high = statistics.quantiles(pauses, n=20)[0], statistics.quantiles(pauses, n=20)[-1]
    return (
        at_least("spread of the pauses after a refusal that asks for 1 s, 5th to 95th percent", high - low, 0.2, " s"),
    )


def _renewal_figures(renewed: Fleet) -> tuple[Figure, ...]:
    lists = actions(renewed.seen, LIST)
    of_one = sum("Keyword" in call.parameters for call in lists)
    made = [call.at for call in renewed.seen if call.action in CREATES or call.action.startswith("Renew")]
    return (
        count("hosts that the playbook renewed", renewed.hosts),
        none_of("hosts that failed", len(renewed.played.failed)),
        none_of("orders too many or too few", abs(len(made) - renewed.hosts)),
        at_most("looks for a twin, for each host", of_one / renewed.hosts, 1),
        none_of("other lists, beside the one for all hosts", len(lists) - of_one - 1),
    )


def _said(fleet: Fleet) -> list[str]:
    return [fleet.played.text[-1500:]] if fleet.played.status else []


def _ordered(folder: Path, hosts: int, forks: int, wait_timeout: int) -> Fleet:
    """Every host orders a certificate of its own."""
    folder.mkdir()
    account = Watched(account_rate=LIMIT, settle_seconds=0, record_delay_seconds=0)
    names: dict[str, dict[str, Any]] = {f"host{number}": {} for number in range(hosts)}
    (folder / "inventory.json").write_text(json.dumps(inventory(names)))
    with Server(account) as server:
        environment = surroundings(folder, **account.environment(server.url), ANSIBLE_FORKS=str(forks))
        played = play(folder, "order", [_book(wait_timeout)], environment)
    return Fleet(hosts, list(account.seen), played, account.made())


def _book(wait_timeout: int) -> Play:
    asked = {
        "domains": ["{{ inventory_hostname }}.example.com"],
        "known_orders": "{{ account }}",
        "wait_for": "none",
        "wait_timeout": wait_timeout,
    }
    account = {"certops.alicloud.cas_order_info": {}, "run_once": True, "register": "account", "name": "Look"}
    order = {"certops.alicloud.cas_order": asked, "name": "Order"}
    return {"name": "A fleet", "hosts": "all", "gather_facts": False, "tasks": [account, order]}


def _messages(played: Played) -> list[str]:
    """What failed tasks said."""
    return [line for line in played.text.splitlines() if "fatal:" in line or "[ERROR]: Task failed" in line]


def _late(fleet: Fleet, seconds: float) -> list[Seen]:
    """Calls of a host that came after its time; what is known of a host begins with its quota or its application."""
    own = [call for call in fleet.seen if "Domain" in call.parameters]
    begun = {call.parameters["Domain"]: call.at for call in reversed(own)}
    # The list comes first and for all; hosts start together, because there are as many forks.
    start = min((call.at for call in fleet.seen if call.action != LIST), default=0.0)
    return [call for call in own if call.at > max(start, begun[call.parameters["Domain"]] - seconds) + seconds + 3.0]


def _renewed(folder: Path, hosts: int) -> Fleet:
    """The playbook that comes with the collection, on hosts whose certificates are due."""
    folder.mkdir()
    account = Watched()
    account.world = fleet(hosts, OLD_DAYS, folder / "due")
    (folder / "inventory.json").write_text(json.dumps(machines(folder, 0, hosts)))
    with Server(account) as server, closing(Prover(account)):
        environment = surroundings(folder, **account.environment(server.url), ANSIBLE_FORKS="10")
        book: list[Play] = [{"import_playbook": "certops.alicloud.renew", "vars": {"certificates_hosts": "due"}}]
        played = play(folder, "renew", book, environment)
    return Fleet(hosts, list(account.seen), played, account.made() - hosts)


def _pauses(seed: int) -> list[float]:
    """The pauses of a thousand tasks that were refused together, and were told to come again in a second."""
    refused = Response(400, {"x-acs-retry-after": "1000"}, b'{"Code": "Throttling.User", "Message": "slow down"}')
    chance, slept, keys = random.Random(seed), list[float](), Credentials("id", "secret")
    answers = itertools.cycle([refused, Response(200, {}, b"{}")])

    def exchange(_request: Request, _timeout: float) -> Response:
        return next(answers)

    clock = Clock(sleep=slept.append, chance=chance.random)
    client = Client(PRODUCT, "https://cas.example", lambda _fresh: keys, exchange, clock=clock)
    for _task in range(1000):
        client.call("DescribePackageState", {})
    return slept
