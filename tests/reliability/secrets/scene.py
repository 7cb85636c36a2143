# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scene of the search: emulators that behave well or badly, a name server, a web server, new secrets."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders.lifecycle import DAY
from playbooks.files.emulator.orders.validation import Prover
from tests.reliability.support.authority import AUTHORITY
from tests.support.certificates import key_pem, new_key
from tests.world.names import start_names
from tests.world.programs import find, unconfined

ZONE = "example.com"
PRODUCT = "geotrust-dv-1-starter"
KEY_ID = "LTAIsecretsKeyId"
# Unused instances of each account, more than its tasks take.
INSTANCES = 40
# So long ago that a certificate of 90 days is due and still valid.
PAST = 62 * DAY
QUICK: dict[str, Any] = {
    "settle_seconds": 0.0, "record_delay_seconds": 0.0, "review_seconds": 0.0, "proof_interval_seconds": 0.1,
    "validation_seconds": 0.0,
}  # fmt: skip
# The accounts of the modules: their dials, and the faults of all their calls.
ACCOUNTS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "good": ({"proof": "at_once"}, []),
    "denied": ({"denied": ("*",)}, []),
    "throttled": ({}, [{"kind": "throttled", "retry_after_ms": 1}]),
    "lost": ({"proof": "at_once"}, [{"kind": "answer_lost"}]),
    "html": ({}, [{"kind": "html"}]),
    "cut": ({"proof": "at_once"}, [{"kind": "cut"}]),
    "broken": ({}, [{"kind": "error_after"}]),
    "redirected": ({}, [{"kind": "redirect"}]),
    "slow": ({}, [{"kind": "slow", "seconds": 0.5}]),
    "late": ({"clock_offset_seconds": 7200.0}, []),
}
# The accounts of the roles, by the way in which a domain is validated.
ROLES = ("alidns", "dns", "http", "refused")


class RecordingEmulator(Emulator):
    """Keeps the query and the signature of every call."""

    def __init__(self, world: World, keys: Keys) -> None:
        super().__init__(world, keys=keys)
        self.sent: list[tuple[str, str]] = []

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        signed = re.search(r"Signature=([0-9a-f]{64})", headers.get("Authorization", ""))
        if signed:
            self.sent.append((target.partition("?")[2], signed[1]))
        return super().handle(method, target, headers, body)


def new_secret(kind: str) -> str:
    return f"Marked{kind}{token_hex(12)}"


@dataclass
class Secrets:
    """What must not be found: texts and private keys, by name. None of them was ever used before."""

    texts: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("Secret", "WrongSecret", "Token", "WrongToken", "ProxyPassword", "CliSecret", "WrongTsig"):
            self.texts[name] = new_secret(name)
        for name in ("first", "second", "third"):
            self.keys[name] = key_pem(new_key())
        self.keys["rsa"] = key_pem(rsa.generate_private_key(65537, 2048))


@dataclass
class Scene:
    """Everything that runs. URLs are by account; `tls` is the good one over TLS, with an unknown CA."""

    directory: Path
    secrets: Secrets
    stack: contextlib.ExitStack
    emulators: dict[str, RecordingEmulator] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    web: str = ""

    @property
    def webroot(self) -> Path:
        return self.directory / "webroot"

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [each for emulator in self.emulators.values() for each in emulator.sent]

    def move_to_present(self) -> None:
        """Move the accounts of the roles from the past to the present."""
        for name in ROLES:
            world = self.emulators[name].world
            self.emulators[name].advance(max(0.0, time.time() - world.now()))


def open_scene(directory: Path, stack: contextlib.ExitStack, named: bool) -> Scene:
    """Start everything; it ends with the stack."""
    scene = Scene(directory, Secrets(), stack)
    keys = Keys(KEY_ID, scene.secrets.texts["Secret"])
    for name, (dials, faults) in ACCOUNTS.items():
        open_account(scene, name, keys, Dials(**{**QUICK, **dials}), time.time())
        for fault in faults:
            scene.emulators[name].inject(**fault, times=0)
    token, old = scene.secrets.texts["Token"], scene.secrets.texts["WrongToken"]
    open_account(scene, "session", keys, Dials(**QUICK, security_tokens=(token,), expired_tokens=(old,)), time.time())
    cli = Keys("LTAIcliKeyId", scene.secrets.texts["CliSecret"])
    open_account(scene, "cli", cli, Dials(**QUICK), time.time())
    scene.urls["tls"] = stack.enter_context(Server(scene.emulators["good"], tls=True)).url
    scene.web = stack.enter_context(serving(scene.webroot))
    if named:
        (directory / "world").mkdir()
        program = unconfined(
            {"named": str(find("named")), "nginx": str(find("named"))}, directory / "world" / "programs"
        )
        scene.names = dict(start_names(program, directory / "world" / "dns"))
    open_roles(scene, keys)
    return scene


def open_roles(scene: Scene, keys: Keys) -> None:
    """The accounts of the roles, two months ago."""
    server = "{address}:{port}".format(**scene.names) if scene.names else "127.0.0.1:1"
    accounts: dict[str, dict[str, Any]] = {
        "alidns": {"proof": "alidns"},
        "dns": {"proof": "dns", "dns_server": server},
        "http": {"proof": "http", "proof_address": scene.web},
        "refused": {"denied": ("CreateCertificateForPackageRequest", "CreateCertificateWithCsrRequest")},
    }
    for name, dials in accounts.items():
        emulator = open_account(scene, name, keys, Dials(**{**QUICK, **dials}), time.time() - PAST)
        scene.stack.enter_context(contextlib.closing(Prover(emulator)))


def open_account(scene: Scene, name: str, keys: Keys, dials: Dials, now: float) -> RecordingEmulator:
    world = World(dials=dials, quota={PRODUCT: 9999, "digicert-free-1-free": 9999}, base=now, authority=AUTHORITY)
    world.zones.host(ZONE, world.now())
    scene.emulators[name] = RecordingEmulator(world, keys)
    scene.emulators[name].add_instance(count=INSTANCES)
    scene.urls[name] = scene.stack.enter_context(Server(scene.emulators[name])).url
    return scene.emulators[name]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Not wanted."""


@contextlib.contextmanager
def serving(directory: Path) -> Any:
    """Serve a directory over HTTP; gives host:port."""
    directory.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
