# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run parts of the tests, two at a time, and close with one line that counts them all.

Usage: python -m tests.tools.run orders unit integration sanity sdk
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.tools.dependencies import ROOT
from tests.tools.outcome import Outcome
from tests.tools.parts import COVERAGE, OUTPUT, PARTS

TAIL = 100


def report(name: str, outcome: Outcome, seconds: float, log: str) -> str:
    """Say in one line how a part went, with its notes, and the end of its log when it did not go well."""
    line = f"{name}: {outcome.passed} passed, {outcome.failed} failed in {seconds:.0f} s"
    line = "\n".join([line, *outcome.notes])
    if outcome.good:
        return line
    tail = "\n".join(f"  | {text}" for text in log.splitlines()[-TAIL:])
    return "\n".join([f"{tail}\n{line}", *([f"{name}: {outcome.complaint}"] if outcome.complaint else [])])


def run_part(name: str) -> Outcome:
    """Run one part, print how it went and return what came out."""
    log = OUTPUT / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    outcome = PARTS[name](log)
    print(report(name, outcome, time.monotonic() - start, log.read_text()), flush=True)
    return outcome


def run_parts(names: list[str]) -> list[Outcome]:
    """Run the parts in two lanes: most of what they start is one process at a time."""
    with ThreadPoolExecutor(2) as pool:
        try:
            return list(pool.map(run_part, names))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def plugins_covered() -> str:
    """Combine the coverage of unit tests and of modules run as tasks; return it in percent."""
    data = [str(path) for path in COVERAGE.rglob("*") if path.is_file()]
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "combine", "--keep", "--quiet", *data], cwd=ROOT, check=True)
    total = [*coverage, "report", "--format=total", "--precision=1"]
    return subprocess.run(total, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def main(names: list[str]) -> int:
    """Run the parts and return an exit status."""
    try:
        outcomes = run_parts(names)
    except KeyboardInterrupt:
        return 130
    good = bool(outcomes) and all(outcome.good for outcome in outcomes)
    if good and {"unit", "integration", "orders"} <= set(names):
        print(f"coverage of plugins/ by unit and integration tests: {plugins_covered()} %")
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(max(outcome.failed, int(not outcome.good)) for outcome in outcomes)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
