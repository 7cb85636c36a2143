# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cases are about, orders or instances: their workflows, their accounts, and what must not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from .accounts import Opened, SharedKeys
from .cases import Calls, Case, Workflow, few_cases


class Problem(Enum):
    """What must not be, as the page calls it."""

    DUPLICATE = "made more than once"
    BEYOND = "done beyond what was asked for"
    NOT_CONVERGED = "second runs that did not succeed"
    NOT_SETTLED = "third runs that planned something"
    LATE = "runs that ended late"
    TRACEBACK = "tracebacks"
    UNCLEAR = "first runs that ended neither with success nor with a clear failure"
    MISSED = "faults that met another call than they should have, or none"


@dataclass(frozen=True)
class Subject:
    """``titles`` are the names of problems that depend on what the cases are about; ``few`` makes a short version."""

    workflows: Sequence[Workflow]
    open_account: Callable[[SharedKeys, Case], Opened]
    titles: Mapping[Problem, str]
    few: Callable[[Sequence[Workflow], Calls, int], list[Case]] = few_cases

    def title(self, problem: Problem) -> str:
        return self.titles.get(problem, problem.value)
