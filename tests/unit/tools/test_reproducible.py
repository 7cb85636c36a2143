# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One content is one tarball: whatever the order, the time and the owner of its files were."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest

from tests.tools.reproducible import moment, rewrite

NAMES = ("docs", "docs/one.md", "README.md")


def collection(file: Path, names: Sequence[str], mtime: int, **more: object) -> Path:
    """A tarball as ansible-galaxy makes it, from a file system that lists files in this order."""
    listed = json.dumps({"files": [{"name": name} for name in (".", *names)], "format": 1}).encode()
    manifest = {"file_manifest_file": {"name": "FILES.json", "chksum_sha256": hashlib.sha256(listed).hexdigest()}}
    contents = {"MANIFEST.json": json.dumps(manifest).encode(), "FILES.json": listed}
    with tarfile.open(file, "w:gz") as archive:
        for name, content in {**contents, **{name: name.encode() for name in names}}.items():
            member = tarfile.TarInfo(name)
            member.mtime, member.size = mtime, len(content)
            member.mode = 0o755 if name == "docs" else 0o644
            if name == "docs":
                member.type, member.size = tarfile.DIRTYPE, 0
            for attribute, value in more.items():
                setattr(member, attribute, value)
            archive.addfile(member, BytesIO(content))
    return file


def test_order_times_and_owners_are_not_in_the_bytes(tmp_path: Path) -> None:
    one = collection(tmp_path / "one.tar.gz", NAMES, 1000)
    other = collection(tmp_path / "other.tar.gz", NAMES[::-1], 2000, uid=7, uname="somebody")
    assert one.read_bytes() != other.read_bytes()
    for each in (one, other):
        rewrite(each, 1234567890)
    assert one.read_bytes() == other.read_bytes()
    with tarfile.open(one) as archive:
        assert archive.getnames() == ["MANIFEST.json", "FILES.json", "README.md", "docs", "docs/one.md"]
        assert {member.mtime for member in archive} == {1234567890}


def test_the_manifest_has_the_checksum_of_the_sorted_list(tmp_path: Path) -> None:
    file = collection(tmp_path / "c.tar.gz", NAMES[::-1], 1000)
    rewrite(file, 1)
    with tarfile.open(file) as archive:
        read = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}  # type: ignore[union-attr]
    assert [entry["name"] for entry in json.loads(read["FILES.json"])["files"]] == [
        ".",
        "README.md",
        "docs",
        *NAMES[1:2],
    ]
    manifest = json.loads(read["MANIFEST.json"])["file_manifest_file"]
    assert manifest["chksum_sha256"] == hashlib.sha256(read["FILES.json"]).hexdigest()
    assert read["docs/one.md"] == b"docs/one.md"


def test_another_content_gives_other_bytes(tmp_path: Path) -> None:
    one, other = (collection(tmp_path / name, names, 1) for name, names in (("a", NAMES), ("b", NAMES[:2])))
    for each in (one, other):
        rewrite(each, 1)
    assert one.read_bytes() != other.read_bytes()


def test_the_time_is_that_of_the_commit_unless_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000000 +0000")
    author = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init", "--quiet"], [*author, "commit", "--quiet", "--allow-empty", "--message", "One"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert moment(tmp_path) == 1700000000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    assert moment(tmp_path) == 1600000000
