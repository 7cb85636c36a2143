# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows as YAML, and how it becomes plays that run on this machine.

Nothing of an example is changed but what belongs to real hosts: paths begin in a directory of the test, addresses are
those of its servers, services are commands, and modules of other collections are named by ``debug``.
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

_ALL_PAGES = [*ROOT.glob("*.md"), *ROOT.glob("roles/*/README.md"), *ROOT.glob("docs/docsite/rst/guide_*.rst")]
# Pages in Chinese show the same playbooks, which another test compares.
PAGES = [page for page in _ALL_PAGES if not page.stem.endswith(("_zh", ".zh-CN"))]
# Of collections that are not there, and what only a real host has.
_NAMED_ONLY = ("community.", "ansible.builtin.package", "ansible.builtin.command")
_SERVICE = "ansible.builtin.service"
_PATHS = re.compile(r"(?<![\w./}])/(?=(?:etc|root|srv|usr/local|var/www)/)")
_PEOPLE = re.compile(r"\b(owner|group): (?:haproxy|tomcat|ssl-cert)\b")
_SERVICES = ("services", "certificate_services")
ROLE = "certops.alicloud.certificate"
# What examples leave at their defaults, which are for the administrator of a real host.
_DEFAULTS = {
    ROLE: ("directory", "owner", "group", "poll_interval", "wait_timeout", "endpoint_timeout"),
    "certops.alicloud.certificate_store": ("owner", "group"),
}


@dataclass(frozen=True)
class Example:
    """One block of a page, or all examples of a plugin."""

    name: str
    text: str

    @property
    def content(self) -> Any:
        return yaml.safe_load(self.text)

    @property
    def file(self) -> str:
        """What its first line calls it."""
        found = re.match(r"# (\S+\.yml)\n", self.text)
        return found[1] if found else ""


def examples() -> dict[str, Example]:
    """Every example, by its name: a page and the number of the block, or a plugin."""
    shown = [
        Example(f"{_title(page)} {number}", text)
        for page in sorted(PAGES)
        for number, text in enumerate(blocks(page, "yaml"))
    ]
    return {each.name: each for each in [*shown, *_of_plugins()]}


def _title(page: Path) -> str:
    return f"role {page.parent.name}" if page.parent.parent.name == "roles" else page.stem


def _of_plugins() -> Iterator[Example]:
    for path in sorted((ROOT / "plugins").glob("*/*")):
        text = path.read_text("utf-8") if path.is_file() else ""
        if path.parent.name in ("modules", "lookup") and path.suffix == ".py":
            nodes = [each for each in ast.parse(text).body if isinstance(each, ast.Assign)]
            yield from (
                Example(path.stem, ast.literal_eval(each.value))
                for each in nodes
                if ast.unparse(each.targets[0]) == "EXAMPLES"
            )
        elif path.parent.name == "filter" and path.suffix == ".yml":
            yield Example(path.stem, yaml.safe_load(text)["EXAMPLES"])


@dataclass(frozen=True)
class Case:
    """How an example runs: in check mode or really, with what the account has before, and as which kind of content.

    ``orders`` are the domains of issued certificates, ``days`` ago; ``instances`` are wishes of the emulator's shop,
    and ``ids`` what the example calls them. ``after`` is the example whose host and account it continues with, and
    ``uses`` a file of tasks. ``like`` tells what YAML that is no play is for. Where an example ``publishes`` no record
    in Alibaba Cloud DNS, the domains are validated without one.
    """

    check: bool = False
    like: str = "variables"
    orders: tuple[str, ...] = ()
    days: int = 0
    instances: tuple[Mapping[str, Any], ...] = ()
    ids: tuple[str, ...] = ()
    after: str = ""
    uses: str = ""
    publishes: bool = True
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where an example runs: its host, its directory, what stands for addresses of the world, and its account."""

    host: str
    root: Path
    addresses: Mapping[str, str]
    environment: Mapping[str, str]
    resolver: str

    def read(self, example: Example) -> Any:
        """What an example says, for this place."""
        text = _PEOPLE.sub(r'\1: "{{ certificate_\1 }}"', _PATHS.sub(f"{self.root}/", example.text))
        for shown, real in self.addresses.items():
            text = text.replace(shown, real)
        return self._known(yaml.safe_load(text))

    def _known(self, shown: Any) -> Any:
        if isinstance(shown, list):
            return [self._known(each) for each in shown]
        if not isinstance(shown, dict):
            return shown
        if any(str(name).startswith(_NAMED_ONLY) for name in shown):
            shown = {name: value for name, value in shown.items() if name not in ("changed_when", "vars")}
        return dict(self._item(str(name), value) for name, value in shown.items())

    def _item(self, name: str, value: Any) -> tuple[str, Any]:
        if name.startswith(_NAMED_ONLY):
            return "ansible.builtin.debug", {"msg": f"{name} {value}"}
        if name == _SERVICE:
            return "ansible.builtin.file", {"path": f"{self.root}/reload", "state": "touch", "mode": "0644"}
        if name in _SERVICES:
            named = [each if isinstance(each, str) else each["name"] for each in value]
            return name, [{"name": each, "argv": ["touch", f"{self.root}/reload"]} for each in named]
        if name in _DEFAULTS and isinstance(value, dict):
            given = {option: f"{{{{ certificate_{option} }}}}" for option in _DEFAULTS[name]}
            return name, {**given, **self._known(value)}
        return name, self._known(value)


def plays(example: Example, case: Case, place: Place) -> list[dict[str, Any]]:
    """An example as plays."""
    shown = place.read(example)
    if isinstance(shown, list):
        are_plays = any({"hosts", "ansible.builtin.import_playbook"} & set(each) for each in shown)
        found = shown if are_plays else [{"tasks": shown}]
    elif case.like == "list":
        found = [{"ansible.builtin.import_playbook": "certops.alicloud.issue"}]
    else:
        found = [{"roles": [ROLE], **(shown if case.like == "handlers" else {})}]
    return [_placed(each, example.name, case, place) for each in found]


def variables(example: Example, case: Case, place: Place) -> dict[str, Any]:
    """What an example sets for its host."""
    shown = place.read(example)
    if case.like == "option":
        shown = {f"certificate_{name}": value for name, value in shown.items()}
    if case.like == "list":  # these playbooks read no variables of roles
        given = {option: f"{{{{ certificate_{option} }}}}" for option in _DEFAULTS[ROLE]}
        shown["certificates_common"] = {**given, **shown.get("certificates_common", {})}
    is_set = isinstance(shown, dict) and case.like in ("variables", "list", "option")
    return {**(shown if is_set else {}), **case.variables}


def members(example: Example, place: Place) -> dict[str, dict[str, Any]]:
    """The hosts of an inventory with their variables."""
    (group,) = place.read(example).values()
    return {name: {**group["vars"], **(own or {})} for name, own in group["hosts"].items()}


def _placed(play: dict[str, Any], name: str, case: Case, place: Place) -> dict[str, Any]:
    if "ansible.builtin.import_playbook" in play:
        return {**play, "vars": {**play.get("vars", {}), "certificates_hosts": place.host}}
    resolvers = {"certops.alicloud.cas_preflight": {"resolvers": [place.resolver]}}
    settings = {"hosts": place.host, "gather_facts": False, "environment": dict(place.environment)}
    defaults = {**resolvers, **play.get("module_defaults", {})}
    return {**play, "name": name, **settings, "module_defaults": defaults, "check_mode": case.check}
