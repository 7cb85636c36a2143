# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages on playbooks and roles name every variable, and no other, with the default that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools.dependencies import ROOT

PAGES = ROOT / "docs/docsite/rst"
PLAYBOOKS = sorted(file.stem for file in (ROOT / "playbooks").glob("*.yml"))
ROW = re.compile(r"^   \* - (``.+)\n     - (.+)\n     - \S", re.MULTILINE)


def documented(text: str) -> dict[str, str]:
    """The variables of the tables in a text, each with what stands for its default."""
    return {name: default for names, default in ROW.findall(text) for name in re.findall("``(.+?)``", names)}


def section(playbook: str) -> str:
    """What the page says of a playbook; two of them share a section."""
    text = (PAGES / "guide_playbooks.rst").read_text("utf-8")
    title = "issue and renew" if playbook in ("issue", "renew") else playbook
    (found,) = re.findall(rf"^{title}\n-+\n(.*?)(?=^\.\. _|\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


def play(playbook: str) -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / f"playbooks/{playbook}.yml").read_text("utf-8"))
    return dict(found)


@pytest.mark.parametrize("playbook", ["demo", "inventory", "ram_policy", "rehearse"])
def test_variables_of_a_play(playbook: str) -> None:
    variables = {name: value for name, value in play(playbook)["vars"].items() if name.startswith(f"{playbook}_")}
    told = documented(section(playbook))
    assert set(told) == set(variables)
    for name, value in variables.items():
        if "{{" not in str(value):
            shown = f"``{yaml.safe_dump(value, default_flow_style=True, width=200).split(chr(10))[0]}``"
            assert told[name].replace("'", "") == (shown.replace("'", "") if value != "" else "not set"), name


@pytest.mark.parametrize("playbook", ["issue", "renew"])
def test_variables_of_a_list_of_certificates(playbook: str) -> None:
    """Those of its header, and those that its tasks read."""
    text = (ROOT / f"playbooks/{playbook}.yml").read_text("utf-8")
    lines = re.findall(r"^# ((?:certificates?_?\w*(?:, )?)+)(?:  |$)", text, re.MULTILINE)
    header = {name for line in lines for name in line.split(", ")}
    files = [*(ROOT / "playbooks/tasks").glob("*.yml"), *(ROOT / "playbooks/vars").glob("*.yml")]
    everything = "\n".join([text, *(file.read_text("utf-8") for file in files)])
    read = set(re.findall(r"\b(certificates?_[a-z_]+|certificates)(?= (?:is defined|\| default))", everything))
    assert set(documented(section(playbook))) == header >= read and len(read) > 5


def test_every_playbook_has_a_row_and_a_section() -> None:
    text = (PAGES / "guide_playbooks.rst").read_text("utf-8")
    assert sorted(re.findall(r"^   \* - :ref:`(\w+) <", text, re.MULTILINE)) == PLAYBOOKS
    assert all(f"certops.alicloud.{playbook}" in section(playbook) for playbook in PLAYBOOKS)


def test_variables_of_the_roles_are_those_of_their_readme() -> None:
    readme = (ROOT / "roles/certificate/README.md").read_text("utf-8")
    own = set(re.findall(r"^\| `(certificate_\w+)` \| not set \|", readme, re.MULTILINE))
    assert set(documented((PAGES / "guide_roles.rst").read_text("utf-8"))) == own != set()


def test_every_role_has_a_row_and_a_purpose() -> None:
    roles = sorted(directory.name for directory in (ROOT / "roles").iterdir() if directory.is_dir())
    text = (PAGES / "guide_roles.rst").read_text("utf-8")
    assert sorted(re.findall(r"^   \* - ``certops.alicloud.(\w+)``", text, re.MULTILINE)) == roles
    for role in roles:
        meta = yaml.safe_load(Path(ROOT, "roles", role, "meta/main.yml").read_text("utf-8"))
        assert meta["argument_specs"]["variables"]["short_description"]
