# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two runs of the same tasks: in one every module was shipped, in the other they ran in Ansible's worker.

Pure: the records of the callback recording and Ansible's output come in as text. Values that are new in every run
become names, such as <request 3>, numbered as they appear. What is equal within one run has to be equal in the other.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.tools.outcome import Outcome, together

# Values that are new in every run, by kind. The rest has to be the same, to the letter.
NEW_IN_EVERY_RUN = {
    # Ansible takes the words out of a set, whose order is new in every process.
    "booleans": r"(?<=Valid booleans include: )[^.]+$",
    "PEM": r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----",
    "account": r"^[0-9a-f]{16}$",
    "address": r"127\.0\.0\.1:\d+",
    # Its number has that of the instance, and which of two equal instances is taken is decided by their ids.
    "certificate": r"\b215\d{5}\b",
    "fingerprint": r"\b(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\b",
    "directory": r"\b(?:tmp|ansible)\.\w{8,10}\b",
    # Where the time limit of a task came, in ansible-core 2.18.
    "frame": r"^Interrupted at <frame at .*$",
    "hash": r"\b[0-9a-f]{64}\b",
    "instance": r"\bcas-[a-z]+-(?:[0-9a-f]{6}|[0-9a-f]{10})\b",
    "job": r"\bj\d+\.\d+\b",
    "moment": r"\b\d{10}(?:\d{3})?\b",
    "order": r"\b\d{17}\b",
    "request": r"\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b",
    "serial": r"\b(?:[0-9a-f]{2}:){7,}[0-9a-f]{2}\b",
    "time": r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "validation": r"\b20\d{6}[0-9a-f]{40,}\b",
    "workspace": r"\b(?:certops|emulator)-[a-z0-9_]{8}\b",
}
ANY_OF_THEM = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in NEW_IN_EVERY_RUN.items()), re.DOTALL)
# Two events can fall into the same second in one run only, and two modules be in the same process.
UNNUMBERED = ("booleans", "moment", "time")
# Keys whose value may be another one of the same type: a second can make it a day or a second less.
FREE = ("clock_offset", "days_left")

TARGET = re.compile(r"^Running (\w+) integration test role$", re.MULTILINE)
# A name with a dollar in it: ansible-core 2.22 masks each word that a task before this one had for a secret.
WAY = re.compile(
    r"certops\.alicloud\.[\w$]+ (?:(runs in the worker of the controller)|is shipped, because (.+?))\s*$", re.M
)
MESSAGE = re.compile(r"^\[(?:DEPRECATION WARNING|ERROR|WARNING)\]: .*$", re.MULTILINE)
# Where the task itself asks for more than the worker can give. Other reasons are those of the whole run.
REASONS_OF_TASKS = re.compile(r"of async|of become|its environment sets \w+")
# A task of this action runs any number of modules.
CHAIN = "certops.alicloud.certificate"
# So many differences are printed for each target; the rest is counted.
SHOWN = 20


@dataclass(frozen=True)
class Run:
    """One run of one target: results as the callback saw them, warnings and errors, and which way modules took."""

    results: tuple[dict[str, Any], ...] = ()
    messages: tuple[str, ...] = ()
    direct: int = 0
    shipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A field that has one value when the module is shipped and another one when it runs in the worker."""

    task: str
    field: str
    shipped: Any
    direct: Any

    def __str__(self) -> str:
        return f"{self.task}\n    {self.field}\n    shipped: {self.shipped}\n    direct:  {self.direct}"


NOTHING = "(nothing)"


class Names:
    """Gives the values that are new in every run their names."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}

    def of(self, value: Any) -> Any:
        """Return a value of JSON with such names in it."""
        if isinstance(value, str):
            return ANY_OF_THEM.sub(self._name, value)
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if isinstance(value, dict):
            return {key: str(type(item)) if key in FREE else self.of(item) for key, item in sorted(value.items())}
        return value

    def _name(self, match: re.Match[str]) -> str:
        kind = str(match.lastgroup)
        if kind in UNNUMBERED:
            return f"<{kind}>"
        numbers = self._numbers.setdefault(kind, {})
        return f"<{kind} {numbers.setdefault(match[0], len(numbers) + 1)}>"


def read_runs(recordings: Mapping[str, str], log: str) -> dict[str, Run]:
    """Put together what the callback recorded for each target and what Ansible printed with -vvv."""
    _before, *parts = TARGET.split(log)
    logs = dict(zip(parts[::2], parts[1::2]))
    return {target: read_run(text, logs.get(target, "")) for target, text in recordings.items()}


