# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tarball contains, that it is the same each time, and whether versions agree."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools import sbom
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


def clone(directory: Path, mode: int, age: int) -> Path:
    """A clone of what is committed, whose files have permissions and times of their own."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(directory)], check=True)
    for file in directory.rglob("*"):
        if file.is_file() and ".git" not in file.parts and not os.access(file, os.X_OK):
            file.chmod(mode)
            os.utime(file, (time.time() - age,) * 2)
    return directory


def test_two_clones_give_the_same_bytes(tmp_path: Path) -> None:
    """Built in other directories, and not in the same second."""
    one = build(tmp_path, clone(tmp_path / "one", 0o644, 0)).read_bytes()
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.1)
    assert build(tmp_path, clone(tmp_path / "elsewhere" / "two", 0o600, 86400)).read_bytes() == one


def test_what_is_installed_can_be_verified(tarball: Path, tmp_path: Path) -> None:
    """With its own checksums, without a server; a file that was changed is found."""
    kept = {
        **os.environ,
        "HOME": str(tmp_path),
        "ANSIBLE_HOME": str(tmp_path),
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
    }

    def galaxy(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [f"{sys.prefix}/bin/ansible-galaxy", "collection", *arguments, "--offline"]
        return subprocess.run(command, env=kept, cwd=tmp_path, capture_output=True, text=True, check=False)

    installed = galaxy("install", str(tarball), "--collections-path", str(tmp_path))
    assert installed.returncode == 0, installed.stderr
    verified = galaxy("verify", "certops.alicloud")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "Successfully verified" in verified.stdout
    (tmp_path / "ansible_collections/certops/alicloud/README.md").write_text("another")
    changed = galaxy("verify", "certops.alicloud")
    assert changed.returncode != 0
    assert "README.md" in changed.stdout


@pytest.fixture(scope="module")
def parts(tarball: Path) -> dict[str, Any]:
    """The list of the parts of the tarball."""
    found: dict[str, Any] = json.loads(sbom.bill(tarball))
    return found


def test_the_list_of_parts_says_what_the_collection_needs(parts: dict[str, Any]) -> None:
    """What it imports, and the Ansible that runs it, each with the bounds that the collection declares."""
    bounds = {each["name"]: each["properties"][0]["value"] for each in parts["components"]}
    declared = [line for line in (ROOT / "meta/ee-requirements.txt").read_text().splitlines() if line[:1].isalpha()]
    core = f"ansible-core{load('meta/runtime.yml')['requires_ansible']}"
    assert sorted(bounds.values()) == sorted([core, *declared])
    purls = {each["purl"] for each in parts["components"]}
    assert {"pkg:pypi/requests", "pkg:pypi/cryptography?vers=vers:pypi/%3E%3D38"} <= purls
    (needs,) = [each["dependsOn"] for each in parts["dependencies"] if each["ref"] == "certops.alicloud"]
    assert sorted(needs) == sorted(bounds)


def test_every_part_names_its_licence(parts: dict[str, Any]) -> None:
    own = parts["metadata"]["component"]
    assert own["licenses"] == [{"license": {"id": "GPL-3.0-or-later"}}]
    licences = {each["name"]: str(each["licenses"][0]) for each in parts["components"]}
    named = {"requests": "Apache", "cryptography": "BSD-3-Clause", "dnspython": "ISC", "ansible-core": "GNU General"}
    assert all(word in licences[name] for name, word in named.items()), licences


def test_the_list_of_parts_is_about_this_very_tarball(tarball: Path, parts: dict[str, Any]) -> None:
    own = parts["metadata"]["component"]
    assert (own["name"], own["version"]) == ("certops.alicloud", load("galaxy.yml")["version"])
    assert own["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(tarball.read_bytes()).hexdigest()}]
    assert json.loads(sbom.bill(tarball)) == parts


def test_checksums_are_those_of_the_files_beside_them(tarball: Path) -> None:
    names = [file.name for file in sbom.write(tarball)]
    assert names == [f"certops-alicloud-{load('galaxy.yml')['version']}.cdx.json", sbom.CHECKSUMS]
    check = ["sha256sum", "--check", "--strict", sbom.CHECKSUMS]
    checked = subprocess.run(check, cwd=tarball.parent, capture_output=True, text=True, check=True).stdout
    assert checked.split() == [names[0] + ":", "OK", tarball.name + ":", "OK"]
    (tarball.parent / names[0]).write_text("{}")
    assert subprocess.run(check, cwd=tarball.parent, capture_output=True, check=False).returncode == 1


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
