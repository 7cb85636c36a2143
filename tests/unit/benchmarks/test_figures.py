# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of measurements. Nothing here is measured."""

from __future__ import annotations

import json
import math

from tests.benchmarks.figures import (
    Bar,
    Record,
    each,
    every,
    lines_of_tasks,
    medians,
    play_seconds,
    ratio,
    read_records,
    said_medians,
    spread,
)


def record(**how: object) -> Record:
    values = {
        "play": 1,
        "play_name": "Peers",
        "task": "a",
        "action": "debug",
        "start": 0.0,
        "items": (),
        "ends": (1.0,),
    }
    return Record(**{**values, "failed": 0, "said": None, **how})  # type: ignore[arg-type]


def test_an_item_costs_what_lies_between_the_first_and_the_last() -> None:
    assert each(record(items=(5.0, 6.0, 7.0, 9.0), ends=(9.5,))) == (9.0 - 5.0) / 3


def test_a_loop_of_one_costs_the_whole_task() -> None:
    assert each(record(start=2.0, items=(2.5,), ends=(3.0,))) == 1.0


def test_a_task_that_ran_nowhere_took_no_time() -> None:
    assert record(ends=()).seconds == 0.0


def test_rounds_are_sorted_by_task() -> None:
    records = [record(ends=(end,), task=task) for task, end in (("a", 3.0), ("b", 7.0), ("a", 1.0), ("a", 2.0))]
    assert every(records, lambda each: each.seconds) == {"a": [3.0, 1.0, 2.0], "b": [7.0]}
    assert medians(records, lambda each: each.seconds) == {"a": 2.0, "b": 7.0}


def test_what_a_script_said_is_a_median_for_each_round() -> None:
    assert said_medians([record(said="[1, 5, 3]"), record(), record(said="[2]")]) == [3, 2]


def test_ratio() -> None:
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(1.0, 0.0) == math.inf


def test_the_spread_leaves_the_outer_quarters_out() -> None:
    assert spread([1000.0, 8.0, 10.0, 11.0, 10.0, 10.0, 12.0, 0.0]) == (11.0 - 10.0) / 10.0
    assert spread([5.0]) == 0.0


def test_a_play_lasts_from_its_first_start_to_its_last_end() -> None:
    records = [
        record(play=1, start=1.0, ends=(2.0, 4.0)),
        record(play=1, start=4.0, ends=()),
        record(play=2, play_name="another", start=5.0, ends=(9.0,)),
        record(play=3, start=10.0, ends=(12.5,)),
    ]
    assert play_seconds(records, "Peers") == [3.0, 2.5]


def test_records_come_back_as_they_were_written() -> None:
    line = {**vars(record()), "items": [1.0], "ends": [2.0]}
    assert read_records(json.dumps(line) + "\n") == [record(items=(1.0,), ends=(2.0,))]


def test_a_bar_is_met_at_its_limit() -> None:
    assert Bar("a", 1.2, 1.2).met
    assert not Bar("a", 1.2, 1.21).met


def test_lines_of_tasks_are_those_between_the_play_and_its_recap() -> None:
    output = "\nPLAY [a] ***\n\nTASK [b] ***\nok: [c] => (item=d)\n\nPLAY RECAP ***\nc : ok=1\n"
    assert lines_of_tasks(output) == 2
