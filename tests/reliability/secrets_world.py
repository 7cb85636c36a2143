# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of the search: emulators that behave well or badly, a name server, a web server, new secrets."""

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

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.emulator.core.dials import Dials
from tests.emulator.core.emulator import Emulator
from tests.emulator.core.gate import Keys
from tests.emulator.core.server import Server
from tests.emulator.core.reply import Reply
from tests.emulator.core.world import World
from tests.emulator.orders.ca import Authority, public_der
from tests.emulator.orders.lifecycle import DAY
from tests.emulator.orders.validation import Prover
from tests.world.names import start_names
from tests.world.programs import find, unconfined

ZONE = "example.com"
PRODUCT = "geotrust-dv-1-starter"
KEY_ID = "LTAIsecretsKeyId"
# So old that a certificate of 90 days is due, and good.
PAST = 62 * DAY
QUICK: dict[str, Any] = {
    "settle_seconds": 0.0, "record_delay_seconds": 0.0, "review_seconds": 0.0, "proof_interval_seconds": 0.1,
}  # fmt: skip
# How an account can be in trouble: its dials, and the faults of all its calls.
TROUBLES: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
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
# The accounts of the roles, by the way in which they prove a domain.
ROLES = ("alidns", "dns", "http", "refused")


class Noted(Emulator):
    """Keeps the query and the signature of every call."""

    def __init__(self, world: World, keys: Keys) -> None:
        super().__init__(world, keys=keys)
        self.sent: list[tuple[str, str]] = []

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        signed = re.search(r"Signature=([0-9a-f]{64})", headers.get("Authorization", ""))
        if signed:
            self.sent.append((target.partition("?")[2], signed[1]))
        return super().handle(method, target, headers, body)


def private_pem(key: Any) -> str:
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def request_pem(key: Any, name: str) -> str:
    builder = x509.CertificateSigningRequestBuilder(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


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
            self.keys[name] = private_pem(ec.generate_private_key(ec.SECP256R1()))
        self.keys["rsa"] = private_pem(rsa.generate_private_key(65537, 2048))


@dataclass
class Scene:
    """Everything that runs. Urls are by account; `tls` is the good one over TLS, with a CA that nobody knows."""

    folder: Path
    secrets: Secrets
    stack: contextlib.ExitStack
    emulators: dict[str, Noted] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    web: str = ""

    @property
    def webroot(self) -> Path:
        return self.folder / "webroot"

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [each for emulator in self.emulators.values() for each in emulator.sent]

    def to_now(self) -> None:
        """The accounts of the roles were opened in the past: now it is now."""
        for name in ROLES:
            world = self.emulators[name].world
            self.emulators[name].advance(max(0.0, time.time() - world.now()))


def raise_scene(folder: Path, stack: contextlib.ExitStack, named: bool) -> Scene:
    """Start all of it; it ends with the stack."""
    scene = Scene(folder, Secrets(), stack)
    keys = Keys(KEY_ID, scene.secrets.texts["Secret"])
    for name, (dials, faults) in TROUBLES.items():
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
        (folder / "world").mkdir()
        program = unconfined({"named": str(find("named")), "nginx": str(find("named"))}, folder / "world" / "programs")
        scene.names = dict(start_names(program, folder / "world" / "dns"))
    open_roles(scene, keys)
    return scene


def open_roles(scene: Scene, keys: Keys) -> None:
    """The accounts of the roles, two months ago."""
    server = "{address}:{port}".format(**scene.names) if scene.names else "127.0.0.1:1"
    proofs: dict[str, dict[str, Any]] = {
        "alidns": {"proof": "alidns"},
        "dns": {"proof": "dns", "dns_server": server},
        "http": {"proof": "http", "proof_address": scene.web},
        "refused": {"denied": ("CreateCertificateForPackageRequest", "CreateCertificateWithCsrRequest")},
    }
    for name, dials in proofs.items():
        emulator = open_account(scene, name, keys, Dials(**{**QUICK, **dials}), time.time() - PAST)
        scene.stack.enter_context(contextlib.closing(Prover(emulator)))


def open_account(scene: Scene, name: str, keys: Keys, dials: Dials, now: float) -> Noted:
    world = World(dials=dials, quota={PRODUCT: 9999, "digicert-free-1-free": 9999}, base=now, authority=AUTHORITY)
    world.zones.host(ZONE, world.now())
    scene.emulators[name] = Noted(world, keys)
    scene.urls[name] = scene.stack.enter_context(Server(scene.emulators[name])).url
    return scene.emulators[name]


AUTHORITY = Authority()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nobody asked."""


@contextlib.contextmanager
def serving(folder: Path) -> Any:
    """Serve a folder over HTTP; gives host:port."""
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def certificate_for(pem: str, name: str) -> str:
    """A certificate and its chain for a private key."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    now = time.time()
    spki = public_der(key.public_key())
    leaf = AUTHORITY.issue(spki, (name,), now - DAY, now + 80 * DAY, x509.random_serial_number())
    return leaf + AUTHORITY.intermediate_pem
