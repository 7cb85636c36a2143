# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which figure is held against which limit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from .figures import Bar, by_round, ratio
from .measure import COMPARED, TIMES, Loop, Measured, OnCore
from .plays import ACM, DIRECT, FLOOR, INSTANCE, MODULE, PARSED, ROLE, SHIPPED, STAT, URI, WHOLE
from .quiet import SSH, WORKER, Quiet
from .renewals import CONTROLLERS, Fleet, Renewals


def item(loop: Loop, task: str) -> float:
    """Return the seconds of one item, in the median of the rounds."""
    return median(loop.items[task])


def to(loop: Loop, task: str, base: str) -> float:
    """Return how many times an item of a base an item of a task takes."""
    return by_round(loop.items[task], loop.items[base])


def bars(measured: Measured) -> list[Bar]:
    """Return every limit with its figure."""
    return [
        *_loops(measured.loops[COMPARED]),
        *_lists(measured),
        *_quiet(measured.quiet),
        *_renewals(measured.renewals),
    ]


def bars_of_cores(measured: Mapping[str, OnCore]) -> dict[str, list[Bar]]:
    """Return the limits of tasks, with their figures on other releases of ansible-core."""
    return {
        core: [*_loops(each.loop), *_quiet(each.quiet), *_renewals(each.renewals)] for core, each in measured.items()
    }


def _loops(loop: Loop) -> list[Bar]:
    around = [floor + loop.exchange for floor in loop.items[FLOOR]]
    # A quick run leaves the slowest peers out.
    slow = [ACM] if ACM in loop.items else []
    return [
        Bar("`cas_order_info` in the worker, to `ansible.builtin.uri`", 0.06, to(loop, DIRECT, URI)),
        *(
            Bar("`cas_order_info` in the worker, to `acm_certificate_info`", 0.03, to(loop, DIRECT, acm))
            for acm in slow
        ),
        Bar(
            "the same with the certificate, to `debug` and the bare exchanges", 3, by_round(loop.items[PARSED], around)
        ),
        Bar("the same with the certificate, to `ansible.builtin.uri`", 0.03, to(loop, PARSED, URI)),
        Bar("the same with the certificate, shipped, to `ansible.builtin.uri`", 1, to(loop, WHOLE, URI)),
        Bar("`cas_order_info` shipped, to `ansible.builtin.uri`", 1, to(loop, SHIPPED, URI)),
        Bar("`cas_instance` with nothing to do, in the worker, to `uri`", 0.06, to(loop, INSTANCE, URI)),
    ]


def _lists(measured: Measured) -> list[Bar]:
    lists = measured.lists
    many, pages = lists["client"].seconds, lists["pages"].seconds
    return [
        Bar(f"a list of 10,000 orders, to {TIMES} times one page", 1.2, ratio(many, pages)),
        Bar("peak memory of the module that lists 10,000 orders", 150, lists["many"].peak, "MiB"),
    ]


# Of a day when nothing is due, to one `stat` by the same way.
_LIMITS = {(MODULE, WORKER): 0.15, (MODULE, SSH): 1.15, (ROLE, WORKER): 0.45, (ROLE, SSH): 1.5}


def _quiet(quiet: Quiet) -> list[Bar]:
    return [
        Bar(f"{kind} `certificate` with nothing to do, {way}, to one `stat`", limit, to_stat(quiet, kind, way))
        for (kind, way), limit in _LIMITS.items()
    ]


def to_stat(quiet: Quiet, kind: str, way: str) -> float:
    """A host of a kind, to one ``stat`` that is shipped: over ssh, or to this machine."""
    return quiet.to(STAT, kind, way)


def _renewals(renewals: Renewals) -> list[Bar]:
    day, fleet, rate = renewals.day, renewals.fleet, renewals.rate
    return [
        Bar("tasks for a renewing host", 15, day.tasks),
        Bar("lines of output for a renewing host", 12, day.lines),
        Bar("tasks for a host whose instance reissues", 15, renewals.by_instance.tasks),
        Bar("calls for a host whose instance reissues", 16, sum(renewals.by_instance.calls.values())),
        Bar(f"calls for each of {fleet.hosts} renewing hosts", 8, round(fleet.calls_each, 1)),
        Bar("a renewal without a limit of calls, for each host", 0.8, fleet.seconds / fleet.hosts, "s"),
        Bar(f"{_at(renewals.paced, rate)}, one controller", 1.1, renewals.paced.to_limit(rate)),
        Bar(f"{_at(renewals.apart, rate)}, {CONTROLLERS} controllers", 1.25, renewals.apart.to_limit(rate)),
    ]


def _at(fleet: Fleet, rate: float) -> str:
    return f"{fleet.hosts} hosts at {rate:g} calls a second, to what their calls take"
