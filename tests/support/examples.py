# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows as YAML, and how it becomes plays that run on this machine.

Nothing of an example is changed but what belongs to real hosts: paths begin in a directory of the test, addresses are those
of its servers, services are commands, and modules that need a real host or another collection are named by ``debug``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.pages import blocks
from tests.tools.dependencies import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("roles/*/README.md"), *ROOT.glob("docs/docsite/rst/guide_*.rst")]
# Of collections that are not there, and of hosts that are not.
FOREIGN = ("community.",)
OF_REAL_HOSTS = ("ansible.builtin.package", "ansible.builtin.service", "ansible.builtin.command")
_PATHS = re.compile(r"(?<![\w./}])/(?=(?:etc|srv|usr/local|var/www)/)")
_PEOPLE = re.compile(r"\b(owner|group): (?:haproxy|tomcat|ssl-cert)\b")
_SERVICES = ("services", "certificate_services")
_ROLE = "certops.alicloud.certificate"


@dataclass(frozen=True)
class Example:
    """One block of a page, or all examples of a plugin; ``file`` is what its first line calls it."""

    name: str
    text: str

    @property
    def content(self) -> Any:
        return yaml.safe_load(self.text)

    @property
    def file(self) -> str | None:
        found = re.match(r"# (\S+\.yml)\n", self.text)
        return found[1] if found else None

    @property
    def is_play(self) -> bool:
        found = self.content
        return isinstance(found, list) and any({"hosts", "ansible.builtin.import_playbook"} & set(each) for each in found)


def examples() -> dict[str, Example]:
    """Every example, by its name: a page and the number of the block, or a plugin."""
    found = [Example(f"{_title(page)} {number}", text) for page in sorted(PAGES)
             for number, text in enumerate(blocks(page, "yaml"))]  # fmt: skip
    return {each.name: each for each in [*found, *_of_plugins()]}


def _title(page: Path) -> str:
    return f"role {page.parent.name}" if page.parent.parent.name == "roles" else page.stem


def _of_plugins() -> Iterator[Example]:
    for path in sorted((ROOT / "plugins").glob("*/*")):
        if path.parent.name in ("modules", "lookup") and path.suffix == ".py":
            tree = ast.parse(path.read_text("utf-8"))
            values = {each.targets[0].id: each.value for each in tree.body
                      if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)}  # fmt: skip
            yield Example(path.stem, ast.literal_eval(values["EXAMPLES"]))
        elif path.parent.name == "filter" and path.suffix == ".yml":
            yield Example(path.stem, yaml.safe_load(path.read_text("utf-8"))["EXAMPLES"])


@dataclass(frozen=True)
class Place:
    """Where an example runs: its host, its directory, what stands for addresses of the world, and its account."""

    host: str
    root: Path
    addresses: Mapping[str, str]
    environment: Mapping[str, str]

    def text(self, text: str) -> str:
        """An example as it is for this place."""
        found = _PEOPLE.sub(r'\1: "{{ own_id }}"', _PATHS.sub(f"{self.root}/", text))
        for shown, real in self.addresses.items():
            found = found.replace(shown, real)
        return found

    def known(self, shown: Any) -> Any:
        """The same without what belongs to real hosts."""
        if isinstance(shown, list):
            return [self.known(each) for each in shown]
        if not isinstance(shown, dict):
            return shown
        absent = {name for name in shown if str(name).startswith(FOREIGN) or name in OF_REAL_HOSTS}
        return {
            "ansible.builtin.debug" if name in absent else name: self._value(name, value, name in absent)
            for name, value in shown.items()
            if not (absent and name == "changed_when")
        }

    def _value(self, name: str, value: Any, is_absent: bool) -> Any:
        if is_absent:
            return {"msg": f"{name} {value}"}
        if name in _SERVICES:
            return [{"name": self._service(each), "argv": ["touch", f"{self.root}/reload"]} for each in value]
        if name == _ROLE:
            return {**{option: f"{{{{ certificate_{option} }}}}" for option in ("directory", "owner", "group")}, **value}
        return self.known(value)

    @staticmethod
    def _service(given: Any) -> str:
        return given if isinstance(given, str) else str(given["name"])


@dataclass(frozen=True)
class Case:
    """How an example runs: in check mode or really, with what the account has before, and as which kind of content.

    ``orders`` are issued certificates by their domains; ``instances`` are wishes of the emulator's shop, and ``ids`` are the
    IDs of an example, in their order. ``like`` is ``list`` for a list of certificates, ``handlers``, ``inventory``, or ``part``
    for what another example uses.
    """

    check: bool = False
    like: str = ""
    orders: tuple[str, ...] = ()
    days: int = 0
    instances: tuple[Mapping[str, Any], ...] = ()
    ids: tuple[str, ...] = ()
    after: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


def plays(example: Example, case: Case, place: Place) -> list[dict[str, Any]]:
    """An example as plays."""
    shown = place.known(yaml.safe_load(place.text(example.text)))
    if example.is_play:
        found = shown
    elif isinstance(shown, list):
        found = [{"hosts": place.host, "tasks": shown}]
    elif case.like == "list":
        found = [{"ansible.builtin.import_playbook": "certops.alicloud.issue", "vars": shown}]
    elif case.like == "handlers":
        found = [{"hosts": place.host, "roles": [_ROLE], **shown}]
    else:
        found = [{"hosts": place.host, "roles": [_ROLE], "vars": shown}]
    return [_placed(each, example.name, case, place) for each in found]


def _placed(play: dict[str, Any], name: str, case: Case, place: Place) -> dict[str, Any]:
    if "ansible.builtin.import_playbook" in play:
        return {**play, "vars": {**play.get("vars", {}), "certificates_hosts": place.host}}
    settings = {"hosts": place.host, "gather_facts": False, "environment": dict(place.environment)}
    return {**play, "name": name, **settings, "check_mode": case.check}
