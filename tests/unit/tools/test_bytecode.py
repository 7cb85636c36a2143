# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.tools.bytecode import NAME, PACKAGES, switch_off, switch_on

SAYS = "import traceback\n\n\ndef say():\n    return {word!r}, traceback.extract_stack()[-1].filename\n"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """What is kept by a Python whose packages are in the directory beside it."""
    (tmp_path / "packages").mkdir()
    switch_on(tmp_path / "packages", tmp_path / "kept")
    return tmp_path / "kept"


def said(kept: Path, archive: Path, word: str) -> tuple[str, str]:
    """What a Python says that imports a module out of a zip file, and which file it takes it to be in."""
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("said.py", SAYS.format(word=word))
    packages = kept.parent / "packages"
    program = f"import site, sys; site.addsitedir({str(packages)!r}); sys.path.insert(0, sys.argv[1]); import said"
    program += "; print(*said.say(), sep='|')"
    told, place = run(program, str(archive)).split("|")
    return told, place


def run(program: str, *arguments: str) -> str:
    """What a Python prints that keeps nothing by itself."""
    command = [sys.executable, "-S", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


IMPORT_COLLECTION = """
import site, sys
site.addsitedir(sys.argv[1])
sys.path.append(sys.argv[3])
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder(paths=[sys.argv[2]])._install()
from ansible_collections.some.where.plugins.module_utils import said
print(*said.say(), sep="|")
"""


def said_in_a_collection(kept: Path, word: str) -> str:
    """What a module of a collection says, under its own name."""
    file = kept.parent / "ansible_collections/some/where/plugins/module_utils/said.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SAYS.format(word=word))
    told, place = run(IMPORT_COLLECTION, f"{kept.parent}/packages", str(kept.parent), str(PACKAGES)).split("|")
    assert place == str(file)
    return told


def files(kept: Path) -> list[Path]:
    return sorted(kept.iterdir())


def test_what_was_compiled_once_is_used_again_under_its_new_name(kept: Path, tmp_path: Path) -> None:
    assert said(kept, tmp_path / "first.zip", "a word") == ("a word", f"{tmp_path}/first.zip/said.py")
    (file,) = files(kept)
    before = file.stat().st_mtime_ns
    assert said(kept, tmp_path / "second.zip", "a word") == ("a word", f"{tmp_path}/second.zip/said.py")
    assert [(each, each.stat().st_mtime_ns) for each in files(kept)] == [(file, before)]


def test_what_is_kept_is_what_runs(kept: Path, tmp_path: Path) -> None:
    said(kept, tmp_path / "first.zip", "a word")
    (file,) = files(kept)
    file.write_bytes(file.read_bytes().replace(b"a word", b"a deed"))
    assert said(kept, tmp_path / "first.zip", "a word")[0] == "a deed"


def test_another_source_is_compiled(kept: Path, tmp_path: Path) -> None:
    said(kept, tmp_path / "first.zip", "a word")
    assert said(kept, tmp_path / "first.zip", "another")[0] == "another"
    assert len(files(kept)) == 2


def test_a_broken_file_is_compiled_again(kept: Path, tmp_path: Path) -> None:
    said(kept, tmp_path / "first.zip", "a word")
    (file,) = files(kept)
    whole = file.read_bytes()
    file.write_bytes(whole[:10])
    assert said(kept, tmp_path / "first.zip", "a word")[0] == "a word"
    assert len(file.read_bytes()) == len(whole)


def test_nothing_is_kept_where_it_is_switched_off(kept: Path, tmp_path: Path) -> None:
    switch_off(tmp_path / "packages", kept)
    assert list((tmp_path / "packages").glob(f"{NAME}*")) == []
    assert said(kept, tmp_path / "first.zip", "a word")[0] == "a word"
    assert not kept.exists()


def test_what_ansible_compiled_once_out_of_a_collection_is_used_again(kept: Path) -> None:
    assert said_in_a_collection(kept, "a word") == "a word"
    (file,) = [each for each in files(kept) if b"a word" in each.read_bytes()]
    file.write_bytes(file.read_bytes().replace(b"a word", b"a deed"))
    assert said_in_a_collection(kept, "a word") == "a deed"


def test_another_source_in_a_collection_is_compiled(kept: Path) -> None:
    assert said_in_a_collection(kept, "a word") == "a word"
    assert said_in_a_collection(kept, "another") == "another"
