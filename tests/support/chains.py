# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain of one certificate without Ansible: the emulator, a store on disk, a server that can be reloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT as ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.argspec import OPTIONS
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.observe import Actors, Look
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.options import read_certificate_options
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.reconcile import ensure_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.revocation import Lists
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.steps import Chain
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import CertificateWanted, Service
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response, Transport
from ansible_collections.certops.alicloud.plugins.module_utils._store.decide import Action
from ansible_collections.certops.alicloud.plugins.module_utils._store.info import report
from ansible_collections.certops.alicloud.plugins.module_utils._store.model import Served
from ansible_collections.certops.alicloud.plugins.module_utils._store.reconcile import ensure_store
from ansible_collections.certops.alicloud.plugins.modules.certificate_store import OPTIONS as STORE
from ansible_collections.certops.alicloud.plugins.modules.certificate_store_info import OPTIONS as INFO
from playbooks.files.emulator.core.emulator import Emulator
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


def ignore(step: str) -> None:
    pass


class Killed(BaseException):
    """What ends a task as SIGKILL does: nothing is done after it."""


@dataclass
class Shop:
    """A host with a store below ``root`` and a web server that reads its certificate when it is reloaded.

    ``before`` and ``after`` are called with the name of each step on the host and of each call, and may raise.
    A server that is ``stuck`` goes on with what it serves. ``ahead``: seconds that the host's clock is ahead.
    """

    account: Emulator
    root: Path
    read_only: bool = False
    reloads: bool = True
    stuck: bool = False
    before: Callable[[str], None] = ignore
    after: Callable[[str], None] = ignore
    serving: str | None = None
    # Whom the checks before an order ask; None where they are switched off.
    resolver: Any = None
    # Where tasks leave notes for each other; None where they leave none.
    state: str | None = None
    # Whether the list of revoked certificates is read; what keeps it from being fetched.
    lists: bool = True
    no_list: str | None = None
    ahead: float = 0.0
    said: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.root / WWW

    @property
    def clock(self) -> Clock:
        inner = client.clock(self.account)
        return inner._replace(now=lambda: inner.now() + timedelta(seconds=self.ahead))

    def look(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        given = _task.validated(INFO, _given(options))
        # The machine of the test need not have the service and its program.
        given["requirements"] = {**given["requirements"], "services": None, "programs": None}
        found = report(given, self.read_only, self.clock, lambda endpoint, name: [self._served()])
        return {**found.public(self.clock.now()), "warnings": found.warnings}

    def _served(self) -> Served:
        problem = None if self.serving else "connection refused"
        return Served(ENDPOINT, serial_number=self.serving, sha256_fingerprint=self.serving, problem=problem)

    def change(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        def changed() -> Mapping[str, Any]:
            try:
                outcome = ensure_store(_task.validated(STORE, _given(options)), False, self.clock)
            except Failure as failure:
                # As the action passes it on.
                facts = {name: failure.facts[name] for name in ("problem", "key_mismatch") if name in failure.facts}
                raise Failure(failure.msg, **facts) from None
            return dict(outcome.public(self.clock.now()))

        found: Mapping[str, Any] = self._do(str(options["state"]), changed)
        return found

    def reload(self, service: Service) -> None:
        def reloaded() -> None:
            if not self.reloads:
                raise Failure("Unable to reload service web: its configuration is broken.")
            if not self.stuck:
                self.serving = _fingerprint((self.home / "current" / "cert.pem").read_text())

        self._do("reload", reloaded)

    def write_file(self, path: str, content: str) -> None:
        def written() -> None:
            try:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                Path(path).unlink(missing_ok=True)  # a fork shares it
                Path(path).write_text(content)
            except OSError as problem:  # Ansible's modules end with a message
                raise Failure(f"There was an issue creating {path}: {problem}") from None

        self._do("write_file", written)

    def remove_file(self, path: str) -> None:
        self._do("remove_file", lambda: Path(path).unlink(missing_ok=True))

    def has_file(self, path: str, content: str) -> bool:
        return Path(path).is_file() and Path(path).read_text() == content

    def fetch_list(self, url: str) -> bytes:
        """The list of revoked certificates at a URL."""
        if self.no_list:
            raise Failure(self.no_list)
        return self.account.handle("GET", urlsplit(url).path, {}).body

    def _do(self, step: str, deed: Callable[[], Any]) -> Any:
        if self.read_only:
            raise AssertionError(f"a preview was about to do {step}")
        self.said.append(step)
        self.before(step)
        done = deed()
        self.after(step)
        return done

    def fork(self, root: Path) -> Shop:
        """A copy of the host and of the account; what happens to one does not happen to the other."""
        shutil.copytree(self.root, root, symlinks=True, copy_function=os.link)
        twin = Shop(self.account.fork(), root, reloads=self.reloads, stuck=self.stuck)
        twin.serving, twin.ahead, twin.lists = self.serving, self.ahead, self.lists
        if self.state:
            twin.state = f"{root}.notes"
            shutil.copytree(self.state, twin.state)
        return twin

    def picture(self) -> dict[str, str]:
        """Everything on the disk: content or target by path."""
        found = {}
        for top, directories, names in os.walk(self.root):
            for name in (*directories, *names):
                path = f"{top}/{name}"
                inside = path[len(str(self.root)) + 1 :]
                found[inside] = os.readlink(path) if os.path.islink(path) else ""
                if name in names and not found[inside]:
                    found[inside] = Path(path).read_text()
        return dict(sorted(found.items()))

    def published(self) -> list[str]:
        """The validation records and files that are there."""
        records = [
            record.rr for record in self.account.world.zones.records.values() if record.rr.startswith("_dnsauth")
        ]
        return [*records, *(name for name in self.picture() if name.endswith("fileauth.txt"))]


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _fingerprint(pem: str) -> str:
    from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate

    return str(read_certificate(pem).sha256_fingerprint)


def options(**given: Any) -> dict[str, Any]:
    """Options of a task, defaults filled in."""
    found: dict[str, Any] = _task.validated(OPTIONS, {**OPTIONS_OF_A_TEST, **given})
    return found


def wanted(**given: Any) -> CertificateWanted:
    return read_certificate_options(options(**given))


def look(action: str = "apply", reason: str = "no certificate is installed", **facts: Any) -> Look:
    """What a host shows."""
    return Look(Action(action), reason, "/etc/ssl/certops/www.example.com", facts.pop("next_generation", 1), **facts)


def actors(shop: Shop, check: bool = False) -> Actors:
    """Through whom a task acts on a shop."""
    return Actors(
        host=shop,
        clock=client.clock(shop.account),
        read_only=check,
        connect=lambda: client.client(shop.account, check, transport=_watched(shop), state_directory=shop.state),
        connect_alidns=lambda: client.client(
            shop.account, check, product=ALIDNS, transport=_watched(shop), state_directory=shop.state
        ),
        find_resolver=lambda: shop.resolver,
        lists=Lists(shop.state, shop.fetch_list) if shop.lists else None,
    )


def run(shop: Shop, check: bool = False, **given: Any) -> Outcome[Chain]:
    """Run what ``certificate`` runs."""
    shop.read_only = check
    asked = wanted(**{"directory": str(shop.root), **given})
    return ensure_certificate(actors(shop, check), asked)


def _watched(shop: Shop) -> Transport:
    """The service, with each call told to the shop before and after it."""
    exchange = client.transport(shop.account)

    def watched(request: Request, timeout: float) -> Response:
        action = request.headers["x-acs-action"]
        shop.before(action)
        response = exchange(request, timeout)
        shop.after(action)
        return response

    return watched
