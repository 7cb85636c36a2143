# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The one path of every task that can change something.

observe -> plan -> lock -> prepare -> execute each step -> settle (duplicates, wait) -> outcome
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ._errors import Failure, NotAllowed, OutcomeUnknown
from ._plan import Display, Outcome, Plan, Repeat, Step, public_steps

if TYPE_CHECKING:
    from ._host.clock import Clock

RUN_AGAIN = "Running the task again is safe: it looks before it acts."
# Seconds before each look for the effect of a call whose response was lost: lists may lag behind.
LOOKS = (2.0, 4.0, 8.0, 16.0)


class Actor(Protocol):
    """Through whom a task acts: the client of a product, or the host itself."""

    @property
    def clock(self) -> Clock:
        """What time it is, and how to wait."""

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed."""


class ApiActor(Actor, Protocol):
    """The client of a product. Described and not imported: Ansible ships whatever a file imports, to hosts, too."""

    @property
    def host(self) -> str:
        """The host of the service."""

    @property
    def account(self) -> str:
        """Whom the calls are for."""

    @property
    def service_offset(self) -> timedelta | None:
        """How far the clock of the service is ahead."""

    @property
    def state_directory(self) -> str | None:
        """Where tasks leave notes for the next."""

    @property
    def tell(self) -> Callable[[str, bool], None]:
        """Receives the progress of a wait."""

    def call(self, action: str, params: Mapping[str, Any], deadline: float = ...) -> dict[str, Any]:
        """Call the service."""


A = TypeVar("A", bound=Actor)
W = TypeVar("W")
S = TypeVar("S")
T = TypeVar("T")
L = TypeVar("L")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Run(Generic[A]):
    """One task: through whom it acts, until when (a moment of ``clock.monotonic``), its warnings, what it sent.

    ``sent`` has the steps that were carried out, or may have been. A task that ``predicts`` changes nothing, even where
    its actor may.
    """

    actor: A
    deadline: float = float("inf")
    warnings: list[str] = field(default_factory=list)
    sent: list[Step[Any]] = field(default_factory=list)
    predicts: bool = False

    @property
    def clock(self) -> Clock:
        return self.actor.clock

    @property
    def read_only(self) -> bool:
        return self.predicts or self.actor.read_only

    def now(self) -> datetime:
        return self.clock.now()

    def until(self, deadline: float) -> Run[A]:
        """The same task, which ends earlier."""
        return replace(self, deadline=min(self.deadline, deadline))

    def call(self: Run[ApiActor], action: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation that only reads, within the deadline."""
        return self.actor.call(action, params, self.deadline)

    def send(self: Run[ApiActor], step: Step[Any]) -> dict[str, Any]:
        """Send a step, within the deadline. Raises OutcomeUnknown when it may or may not have been carried out."""
        try:
            response = self.actor.call(step.action, step.params, self.deadline)
        except OutcomeUnknown:
            self.sent.append(step)
            raise
        self.sent.append(step)
        return response


ApiRun = Run[ApiActor]


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a step has left. ``made``: the service said that this very task made it; it was not only found.

    ``facts`` are results that are known since this step.
    """

    after: T | None
    made: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def _lock_nothing(run: Run[Any], seen: Any, plan: Plan[Any]) -> AbstractContextManager[Any]:
    return nullcontext()


def _remember_nothing(run: Run[Any], wanted: Any, seen: Any, lock: Any) -> None:
    return None


def _prepare_nothing(run: Run[Any], seen: Any, plan: Plan[Any]) -> dict[str, Any]:
    return {}


def _settle_nothing(run: Run[Any], seen: Any, plan: Plan[T], done: Done[T]) -> T | None:
    return done.after


@dataclass(frozen=True)
class Kind(Generic[A, W, S, T, L]):
    """What a kind of thing brings to the path."""

    observe: Callable[[Run[A], W], S]
    plan: Callable[[S, datetime], Plan[T]]
    execute: Callable[[Run[A], S, Step[T], L], Done[T]]
    display: Display[T]
    # Keeps tasks apart that would make the same thing; held while steps are carried out.
    lock: Callable[[Run[A], S, Plan[T]], AbstractContextManager[L]] = _lock_nothing
    # What is seen now that the lock is held; None when nothing changed in the meantime.
    recall: Callable[[Run[A], W, S, L], S | None] = _remember_nothing
    # Refuses a plan that cannot succeed, in check mode too; returns results that are known before the first step.
    prepare: Callable[[Run[A], S, Plan[T]], dict[str, Any]] = _prepare_nothing
    # Resolves duplicates and waits; returns the thing at the end.
    settle: Callable[[Run[A], S, Plan[T], Done[T]], T | None] = _settle_nothing


def reconcile(run: Run[A], wanted: W, kind: Kind[A, W, S, T, L], seen: S | None = None) -> Outcome[T]:
    """Bring about what is wanted; in check mode, predict it. A failure tells what was or may have been carried out,
    and has the warnings.

    ``seen`` is what was observed just now, where the caller has done so.
    """
    try:
        seen = kind.observe(run, wanted) if seen is None else seen
        plan = kind.plan(seen, run.now())
        with kind.lock(run, seen, plan) as lock:
            again = kind.recall(run, wanted, seen, lock)
            if again is not None:
                seen, plan = again, kind.plan(again, run.now())
            run.warnings.extend(plan.warnings)
            facts = kind.prepare(run, seen, plan)
            if run.read_only:
                return Outcome(plan, plan.after, kind.display, facts, run.warnings)
            done = Done(plan.before)
            for step in plan.steps:
                done = kind.execute(run, seen, step, lock)
                facts = {**facts, **done.facts}
        return Outcome(plan, kind.settle(run, seen, plan, done), kind.display, facts, run.warnings)
    except Failure as failure:
        failure.add(**public_steps(run.sent))
        failure.warn(run.warnings)
        raise


def look_for(run: Run[Any], look: Callable[[], Found | None], pauses: Iterable[float]) -> Found | None:
    """Look after each pause until something is found; None when nothing is, or the deadline comes first."""
    for pause in pauses:
        if run.clock.monotonic() + pause >= run.deadline:
            break
        run.clock.sleep(pause)
        found = look()
        if found is not None:
            return found
    return None


def find_after_loss(
    run: ApiRun,
    step: Step[Any],
    lost: OutcomeUnknown,
    look: Callable[[], Found | None],
    pauses: Iterable[float] = LOOKS,
) -> Found:
    """What a step has left whose response was lost. Raises OutcomeUnknown, with that outcome, when nothing shows.

    Only a step that carries a token is sent again: the service knows it. Whatever else it is, a look has to tell.
    """
    begun = run.clock.monotonic()
    if step.repeat is Repeat.BY_TOKEN:
        with suppress(Failure):
            run.actor.call(step.action, step.params, run.deadline)

    def quietly() -> Found | None:
        try:
            return look()
        except (NotAllowed, OutcomeUnknown):
            raise  # what is seen cannot be the effect, and that is known
        except Failure:
            return None

    found = look_for(run, quietly, pauses)
    if found is None:
        waited = run.clock.monotonic() - begun
        raise outcome_unknown(lost, f"No effect showed up within {waited:.0f} s. {RUN_AGAIN}") from lost
    return found


def outcome_unknown(lost: OutcomeUnknown, problem: str) -> OutcomeUnknown:
    """The failure of a task that cannot tell whether a step was carried out."""
    return OutcomeUnknown(f"{lost.msg} {problem}", **{**lost.facts, "outcome": "unknown"})
