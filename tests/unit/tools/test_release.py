# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tarball contains, and whether versions agree."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools.dependencies import ROOT
from tests.tools.workspace import build

# Bytes. A user downloads them, and every execution environment carries them.
LARGEST = 600_000
ENTRIES = {
    "CHANGELOG.md",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "changelogs",
    "docs",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tarball, built from what git knows."""
    return build(tmp_path_factory.mktemp("build"))


def test_the_tarball_is_small(tarball: Path) -> None:
    assert tarball.stat().st_size < LARGEST


def test_the_tarball_contains_what_users_need(tarball: Path) -> None:
    """Users rehearse with the emulator."""
    with tarfile.open(tarball) as archive:
        places = [Path(name).parts for name in archive.getnames()]
    assert {parts[0] for parts in places} == ENTRIES
    assert ("playbooks", "files", "emulator", "__main__.py") in places
    assert ("changelogs", "changelog.yaml") in places
    assert ("changelogs", "fragments") not in places
    assert {parts[1] for parts in places if parts[0] == "docs" and len(parts) > 1} == {"awx", "docsite"}
    assert not [parts for parts in places if "__pycache__" in parts]


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def documented() -> dict[str, dict[str, Any]]:
    """Return the documentation of each module."""
    modules = {}
    for file in sorted((ROOT / "plugins" / "modules").glob("*.py")):
        modules[file.stem] = yaml.safe_load(file.read_text().split('DOCUMENTATION = r"""')[1].split('"""')[0])
    return modules


def test_modules_are_as_old_as_the_changelog_says() -> None:
    """A module that no release names is new in the version of galaxy.yml."""
    releases = load("changelogs/changelog.yaml")["releases"]
    released = {module["name"]: version for version, notes in releases.items() for module in notes.get("modules", ())}
    modules = documented()
    assert set(released) <= set(modules)
    current = load("galaxy.yml")["version"]
    assert {name: module["version_added"] for name, module in modules.items()} == {
        name: released.get(name, current) for name in modules
    }


def versions(value: Any) -> Iterator[str]:
    """Return every version_added in a document."""
    if isinstance(value, dict):
        yield from ([value["version_added"]] if isinstance(value.get("version_added"), str) else [])
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from versions(item)


def test_nothing_is_newer_than_this_version() -> None:
    """Every version_added of modules is a release, or the version of galaxy.yml."""
    known = {*load("changelogs/changelog.yaml")["releases"], load("galaxy.yml")["version"]}
    found = set(versions(documented()))
    assert found
    assert found <= known
