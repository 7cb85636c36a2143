# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task will do, as a value: steps, the plan that they make, and the outcome. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Repeat(Enum):
    """What it would mean to send a step a second time; decides what follows when its response is lost."""

    NEVER = "never"  # it would make a second order or job
    SAFE = "safe"  # it would be refused, or change nothing more
    BY_TOKEN = "by_token"  # it carries a token by which the service knows it again


class Target(NamedTuple):
    """What a step acts on, as a result shows it: ``order_id: "7"``; the id is None for a new thing."""

    key: str
    id: str | int | None


@dataclass(frozen=True)
class Step(Generic[T]):
    """One change, and what is expected after it (None: the thing is gone).

    A step with ``only_while`` is sent only while the thing has one of these statuses.
    """

    action: str
    reason: str
    target: Target
    leaves: T | None
    repeat: Repeat
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)
    only_while: frozenset[Enum] = frozenset()

    def public(self) -> dict[str, Any]:
        return {"action": self.action, self.target.key: self.target.id, "reason": self.reason}


@dataclass(frozen=True)
class Plan(Generic[T]):
    """The steps from what is there to what is wanted.

    ``facts`` are results that only this kind of plan has, ``warnings`` sentences that the user is shown.
    """

    before: T | None
    steps: tuple[Step[T], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def after(self) -> T | None:
        """What is expected at the end."""
        return self.steps[-1].leaves if self.steps else self.before

    @property
    def creates(self) -> bool:
        """Whether it makes something of which there must never be two."""
        return any(step.repeat is Repeat.NEVER for step in self.steps)


def public_steps(steps: Iterable[Step[Any]]) -> dict[str, Any]:
    """The results ``changed`` and ``plan``: they always agree."""
    plan = [step.public() for step in steps]
    return {"changed": bool(plan), "plan": plan}


@dataclass(frozen=True)
class Display(Generic[T]):
    """How a kind of thing is shown: as results, and as the lines of a diff. None is what is not there."""

    results: Callable[[T | None, datetime], dict[str, Any]]
    lines: Callable[[T | None], str]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What a task did, or in check mode would do. ``facts`` are results beside those of the plan."""

    plan: Plan[T]
    after: T | None
    display: Display[T]
    facts: Mapping[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def public(self, now: datetime) -> dict[str, Any]:
        return {
            **public_steps(self.plan.steps),
            **self.display.results(self.after, now),
            **self.plan.facts,
            **self.facts,
        }

    def diff(self) -> dict[str, str]:
        """What is there before and after, and why it changes, where the plan has one reason."""
        after = self.after if self.plan.changed else self.plan.before
        why = f"reason: {self.plan.facts['reason']}\n" if self.plan.changed and "reason" in self.plan.facts else ""
        return {"before": self.display.lines(self.plan.before), "after": self.display.lines(after) + why}
