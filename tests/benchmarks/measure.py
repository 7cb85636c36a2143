# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a bench: loops, lists, many hosts with nothing to do, renewals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from .cores import ends, on_core
from .figures import each, every, medians, said_medians
from .plays import DIRECT, FLOOR, SHIPPED, TAGS, URI, peers, write
from .quiet import Quiet, Ways, measure_quiet, ways_to_hosts
from .renewals import ALONE, CONTROLLERS, Renewals, measure_apart, measure_fleet, measure_one, measure_paced
from .runs import BY_INSTANCE, Bench, Broken, play, script, with_hosts
from .sizes import EVERYBODY, QUICKEST, Size

Tell = Callable[[str], None]
TIMES = 200  # pages, as many as 10,000 orders have
COMPARED = 20  # the length of the loop whose items are compared


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
class OnCore:
    """The figures of tasks on one ansible-core."""

    loop: Loop
    quiet: Quiet
    renewals: Renewals


@dataclass(frozen=True)
class Measured:
    """All of it. ``whole`` has the seconds of a playbook with one task in a loop of 20, ``cores`` others by version."""

    loops: Mapping[int, Loop]
    whole: Mapping[str, float]
    lists: Mapping[str, Listed]
    quiet: Quiet
    renewals: Renewals
    cores: Mapping[str, OnCore]


def measure(bench: Bench, size: Size, tell: Tell) -> Measured:
    """Run all parts."""
    ways, cores = ways_to_hosts(bench.folder), _others(bench)  # first, for something may be missing
    loops = {}
    for length, (all_of_them, quickest) in size.rounds.items():
        tell(f"Loops of {length}, {all_of_them} times, and {quickest} times of the quickest")
        loops[length] = _loop(bench, length, {EVERYBODY: all_of_them, QUICKEST: quickest})
    tell("Whole playbooks")
    whole = _whole(bench, size.whole_rounds)
    tell("Lists")
    lists = _lists(bench, size.listing_rounds)
    tell(f"{size.hosts} hosts with nothing to do")
    quiet = measure_quiet(bench, ways, size.host_rounds, size.hosts)
    return Measured(loops, whole, lists, quiet, _renewals(bench, size, tell), _cores(cores, ways, size, tell))


def measure_cores(bench: Bench, size: Size, tell: Tell) -> dict[str, OnCore]:
    """Run nothing but the part of other releases of ansible-core."""
    cores = _others(bench)
    if not cores:
        raise Broken("No Python for another ansible-core is on this machine.")
    return _cores(cores, ways_to_hosts(bench.folder), size, tell)


def _others(bench: Bench) -> dict[str, Bench]:
    return {cell.core: on_core(bench, cell) for cell in ends()}


def _cores(cores: Mapping[str, Bench], ways: Ways, size: Size, tell: Tell) -> dict[str, OnCore]:
    found = {}
    for core, bench in cores.items():
        tell(f"Loops, and hosts with nothing to do, on ansible-core {core}")
        loop = _loop(bench, COMPARED, {QUICKEST: size.core_rounds})
        quiet = measure_quiet(bench, ways, size.core_rounds, size.hosts)
        # The hosts of this bench are renewed already, on another ansible-core.
        due = with_hosts(bench, bench.folder / core, size.groups)
        found[core] = OnCore(loop, quiet, _renewals(due, size, tell))
    return found


def _renewals(bench: Bench, size: Size, tell: Tell) -> Renewals:
    tell("A renewal of one host")
    days = measure_one(bench, ALONE), measure_one(bench, BY_INSTANCE)
    tell(f"A renewal of {size.fleet} hosts")
    fleet = measure_fleet(bench, size.fleet)
    tell(f"A renewal of {size.paced} hosts at {size.rate:g} calls a second")
    paced = measure_paced(bench, size.paced, size.rate)
    tell(f"The same by {CONTROLLERS} controllers")
    return Renewals(*days, fleet, size.rate, paced, measure_apart(bench, size.paced, size.rate))


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
