# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three runs of a task: with something that goes wrong, without, and in check mode; and what they must come to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._x509.private_key import read_private_key
from tests.support.chains import Killed, Shop

from .disturbances import FAULTS, KILLS, ON_THE_HOST, Disturbance, Point, disk, failing, points
from .workflows import Workflow, watch


class Problem(Enum):
    """What must not be, as the page calls it."""

    DUPLICATE = "orders or applications beyond the one that was asked for"
    LOST = "orders or applications whose private key was lost"
    OTHER_KEY = "resumed runs that used another key than that of the order or application"
    BEYOND = "orders withdrawn, deleted or revoked, applications withdrawn, certificates revoked"
    NOT_CONVERGED = "second runs that did not end with the new certificate served"
    NOT_SETTLED = "third runs that planned something"
    LEFT = "validation records and files left behind without a warning"
    OUTAGE = "moments without a valid certificate in use where there was one before"
    UNCLEAR = "first runs that ended neither with success nor with a clear failure"


@dataclass
class Trials:
    """All trials of a directory, and what was found wrong, with a sentence for each."""

    directory: Path
    found: dict[Problem, list[str]] = field(default_factory=lambda: {problem: [] for problem in Problem})
    numbers: Iterator[int] = field(default_factory=count)

    def attempt(self, workflow: Workflow, shop: Shop, about: str, disturbed: Callable[[Shop], Any]) -> None:
        """``disturbed`` runs the task once, with what goes wrong, and lets the shop be as it was before."""
        trial = Trial(workflow, shop, _copy(shop, self.directory / str(next(self.numbers))))
        for problem, why in trial.run(disturbed):
            self.found[problem].append(f"{workflow.name}, {about}: {why}")
        shutil.rmtree(trial.shop.root.parent)


def _copy(shop: Shop, directory: Path) -> Shop:
    directory.mkdir(parents=True)
    twin = shop.fork(directory / "host")
    twin.state = str(directory / "state")
    watch(twin)
    return twin


@dataclass
class Trial:
    """One copy of a shop; ``before`` is as it was."""

    workflow: Workflow
    before: Shop
    shop: Shop
    warnings: list[str] = field(default_factory=list)

    def run(self, disturbed: Callable[[Shop], Any]) -> Iterator[tuple[Problem, str]]:
        try:
            self.warnings = disturbed(self.shop).warnings
        except Killed:
            pass
        except Failure as failure:
            yield from self._unclear(failure)
        except Exception as problem:
            yield Problem.UNCLEAR, repr(problem)
        yield from self._keys()
        yield from self._in_use()
        made = self._new_keys()
        second = _failure_of(lambda: self.workflow.run(self.shop))
        if second:
            yield Problem.NOT_CONVERGED, second.msg
            return
        yield from self._end(made)

    def _unclear(self, failure: Failure) -> Iterator[tuple[Problem, str]]:
        lost = [call for call in self.shop.account.calls if call.fault and call.action in self._applications]
        if not failure.msg or "This is a bug" in failure.msg:
            yield Problem.UNCLEAR, failure.msg
        in_doubt = lost and lost[-1].fault not in ("throttled", "code") and lost[-1] is self._last_order()
        if in_doubt and failure.facts.get("outcome") != "unknown":
            yield Problem.UNCLEAR, f"it does not say that the outcome is unknown: {failure.msg}"

    @property
    def _applications(self) -> tuple[str, ...]:
        return self.workflow.source.applications

    def _last_order(self) -> object:
        return [call for call in self.shop.account.calls if call.action in self._applications][-1]

    def _new_keys(self) -> set[str]:
        """The keys of what was ordered or applied for since the beginning."""
        keys = self.workflow.source.keys
        return keys(self.shop.account) - keys(self.before.account)

    def _keys(self) -> Iterator[tuple[Problem, str]]:
        known = {
            read_private_key(path.read_text(), "a key") for path in self.shop.home.glob("generations/*/privkey.pem")
        }
        for key in sorted(self.workflow.source.keys(self.shop.account) - known):
            yield Problem.LOST, f"that with the hash {key}"

    def _in_use(self) -> Iterator[tuple[Problem, str]]:
        """What is in use is whole, and what is served is one of the certificates that are there."""
        if self.before.serving is None:
            return
        there = {_print(path) for path in self.shop.home.glob("generations/*/cert.pem")}
        current = self.shop.home / "current" / "fullchain.pem"
        if self.shop.serving not in there or not current.exists() or _print(current) not in there:
            yield Problem.OUTAGE, "it is gone"

    def _end(self, made: set[str]) -> Iterator[tuple[Problem, str]]:
        """``made``: the keys of what was ordered or applied for in the first run."""
        source, account = self.workflow.source, self.shop.account
        last = source.made(account) - source.made(self.before.account)
        if last != 1:
            yield Problem.DUPLICATE, f"{last} were made"
        gone = source.undone(account)
        if gone:
            yield Problem.BEYOND, f"{gone}"
        yield from self._keys()
        current = self.shop.home / "current"
        key = read_private_key((current / "privkey.pem").read_text(), "a key")
        if made not in (set(), {key}):
            yield Problem.OTHER_KEY, f"{sorted(made)}"
        if self.shop.serving in (None, self.before.serving) or self.shop.serving != _print(current / "cert.pem"):
            yield Problem.NOT_CONVERGED, "another certificate is served"
        if self.shop.published() and not any("could not be removed" in text for text in self.warnings):
            yield Problem.LEFT, f"{self.shop.published()}"
        third = self.workflow.run(self.shop, check=True)
        if third.plan.steps:
            yield Problem.NOT_SETTLED, third.facts["msg"]


