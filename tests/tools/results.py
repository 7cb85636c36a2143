# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the result of each session of tests, and counts them all in one line.

Usage: python -m tests.tools.results SESSION ...    # a session that left no result has failed
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.tools.dependencies import ROOT
from tests.tools.outcome import Outcome, together

RESULTS = ROOT / "tests" / "output" / "results"
MISSING = Outcome(0, 1, "left no result")


def keep(name: str, outcome: Outcome, directory: Path = RESULTS) -> None:
    """Write the result of a session to a file."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.json").write_text(json.dumps(asdict(outcome)))


def kept(name: str, directory: Path = RESULTS) -> Outcome:
    """Return the result of a session."""
    try:
        return Outcome(**json.loads((directory / f"{name}.json").read_text()))
    except FileNotFoundError:
        return MISSING


def main(names: Sequence[str], directory: Path = RESULTS) -> int:
    """Print the result of each session and the line that counts all tests; return an exit status."""
    outcomes = {name: kept(name, directory) for name in names}
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome}{outcome.complaint and f': {outcome.complaint}'}")
    whole = together(outcomes.values())
    print(whole)
    return 0 if whole.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
