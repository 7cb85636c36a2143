# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly one order, whatever goes wrong with one call of a task."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.exactly_once.accounts import SharedKeys
from tests.reliability.exactly_once.batches import Place, Trial
from tests.reliability.exactly_once.report import record_problem, try_everything
from tests.reliability.exactly_once.subject import Problem
from tests.reliability.support.figures import Figures

from .workflows import ORDERS

pytestmark = pytest.mark.reliability("Exactly one order")


@pytest.fixture(scope="module")
def trials(directory: Path, short: bool, seed: int, figures: Figures) -> list[Trial]:
    """All cases, each with its three runs."""
    return try_everything(Place(directory, ORDERS, SharedKeys()), short, seed, figures)


@pytest.mark.parametrize("problem", Problem, ids=lambda problem: problem.name)
def test_there_are_none(trials: list[Trial], figures: Figures, problem: Problem) -> None:
    record_problem(ORDERS, trials, figures, problem)
