# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the pictures of states into the guides, as the emulator goes through these states.

Usage: python -m tests.tools.diagrams [--lint]

With --lint nothing is written. Guides that are out of date are reported, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.tools.dependencies import ROOT

from .pages import COMMAND, PAGES, NoPlace, updated
from .svg import NotDrawn


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the guides, or check them; return an exit status."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write the pictures of states into the guides.")
    parser.add_argument("--lint", action="store_true", help="write nothing; report guides that are out of date")
    lint, problems = parser.parse_args(arguments).lint, []
    for page in PAGES:
        name = f"docs/docsite/rst/{page.guide}.rst"
        before = (root / name).read_text("utf-8")
        try:
            after = updated(before, page)
        except (NoPlace, NotDrawn) as wrong:
            problems.append(f"{name}: {wrong}")
            continue
        if after != before and lint:
            lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, "as walked", n=0, lineterm="")
            problems.append("\n".join([f"{name} is out of date; write it with: {COMMAND}", *lines]))
        elif after != before:
            (root / name).write_text(after, "utf-8")
            print(f"{name} was written")
    print(*problems, sep="\n", end="\n" * bool(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
