# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions for tests, lint and the tarball: `.venv/bin/nox --list` names them, and the Makefile calls them.

The sessions in this file run in .venv, which `make setup` fills. The sessions of antsibull-nox and `build` get an
environment of their own in .nox. A session of tests writes to tests/output, and fails if it tested nothing.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Collection, Sequence
from pathlib import Path

import antsibull_nox
import nox
from nox.command import CommandFailed

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))

from tests.tools import bytecode, outcome, results, scenarios  # noqa: E402
from tests.tools import integration as targets  # noqa: E402
from tests.tools.both_ways import judge_both_ways  # noqa: E402
from tests.tools.dependencies import COLLECTIONS, HOME, VENV  # noqa: E402
from tests.tools.permitted import judge_calls  # noqa: E402
from tests.tools.workspace import build as build_tarball  # noqa: E402
from tests.tools.workspace import workspace  # noqa: E402
from tests.world.programs import Missing, provide  # noqa: E402

OUTPUT = ROOT / "tests" / "output"
COVERAGE = OUTPUT / "coverage"
# Measuring how much of plugins/ a run covers nearly doubles what it takes: `make coverage` does it.
MEASURED = bool(os.environ.get("COVERAGE"))
# These integration targets take longest.
LONG = frozenset({"cas_instance", "cas_order"})
# `make test` runs these both ways: the one that is there for that, and the one that works on the host.
SHIPPED_TOO = frozenset({"both_ways", "certificate_store"})
# The matrix lets another Python run what is shipped.
TARGET_PYTHON = os.environ.get("TARGET_PYTHON")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# The Python code in the tarball. pylint takes longer than all other sanity tests, most of it for tests, which ruff and
# mypy read as well.
RELEASED = ("plugins/", "playbooks/files/emulator/")
# Unit tests that go through thousands of accounts.
WALKS = "tests/unit/test_honesty*.py"
# Unit tests that start ansible-playbook and real servers, and wait for them.
RUNS = ("tests/unit/playbooks", "tests/unit/roles", "tests/unit/servers")
# All examples of the documentation, against an emulator each.
EXAMPLES = "tests/unit/playbooks/test_examples.py"
# So many lines of a tool's output are shown when a session of tests fails.
TAIL = 100
# Seconds that an interrupted test tool gets to remove what it made.
PATIENCE = 100

# The real interpreters come first: wrapper scripts of Python version managers confuse Ansible and ansible-test.
others = [place for place in os.environ["PATH"].split(os.pathsep) if Path(place).name != "shims"]
os.environ["PATH"] = os.pathsep.join([f"{VENV}/bin", f"{sys.base_prefix}/bin", *others])
os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS.parent)
# With --parallel, sessions are ended by this signal; like Ctrl+C, it lets them remove what they made.
signal.signal(signal.SIGTERM, signal.default_int_handler)

nox.options.reuse_venv = "yes"
antsibull_nox.load_antsibull_nox_toml()

in_venv = functools.partial(nox.session, python=False, default=False)
in_parallel = functools.partial(in_venv, allow_parallel=True)


def attempt(session: nox.Session, log: Path, *command: str, **environment: str) -> bool:
    """Run a command with its output in a log; return whether it succeeded."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        try:
            session.run(*command, stdout=output, env=environment, interrupt_timeout=PATIENCE)
        except CommandFailed:
            return False
    return True


def log_of(session: nox.Session, suffix: str = "") -> Path:
    """Return the file for the output of the tool that a session runs."""
    return OUTPUT / "logs" / f"{session.name}{suffix}.log"


def conclude(session: nox.Session, result: outcome.Outcome, *logs: Path) -> None:
    """Keep and print the result of a session of tests, with the end of its logs if it is not good."""
    results.keep(session.name, result)
    if not result.good:
        for log in logs:
            lines = log.read_text(errors="replace").splitlines()[-TAIL:] if log.exists() else []
            print(*(f"  | {line}" for line in lines), sep="\n")
    print(*(textwrap.indent(note, "  ") for note in result.notes), f"{session.name}: {result}", sep="\n", flush=True)
    if not result.good:
        session.error(result.complaint or "tests failed")


def empty(directory: Path) -> Path:
    """Return a directory without what an earlier run left in it."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def junit(directory: Path) -> outcome.Cases:
    """Read the JUnit reports in a directory."""
    return outcome.read_junit(report.read_text() for report in sorted(directory.glob("*.xml")))


