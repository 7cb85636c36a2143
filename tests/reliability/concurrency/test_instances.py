# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many tasks that want an instance at the same moment: for many names, for one name, and from one listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.support.figures import Figures
from tests.support.certificates import csr_pem, new_key
from tests.support.playbooks import CRASHES, Play

from .account import LIST_INSTANCES, RecordingAccount, calls
from .outcome import Outcome
from .tasks import Case, Ended, run_at_once

pytestmark = pytest.mark.reliability("Concurrent tasks for instances")

COLUMNS = ("who asks", "way", "names", "unused instances", "times", "applications", "tasks that failed")
UNUSED = 3
ALL_ONE = "www.example.com"
# Entries in a page of the list, as the collection asks for it.
PAGE = 50
# So many hosts have a certificate that is due.
DUE = 10

MANY_SHORT = (Case(3, 4, 4, 0, True),)
MANY_LONG = (
    Case(12, 1, 1, 0, True),
    Case(12, 1, 1, 0, False),
    Case(3, 4, 1, 0, True),
    Case(3, 4, 1, 0, False),
    Case(3, 4, 4, 0, False),
)
ONE_SHORT = (Case(8, 1, 1, 0, True),)
ONE_LONG = (
    Case(20, 1, 1, 0, True),
    Case(20, 1, 1, 0, False),
    Case(5, 4, 1, 0, True),
    Case(5, 4, 1, 0, False),
    Case(5, 4, 4, 0, True),
)


def cases(short: Sequence[Case], long: Sequence[Case]) -> pytest.MarkDecorator:
    marked = (pytest.param(case, marks=pytest.mark.long) for case in long)
    return pytest.mark.parametrize("case", [*short, *marked], ids=str)


@cases(MANY_SHORT, MANY_LONG)
def test_each_unused_instance_is_taken_once(directory: Path, short: bool, figures: Figures, case: Case) -> None:
    results = []
    for number in range(1 if short else 3):
        hosts = {f"host{host}": _wish(f"host{host}.example.com") for host in range(case.tasks)}
        results.append(_ask(directory / f"many, {case} {number}", case, hosts))
    _record(figures, case, results, case.tasks)
    few = [f"{case}: {each.applications}" for each in results if len(each.applications) != UNUSED]
    figures.none("cases with more or fewer applications than unused instances", few)
    wrong = [f"{case}: {each.failed}" for each in results if len(each.failed) != case.tasks - UNUSED]
    figures.none("cases in which more or fewer tasks succeeded than there were instances", wrong)


@cases(ONE_SHORT, ONE_LONG)
def test_one_name_takes_one_instance(directory: Path, short: bool, figures: Figures, case: Case) -> None:
    results = []
    for number in range(1 if short else 3):
        wish = _wish(ALL_ONE)
        hosts = {f"host{host}": wish for host in range(case.tasks)}
        results.append(_ask(directory / f"one, {case} {number}", case, hosts))
    _record(figures, case, results, 1)
    figures.none("tasks for one name that failed", [f"{case}: {each.failed}" for each in results if each.failed])
    more = [f"{case}: {each.applications}" for each in results if len(each.applications) != 1]
    figures.none("instances taken for one name beyond the first", more)


def _record(figures: Figures, case: Case, results: Sequence[Outcome], names: int) -> None:
    """What holds whatever the tasks ask for."""
    figures.tried("cases", len(results))
    figures.tried("tasks that asked", sum(len(each.tasks) for each in results))
    sent = ", ".join(sorted({str(sum(each.applications.values())) for each in results}))
    lost = ", ".join(sorted({str(len(each.failed)) for each in results}))
    who = f"{case.tasks} hosts of a play" if case.runs == 1 else f"{case.tasks} hosts in {case.who}"
    figures.row(COLUMNS, who, case.way, names, UNUSED, len(results), sent, lost)
    twice = [f"{case}: {each.applications}" for each in results if max(each.applications.values(), default=0) > 1]
    figures.none("instances applied for more than once", twice)
    figures.none("certificates for another name or key believed", [why for each in results for why in each.believed()])
    figures.none("failures that do not name the pool", [why for each in results for why in each.unclear()])


def _wish(name: str) -> dict[str, Any]:
    return {"domain": name, "csr": csr_pem(new_key(), name)}


def _ask(directory: Path, case: Case, hosts: Mapping[str, Mapping[str, Any]]) -> Outcome:
    account = RecordingAccount(proof="at_once", validation_seconds=1, review_seconds=1)
    account.add_instance(count=UNUSED)
    account.hold(case.tasks, LIST_INSTANCES)
    ended = run_at_once(directory, case, account, _play({"contact_ids": ["2604551"]}), hosts)
    return _result(account, hosts, ended)


def _result(account: RecordingAccount, hosts: Mapping[str, Mapping[str, Any]], ended: Sequence[Ended]) -> Outcome:
    tasks = {host: task for each in ended for (host, name), task in each.results.items() if name == "Ask"}
    text = "\n".join(each.text for each in ended)
    assert set(tasks) == set(hosts), text[-3000:]
    assert not any(words in text for words in CRASHES), text[-3000:]
    return Outcome(list(account.world.instances.values()), hosts, tasks)


def _play(more: Mapping[str, Any]) -> Play:
    options = {
        "pool": {},
        "domains": ["{{ domain }}"],
        "csr_content": "{{ csr }}",
        "wait_for": "issued",
        "poll_interval": 2,
        "wait_timeout": 240,
        **more,
    }
    asks = {"name": "Ask", "certops.alicloud.cas_instance": options, "ignore_errors": True}
    return {"name": "Ask", "hosts": "all", "gather_facts": False, "tasks": [asks]}


def test_a_fleet_shares_one_listing(directory: Path, short: bool, figures: Figures) -> None:
    number = 12 if short else 300
    hosts = {f"host{host}": _wish(f"host{host}.example.com") for host in range(number)}
    account = RecordingAccount(proof="at_once", validation_seconds=1, review_seconds=1, added_names="none")
    for place, wish in enumerate(hosts.values()):
        own = wish["csr"] if place >= DUE else csr_pem(new_key(), wish["domain"])
        days = 5 if place >= DUE else 190
        account.add_instance(state="normal", domains=[wish["domain"]], csr=own, issued_days=days)
    before = {each.instance_id for each in account.world.instances.values()}
    ended = run_at_once(directory / "fleet", Case(number, 1, 1, 0, True), account, _fleet(), hosts)
    result = _result(account, hosts, ended)
    figures.tried("hosts that shared one listing", len(result.tasks))
    figures.none("hosts of the fleet that failed", [f"{host}: {text}" for host, text in result.failed.items()])
    figures.none("certificates for another name or key believed", result.believed())
    again = sum(number > 1 for number in result.applications.values())
    figures.record("of these, hosts whose certificate was due", again, str(DUE))
    assert again == DUE
    assert {each.instance_id for each in result.instances} == before
    listed = calls(account.recorded, LIST_INSTANCES)
    pages = -(-number // PAGE)
    figures.none("calls of ListInstances beyond the pages of one listing", [str(call) for call in listed[pages:]])


def _fleet() -> Play:
    read = {"name": "Read the account", "certops.alicloud.cas_instance_info": {}, "run_once": True}
    play = _play({"known_instances": "{{ account.known_instances }}"})
    return {**play, "tasks": [{**read, "register": "account"}, *play["tasks"]]}
