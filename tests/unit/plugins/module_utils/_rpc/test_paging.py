# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in pages: they end, whatever the service says of their length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import paging as module
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.fields import whole
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.paging import Entry, pages

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


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        (0, 0),
        ("0", 0),
        (10**18 - 1, 10**18 - 1),
        ("9" * 18, 10**18 - 1),
        (10**18, None),
        ("1" + "0" * 18, None),
        (-1, None),
        ("-1", None),
        ("", None),
        ("a", None),
        ("٣", None),
        (1.0, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_comes_as_such_or_as_text(value: object, number: int | None) -> None:
    assert whole(value) == number
