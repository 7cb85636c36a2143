# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles as real plays, in accounts of a service that wants to harm whoever calls it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.emulator.core.dials import Dials
from tests.emulator.core.emulator import Emulator
from tests.emulator.core.gate import Keys
from tests.emulator.core.server import Server
from tests.emulator.core.reply import Reply
from tests.emulator.core.world import World
from tests.emulator.orders.ca import Authority, public_der
from tests.reliability.playbooks import Played, inventory, play, surroundings
from tests.reliability.report import Run

from .hostile_task import Tally

ZONE, VICTIM = "example.com", "victim.example.org"
# Its value shows wherever a text was taken for a template.
FACTORS, PRODUCT = "7919 * 7907", str(7919 * 7907)
FORKS = "4"
SHORT = ("a path that leads out", "templates to publish", "a certificate for another key")

Content = dict[str, Any]
Twist = Callable[[str, Content], None]


@dataclass(frozen=True)
class Case:
    """What the service does; ``way`` is how domains are proven, ``installs`` whether a good certificate comes of it."""

    name: str
    twist: Twist
    way: str = "file"
    issued: bool = False
    installs: bool = False


class Malicious(Emulator):
    """An account whose answers are rewritten, and which remembers the records that it was asked for."""

    def __init__(self, world: World, twist: Twist) -> None:
        super().__init__(world)
        self._twist = twist
        self.records: list[str] = []

    def call(self, action: str, parameters: Mapping[str, str]) -> Content:
        if action in ("AddDomainRecord", "UpdateDomainRecord"):
            self.records.append(f"{parameters.get('RR')}.{parameters.get('DomainName')}")
        return super().call(action, parameters)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        reply = super().handle(method, target, headers, body)
        action = {name.lower(): value for name, value in headers.items()}.get("x-acs-action", "")
        content = reply.json()
        self._twist(action, content)
        status = content.pop("status", reply.status)
        return replace(reply, status=status, body=json.dumps(content).encode())


def evil(canary: Path) -> str:
    """Text that is a command to a template, and to a shell."""
    command = f"touch {canary}"
    return f"{{{{ lookup('ansible.builtin.pipe', '{command}') }}}}$({command})`{command}`;{command};{{{{ {FACTORS} }}}}"


def proof(**fields: Any) -> Twist:
    """What is to be published."""

    def twist(action: str, content: Content) -> None:
        if action == "DescribeCertificateState" and content.get("Type") == "domain_verify":
            content.update(fields)

    return twist


def state(**fields: Any) -> Twist:
    def twist(action: str, content: Content) -> None:
        if action == "DescribeCertificateState":
            content.update(fields)

    return twist


def refusal(text: str) -> Twist:
    def twist(action: str, content: Content) -> None:
        if action.startswith("Create"):
            content.update(status=400, Code=text, Message=text, RequestId=text)

    return twist


def certificate(change: Callable[[str], str | None]) -> Twist:
    def twist(action: str, content: Content) -> None:
        if "Certificate" in content:
            content["Certificate"] = change(content["Certificate"])

    return twist


