# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that are all this machine: an emulator, a TLS server for each host, and real runs of ansible-playbook."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible_collections.certops.alicloud.plugins.module_utils._certificate.reconcile import ensure_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support import chains, client
from tests.support.playbooks import Played, environment, run_book, run_plays, write_inventory
from tests.world.age import age

AT_ONCE: dict[str, Any] = {
    "settle_seconds": 0,
    "record_delay_seconds": 0,
    "review_seconds": 0,
    "proof": "at_once",
    "extra_names": "none",
}
DAY = 86400.0
# Days that a certificate of the emulator may be old before it is due.
FRESH = 62
ROLE = "certops.alicloud.certificate"


class Web:
    """A TLS server that reads what ``current`` names when the file ``reload`` is touched, and not before."""

    def __init__(self, store: Path, reload: Path) -> None:
        self._store, self.reload, self._read = store, reload, 0
        self._context: ssl.SSLContext | None = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._socket.accept()[0]
                self._load()
                with client, contextlib.suppress(OSError):
                    client.settimeout(30)
                    if self._context:
                        self._context.wrap_socket(client, server_side=True).close()

    def _load(self) -> None:
        asked = self.reload.stat().st_mtime_ns if self.reload.exists() else 0
        if asked == self._read:
            return
        self._read = asked
        for current in self._store.glob("*/current"):
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(current / "fullchain.pem", current / "privkey.pem")

    def serves(self) -> str:
        """The fingerprint of what a client is shown."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        host, _colon, port = self.address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=30) as plain, context.wrap_socket(plain) as secure:
            return hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()


@dataclass
class Site:
    """Hosts with their variables, below one directory."""

    root: Path
    account: Emulator
    # Another account, in which nobody validates a domain.
    stalled: str
    webs: dict[str, Web]
    hosts: dict[str, dict[str, Any]]
    groups: dict[str, Sequence[str]] = field(default_factory=dict)
    runs: int = 0

    def share(self, group: str, *hosts: str) -> None:
        """These hosts share one certificate."""
        self.groups[group] = hosts
        for name in hosts:
            host = self.hosts[name]
            host.update(certificate_share_group=group, certificate_domains=[f"{group}.example.com"])
            host["certificate_endpoints"][0]["server_name"] = f"{group}.example.com"

    def play(self, *arguments: str, role: str = ROLE, **keywords: Any) -> Played:
        """Run a play of the role, with these keywords."""
        return self.run({"hosts": "all", "gather_facts": False, "roles": [role], **keywords}, *arguments)

    def run(self, play: Mapping[str, Any], *arguments: str, **more: str) -> Played:
        return run_plays(self.root, self._next(), [dict(play)], self._environment(**more), arguments)

    def book(self, name: str, *arguments: str, **more: str) -> Played:
        """Run a playbook of the collection."""
        return run_book(self.root, self._next(), name, self._environment(**more), arguments)

    def _next(self) -> str:
        self.runs += 1
        return f"play{self.runs}"

    def _environment(self, **more: str) -> dict[str, str]:
        write_inventory(self.root, self.hosts, **self.groups)
        plain = {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORKS": "16", "ANSIBLE_PIPELINING": "1"}
        return environment(self.root, **{**plain, **more})

    def store(self, host: str) -> Path:
        return self.root / "store" / host

    def installed(self, host: str) -> str | None:
        """The fingerprint of the certificate in use."""
        for file in self.store(host).glob("*/current/cert.pem"):
            return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read_text())).hexdigest()
        return None

    def generation(self, host: str) -> str | None:
        for link in self.store(host).glob("*/current"):
            return link.readlink().name
        return None

    def issue(self, host: str) -> None:
        """Leave what a first run leaves on a host that shares with none: Ansible takes a second of the processor."""
        ahead = time.time() - self.account.world.now()
        actors = chains.actors(chains.Shop(self.account, self.store(host), ahead=ahead))
        now = replace(actors, clock=Clock(), connect=lambda: client.client(self.account, clock=Clock()))
        own = {name: self.hosts[host][f"certificate_{name}"] for name in ("domains", "directory", "owner", "group")}
        ensure_certificate(now, chains.wanted(**own, services=[], endpoints=[]))
        self.webs[host].reload.touch()

    def months_pass(self, days: int = FRESH) -> None:
        """All certificates become due."""
        self.account.advance(days * DAY)
        for host in self.hosts:
            age(self.store(host), days)


@contextlib.contextmanager
def site(root: Path, names: Sequence[str], days: int = FRESH, **variables: Any) -> Iterator[Site]:
    """A site whose hosts have these variables of the role, and a web server each; the account is in the past."""
    account, keys = Emulator(World(base=time.time() - days * DAY)), Keys()
    account.turn(**AT_ONCE)
    stalled = Emulator(World())
    stalled.turn(**{**AT_ONCE, "proof": "control"})
    with Server(account) as server, Server(stalled) as other, contextlib.ExitStack() as stack:
        found = Site(root, account, other.url, {}, {})
        connection = {"endpoint": server.url, "access_key_id": keys.access_key_id}
        for name in names:
            touched = root / f"reload_{name}"
            web = found.webs[name] = stack.enter_context(contextlib.closing(Web(found.store(name), touched)))
            options = {
                "domains": [f"{name}.example.com"],
                "directory": str(found.store(name)),
                "owner": str(os.geteuid()),
                "group": str(os.getegid()),
                "validation": "manual",
                "services": [{"name": "web", "argv": ["touch", str(touched)]}],
                "endpoints": [{"address": web.address, "server_name": f"{name}.example.com"}],
                "endpoint_timeout": 0,
                "wait_timeout": 600,
                "poll_interval": 0.1,
                "connection": {**connection, "access_key_secret": keys.access_key_secret},
                **variables,
            }
            found.hosts[name] = {f"certificate_{option}": value for option, value in options.items()}
        yield found


def shown(played: Played) -> list[str]:
    """The lines of the tasks that are not empty, before the recap."""
    lines = played.text.partition("PLAY RECAP")[0].splitlines()
    return [line for line in lines if line.strip() and not line.startswith("PLAY [")]
