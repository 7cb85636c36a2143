# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role `certificate` in real plays, in accounts of a service that wants to harm its users."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.instances.facts import CHINA
from playbooks.files.emulator.orders.ca import Authority, public_der
from tests.reliability.support.figures import Figures
from tests.support.certificates import new_key
from tests.support.playbooks import CRASHES, Played, environment, run_plays, write_inventory

from .task import CRASHED, ENDLESS, OUTSIDE, TEMPLATES, WRONG, Inputs

pytestmark = pytest.mark.reliability("Hostile input")

ZONE, VICTIM = "example.com", "victim.example.org"
# Its value shows wherever a text was taken for a template.
FACTORS, PRODUCT = "7919 * 7907", str(7919 * 7907)
FORKS = "16"
SHORT = ("a path that leads out", "templates to publish", "a certificate for another key")

Content = dict[str, Any]
Change = Callable[[str, Content], None]


@dataclass(frozen=True)
class Case:
    """What the service does; ``installs`` tells whether a valid certificate comes of it."""

    name: str
    change: Change
    validation: str = "file"
    issued: bool = False
    installs: bool = False


class Malicious(Emulator):
    """An account whose responses are rewritten, and which remembers the records that it was asked for."""

    def __init__(self, world: World, change: Change) -> None:
        super().__init__(world)
        self._change = change
        self.records: list[str] = []

    def call(self, action: str, parameters: Mapping[str, str], site: str = CHINA) -> Content:
        if action in ("AddDomainRecord", "UpdateDomainRecord"):
            self.records.append(f"{parameters.get('RR')}.{parameters.get('DomainName')}")
        return super().call(action, parameters, site)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        reply = super().handle(method, target, headers, body)
        action = {name.lower(): value for name, value in headers.items()}.get("x-acs-action", "")
        content = reply.json()
        self._change(action, content)
        status = content.pop("status", reply.status)
        return replace(reply, status=status, body=json.dumps(content).encode())


def _command(canary: Path) -> str:
    """Text that is a command to a template, and to a shell."""
    command = f"touch {canary}"
    return f"{{{{ lookup('ansible.builtin.pipe', '{command}') }}}}$({command})`{command}`;{command};{{{{ {FACTORS} }}}}"


def validation(**fields: Any) -> Change:
    """What is to be published."""

    def change(action: str, content: Content) -> None:
        if action == "DescribeCertificateState" and content.get("Type") == "domain_verify":
            content.update(fields)

    return change


def state(**fields: Any) -> Change:
    def change(action: str, content: Content) -> None:
        if action == "DescribeCertificateState":
            content.update(fields)

    return change


def refusal(text: str) -> Change:
    def change(action: str, content: Content) -> None:
        if action.startswith("Create"):
            content.update(status=400, Code=text, Message=text, RequestId=text)

    return change


def certificate(edit: Callable[[str], str | None]) -> Change:
    def change(action: str, content: Content) -> None:
        if "Certificate" in content:
            content["Certificate"] = edit(content["Certificate"])

    return change


