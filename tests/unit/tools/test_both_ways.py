# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs of the same tasks are the same only if every field is, and only if each went the way it was meant to go."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.tools.both_ways import NOTHING, Difference, Run, compare, judge_both_ways, read_runs

PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"
LOG = """
Running order integration test role
<testhost> certops.alicloud.cas_order {}
[WARNING]: Mind the gap.
Running record integration test role
certops.alicloud.alidns_record runs in the worker of the controller
"""
HERE = "runs in the worker of the controller"
SHIPPED = "is shipped, because certops_alicloud_direct is false"


def entry(**result: Any) -> dict[str, Any]:
    """Return what the callback writes about one task."""
    return {"place": "order/tasks/main.yml:3", "task": "Ask", "label": None, "kind": "ok", "result": result}


def shipped(*entries: dict[str, Any], **others: Any) -> Run:
    """Return a run in which every module was shipped."""
    return Run(**{"results": entries, "shipped": ("certops_alicloud_direct is false",) * len(entries), **others})


def direct(*entries: dict[str, Any], **others: Any) -> Run:
    """Return a run in which every module stayed in the worker."""
    return Run(**{"results": entries, "direct": len(entries), **others})


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return field, shipped value and direct value of what differs in two results."""
    found = compare(shipped(entry(**one)), direct(entry(**other)))
    return [(difference.field, difference.shipped, difference.direct) for difference in found]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"msg": "request 8BC5B3A5-1D8E-46DC-AB79-E3F25644EA0B"},
            {"msg": "request B7AC9C50-BE73-4D7F-8F7F-6F05538F8891"},
        ),
        ({"leaf": PEM.format("one")}, {"leaf": PEM.format("two")}),
        ({"until": "2027-02-20T08:00:18Z"}, {"until": "2027-02-20T08:00:34Z"}),
        ({"url": "http://127.0.0.1:45423"}, {"url": "http://127.0.0.1:40527"}),
        ({"serial": "0e:77:ca:4a:69:dc:2a:ef"}, {"serial": "3e:8f:d0:af:37:d6:1e:b4"}),
        ({"order_id": "98987582437920968"}, {"order_id": "98987582437920969"}),
        ({"ansible_job_id": "j452544183677.789"}, {"ansible_job_id": "j95838041292.23711"}),
        ({"path": "/tmp/certops-3fkteyfd/tmp.20bvJc22b4/a"}, {"path": "/tmp/certops-1tq8pyu1/tmp.aaaaaaaaaa/a"}),
        ({"certificate": {"days_left": 89}}, {"certificate": {"days_left": 88}}),
        ({"frame": "Interrupted at <frame at 0x7fe, code a>"}, {"frame": "Interrupted at <frame at 0x11, code b>"}),
    ],
)
def test_what_is_new_in_every_run_may_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Numbers that the service or the machine draws are not compared."""
    assert differences(one, other) == []


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        ({"changed": True}, {"changed": 1}, "result.changed"),
        ({"ttl": 1}, {"ttl": 1.0}, "result.ttl"),
        ({"ttl": None}, {}, "result.ttl"),
        ({}, {"warnings": []}, "result.warnings"),
        ({"msg": "a"}, {"msg": "a "}, "result.msg"),
        ({"plan": [{"action": "a"}]}, {"plan": []}, "result.plan"),
        ({"plan": [{"action": "a"}]}, {"plan": [{"action": "b"}]}, "result.plan[0].action"),
        ({"id": "98987582437920968"}, {"id": 98987582437920968}, "result.id"),
        ({"days_left": 89}, {"days_left": None}, "result.days_left"),
        ({"ansible_facts": {}}, {}, "result.ansible_facts"),
    ],
)
def test_everything_else_must_not(one: dict[str, Any], other: dict[str, Any], field: str) -> None:
    """Keys, types and texts are compared to the letter."""
    assert [found for found, _shipped, _direct in differences(one, other)] == [field]


def test_what_is_equal_in_one_run_is_equal_in_the_other() -> None:
    """An identifier that comes again has to come again in the other run."""
    same = {"a": PEM.format("x"), "b": PEM.format("x")}
    assert differences(same, {"a": PEM.format("y"), "b": PEM.format("y")}) == []
    assert differences(same, {"a": PEM.format("y"), "b": PEM.format("z")}) == [("result.b", "<PEM 1>\n", "<PEM 2>\n")]


def test_another_task_is_a_difference() -> None:
    """Results belong together by their place, and none may be missing."""
    moved = {**entry(), "place": "order/tasks/main.yml:9"}
    assert [difference.field for difference in compare(shipped(entry()), direct(moved))] == ["the task itself"]
    assert [difference.field for difference in compare(shipped(entry()), direct())] == ["number of results"]


