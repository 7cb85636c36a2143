# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a wait tells: a line when something changed and every 30 seconds; every other look is a detail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..._errors import ApiError, Failure, Kind, NoResponse
from ..._text import shown
from ..status import Status
from ..validation import ValidationFile, ValidationRecord

if TYPE_CHECKING:
    from .goal import Waitable

EVERY = 30.0
MOST_NAMED = 10


@dataclass(frozen=True)
class Told:
    """What was told of one wait so far. Moments are of ``clock.monotonic``.

    ``news`` is what there was to tell at the last look, ``since`` when it came up; ``at`` is the moment of the last
    line that was not a detail, None before the first.
    """

    begun: float
    gives_up: float
    news: Any = None
    since: float = 0.0
    at: float | None = None


def heard(told: Told, news: Any, now: float) -> tuple[Told, bool]:
    """What is told after a look, and whether its line is only a detail."""
    changed = told.at is None or news != told.news
    detail = told.at is not None and not changed and now - told.at < EVERY
    since, at = now if changed else told.since, told.at if detail else now
    return replace(told, news=news, since=since, at=at), detail


class Progress:
    """Tells one wait, to ``tell(line, detail)``, by the clock ``monotonic``; ``deadline`` is a moment of it.

    ``publishes``: the task itself publishes what is missing.
    """

    def __init__(
        self,
        tell: Callable[[str, bool], None],
        monotonic: Callable[[], float],
        deadline: float,
        publishes: bool = False,
    ) -> None:
        self._tell, self._monotonic = tell, monotonic
        self._missing = partial(missing, publishes=publishes)
        self._told = Told(begun=monotonic(), gives_up=deadline)

    @property
    def waited(self) -> float:
        """Seconds since the wait began."""
        return self._monotonic() - self._told.begun

    def order(self, order: Waitable, problem: Failure | None = None) -> None:
        """A look at one order that is not over yet; ``problem`` is why the look failed."""
        line = partial(order_line, order, lacks=self._missing(order))
        self._look((order.status, order.validation), line, problem)

    def orders(self, words: Sequence[str], problem: Failure | None = None) -> None:
        """A look at many orders, one word for each."""
        said = counts(words)
        self._look(said, lambda told, now: orders_line(said, told, now), problem)

    def news_of(self, order: Waitable) -> None:
        """One of many orders has changed."""
        self._tell(_sentences(f"{order.short}: {status_word(order)}.", self._missing(order)), True)

    def end(self, said: str, order: Waitable | None = None) -> None:
        """The wait is over, and well. Said only where something was said before."""
        if self._told.at is not None:
            self._tell(_sentences(f"{said} after {span(self.waited)}.", self._missing(order) if order else ""), False)

    def _look(self, news: Any, line: Callable[[Told, float], tuple[str, str]], problem: Failure | None) -> None:
        first, now = self._told.at is None, self._monotonic()
        self._told, detail = heard(self._told, news, now)
        head, tail = line(self._told, now)
        why = f"The last look failed ({clause(problem)})." if problem else ""
        self._tell(_sentences(head, why, _SAFE if first else "", tail), detail)


_SAFE = "Ctrl-C is safe: every application stays as it is, and the same task resumes it next time."


def _sentences(*parts: str) -> str:
    return " ".join(filter(None, parts))


def order_line(order: Waitable, told: Told, now: float, lacks: str) -> tuple[str, str]:
    """How one order stands, and what is still missing."""
    lasted = f" for {span(now - told.since)}" if now - told.since >= 1 else ""
    return f"{order.short}: {status_word(order)}{lasted}, gives up in {span(told.gives_up - now)}.", lacks


def orders_line(said: str, told: Told, now: float) -> tuple[str, str]:
    """How many orders stand, and for how long they were waited for."""
    lasted = f"waited {span(now - told.begun)}, " if now - told.begun >= 1 else ""
    return f"{said}; {lasted}gives up in {span(told.gives_up - now)}.", ""


_RANKS = {status.value: -1 if status is Status.ISSUED else rank for rank, status in enumerate(Status)}


def counts(words: Sequence[str]) -> str:
    """``300 orders: 12 issued, 288 pending_validation``, what is done first."""
    number = Counter(words)
    known = sorted(number, key=lambda word: _RANKS.get(word, len(_RANKS)))
    return f"{plural(len(words))}: {', '.join(f'{number[word]} {word}' for word in known)}"


def plural(number: int) -> str:
    return f"{number} order" + ("" if number == 1 else "s")


def status_word(order: Waitable) -> str:
    """The status; with the service's own word where there is no other."""
    if order.status is Status.UNKNOWN and order.service_status:
        return f"unknown (the service calls it {shown(order.service_status)})"
    return order.status.value


def missing(order: Waitable, publishes: bool = False) -> str:
    """What has to happen next. A value that is to be copied stands last, with nothing behind it."""
    if order.status is Status.PENDING_APPLICATION:
        return "It is not submitted yet."
    if order.status is not Status.PENDING_VALIDATION:
        return ""
    if not order.validation:
        return "The service does not show yet what to publish."
    return f"{'Publishing' if publishes else 'To publish:'} {' and '.join(map(_with_content, order.validation))}"


def _with_content(entry: ValidationRecord | ValidationFile) -> str:
    if isinstance(entry, ValidationRecord):
        return f"{record(entry)} with the value {shown(entry.record_value)}"
    return f"{shown(entry.url)} with the content {shown(entry.content)}"


def record(entry: ValidationRecord) -> str:
    """Type and name of a record to publish."""
    return f"{shown(entry.record_type)} {shown(entry.record_name or entry.raw_record_name)}"


def several(orders: Iterable[tuple[Waitable, str]]) -> str:
    """The first orders, each with a word for how it stands and with the record or file it lacks, and a count."""
    all_of_them = list(orders)
    named = "; ".join(_one_of_several(order, word) for order, word in all_of_them[:MOST_NAMED])
    more = len(all_of_them) - MOST_NAMED
    return named + (f"; and {more} more" if more > 0 else "")


def named(numbers: Sequence[str]) -> str:
    """``order 7``, or ``orders 7, 8 and 3 more``."""
    more = len(numbers) - MOST_NAMED
    named = ", ".join(numbers[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"order{'s' if numbers[1:] else ''} {named}"


def _one_of_several(order: Waitable, word: str) -> str:
    lacks = ""
    if word == Status.PENDING_VALIDATION.value and order.validation:
        lacks = f", to publish: {' and '.join(map(_place, order.validation))}"
    return f"{order.short} ({word}{lacks})"


def _place(entry: ValidationRecord | ValidationFile) -> str:
    return record(entry) if isinstance(entry, ValidationRecord) else shown(entry.url)


def clause(problem: Failure) -> str:
    """In a few words why a look failed."""
    if isinstance(problem, ApiError):
        return "throttled" if problem.kind is Kind.THROTTLED else "a failure of the service"
    return "no response" if isinstance(problem, NoResponse) else "the service was not reached"


def span(seconds: float) -> str:
    """``42 s``, ``12 min`` or ``3 h 20 min``."""
    whole = max(0, round(seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