def cases(directory: Path, authority: Authority, now: float) -> list[Case]:
    text = _command(directory / "canary")
    other = public_der(new_key().public_key())

    def issued(_own: str, name: str = "stranger", start: float = -10, end: float = 80) -> str:
        days = 86400.0
        leaf = authority.issue(other, (f"{name}.{ZONE}",), now + start * days, now + end * days, 7)
        return leaf + authority.intermediate_pem + authority.root_pem

    def without_middle(own: str) -> str:
        leaf, end, _rest = own.partition("-----END CERTIFICATE-----\n")
        return leaf + end + authority.root_pem

    paths = {
        "a path that leads out": "/../../outside/x",
        "a path that leads out later": "/.well-known/../../../outside/x",
        "a path with dots in percent": "/%2e%2e/%2e%2e/outside/x",
        "a path from the root": f"/{directory}/outside/x",
        "a path of two lines": f"/x\n{directory}/outside/x",
        "a path with a NUL": "/x\0/../../outside/x",
        "a path that is a template": f"/{text}",
        "a path longer than any": "/a" * 2000,
    }
    records = {
        "a record of another zone": {"RecordDomain": f"_dnsauth.{VICTIM}"},
        "a record of a neighbour": {"RecordDomain": f"_dnsauth.neighbour.{ZONE}"},
        "a record that is a template": {"RecordDomain": text},
        "values to publish that are templates": {"RecordValue": text},
        "a record that hands the zone over": {"RecordType": "NS", "RecordValue": "ns.evil.example"},
        "a record with a second line": {"RecordValue": "x\nevil", "RecordType": "TXT"},
    }
    return [
        *(Case(name, validation(Uri=path)) for name, path in paths.items()),
        Case("templates to publish", validation(Content=text, Domain=text)),
        *(Case(name, validation(**fields), "alidns") for name, fields in records.items()),
        Case("a refusal that is a template", refusal(text), "alidns"),
        Case("a state that is a template", state(Type=text), "alidns"),
        Case("a certificate for another key", certificate(issued), "alidns", True),
        Case("an expired one for another name", certificate(lambda own: issued(own, "other", -90, -1)), "alidns", True),
        Case("no certificate", certificate(lambda _own: None), "alidns", True),
        Case("half a certificate", certificate(lambda own: own[: len(own) // 3]), "alidns", True),
        Case("a chain without its middle", certificate(without_middle), "alidns", True),
        Case("a certificate among templates", certificate(lambda own: text + own + text), "alidns", True, True),
    ]


def test_a_role_and_a_service_that_wants_harm(directory: Path, short: bool, figures: Figures) -> None:
    """All cases in one ansible-playbook, each on a host and in an account of its own."""
    inputs, directory = Inputs("plays of the role"), directory / "plays"
    directory.mkdir()
    authority = Authority()
    chosen = [case for case in cases(directory, authority, World().now()) if not short or case.name in SHORT]
    with ExitStack() as stack:
        accounts = [_account(authority, case) for case in chosen]
        servers = [stack.enter_context(Server(account)) for account in accounts]
        hosts = [_host(directory, number, *each) for number, each in enumerate(zip(chosen, servers))]
        write_inventory(directory, {f"h{number}": host for number, host in enumerate(hosts)})
        play = {"hosts": "h*", "gather_facts": False, "roles": ["certops.alicloud.certificate"]}
        played = run_plays(directory, "play", [play], environment(directory), ["--forks", FORKS])
    for number, (case, account) in enumerate(zip(chosen, accounts)):
        inputs.tried += 1
        _judge(inputs, directory, f"h{number}", case, account, played)
    _judge_all(inputs, directory, played)
    inputs.record(figures)


def _account(authority: Authority, case: Case) -> Malicious:
    dials = Dials(
        settle_seconds=0, record_delay_seconds=0, review_seconds=0, proof="at_once" if case.issued else "control"
    )
    account = Malicious(World(authority=authority, dials=dials), case.change)
    for zone in (ZONE, VICTIM):
        account.world.zones.host(zone, account.world.now())
    return account


def _host(directory: Path, number: int, case: Case, server: Server) -> dict[str, Any]:
    """Every other one is shipped, the others run in the worker."""
    web = directory / "web" / f"h{number}"
    web.mkdir(parents=True)
    keys = Keys()
    connection = {
        "access_key_id": keys.access_key_id,
        "access_key_secret": keys.access_key_secret,
        "endpoint": server.url,
    }
    words = {
        "domains": [f"h{number}.{ZONE}"],
        "directory": str(directory / "store" / f"h{number}"),
        "owner": str(os.geteuid()),
        "group": str(os.getegid()),
        "validation": case.validation,
        "webroot": str(web),
        "wait_timeout": 120 if case.issued else 8,
        "poll_interval": 0.2,
        "connection": connection,
    }
    return {
        **{f"certificate_{name}": value for name, value in words.items()},
        "certops_alicloud_direct": number % 2 == 0,
    }


def _judge(inputs: Inputs, directory: Path, host: str, case: Case, account: Malicious, played: Played) -> None:
    if host not in played.ended:
        inputs.note(ENDLESS, case.name)
    installed = bool(list((directory / "store" / host).glob("*/current")))
    if installed != case.installs or (host in played.failed) == case.installs:
        inputs.note(WRONG, f"{case.name}: {'installed' if installed else 'not installed'}")
    strange = [name for name in account.records if not name.endswith(f".{host}.{ZONE}")]
    for name in [*strange, *(f"{record.name}, left" for record in account.world.zones.records.values())]:
        inputs.note(OUTSIDE, f"{case.name}: record {name}")


def _judge_all(inputs: Inputs, directory: Path, played: Played) -> None:
    own = {"store", "web", "home", "tmp", "output", "inventory.json", "play.json", "ansible.cfg", "canary"}
    outside = [path for path in directory.iterdir() if path.name not in own]
    for path in [*outside, *directory.parent.glob("outside*")]:
        inputs.note(OUTSIDE, str(path))
    if (directory / "canary").exists() or PRODUCT in played.text:
        inputs.note(TEMPLATES, "a text of the service's was taken for a template")
    for line in played.text.splitlines():
        if any(words in line for words in CRASHES):
            inputs.note(CRASHED, line)
