# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where examples of the documentation run: hosts that are all this machine, each with a server and an account."""

from __future__ import annotations

import base64
import json
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.log import Logged
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders.lifecycle import Phase
from playbooks.files.emulator.orders.validation import attempt
from tests.support import named
from tests.support.certificates import ABOVE, INTERMEDIATE, csr_pem, key_pem, new_key, pem
from tests.support.emulated_names import serving
from tests.support.examples import Case, Example, Place, members, plays, variables
from tests.support.playbooks import Played, environment, run_plays, write_inventory
from tests.support.site import AT_ONCE, DAY, Web

KEY = new_key()
CSR = csr_pem(KEY, "www.example.com")
SECRET = base64.b64encode(b"s" * 32).decode()
_DIRECTORIES = ("etc/nginx/conf.d", "etc/haproxy/certs", "etc/ssl/private", "var/www/www.example.com", "srv/validation")
_INSTANCES_AT_ONCE = {
    f"{name}_seconds": 0 for name in ("validation", "withdrawable", "withdrawal", "refund_refused", "refund")
}
# What looks at an application; the CA looks after it.
_LOOKS = ("DescribeCertificateState", "GetInstanceDetail")


_NAMED = """
key "certops" {{ algorithm hmac-sha256; secret "{secret}"; }};
zone "example.com" {{ type primary; file "example.com.zone"; update-policy {{ grant certops zonesub TXT; }}; }};
"""


@contextmanager
def updates(directory: Path) -> Iterator[int]:
    """A name server that takes dynamic updates; gives its port."""
    directory.mkdir()
    named.zone_file(directory, "example.com")
    with named.running(directory, _NAMED.format(secret=SECRET)) as port:
        yield port


