# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the cells of the matrix, runs them one after the other, and writes docs/matrix.md.

A cell is a clone with a .venv of its own, in which the sessions of noxfile.py run as in any clone.

Usage: python -m tests.tools.cells [KIND|CORE|PYTHON|CRYPTOGRAPHY ...] [STEP ...]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tests.tools.dependencies import ROOT
from tests.tools.matrix import DEVEL, STEPS, Cell, Result, cells, chosen, page
from tests.tools.outcome import Outcome, judge_cases, read_junit
from tests.tools.results import kept
from tests.tools.workspace import project_files

PLACE = ROOT / ".nox" / "matrix"
OUTPUT = ROOT / "tests" / "output" / "matrix"
PAGE = ROOT / "docs" / "matrix.md"
UV = Path(sys.prefix) / "bin" / "uv"
DEVELOPMENT = "ansible-core @ https://github.com/ansible/ansible/archive/devel.tar.gz"
PYTHONS = [f"3.{minor}" for minor in range(9, 16)]
# Seconds after which a step has failed.
LIMIT = 1800

# MATRIX=full runs all integration targets with each ansible-core, which takes a quarter of an hour for each.
BOTH_WAYS = () if os.environ.get("MATRIX") == "full" else ("--", "both_ways")
SESSIONS = {"sanity": ("sanity",), "units": ("units",), "both_ways": ("integration", *BOTH_WAYS)}
ON_TARGETS = ("cas_order", "cas_instance", "certificate_instance", "certificate_store")
MODULE_UTILS = "tests/unit/plugins/module_utils"
TESTED = [f"{MODULE_UTILS}/{room}" for room in ("_x509", "_store", "_certificate")]


class Failed(Exception):
    """A cell could not be made; the text says what the tool said."""


def here() -> dict[str, str]:
    """Return the Pythons of this machine by version: of PATH, of pyenv and of a runner's tool cache."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    cache = Path(os.environ.get("RUNNER_TOOL_CACHE", "/opt/hostedtoolcache")) / "Python"
    others = [*sorted(pyenv.glob("*/bin")), *sorted(cache.glob("*/*/bin"))]
    real = [place for place in os.environ["PATH"].split(os.pathsep) if Path(place).name != "shims"]
    path = os.pathsep.join([*real, *map(str, others)])
    found = {version: shutil.which(f"python{version}", path=path) for version in PYTHONS}
    return {version: place for version, place in found.items() if place}


def run(command: Sequence[str], directory: Path, log: Path, **environment: str) -> bool:
    """Run a command in a cell with its output in a log; return whether it succeeded."""
    log.parent.mkdir(parents=True, exist_ok=True)
    venv = directory / ".venv"
    outer = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "NOX_", "VIRTUAL_ENV"))
    }
    path = {"PATH": f"{venv / 'bin'}{os.pathsep}{outer['PATH']}", "ANSIBLE_COLLECTIONS_PATH": str(venv / "collections")}
    with log.open("w") as output:
        try:
            status = subprocess.call(
                command,
                cwd=directory,
                env={**outer, **path, **environment},
                stdout=output,
                stderr=output,
                timeout=LIMIT,
            )
        except subprocess.TimeoutExpired:
            output.write(f"\nEnded after {LIMIT} s.\n")
            return False
    return status == 0


def clone(directory: Path) -> None:
    """Copy what git knows of the project, and let git know it there too."""
    shutil.rmtree(directory, ignore_errors=True)
    for file in project_files():
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, directory / file)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=directory, check=True)


def wanted(cell: Cell) -> str:
    """Return the requirement in which a cell differs from the project's own environment."""
    if cell.kind == "cryptography":
        return "cryptography" if cell.variant == "newest" else f"cryptography=={cell.variant}.*"
    return DEVELOPMENT if cell.core == DEVEL else f"ansible-core~={cell.core}.0.dev0"


def lacking(cell: Cell) -> str:
    """Return why a cell cannot be made here, or nothing."""
    needed = [cell.python, *([cell.variant] if cell.kind == "targets" else [])]
    missing = [version for version in needed if version not in here()]
    return f"not run: no Python {missing[0]} on this machine" if missing else ""


def make(cell: Cell, directory: Path, logs: Path) -> None:
    """Make a cell. Raises Failed."""
    clone(directory)
    overrides = directory / "overrides.txt"
    overrides.write_text(f"{wanted(cell)}\n")
    install = [str(UV), "pip", "install", "--quiet", "--python"]
    commands = [
        [str(UV), "venv", "--quiet", "--seed", "--python", here()[cell.python], ".venv"],
        [*install, ".venv", "--override", str(overrides), "--requirement", "tests/requirements/dev.txt"],
        [".venv/bin/python", "-m", "tests.tools.dependencies", "collections"],
        [".venv/bin/python", "-m", "tests.tools.dependencies", "home"],
    ]
    if cell.kind == "targets":
        commands.append([str(UV), "venv", "--quiet", "--seed", "--python", here()[cell.variant], ".target"])
        commands.append([*install, ".target", "--requirement", "meta/ee-requirements.txt"])
    for number, command in enumerate(commands):
        if not run(command, directory, logs / f"make-{number}.log", UV_PYTHON_DOWNLOADS="never"):
            raise Failed(last_line(logs / f"make-{number}.log"))


