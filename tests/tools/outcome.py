# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a test run. Pure: names, text and numbers in, a verdict out.

A test tool that found nothing to test often says so and exits with zero. Here that run has failed.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, replace

# Without these, a green run of ansible-test sanity says nothing about the collection.
ESSENTIAL_SANITY = frozenset({"compile", "import", "pep8", "pylint", "validate-modules", "yamllint"})

# So many failed tests are named.
NAMED = 10


@dataclass(frozen=True)
class Outcome:
    """How many tests passed and failed, and what is wrong with the run as a whole."""

    passed: int
    failed: int
    complaint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Return whether this run proves something."""
        return self.passed > 0 and self.failed == 0 and not self.complaint

    @property
    def failures(self) -> int:
        """Return how many tests failed; a run that proves nothing counts as one, so that sums show it."""
        return max(self.failed, int(not self.good))

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failures} failed"


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Add outcomes up: the sum is good only if each of them is."""
    parts = list(outcomes)
    complaints = [part.complaint or ("" if part.good or part.failed else "nothing passed") for part in parts]
    return Outcome(
        sum(part.passed for part in parts),
        sum(part.failures for part in parts),
        "; ".join(filter(None, complaints)),
        tuple(note for part in parts for note in part.notes),
    )


def judge(
    tool_succeeded: bool,
    passed: Collection[str],
    failed: Collection[str] = (),
    wanted: Set[str] = frozenset(),
) -> Outcome:
    """Weigh the tests that passed and failed against those that had to run, and against the tool's exit status."""
    missing = sorted(wanted - set(passed) - set(failed))
    complaint = ""
    if missing:
        complaint = f"did not run: {', '.join(missing)}"
    elif failed:
        complaint = f"failed: {', '.join(sorted(failed)[:NAMED])}{', ...' if len(failed) > NAMED else ''}"
    elif not passed:
        complaint = "no test ran"
    elif not tool_succeeded:
        complaint = "the test tool failed, but no test did"
    return Outcome(len(passed), len(failed), complaint)


@dataclass(frozen=True)
class Cases:
    """The names of the test cases in JUnit reports, by result."""

    passed: frozenset[str]
    failed: frozenset[str]
    skipped: frozenset[str]


def read_junit(reports: Iterable[str]) -> Cases:
    """Sort the test cases of some JUnit reports."""
    results: dict[str, set[str]] = {"passed": set(), "failed": set(), "skipped": set()}
    for report in reports:
        for case in ET.fromstring(report).iter("testcase"):
            children = {child.tag for child in case}
            result = "failed" if children & {"failure", "error"} else "skipped" if "skipped" in children else "passed"
            results[result].add(f"{case.get('classname')}::{case.get('name')}")
    return Cases(**{result: frozenset(names) for result, names in results.items()})


def judge_cases(tool_succeeded: bool, cases: Cases) -> Outcome:
    """Judge a run of any tool that reports its test cases."""
    return judge(tool_succeeded, cases.passed, cases.failed)


def judge_sanity(tool_succeeded: bool, cases: Cases) -> Outcome:
    """Judge a run of ansible-test sanity: the essential tests must have had something to test."""
    passed, failed = (
        {name.partition("::")[2].partition("-python-")[0] for name in names} for names in (cases.passed, cases.failed)
    )
    return judge(tool_succeeded, passed, failed, ESSENTIAL_SANITY)


def judge_integration(tool_succeeded: bool, reports: Iterable[str], wanted: Set[str]) -> Outcome:
    """Judge a run of ansible-test integration, whose reports name the targets that passed: all others failed."""
    passed = {name for report in reports for name in json.loads(report)["targets"]}
    failed = sorted(wanted - passed)
    outcome = judge(tool_succeeded, passed, failed)
    return replace(outcome, complaint=f"failed or did not run: {', '.join(failed)}") if failed else outcome


# The lines that molecule prints at its end for each step of each scenario.
STEP = re.compile(r"^(\S+) > (\w+): Executed: (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Ledger:
    """What the playbooks of one scenario recorded: see the callback ledger."""

    seconds: float
    assertions: int


def read_ledger(files: Iterable[str]) -> Ledger:
    """Add up what the playbooks of one scenario recorded."""
    lines = [json.loads(line) for text in files for line in text.splitlines()]
    asserted = [line for line in lines if line["kind"] == "ok" and line["action"] == "ansible.builtin.assert"]
    return Ledger(round(sum(line["seconds"] for line in lines if line["kind"] == "end"), 1), len(asserted))


def judge_molecule(tool_succeeded: bool, log: str, ledgers: Mapping[str, Ledger], wanted: Set[str]) -> Outcome:
    """Judge a run of molecule: every scenario must have been verified, with assertions."""
    steps = STEP.findall(log)
    failed = {scenario for scenario, _step, end in steps if end == "Failed"} & wanted
    verified = {scenario for scenario, step, end in steps if (step, end) == ("verify", "Successful")}
    asserted = {scenario for scenario, ledger in ledgers.items() if ledger.assertions}
    passed = (verified & asserted & wanted) - failed
    silent = sorted((verified - asserted) & wanted - failed)
    outcome = judge(tool_succeeded, passed, failed, wanted - set(silent))
    complaints = [outcome.complaint, f"asserted nothing: {', '.join(silent)}" if silent else ""]
    notes = tuple(f"{name}: {ledger.seconds:.0f} s" for name, ledger in sorted(ledgers.items()) if name in wanted)
    return replace(outcome, complaint="; ".join(filter(None, complaints)), notes=notes)
