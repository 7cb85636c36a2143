# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Links from fixed paths to files of the generation in use, as a task asks for them. Pure."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import InvalidOption
from .._text import quoted, quoted_path
from .model import CERT, CHAIN, FULLCHAIN, KEY, Place


@dataclass(frozen=True)
class Link:
    """A symbolic link to a file below ``current``."""

    path: str
    file: str

    def target(self, place: Place) -> str:
        return f"{place.current}/{self.file}"


def read_links(values: Sequence[Mapping[str, Any]] | None, forms: Collection[str]) -> list[Link]:
    """The option ``links``; ``forms`` are the names of the forms, which can be linked to, too."""
    return [_read_link(value, (KEY, CERT, CHAIN, FULLCHAIN, *forms)) for value in values or ()]


def _read_link(value: Mapping[str, Any], files: Collection[str]) -> Link:
    path, file = value["path"], value["file"]
    if not os.path.isabs(path) or os.path.normpath(path) == "/" or not path.isprintable():
        raise InvalidOption("links", f"{quoted_path(path)} is not an absolute path of a file.")
    if file not in files:
        raise InvalidOption("links", f"{quoted(file)} is not a file of a generation; give {', '.join(files)}.")
    return Link(os.path.normpath(path), file)
