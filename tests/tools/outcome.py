# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of tests amounts to. Pure: text and numbers in, a verdict out.

A test tool that found nothing to do tends to say so and exit with zero. That is a failure here.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, replace

ALL_SKIPPED = re.compile(r"all targets skipped|no tests? ran|no targets? (?:found|to test)", re.IGNORECASE)

# Without these, a green run of ansible-test sanity says nothing about the collection.
ESSENTIAL_SANITY = ("compile", "import", "pep8", "pylint", "validate-modules", "yamllint")


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


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Add outcomes up: the sum is good only if each of them is."""
    parts = list(outcomes)
    complaints = [part.complaint or ("" if part.good or part.failed else "nothing passed") for part in parts]
    return Outcome(
        sum(part.passed for part in parts),
        sum(part.failed for part in parts),
        "; ".join(filter(None, complaints)),
        tuple(note for part in parts for note in part.notes),
    )


@dataclass(frozen=True)
class Cases:
    """The names of the test cases in a JUnit report, by result."""

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


def judge(status: int, log: str, passed: int, failed: int, complaint: str = "") -> Outcome:
    """Weigh what was counted against what the tool itself said."""
    if not complaint and ALL_SKIPPED.search(log):
        complaint = "the log says that targets were skipped or that no test ran"
    if not complaint and passed + failed == 0:
        complaint = f"no test ran; the test tool ended with exit status {status}"
    if not complaint and status != 0 and failed == 0:
        complaint = f"the test tool failed with exit status {status}, though no test did"
    return Outcome(passed, failed, complaint)


def judge_pytest(status: int, log: str, cases: Cases) -> Outcome:
    """Judge a run of pytest."""
    return judge(status, log, len(cases.passed), len(cases.failed))


def judge_sanity(status: int, log: str, cases: Cases) -> Outcome:
    """Judge a run of ansible-test sanity: the essential tests must have had something to test."""
    ran = [name.partition("::")[2].partition("-python-")[0] for name in cases.passed | cases.failed]
    missing = [name for name in ESSENTIAL_SANITY if not any(test.startswith(name) for test in ran)]
    complaint = f"did not run: {', '.join(missing)}" if missing else ""
    return judge(status, log, len(cases.passed), len(cases.failed), complaint)


def judge_integration(status: int, log: str, passed: set[str], wanted: set[str]) -> Outcome:
    """Judge a run of ansible-test integration: every target must have run."""
    listed = re.search(r"integration test\(s\) listed below[^\n]*\n(.*)", log, re.DOTALL)
    failed = wanted.intersection(listed[1].split()) if listed else set()
    missing = sorted(wanted - passed - failed)
    complaint = f"targets that never ran: {', '.join(missing)}" if missing else ""
    return judge(status, log, len(passed), len(failed), complaint)


# What a reliability run says of each figure that has to be something.
FIGURE = re.compile(r"^(ok|FAIL) +(\w+): ", re.MULTILINE)


def judge_reliability(status: int, log: str, wanted: Iterable[str]) -> Outcome:
    """Judge a run of tests.reliability: every part must have figures."""
    figures = FIGURE.findall(log)
    missing = sorted(set(wanted) - {name for _verdict, name in figures})
    complaint = f"parts without a figure: {', '.join(missing)}" if missing else ""
    failed = sum(verdict == "FAIL" for verdict, _name in figures)
    return judge(status, log, len(figures) - failed, failed, complaint)


# What molecule says at its end about each step of each scenario.
STEP = re.compile(r"^(\S+) > (\w+): Executed: (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Ledger:
    """What the playbooks of one scenario wrote down: see the callback ledger."""

    seconds: float
    assertions: int


def read_ledger(files: Iterable[str]) -> Ledger:
    """Add up what the playbooks of one scenario wrote down."""
    lines = [json.loads(line) for text in files for line in text.splitlines()]
    asserted = [line for line in lines if line["kind"] == "ok" and line["action"] == "ansible.builtin.assert"]
    return Ledger(round(sum(line["seconds"] for line in lines if line["kind"] == "end"), 1), len(asserted))


def judge_molecule(status: int, log: str, ledgers: dict[str, Ledger], wanted: set[str]) -> Outcome:
    """Judge a run of molecule: every scenario must have been verified, with assertions."""
    steps = STEP.findall(log)
    failed = {scenario for scenario, _step, end in steps if end == "Failed"} & wanted
    verified = {scenario for scenario, step, end in steps if (step, end) == ("verify", "Successful")}
    asserted = {scenario for scenario, ledger in ledgers.items() if ledger.assertions}
    passed = (verified & asserted & wanted) - failed
    missing = sorted(wanted - verified - failed)
    silent = sorted((verified - asserted) & wanted)
    complaints = [f"scenarios that never ran: {', '.join(missing)}"] if missing else []
    complaints += [f"scenarios that asserted nothing: {', '.join(silent)}"] if silent else []
    notes = tuple(f"  {name}: {ledger.seconds:.0f} s" for name, ledger in sorted(ledgers.items()) if name in wanted)
    return replace(judge(status, log, len(passed), len(failed), "; ".join(complaints)), notes=notes)
