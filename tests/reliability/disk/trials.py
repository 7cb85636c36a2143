# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One trial: a task is disturbed, the store is inspected, and the task is repeated with nothing in its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.playbooks import CRASHES

from .counts import ENDLESS, FALSE, INSPECTIONS, LEFT, NOT_CONVERGED, PROBLEMS, REPEATS, UNCLEAR, WITHOUT
from .history import NAME, History, Step
from .inspection import Problem, in_use, is_temporary, judge, snapshot, wrong_modes
from .task import HUNG, TaskEnd, run_task

Disturbed = Callable[[Mapping[str, Any]], TaskEnd]


def nothing() -> None:
    pass


@dataclass(frozen=True)
class Trials:
    """Where stores are disturbed: ``directory`` gets a fresh one for each trial. What is found is noted."""

    directory: Path
    history: History
    scratch: Path
    counts: Counter[str] = field(default_factory=Counter)
    problems: dict[str, list[str]] = field(default_factory=lambda: {problem: [] for problem in PROBLEMS})

    def attempt(
        self,
        step: Step,
        what: str,
        disturbed: Disturbed,
        repair: Callable[[], None] = nothing,
        tidy: bool = True,
    ) -> TaskEnd:
        """Disturb a task on the prepared store, inspect, repair, repeat. ``tidy``: it can remove what it made."""
        where = f"{step.name}, {what}"
        ended = disturbed(step.options_for(self.directory))
        self.inspect(step, where)
        self._note(where, self._false_result(step, ended, tidy))
        repair()
        self._repeat(step, where)
        return ended

    def inspect(self, step: Step, where: str) -> None:
        """Everything, between two calls of the system."""
        self.counts[INSPECTIONS] += 1
        self._note(where, judge(snapshot(self.directory), step.before, step.after))
        self._note(where, self._unusable(step))

    def watch(self, step: Step, where: str) -> None:
        """What a server loads and the keys, while the task runs."""
        self.counts[INSPECTIONS] += 1
        self._note(where, self._unusable(step))
        self._note(where, wrong_modes(snapshot(self.directory), step.before, step.after))

    def _note(self, where: str, problems: Iterable[Problem]) -> None:
        for kind, words in problems:
            self.problems[kind].append(f"{where}: {words}")

    def _unusable(self, step: Step) -> list[Problem]:
        found = in_use(self.directory / NAME, self.history.root, self.scratch)
        return [each for each in found if step.in_use or each[0] != WITHOUT]

    def _false_result(self, step: Step, ended: TaskEnd, tidy: bool) -> list[Problem]:
        if ended.killed or ended.inconclusive:
            return []
        if ended.status == HUNG:
            return [(ENDLESS, "it was ended")]
        now = snapshot(self.directory)
        if ended.succeeded:
            return [] if now == step.after else [(FALSE, "it is not as it is without a failure")]
        crashed = any(words in ended.message for words in CRASHES)
        if ended.status != 1 or crashed or not ended.result.get("msg"):
            return [(UNCLEAR, ended.message)]
        # What prune cannot remove has no name that is read, and is removed the next time.
        left = [path for path in now if is_temporary(path)]
        return [(LEFT, path) for path in left if tidy and step.name != "prune"]

    def _repeat(self, step: Step, where: str) -> None:
        again = run_task(step.options_for(self.directory))
        self.counts[REPEATS] += 1
        now = snapshot(self.directory)
        if not again.succeeded:
            self._note(where, [(NOT_CONVERGED, again.message)])
        elif now != step.after:
            other = sorted(path for path in {*now, *step.after} if now.get(path) != step.after.get(path))
            self._note(where, [(NOT_CONVERGED, ", ".join(other))])
        self._note(f"{where}, repeated", self._unusable(step))
