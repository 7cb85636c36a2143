# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages: they end, whatever the service says of their length, and are read again when they moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import paging as module
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.paging import Entry, entries, latest, pages

A, B, C = ({"id": name} for name in "abc")


def read(page: Callable[[int], object], total: object) -> tuple[list[tuple[list[Entry], int]], list[int]]:
    """The pages, and the numbers that were asked for."""
    asked: list[int] = []

    def ask(number: int) -> tuple[object, object]:
        asked.append(number)
        return page(number), total

    return list(pages(ask)), asked


@pytest.mark.parametrize("total", [3, "3"])
def test_the_total_ends_a_list(total: object) -> None:
    found, asked = read(lambda number: {1: [A, B], 2: [C]}.get(number, [A]), total)
    assert found == [([A, B], 3), ([C], 3)]
    assert asked == [1, 2]


@pytest.mark.parametrize("total", [None, 0, "", "many", -1])
def test_an_empty_page_ends_a_list_without_a_total(total: object) -> None:
    found, asked = read(lambda number: {1: [A], 2: [B]}.get(number, []), total)
    assert found == [([A], 0), ([B], 0), ([], 0)]
    assert asked == [1, 2, 3]


def test_an_empty_page_ends_a_list_that_is_shorter_than_its_total() -> None:
    assert read(lambda number: {1: [A]}.get(number, []), 9) == ([([A], 9), ([], 9)], [1, 2])


@pytest.mark.parametrize("page", [None, {"id": "a"}, "text", 7])
def test_what_is_no_list_has_no_entries(page: Any) -> None:
    assert read(lambda _number: page, 5) == ([([], 5)], [1])


def test_what_is_no_entry_is_left_out() -> None:
    assert read(lambda _number: [A, None, "text", [B], B], 2) == ([([A, B], 2)], [1])


def test_a_page_that_comes_again_and_again_is_an_error() -> None:
    """A service that does not look at the page's number gives one for ever."""
    with pytest.raises(Failure, match="does not end: 4 entries were read, and there should be more"):
        read(lambda _number: [A], 9)


def test_a_page_that_comes_three_times_is_none() -> None:
    found, _asked = read(lambda number: [A] if number <= 3 else [B], 4)
    assert [page for page, _total in found] == [[A], [A], [A], [B]]


def test_pages_that_are_alike_now_and_then_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 20)
    found, _asked = read(lambda number: [A] if number % 3 else [B], 18)
    assert len(found) == 18


def test_a_list_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 5)
    with pytest.raises(Failure, match="does not end: 5 entries"):
        read(lambda number: [{"id": number}], 10)
    assert len(read(lambda number: [{"id": number}], 5)[0]) == 5


def test_a_list_of_too_many_entries_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ENTRIES", 4)
    asked: list[int] = []

    def page(number: int) -> list[Entry]:
        asked.append(number)
        return [{"id": number}, A]

    assert len(read(page, 4)[0]) == 2
    with pytest.raises(Failure, match="does not end: 6 entries"):
        read(page, 100)
    assert asked == [1, 2, 1, 2, 3]


# Passes.


class Moving:
    """A list that is another one at each pass; its pages, with their totals."""

    def __init__(self, *passes: Sequence[tuple[object, object]]) -> None:
        self.passes, self.asked, self.now = passes, list[int](), -1

    def __call__(self, number: int) -> tuple[object, object]:
        self.asked.append(number)
        self.now += number == 1
        return self.passes[self.now][number - 1]


def id_of(entry: Entry) -> str:
    return str(entry["id"])


BOTH = pytest.mark.parametrize("read_all", [entries, latest], ids=lambda function: function.__name__)
Read = Callable[[Moving, Callable[[Entry], str]], Iterable[Entry]]


@BOTH
def test_a_list_that_does_not_move_is_read_once(read_all: Read) -> None:
    still = Moving([([A, B], 3), ([C], 3)])
    assert list(read_all(still, id_of)) == [A, B, C]
    assert still.asked == [1, 2]


@BOTH
def test_a_list_without_a_total_is_read_once(read_all: Read) -> None:
    untold = Moving([([A], None), ([B], None), ([], None)])
    assert list(read_all(untold, id_of)) == [A, B]
    assert untold.asked == [1, 2, 3]


@BOTH
def test_an_entry_that_moved_to_a_page_that_was_read_is_found_by_the_next_pass(read_all: Read) -> None:
    moving = Moving([([A], 3), ([B], 3), ([A], 3)], [([A], 3), ([B], 3), ([C], 3)])
    assert list(read_all(moving, id_of)) == [A, B, C]
    assert moving.asked == [1, 2, 3, 1, 2, 3]


@BOTH
def test_a_list_that_grew_while_it_was_read_is_read_again(read_all: Read) -> None:
    """Whatever was found: what is new may have pushed another entry back."""
    growing = Moving([([A, B], 3), ([C, A], 4)], [([A, B], 3), ([C], 3)])
    assert list(read_all(growing, id_of)) == [A, B, C]
    assert growing.asked == [1, 2, 1, 2]


@BOTH
def test_a_list_that_never_stands_still_is_read_three_times(read_all: Read) -> None:
    lacking = Moving(*[[([A, A], 3), ([A], 3)]] * 3)
    assert list(read_all(lacking, id_of)) == [A]
    assert lacking.asked == [1, 2] * 3


def test_pages_are_not_read_before_their_entries_are_wanted() -> None:
    """Who has found what was looked for pays for no more."""
    still = Moving([([A, B], 3), ([C], 3)])
    found = entries(still, id_of)
    assert (next(found), next(found), still.asked) == (A, B, [1])
    assert (next(found), still.asked) == (C, [1, 2])


def test_entries_are_told_once_and_as_they_were_first_seen() -> None:
    newer = {"id": "a", "new": True}
    moving = Moving([([A, B], 3), ([newer], 3)], [([newer, B], 3), ([C], 3)])
    assert list(entries(moving, id_of)) == [A, B, C]


def test_entries_of_all_passes_count_together() -> None:
    """Each pass may miss another one."""
    moving = Moving([([A], 3), ([A], 3), ([B], 3)], [([A], 3), ([A], 3), ([C], 3)])
    assert list(entries(moving, id_of)) == [A, B, C]
    assert len(moving.asked) == 6


def test_the_latest_is_what_the_last_pass_shows() -> None:
    newer = {"id": "a", "new": True}
    moving = Moving([([A, B], 3), ([C], 2)], [([newer], 2), ([C], 2)])
    assert latest(moving, id_of) == [newer, C]
    twice = Moving([([A, B], 3), ([newer], 3)], [([newer, B], 2)])
    assert latest(twice, id_of) == [newer, B]
