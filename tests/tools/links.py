# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the links of a site that is built: pages and anchors are there, other addresses are well formed.

Usage: python -m tests.tools.links DIRECTORY

Nothing is fetched. What links to the repository of this collection has to be a file of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.tools.dependencies import ROOT
from tests.tools.workspace import project_files

REPOSITORY = "/certops/ansible-alicloud/"
# What the addresses of its pages begin with; the path of a file follows.
VIEWS = tuple(f"{REPOSITORY}{view}/main/" for view in ("blob", "tree", "edit"))
# Elements that a browser loads by itself.
LOADED = {"script", "img", "link", "iframe", "source", "video"}


@dataclass
class Page(HTMLParser):
    """What a page refers to, and what can be referred to in it."""

    text: str
    anchors: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value or "")
            elif name in ("href", "src"):
                self.links.append((tag, value or ""))


def problems(site: Path, has: Callable[[str], bool]) -> Iterator[str]:
    """What is wrong with the links of all pages; `has` knows the files of the repository."""
    read = cache(lambda file: Page(file.read_text("utf-8")))
    pages = sorted(site.rglob("*.html"))
    if not pages:
        yield f"{site}: there is no page"
    for page in pages:
        for tag, link in dict.fromkeys(read(page).links):
            wrong = _outside(tag, link, has) if urlsplit(link).netloc else _inside(page, link, read)
            if wrong:
                yield f"{page.relative_to(site)}: {link}: {wrong}"


def _inside(page: Path, link: str, read: Callable[[Path], Page]) -> str | None:
    parts = urlsplit(link)
    if parts.scheme:
        return "this kind of address is not known"
    file = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
    if not file.is_file():
        return "there is no such page"
    anchor = unquote(parts.fragment)
    return None if not anchor or anchor in read(file).anchors else "there is no such anchor"


def _outside(tag: str, link: str, has: Callable[[str], bool]) -> str | None:
    parts = urlsplit(link)
    if tag in LOADED:
        return "a page loads nothing from another host"
    if parts.scheme != "https" or "." not in (parts.hostname or "") or any(letter in link for letter in ' <>"{}'):
        return "not a valid address"
    file = next((parts.path[len(view) :] for view in VIEWS if parts.path.startswith(view)), None)
    return None if parts.hostname != "github.com" or file is None or has(unquote(file)) else "there is no such file"


def in_repository(name: str) -> bool:
    """Whether git knows a file or a directory of that name."""
    return any(file == Path(name) or Path(name) in file.parents for file in known_files())


@cache
def known_files() -> list[Path]:
    return project_files()


def main(arguments: Sequence[str]) -> int:
    """Print what is wrong; return an exit status."""
    (site,) = arguments
    found = list(problems((ROOT / site).resolve(), in_repository))
    print(*found, sep="\n", end="\n" * bool(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
