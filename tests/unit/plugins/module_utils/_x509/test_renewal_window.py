# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the window of a certificate opens."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._x509.renewal_window import Window, is_due

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("window", "left", "due", "sentence"),
    [
        (Window(days(30), None), 30, True, "30 of 90 days left, window opens at 30"),
        (Window(days(30), None), 30.01, False, "30.1 of 90 days left, window opens at 30"),
        (Window(None, 0.33), 71.2, False, "71.2 of 90 days left, window opens at 29.7"),
        (Window(None, 0.33), -5, True, "0 of 90 days left, window opens at 29.7"),
    ],
)
def test_the_sentence_goes_with_the_answer(window: Window, left: float, due: bool, sentence: str) -> None:
    end = NOON + days(left)
    assert is_due(window, end - days(90), end, NOON) == (due, sentence)


def test_the_failure_has_its_facts() -> None:
    with pytest.raises(NotAllowed, match=r"^renew_before: the window of 90 days") as caught:
        is_due(Window(days(90), None), NOON, NOON + days(90), NOON, order_id="77")
    assert caught.value.facts == {"order_id": "77"}


def test_what_is_due_stays_due_and_the_numbers_agree() -> None:
    dice = random.Random(7)
    for _each in range(2000):
        lifetime, share = days(dice.uniform(1, 400)), dice.uniform(0.01, 0.99)
        now, later = sorted(NOON + lifetime * dice.uniform(0, 1.2) for _moment in range(2))
        answers = [is_due(Window(None, share), NOON, NOON + lifetime, moment) for moment in (now, later)]
        assert answers[0][0] <= answers[1][0]
        for due, sentence in answers:
            left, opens = float(sentence.split()[0]), float(sentence.rsplit(" ", 1)[1])
            assert left <= opens + 0.1 if due else left >= opens
