# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of measurements: medians, the cost of one item, ratios, bars. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Record:
    """One task of one play, as the stopwatch saw it; times are seconds of one clock.

    ``items`` has the end of each item of a loop, ``ends`` that of each host, ``said`` what a command printed.
    """

    play: int
    play_name: str
    task: str
    action: str
    start: float
    items: tuple[float, ...]
    ends: tuple[float, ...]
    failed: int
    said: str | None

    @property
    def seconds(self) -> float:
        """From the task's start until its last host was done."""
        return self.ends[-1] - self.start if self.ends else 0.0

    @property
    def each(self) -> float:
        """What one more item costs: the time from the end of the first item to that of the last, for each between."""
        if len(self.items) < 2:
            return self.seconds
        return (self.items[-1] - self.items[0]) / (len(self.items) - 1)


@dataclass(frozen=True)
class Bar:
    """A limit that a figure is held against."""

    name: str
    limit: float
    value: float
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.limit


@dataclass(frozen=True)
class Table:
    """Figures in rows, each text already."""

    title: str
    explained: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_records(text: str) -> list[Record]:
    """Return the records of a stopwatch's file."""
    found = [json.loads(line) for line in text.splitlines()]
    return [Record(**{**each, "items": tuple(each["items"]), "ends": tuple(each["ends"])}) for each in found]


def each(record: Record) -> float:
    """Return the seconds of one item."""
    return record.each


def every(records: Iterable[Record], measure: Callable[[Record], float]) -> dict[str, list[float]]:
    """Return a measure of all rounds, by task."""
    found: dict[str, list[float]] = {}
    for record in records:
        found.setdefault(record.task, []).append(measure(record))
    return found


def medians(records: Iterable[Record], measure: Callable[[Record], float]) -> dict[str, float]:
    """Return the median of a measure over all rounds, by task."""
    return {task: median(values) for task, values in every(records, measure).items()}


def said_medians(records: Iterable[Record]) -> list[float]:
    """Return the median of the seconds that a script printed, for each round."""
    return [median(json.loads(record.said)) for record in records if record.said]


def ratio(value: float, base: float) -> float:
    """Return how many times the base a value is; without a base there is nothing to compare."""
    return value / base if base > 0 else float("inf")


def by_round(values: Sequence[float], bases: Sequence[float]) -> float:
    """Return how many times the base a value is, in the median of the rounds.

    Each round is compared by itself, because the speed of a machine changes from minute to minute.
    """
    return median(map(ratio, values, bases))


def spread(values: Sequence[float]) -> float:
    """Return how far the middle half of the values lies apart, as a share of their median."""
    ordered, middle = sorted(values), median(values)
    quarter = len(ordered) // 4
    return ratio(ordered[-1 - quarter] - ordered[quarter], middle)


def play_seconds(records: Sequence[Record], name: str) -> list[float]:
    """Return how long each play of a name took: from its first task's start until its last end."""
    plays: dict[int, list[Record]] = {}
    for record in records:
        if record.play_name == name:
            plays.setdefault(record.play, []).append(record)
    return [max(end for task in tasks for end in task.ends) - tasks[0].start for tasks in plays.values()]


def lines_of_tasks(output: str) -> int:
    """Return how many lines Ansible wrote for the tasks of a run: those that are not empty, before the recap."""
    shown = output.partition("PLAY RECAP")[0].splitlines()
    return len([line for line in shown if line.strip() and not line.startswith("PLAY [")])
