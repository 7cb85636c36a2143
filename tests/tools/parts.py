# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the tests. Each runs one tool, writes its log, and says what came out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.tools import scenarios
from tests.tools.dependencies import HOME, ROOT
from tests.tools.outcome import Cases, Outcome, judge_integration, judge_pytest, judge_sanity, read_junit
from tests.tools.workspace import workspace

OUTPUT = ROOT / "tests" / "output"
COVERAGE = OUTPUT / "coverage"
LONGEST = "cas_order"
PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def run(command: Iterable[str], log: Path, folder: Path, environment: dict[str, str] | None = None) -> int:
    """Run a command with its output in the log; return its exit status."""
    with log.open("w") as output:
        process = subprocess.run(
            list(command),
            cwd=folder,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return process.returncode


def junit(folder: Path) -> Cases:
    """Read the JUnit reports in a folder."""
    return read_junit(report.read_text() for report in sorted(folder.glob("*.xml")))


def pytest(folder: str, log: Path, runner: Iterable[str]) -> Outcome:
    """Run pytest on one folder of tests."""
    report = OUTPUT / "junit" / log.stem
    shutil.rmtree(report, ignore_errors=True)
    arguments = ["-m", "pytest", folder, f"--junit-xml={report}/report.xml"]
    status = run([sys.executable, *runner, *arguments], log, ROOT)
    return judge_pytest(status, log.read_text(), junit(report))


def unit(log: Path) -> Outcome:
    """Unit tests, with the coverage of plugins/."""
    COVERAGE.mkdir(parents=True, exist_ok=True)
    return pytest("tests/unit", log, ["-m", "coverage", "run", f"--data-file={COVERAGE}/unit"])


def sdk(log: Path) -> Outcome:
    """Walk the emulator with the official SDK."""
    return pytest("tests/sdk", log, [])


def ansible_test(command: str, arguments: Iterable[str], log: Path, copy: Path) -> int:
    """Run ansible-test with a home of its own and without the wrapper scripts of Python version managers."""
    bins = [str(Path(sys.prefix, "bin")), str(Path(sys.base_prefix, "bin"))]
    others = [folder for folder in os.environ["PATH"].split(os.pathsep) if Path(folder).name != "shims"]
    environment = {**os.environ, "HOME": str(HOME), "PATH": os.pathsep.join([*bins, *others])}
    line = [f"{sys.prefix}/bin/ansible-test", command, "--local", "--python", PYTHON_VERSION, *arguments]
    return run(line, log, copy, environment)


def sanity(log: Path) -> Outcome:
    """Run ansible-test sanity."""
    with workspace() as copy:
        status = ansible_test("sanity", ["--junit"], log, copy)
        return judge_sanity(status, log.read_text(), junit(copy / "tests" / "output" / "junit"))


def integration(log: Path) -> Outcome:
    """Run every integration target but the longest."""
    return run_targets(log, lambda name: name != LONGEST)


def orders(log: Path) -> Outcome:
    """Run the longest integration target, beside the others."""
    return run_targets(log, lambda name: name == LONGEST)


def run_targets(log: Path, chosen: Callable[[str], bool]) -> Outcome:
    """Run ansible-test integration on some targets, with the coverage of plugins/."""
    with workspace() as copy:
        names = set(filter(chosen, targets(copy)))
        status = ansible_test("integration", ["--coverage", "--continue-on-error", *sorted(names)], log, copy)
        output = copy / "tests" / "output"
        shutil.rmtree(COVERAGE / log.stem, ignore_errors=True)
        if (output / "coverage").is_dir():
            shutil.copytree(output / "coverage", COVERAGE / log.stem)
        reports = [json.loads(report.read_text()) for report in (output / "data").glob("integration-*.json")]
        passed = {name for report in reports for name in report["targets"]}
        return judge_integration(status, log.read_text(), passed, names)


def targets(copy: Path) -> set[str]:
    """Return the names of the integration targets, without those that only prepare others."""
    folders = (copy / "tests" / "integration" / "targets").glob("*")
    return {folder.name for folder in folders if not folder.name.startswith(("prepare_", "setup_"))}


PARTS: dict[str, Callable[[Path], Outcome]] = {
    "unit": unit,
    "sdk": sdk,
    "integration": integration,
    "sanity": sanity,
    "orders": orders,
    "molecule": scenarios.run,
}
