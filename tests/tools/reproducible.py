# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the tarball of a collection depend on nothing but what is in it and on the time of the commit.

ansible-galaxy writes the time of the build into it, the times of all files, and the order in which a file system lists
them, which is in FILES.json too. The bytes are the same for one version of zlib, which compresses them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

Entries = dict[str, tuple[tarfile.TarInfo, bytes]]
FILES, MANIFEST = "FILES.json", "MANIFEST.json"


def moment(root: Path) -> int:
    """Return the time that a tarball of this clone carries: SOURCE_DATE_EPOCH, or the time of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout)


def rewrite(tarball: Path, seconds: int) -> None:
    """Write a tarball again: sorted, with one time for all files, and with checksums that still agree."""
    entries = _read(tarball)
    _sort_files(entries)
    with (
        tarball.open("wb") as raw,
        gzip.GzipFile("", "wb", 9, raw, mtime=seconds) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for member, content in _members(entries, seconds):
            archive.addfile(member, BytesIO(content))


def _read(tarball: Path) -> Entries:
    with tarfile.open(tarball) as archive:
        return {
            each.name: (each, archive.extractfile(each).read() if each.isfile() else b"")  # type: ignore[union-attr]
            for each in archive
        }


def _sort_files(entries: Entries) -> None:
    """Sort the list of files, and tell the manifest its new checksum."""
    files, manifest = (json.loads(entries[name][1]) for name in (FILES, MANIFEST))
    files["files"].sort(key=lambda entry: entry["name"])
    listed = _dump(files)
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(listed).hexdigest()
    for name, content in ((FILES, listed), (MANIFEST, _dump(manifest))):
        entries[name] = (entries[name][0], content)


def _dump(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, indent=True).encode()


def _members(entries: Entries, seconds: int) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """Return new members with what matters of the old ones; Galaxy wants the manifest first."""
    for name in [MANIFEST, FILES, *sorted(set(entries) - {MANIFEST, FILES})]:
        old, content = entries[name]
        new = tarfile.TarInfo(name)
        new.type, new.linkname, new.mode = old.type, old.linkname, old.mode
        new.size, new.mtime = len(content), seconds
        yield new, content
