# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of tests that proves nothing must not look green."""

from __future__ import annotations

import json

from tests.tools.outcome import (
    ESSENTIAL_SANITY,
    Cases,
    Ledger,
    Outcome,
    judge_integration,
    judge_molecule,
    judge_pytest,
    judge_reliability,
    judge_sanity,
    read_junit,
    read_ledger,
    together,
)

REPORT = """
<testsuites><testsuite name="pytest">
  <testcase classname="a" name="good"/>
  <testcase classname="a" name="bad"><failure message="no"/></testcase>
  <testcase classname="a" name="broken"><error message="no"/></testcase>
  <testcase classname="a" name="left out"><skipped message="later"/></testcase>
</testsuite></testsuites>
"""

FAILED_TARGETS = """
PLAY RECAP
FATAL: The 1 integration test(s) listed below (out of 2) failed. See error output above for details:
order
"""


def cases(passed: set[str], failed: set[str] = frozenset(), skipped: set[str] = frozenset()) -> Cases:
    """Return cases with these names."""
    return Cases(frozenset(passed), frozenset(failed), frozenset(skipped))


def sanity(*names: str) -> set[str]:
    """Return the names that ansible-test gives to sanity tests in its reports."""
    return {f"sanity::{name}-python-3.11" for name in names}


def test_a_report_is_sorted_by_result() -> None:
    """Failures and errors are failures; what was skipped has not passed."""
    assert read_junit([REPORT]) == cases({"a::good"}, {"a::bad", "a::broken"}, {"a::left out"})


def test_a_run_of_pytest() -> None:
    """Only a run with passes and without failures is good."""
    assert judge_pytest(0, "2 passed", cases({"a", "b"})) == Outcome(2, 0)
    assert judge_pytest(0, "2 passed", cases({"a", "b"})).good
    assert not judge_pytest(1, "1 failed, 1 passed", cases({"a"}, {"b"})).good


def test_pytest_that_ran_nothing_is_not_good() -> None:
    """Nothing collected, and everything skipped, are the same to us."""
    assert judge_pytest(5, "no tests ran in 0.01s", cases(set())).complaint
    assert judge_pytest(0, "3 skipped", cases(set(), skipped={"a", "b", "c"})).complaint.startswith("no test ran")


def test_a_tool_that_fails_without_a_failed_test_is_not_good() -> None:
    """A crash after the last test counts."""
    assert "exit status 3" in judge_pytest(3, "INTERNALERROR", cases({"a"})).complaint


def test_sanity_needs_its_essential_tests() -> None:
    """A sanity run that saw no Python file passes two dozen tests."""
    assert judge_sanity(0, "", cases(sanity(*ESSENTIAL_SANITY, "shebang"))).good
    assert judge_sanity(0, "", cases(sanity("shebang", "symlinks"))).complaint.startswith(
        "did not run: compile, import"
    )


def test_skipped_targets_are_not_good() -> None:
    """`All targets skipped` comes with exit status 0."""
    assert not judge_sanity(0, "WARNING: All targets skipped.", cases(sanity(*ESSENTIAL_SANITY))).good
    assert not judge_integration(0, "WARNING: All targets skipped.", set(), {"order"}).good


def test_every_integration_target_must_run() -> None:
    """A target that ansible-test left out is named."""
    assert judge_integration(0, "", {"order", "info"}, {"order", "info"}) == Outcome(2, 0)
    assert judge_integration(0, "", {"info"}, {"order", "info"}).complaint == "targets that never ran: order"
    assert judge_integration(0, "", set(), set()).complaint.startswith("no test ran")


def test_failed_integration_targets_are_counted() -> None:
    """They are read off the closing lines."""
    assert judge_integration(1, FAILED_TARGETS, {"info"}, {"order", "info"}) == Outcome(1, 1)


MOLECULE = """
ERROR    Molecule executed 4 scenarios (1 failed and 3 successful)

DETAILS
default > create: Executed: Successful

renewal > prepare: Executed: Successful
renewal > converge: Executed: Successful
renewal > verify: Executed: Successful

shared > prepare: Executed: Successful
shared > converge: Executed: Failed (Ansible return code was 2)

default > destroy: Executed: Successful
"""

