# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the collection where ansible-test wants it.

ansible-test takes the real path `.../ansible_collections/certops/alicloud`, follows no links, and sees nothing at all
in a directory that a git repository ignores. So each run gets a copy in a temporary directory.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tools import reproducible
from tests.tools.dependencies import COLLECTIONS, ROOT


def project_files(root: Path = ROOT) -> list[Path]:
    """Return the files that git knows, or would know after `git add`, relative to the root of a clone."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Path(name) for name in listing.split("\0") if name and (root / name).is_file()]


@contextmanager
def workspace(root: Path = ROOT) -> Iterator[Path]:
    """Give a copy of a clone of the collection with those it depends on beside it, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="certops-") as directory:
        collections = Path(directory).resolve() / "ansible_collections"
        copy = collections / "certops" / "alicloud"
        for file in project_files(root):
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / file, copy / file, follow_symlinks=False)
        (collections / "community").symlink_to(COLLECTIONS / "community")
        yield copy


def build(directory: Path, root: Path = ROOT) -> Path:
    """Build the tarball of a clone, as the only one in a directory, and return its path: one commit, the same bytes."""
    for stale in directory.glob("*.tar.gz"):
        stale.unlink()
    with workspace(root) as copy:
        command = [f"{sys.prefix}/bin/ansible-galaxy", "collection", "build", "--output-path", str(directory)]
        subprocess.run(command, cwd=copy, check=True, stdout=subprocess.DEVNULL)
    (tarball,) = directory.glob("*.tar.gz")
    reproducible.rewrite(tarball, reproducible.moment(root))
    return tarball
