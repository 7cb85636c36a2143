# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the collection beside its peers, write the page, and fail when a limit is not met, but for a quick run.

Usage: python -m tests.benchmarks    # BENCH=quick, usual (the default), fleet, full, or cores alone
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import TypeVar

from tests.tools.dependencies import ROOT
from tests.world.children import Child, NotStarted

from .bars import bars, bars_of_cores
from .measure import OnCore, Tell, measure, measure_cores
from .page import page, with_cores
from .runs import Bench, Broken, open_bench
from .sizes import SIZES, Size
from .versions import versions

PAGE = ROOT / "docs" / "performance.md"
# Measures the other releases of ansible-core alone, and puts their section into the page that is there.
CORES = "cores"
Found = TypeVar("Found")
# A quick run has too few rounds to be shown to anybody.
DRAFT = ROOT / "tests" / "output" / "performance.md"


def main() -> int:
    """Run the bench; return an exit status."""
    name = os.environ.get("BENCH") or "usual"
    if name not in (*SIZES, CORES):
        print(f"BENCH={name} is none of {', '.join([*SIZES, CORES])}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end)
    facts = versions()
    cores: Mapping[str, OnCore]
    try:
        if name == CORES:
            cores = run(SIZES["fleet"], measure_cores)
            text, limits = with_cores(PAGE.read_text(), cores), []
        else:
            measured = run(SIZES[name], measure)
            limits, cores = bars(measured), measured.cores
            text = page(measured, limits, facts)
    except (Broken, NotStarted) as error:
        print(error, file=sys.stderr)
        return 1
    target = DRAFT if name == "quick" else PAGE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(text[text.index("## Limits") :])
    print(f"Written: {target.relative_to(ROOT)}")
    # So few hosts do not outweigh the start of Ansible: the limits are shown, and hold for the others.
    every = chain(limits, *bars_of_cores(cores).values())
    return 0 if name == "quick" or all(limit.met for limit in every) else 1


def run(size: Size, part: Callable[[Bench, Size, Tell], Found]) -> Found:
    """Start the servers, measure, and end them."""
    begun = time.monotonic()
    children: list[Child] = []

    def tell(text: str) -> None:
        print(f"{time.monotonic() - begun:4.0f} s  {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="certops-bench-") as folder:
        try:
            return part(open_bench(Path(folder), size.groups, children), size, tell)
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
