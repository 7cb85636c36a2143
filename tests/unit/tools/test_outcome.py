# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of tests that proves nothing has failed."""

from __future__ import annotations

import json

import pytest

from tests.tools.outcome import (
    ESSENTIAL_SANITY,
    Cases,
    Ledger,
    Outcome,
    judge,
    judge_cases,
    judge_integration,
    judge_molecule,
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
    assert judge_cases(True, cases({"a", "b"})) == Outcome(2, 0)
    assert judge_cases(True, cases({"a", "b"})).good
    assert not judge_cases(False, cases({"a"}, {"b"})).good


@pytest.mark.parametrize("reports", [[], ["<testsuites/>"], [REPORT.replace("testcase", "other")]], ids=len)
def test_a_run_without_a_test_is_not_good(reports: list[str]) -> None:
    """ansible-test skips all targets with exit status 0 and leaves no report."""
    outcome = judge_cases(True, read_junit(reports))
    assert not outcome.good
    assert outcome.complaint == "no test ran"


def test_a_run_that_skipped_everything_is_not_good() -> None:
    assert judge_cases(True, cases(set(), skipped={"a", "b", "c"})).complaint == "no test ran"


def test_a_tool_that_fails_without_a_failed_test_is_not_good() -> None:
    """A crash after the last test counts."""
    assert judge_cases(False, cases({"a"})).complaint == "the test tool failed, but no test did"


def test_failed_tests_are_named() -> None:
    """The log of a session may be gone when somebody reads its last line."""
    assert judge(False, {"a"}, {"c", "b"}).complaint == "failed: b, c"
    assert judge(False, {"a"}, [f"{number:02}" for number in range(12)]).complaint.endswith(", 08, 09, ...")


def test_what_had_to_run_is_missed() -> None:
    """Whether it passed or failed, it ran."""
    assert judge(False, {"a"}, {"b"}, {"a", "b"}) == Outcome(1, 1, "failed: b")
    assert judge(True, {"a"}, set(), {"a", "b", "c"}).complaint == "did not run: b, c"


def test_sanity_needs_its_essential_tests() -> None:
    """A sanity run that saw no Python file passes two dozen tests."""
    assert judge_sanity(True, cases(sanity(*ESSENTIAL_SANITY, "shebang"))).good
    assert judge_sanity(True, cases(sanity("shebang", "symlinks"))).complaint.startswith("did not run: compile, import")


def targets(*names: str) -> str:
    """Return what ansible-test writes about integration targets that passed."""
    return json.dumps({"targets": {name: {"run_time_seconds": 1} for name in names}})


def test_every_integration_target_must_pass() -> None:
    """A target that failed and one that ansible-test left out are named."""
    assert judge_integration(True, [targets("order"), targets("info")], {"order", "info"}) == Outcome(2, 0)
    assert judge_integration(False, [targets("info")], {"order", "info"}) == Outcome(
        1, 1, "failed or did not run: order"
    )


def test_an_integration_run_without_a_target_is_not_good() -> None:
    assert not judge_integration(True, [], {"order", "info"}).good
    assert not judge_integration(True, [], set()).good


def test_an_integration_run_that_breaks_off_at_its_end_is_not_good() -> None:
    assert judge_integration(False, [targets("order")], {"order"}).complaint == "the test tool failed, but no test did"


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
    """A scenario has passed when it was verified; the seconds of each are noted."""
    log = MOLECULE.replace("Failed", "Successful") + "shared > verify: Executed: Successful"
    outcome = judge_molecule(True, log, {"renewal": SOME, "shared": SOME}, {"renewal", "shared"})
    assert outcome == Outcome(2, 0, notes=("renewal: 12 s", "shared: 12 s"))
    assert outcome.good


def test_a_failed_scenario_is_counted() -> None:
    """Whatever step it was that failed."""
    outcome = judge_molecule(False, MOLECULE, {"renewal": SOME, "shared": SOME}, {"renewal", "shared"})
    assert (outcome.passed, outcome.failed, outcome.complaint) == (1, 1, "failed: shared")


def test_every_scenario_must_run() -> None:
    """One that molecule left out is named, and so is one that was only converged."""
    wanted = {"renewal", "forms"}
    assert judge_molecule(True, MOLECULE, {"renewal": SOME}, wanted).complaint == "did not run: forms"
    converged = "forms > converge: Executed: Successful"
    assert judge_molecule(True, converged, {"forms": SOME}, {"forms"}).complaint == "did not run: forms"
    assert judge_molecule(True, "", {}, set()).complaint == "no test ran"


def test_a_scenario_that_asserts_nothing_is_not_good() -> None:
    """A play whose hosts match nothing ends with exit status 0."""
    outcome = judge_molecule(True, MOLECULE, {"renewal": Ledger(3.0, 0)}, {"renewal"})
    assert outcome.complaint.endswith("asserted nothing: renewal")
    assert outcome.passed == 0
    assert not outcome.good
    assert not judge_molecule(True, MOLECULE, {}, {"renewal"}).good


def test_outcomes_add_up() -> None:
    """A sum is good only if each part is, and keeps what each part has to say."""
    good, bad = Outcome(2, 0, notes=("fine",)), Outcome(1, 1, "why", ("not so fine",))
    assert together([good, good]) == Outcome(4, 0, notes=("fine", "fine"))
    assert together([good, bad]) == Outcome(3, 1, "why", ("fine", "not so fine"))
    assert not together([]).good


def test_a_run_that_proves_nothing_counts_as_a_failure() -> None:
    """The number of failures says so, even if no test failed."""
    assert str(Outcome(2, 0)) == "2 passed, 0 failed"
    assert str(Outcome(2, 0, "why")) == "2 passed, 1 failed"
    assert str(Outcome(0, 0)) == "0 passed, 1 failed"
    assert together([Outcome(2, 0), Outcome(0, 0)]) == Outcome(2, 1, "nothing passed")