def cases(folder: Path, authority: Authority, now: float) -> list[Case]:
    text = evil(folder / "canary")
    other = public_der(ec.generate_private_key(ec.SECP256R1()).public_key())

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
        "a path from the root": f"/{folder}/outside/x",
        "a path of two lines": f"/x\n{folder}/outside/x",
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
        *(Case(name, proof(Uri=path)) for name, path in paths.items()),
        Case("templates to publish", proof(Content=text, Domain=text)),
        *(Case(name, proof(**fields), "alidns") for name, fields in records.items()),
        Case("a refusal that is a template", refusal(text), "alidns"),
        Case("a state that is a template", state(Type=text), "alidns"),
        Case("a certificate for another key", certificate(issued), "alidns", True),
        Case("an expired one for another name", certificate(lambda own: issued(own, "other", -90, -1)), "alidns", True),
        Case("no certificate", certificate(lambda _own: None), "alidns", True),
        Case("half a certificate", certificate(lambda own: own[: len(own) // 3]), "alidns", True),
        Case("a chain without its middle", certificate(without_middle), "alidns", True),
        Case("a certificate among templates", certificate(lambda own: text + own + text), "alidns", True, True),
    ]


def try_plays(run: Run, tally: Tally) -> None:
    """All cases in one ansible-playbook, each on a host and in an account of its own."""
    folder = run.folder / "plays"
    folder.mkdir()
    authority = Authority()
    chosen = [case for case in cases(folder, authority, World().now()) if not run.short or case.name in SHORT]
    with ExitStack() as stack:
        accounts = [_account(authority, case) for case in chosen]
        servers = [stack.enter_context(Server(account)) for account in accounts]
        hosts = {
            f"h{number}": _host(folder, number, case, server.url)
            for number, (case, server) in enumerate(zip(chosen, servers))
        }
        (folder / "inventory.json").write_text(json.dumps(inventory(hosts)))
        book = {"hosts": "h*", "gather_facts": False, "roles": ["certops.alicloud.certificate"]}
        played = play(folder, "play", [book], surroundings(folder), ["--forks", FORKS])
    for number, (case, account) in enumerate(zip(chosen, accounts)):
        tally.tried["plays of the role"] += 1
        _judge(tally, folder, f"h{number}", case, account, played)
    _judge_all(tally, folder, played)


def _account(authority: Authority, case: Case) -> Malicious:
    dials = Dials(
        settle_seconds=0, record_delay_seconds=0, review_seconds=0, proof="at_once" if case.issued else "control"
    )
    account = Malicious(World(authority=authority, dials=dials), case.twist)
    for zone in (ZONE, VICTIM):
        account.world.zones.host(zone, account.world.now())
    return account


def _host(folder: Path, number: int, case: Case, url: str) -> dict[str, Any]:
    """Every other one is shipped, the others run in the worker."""
    web = folder / "web" / f"h{number}"
    web.mkdir(parents=True)
    keys = Keys()
    connection = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret, "endpoint": url}
    words = {
        "domains": [f"h{number}.{ZONE}"],
        "directory": str(folder / "store" / f"h{number}"),
        "owner": str(os.geteuid()),
        "group": str(os.getegid()),
        "validation": case.way,
        "webroot": str(web),
        "wait_timeout": 120 if case.issued else 8,
        "poll_interval": 0.2,
        "connection": connection,
    }
    return {
        **{f"certificate_{name}": value for name, value in words.items()},
        "certops_alicloud_direct": number % 2 == 0,
    }


def _judge(tally: Tally, folder: Path, host: str, case: Case, account: Malicious, played: Played) -> None:
    if host not in played.ended:
        tally.hangs.append(f"play: {case.name}: no end")
    installed = bool(list((folder / "store" / host).glob("*/current")))
    if installed != case.installs or (host in played.failed) == case.installs:
        tally.wrong.append(f"play: {case.name}: {'installed' if installed else 'not installed'}")
    strange = [name for name in account.records if not name.endswith(f".{host}.{ZONE}")]
    tally.outside += [f"play: {case.name}: record {name}" for name in strange]
    tally.outside += [f"play: {case.name}: left {record.name}" for record in account.world.zones.records.values()]


def _judge_all(tally: Tally, folder: Path, played: Played) -> None:
    own = {"store", "web", "home", "tmp", "output", "inventory.json", "play.json", "ansible.cfg"}
    tally.outside += [
        f"play: {path.name}" for path in folder.iterdir() if path.name not in own and path.name != "canary"
    ]
    tally.outside += [f"play: {path}" for path in folder.parent.glob("outside*")]
    if (folder / "canary").exists() or PRODUCT in played.text:
        tally.templates.append("play: a text of the service's was taken for a template")
    faults = [line for line in played.text.splitlines() if "This is a fault" in line or "Traceback" in line]
    tally.tracebacks += [f"play: {line[:300]}" for line in faults]
