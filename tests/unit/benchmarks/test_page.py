# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which figure is held against which limit, and how a reader gets to see it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.bars import bars, bars_of_cores
from tests.benchmarks.figures import Bar
from tests.benchmarks.measure import Listed, Loop, Measured, OnCore
from tests.benchmarks.page import PEERS, number, page, table, with_cores
from tests.benchmarks.plays import (
    ACM,
    DIRECT,
    EXCHANGE,
    FLOOR,
    INSTANCE,
    MODULE,
    PARSED,
    ROLE,
    SHIPPED,
    STAT,
    TAGS,
    URI,
    WHOLE,
    on_hosts,
    peers,
    write,
)
from tests.benchmarks.quiet import SSH, WORKER, Quiet
from tests.benchmarks.renewals import Day, Fleet, Renewals
from tests.benchmarks.runs import inventory
from tests.benchmarks.versions import own_version, processor

MILLISECONDS = {
    FLOOR: 4.0,
    DIRECT: 10.0,
    PARSED: 16.0,
    SHIPPED: 190.0,
    WHOLE: 220.0,
    URI: 200.0,
    INSTANCE: 11.0,
    ACM: 500.0,
}


def loop() -> Loop:
    items = {task: [MILLISECONDS.get(task, 300.0) / 1000] * 3 for task in PEERS}
    return Loop(items, {}, exchange=0.004)


QUIET = Quiet(
    10,
    # The machine is slower in the second round.
    {(STAT, WORKER): [0.2, 0.4, 0.2], (MODULE, WORKER): [0.02, 0.04, 0.02], (ROLE, WORKER): [0.08, 0.16, 0.08]}
    | {(STAT, SSH): [0.5, 1.0, 1.0], (MODULE, SSH): [0.55, 1.1, 0.55], (ROLE, SSH): [0.7, 1.4, 1.4]},
)
MEASURED = Measured(
    loops={1: loop(), 20: loop(), 200: replace(loop(), items={DIRECT: [0.01]})},
    whole={DIRECT: 1.5, URI: 6.0},
    lists={
        "one": Listed(1, 0.1, 40),
        "hundred": Listed(100, 0.2, 41),
        "many": Listed(10_000, 9.0, 60),
        "client": Listed(10_000, 8.4, 55),
        "pages": Listed(10_000, 8.0, 44),
    },
    quiet=QUIET,
    renewals=Renewals(
        Day(9, 11, {"ListUserCertificateOrder": 3, "AddDomainRecord": 1}),
        Day(8, 10, {"GetInstanceDetail": 5, "ApplyCertificate": 1}),
        fleet=Fleet(20, 12.0, {"ListUserCertificateOrder": 100, "AddDomainRecord": 60}),
        rate=5.0,
        paced=Fleet(20, 42.0, {"ListUserCertificateOrder": 200}),
        apart=Fleet(20, 48.0, {"ListUserCertificateOrder": 200}),
    ),
    cores={},
)
ON_CORE = OnCore(loop(), QUIET, MEASURED.renewals)


def test_each_figure_is_held_against_its_limit() -> None:
    found = [(each.limit, round(each.value, 3)) for each in bars(MEASURED)]
    loops = [(0.06, 0.05), (0.03, 0.02), (3, 2.0), (0.03, 0.08), (1, 1.1), (1, 0.95), (0.06, 0.055)]
    quiet = [(0.15, 0.1), (1.15, 1.1), (0.45, 0.4), (1.5, 1.4)]
    renewals = [(15, 9), (12, 11), (15, 8), (16, 6), (8, 8.0), (0.8, 0.6), (1.1, 1.05), (1.25, 1.2)]
    assert found == [*loops, (1.2, 1.05), (150, 60), *quiet, *renewals]


def test_the_page_has_every_figure() -> None:
    text = page(MEASURED, bars(MEASURED), {"Python": "3.11.0"})
    for shown in ("| 0.06 | 0.050 | met |", "200.0", "10,000", "60 MiB", "9 tasks, 11 lines", "| 3.11.0 |"):
        assert shown in text
    assert "| module, shipped over ssh | 0.55 | 1.10 |" in text
    assert "| 5 calls a second | 20 | 42 | 10 | 1.05 |" in text
    assert max(map(len, text.partition("## Limits")[0].splitlines())) <= 120


def test_what_is_not_met_is_seen() -> None:
    assert "| a | 1.2 s | 1.50 s | **not met** |" in page(MEASURED, [Bar("a", 1.2, 1.5, "s")], {})