def pytest(session: nox.Session, *arguments: str, runner: Collection[str] = ()) -> None:
    """Run pytest on some tests and judge its report."""
    reports = empty(OUTPUT / "junit" / session.name)
    command = ["python", *runner, "-m", "pytest", f"--junit-xml={reports}/report.xml", *arguments, *session.posargs]
    succeeded = attempt(session, log_of(session), *command)
    conclude(session, outcome.judge_cases(succeeded, junit(reports)), log_of(session))


def ansible_test(session: nox.Session, copy: Path, log: Path, command: str, *arguments: str) -> bool:
    """Run ansible-test in a copy of the collection, with a home of its own; return whether it succeeded."""
    with session.chdir(copy):
        # "default" would mean every Python that is found.
        line = ("ansible-test", command, "--local", "--python", PYTHON, *arguments)
        return attempt(session, log, *line, HOME=str(HOME))


@in_parallel()
def unit(session: nox.Session) -> None:
    """Run the unit tests but walks and runs with plain pytest; COVERAGE=1 measures how much of plugins/ they cover."""
    runner = ["-m", "coverage", "run", f"--data-file={empty(COVERAGE / session.name)}/data"] * MEASURED
    pytest(session, "tests/unit", f"--ignore-glob={WALKS}", *(f"--ignore={each}" for each in RUNS), runner=runner)


@in_parallel()
def runs(session: nox.Session) -> None:
    """Run what a user runs: playbooks, roles and real servers, on this machine; all but the examples."""
    pytest(session, *RUNS, f"--ignore={EXAMPLES}")


@in_parallel()
def examples(session: nox.Session) -> None:
    """Run every playbook of README, guides, role READMEs and EXAMPLES."""
    pytest(session, EXAMPLES)


@in_parallel()
def walks(session: nox.Session) -> None:
    """Walk through all accounts that a few events can lead to, unmeasured: coverage doubles what this takes."""
    pytest(session, *([str(file) for file in sorted(ROOT.glob(WALKS))] or [WALKS]))


@in_parallel()
def units(session: nox.Session) -> None:
    """Run the quick unit tests of plugins/ with ansible-test units, each with the first of its parameters."""
    log = log_of(session)
    with workspace() as copy:
        # One process: each reads all tests anew, and beside other sessions a second one is no faster.
        arguments = ["--num-workers=1", *(session.posargs or ["tests/unit/plugins/"])]
        succeeded = ansible_test(session, copy, log, "units", *arguments)
        conclude(session, outcome.judge_cases(succeeded, junit(copy / "tests" / "output" / "junit")), log)


@in_parallel()
def sdk(session: nox.Session) -> None:
    """Use the emulator with the official SDKs."""
    pytest(session, "tests/sdk")


@in_parallel()
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity; SANITY=released lets pylint read no more than what users get."""
    runs = [("", session.posargs)]
    if os.environ.get("SANITY") == "released" and not session.posargs:
        runs = [("", ["--skip-test", "pylint"]), ("-pylint", ["--test", "pylint", *RELEASED])]
    logs, succeeded = [log_of(session, suffix) for suffix, _arguments in runs], []
    with workspace() as copy:
        for log, (_suffix, arguments) in zip(logs, runs):
            succeeded.append(ansible_test(session, copy, log, "sanity", "--junit", *arguments))
        judge = outcome.judge_cases if session.posargs else outcome.judge_sanity
        conclude(session, judge(all(succeeded), junit(copy / "tests" / "output" / "junit")), *logs)


@in_parallel()
def integration(session: nox.Session) -> None:
    """Run all integration targets, or those that are named, shipped and in Ansible's worker; compare the results."""
    both_ways(session, frozenset(session.posargs or targets.targets(ROOT)), targets.ways(TARGET_PYTHON))


@in_parallel(name="integration-long")
def integration_long(session: nox.Session) -> None:
    """Run the integration targets that take longest."""
    both_ways(session, LONG)


@in_parallel(name="integration-rest")
def integration_rest(session: nox.Session) -> None:
    """Run the integration targets that integration-long leaves."""
    both_ways(session, targets.targets(ROOT) - LONG)


@in_parallel(name="integration-shipped")
def integration_shipped(session: nox.Session) -> None:
    """Run those integration targets that `make test` runs both ways."""
    both_ways(session, SHIPPED_TOO)


