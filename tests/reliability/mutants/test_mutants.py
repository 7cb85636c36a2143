# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small faults are made in the code that orders and in the protocol, one at a time: do the unit tests notice?

What is mutated and which tests run is configured for mutmut in pyproject.toml.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.support.figures import Figures
from tests.support.playbooks import environment
from tests.tools.dependencies import ROOT, VENV
from tests.tools.workspace import workspace

pytestmark = [pytest.mark.reliability("Mutation testing"), pytest.mark.long]

MUTMUT = VENV / "bin" / "mutmut"
LEAST = 85.0  # percent
DIED, LIVED = ("killed", "timeout"), ("survived", "no tests")
SURVIVORS = ROOT / "tests" / "output" / "survivors.txt"
# In the list of results: the package or file, and what became of the mutant.
_RESULT = re.compile(r"^ +\S*?\.module_utils\.(\w+)\S*: (.+)$", re.MULTILINE)


def test_unit_tests_notice_faults(directory: Path, figures: Figures) -> None:
    with workspace() as copy:
        # mutmut names a mutant by its path, so it starts where that is the name of its module.
        top = copy.parents[2]
        shutil.copy(ROOT / "pyproject.toml", top)
        log, around = directory / "log", environment(directory)
        with log.open("w") as output:
            done = subprocess.run([MUTMUT, "run"], cwd=top, env=around, stdout=output, stderr=output, check=False)
        assert not done.returncode, log.read_text(errors="replace")[-2000:]
        listed = subprocess.run(
            [MUTMUT, "results", "--all", "true"], cwd=top, env=around, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
    SURVIVORS.parent.mkdir(parents=True, exist_ok=True)
    SURVIVORS.write_text("".join(line + "\n" for line in listed.splitlines() if line.endswith(LIVED)))
    results = Counter(_RESULT.findall(listed))
    ends = Counter[str]()
    for package in dict.fromkeys(package for package, _end in results):
        own = {end: number for (other, end), number in results.items() if other == package}
        ends.update(own)
        cells = [own.get(end, 0) for end in (*DIED, *LIVED)]
        columns = ("package", "mutants", "killed", "timed out", "survived", "reached by no test", "share that died")
        figures.row(columns, f"`{package}`", sum(own.values()), *cells, f"{_share(own):.1f}%")
    figures.tried("mutants made", sum(ends.values()))
    for what, end in zip(("killed", "timed out", "survived", "reached by no test"), (*DIED, *LIVED)):
        figures.record(what, ends[end])
    figures.none("ended in another way", [end for end in ends if end not in (*DIED, *LIVED)])
    figures.at_least("share that died", _share(ends), LEAST, "%")


def _share(ends: dict[str, int]) -> float:
    """The dead among all, in percent."""
    return 100 * sum(ends.get(end, 0) for end in DIED) / max(1, sum(ends.values()))
