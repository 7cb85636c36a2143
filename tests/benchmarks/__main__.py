# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the collection beside its peers, write the page, and fail when a limit is not met, but for a quick run.

Usage: python -m tests.benchmarks    # BENCH=quick, usual (the default), fleet or full
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from types import FrameType

from tests.tools.dependencies import ROOT
from tests.world.children import Child, NotStarted

from .bars import bars, bars_of_cores
from .measure import Measured, measure
from .page import page
from .runs import Broken, open_bench
from .sizes import SIZES, Size
from .versions import versions

PAGE = ROOT / "docs" / "performance.md"
# A quick run has too few rounds to be shown to anybody.
DRAFT = ROOT / "tests" / "output" / "performance.md"


def main() -> int:
    """Run the bench; return an exit status."""
    name = os.environ.get("BENCH") or "usual"
    if name not in SIZES:
        print(f"BENCH={name} is none of {', '.join(SIZES)}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end)
    facts = versions()
    try:
        measured = run(SIZES[name])
    except (Broken, NotStarted) as error:
        print(error, file=sys.stderr)
        return 1
    limits, others = bars(measured), bars_of_cores(measured).values()
    target = DRAFT if name == "quick" else PAGE
    target.parent.mkdir(parents=True, exist_ok=True)
    text = page(measured, limits, facts)
    target.write_text(text)
    print(text[text.index("## Limits") :])
    print(f"Written: {target.relative_to(ROOT)}")
    # So few hosts do not outweigh the start of Ansible: the limits are shown, and hold for the others.
    every = chain(limits, *others)
    return 0 if name == "quick" or all(limit.met for limit in every) else 1


def run(size: Size) -> Measured:
    """Start the servers, measure, and end them."""
    begun = time.monotonic()
    children: list[Child] = []

    def tell(text: str) -> None:
        print(f"{time.monotonic() - begun:4.0f} s  {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="certops-bench-") as folder:
        try:
            return measure(open_bench(Path(folder), size.groups, children), size, tell)
        finally:
            for child in children:
                child.terminate()
                child.wait()


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
