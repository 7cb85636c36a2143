# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of one certificate without Ansible: the emulator's service, a store on disk, an endpoint that can be reloaded."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT as ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.argspec import OPTIONS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.observe import Actors
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.reconcile import ensure_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.steps import Chain
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import (
    Service,
    read_certificate_options,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._store.info import report
from ansible_collections.certops.alicloud.plugins.module_utils._store.model import Served
from ansible_collections.certops.alicloud.plugins.module_utils._store.reconcile import ensure_store
from ansible_collections.certops.alicloud.plugins.modules.certificate_store import OPTIONS as STORE
from ansible_collections.certops.alicloud.plugins.modules.certificate_store_info import OPTIONS as INFO
from tests.emulator.core.emulator import Emulator
from tests.support import client

WWW = "www.example.com"
ENDPOINT = "127.0.0.1:443"
OPTIONS_OF_A_TEST: dict[str, Any] = {
    "domains": [WWW],
    "validation": "manual",
    "services": ["web"],
    "endpoints": [ENDPOINT],
    "endpoint_timeout": 0.0,
    "preflight": "false",
    "owner": str(os.getuid()),
    "group": str(os.getgid()),
}


@dataclass
class Shop:
    """A host with a store below ``root`` and a web server that reads its certificate when it is reloaded.

    ``before`` is called with the name of each step before it is done, and may raise.
    """

    account: Emulator
    root: Path
    read_only: bool = False
    reloads: bool = True
    before: Callable[[str], None] = lambda step: None
    serving: str | None = None
    said: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.root / WWW

    def look(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        given = _task.validated(INFO, _given(options))
        # The machine of the test need not have the service.
        given["requirements"] = {**given["requirements"], "services": None}
        found = report(given, self.read_only, client.clock(self.account), lambda endpoint, name: [self._served()])
        return {**found.public(client.clock(self.account).now()), "warnings": found.warnings}

    def _served(self) -> Served:
        problem = None if self.serving else "connection refused"
        return Served(ENDPOINT, serial_number=self.serving, sha256_fingerprint=self.serving, problem=problem)

    def change(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        self._begin(options["state"])
        outcome = ensure_store(_task.validated(STORE, _given(options)), False, client.clock(self.account))
        return outcome.public(client.clock(self.account).now())

    def reload(self, service: Service) -> None:
        self._begin("reload")
        if not self.reloads:
            raise Failure("Unable to reload service web: its configuration is broken.")
        current = (self.home / "current" / "cert.pem").read_text()
        self.serving = _fingerprint(current)

    def write_file(self, path: str, content: str) -> None:
        self._begin("write_file")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(content)

    def remove_file(self, path: str) -> None:
        self._begin("remove_file")
        Path(path).unlink(missing_ok=True)

    def _begin(self, step: str) -> None:
        if self.read_only:
            raise AssertionError(f"a preview was about to do {step}")
        self.said.append(step)
        self.before(step)


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _fingerprint(pem: str) -> str:
    from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate

    return read_certificate(pem).sha256_fingerprint


def run(shop: Shop, check: bool = False, **options: Any) -> Outcome[Chain]:
    """Run what ``certificate`` runs."""
    shop.read_only = check
    given = _task.validated(OPTIONS, {**OPTIONS_OF_A_TEST, "directory": str(shop.root), **options})
    actors = Actors(
        host=shop,
        clock=client.clock(shop.account),
        read_only=check,
        connect=lambda: client.client(shop.account, check),
        connect_alidns=lambda: client.client(shop.account, check, product=ALIDNS),
    )
    return ensure_certificate(actors, read_certificate_options(given))
