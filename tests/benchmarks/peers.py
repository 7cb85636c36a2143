# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpack the collections of the AWS peer, which nothing else of this project needs.

Usage: python -m tests.benchmarks.peers
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.tools.dependencies import CARRIER, VENV

PEERS = VENV / "bench"
NEEDED = ("ansible_collections/amazon/aws/", "ansible_collections/community/aws/")


def fetch() -> None:
    """Take them out of the PyPI package that carries ours, too."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--dest", folder, "--requirement", str(CARRIER)], check=True)
        (wheel,) = Path(folder).glob("ansible-*.whl")
        shutil.rmtree(PEERS, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(PEERS, [name for name in archive.namelist() if name.startswith(NEEDED)])


if __name__ == "__main__":
    fetch()
