# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The four parts of a bench: loops, lists, a role on many hosts, a fleet."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.emulator.core.control import PREFIX

from .figures import Record, each, every, medians, play_seconds, said_medians
from .plays import DIRECT, FLOOR, SHIPPED, TAGS, URI, peers, role, write, write_plain_role
from .runs import Bench, play, script, serve
from .sizes import EVERYBODY, QUICKEST, Size

Tell = Callable[[str], None]
TIMES = 200  # pages, as many as 10,000 orders have


@dataclass(frozen=True)
class Loop:
    """One length of the loop: for each peer, the seconds of one item in every round, and of the whole task."""

    items: Mapping[str, Sequence[float]]
    tasks: Mapping[str, float]
    exchange: float


@dataclass(frozen=True)
class Listed:
    """One way to list one account, in the median of its rounds. Memory is in MiB."""

    orders: int
    seconds: float
    peak: float


@dataclass(frozen=True)
class Role:
    """A role with nothing to do, in the worker and shipped, and one of as many plain tasks: seconds for each host."""

    hosts: int
    tasks: Sequence[str]
    others: Sequence[str]
    ours: float
    shipped: float
    plain: float


@dataclass(frozen=True)
class Fleet:
    """A renewal of many hosts in one run."""

    hosts: int
    seconds: float
    calls: Mapping[str, int]


@dataclass(frozen=True)
class Measured:
    """All of it. ``whole`` has the seconds of a playbook with one task in a loop of 20."""

    loops: Mapping[int, Loop]
    whole: Mapping[str, float]
    lists: Mapping[str, Listed]
    role: Role
    fleet: Fleet


def measure(bench: Bench, size: Size, tell: Tell) -> Measured:
    """Run all parts."""
    loops = {}
    for length, (all_of_them, quickest) in size.rounds.items():
        tell(f"Loops of {length}, {all_of_them} times, and {quickest} times of the quickest")
        loops[length] = _loop(bench, length, {EVERYBODY: all_of_them, QUICKEST: quickest})
    tell("Whole playbooks")
    whole = _whole(bench, size.whole_rounds)
    tell("Lists")
    lists = _lists(bench, size.listing_rounds)
    tell(f"A role with nothing to do on {size.role_hosts} hosts")
    role = _role(bench, size.role_rounds, size.role_hosts)
    tell(f"A renewal of {size.fleet} hosts")
    return Measured(loops, whole, lists, role, _fleet(bench, size.fleet))


def _loop(bench: Bench, length: int, rounds: Mapping[str, int]) -> Loop:
    """Peers one after the other, and again, in one process."""
    book = write(bench.folder, "peers", peers(bench.facts, length))
    plays = (play(bench, [book] * times, "--tags", tags)[1] for tags, times in rounds.items() if times)
    records = [record for played in plays for record in played]
    exchange = median(said_medians(records))
    loops = [record for record in records if not record.said]
    return Loop(every(loops, each), medians(loops, lambda record: record.seconds), exchange)


def _whole(bench: Bench, rounds: int) -> dict[str, float]:
    """From the start of ansible-playbook to its end, with one task in a loop of 20."""
    book = write(bench.folder, "peers", peers(bench.facts, 20))
    found: dict[str, list[float]] = {name: [] for name in (FLOOR, DIRECT, SHIPPED, URI)}
    for _round in range(rounds):
        for name, seconds in found.items():
            seconds.append(play(bench, [book], "--tags", TAGS[name])[0])
    return {name: median(seconds) for name, seconds in found.items()}


def _lists(bench: Bench, rounds: int) -> dict[str, Listed]:
    """The module on each account; on the largest, the client on all pages and on as many first ones."""
    ways = {"one": ("module", "one"), "hundred": ("module", "hundred"), "many": ("module", "many")}
    ways |= {"client": ("client", "many"), "pages": ("pages", "many")}
    # The emulator has to have said everything once.
    script(bench, "listing", "client", bench.urls["many"], str(TIMES))
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, (way, account) in ways.items():
            found[name].append(script(bench, "listing", way, bench.urls[account], str(TIMES)))
    return {name: _listed(answers) for name, answers in found.items()}


def _listed(answers: Sequence[Mapping[str, Any]]) -> Listed:
    seconds, peak = (median(answer[name] for answer in answers) for name in ("seconds", "peak"))
    return Listed(int(answers[0]["orders"]), seconds, peak)


# What Ansible does by itself, without a module on the host.
BY_ITSELF = ("assert", "debug", "fail", "include_role", "include_tasks", "meta", "set_fact", "validate_argument_spec")


def on_host(record: Record) -> bool:
    """Whether the task ran somewhere and started a module there."""
    return bool(record.ends) and record.action.rpartition(".")[2] not in BY_ITSELF


def _role(bench: Bench, rounds: int, hosts: int) -> Role:
    """The role, the same with its modules shipped, and a role of plain tasks, in turn."""
    limit = ("--limit", f"converged[0:{hosts - 1}]")
    ours = write(bench.folder, "converged", role("certops.alicloud.certificate", "Converged"))
    # Which tasks it runs is seen, not assumed.
    seen = play(bench, [ours], "--limit", "converged[0]")[1]
    tasks = [record.action for record in seen if on_host(record)]
    others = [record.action for record in seen if record.ends and not on_host(record)]
    write_plain_role(bench.folder / "roles" / "plain", len(tasks))
    shipped = role("certops.alicloud.certificate", "Shipped", certops_alicloud_direct=False)
    books = [ours, write(bench.folder, "shipped", shipped), write(bench.folder, "plain", role("plain", "Plain"))]
    records = play(bench, books * rounds, *limit)[1]
    times = (median(play_seconds(records, name)) / hosts for name in ("Converged", "Shipped", "Plain"))
    return Role(hosts, tasks, others, *times)


def _fleet(bench: Bench, hosts: int) -> Fleet:
    """The collection's own playbook, on hosts that are all due."""
    url = serve(bench.folder, "service", "to_renew", [str(hosts)], bench.children)["urls"]["due"]
    there = {"ALIBABA_CLOUD_CAS_ENDPOINT": url, "ALIBABA_CLOUD_ALIDNS_ENDPOINT": url}
    seconds = play(bench, ["certops.alicloud.renew"], "-e", "certificates_hosts=due", **there)[0]
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{url}{PREFIX}calls") as answer:
        calls = Counter(call["action"] for call in json.load(answer)["calls"])
    renewed = calls["RenewCertificateOrderForPackageRequest"]
    assert renewed == hosts, f"{renewed} of {hosts} certificates were renewed."
    return Fleet(hosts, seconds, dict(calls.most_common()))
