# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of a CA of our own, and stores made with them, for the tests beside this file."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._store import info, probe
from ansible_collections.certops.alicloud.plugins.module_utils._store.endpoints import Endpoint
from ansible_collections.certops.alicloud.plugins.module_utils._store.model import Served
from ansible_collections.certops.alicloud.plugins.module_utils._store.reconcile import ensure_store

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
WWW = ("www.example.com",)
FREE = "digicert-free-1-free"


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Signer:
    name: str
    key: Any

    def sign(
        self,
        name: str,
        key: Any,
        names: Sequence[str] = (),
        ca: bool = False,
        start: datetime = NOW - timedelta(days=10),
        days: float = 90,
        extensions: Sequence[x509.ExtensionType] = (),
        **how: Any,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(common(name))
            .issuer_name(common(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca, None), True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
        for extension in extensions:
            builder = builder.add_extension(extension, isinstance(extension, x509.KeyUsage))
        return builder.sign(
            self.key,
            hashes.SHA256() if isinstance(self.key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)) else None,
            **how,
        )


def identifiers(key: Any, signer: Signer) -> list[x509.ExtensionType]:
    """Return what Python 3.13 and later demand of each certificate: which key it has, and which key signed it."""
    return [
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()),
    ]


SIGNS = x509.KeyUsage(True, False, False, False, False, True, True, False, False)


def common(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


ROOT, INTERMEDIATE = Signer("Root", new_key()), Signer("Intermediate", new_key())
ABOVE = ROOT.sign("Intermediate", INTERMEDIATE.key, ca=True, days=900)


def pem(*certificates: x509.Certificate) -> str:
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in certificates)


def key_pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def csr_pem(key: Any, *names: str) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(common(names[0]))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@dataclass(frozen=True)
class Set:
    """A private key and its chain, in PEM."""

    key: str
    fullchain: str


def new_set(names: Sequence[str] = WWW, key: Any = None, **how: Any) -> Set:
    key = key or new_key()
    return Set(key_pem(key), pem(INTERMEDIATE.sign(names[0], key, names, **how), ABOVE))


GOOD, OTHER = new_set(), new_set()
ORDER = {
    "order_id": "77",
    "domains": list(WWW),
    "product_code": FREE,
    "renews": None,
    "validation": [{"method": "dns"}],
}


@dataclass(frozen=True)
class Host:
    """What the machine lends to the modules of the store."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    look_at: Callable[[Endpoint, str | None], list[Served]] = probe.look_at

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, monotonic=self.monotonic, sleep=self.sleep)


HOST = Host(now=lambda: NOW, monotonic=lambda: 0.0, sleep=lambda _seconds: None)
DEFAULTS: dict[str, Any] = {
    "generation": None,
    "domains": None,
    "key_type": "ECC",
    "key_size": None,
    "keep_key": False,
    "order": None,
    "fullchain": None,
    "private_key": None,
    "keep": 3,
    "owner": None,
    "group": None,
    "key_mode": "0600",
    "forms": [],
    "links": [],
}
QUESTION: dict[str, Any] = {
    "domains": list(WWW),
    "product_code": FREE,
    "renew_before": "33%",
    "endpoints": [],
    "endpoint_timeout": 0.0,
    "requirements": None,
    "forms": [],
    "links": [],
}


@dataclass(frozen=True)
class Shop:
    """A store of one certificate, and the modules called on it."""

    directory: Path

    @property
    def path(self) -> Path:
        return self.directory / "www"

    def generation_path(self, number: int) -> Path:
        return self.path / "generations" / str(number)

    def act(self, state: str, check: bool = False, host: Host = HOST, **options: Any) -> dict[str, Any]:
        given = {"directory": str(self.directory), "name": "www", **DEFAULTS, "state": state, **options}
        outcome = ensure_store(given, check, host.clock)
        return {**outcome.public(NOW), "diff": outcome.diff()}

    def look(self, host: Host = HOST, **options: Any) -> dict[str, Any]:
        given = {"directory": str(self.directory), "name": "www", **QUESTION, **options}
        found: dict[str, Any] = info.report(given, False, host.clock, host.look_at).public(host.now())
        return found

    def bring(self, what: Set = GOOD, domains: Sequence[str] = WWW, **options: Any) -> int:
        """A set that was made elsewhere; returns its generation."""
        done = self.act("complete", domains=list(domains), fullchain=what.fullchain, private_key=what.key, **options)
        return int(done["generation"])

    def use(self, what: Set = GOOD, **options: Any) -> int:
        """A set that was made elsewhere, in use and verified."""
        number = self.bring(what, **options)
        self.act("current", generation=number)
        self.act("verified", generation=number)
        return number

    def stage(self, names: Sequence[str] = WWW, order: dict[str, Any] | None = None, key: Any = None) -> int:
        """A staged generation with a key and a CSR, made as a role makes it."""
        number = int(self.act("staged", domains=list(names))["generation"])
        made = key or new_key()
        (self.generation_path(number) / "privkey.pem").write_text(key_pem(made))
        (self.generation_path(number) / "request.csr").write_text(csr_pem(made, *names))
        if order:
            self.act("ordered", generation=number, order=order)
        return number

    def picture(self) -> dict[str, tuple[str, str]]:
        """Everything that is there: kind and mode, and content or target."""
        found = {}
        for path in sorted(self.directory.rglob("*")):
            mode = stat.filemode(path.lstat().st_mode)
            content = os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else ""
            found[str(path.relative_to(self.directory))] = (mode, content)
        return found

    def leftovers(self) -> list[str]:
        return [name for name in self.picture() if name.endswith(".tmp")]
