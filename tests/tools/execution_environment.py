# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check with ansible-builder what an execution environment with this collection needs; no image is built.

The tarball is installed, ansible-builder reads its requirements, and they are compared with meta/ee-requirements.txt:
Python packages from there, and nothing of the system. Then the build context of an image with the tarball is made.

Usage: python -m tests.tools.execution_environment TARBALL DIRECTORY
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.tools.dependencies import ROOT

REQUIREMENTS = "meta/ee-requirements.txt"
BASE = "quay.io/fedora/fedora:latest"


def requirements(text: str) -> list[str]:
    """Return the lines of a requirements file that name packages."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def differences(found: dict[str, Any], wanted: list[str]) -> list[str]:
    """Compare what ansible-builder found with the requirements; return a sentence for each difference."""
    python = requirements("\n".join(found.get("python", ())))
    problems = [] if sorted(python) == sorted(wanted) else [f"Python packages: {python}, and not {wanted}"]
    return problems + ([f"system packages: {found['system']}, and not none"] if found.get("system") else [])


def definition(tarball: Path) -> dict[str, Any]:
    """Return the definition of an execution environment with a tarball of this collection."""
    return {
        "version": 3,
        "images": {"base_image": {"name": BASE}},
        "dependencies": {
            "ansible_core": {"package_pip": "ansible-core"},
            "ansible_runner": {"package_pip": "ansible-runner"},
            "galaxy": {"collections": [{"name": str(tarball), "type": "file"}]},
        },
    }


def introspect(tarball: Path, directory: Path) -> dict[str, Any]:
    """Install a tarball into a directory, and return what ansible-builder finds there."""
    # By force: what stands on the path of collections does not count.
    options = ["--force", "--offline", "--collections-path", str(directory)]
    subprocess.run(["ansible-galaxy", "collection", "install", *options, str(tarball)], check=True)
    command = ["ansible-builder", "introspect", str(directory)]
    shown = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = yaml.safe_load(shown)
    return found


def create(tarball: Path, directory: Path) -> None:
    """Make the build context of an execution environment."""
    file = directory / "execution-environment.yml"
    file.write_text(yaml.safe_dump(definition(tarball)))
    command = ["ansible-builder", "create", "--file", str(file), "--context", str(directory / "context")]
    subprocess.run(command, check=True)


def main(tarball: Path, directory: Path) -> int:
    """Check a tarball in an empty directory; return the exit status."""
    wanted = requirements((ROOT / REQUIREMENTS).read_text())
    problems = differences(introspect(tarball, directory / "collections"), wanted)
    create(tarball, directory)
    print(*(problems or [f"An execution environment needs {', '.join(wanted)}; no package of the system."]), sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
