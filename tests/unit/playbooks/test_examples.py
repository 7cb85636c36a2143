# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook that the README, the guides and the modules show is run against an emulator, in one process of Ansible."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support.certificates import ABOVE, INTERMEDIATE, csr_pem, key_pem, new_key, pem
from tests.support.emulated_names import serving
from tests.support.examples import Case, Example, Place, examples, plays
from tests.support.playbooks import Played, environment, run_plays
from tests.support.site import AT_ONCE, DAY, Web

FREE = {"type": "BUY", "spec": "geo.dv.f"}
TEST = {"type": "TEST"}
# What is not a default run on an empty account.
CASES: dict[str, Case] = {}
# Blocks that are no playbook by themselves.
PARTS: dict[str, str] = {}
REASONS: set[str] = set()


class Hook(BaseHTTPRequestHandler):
    """Somebody who is told things."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


@contextmanager
def hooks() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def account(case: Case) -> tuple[Emulator, dict[str, str]]:
    """The account of an example, and what the IDs of the example are there."""
    found = Emulator(World(base=time.time() - case.days * DAY))
    found.turn(**AT_ONCE)
    found.world.zones.host("example.com", found.world.now())
    for domain in case.orders:
        wish = {"ProductCode": "digicert-free-1-free", "Domain": domain, "ValidateType": "DNS"}
        found.accept(str(found.call("CreateCertificateForPackageRequest", wish)["OrderId"]))
    found.advance(case.days * DAY)
    added = [each for wish in case.instances for each in found.add_instance(**wish)]
    return found, {shown: each.instance_id for shown, each in zip(case.ids, added)}


def files(root: Path) -> None:
    """What the hosts of examples have: keys, requests, certificates of other tools, and directories."""
    for directory in ("etc/nginx/conf.d", "etc/haproxy/certs", "etc/ssl/private", "var/www/www.example.com", "srv/validation"):
        (root / directory).mkdir(parents=True)
    for name in ("www.example.com", "www.example.com.new", "mail.example.com"):
        (root / f"etc/ssl/{name}.csr").write_text(csr_pem(new_key(), name.removesuffix(".new")))
    for names in (("www.example.com",), ("blog.example.com", "www.blog.example.com")):
        key, live = new_key(), root / "etc/letsencrypt/live" / names[0]
        live.mkdir(parents=True)
        chain = pem(INTERMEDIATE.sign(names[0], key, names, days=60), ABOVE)
        (live / "privkey.pem").write_text(key_pem(key))
        (live / "fullchain.pem").write_text(chain)


class Stage:
    """Everything that examples run against, below one directory."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.directory, self._stack = directory, stack
        self.hosts: dict[str, dict[str, Any]] = {"static1": {}}
        self.accounts: dict[str, Emulator] = {}
        self.plays: list[dict[str, Any]] = []
        self._hooks = stack.enter_context(hooks())
        self._places: dict[str, Place] = {}

    def add(self, example: Example, case: Case) -> None:
        place = self._places.get(case.after) or self._place(example, case)
        self._places[example.name] = place
        self.hosts[place.host].update(case.variables)
        self.plays += plays(example, case, place)

    def _place(self, example: Example, case: Case) -> Place:
        host = f"h{len(self._places)}"
        root = self.directory / host
        files(root)
        found, ids = account(case)
        self.accounts[host] = found
        url = self._stack.enter_context(Server(found)).url
        web = self._stack.enter_context(closing(Web(root / "etc/ssl/certops", root / "reload")))
        names = f"127.0.0.1:{self._stack.enter_context(serving(found))}"
        addresses = {
            **ids,
            "[127.0.0.1:443": f"[{web.address}",
            '127.0.0.1:443"': f'{web.address}"',
            " 127.0.0.1:443\n": f" {web.address}\n",
            "https://monitoring.example.com": self._hooks,
            "https://hooks.example.com": self._hooks,
            "[223.5.5.5, 8.8.8.8]": f'["{names}"]',
        }
        keys = Keys()
        access = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
        self.hosts[host] = {
            **{f"vault_{name}": value for name, value in access.items()},
            "vault_keystore_password": "a password of a test",
            "keystore_password": "a password of a test",
            "own_id": str(os.geteuid()),
            "ansible_become": False,
            "certificate_domains": ["www.example.com"],
            "certificate_directory": str(root / "etc/ssl/certops"),
            "certificate_owner": str(os.geteuid()),
            "certificate_group": str(os.getegid()),
            "certificate_poll_interval": 0.1,
            "certificate_wait_timeout": 60,
            "certificate_endpoint_timeout": 0,
            "certificate_connection": {"endpoint": url, **access},
        }
        environ = {"ALIBABA_CLOUD_CAS_ENDPOINT": url, "ALIBABA_CLOUD_ALIDNS_ENDPOINT": url}
        environ["ALIBABA_CLOUD_ACCESS_KEY_ID"] = keys.access_key_id
        environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = keys.access_key_secret
        return Place(host, root, addresses, environ)

    def run(self) -> Played:
        from tests.support.playbooks import write_inventory

        write_inventory(self.directory, self.hosts)
        return run_plays(self.directory, "examples", self.plays, environment(self.directory, ANSIBLE_NOCOLOR="1"))
