# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signing request that comes from a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.application import read_application
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from tests.support.client import DEFAULTS, csr

NAME = "www.example.com"


def options(path: Path | None) -> dict[str, Any]:
    return {**DEFAULTS, "domains": [NAME], "csr_path": None if path is None else str(path)}


def refused(path: Path) -> str:
    with pytest.raises(InvalidOption) as caught:
        read_application(options(path))
    return caught.value.msg


def test_the_file_is_the_signing_request(tmp_path: Path) -> None:
    (tmp_path / "request.csr").write_text(csr(NAME))
    found = read_application(options(tmp_path / "request.csr")).csr
    assert found
    assert found.pem == csr(NAME)


def test_without_a_file_there_is_none() -> None:
    assert read_application(options(None)).csr is None


def test_what_cannot_be_read_names_the_option(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csr") == "csr_path: the file cannot be read (No such file or directory)."
    assert refused(tmp_path) == "csr_path: the file cannot be read (Is a directory)."
    (tmp_path / "request.csr").write_bytes(b"\xff\xfe\x00")
    assert refused(tmp_path / "request.csr") == "csr_path: the file is not text; give a CSR in PEM."
    (tmp_path / "request.csr").write_text("nothing of the kind")
    assert refused(tmp_path / "request.csr").startswith("csr_path: give one PEM block")
    (tmp_path / "request.csr").write_text("é" * 10)
    assert refused(tmp_path / "request.csr").startswith("csr_path: give one PEM block")


def test_a_pipe_and_a_device_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "csr_path: not a regular file."
    assert refused(Path("/dev/zero")) == "csr_path: not a regular file."


def test_a_file_is_read_up_to_a_mebibyte(tmp_path: Path) -> None:
    for before, fits in ((1024 * 1024 - len(csr(NAME)), True), (1024 * 1024, False)):
        (tmp_path / "request.csr").write_text("\n" * before + csr(NAME))
        if fits:
            assert read_application(options(tmp_path / "request.csr")).csr
        else:
            assert refused(tmp_path / "request.csr").startswith("csr_path: give one PEM block")
