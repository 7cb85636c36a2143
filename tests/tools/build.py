# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the tarball from what git knows, check it the way Galaxy does, and say how big it is.

Usage: python -m tests.tools.build
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tools.dependencies import ROOT
from tests.tools.workspace import workspace

TARGET = ROOT / "build"


def build() -> Path:
    """Build the tarball and return its path."""
    for stale in TARGET.glob("*.tar.gz"):
        stale.unlink()
    with workspace() as copy:
        command = [f"{sys.prefix}/bin/ansible-galaxy", "collection", "build", "--output-path", str(TARGET)]
        subprocess.run(command, cwd=copy, check=True, stdout=subprocess.DEVNULL)
    (tarball,) = TARGET.glob("*.tar.gz")
    return tarball


def main() -> int:
    """Build and check; return an exit status."""
    tarball = build()
    status = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", str(tarball)], cwd=TARGET, check=False
    ).returncode
    print(f"{tarball.relative_to(ROOT)}: {tarball.stat().st_size / 1024:.0f} KiB")
    return status


if __name__ == "__main__":
    sys.exit(main())