SOME = Ledger(12.0, 3)


def test_a_ledger_is_added_up() -> None:
    """Assertions count when they held; seconds are those of whole playbooks."""
    good = {"kind": "ok", "action": "ansible.builtin.assert", "seconds": 1.0}
    bad = {"kind": "failed", "action": "ansible.builtin.assert", "seconds": 2.0}
    other = {"kind": "ok", "action": "ansible.builtin.command", "seconds": 3.0}
    text = "\n".join(json.dumps(line) for line in (good, bad, other, {"kind": "end", "seconds": 4.5}))
    assert read_ledger([text, text]) == Ledger(9.0, 2)
    assert read_ledger([]) == Ledger(0.0, 0)


def test_a_run_of_molecule() -> None:
    """A scenario has passed when it was verified; the seconds of each are told."""
    log = MOLECULE.replace("Failed", "Successful") + "shared > verify: Executed: Successful"
    outcome = judge_molecule(0, log, {"renewal": SOME, "shared": SOME}, {"renewal", "shared"})
    assert outcome == Outcome(2, 0, notes=("  renewal: 12 s", "  shared: 12 s"))
    assert outcome.good


def test_a_failed_scenario_is_counted() -> None:
    """Whatever step it was that failed."""
    outcome = judge_molecule(1, MOLECULE, {"renewal": SOME, "shared": SOME}, {"renewal", "shared"})
    assert (outcome.passed, outcome.failed, outcome.complaint) == (1, 1, "")


def test_every_scenario_must_run() -> None:
    """One that molecule left out is named, and so is one that was only converged."""
    wanted = {"renewal", "forms"}
    assert judge_molecule(0, MOLECULE, {"renewal": SOME}, wanted).complaint == "scenarios that never ran: forms"
    converged = "forms > converge: Executed: Successful"
    assert judge_molecule(0, converged, {"forms": SOME}, {"forms"}).complaint == "scenarios that never ran: forms"
    assert judge_molecule(0, "", {}, set()).complaint.startswith("no test ran")


def test_a_scenario_that_asserts_nothing_is_not_good() -> None:
    """A play whose hosts match nothing ends with exit status 0."""
    outcome = judge_molecule(0, MOLECULE, {"renewal": Ledger(3.0, 0)}, {"renewal"})
    assert outcome.complaint == "scenarios that asserted nothing: renewal"
    assert outcome.passed == 0
    assert not judge_molecule(0, MOLECULE, {}, {"renewal"}).good


def test_a_reliability_run() -> None:
    log = "   1 s  disk: begins\nok   disk: losses: 0\n     disk: kill points: 7\nFAIL trust: leaks: 1\n"
    assert judge_reliability(1, log, ["disk", "trust"]) == Outcome(1, 1)
    assert judge_reliability(0, log.replace("FAIL", "ok  "), ["disk", "trust"]) == Outcome(2, 0)


def test_every_part_of_a_reliability_run_must_have_figures() -> None:
    outcome = judge_reliability(0, "ok   disk: losses: 0\n     trust: cases: 7\n", ["disk", "trust"])
    assert not outcome.good
    assert outcome.complaint == "parts without a figure: trust"


def test_a_reliability_run_that_broke_off_is_not_good() -> None:
    assert not judge_reliability(1, "ok   disk: losses: 0\nTraceback\n", ["disk"]).good


def test_outcomes_add_up() -> None:
    """A sum is good only if each part is, and keeps what each part has to say."""
    good, bad = Outcome(2, 0, notes=("fine",)), Outcome(1, 1, "why", ("not so fine",))
    assert together([good, good]) == Outcome(4, 0, notes=("fine", "fine"))
    assert together([good, bad]) == Outcome(3, 1, "why", ("fine", "not so fine"))
    assert not together([good, Outcome(0, 0)]).good
    assert not together([]).good
