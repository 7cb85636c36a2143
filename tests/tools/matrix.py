# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the matrix tests with, and the page that shows the results. Pure: cells.py makes the cells and runs them.

A cell is one environment: an ansible-core on one Python, with another Python on the target or another cryptography. A
cell that cannot be made has a line on the page, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.tools.outcome import Outcome

# The oldest and the newest Python that each ansible-core takes on the controller.
CORES = {
    "2.18": ("3.11", "3.13"),
    "2.19": ("3.11", "3.13"),
    "2.20": ("3.12", "3.14"),
    "2.21": ("3.12", "3.14"),
    "2.22": ("3.13", "3.15"),
}
# Tested where it is asked for by name: what it has today, it may not have tomorrow.
DEVEL = "devel"
# The oldest and the newest Python of targets, each with the oldest and the newest ansible-core that takes it.
TARGETS = (("2.18", "3.11", "3.9"), ("2.22", "3.13", "3.9"), ("2.18", "3.11", "3.13"), ("2.22", "3.13", "3.15"))
# The lowest cryptography that is promised, versions that distributions carry, and the newest; on one Python.
CRYPTOGRAPHY = ("38", "41", "43", "46", "newest")
CRYPTOGRAPHY_ON = "3.11"

STEPS = {
    "core": ("sanity", "units", "both_ways", "demo"),
    "targets": ("life_cycles",),
    "cryptography": ("tests",),
}
WORKER = re.compile(r"(\d+) of (\d+) modules in the worker")


@dataclass(frozen=True)
class Cell:
    """One environment: ``variant`` is the Python of the target, or the version of cryptography."""

    kind: str
    core: str
    python: str
    variant: str = ""

    @property
    def name(self) -> str:
        """Return the name of its files."""
        return "-".join(filter(None, (self.kind, self.core, self.python, self.variant)))


@dataclass(frozen=True)
class Result:
    """What came of a cell: the outcome of each step and the exact versions, or why there is none."""

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def good(self) -> bool:
        """Return whether nothing failed: a Python that is not there has not."""
        return all(outcome.good for outcome in self.outcomes.values())


NOT_RUN = Result(reason="not run")


def cells(pythons: Collection[str]) -> list[Cell]:
    """Return all cells: where the newest Python is not here, the newest of those that are is there as well."""
    found = [Cell("core", core, python) for core, ends in CORES.items() for python in with_newest(*ends, pythons)]
    for core, python, target in TARGETS:
        newest = with_newest("3.9", target, pythons)[1:] if target != "3.9" else [target]
        found += (Cell("targets", core, python, each) for each in newest)
    found += (Cell("cryptography", "", CRYPTOGRAPHY_ON, version) for version in CRYPTOGRAPHY)
    return found


def with_newest(oldest: str, newest: str, pythons: Collection[str]) -> list[str]:
    """Return the oldest and the newest Python of a range, and between them the newest that is here."""
    here = [each for each in pythons if numbers(oldest) < numbers(each) < numbers(newest)]
    between = [] if newest in pythons or not here else [max(here, key=numbers)]
    return [oldest, *between, newest]


def numbers(version: str) -> tuple[int, ...]:
    """Return a version as what can be compared."""
    return tuple(int(number) for number in version.split("."))


def chosen(every: Sequence[Cell], words: Collection[str]) -> list[Cell]:
    """Return the cells to which all words apply: a kind, an ansible-core, a Python, a version of cryptography."""
    asked = set(words)
    if asked and not asked & set(STEPS):
        asked.add("core")
    found = [cell for cell in every if asked <= {cell.kind, cell.core, cell.python, cell.variant}]
    if not found and DEVEL in words:
        return [Cell("core", DEVEL, word) for word in words if word != DEVEL]
    return found


def worker(outcome: Outcome | None) -> str:
    """Return how many modules ran in Ansible's worker, and why if not all that could."""
    told = [WORKER.search(note) for note in (outcome.notes if outcome else ())]
    counts = [f"{found[1]} of {found[2]}" for found in told if found]
    if not counts:
        return ""
    return counts[0] if outcome and outcome.good else f"{counts[0]}: {outcome.complaint if outcome else ''}"


def shown(outcome: Outcome | None) -> str:
    """Return one field of a table."""
    if outcome is None:
        return "not run"
    told = f"{outcome.passed} passed" if outcome.good else f"**{outcome.failures} failed**, {outcome.passed} passed"
    return told if outcome.passed != 1 or not outcome.good else "passed"


def page(every: Iterable[Cell], results: Mapping[str, Result]) -> str:
    """Return docs/matrix.md."""
    all_cells = list(every)
    lines = [HEAD.rstrip()]
    for kind, text in SECTIONS.items():
        mine = [cell for cell in all_cells if cell.kind == kind]
        lines += ["", text.strip(), "", *table(kind, mine, results)]
    return "\n".join([*lines, ""])


def table(kind: str, mine: Sequence[Cell], results: Mapping[str, Result]) -> list[str]:
    """Return the table of one kind of cell."""
    heads = HEADS[kind]
    rows = [row(cell, results.get(cell.name, NOT_RUN)) for cell in mine]
    return [line(heads), line(["---"] * len(heads)), *map(line, rows)]


def row(cell: Cell, result: Result) -> list[str]:
    """Return the fields of one cell."""
    exact = {"ansible-core": cell.core, "Python": cell.python, VARIANTS.get(cell.kind, ""): cell.variant}
    first = [result.versions.get(name) or exact[name] for name in HEADS[cell.kind] if name in exact]
    if result.reason:
        return [*first, result.reason, *[""] * (len(HEADS[cell.kind]) - len(first) - 1)]
    last = [worker(result.outcomes.get("both_ways"))] if cell.kind == "core" else []
    return [*first, *(shown(result.outcomes.get(step)) for step in STEPS[cell.kind]), *last]


def line(fields: Iterable[str]) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(fields)} |"


VARIANTS = {"targets": "Python of the target", "cryptography": "cryptography"}
HEADS = {
    "core": ("ansible-core", "Python", "sanity", "units", "both ways", "demo", "modules in the worker"),
    "targets": ("ansible-core", "Python", "Python of the target", "integration targets"),
    "cryptography": ("cryptography", "Python", "unit tests"),
}

HEAD = """\
<!--
Copyright (c) 2026, Certops contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->

# With which versions the collection is tested

`make matrix` writes this page. Each line is an environment of its own, made for that run. `nox -s matrix -- 2.18`
runs the lines of one ansible-core, `nox -s matrix -- 2.18 3.11` one line, and `targets` or `cryptography` in place of
them one table. No sanity test is ignored in any of them. A Python that the machine lacked is named.
"""

SECTIONS = {
    "core": """
## ansible-core on the controller

The oldest and the newest Python that each ansible-core takes, and the newest that was there where that one was not.
Sanity tests and quick unit tests run in the `ansible-test` of that ansible-core. "Both ways" runs the integration
target `both_ways` shipped and in Ansible's worker, and compares all results. Running there uses private parts of
ansible-core: the last column says how many modules did. Where these parts are others, and with an ansible-core that is
not in this table, modules are shipped as Ansible always does, without a warning.
""",
    "targets": """
## Python on the target

Shipped modules, run by another Python than the controller's: the integration targets `cas_order`, `cas_instance`,
`certificate_instance` and `certificate_store`, each with a life cycle.
""",
    "cryptography": """
## cryptography

The unit tests of certificates, of the store and of the module `certificate`, with each version of cryptography.
""",
}
