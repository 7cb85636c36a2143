# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait in stretches: the same looks at the same moments as in one, with room for something else between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Union

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._cas.options import WaitFor, Waiting
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.goals import goal_of
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._cas.wait import one
from ansible_collections.certops.alicloud.plugins.module_utils._errors import ApiError, Failure, Kind, StateNotReached
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import Run
from tests.support.client import NOON, client, emulator

FOREVER = float("inf")
ACCOUNT = emulator()
NEW = Order("7", Status.PENDING_APPLICATION, domains=("www.example.com",))
OPEN = replace(NEW, status=Status.PENDING_VALIDATION, service_status="domain_verify")
REVIEWING = replace(NEW, status=Status.REVIEWING, service_status="process")
ISSUED = replace(NEW, status=Status.ISSUED, service_status="certificate")
REFUSED = replace(NEW, status=Status.FAILED, service_status="verify_fail")
THROTTLED = ApiError(Kind.THROTTLED, "Too fast.")
DENIED = ApiError(Kind.PERMISSION, "No.")
# When a wait looks that nothing disturbs: 5 seconds between the first two looks, half as much more each time.
LOOKS = [5, 12.5, 23.75, 40.625, 65.9375]

Seen = Union[Order, Failure, None]
Life = Callable[[float], Seen]


def life(*turns: tuple[float, Seen]) -> Life:
    """What a look sees: what came last at its moment."""
    return lambda seconds: [seen for since, seen in turns if since <= seconds][-1]


@dataclass
class Wait:
    """A wait for an order to be issued: when it looked and at which order, and what it told."""

    life: Life
    patience: float = 600.0
    seconds: float = 0.0
    looks: list[float] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    lines: list[tuple[float, str, bool]] = field(default_factory=list)

    def watch(self, thing: Order = NEW, wait_for: WaitFor = WaitFor.ISSUED) -> one.Watch[Order]:
        here = Clock(now=lambda: NOON, monotonic=lambda: self.seconds, sleep=self.sleep, chance=lambda: 0.0)
        caller = client(ACCOUNT, clock=here, tell=lambda *told: self.lines.append((self.seconds, *told)))
        run = Run(caller, self.patience)
        return one.Watch(run, goal_of(wait_for), Waiting(wait_for, self.patience, 5.0), thing, self.read)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def read(self, _run: object, known: Order) -> Order | None:
        self.looks.append(round(self.seconds, 6))
        self.about.append(known.order_id)
        seen = self.life(self.seconds)
        if isinstance(seen, Failure):
            raise type(seen)(seen.kind, seen.msg) if isinstance(seen, ApiError) else seen
        return replace(seen, order_id=known.order_id) if seen else None


# Where a stretch ends.


@pytest.mark.parametrize(
    ("moment", "count"),
    [(-1, 1), (0, 1), (5, 1), (5.1, 2), (12.4, 2), (12.5, 2), (12.6, 3), (60, 5)],
)
def test_a_stretch_ends_with_the_first_look_at_or_after_its_moment(moment: float, count: int) -> None:
    wait = Wait(life((0, OPEN)))
    assert wait.watch().until(moment) is False
    assert wait.looks == LOOKS[:count]


def test_a_stretch_ends_earlier_where_the_goal_is_reached() -> None:
    wait = Wait(life((0, OPEN), (20, ISSUED)))
    watch = wait.watch()
    assert watch.until(60) is True
    assert wait.looks == LOOKS[:3]
    assert watch.end() == ISSUED
    assert watch.until(60) is True
    assert wait.looks == LOOKS[:3]


@pytest.mark.parametrize("seen", [None, THROTTLED], ids=["not there", "throttled"])
def test_a_look_that_saw_nothing_ends_no_stretch(seen: Seen) -> None:
    """Whatever is done between stretches needs to know how the order stands."""
    wait = Wait(life((0, seen), (20, OPEN)))
    watch = wait.watch()
    assert watch.until(0) is False
    assert wait.seconds >= 20
    assert len(wait.looks) > 1
    assert watch.latest == OPEN


@pytest.mark.parametrize("wait_for", [WaitFor.NONE, WaitFor.ISSUED])
def test_what_is_there_already_takes_no_look_and_no_word(wait_for: WaitFor) -> None:
    wait = Wait(life((0, OPEN)))
    there = NEW if wait_for is WaitFor.NONE else ISSUED
    watch = wait.watch(there, wait_for)
    assert watch.until(0) is True
    assert watch.end() is there
    assert (wait.looks, wait.lines, wait.seconds) == ([], [], 0)


# How the next one begins.


def test_a_wait_is_resumed_without_a_look_too_many() -> None:
    wait = Wait(life((0, OPEN), (60, ISSUED)))
    watch = wait.watch()
    assert [watch.until(moment) for moment in (5, 12, 41)] == [False, False, False]
    assert wait.looks == LOOKS
    assert watch.latest == ISSUED
    assert watch.until(FOREVER) is True
    assert wait.looks == LOOKS


def test_what_ends_a_stretch_is_judged_by_the_next_one() -> None:
    wait = Wait(life((0, ISSUED)))
    watch = wait.watch()
    assert watch.until(0) is False
    assert watch.latest == ISSUED
    assert watch.until(FOREVER) is True

    wait = Wait(life((0, REFUSED)))
    watch = wait.watch()
    assert watch.until(0) is False
    with pytest.raises(StateNotReached, match="was refused") as caught:
        watch.until(FOREVER)
    assert caught.value.facts["order"]["status"] == "failed"
    assert wait.looks == LOOKS[:1]


