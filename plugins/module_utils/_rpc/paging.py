# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Lists that come in pages, from a service that is not relied on to end them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .._errors import Failure
from .fields import whole

Entry = dict[str, Any]

MOST_PAGES, MOST_ENTRIES = 1000, 50_000
# The same page again and again: the service does not look at its number.
_MOST_REPEATS = 3
_PASSES = 3


def entries(ask: Callable[[int], tuple[object, object]], key: Callable[[Entry], str]) -> Iterator[Entry]:
    """All entries of a list, each once by its key. ``ask`` is as for ``pages``.

    When entries moved between pages while they were read, the list is read again: a missed one may be made twice.
    """
    seen: set[str] = set()
    for _attempt in range(_PASSES):
        totals: set[int] = set()
        for page, total in pages(ask):
            totals.add(total)
            for entry in page:
                name = key(entry)
                if name not in seen:
                    seen.add(name)
                    yield entry
        if _is_whole(totals, len(seen)):
            return


def latest(ask: Callable[[int], tuple[object, object]], key: Callable[[Entry], str]) -> list[Entry]:
    """As ``entries``, but all at once, and each as the last pass shows it: without those that went in the meantime."""
    found: dict[str, Entry] = {}
    for _attempt in range(_PASSES):
        found, totals = {}, set[int]()
        for page, total in pages(ask):
            totals.add(total)
            found.update((key(entry), entry) for entry in page)
        if _is_whole(totals, len(found)):
            break
    return list(found.values())


def _is_whole(totals: set[int], count: int) -> bool:
    """Whether nothing moved while so many entries were read, each page with a total."""
    return len(totals) == 1 and count >= max(totals)


def pages(ask: Callable[[int], tuple[object, object]]) -> Iterator[tuple[list[Entry], int]]:
    """The pages of one pass, each with the total that the service gave (0: it gave none).

    ``ask`` fetches a page by its number: what should be its entries, and what should be the total.
    """
    count = repeats = 0
    last: list[Entry] = []
    for number in range(1, MOST_PAGES + 1):
        found, said = ask(number)
        page = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
        total = whole(said) or 0
        yield page, total
        count += len(page)
        # The service may cut pages shorter than asked for, so the total decides; without one, an empty page.
        if not page or (total and count >= total):
            return
        repeats = repeats + 1 if page == last else 0
        if count > MOST_ENTRIES or repeats == _MOST_REPEATS:
            break
        last = page
    raise Failure(
        f"The service's list does not end: {count} entries were read, and there should be more. Run the task again "
        "later; if this is so again, check endpoint."
    )