def last_line(log: Path) -> str:
    """Return what a tool said last."""
    return (log.read_text(errors="replace").split("\n\n")[-1].strip().splitlines() or ["the set-up failed"])[-1]


def step(cell: Cell, name: str, directory: Path, log: Path) -> Outcome:
    """Run one step of a cell."""
    python = str(directory / ".venv" / "bin" / "python")
    if name == "demo":
        succeeded = run([python, "tests/demo.py"], directory, log)
        return Outcome(int(succeeded), int(not succeeded))
    if name == "tests":
        report = directory / "tests" / "output" / "report.xml"
        succeeded = run([python, "-m", "pytest", "-q", f"--junit-xml={report}", *TESTED], directory, log)
        return judge_cases(succeeded, read_junit([report.read_text()] if report.exists() else []))
    session = SESSIONS.get(name, ("integration", "--", *ON_TARGETS))
    about = {"TARGET_PYTHON": str(directory / ".target" / "bin" / "python")} if name == "life_cycles" else {}
    run([python, "-m", "nox", "--no-color", "--session", *session], directory, log, SANITY="released", **about)
    return kept(session[0], directory / "tests" / "output" / "results")


def versions(directory: Path) -> dict[str, str]:
    """Return the exact versions of a cell."""
    code = (
        "import json, platform; from importlib.metadata import version; "
        "print(json.dumps({**{name: version(name) for name in ('ansible-core', 'cryptography')}, "
        "'Python': platform.python_version()}))"
    )

    def asked(venv: str) -> str:
        return subprocess.run(
            [directory / venv / "bin" / "python", "-c", code], check=True, capture_output=True, text=True
        ).stdout

    found: dict[str, str] = json.loads(asked(".venv"))
    target = directory / ".target" / "bin" / "python"
    if target.exists():
        line = [str(target), "-c", "import platform; print(platform.python_version())"]
        found["Python of the target"] = subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()
    return found


def result_of(cell: Cell, steps: Sequence[str]) -> Result:
    """Make a cell, run some of its steps and remove it."""
    directory, logs = PLACE / cell.name, OUTPUT / cell.name
    if lacking(cell):
        return Result(reason=lacking(cell))
    shutil.rmtree(logs, ignore_errors=True)
    try:
        make(cell, directory, logs)
    except Failed as reason:
        return Result({"set-up": Outcome(0, 1, str(reason))}, reason=f"**could not be made**: {reason}")
    outcomes = {name: step(cell, name, directory, logs / f"{name}.log") for name in steps}
    result = Result(outcomes, versions(directory))
    if result.good:
        shutil.rmtree(directory)
    return result


def together(earlier: Result | None, result: Result) -> Result:
    """Put the steps that were run again into the place of those that were run before."""
    outcomes = {**(earlier.outcomes if earlier else {}), **result.outcomes}
    return replace(result, outcomes=outcomes)


def keep(cell: Cell, result: Result) -> None:
    """Keep the result of a cell for the page."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / f"{cell.name}.json").write_text(json.dumps(asdict(result)))


def read(file: Path) -> Result:
    """Read what was kept."""
    told = json.loads(file.read_text())
    outcomes = {name: Outcome(**{**each, "notes": tuple(each["notes"])}) for name, each in told.pop("outcomes").items()}
    return Result(outcomes, **told)


def results() -> Mapping[str, Result]:
    """Return the results of all cells that were run, by name."""
    return {file.stem: read(file) for file in OUTPUT.glob("*.json")}


def main(words: Sequence[str]) -> int:
    """Run the cells that are chosen and write the page; return an exit status."""
    every, steps = cells(here()), {name for names in STEPS.values() for name in names if name in words}
    mine = chosen(every, [word for word in words if word not in steps])
    if not mine:
        print(f"No cell of the matrix is {' '.join(words)}.", file=sys.stderr)
        return 2
    found = []
    for cell in mine:
        result = result_of(cell, [name for name in STEPS[cell.kind] if name in (steps or STEPS[cell.kind])])
        keep(cell, together(results().get(cell.name), result) if steps else result)
        found.append(result)
        told = "; ".join(f"{name}: {outcome}" for name, outcome in result.outcomes.items())
        print(f"{cell.name}: {result.reason or told}", flush=True)
    unmade = {cell.name: Result(reason=lacking(cell)) for cell in every if lacking(cell)}
    PAGE.write_text(page(every, {**unmade, **results()}))
    # A run that tested nothing has failed.
    return 0 if all(result.good for result in found) and any(result.outcomes for result in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
