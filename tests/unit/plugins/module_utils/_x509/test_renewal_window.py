# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the window of a certificate opens."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._x509.dates import time_left
from ansible_collections.certops.alicloud.plugins.module_utils._x509.renewal_window import (
    DEFAULT_WINDOW,
    Due,
    Window,
    is_due,
    opens_at,
    was_due_at,
    window,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
MONTH, YEAR_LIKE = Window(timedelta(days=30)), Window(timedelta(days=400))


def days(number: float) -> timedelta:
    return timedelta(days=number)


def judged(window: Window, left: float, lifetime: float = 90, expiring: bool | None = None) -> Due:
    end = NOON + days(left)
    return is_due(window, end - days(lifetime), end, NOON, expiring)


@pytest.mark.parametrize(
    ("window", "left", "due", "sentence"),
    [
        (MONTH, 12, True, "12 of 90 days left, window opens at 30"),
        (MONTH, 30, True, "30 of 90 days left, window opens at 30"),
        (MONTH, 30.01, False, "30.1 of 90 days left, window opens at 30"),
        (DEFAULT_WINDOW, 71.2, False, "71.2 of 90 days left, window opens at 29.7"),
        (DEFAULT_WINDOW, -5, True, "0 of 90 days left, window opens at 29.7"),
        (Window(), 30.01, False, "30.1 of 90 days left, window opens at 30"),
        (Window(), 30, True, "30 of 90 days left, window opens at 30"),
    ],
)
def test_the_sentence_goes_with_the_answer(window: Window, left: float, due: bool, sentence: str) -> None:
    assert judged(window, left) == (due, sentence, None)


@pytest.mark.parametrize(
    ("window", "lifetime", "left", "due", "asked", "third"),
    [
        (Window(days(90)), 90, 80, False, "90", "30"),
        (Window(days(90)), 90, 30, True, "90", "30"),
        (MONTH, 30, 10.1, False, "30", "10"),
        (MONTH, 30, 10, True, "30", "10"),
        (MONTH, 6, 1.9, True, "30", "2"),
        (Window(), 24, 8.1, False, "30", "8"),
        (Window(), 24, 7.9, True, "30", "8"),
        (YEAR_LIKE, 47, 40, False, "400", "15.6"),
    ],
)
def test_a_window_as_long_as_the_lifetime_is_clamped_to_a_third(
    window: Window, lifetime: float, left: float, due: bool, asked: str, third: str
) -> None:
    found = judged(window, left, lifetime)
    assert (found.due, found.reason) == (due, f"{left:g} of {lifetime:g} days left, window opens at {third}")
    assert found.warning == (
        f"renew_before: the window of {asked} days is not shorter than the certificate's lifetime of {lifetime:g} "
        f"days, so every run would renew; a third of the lifetime, {third} days, is used instead."
    )


@pytest.mark.parametrize("expiring", [None, False])
def test_a_clock_that_is_behind_never_shows_more_days_than_the_lifetime(expiring: bool | None) -> None:
    found = judged(Window() if expiring is not None else MONTH, 93, expiring=expiring)
    assert not found.due
    assert found.reason.startswith("90 of 90 days left, ")
    assert found.reason.endswith("; it is not valid before 2026-11-25T12:00:00Z, so the clock seems to be behind")
    assert found.warning == (
        "renew_before: the certificate is not valid before 2026-11-25T12:00:00Z, but the clock of this machine shows "
        "2026-11-22T12:00:00Z. It seems to be behind, and with it every renewal is late. Set the clock."
    )
    assert time_left(NOON + days(3), NOON + days(93), NOON) == days(90)
    assert time_left(NOON - days(3), NOON + days(87), NOON) == days(87)
    assert time_left(NOON - days(90), NOON - days(1), NOON) == days(-1)


def test_a_clock_that_is_behind_hides_no_other_warning() -> None:
    warning = judged(Window(days(90)), 93).warning or ""
    assert "a third of the lifetime" in warning and warning.endswith("Set the clock.")


def test_a_window_that_leaves_a_tenth_of_the_lifetime_is_kept() -> None:
    assert judged(Window(days(81)), 81.5) == (False, "81.5 of 90 days left, window opens at 81", None)


@pytest.mark.parametrize(
    ("expiring", "lifetime", "left", "due", "sentence"),
    [
        (False, 90, 89, False, "89 of 90 days left, not expiring by the service's status"),
        (False, 90, 20, False, "20 of 90 days left, not expiring by the service's status"),
        (False, 90, 9, True, "9 of 90 days left, not expiring by the service's status, window opens at 9"),
        (True, 90, 20, True, "20 of 90 days left, expiring by the service's status"),
        (True, 90, 60, True, "60 of 90 days left, expiring by the service's status"),
        (True, 90, 61, False, "61 of 90 days left, expiring by the service's status, window opens at 60"),
    ],
)
def test_expiring_is_what_the_service_calls_the_order(
    expiring: bool, lifetime: float, left: float, due: bool, sentence: str
) -> None:
    assert judged(Window(), left, lifetime, expiring) == (due, sentence, None)


@pytest.mark.parametrize("expiring", [True, False])
def test_what_is_called_expiring_all_its_life_is_not_due_all_its_life(expiring: bool) -> None:
    short = [judged(Window(), left, 24, expiring) for left in (23.9, 8.1, 7.9)]
    assert [each.due for each in short] == [False, False, True]
    assert all(each.warning for each in short)


@pytest.mark.parametrize("expiring", [True, False])
def test_a_status_changes_nothing_for_another_window(expiring: bool) -> None:
    assert judged(MONTH, 45, expiring=expiring) == judged(MONTH, 45)


@pytest.mark.parametrize(
    ("window", "lifetime", "opens"),
    [(MONTH, 90, 60), (DEFAULT_WINDOW, 100, 67), (Window(), 90, 60), (MONTH, 30, 20), (Window(days(500)), 90, 60)],
)
def test_the_moment_from_which_it_is_due(window: Window, lifetime: float, opens: float) -> None:
    moment = opens_at(window, NOON, NOON + days(lifetime))
    assert moment == NOON + days(opens)
    for at, due in ((moment, True), (moment - timedelta(seconds=1), False)):
        assert was_due_at(window, NOON, NOON + days(lifetime), at) is due
        assert is_due(window, NOON, NOON + days(lifetime), at).due is due


def test_a_certificate_without_a_lifetime_is_due() -> None:
    for end in (NOON, NOON - days(1)):
        assert is_due(MONTH, NOON, end, NOON).due
        assert was_due_at(MONTH, NOON, end, NOON)


@pytest.mark.parametrize(
    ("text", "found", "shown"),
    [
        ("30d", MONTH, "30d"),
        ("720h", MONTH, "30d"),
        ("36h", Window(timedelta(hours=36)), "36h"),
        ("33%", DEFAULT_WINDOW, "33%"),
        ("12.5 %", Window(share=0.125), "12.5%"),
        ("expiring", Window(), "expiring"),
        (" Expiring ", Window(), "expiring"),
    ],
)
def test_a_policy_is_one_value_that_can_be_printed(text: str, found: Window, shown: str) -> None:
    assert window(text, "renew_before") == found
    assert str(found) == shown
    assert window(shown, "renew_before") == found


def test_an_option_that_is_no_policy_does_not_take_expiring() -> None:
    with pytest.raises(InvalidOption, match=r"^expires_within: 'expiring' is not valid; give days \(30d\)\.$"):
        window("expiring", "expires_within", "days (30d)")


def test_what_is_due_stays_due_and_the_numbers_agree() -> None:
    dice = random.Random(7)
    for _each in range(2000):
        lifetime, share = days(dice.uniform(1, 400)), dice.uniform(0.01, 0.99)
        now, later = sorted(NOON + lifetime * dice.uniform(0, 1.2) for _moment in range(2))
        answers = [is_due(Window(share=share), NOON, NOON + lifetime, moment) for moment in (now, later)]
        assert answers[0].due <= answers[1].due
        for due, sentence, warning in answers:
            left, opens = float(sentence.split()[0]), float(sentence.rsplit(" ", 1)[1])
            assert left <= opens + 0.1 if due else left >= opens
            assert warning is None


@pytest.mark.parametrize(
    ("text", "days", "warned"), [("45d", 46, True), ("41d", 46, False), ("95%", 46, False), ("46d", 46, True)]
)
def test_a_span_that_takes_nearly_all_of_a_lifetime_is_taken_as_a_third(text: str, days: int, warned: bool) -> None:
    begin = datetime(2026, 1, 1, tzinfo=timezone.utc)
    found = is_due(window(text, "renew_before"), begin, begin + timedelta(days=days), begin + timedelta(days=days / 2))
    assert (found.warning is not None) is warned
    assert found.due is not warned
