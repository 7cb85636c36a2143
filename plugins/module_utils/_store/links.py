# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Links from fixed paths to files of the generation in use: what is wanted, and what is there."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import InvalidOption
from .._text import quoted
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
        raise InvalidOption("links", f"{quoted(path)} is not an absolute path of a file.")
    if file not in files:
        raise InvalidOption("links", f"{quoted(file)} is not a file of a generation; give {', '.join(files)}.")
    return Link(os.path.normpath(path), file)


def missing_links(place: Place, links: Sequence[Link]) -> list[tuple[Link, str]]:
    """The links that are not there or point elsewhere, each with the reason.

    Raises InvalidOption where something else is in the way.
    """
    found = [(link, _difference(place, link)) for link in links]
    return [(link, difference) for link, difference in found if difference]


def _difference(place: Place, link: Link) -> str | None:
    directory = os.path.dirname(link.path)
    try:
        kind = stat.S_IFMT(os.lstat(link.path).st_mode)
        there = os.readlink(link.path) if kind == stat.S_IFLNK else None
    except OSError:
        if not os.path.isdir(directory):
            raise InvalidOption(
                "links", f"there is no directory {quoted(directory)} for {quoted(link.path)}."
            ) from None
        return f"{link.path} does not exist"
    if there is None:
        what = "a directory" if kind == stat.S_IFDIR else "a file"
        raise InvalidOption(
            "links", f"{quoted(link.path)} is {what}, not a link; move it away to have the link placed."
        )
    return None if there == link.target(place) else f"{link.path} points elsewhere"