def test_another_end_is_a_difference() -> None:
    """It matters whether a task failed or not, and with which item."""
    other = {**entry(), "kind": "failed", "label": None}
    assert compare(shipped(entry()), direct(other)) == [
        Difference("order/tasks/main.yml:3, Ask", "kind", "ok", "failed")
    ]


def test_what_ansible_says_is_compared() -> None:
    """A warning that is printed without being in any result is seen too."""
    found = compare(shipped(entry()), direct(entry(), messages=("[WARNING]: Mind the gap.",)))
    assert found == [Difference("warnings and errors", "a line", NOTHING, "[WARNING]: Mind the gap.")]


def test_runs_are_read_by_target() -> None:
    """Each target gets its own part of the log."""
    lines = f"{json.dumps(entry())}\n"
    runs = read_runs({"order": lines, "record": lines}, LOG.format(SHIPPED))
    assert runs["order"] == shipped(entry(), messages=("[WARNING]: Mind the gap.",))
    assert runs["record"] == direct(entry())


def judged(one: Run, other: Run) -> Any:
    """Judge two runs of one target."""
    return judge_both_ways({"order": one}, {"order": other}, {"order"})


def test_equal_runs_are_good() -> None:
    """All results count, and a line tells how many there were."""
    outcome = judged(shipped(entry(), entry()), direct(entry(), entry()))
    assert outcome.good
    assert outcome.passed == 2
    assert outcome.notes == ("order: 2 results compared, 2 of 2 modules in the worker, 0 differences",)


def test_a_difference_is_told_in_full() -> None:
    """Task, field and both values are there to read."""
    outcome = judged(shipped(entry(msg="a"), entry()), direct(entry(msg="b"), entry()))
    assert (outcome.passed, outcome.failed) == (1, 1)
    assert outcome.notes[1].split() == (
        ["order/tasks/main.yml:3,", "Ask", "result.msg", "shipped:", "a", "direct:", "b"]
    )


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (shipped(), direct(), "no result was recorded"),
        (shipped(entry()), shipped(entry()), "were to run in the worker: certops_alicloud_direct is false"),
        (direct(entry()), direct(entry()), "1 modules were not shipped"),
        (shipped(entry()), Run((entry(),), shipped=("its Python is /usr/bin/python3",)), "its Python is"),
        (shipped(entry()), Run((entry(),), shipped=("of async",)), "no module ran in the worker"),
        (shipped(entry(), entry()), direct(entry(), entry(), direct=1), "reported which way"),
    ],
)
def test_a_run_that_went_the_wrong_way_proves_nothing(one: Run, other: Run, says: str) -> None:
    """Equal results are worthless when both runs went the same way."""
    outcome = judged(one, other)
    assert not outcome.good
    assert says in outcome.complaint


def test_a_task_of_the_chain_runs_any_number_of_modules() -> None:
    chain = {**entry(), "action": "certops.alicloud.certificate"}
    three = ("certops_alicloud_direct is false",) * 3
    assert judged(shipped(chain, shipped=three), direct(chain, direct=3)).good
    assert "reported which way" in judged(shipped(chain, shipped=three), direct(chain, direct=2)).complaint


def test_a_task_may_ask_to_be_shipped() -> None:
    """What only a process of its own can do is shipped in both runs; skipped tasks and sums of loops run nothing."""
    skipped, summed = {**entry(), "kind": "skipped"}, entry(results=[])
    beside = (skipped, summed)
    way = ("certops_alicloud_direct is false",) * 2
    one = shipped(entry(), entry(), *beside, shipped=way)
    assert judged(one, direct(entry(), entry(), *beside, direct=1, shipped=("of async",))).good


def test_a_target_that_was_not_recorded_is_missed() -> None:
    """A target without recordings is not a target without differences."""
    assert not judge_both_ways({}, {}, {"order"}).good


def test_a_module_whose_name_has_a_masked_word_is_counted() -> None:
    """ansible-core 2.22 masks every word that some task had for a secret, wherever it prints it."""
    log = "Running order integration test role\ncertops.alicloud.cas_$REDACTED$ is shipped, because of async\n"
    assert read_runs({"order": ""}, log)["order"].shipped == ("of async",)


def test_the_sum_of_a_loop_without_a_log_ran_no_module() -> None:
    """ansible-core 2.18 leaves no results in it."""
    item, hidden = {**entry(), "kind": "item ok"}, entry(censored="hidden")
    ways = ("certops_alicloud_direct is false",) * 3
    one = Run((item, item, hidden, {**hidden, "place": "order/tasks/main.yml:9"}), shipped=ways)
    assert judged(one, replace(one, direct=3, shipped=())).good
