# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small faults are made in the code that orders and in the protocol, one at a time: do the unit tests notice?"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.tools.dependencies import ROOT, VENV
from tests.tools.workspace import project_files
from tests.world.children import Child, NotStarted, start

from .mutants_read import Mutant, State, read_mutants
from .mutants_words import LEAST, METHOD, NOT_PROMISED, TITLE, details, figures
from .playbooks import surroundings
from .report import Figure, Part, Run

# Folders of plugins/module_utils, which have folders of unit tests by the same names: processes for each, two in all
# once the small one is done.
SUBJECTS = {"rpc": 1, "cas": 2}
COLLECTION = Path("ansible_collections", "certops", "alicloud")
NEEDED = (
    "plugins/",
    "tests/unit/",
    "tests/emulator/",
    "tests/reliability/mutants_order.py",
    "conftest.py",
    "pyproject",
)
# What takes seconds, or makes up its values anew each time, would be run for thousands of mutants.
LEFT_OUT = (
    "test_three_hundred_orders_take_six_list_calls_and_ten_describes_a_look_at_most",
    "test_whatever_the_service_says_a_line_is_one_short_line",
    "test_hostile",
    "test_it_finds_the_limit_whatever_that_is",
)
LIST = ROOT / "tests" / "output" / "survivors.txt"
TOOL = VENV / "bin" / "mutmut"


def run(run: Run) -> Part:
    if not TOOL.exists():
        missing = Figure("Share that died", "left out: mutmut is missing", f"at least {LEAST}%", False)
        return Part(TITLE, METHOD, [missing])
    places = {name: _lay_out(run.folder / name, name) for name in SUBJECTS}
    _mutate(run, places)
    found = {name: read_mutants(place) for name, place in places.items()}
    LIST.parent.mkdir(parents=True, exist_ok=True)
    LIST.write_text("".join(line + "\n" for line in _survivors(found.values())))
    return Part(TITLE, METHOD, figures(found), details(found), NOT_PROMISED)


def _lay_out(place: Path, name: str) -> Path:
    """A copy in which mutants of one folder can be made."""
    copy = place / COLLECTION
    for file in project_files():
        if str(file).startswith(NEEDED):
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, copy / file)
    with (copy / "conftest.py").open("a") as conftest:
        conftest.write("\nfrom tests.reliability.mutants_order import pytest_collection_modifyitems  # noqa\n")
    settings = _settings(name)
    (place / "pyproject.toml").write_text(settings)
    # A process that a test starts reads them from here.
    with (copy / "pyproject.toml").open("a") as project:
        project.write("\n" + settings)
    return place


def _settings(name: str) -> str:
    tests = COLLECTION / "tests" / "unit" / "plugins" / "module_utils" / name
    settings = {
        "source_paths": [str(COLLECTION / "plugins" / "module_utils")],
        "only_mutate": [f"*/module_utils/{name}/*.py"],
        "also_copy": [str(COLLECTION)],
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": [str(tests), "-k", " and ".join(f"not {test}" for test in LEFT_OUT)],
        "use_git_change_detection": False,
        "use_setproctitle": False,
        "timeout_constant": 4.0,
        "timeout_multiplier": 3.0,
    }
    return "[tool.mutmut]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())


def _mutate(run: Run, places: dict[str, Path]) -> None:
    """Both folders at once."""
    children: list[Child] = []
    try:
        for name, place in places.items():
            environment = surroundings(place, PYTHONUNBUFFERED="1")
            command = [str(TOOL), "run", "--max-children", str(SUBJECTS[name])]
            children.append(start(command, place / "log", place, environment))
        _wait(run, children, list(places.values()))
    finally:
        for child in children:
            with suppress(ProcessLookupError):  # its group: what runs a mutant does not end with what started it
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    for child, (name, place) in zip(children, places.items()):
        if child.returncode > 0:
            raise NotStarted(f"mutmut of {name} ended with {child.returncode}: {_end_of(place / 'log')}")


def _wait(run: Run, children: Sequence[Child], places: Sequence[Path]) -> None:
    told = time.monotonic()
    while any(child.poll() is None for child in children) and not any(child.poll() for child in children):
        time.sleep(0.5)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            run.tell("; ".join(f"{place.name} {_last_line(place / 'log')}" for place in places))


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace").replace("\r", "\n").strip()[-2000:]


def _last_line(log: Path) -> str:
    return _end_of(log).rpartition("\n")[2].partition("  ")[0].strip("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")


def _survivors(found: Iterable[Sequence[Mutant]]) -> list[str]:
    """Each that lived, for whoever writes a test."""
    alive = [mutant for mutants in found for mutant in mutants if mutant.state in (State.SURVIVED, State.UNTESTED)]
    return [f"{mutant.name}: {mutant.kind}: {mutant.change}" for mutant in alive]
