# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One certificate on one host: exactly one order or application and no lost key, whatever ends a task."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.reliability.support.figures import Figures

from .disturbances import ERRORS
from .trials import Problem, Trials, fill, kill, lose, steps_of
from .workflows import WORKFLOWS

pytestmark = pytest.mark.reliability("The chain of one certificate")

# The workflow of the short version; that of an order is killed at every step by a scenario of molecule.
FEW = ("another certificate of the instance",)


@pytest.fixture(scope="module")
def trials(directory: Path, short: bool, figures: Figures) -> Trials:
    """Every step on the host and every call of every workflow, with everything that can go wrong there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _opened: None)  # nothing need outlive the machine
        return _tried(directory, short, figures)


def _tried(directory: Path, short: bool, figures: Figures) -> Trials:
    found = Trials(directory / "trials")
    columns = ("workflow", "steps on the host", "calls", "killed", "lost, failed or refused", "writes that failed")
    for number, workflow in enumerate(WORKFLOWS):
        if short and workflow.name not in FEW:
            continue
        shop = workflow.shop(directory / f"before-{number}")
        steps = steps_of(workflow, shop, directory / f"clean-{number}")
        killed, lost = kill(found, workflow, shop, steps), lose(found, workflow, shop, steps)
        filled = fill(found, workflow, shop, ERRORS[:1] if short else ERRORS, once=short)
        calls = sum(step.is_call for step in steps)
        figures.row(columns, workflow.name, len(steps) - calls, calls, killed, lost, filled)
        figures.tried("points at which a task was killed", killed)
        figures.tried("calls that were lost or refused, steps on the host that failed", lost)
        figures.tried("writes to the disk of the host that failed", filled)
    return found


@pytest.mark.parametrize("problem", Problem, ids=lambda problem: problem.name)
def test_there_are_none(trials: Trials, figures: Figures, problem: Problem) -> None:
    figures.none(problem.value, trials.found[problem])
