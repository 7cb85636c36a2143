# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from random import Random

import pytest

from tests.reliability.disk.injection import some

THINGS = [*range(0, 1000, 10), 1, 2, 3]


def last_digit(number: int) -> int:
    return number % 10


@pytest.mark.parametrize("seed", range(5))
def test_each_kind_is_among_a_few(seed: int) -> None:
    chosen = some(THINGS, 20, last_digit, Random(seed))
    assert len(chosen) == len(set(chosen)) == 20
    assert {last_digit(each) for each in chosen} == {0, 1, 2, 3}


def test_each_kind_is_there_even_if_that_is_more() -> None:
    assert sorted(map(last_digit, some(THINGS, 2, last_digit, Random(1)))) == [0, 1, 2, 3]


@pytest.mark.parametrize("most", [None, len(THINGS)])
def test_all_are_all(most: int | None) -> None:
    assert some(THINGS, most, last_digit, Random(1)) == THINGS


def test_another_seed_draws_another_sample() -> None:
    assert some(THINGS, 20, last_digit, Random(1)) != some(THINGS, 20, last_digit, Random(2))
