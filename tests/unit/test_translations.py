# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Chinese page shows the same playbooks, commands, messages and names as the English one that it belongs to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.pages import blocks
from tests.tools.dependencies import ROOT

PAGES = ROOT / "docs/docsite/rst"
README, README_ZH = ROOT / "README.md", ROOT / "README.zh-CN.md"
GUIDES = {PAGES / f"{page.stem.removesuffix('_zh')}.rst": page for page in sorted(PAGES.glob("guide_*_zh.rst"))}
PAIRS = {README: README_ZH, **GUIDES}
TROUBLES = PAGES / "guide_troubleshooting.rst"
WORDS = PAGES / "glossary_zh.rst"
ADDRESS = "https://github.com/certops/ansible-alicloud/blob/main/"
COUNTERPARTS = {
    f"{ADDRESS}README.zh-CN.md": f"{ADDRESS}README.md",
    "https://www.alibabacloud.com/help/en/ssl-certificate": "https://help.aliyun.com/zh/ssl-certificate/",
}
HAN = "\u4e00-\u9fff"
# From two spaces on, or a whole line. It is in the language of the page.
COMMENT = re.compile(r"(^|  +)#.*$", re.MULTILINE)

each_pair = pytest.mark.parametrize("english", PAIRS, ids=lambda page: page.stem)


def languages(page: Path) -> list[str]:
    """The languages of the code of a page, in the order in which they come first."""
    return list(
        dict.fromkeys(re.findall(r"^ *(?:```|\.\. code-block:: )(\S+)$", page.read_text("utf-8"), re.MULTILINE))
    )


def comparable(language: str, text: str) -> Any:
    """What is shown, without comments."""
    return yaml.safe_load(text) if language == "yaml" else COMMENT.sub("", text).split("\n")


def shown(page: Path) -> dict[str, list[Any]]:
    return {each: [comparable(each, text) for text in blocks(page, each)] for each in languages(page)}


def entries(page: Path) -> list[str]:
    """The first cell of each row of a table, and each term that is explained below it, in one line each."""
    text = page.read_text("utf-8")
    if page.suffix == ".md":
        return re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    rows = re.findall(r"^ +\* - (.*?)(?=^ +- )|^(``[^\n]+)\n    \S", text, re.MULTILINE | re.DOTALL)
    return [" ".join((cell or term).split()) for cell, term in rows]


def codes(page: Path) -> list[list[str]]:
    """What is in code markup in each entry that has some."""
    found = (re.findall("(?<!`)(?:`([^`]+)`|``([^`]+)``)", entry) for entry in entries(page))
    return [[one or other for one, other in row] for row in found if row]


def links(page: Path) -> set[str]:
    return set(re.findall(r"\[[^]]*\]\(([^)\s]+)\)", page.read_text("utf-8")))


def in_chinese(link: str) -> str:
    """The same link, or the one of the Chinese page in its place."""
    if link in COUNTERPARTS:
        return COUNTERPARTS[link]
    chinese = GUIDES.get(ROOT / link.removeprefix(ADDRESS))
    return ADDRESS + str(chinese.relative_to(ROOT)) if chinese else link


def test_the_pages_that_new_users_need_are_there_in_chinese() -> None:
    assert {page.stem for page in PAIRS} >= {"README", "guide_first_certificate", "guide_troubleshooting"}
    assert [page.name for pair in PAIRS.items() for page in pair if not page.exists()] == []


@each_pair
def test_playbooks_and_commands_are_the_same(english: Path) -> None:
    assert shown(PAIRS[english]) == shown(english)


@each_pair
def test_sections_are_the_same(english: Path) -> None:
    """Their number: a section that was added on one side is missed on the other."""
    heading = r"^## " if english.suffix == ".md" else r"^-+$"
    counts = [len(re.findall(heading, page.read_text("utf-8"), re.MULTILINE)) for page in (english, PAIRS[english])]
    assert counts[0] == counts[1] > 0


def test_messages_are_the_same() -> None:
    """They are told in English, so readers search for them in English."""
    assert len(codes(TROUBLES)) > 20
    assert codes(GUIDES[TROUBLES]) == codes(TROUBLES)


def test_the_readme_lists_the_same_in_chinese() -> None:
    assert len(codes(README)) > 20
    assert codes(README_ZH) == codes(README)


def test_the_readmes_link_to_each_other_and_to_the_same_pages() -> None:
    assert {ADDRESS + page.name for page in (README, README_ZH)} <= links(README) | links(README_ZH)
    assert {in_chinese(link) for link in links(README)} - links(README_ZH) == set()
    assert [link for link in links(README_ZH) if not link.startswith("https://")] == []


def statuses() -> set[str]:
    """Every status of an order, of an instance and of its certificate."""
    texts = [(ROOT / f"plugins/modules/cas_{kind}_info.py").read_text("utf-8") for kind in ("order", "instance")]
    options = [yaml.safe_load(text.split('DOCUMENTATION = r"""')[1].split('"""')[0])["options"] for text in texts]
    found = [each[name]["choices"] for each in options for name in ("status", "certificate_status") if name in each]
    assert len(found) == 3
    return {status for choices in found for status in choices}


def test_every_status_has_the_word_of_the_console() -> None:
    known = {code for row in codes(WORDS) for code in row}
    assert sorted(statuses() - known) == []


@pytest.mark.parametrize("page", [*GUIDES.values(), WORDS], ids=lambda page: page.stem)
def test_markup_is_recognized_beside_chinese_characters(page: Path) -> None:
    """docutils wants white space or punctuation around it, but no closing bracket before and no opening one after."""
    markup = r"``[^`]+``|:\w+:`[^`]+`|`[^`]+`__?|\*\*[^*]+\*\*"
    glued = rf"[{HAN}\uff09](?:{markup})|(?:{markup})[{HAN}\uff08]"
    assert re.findall(glued, page.read_text("utf-8")) == []
