# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make every kind of trouble that an order can meet, count what went wrong, and write the page.

Usage: python -m tests.reliability [PART ...]    # SEED=..., RELIABILITY=short for the version of make test

Without a part it runs all of them. The page is written as soon as there is a result of each part for the same code.
"""

from __future__ import annotations

import importlib
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from types import FrameType

from conftest import name_the_collection
from tests.tools.dependencies import ROOT
from tests.tools.parts import SHORT

from .kept import keep, kept
from .report import Figure, Part, Run, section

# In the order of the page. Each is a module of this package with a function run(Run) -> Part.
PARTS = ("orders", "askers", "fleet", "secrets", "hostile", "trust", "disk", "mutants")
PAGE = ROOT / "docs" / "reliability.md"
DRAFT = ROOT / "tests" / "output" / "reliability.md"
SEED = 20261122

TITLE = """\
<!--
Copyright (c) 2026, Certops contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# Reliability

An order costs money, a lost key costs an outage. This page says what was done to make the collection buy twice, lose a
key or tell a secret, and what came of it. `make reliability` does it all again and writes this page; nothing on it is
written by hand. `make test` does a short version of it.

Everything runs on one machine, against the emulator that comes with the collection. It knows the service from its
documents only, so no figure here can speak for the real one.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the parts; return an exit status."""
    short = os.environ.get("RELIABILITY") == "short"
    names = list(arguments) or list(SHORT if short else PARTS)
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _end)
    name_the_collection()
    seed = int(os.environ.get("SEED") or SEED)
    found = {name: _run(name, short, seed) for name in names}
    every = {} if short else kept(PARTS, seed)
    target = PAGE if set(every) == set(PARTS) else DRAFT
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page((every if target is PAGE else found).values(), seed))
    for name, part in found.items():
        for figure in part.figures:
            print(f"{_verdict(figure)} {name}: {figure.what}: {figure.found}")
        for problem in part.problems:
            print(f"     {name}: {problem}")
    print(f"Written: {target.relative_to(ROOT)}")
    return 0 if all(part.met for part in found.values()) else 1


def _verdict(figure: Figure) -> str:
    if not figure.met:
        return "FAIL"
    return "ok  " if figure.limit else "    "


def page(parts: Iterable[Part], seed: int) -> str:
    """The whole page."""
    made = f"Made with seed {seed}, ansible-core {version('ansible-core')}, Python {platform.python_version()}."
    return "\n\n".join([TITLE.strip(), made, *(section(part) for part in parts)]) + "\n"


def _run(name: str, short: bool, seed: int) -> Part:
    begun = time.monotonic()

    def tell(text: str) -> None:
        print(f"{time.monotonic() - begun:4.0f} s  {name}: {text}", flush=True)

    run: Callable[[Run], Part] = importlib.import_module(f"{__package__}.{name}").run
    folder = tempfile.mkdtemp(prefix="certops-reliability-")
    try:
        part = run(Run(short, seed, Path(folder), tell))
    finally:
        subprocess.run(["rm", "-rf", folder], check=False)  # shutil gives up where folders lie a thousand deep
    if not short:
        keep(name, seed, part)
    tell("done")
    return part


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
