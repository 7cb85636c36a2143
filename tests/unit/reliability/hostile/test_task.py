# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with a hostile input fails the test."""

from __future__ import annotations

import pytest

from tests.reliability.hostile.task import CRASHED, ENDLESS, Crash, Endless, Inputs
from tests.reliability.support.figures import Figures


@pytest.mark.parametrize(
    ("error", "problem"), [(Crash("file.py:7"), CRASHED), (ValueError(), CRASHED), (Endless(), ENDLESS)]
)
def test_a_bad_end_is_noted(error: BaseException, problem: str) -> None:
    inputs = Inputs("options")
    with inputs.judge({"name": "\ud800"}):
        raise error
    assert [what for what, found in inputs.problems.items() if found] == [problem]
    with pytest.raises(AssertionError, match=problem):
        inputs.record(Figures())


def test_what_ansible_itself_cannot_read_is_only_counted() -> None:
    def _module() -> None:
        raise ValueError

    inputs = Inputs("options")
    with inputs.judge("x"):
        _module()
    assert (inputs.tried, inputs.broke_ansible) == (1, 1)
    inputs.record(Figures())