@in_parallel(name="integration-worker")
def integration_worker(session: nox.Session) -> None:
    """Run the others in Ansible's worker only, as most people do."""
    both_ways(session, targets.targets(ROOT) - SHIPPED_TOO, targets.WAYS[1:])


def both_ways(session: nox.Session, names: Collection[str], ways: Sequence[str] = targets.WAYS) -> None:
    """Run integration targets in both ways, judge and compare both runs; COVERAGE=1 measures them."""
    runs, outcomes, covered = [], [], empty(COVERAGE / session.name)
    logs = [log_of(session, f"-{way}") for way in ways]
    bytecode.switch_on()
    with workspace() as copy:
        for way, log in zip(ways, logs):
            recordings = OUTPUT / "recordings" / session.name / way
            targets.prepare(copy, way, recordings, TARGET_PYTHON)
            arguments = [*["--coverage"] * MEASURED, "--continue-on-error", "-vvv", *sorted(names)]
            succeeded = ansible_test(session, copy, log, "integration", *arguments)
            targets.shorten(log)
            outcomes.append(outcome.judge_integration(succeeded, targets.reports(copy), set(names)))
            outcomes += filter(None, [judge_calls(targets.called(recordings))])
            runs.append(targets.recorded(recordings, log))
            if (copy / "tests" / "output" / "coverage").is_dir():
                shutil.copytree(copy / "tests" / "output" / "coverage", covered / way)
    compared = [judge_both_ways(runs[0], runs[1], set(names))] if len(runs) > 1 else []
    conclude(session, outcome.together([*outcomes, *compared]), *logs)


@in_parallel()
def molecule(session: nox.Session) -> None:
    """Run the roles on real machines of a world on loopback; with names, these scenarios alone with all they print."""
    try:
        provide()
    except Missing as error:
        conclude(session, outcome.Outcome(0, 0, str(error)))
    bytecode.switch_on()
    with scenarios.surroundings() as environment:
        if session.posargs:
            session.run(*scenarios.command(session.posargs), env=environment, interrupt_timeout=PATIENCE)
            return
        shutil.rmtree(scenarios.REPORT, ignore_errors=True)
        names, log = scenarios.names(), log_of(session)
        command = scenarios.command(names, "--workers=2", "--continue-on-failure", "--no-command-borders")
        succeeded = attempt(session, log, *command, **environment, NO_COLOR="1")
    conclude(session, scenarios.judge(succeeded, log.read_text(), names), log)


@in_parallel()
def reliability(session: nox.Session) -> None:
    """Cause failures of every kind and write docs/reliability.md; TESTS=short leaves out what takes long."""
    selection = ("-m", "reliability", "tests/reliability")
    if os.environ.get("TESTS") == "short":
        bytecode.switch_on()
        pytest(session, *selection)
    else:
        bytecode.switch_off()
        session.run("python", "-m", "pytest", *selection, *session.posargs, interrupt_timeout=PATIENCE)


@in_venv()
def coverage(session: nox.Session) -> None:
    """Show the coverage of plugins/ by the unit tests and integration targets that were run."""
    data = [str(path) for path in COVERAGE.rglob("*") if path.is_file()]
    session.run("python", "-m", "coverage", "combine", "--keep", "--quiet", *data)
    session.run("python", "-m", "coverage", "report", *session.posargs)