def read_run(recording: str, log: str) -> Run:
    """Read one run of one target."""
    ways = WAY.findall(log)
    return Run(
        results=tuple(json.loads(line) for line in recording.splitlines()),
        messages=tuple(MESSAGE.findall(log)),
        direct=sum(1 for direct, _reason in ways if direct),
        shipped=tuple(reason for _direct, reason in ways if reason),
    )


def compare(shipped: Run, direct: Run) -> list[Difference]:
    """Return in what two runs differ, field by field."""
    both = [[titled(entry) for entry in Names().of(list(run.results))] for run in (shipped, direct)]
    found: list[Difference] = []
    for (title, one), (other_title, other) in zip(*both):
        if title != other_title:
            return [*found, Difference(title, "the task itself", title, other_title)]
        found += (Difference(title, *fields) for fields in differing(one, other))
    if len(both[0]) != len(both[1]):
        found.append(Difference("all tasks", "number of results", len(both[0]), len(both[1])))
    return found + list(differing_messages(shipped, direct))


def differing_messages(shipped: Run, direct: Run) -> Iterator[Difference]:
    """Return the lines that Ansible printed in one run only: more of them, or others."""
    one, other = (Counter(Names().of(list(run.messages))) for run in (shipped, direct))
    for line in (one - other).elements():
        yield Difference("warnings and errors", "a line", line, NOTHING)
    for line in (other - one).elements():
        yield Difference("warnings and errors", "a line", NOTHING, line)


def titled(entry: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return which task and item a result belongs to, for people."""
    words = [entry["place"], entry["task"], *([json.dumps(entry["label"])] if entry["label"] is not None else [])]
    return ", ".join(words), entry


def differing(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Go through two values of JSON at once; return where they differ, and how. 1, 1.0 and true are not the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from differing(one.get(key, NOTHING), other.get(key, NOTHING), f"{path}.{key}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other)):
            yield from differing(*pair, f"{path}[{number}]")
    elif type(one) is not type(other) or one != other:
        yield path, one, other


def complaint(shipped: Run, direct: Run) -> str:
    """Return why two runs prove nothing, or nothing: a task may have taken another way than its run was to take."""
    ran = [attempts(run.results) for run in (shipped, direct)]
    strange = sorted({reason for reason in direct.shipped if not REASONS_OF_TASKS.fullmatch(reason)})
    if not shipped.results:
        return "no result was recorded"
    if shipped.direct:
        return f"{shipped.direct} modules were not shipped where all were to be"
    if strange:
        return f"modules were shipped that were to run in the worker: {'; '.join(strange)}"
    if not direct.direct:
        return "no module ran in the worker"
    counted = [len(shipped.shipped), direct.direct + len(direct.shipped)]
    runs_several = any(entry.get("action") == CHAIN for entry in shipped.results)
    agrees = counted[0] == counted[1] if runs_several else ran == counted
    return "" if agrees else f"{ran} modules left a result, but {counted} reported which way they took"


def attempts(results: Sequence[dict[str, Any]]) -> int:
    """Return for how many results a module was run."""
    pairs = zip(({}, *results), results)
    return sum(attempted(entry) and not ends_loop(before, entry) for before, entry in pairs)


def ends_loop(before: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Return whether a result is the sum of a loop: with no_log, ansible-core 2.18 leaves no results in it."""
    kinds = [str(each.get("kind", "")).startswith("item ") for each in (before, entry)]
    return kinds == [True, False] and before["place"] == entry["place"]


def attempted(entry: dict[str, Any]) -> bool:
    """Return whether a module was run for this result: not if the task was skipped, and not for the sum of a loop."""
    return "skipped" not in entry["kind"] and "results" not in entry["result"]


def judge_both_ways(shipped: Mapping[str, Run], direct: Mapping[str, Run], wanted: set[str]) -> Outcome:
    """Judge two runs of some targets: every result must be the same, whichever way a module was run."""
    return together(judge_target(name, shipped.get(name, Run()), direct.get(name, Run())) for name in sorted(wanted))


def judge_target(name: str, shipped: Run, direct: Run) -> Outcome:
    """Judge two runs of one target. What passes or fails are tasks' results, and the messages beside them."""
    found = compare(shipped, direct)
    failed = len({difference.task for difference in found})
    modules = f"{direct.direct} of {direct.direct + len(direct.shipped)} modules in the worker"
    notes = [f"{name}: {len(shipped.results)} results compared, {modules}, {len(found)} differences"]
    notes += (f"  {difference}" for difference in found[:SHOWN])
    text = complaint(shipped, direct)
    return Outcome(max(len(shipped.results) - failed, 0), failed, f"{name}: {text}" if text else "", tuple(notes))