def test_other_releases_of_ansible_core_are_held_against_the_same_limits() -> None:
    measured = replace(MEASURED, cores={"2.18": ON_CORE, "2.22": ON_CORE})
    figures = {(each.name, each.limit, each.value) for each in bars(MEASURED)}
    for found in bars_of_cores(measured.cores).values():
        assert len(found) == 19 and figures >= {(each.name, each.limit, each.value) for each in found}
    text = page(measured, [], {})
    assert "| ratio | at most | 2.18 | 2.22 |" in text
    assert "| `cas_order_info` shipped, to `ansible.builtin.uri` | 1 | 0.95 | 0.95 |" in text
    assert "| the same with the certificate, shipped, to `ansible.builtin.uri` | 1 | **1.10** | **1.10** |" in text
    assert "newest ansible-core" not in page(MEASURED, [], {})


def test_their_section_can_be_measured_alone() -> None:
    one, other = (replace(MEASURED, cores={core: ON_CORE}) for core in ("2.18", "2.22"))
    for before in (one, MEASURED):
        assert with_cores(page(before, bars(before), {}), other.cores) == page(other, bars(other), {})


def test_loops_are_compared_round_by_round() -> None:
    # The machine is slower in the second round, for both.
    slower = replace(loop(), items={**loop().items, DIRECT: [0.01, 0.03, 0.01], URI: [0.2, 0.6, 0.6]})
    measured = replace(MEASURED, loops={**MEASURED.loops, 20: slower})
    assert round(bars(measured)[0].value, 3) == 0.05


def test_a_peer_that_was_left_out_has_no_figure() -> None:
    (line,) = (line for line in page(MEASURED, [], {}).splitlines() if line.startswith(f"| {PEERS[URI]}"))
    assert line.split(" | ")[1:4] == ["200.0", "200.0", ""]


def test_a_quick_run_has_no_figures_of_the_slowest_peers() -> None:
    quick = replace(loop(), items={task: times for task, times in loop().items.items() if task != ACM})
    measured = replace(MEASURED, loops={**MEASURED.loops, 20: quick})
    assert len(bars(measured)) == len(bars(MEASURED)) - 1
    (line,) = (line for line in page(measured, [], {}).splitlines() if line.startswith(f"| {PEERS[ACM]}"))
    assert line == f"| {PEERS[ACM]} | 500.0 |  |  |  |  |"


def test_numbers_have_the_digits_that_mean_something() -> None:
    assert [number(value) for value in (0.0312, 0.9512, 1.0, 23.4)] == ["0.031", "0.95", "1.00", "23"]


def test_a_table() -> None:
    assert table(("a", "b"), [("c", "1")]) == "| a | b |\n| --- | ---: |\n| c | 1 |\n"


def test_the_playbook_has_what_the_page_shows() -> None:
    facts = {
        "url": "http://127.0.0.1:1",
        "instance": "instance.example.com",
        "certificate": "a.pem",
        "acm": {},
        "root": ".",
        "python": "python3",
    }
    tasks = {task["name"]: task for task in peers(facts, 20)["tasks"]}
    assert tasks.keys() == {*PEERS, EXCHANGE}
    assert all(len(tasks[name]["loop"]) == 20 for name in PEERS)
    assert {name: tasks[name]["tags"] for name in TAGS} == TAGS


def test_a_playbook_is_a_list_of_plays(tmp_path: Path) -> None:
    assert json.loads(Path(write(tmp_path, "a", {"hosts": "all"})).read_text()) == [{"hosts": "all"}]


def test_what_runs_on_hosts_is_one_task_or_the_role() -> None:
    plays = [on_hosts(kind, "Title", {"a": 1}, hosts="due") for kind in (STAT, MODULE, ROLE)]
    assert [play.get("roles") or list(play["tasks"][0])[1] for play in plays] == [
        "ansible.builtin.stat",
        "certops.alicloud.certificate",
        ["certops.alicloud.certificate"],
    ]
    assert all(play["hosts"] == "due" and play["vars"] == {"a": 1} for play in plays)


def test_each_host_has_a_certificate_of_its_own(tmp_path: Path) -> None:
    groups = inventory(tmp_path, {"converged": 2, "due": 3})["all"]["children"]
    assert {name: len(group["hosts"]) for name, group in groups.items()} == {"converged": 2, "due": 3}
    assert [host["certificate_domains"] for host in groups["converged"]["hosts"].values()] == [
        ["host0.example.com"],
        ["host1.example.com"],
    ]


def test_versions() -> None:
    assert own_version("name: alicloud\nversion: 1.2.3\n") == "1.2.3"
    assert processor("processor : 0\nmodel name\t: A  CPU\n") == "A CPU"
    assert processor("") != ""
