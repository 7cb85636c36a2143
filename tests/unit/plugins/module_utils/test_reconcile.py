# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one path of every task that can change something, with a kind that is made up: shelves with boxes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    DeadlineExceeded,
    Failure,
    NotAllowed,
    OutcomeUnknown,
    StateNotReached,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Kind as RefusalKind
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._plan import (
    Display,
    Outcome,
    Plan,
    Repeat,
    Step,
    Target,
    public_steps,
)
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import (
    LOOKS,
    Done,
    Kind,
    Run,
    find_after_loss,
    look_for,
    outcome_unknown,
    reconcile,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
AGAIN = "Running the task again is safe: it looks before it acts."


class Warehouse:
    """The service, and its client: what is on the shelf, and every call. Its clock moves only while a task sleeps."""

    def __init__(self, boxes: int = 0, read_only: bool = False) -> None:
        self.boxes, self.read_only = boxes, read_only
        self.time = 100.0
        self.calls: list[tuple[str, float]] = []
        self.lost: list[str] = []
        self.refused: list[str] = []
        self.clock = Clock(
            now=lambda: NOON + timedelta(seconds=self.time),
            monotonic=lambda: self.time,
            sleep=self._sleep,
            chance=lambda: 0.5,
            nonce=lambda: "0",
        )

    def _sleep(self, seconds: float) -> None:
        self.time += seconds

    def call(self, action: str, params: Mapping[str, Any], deadline: float = float("inf")) -> dict[str, Any]:
        if self.time >= deadline:
            raise DeadlineExceeded(f"{action} was not sent.")
        self.calls.append((action, self.time))
        if action in self.refused:
            raise ApiError(RefusalKind.STATE, f"{action} was refused.", action=action)
        self.boxes += params.get("boxes", 0)
        if action in self.lost:
            self.lost.remove(action)
            raise OutcomeUnknown(f"{action} may or may not have happened.", action=action)
        return {"boxes": self.boxes}

    @property
    def sent(self) -> list[str]:
        return [action for action, _time in self.calls if action != "Count"]


@dataclass(frozen=True)
class Seen:
    """What was observed, and what is wanted."""

    wanted: int
    boxes: int


ShelfRun = Run[Any]
Hook = Callable[[], None]


def nothing() -> None:
    pass


class Shelf:
    """A kind with every part: each part notes that it ran. A test replaces what a part does besides."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.hooks: dict[str, Hook] = {}
        self.again: Seen | None = None
        self.repeat = Repeat.SAFE
        self.made = False

    @property
    def kind(self) -> Kind[Any, int, Seen, int, str]:
        return Kind(
            self._observe,
            self._plan,
            self._execute,
            Display(lambda boxes, now: {"boxes": boxes, "at": now.second}, lambda boxes: f"boxes: {boxes}\n"),
            self._lock,
            self._recall,
            self._prepare,
            self._settle,
        )

    def note(self, part: str) -> None:
        self.log.append(part)
        self.hooks.get(part.split()[0], nothing)()

    def _observe(self, run: ShelfRun, wanted: int) -> Seen:
        self.note("observe")
        return Seen(wanted, run.call("Count", {})["boxes"])

    def _plan(self, seen: Seen, now: datetime) -> Plan[int]:
        self.note(f"plan {seen.boxes}")
        steps = [put(number, self.repeat) for number in range(seen.boxes + 1, seen.wanted + 1)]
        return Plan(seen.boxes, tuple(steps), {"missing": len(steps)})

    @contextmanager
    def _lock(self, run: ShelfRun, seen: Seen, plan: Plan[int]) -> Iterator[str]:
        self.note(f"lock {len(plan.steps)}")
        try:
            yield "the lock"
        finally:
            self.log.append("unlock")

    def _recall(self, run: ShelfRun, wanted: int, seen: Seen, lock: str) -> Seen | None:
        assert (wanted, lock) == (seen.wanted, "the lock")
        self.note(f"recall {seen.boxes}")
        return self.again

    def _prepare(self, run: ShelfRun, seen: Seen, plan: Plan[int]) -> dict[str, Any]:
        self.note(f"prepare {seen.boxes} {len(plan.steps)}")
        run.warnings.append("It is dark.")
        return {"room": 10}

    def _execute(self, run: ShelfRun, seen: Seen, step: Step[int], lock: str) -> Done[int]:
        assert lock == "the lock"
        self.note(f"execute {seen.boxes} {step.action}")
        return Done(run.send(step)["boxes"], self.made)

    def _settle(self, run: ShelfRun, seen: Seen, plan: Plan[int], done: Done[int]) -> int | None:
        self.note(f"settle {seen.boxes} {done.after} {done.made}")
        return done.after


def put(number: int, repeat: Repeat = Repeat.SAFE) -> Step[int]:
    return Step(f"Put{number}", f"box {number} is missing", Target("box", number), number, repeat, {"boxes": 1})


def ended(service: Warehouse, shelf: Shelf, wanted: int) -> Failure:
    with pytest.raises(Failure) as caught:
        reconcile(Run(service), wanted, shelf.kind)
    return caught.value


def told(failure: Failure) -> tuple[bool, list[str]]:
    """What a failure says of the steps; both results always agree."""
    plan = failure.facts["plan"]
    assert failure.facts["changed"] is bool(plan)
    return failure.facts["changed"], [step["action"] for step in plan]


# The path.


def test_every_part_has_its_turn() -> None:
    service, shelf = Warehouse(1), Shelf()
    shelf.made = True
    outcome = reconcile(Run(service), 3, shelf.kind)
    assert shelf.log == [
        *("observe", "plan 1", "lock 2", "recall 1", "prepare 1 2"),
        *("execute 1 Put2", "execute 1 Put3", "unlock", "settle 1 3 True"),
    ]
    assert service.sent == ["Put2", "Put3"]
    assert (outcome.plan.before, outcome.after, outcome.warnings) == (1, 3, ["It is dark."])
    assert outcome.public(NOON) == {
        "changed": True,
        "plan": [
            {"action": "Put2", "box": 2, "reason": "box 2 is missing"},
            {"action": "Put3", "box": 3, "reason": "box 3 is missing"},
        ],
        "boxes": 3,
        "at": 0,
        "missing": 2,
        "room": 10,
    }
    assert outcome.diff() == {"before": "boxes: 1\n", "after": "boxes: 3\n"}


def test_where_nothing_is_missing_nothing_is_sent() -> None:
    service, shelf = Warehouse(3), Shelf()
    outcome = reconcile(Run(service), 3, shelf.kind)
    assert shelf.log == ["observe", "plan 3", "lock 0", "recall 3", "prepare 3 0", "unlock", "settle 3 3 False"]
    assert service.sent == []
    assert (outcome.after, outcome.plan.changed, outcome.public(NOON)["plan"]) == (3, False, [])


def test_a_thing_that_changed_by_itself_makes_no_diff() -> None:
    outcome = replace(reconcile(Run(Warehouse(3)), 3, Shelf().kind), after=4)
    assert outcome.diff() == {"before": "boxes: 3\n", "after": "boxes: 3\n"}
    assert outcome.public(NOON)["boxes"] == 4


def test_a_kind_may_leave_out_what_it_does_not_need() -> None:
    service, shelf = Warehouse(1), Shelf()

    def execute(run: ShelfRun, seen: Seen, step: Step[int], lock: None) -> Done[int]:
        assert lock is None
        return Done(run.send(step)["boxes"])

    plain: Kind[Any, int, Seen, int, None] = Kind(shelf._observe, shelf._plan, execute, shelf.kind.display)
    outcome = reconcile(Run(service), 2, plain)
    assert (outcome.after, outcome.facts, outcome.warnings, service.sent) == (2, {}, [], ["Put2"])


def test_a_failure_has_the_warnings_and_each_once() -> None:
    service, shelf = Warehouse(1), Shelf()
    problem = NotAllowed("The box is locked.")
    problem.warn(["It is dark.", "It is cold."])
    shelf.hooks["settle"] = failing(problem)
    assert ended(service, shelf, 3).warnings == ["It is dark.", "It is cold."]


# Check mode.


def test_check_mode_stops_before_the_first_step() -> None:
    service, shelf = Warehouse(1, read_only=True), Shelf()
    outcome = reconcile(Run(service), 3, shelf.kind)
    assert shelf.log == ["observe", "plan 1", "lock 2", "recall 1", "prepare 1 2", "unlock"]
    assert [action for action, _time in service.calls] == ["Count"]
    done = reconcile(Run(Warehouse(1)), 3, Shelf().kind)
    assert outcome == replace(done, display=outcome.display)
    assert outcome.public(NOON) == done.public(NOON)
    assert outcome.diff() == done.diff()


@pytest.mark.parametrize("read_only", [True, False], ids=["check mode", "for real"])
def test_a_plan_that_cannot_succeed_is_refused_before_anything_is_sent(read_only: bool) -> None:
    service, shelf = Warehouse(1, read_only), Shelf()
    shelf.hooks["prepare"] = failing(NotAllowed("There is no room."))
    failure = ended(service, shelf, 2)
    assert isinstance(failure, NotAllowed)
    assert told(failure) == (False, [])
    assert service.sent == []
    assert shelf.log[-1] == "unlock"


# What was done in the meantime.


@pytest.mark.parametrize("read_only", [True, False], ids=["check mode", "for real"])
def test_what_is_recalled_is_planned_again(read_only: bool) -> None:
    service, shelf = Warehouse(1, read_only), Shelf()
    shelf.again = Seen(3, 2)
    shelf.hooks["recall"] = lambda: setattr(service, "boxes", 2)
    outcome = reconcile(Run(service), 3, shelf.kind)
    assert shelf.log[:5] == ["observe", "plan 1", "lock 2", "recall 1", "plan 2"]
    assert shelf.log[5:] == [
        "prepare 2 1",
        *(["unlock"] if read_only else ["execute 2 Put3", "unlock", "settle 2 3 False"]),
    ]
    assert service.sent == ([] if read_only else ["Put3"])
    assert (outcome.plan.before, outcome.after) == (2, 3)
    assert [step.action for step in outcome.plan.steps] == ["Put3"]


def test_what_is_recalled_may_leave_nothing_to_do() -> None:
    service, shelf = Warehouse(1), Shelf()
    shelf.again = Seen(3, 3)
    outcome = reconcile(Run(service), 3, shelf.kind)
    assert (outcome.plan.changed, outcome.after, service.sent) == (False, 3, [])


# What a failure tells.


def failing(failure: Failure) -> Hook:
    def fail() -> None:
        raise failure

    return fail


@pytest.mark.parametrize("part", ["observe", "plan", "lock", "recall", "prepare"])
def test_a_failure_before_the_first_step_tells_that_nothing_was_changed(part: str) -> None:
    service, shelf = Warehouse(), Shelf()
    problem = StateNotReached("It is locked.", box=7)
    shelf.hooks[part] = failing(problem)
    assert ended(service, shelf, 2) is problem
    assert told(problem) == (False, [])
    assert problem.facts["box"] == 7
    assert service.sent == []


def test_a_failure_tells_the_steps_that_were_carried_out() -> None:
    service, shelf = Warehouse(), Shelf()
    service.refused = ["Put2"]
    failure = ended(service, shelf, 3)
    assert isinstance(failure, ApiError)
    assert told(failure) == (True, ["Put1"])
    assert failure.facts["plan"] == [{"action": "Put1", "box": 1, "reason": "box 1 is missing"}]
    assert service.sent == ["Put1", "Put2"]
    assert shelf.log[-1] == "unlock"


def test_a_failure_tells_the_step_that_may_have_been_carried_out() -> None:
    service, shelf = Warehouse(), Shelf()
    service.lost = ["Put2"]
    failure = ended(service, shelf, 3)
    assert isinstance(failure, OutcomeUnknown)
    assert told(failure) == (True, ["Put1", "Put2"])
    assert service.sent == ["Put1", "Put2"]


def test_a_failure_after_the_last_step_tells_all_of_them() -> None:
    service, shelf = Warehouse(), Shelf()
    shelf.hooks["settle"] = failing(StateNotReached("It fell down."))
    assert told(ended(service, shelf, 2)) == (True, ["Put1", "Put2"])
    assert shelf.log[-2] == "unlock"


def test_a_step_that_could_not_be_sent_in_time_is_not_told() -> None:
    service, shelf = Warehouse(), Shelf()
    shelf.hooks["execute"] = lambda: service.clock.sleep(6)
    with pytest.raises(DeadlineExceeded) as caught:
        reconcile(Run(service, service.time + 10), 3, shelf.kind)
    assert told(caught.value) == (True, ["Put1"])
    assert service.sent == ["Put1"]


def test_a_fault_is_left_as_it_is_and_frees_the_lock() -> None:
    shelf, fault = Shelf(), ZeroDivisionError()
    shelf.hooks["execute"] = failing(fault)  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError) as caught:
        reconcile(Run(Warehouse()), 1, shelf.kind)
    assert caught.value is fault
    assert shelf.log[-1] == "unlock"


# A response that is lost.

STEPS = {repeat: put(1, repeat) for repeat in Repeat}
ONCE = [Repeat.NEVER, Repeat.SAFE]


def lost_one(service: Warehouse, run: ShelfRun, step: Step[int]) -> OutcomeUnknown:
    service.lost.append(step.action)
    with pytest.raises(OutcomeUnknown) as caught:
        run.send(step)
    return caught.value


@pytest.mark.parametrize("shows_at", [*range(len(LOOKS)), None], ids=str)
@pytest.mark.parametrize("repeat", Repeat)
def test_only_what_carries_a_token_is_sent_again_and_only_once(repeat: Repeat, shows_at: int | None) -> None:
    service, step, looks = Warehouse(), STEPS[repeat], list[float]()
    run: ShelfRun = Run(service)
    lost, begun = lost_one(service, run, step), service.time

    def look() -> str | None:
        looks.append(service.time - begun)
        return "there" if shows_at == len(looks) - 1 else None

    if shows_at is None:
        with pytest.raises(OutcomeUnknown) as caught:
            find_after_loss(run, step, lost, look)
        assert caught.value.msg == f"Put1 may or may not have happened. No effect showed up within 30 s. {AGAIN}"
        assert caught.value.facts == {"action": "Put1", "outcome": "unknown"}
        assert caught.value.__cause__ is lost
    else:
        assert find_after_loss(run, step, lost, look) == "there"
    assert looks == [2, 6, 14, 30][: 4 if shows_at is None else shows_at + 1]
    assert service.sent == ["Put1"] * (1 if repeat in ONCE else 2)
    assert run.sent == [step]


def test_what_is_sent_again_may_be_lost_again() -> None:
    service, step = Warehouse(), STEPS[Repeat.BY_TOKEN]
    run: ShelfRun = Run(service)
    lost = lost_one(service, run, step)
    service.lost.append(step.action)
    assert find_after_loss(run, step, lost, lambda: service.boxes) == 2
    assert service.sent == ["Put1", "Put1"]
    assert run.sent == [step]


def test_a_second_send_that_is_refused_does_not_end_the_search() -> None:
    service, step = Warehouse(), STEPS[Repeat.BY_TOKEN]
    run: ShelfRun = Run(service)
    lost = lost_one(service, run, step)
    service.refused.append(step.action)
    assert find_after_loss(run, step, lost, lambda: service.boxes or None) == 1
    with pytest.raises(OutcomeUnknown) as caught:
        find_after_loss(run, step, lost, lambda: None)
    assert caught.value.facts["outcome"] == "unknown"


def test_nothing_is_sent_again_after_the_deadline() -> None:
    service, step = Warehouse(), STEPS[Repeat.BY_TOKEN]
    run: ShelfRun = Run(service, service.time + 5)
    lost = lost_one(service, run, step)
    service.clock.sleep(5)
    with pytest.raises(Failure):
        find_after_loss(run, step, lost, lambda: None)
    assert service.sent == ["Put1"]


@pytest.mark.parametrize("repeat", Repeat)
def test_a_look_that_fails_is_followed_by_others(repeat: Repeat) -> None:
    service, looks = Warehouse(), list[int]()
    run: ShelfRun = Run(service)

    def look() -> str:
        looks.append(1)
        if len(looks) < 3:
            raise ApiError(RefusalKind.BROKEN, "A failure of the service.")
        return "there"

    assert find_after_loss(run, STEPS[repeat], lost_one(service, run, STEPS[repeat]), look) == "there"


@pytest.mark.parametrize("problem", [NotAllowed("It is nailed down."), OutcomeUnknown("There are two.")], ids=repr)
def test_a_look_that_shows_something_else_ends_the_search(problem: Failure) -> None:
    service = Warehouse()
    run: ShelfRun = Run(service)
    lost, begun = lost_one(service, run, STEPS[Repeat.SAFE]), service.time
    with pytest.raises(type(problem)) as caught:
        find_after_loss(run, STEPS[Repeat.SAFE], lost, failing(problem))
    assert caught.value is problem
    assert service.time - begun == LOOKS[0]


def test_the_search_takes_as_long_as_it_says() -> None:
    service = Warehouse()
    run: ShelfRun = Run(service, service.time + 10)
    lost, looks = lost_one(service, run, STEPS[Repeat.NEVER]), list[float]()
    with pytest.raises(OutcomeUnknown, match=r"No effect showed up within 6 s\."):
        find_after_loss(run, STEPS[Repeat.NEVER], lost, lambda: looks.append(service.time))
    assert looks == [102, 106]
    with pytest.raises(OutcomeUnknown, match=r"No effect showed up within 1 s\."):
        find_after_loss(run, STEPS[Repeat.NEVER], lost, lambda: looks.append(service.time), (0.0, 1.0))
    assert looks[2:] == [106, 107]


def test_a_task_that_cannot_tell_says_so_and_keeps_what_is_known() -> None:
    lost = OutcomeUnknown("Put1 may have happened.", action="Put1", code="Busy")
    failure = outcome_unknown(lost, "Look yourself.")
    assert failure.msg == "Put1 may have happened. Look yourself."
    assert failure.facts == {"action": "Put1", "code": "Busy", "outcome": "unknown"}


# Looks.


def test_a_look_comes_after_each_pause_until_something_is_found() -> None:
    service, looks = Warehouse(), list[float]()
    run: ShelfRun = Run(service)

    def look() -> int | None:
        looks.append(service.time - 100)
        return 0 if len(looks) == 3 else None

    assert look_for(run, look, (0.0, 1.0, 2.0, 4.0)) == 0, "what is found need not be true"
    assert looks == [0, 1, 3]
    assert look_for(run, lambda: None, ()) is None


@pytest.mark.parametrize(
    ("seconds", "looks"), [(0, []), (1, [0]), (2, [0, 1]), (3, [0, 1]), (4, [0, 1, 3]), (99, [0, 1, 3, 7])]
)
def test_the_looks_stop_at_the_deadline(seconds: float, looks: list[float]) -> None:
    service, seen = Warehouse(), list[float]()
    run: ShelfRun = Run(service, service.time + seconds)
    assert look_for(run, lambda: seen.append(service.time - 100), (0.0, 1.0, 2.0, 4.0)) is None
    assert seen == looks
    assert service.time == 100 + (looks[-1] if looks else 0), "nothing is waited for in vain"


# A task.


def test_a_task_has_no_deadline_unless_it_is_told() -> None:
    service = Warehouse()
    run: ShelfRun = Run(service)
    assert (run.deadline, run.warnings, run.sent) == (float("inf"), [], [])
    assert (run.clock, run.read_only, run.now()) == (service.clock, False, NOON + timedelta(seconds=100))
    assert run.call("Count", {}) == {"boxes": 0}


def test_every_call_of_a_task_ends_with_its_deadline() -> None:
    service = Warehouse()
    run: ShelfRun = Run(service, service.time)
    for call in (lambda: run.call("Count", {}), lambda: run.send(put(1))):
        with pytest.raises(DeadlineExceeded):
            call()
    assert (service.calls, run.sent) == ([], [])


def test_a_task_that_ends_earlier_is_the_same_one() -> None:
    service = Warehouse()
    run: ShelfRun = Run(service, 150.0)
    assert (run.until(120).deadline, run.until(200).deadline) == (120, 150)
    run.until(120).send(put(1))
    run.until(120).warnings.append("It is dark.")
    assert (run.sent, run.warnings) == ([put(1)], ["It is dark."])


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "answered"])
def test_a_step_is_noted_once_whatever_came_back(lost: bool) -> None:
    service = Warehouse()
    run: ShelfRun = Run(service)
    if lost:
        lost_one(service, run, put(1))
    else:
        assert run.send(put(1)) == {"boxes": 1}
    assert run.sent == [put(1)]
    service.refused = ["Put1"]
    with pytest.raises(ApiError):
        run.send(put(1))
    assert run.sent == [put(1)]


# Plans.


def test_a_plan_ends_where_its_last_step_leads() -> None:
    assert (Plan(1).changed, Plan(1).after, Plan(None).after) == (False, 1, None)
    plan = Plan(1, (put(2), put(3)))
    assert (plan.changed, plan.after) == (True, 3)
    gone = replace(put(4), leaves=None)
    assert Plan(1, (put(2), gone)).after is None


@pytest.mark.parametrize("repeat", Repeat)
def test_a_plan_that_makes_what_must_not_be_there_twice_says_so(repeat: Repeat) -> None:
    assert Plan(1, (put(2), put(3, repeat))).creates is (repeat is Repeat.NEVER)
    assert not Plan(1).creates


def test_a_step_shows_its_target_and_never_its_parameters() -> None:
    step = Step("Put", "because", Target("box", None), 1, Repeat.NEVER, {"label": "hidden"})
    assert step.public() == {"action": "Put", "box": None, "reason": "because"}
    assert "hidden" not in repr(step)
    assert public_steps([step]) == {"changed": True, "plan": [step.public()]}
    assert public_steps([]) == {"changed": False, "plan": []}


def test_what_is_not_there_is_shown_too() -> None:
    display: Display[int] = Display(lambda boxes, now: {"boxes": boxes}, lambda boxes: f"boxes: {boxes}\n")
    outcome = Outcome(Plan(1, (replace(put(1), leaves=None),)), None, display)
    assert outcome.public(NOON)["boxes"] is None
    assert outcome.diff() == {"before": "boxes: 1\n", "after": "boxes: None\n"}
