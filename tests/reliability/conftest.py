# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the reliability tests try, where they do it, and the page that shows their figures.

TESTS=short tries something of everything, SEED draws another sample. The page is written when all of the long
version has passed; with RELIABILITY=sections, the sections of the files that were run.
"""

from __future__ import annotations

import faulthandler
import os
import platform
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.reliability.support.figures import Figures, update_page
from tests.tools.dependencies import ROOT
from tests.world.children import adopt_orphans, end_all

PAGE = ROOT / "docs" / "reliability.md"
SHORT = os.environ.get("TESTS") == "short"
SECTIONS_ONLY = os.environ.get("RELIABILITY") == "sections"
SEED = int(os.environ.get("SEED") or 20261122)
SECTIONS = pytest.StashKey[dict[str, Figures]]()


@pytest.fixture(scope="session")
def short() -> bool:
    """Whether to try a little of everything only."""
    return SHORT


@pytest.fixture(scope="session")
def seed() -> int:
    return SEED


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """A directory for one file of tests. Processes that are left are ended, then it is removed."""
    adopt_orphans()
    place = tempfile.mkdtemp(prefix="certops-reliability-")
    yield Path(place)
    end_all()
    subprocess.run(["rm", "-rf", place], check=False)  # shutil gives up where directories lie a thousand deep


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Figures:
    """The figures of the section that the file's marker names."""
    title = request.node.get_closest_marker("reliability").args[0]
    return request.config.stash[SECTIONS].setdefault(title, Figures())


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SECTIONS] = {}
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that fixtures end what they started


def pytest_runtest_setup() -> None:
    faulthandler.cancel_dump_traceback_later()  # the limit of unit tests


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Show the figures, and write the page if they are those of everything."""
    sections, ended = config.stash[SECTIONS], terminalreporter.stats
    for title, figures in sections.items():
        terminalreporter.section(title)
        for what, figure in figures.figures.items():
            terminalreporter.line(f"{what}: {figure}")
    files = {config.rootpath / report.nodeid.partition("::")[0] for report in ended.get("passed", [])}
    left_out = any(ended.get(what) for what in ("skipped", "deselected"))
    whole = SECTIONS_ONLY or files == set(Path(__file__).parent.rglob("test_*.py"))
    if whole and not left_out and not exitstatus and not SHORT:
        made = f"Made with seed {SEED}, ansible-core {version('ansible-core')}, Python {platform.python_version()}."
        PAGE.write_text(update_page(PAGE.read_text(), sections, made))
        terminalreporter.line(f"Written: {PAGE.relative_to(ROOT)}")