@in_venv(default=True)
def style(session: nox.Session) -> None:
    """Check the layout of Python code with ruff, and what programs write into documentation."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", "-m", "tests.tools.return_docs", "--lint")
    session.run("python", "-m", "tests.tools.diagrams", "--lint")


@in_venv(default=True)
def typing(session: nox.Session) -> None:
    """Check types with mypy."""
    session.run("mypy")


@in_venv(default=True)
def changelog(session: nox.Session) -> None:
    """Check the changelog and its fragments."""
    session.run("antsibull-changelog", "lint")


@in_venv(default=True)
def spelling(session: nox.Session) -> None:
    """Check the spelling with codespell, for which pyproject.toml lists words, and the words with the glossary."""
    session.run("codespell")
    session.run("python", "-m", "pytest", "--quiet", "tests/unit/test_glossary.py")


@in_venv(default=True)
def workflows(session: nox.Session) -> None:
    """Check what is in .github (workflows, dependabot, forms for issues), and the script that CI runs."""
    github = ROOT / ".github"
    forms = [file for file in sorted((github / "ISSUE_TEMPLATE").glob("*.yml")) if file.name != "config.yml"]
    for schema, files in (
        ("github-workflows", sorted((github / "workflows").glob("*.yml"))),
        ("github-issue-forms", forms),
        ("github-issue-config", [github / "ISSUE_TEMPLATE" / "config.yml"]),
        ("dependabot", [github / "dependabot.yml"]),
    ):
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files))
    session.run("zizmor", "--offline", "--quiet", "--persona", "pedantic", ".github")
    session.run("shellcheck", ".ci/run")


@in_venv(name="format")
def format_code(session: nox.Session) -> None:
    """Sort imports and lay the Python code out."""
    session.run("ruff", "check", "--select", "I", "--fix", ".")
    session.run("ruff", "format", ".")


@nox.session(default=False)
def build(session: nox.Session) -> None:
    """Build the tarball in build/, check it the way Galaxy does, and write its parts and checksums beside it."""
    # The importer does not go with nox into one environment.
    session.install("--requirement", "tests/requirements/build.txt")
    directory = ROOT / "build"
    directory.mkdir(exist_ok=True)
    tarball = build_tarball(directory)
    with session.chdir(directory):
        said = str(session.run("python", "-m", "galaxy_importer.main", tarball.name, silent=True))
    print(said)
    if "WARNING" in said:
        session.error("Galaxy would show a warning")
    session.run(sys.executable, "-m", "tests.tools.sbom", str(tarball), external=True)
    print(f"{tarball.relative_to(ROOT)}: {tarball.stat().st_size / 1000:.0f} kB")


@nox.session(name="execution-environment", default=False)
def execution_environment(session: nox.Session) -> None:
    """Compare what ansible-builder finds in the collection with what execution environments need."""
    session.install("--requirement", "tests/requirements/build.txt")
    directory = empty(ROOT / "build" / "execution-environment")
    tarball = build_tarball(ROOT / "build")
    session.run("python", "-m", "tests.tools.execution_environment", str(tarball), str(directory))


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation site in build/docs without a warning, and check its links."""
    session.install("--requirement", "tests/requirements/docs.txt")
    pages = empty(ROOT / "build" / "docs")
    # antsibull-docs writes only where nobody else can.
    source = Path(session.create_tmp(), "docs")
    empty(source).chmod(0o755)
    with workspace() as copy:
        environment = {"ANSIBLE_COLLECTIONS_PATH": str(copy.parents[2])}
        line = ("--fail-on-error", "--use-current", "--squash-hierarchy", "--dest-dir", str(source), "certops.alicloud")
        session.run("antsibull-docs", "collection", *line, env=environment)
    settings = ("-W", "--keep-going", "-q", "-b", "html", "-c", str(ROOT / "docs" / "sphinx"))
    session.run("sphinx-build", *settings, "-d", f"{source}/doctrees", str(source), str(pages))
    session.run("python", "-m", "tests.tools.links", str(pages))
    print(f"{pages.relative_to(ROOT)}/index.html")


@in_venv()
def matrix(session: nox.Session) -> None:
    """Test with each ansible-core, Python and cryptography, and write docs/matrix.md; `-- 2.18` and others choose."""
    session.run("python", "-m", "tests.tools.cells", *session.posargs, interrupt_timeout=PATIENCE)


@nox.session(default=False)
@nox.parametrize("core", ["oldest", "newest"])
def installed(session: nox.Session, core: str) -> None:
    """Use the tarball as a user who has nothing else, on the oldest ansible-core and on the newest for this Python."""
    oldest = (ROOT / "meta" / "runtime.yml").read_text().partition('requires_ansible: ">=')[2].partition('"')[0]
    wanted = f"ansible-core~={oldest}" if core == "oldest" else "ansible-core"
    needed = ("--requirement", "meta/ee-requirements.txt", "--requirement", "tests/requirements/installed.txt")
    # The newest that a user gets today, and not the versions of the other sessions.
    session.install("--upgrade", wanted, *needed)
    tarball = build_tarball(empty(ROOT / "build" / f"installed-{core}"))
    session.run("ansible", "--version")
    file = "tests/unit/playbooks/test_installed.py"
    session.run("python", "-m", "pytest", file, *session.posargs, env={"CERTOPS_TARBALL": str(tarball)})


@in_venv()
def bench(session: nox.Session) -> None:
    """Measure the collection beside its peers; BENCH=quick, fleet, full or cores."""
    bytecode.switch_off()
    session.run("python", "-m", "tests.benchmarks", *session.posargs, interrupt_timeout=PATIENCE)
