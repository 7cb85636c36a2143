# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets tests import this directory under the name that Ansible gives it, and `tests` from its root.

Plain pytest needs both. ansible-test brings Ansible's own loader for the first, and knows nothing of the second.

Plain pytest runs every test with all of its parameters. ansible-test runs every test that is not slow with the first of
its parameters, and takes no process for each: it is there for Ansible's loader, which is the same for all of them.

TESTS=short leaves out the tests with the marker `long`: `make test` does so.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent
UNDER_ANSIBLE_TEST = any(type(finder).__name__ == "_AnsibleCollectionFinder" for finder in sys.meta_path)


def name_the_collection() -> None:
    """Make `ansible_collections.certops.alicloud` a package whose directory is the root of the repository."""
    if UNDER_ANSIBLE_TEST:
        return
    for name in ("ansible_collections", "ansible_collections.certops", "ansible_collections.certops.alicloud"):
        package = ModuleType(name)
        package.__path__ = [str(ROOT)] if name.endswith(".alicloud") else []
        sys.modules[name] = package


name_the_collection()
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


def pytest_configure(config: pytest.Config) -> None:
    """Let tests share a process under ansible-test too: it would set up every fixture of a file for each test anew."""
    config.addinivalue_line("markers", "slow: takes a second or more; plain pytest alone runs it")
    if UNDER_ANSIBLE_TEST and config.pluginmanager.has_plugin("ansible_forked"):
        config.pluginmanager.unregister(name="ansible_forked")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep one item of each test that is not slow under ansible-test, and what is not long in a short run."""
    kept: Iterable[pytest.Item] = items
    if UNDER_ANSIBLE_TEST:
        quick = [item for item in items if not item.get_closest_marker("slow")]
        kept = {item.nodeid.partition("[")[0]: item for item in reversed(quick)}.values()
    elif os.environ.get("TESTS") == "short":
        kept = [item for item in items if not item.get_closest_marker("long")]
    left_out = set(items) - set(kept)
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


_NUMBERS = count(1)


@pytest.fixture(autouse=True)
def own_notes(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test finds the notes of another one, whose emulator may have had the same port, and the user gets none."""
    state = tmp_path_factory.getbasetemp() / f"state-{next(_NUMBERS)}"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    return state / "certops.alicloud"


def pytest_collection_finish() -> None:
    """Look for garbage more rarely, and not among what is imported: that takes a twentieth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