class _Sites(Web):
    """A server of several names: each gets the certificate of its own directory, else that of the wildcard."""

    def _load(self) -> None:
        super()._load()
        if self._context:
            self._context.sni_callback = self._choose

    def _choose(self, secure: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
        wildcard = f"wildcard.{(name or '').partition('.')[2]}"
        found = [self._store / each / "current" for each in (str(name), wildcard)]
        current = next((each for each in found if each.exists()), None)
        if current:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(current / "fullchain.pem", current / "privkey.pem")
            secure.context = context


class _Hook(BaseHTTPRequestHandler):
    """Somebody who is told things."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


@contextmanager
def hooks() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hook) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def account(case: Case) -> tuple[Emulator, dict[str, str]]:
    """The account of an example, and what the IDs of the example are there."""
    found = Emulator(World(base=time.time() - case.days * DAY))
    found.turn(**AT_ONCE, **_INSTANCES_AT_ONCE)
    found.turn(proof="alidns" if case.publishes else "control")
    found.set_quota("geotrust-dv-w-starter", 4)
    found.world.zones.host("example.com", found.world.now())
    for domain in case.orders:
        wish = {"ProductCode": "digicert-free-1-free", "Domain": domain, "ValidateType": "DNS"}
        found.accept(str(found.call("CreateCertificateForPackageRequest", wish)["OrderId"]))
    found.advance(case.days * DAY)
    added = [each.instance_id for wish in case.instances for each in found.add_instance(**wish)]
    decide: Callable[[Emulator], object] = attempt if case.publishes else _issue_all

    def on_call(call: Logged) -> None:
        if call.action in _LOOKS:
            decide(found)

    found.on_call = on_call
    return found, dict(zip(case.ids, added))


def _issue_all(account: Emulator) -> None:
    """The CA finds everything that it looks for."""
    with account.lock:
        world = account.world
        for order in world.present():
            if world.phase(order) is Phase.VALIDATING:
                account.accept(order.number)
        for instance in world.present_instances():
            if instance.application and instance.application.is_open(world.now()):
                account.happen("accept", instance.instance_id)


def files(root: Path) -> None:
    """What hosts have: directories, requests, and certificates of other tools."""
    for directory in _DIRECTORIES:
        (root / directory).mkdir(parents=True)
    (root / "etc/ssl/private/www.example.com.key").write_text(key_pem(KEY))
    (root / "etc/ssl/www.example.com.csr").write_text(CSR)
    (root / "etc/ssl/www.example.com.new.csr").write_text(csr_pem(new_key(), "www.example.com"))
    pair(root / "root/.acme.sh/www.example.com_ecc/www.example.com.key", "fullchain.cer", "www.example.com")
    for names in (("www.example.com",), ("blog.example.com", "www.blog.example.com")):
        pair(root / "etc/letsencrypt/live" / names[0] / "privkey.pem", "fullchain.pem", *names)


def pair(key_file: Path, chain: str, *names: str) -> None:
    """A key, and a certificate beside it."""
    key, start = new_key(), datetime.now(timezone.utc) - timedelta(days=10)
    key_file.parent.mkdir(parents=True, exist_ok=True)
    key_file.write_text(key_pem(key))
    (key_file.parent / chain).write_text(pem(INTERMEDIATE.sign(names[0], key, names, start=start, days=60), ABOVE))


class Stage:
    """All examples that one process of Ansible runs."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self.directory, self._stack = directory, stack
        self.hosts: dict[str, dict[str, Any]] = {"static1": {}}
        self.accounts: dict[str, Emulator] = {}
        self.places: dict[str, Place] = {}
        self.plays: list[dict[str, Any]] = []
        self.played: set[str] = set()
        self._hooks = stack.enter_context(hooks())
        self._updates = stack.enter_context(updates(directory / "named"))
        pair(directory / "files/www.example.com.key", "www.example.com.pem", "www.example.com")

    def add(self, example: Example, case: Case, part: Example | None = None) -> None:
        """One more example; ``part`` is the file of tasks that it uses."""
        place = self.places.get(case.after) or self._place(case)
        self.places[example.name] = place
        self.hosts[place.host].update(variables(example, case, place))
        self.played.add(place.host)
        if case.like == "inventory":
            found = members(example, place)
            self.hosts.update({name: {**self.hosts[place.host], **own} for name, own in found.items()})
            self.played |= found.keys()
            place = replace(place, host=":".join([place.host, *found]))
        self.plays += plays(example, case, place)
        if part:
            (self.directory / part.file).parent.mkdir(exist_ok=True)
            (self.directory / part.file).write_text(json.dumps(place.read(part)))

    def run(self) -> Played:
        write_inventory(self.directory, self.hosts, **{_group(host): [host] for host in self.accounts})
        # What a lookup reads is the environment of Ansible itself.
        exported = self.places.get("cas_certificate")
        plain = {"ANSIBLE_NOCOLOR": "1", "ANSIBLE_PIPELINING": "1"}
        environ = environment(self.directory, **plain, **(exported.environment if exported else {}))
        return run_plays(self.directory, "examples", self.plays, environ)

    def _place(self, case: Case) -> Place:
        root = self.directory / f"h{len(self.hosts)}"
        host = f"{root.name}.example.com"
        files(root)
        found, ids = account(case)
        self.accounts[host] = found
        url = self._stack.enter_context(Server(found)).url
        web = self._stack.enter_context(closing(_Sites(root / "etc/ssl/certops", root / "reload")))
        resolver = f"127.0.0.1:{self._stack.enter_context(serving(found))}"
        keys = Keys()
        access = {"access_key_id": keys.access_key_id, "access_key_secret": keys.access_key_secret}
        self.hosts[host] = _host(root, {"endpoint": url, **access})
        environ = {f"ALIBABA_CLOUD_{name.upper()}": value for name, value in access.items()}
        environ.update(ALIBABA_CLOUD_CAS_ENDPOINT=url, ALIBABA_CLOUD_ALIDNS_ENDPOINT=url)
        addresses = _addresses(web.address, self._hooks, resolver, self._updates)
        return Place(host, root, {**ids, **addresses, **_share(host)}, environ, resolver)


def _group(host: str) -> str:
    return f"group_{host.partition('.')[0]}"


def _share(host: str) -> dict[str, str]:
    return {"certificate_share_group: web": f"certificate_share_group: {_group(host)}"}


def _addresses(web: str, hook: str, resolver: str, updates: int) -> dict[str, str]:
    """What the examples call the servers of the world, and what they are here."""
    return {
        "127.0.0.1:443": web,
        "192.0.2.10:443": web,
        "www.example.com:443": web,
        "mail.example.com:25\n        starttls: smtp": f"{web}\n        server_name: www.example.com",
        "https://monitoring.example.com": hook,
        "https://hooks.example.com": hook,
        "[223.5.5.5, 8.8.8.8]": f'["{resolver}"]',
        **{
            f"{space}server: 192.0.2.53\n": f"{space}server: 127.0.0.1\n{space}port: {updates}\n"
            for space in ("        ", "      ", "    ", "  ")
        },
    }


def _host(root: Path, connection: dict[str, str]) -> dict[str, Any]:
    """The variables of a host: secrets of a vault, and what the administrator of a real host need not give."""
    return {
        "vault_access_key_id": connection["access_key_id"],
        "vault_access_key_secret": connection["access_key_secret"],
        "vault_certops_tsig_secret": SECRET,
        "vault_tsig_secret": SECRET,
        "vault_cloudflare_token": "a token of a test",
        "vault_keystore_password": "a password of a test",
        "keystore_password": "a password of a test",
        "ansible_become": False,
        "certificate_domains": ["www.example.com"],
        "certificate_directory": str(root / "etc/ssl/certops"),
        "certificate_owner": str(os.geteuid()),
        "certificate_group": str(os.getegid()),
        "certificate_poll_interval": 0.1,
        "certificate_wait_timeout": 600,
        "certificate_endpoint_timeout": 0,
        "certificate_connection": connection,
    }
