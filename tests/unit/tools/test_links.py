# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of the site: what is wrong with one is said, and what is right is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.links import in_repository, main, problems

SOURCE = "https://github.com/certops/ansible-alicloud"


def said(site: Path, body: str) -> list[str]:
    (site / "guides").mkdir(exist_ok=True)
    (site / "index.html").write_text(body)
    (site / "guides" / "nginx.html").write_text(
        '<h1 id="start">Start</h1><a name="old"></a><a href="../index.html">up</a>'
    )
    return list(problems(site, lambda name: name == "docs/confirmed.md"))


@pytest.mark.parametrize(
    "link",
    [
        "guides/nginx.html",
        "guides/nginx.html#start",
        "guides/nginx.html#old",
        "#here",
        "#",
        "https://docs.ansible.com/projects/ansible/latest/plugins/action.html#action-plugins",
        f"{SOURCE}/issues/new",
        f"{SOURCE}/blob/main/docs/confirmed.md",
        f"{SOURCE}/edit/main/docs/confirmed.md?description=a",
    ],
)
def test_a_link_that_is_right(tmp_path: Path, link: str) -> None:
    assert said(tmp_path, f'<p id="here"><a href="{link}">x</a>') == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("guides/apache.html", "there is no such page"),
        ("guides", "there is no such page"),
        ("guides/nginx.html#stop", "there is no such anchor"),
        ("#there", "there is no such anchor"),
        ("http://docs.ansible.com/", "not a valid address"),
        ("https://localhost/", "not a valid address"),
        ("https://docs.ansible.com/a b", "not a valid address"),
        ("javascript:alert()", "this kind of address is not known"),
        (f"{SOURCE}/blob/main/docs/lost.md", "there is no such file"),
    ],
)
def test_a_link_that_is_wrong(tmp_path: Path, link: str, problem: str) -> None:
    assert said(tmp_path, f'<a href="{link}">x</a><a href="{link}">again</a>') == [f"index.html: {link}: {problem}"]


@pytest.mark.parametrize("element", ['<img src="{}">', '<script src="{}">', '<link rel="stylesheet" href="{}">'])
def test_a_page_loads_nothing_from_elsewhere(tmp_path: Path, element: str) -> None:
    address = "https://cdn.example.com/a.js"
    assert said(tmp_path, element.format(address)) == [f"index.html: {address}: a page loads nothing from another host"]


def test_files_and_directories_of_the_repository_are_known() -> None:
    assert in_repository("docs/confirmed.md") and in_repository("docs/awx")
    assert not in_repository("docs/lost.md")


def test_the_command_prints_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path}: there is no page\n"
    said(tmp_path, "<p>")
    assert main([str(tmp_path)]) == 0