def test_the_time_between_stretches_counts() -> None:
    wait = Wait(life((0, OPEN), (100, ISSUED)))
    watch = wait.watch()
    assert watch.until(0) is False
    wait.seconds = 90.0
    assert watch.until(FOREVER) is True
    assert wait.looks == [5, 97.5, 108.75]


def test_another_order_is_waited_for_from_then_on() -> None:
    wait = Wait(life((0, OPEN), (20, REVIEWING), (30, ISSUED)))
    watch = wait.watch()
    assert watch.until(10) is False
    watch.continue_with(replace(NEW, order_id="8"))
    assert watch.until(FOREVER) is True
    assert watch.end() == replace(ISSUED, order_id="8")
    assert wait.about == ["7", "7", "8", "8"]
    assert wait.looks == LOOKS[:4]
    told = [line for seconds, line, _detail in wait.lines if seconds >= 12.5]
    assert all(line.startswith("Order 8 for www.example.com: ") for line in told)
    assert told[-1] == "Order 8 for www.example.com: issued after 41 s."
    assert sum("Ctrl-C is safe" in line for _seconds, line, _detail in wait.lines) == 1


def test_another_order_that_is_there_already_ends_the_wait() -> None:
    wait = Wait(life((0, OPEN)))
    watch = wait.watch()
    assert watch.until(0) is False
    watch.continue_with(replace(ISSUED, order_id="8"))
    assert watch.until(FOREVER) is True
    assert watch.end().order_id == "8"
    assert wait.looks == LOOKS[:1]


def test_a_failure_in_a_later_stretch_tells_of_the_order_that_it_is_about() -> None:
    wait = Wait(life((0, OPEN), (20, DENIED)))
    watch = wait.watch()
    assert watch.until(0) is False
    watch.continue_with(replace(OPEN, order_id="8"))
    with pytest.raises(ApiError) as caught:
        watch.until(FOREVER)
    assert caught.value.facts["order_id"] == caught.value.facts["order"]["order_id"] == "8"
    assert wait.looks == LOOKS[:3]


def test_an_order_that_vanishes_in_a_later_stretch_is_told() -> None:
    wait = Wait(life((0, OPEN), (6, None)))
    watch = wait.watch()
    assert watch.until(0) is False
    with pytest.raises(StateNotReached, match=r"Order 7 for www.example.com does not exist any more"):
        watch.until(6)
    assert wait.looks == LOOKS[:4]


# The deadline, which is one for all of them.


def test_the_deadline_of_a_later_stretch_is_that_of_the_task() -> None:
    wait = Wait(life((0, OPEN)), patience=30.0)
    watch = wait.watch()
    assert watch.until(10) is False
    with pytest.raises(
        StateNotReached, match=r"after 30 s \(Order 7 for www.example.com, pending_validation;"
    ) as caught:
        watch.until(FOREVER)
    assert wait.looks == [5, 12.5, 23.75, 29.9]
    assert caught.value.facts["order"]["status"] == "pending_validation"


def test_a_stretch_for_which_no_time_is_left_has_no_look() -> None:
    wait = Wait(life((0, OPEN)), patience=30.0)
    watch = wait.watch()
    assert watch.until(29) is False
    with pytest.raises(StateNotReached, match="after 30 s"):
        watch.until(FOREVER)
    assert wait.looks == [5, 12.5, 23.75, 29.9]
    assert wait.seconds == pytest.approx(29.9)


def test_time_that_was_spent_between_stretches_is_not_there_any_more() -> None:
    wait = Wait(life((0, OPEN)), patience=30.0)
    watch = wait.watch()
    assert watch.until(0) is False
    wait.seconds = 31.0
    with pytest.raises(StateNotReached, match="after 30 s"):
        watch.until(FOREVER)
    assert (wait.looks, wait.seconds) == ([5], 31.0)


def test_what_was_seen_at_the_deadline_is_taken() -> None:
    wait = Wait(life((0, OPEN), (29, ISSUED)), patience=30.0)
    watch = wait.watch()
    assert watch.until(29) is False
    assert watch.until(FOREVER) is True


# All of it at once: however it is cut, a wait stays the same.

TURNS = st.lists(
    st.tuples(st.floats(1, 300), st.sampled_from([OPEN, REVIEWING, ISSUED, REFUSED, THROTTLED, DENIED, None])),
    max_size=4,
)


def whole(wait: Wait, moments: Sequence[float]) -> tuple[Any, ...]:
    """Wait in stretches; returns how it ends."""
    watch = wait.watch()
    try:
        for moment in moments:
            if watch.until(moment):
                return watch.end(), None
            watch.continue_with(watch.latest)
        assert watch.until(FOREVER) is True
        return watch.end(), None
    except Failure as failure:
        return failure.msg, failure.facts


@settings(deadline=None, derandomize=True)
@given(TURNS, st.lists(st.floats(-10, 400), max_size=5), st.floats(1, 400))
def test_a_wait_is_the_same_in_one_stretch_and_in_many(
    turns: list[tuple[float, Seen]], moments: list[float], patience: float
) -> None:
    story = life((0, NEW), *sorted(turns, key=lambda turn: turn[0]))
    at_once, cut = Wait(story, patience), Wait(story, patience)
    assert whole(cut, moments) == whole(at_once, [])
    assert cut.looks == at_once.looks
    assert cut.lines == at_once.lines
    assert cut.seconds == at_once.seconds
