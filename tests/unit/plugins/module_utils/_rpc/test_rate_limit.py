# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common pace of all tasks of a machine: what it makes of refusals, and that it never stops a task."""

from __future__ import annotations

import itertools
from collections import deque
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._host.lockfile import acquire
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import rate_limit

NOW = 1_000_000.0


@pytest.fixture
def note(tmp_path: Path) -> str:
    return str(tmp_path / "pace-cas.example")


def no_sleep(_seconds: float) -> None:
    raise AssertionError("nobody else has the note")


def turns(note: str, count: int, now: float = NOW) -> list[float]:
    return [rate_limit.turn(note, now, no_sleep) for _turn in range(count)]


def test_without_a_refusal_there_is_nothing_to_wait_for(note: str) -> None:
    assert turns(note, 3) == [0, 0, 0]


def test_turns_follow_each_other(note: str) -> None:
    rate_limit.too_fast(note, NOW - 1, NOW, no_sleep)
    waits = turns(note, 5, NOW + 1)
    assert waits == sorted(waits)
    gaps = [later - earlier for earlier, later in itertools.pairwise(waits)]
    assert all(0.11 < gap <= 0.125 for gap in gaps)
    assert gaps == sorted(gaps, reverse=True)


def test_refusals_of_calls_that_were_on_their_way_count_once(note: str, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    for path, times in ((note, 1), (other, 40)):
        rate_limit.too_fast(path, NOW - 1, NOW, no_sleep)
        for _call in range(times):
            rate_limit.too_fast(path, NOW - 0.5, NOW + 0.1, no_sleep)
    assert turns(note, 5, NOW + 1) == turns(other, 5, NOW + 1)


def test_after_a_refusal_it_does_not_get_faster_at_once(note: str) -> None:
    rate_limit.too_fast(note, NOW - 1, NOW, no_sleep)
    waits = turns(note, 20, NOW + 0.1)
    assert [later - earlier for earlier, later in itertools.pairwise(waits)] == pytest.approx([0.125] * 19)


def test_a_new_refusal_slows_down(note: str) -> None:
    rate_limit.too_fast(note, NOW - 1, NOW, no_sleep)
    rate_limit.too_fast(note, NOW + 2, NOW + 3, no_sleep)
    first, second = turns(note, 2, NOW + 4)
    assert second - first == pytest.approx(1 / (8 * 0.93 * 1.02))


def test_it_stays_long_near_the_pace_that_was_refused_last(note: str) -> None:
    rate_limit.too_fast(note, NOW - 1, NOW, no_sleep)
    rate_limit.too_fast(note, NOW + 1, NOW + 2, no_sleep)
    gaps = [later - earlier for earlier, later in itertools.pairwise(turns(note, 70, NOW + 3))]
    below, above = 8 * 0.96, 8 * 1.0
    calls = [1 / gap for gap in gaps]
    near = sum(below < rate < above for rate in calls)
    assert near > 40
    assert sum(rate <= below for rate in calls) <= 3


def test_it_does_not_stay_below_a_limit_that_was_raised(note: str) -> None:
    rate_limit.too_fast(note, NOW - 1, NOW, no_sleep)
    rate_limit.too_fast(note, NOW + 1, NOW + 2, no_sleep)
    waits = turns(note, 300, NOW + 3)
    assert 1 / (waits[-1] - waits[-2]) > 4 * 8


def test_the_pace_is_forgotten_when_nobody_was_refused_for_a_while(note: str) -> None:
    rate_limit.too_fast(note, NOW - 1, NOW, no_sleep)
    assert turns(note, 3, NOW + rate_limit.FORGOTTEN) == [0, 0, 0]


@pytest.mark.parametrize("limit", [1, 3, 10, 100])
def test_it_finds_the_limit_whatever_that_is(note: str, limit: int) -> None:
    """A caller that comes again once it is served: under thirty percent refused, most of the limit used."""
    now, served, refused, accepted = NOW, 0, 0, deque[float]()
    rate_limit.too_fast(note, NOW - 1, NOW, no_sleep)
    calls = 20 * limit + 200
    while served < calls:
        now += rate_limit.turn(note, now, no_sleep)
        while accepted and accepted[0] <= now - 1:
            accepted.popleft()
        if len(accepted) >= limit:
            refused += 1
            rate_limit.too_fast(note, now, now + 0.001, no_sleep)
        else:
            accepted.append(now)
            served += 1
        now += 0.0001
    assert refused / (served + refused) < 0.3
    assert now - NOW < 1.5 * calls / limit


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "{}",
        '{"rate": 0, "refused": 9, "next": 1000000, "slower": 1000000}',
        '{"rate": -1, "refused": 9, "next": 1000000, "slower": 1000000}',
        '{"rate": 5, "refused": 9, "next": 9000000, "slower": 1000000}',
        '{"rate": 5, "refused": 9, "next": 1000000, "slower": 2000000}',
        '{"rate": 5, "refused": 0, "next": 1000000, "slower": 1000000}',
        '{"rate": 5, "next": 1000000, "slower": 1000000}',
        '{"rate": "5", "next": null, "slower": []}',
    ],
)
def test_a_note_that_makes_no_sense_stops_nobody(note: str, text: str) -> None:
    Path(f"{note}.json").write_text(text)
    assert turns(note, 2) == [0, 0]
    rate_limit.too_fast(note, NOW, NOW, no_sleep)
    assert turns(note, 1, NOW + 1) == [0]


def test_a_note_that_somebody_keeps_stops_nobody(note: str) -> None:
    slept: list[float] = []
    held = acquire(note, NOW, NOW + 1000)
    assert held
    with held:
        assert rate_limit.turn(note, NOW, slept.append) == 0
        rate_limit.too_fast(note, NOW, NOW, slept.append)
    assert 0 < sum(slept) <= 2


def test_where_nothing_can_be_noted_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = str(tmp_path / "file" / "pace")
    rate_limit.too_fast(path, NOW, NOW, no_sleep)
    assert rate_limit.turn(path, NOW, no_sleep) == 0
