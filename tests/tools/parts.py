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
from tests.tools.both_ways import Run, judge_both_ways, read_runs
from tests.tools.dependencies import HOME, ROOT
from tests.tools.outcome import (
    Cases,
    Outcome,
    judge_integration,
    judge_pytest,
    judge_reliability,
    judge_sanity,
    read_junit,
    together,
)
from tests.tools.workspace import workspace

OUTPUT = ROOT / "tests" / "output"
COVERAGE = OUTPUT / "coverage"
# As long as all the others together.
LONGEST = {"both_ways", "cas_order"}
WAYS = ("shipped", "direct")
# The parts of tests.reliability that have a short version.
SHORT = ("orders", "askers", "fleet", "secrets", "hostile", "trust", "disk")
PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def run(command: Iterable[str], log: Path, directory: Path, environment: dict[str, str] | None = None) -> int:
    """Run a command with its output in the log; return its exit status."""
    with log.open("w") as output:
        process = subprocess.run(
            list(command),
            cwd=directory,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return process.returncode


def junit(directory: Path) -> Cases:
    """Read the JUnit reports in a directory."""
    return read_junit(report.read_text() for report in sorted(directory.glob("*.xml")))


def pytest(directory: str, log: Path, runner: Iterable[str]) -> Outcome:
    """Run pytest on one directory of tests."""
    report = OUTPUT / "junit" / log.stem
    shutil.rmtree(report, ignore_errors=True)
    arguments = ["-m", "pytest", directory, f"--junit-xml={report}/report.xml"]
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
    others = [directory for directory in os.environ["PATH"].split(os.pathsep) if Path(directory).name != "shims"]
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
    return run_targets(log, lambda name: name not in LONGEST)


def orders(log: Path) -> Outcome:
    """Run the longest integration targets, beside the others."""
    return run_targets(log, lambda name: name in LONGEST)


def run_targets(log: Path, chosen: Callable[[str], bool]) -> Outcome:
    """Run some integration targets with every module shipped, and again in Ansible's worker; compare the results."""
    shutil.rmtree(COVERAGE / log.stem, ignore_errors=True)
    with workspace() as copy:
        names = {name for name in targets(copy) if chosen(name)}
        outcomes = [run_way(log, way, names, copy) for way in WAYS]
    log.write_text("".join(way_log(log, way).read_text() for way in WAYS))
    shipped, direct = (recorded(log, way) for way in WAYS)
    return together([*outcomes, judge_both_ways(shipped, direct, names)])


def run_way(log: Path, way: str, names: set[str], copy: Path) -> Outcome:
    """Run ansible-test integration one way, with the coverage of plugins/; record results."""
    output = copy / "tests" / "output"
    shutil.rmtree(output, ignore_errors=True)
    settle(copy / "tests" / "integration", recordings(log, way), way)
    # -vvv makes Ansible tell which way each module takes.
    arguments = ["--coverage", "--continue-on-error", "-vvv", *sorted(names)]
    status = ansible_test("integration", arguments, way_log(log, way), copy)
    shorten(way_log(log, way))
    if (output / "coverage").is_dir():
        shutil.copytree(output / "coverage", COVERAGE / log.stem / way)
    reports = [json.loads(report.read_text()) for report in (output / "data").glob("integration-*.json")]
    passed = {name for report in reports for name in report["targets"]}
    return judge_integration(status, way_log(log, way).read_text(), passed, names)


def settle(directory: Path, results: Path, way: str) -> None:
    """Say which way modules go, and where results are recorded: ansible-test passes on nothing but these two files."""
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    direct = json.dumps(way == "direct")
    (directory / "integration_config.yml").write_text(f"---\ncertops_alicloud_direct: {direct}\n")
    plugins, place = f"callback_plugins = {directory / 'callbacks'}", f"directory = {results}"
    (directory / "integration.cfg").write_text(f"[defaults]\n{plugins}\n[callback_recording]\n{place}\n")


def shorten(log: Path) -> None:
    """Remove lines that tell, with -vvv, of each file of coverage: there are more of them than of anything else."""
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(line for line in lines if not line.startswith("Coverage file for platform")))


def recordings(log: Path, way: str) -> Path:
    """Return the directory where the results of a part of the tests are recorded."""
    return OUTPUT / "recordings" / log.stem / way


def way_log(log: Path, way: str) -> Path:
    """Return the log of one of the two runs of a part."""
    return log.with_name(f"{log.stem}-{way}.log")


def recorded(log: Path, way: str) -> dict[str, Run]:
    """Read what one of the two runs of a part left behind."""
    files = {file.stem: file.read_text() for file in recordings(log, way).glob("*.jsonl")}
    return read_runs(files, way_log(log, way).read_text())


def targets(copy: Path) -> set[str]:
    """Return the names of the integration targets, without those that only prepare others."""
    directories = (copy / "tests" / "integration" / "targets").glob("*")
    return {directory.name for directory in directories if not directory.name.startswith(("prepare_", "setup_"))}


def reliability(log: Path) -> Outcome:
    """The short version of make reliability."""
    status = run([sys.executable, "-m", "tests.reliability"], log, ROOT, {**os.environ, "RELIABILITY": "short"})
    return judge_reliability(status, log.read_text(), SHORT)


PARTS: dict[str, Callable[[Path], Outcome]] = {
    "unit": unit,
    "sdk": sdk,
    "integration": integration,
    "sanity": sanity,
    "orders": orders,
    "molecule": scenarios.run,
    "reliability": reliability,
}