def _print(path: Path) -> str:
    return str(read_certificate(path.read_text()).sha256_fingerprint)


def _failure_of(task: Callable[[], object]) -> Failure | None:
    try:
        task()
    except Failure as failure:
        return failure
    return None


# What is tried.


def steps_of(workflow: Workflow, shop: Shop, directory: Path) -> list[Point]:
    """Every step on the host and every call of an undisturbed task."""
    steps: list[str] = []
    twin = _copy(shop, directory)
    watch(twin, lambda when, step: steps.append(step) if when == "before" else None)
    workflow.run(twin)
    return points(steps)


def kill(trials: Trials, workflow: Workflow, shop: Shop, found: list[Point]) -> int:
    return _each(trials, workflow, shop, [(point, each) for point in found for each in KILLS])


def lose(trials: Trials, workflow: Workflow, shop: Shop, found: list[Point]) -> int:
    calls = [(point, each) for point in found if point.is_call for each in FAULTS]
    steps = [(point, each) for point in found if not point.is_call for each in ON_THE_HOST]
    return _each(trials, workflow, shop, calls + steps)


def _each(trials: Trials, workflow: Workflow, shop: Shop, pairs: list[tuple[Point, Disturbance]]) -> int:
    for point, disturbance in pairs:

        def disturbed(twin: Shop, point: Point = point, disturbance: Disturbance = disturbance) -> Any:
            disturbance.begin(twin, point)
            try:
                return workflow.run(twin)
            finally:
                disturbance.end(twin)

        trials.attempt(workflow, shop, f"{point.name} (step {point.number}), {disturbance.name}", disturbed)
    return len(pairs)


def fill(trials: Trials, workflow: Workflow, shop: Shop, errors: tuple[int, ...], once: bool) -> int:
    """Every call that writes to the disk fails, with all that follow, and alone unless ``once`` is enough."""
    writes: list[str] = []
    twin = _copy(shop, trials.directory / f"writes-{next(trials.numbers)}")
    with disk(twin, writes.append):
        workflow.run(twin)
    cases = [
        (number, error, lasts)
        for number in range(1, len(writes) + 1)
        for error in errors
        for lasts in (True, False)[: 1 if once else 2]
    ]
    for number, error, lasts in cases:
        disturb = failing(number, error, lasts)

        def disturbed(twin: Shop, disturb: Callable[[str], None] = disturb) -> Any:
            with disk(twin, disturb):
                return workflow.run(twin)

        about = f"{writes[number - 1]} (write {number}) fails with {error}{' from then on' if lasts else ''}"
        trials.attempt(workflow, shop, about, disturbed)
    return len(cases)
