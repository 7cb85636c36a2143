# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A day when certificates are due: one host, a fleet, and fleets at a service that limits calls."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from playbooks.files.emulator.core.control import PREFIX

from .figures import lines_of_tasks
from .plays import ROLE, on_hosts, write
from .runs import BY_INSTANCE, Bench, play, serve

# What the emulator says to a call that is too many.
REFUSED = "Throttling.User"
RENEWAL, APPLICATION = "RenewCertificateOrderForPackageRequest", "ApplyCertificate"
CONTROLLERS = 4
# The groups of hosts whose certificates are due, each with an account of its own.
ALONE, DUE, PACED, APART = "alone", "due", "paced", "apart"


@dataclass(frozen=True)
class Day:
    """What one renewing host shows and calls; tasks as they ran, lines that are not empty."""

    tasks: int
    lines: int
    calls: Mapping[str, int]


@dataclass(frozen=True)
class Fleet:
    """A renewal of many hosts in one run."""

    hosts: int
    seconds: float
    calls: Mapping[str, int]

    @property
    def calls_each(self) -> float:
        return sum(self.calls.values()) / self.hosts

    def to_limit(self, rate: float) -> float:
        """How many times what the calls take at least the fleet took; a call that was refused is none of them."""
        return self.seconds / (sum(self.calls.values()) / rate)


@dataclass(frozen=True)
class Renewals:
    """All of it; the last two are at a service that lets ``rate`` calls a second pass."""

    day: Day
    by_instance: Day
    fleet: Fleet
    rate: float
    paced: Fleet
    apart: Fleet


def measure_one(bench: Bench, group: str) -> Day:
    """The role on one host, with the output that people get."""
    url = _account(bench, group, 1)
    book = write(bench.folder, group, on_hosts(ROLE, "Renewal", {}, hosts=group))
    records = play(bench, [book], **_there(url))[1]
    tasks = [record for record in records if record.ends]
    renews = APPLICATION if group == BY_INSTANCE else RENEWAL
    return Day(len(tasks), lines_of_tasks((bench.folder / "play.log").read_text()), _calls(url, 1, renews))


def measure_fleet(bench: Bench, hosts: int) -> Fleet:
    """The collection's own playbook."""
    url = _account(bench, DUE, hosts)
    return Fleet(hosts, _renew(bench, DUE, url), _calls(url, hosts))


def measure_paced(bench: Bench, hosts: int, rate: float) -> Fleet:
    """The same at a service that limits the calls of the account."""
    url = _account(bench, PACED, hosts, rate)
    return Fleet(hosts, _renew(bench, PACED, url), _calls(url, hosts))


def measure_apart(bench: Bench, hosts: int, rate: float) -> Fleet:
    """The same by controllers that know nothing of each other, each with its share of the hosts."""
    url, share = _account(bench, APART, hosts, rate), hosts // CONTROLLERS

    def renew(number: int) -> None:
        own = bench.folder / f"controller{number}"
        own.mkdir()
        limit = ("--limit", f"{APART}[{number * share}:{(number + 1) * share - 1}]")
        homes = {"ANSIBLE_HOME": str(own / "ansible"), "XDG_STATE_HOME": str(own / "state")}
        _renew(bench, APART, url, *limit, folder=str(own), **homes)

    begun = time.perf_counter()
    with ThreadPoolExecutor(CONTROLLERS) as pool:
        list(pool.map(renew, range(CONTROLLERS)))
    return Fleet(share * CONTROLLERS, time.perf_counter() - begun, _calls(url, share * CONTROLLERS))


def _renew(bench: Bench, group: str, url: str, *words: str, folder: str | None = None, **more: str) -> float:
    book = ["certops.alicloud.renew"]
    return play(bench, book, "-e", f"certificates_hosts={group}", *words, folder=folder, **_there(url), **more)[0]


def _account(bench: Bench, group: str, hosts: int, rate: float | None = None) -> str:
    """Start an emulator with the account of these hosts; return where it is."""
    limit = [] if rate is None else [str(rate)]
    url: str = serve(bench.folder, "service", group, [str(hosts), *limit], bench.children)["urls"][group]
    return url


def _there(url: str) -> dict[str, str]:
    return {"ALIBABA_CLOUD_CAS_ENDPOINT": url, "ALIBABA_CLOUD_ALIDNS_ENDPOINT": url}


def _calls(url: str, hosts: int, renews: str = RENEWAL) -> dict[str, int]:
    """What was called and done, most often first."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{url}{PREFIX}calls") as answer:
        entries = json.load(answer)["calls"]
    calls = Counter(entry["action"] for entry in entries if entry["code"] != REFUSED)
    assert calls[renews] == hosts, f"{calls[renews]} of {hosts} certificates were renewed."
    return dict(calls.most_common())
