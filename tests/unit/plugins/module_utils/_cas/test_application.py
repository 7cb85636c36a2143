# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signing request that comes from a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from ansible_collections.certops.alicloud.plugins.module_utils._cas.application import read_application
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from tests.support.client import DEFAULTS, csr, key

NAME = "www.example.com"
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


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


def test_what_cannot_be_read_names_the_option_and_the_path(tmp_path: Path) -> None:
    none, file = tmp_path / "none.csr", tmp_path / "request.csr"
    assert refused(none) == f"csr_path: '{none}': the file cannot be read (No such file or directory)."
    assert refused(tmp_path) == f"csr_path: '{tmp_path}': the file cannot be read (Is a directory)."
    file.write_bytes(b"\xff\xfe\x00")
    assert refused(file) == f"csr_path: '{file}': the file is not text; give a CSR in PEM."
    for text in ("nothing of the kind", "é" * 10, ""):
        file.write_text(text)
        assert refused(file).startswith(f"csr_path: '{file}': give one PEM block")


def test_what_is_wrong_with_the_signing_request_names_the_path(tmp_path: Path) -> None:
    file, secret = tmp_path / "request.csr", key().private_bytes(PEM, PKCS8, serialization.NoEncryption()).decode()
    for text, says in (
        (secret, "this is a private key, or contains one; give the signing request (CSR) made with it."),
        (csr(NAME).replace("MII", "AAA", 1), "the PEM block cannot be read as a signing request (CSR)."),
        (csr(NAME) + csr(NAME), "give one PEM block that begins with -----BEGIN CERTIFICATE REQUEST-----."),
    ):
        file.write_text(text)
        assert refused(file) == f"csr_path: '{file}': {says}"
    with pytest.raises(InvalidOption, match=r"^csr_content: this is a private key"):
        read_application({**options(None), "csr_content": secret})


def test_a_path_is_no_place_for_a_key(tmp_path: Path) -> None:
    """A key given in place of a path is not repeated."""
    says = refused(Path("-----BEGIN PRIVATE KEY-----\nMIIEsecret"))
    assert says.startswith("csr_path: (a private key): the file cannot be read")


def test_a_pipe_and_a_device_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        assert refused(path) == f"csr_path: '{path}': not a regular file; give the file with the CSR."


def test_a_file_is_read_up_to_a_mebibyte(tmp_path: Path) -> None:
    for before, fits in ((1024 * 1024 - len(csr(NAME)), True), (1024 * 1024, False)):
        (tmp_path / "request.csr").write_text("\n" * before + csr(NAME))
        if fits:
            assert read_application(options(tmp_path / "request.csr")).csr
        else:
            assert refused(tmp_path / "request.csr").endswith(
                "give one PEM block that begins with -----BEGIN CERTIFICATE REQUEST-----."
            )
