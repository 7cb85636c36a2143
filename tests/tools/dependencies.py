# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring what pip alone cannot install into the virtual environment.

- The collection that tests compare ours with, out of a PyPI package that carries them, and ours itself as a link.
- A home for ansible-test, so that it leaves the user's home alone and gets its pip from PyPI.

Usage: python -m tests.tools.dependencies collections|home
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
COLLECTIONS = VENV / "collections" / "ansible_collections"
HOME = VENV / "home"
CARRIER = ROOT / "tests" / "requirements" / "collections.txt"
NEEDED = ("ansible_collections/community/crypto/",)

GET_PIP = """\
# Stands in for the get-pip script that ansible-test would download: the project's own pip does its work.
import subprocess
import sys

packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
sys.exit(subprocess.call([{python!r}, "-m", "pip", "--python", sys.executable, "install", "--quiet", *packages]))
"""


def unpack(directory: Path, names: tuple[str, ...]) -> None:
    """Put collections into a directory, in place of what is there, out of the PyPI package that carries many."""
    with tempfile.TemporaryDirectory() as downloads:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--dest", downloads, "--requirement", str(CARRIER)], check=True)
        (wheel,) = Path(downloads).glob("ansible-*.whl")
        shutil.rmtree(directory / "ansible_collections", ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(directory, [name for name in archive.namelist() if name.startswith(names)])


def fetch_collections() -> None:
    """Unpack the collections that tests use, and link ours beside them."""
    unpack(COLLECTIONS.parent, NEEDED)
    link = COLLECTIONS / "certops" / "alicloud"
    link.parent.mkdir(parents=True)
    link.symlink_to(os.path.relpath(ROOT, link.parent))


def ansible_test() -> Path:
    """Return where ansible-test is installed."""
    spec = find_spec("ansible_test")
    assert spec and spec.submodule_search_locations, "ansible-core is not installed"
    return Path(spec.submodule_search_locations[0])


def take_releases(requirements: Path) -> None:
    """Let ansible-test take each package from the index: 2.22.0rc1 wants one of pylint's out of its repository."""
    for file in requirements.glob("*.txt"):
        text = file.read_text()
        released = re.sub(r"^(\w+) @ https://.*$", r"\1", text, flags=re.MULTILINE)
        if released != text:
            # Another file in its place: the one that is there may be a link into a cache.
            file.unlink()
            file.write_text(released)


def pip_version() -> str:
    """Return the version of pip that this ansible-test puts into its environments."""
    source = (ansible_test() / "_internal" / "python_requirements.py").read_text()
    found = re.search(r"pip='([0-9.]+)'", source)
    assert found, "this ansible-test no longer says which pip it wants"
    return found[1]


def furnish_home() -> None:
    """Write the stand-in for get-pip, and the pip settings that ansible-test would drop with the environment."""
    script = HOME / ".ansible" / "test" / "cache" / f"get_pip_{pip_version().replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(GET_PIP.format(python=sys.executable))
    settings = [
        f"{name[4:].lower().replace('_', '-')} = {value}"
        for name, value in os.environ.items()
        if name.startswith("PIP_") and name != "PIP_CONFIG_FILE"
    ]
    config = HOME / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("\n".join(["[global]", *settings, ""]))
    make_key(HOME / ".ansible" / "test" / "id_rsa")
    take_releases(ansible_test() / "_data" / "requirements")


def make_key(path: Path) -> None:
    """Make the key that ansible-test makes in its first run: two first runs at the same time fail."""
    program = shutil.which("ssh-keygen")
    if program and not path.exists():
        subprocess.run([program, "-m", "PEM", "-q", "-t", "rsa", "-N", "", "-f", str(path)], check=True)


if __name__ == "__main__":
    {"collections": fetch_collections, "home": furnish_home}[sys.argv[1]]()
