# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""A set that another program has left on the host: read where it lies, so that no key travels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .._errors import Failure, InvalidCertificate, InvalidOption
from .os_errors import reading

_TEXTS = ("fullchain", "private_key")
_LARGEST = 1024 * 1024


def with_files(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, with the content of files in place of their paths. Links are followed: certbot has them."""
    paths = {name: options.get(f"{name}_path") for name in _TEXTS}
    return {**options, **{name: _text(name, path) for name, path in paths.items() if path}}


def _text(name: str, path: str) -> str:
    option = f"{name}_path"
    try:
        with reading(path), open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    except (Failure, InvalidCertificate) as failure:
        raise InvalidOption(option, failure.msg) from None
    if len(content) > _LARGEST:
        raise InvalidOption(option, f"{path} is larger than 1 MiB, so it is not a file in PEM.")
    return content.decode("utf-8", "replace")


@contextmanager
def told_by_path(options: Mapping[str, Any]) -> Iterator[None]:
    """What is wrong with the content of a file is told with its path."""
    try:
        yield
    except Failure as failure:
        for name in _TEXTS:
            path, begins = options.get(f"{name}_path"), f"{name}: "
            if path and failure.msg.startswith(begins):
                failure.msg = f"{name}_path: {path}: {failure.msg[len(begins) :]}"
        raise
