# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real server serves after a task: a chain for clients of an old and of a new root, and the key that stays."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from playbooks.files.emulator.orders import ca
from tests.support import client, servers
from tests.support.chains import WWW
from tests.support.machines import Machine, machine, run
from tests.support.servers import ADDRESS, Files
from tests.world import programs


class CrossSigned(ca.Authority):
    """A CA that changes its root: the old one has signed the new one."""

    def __init__(self) -> None:
        super().__init__()
        self.old_key = ec.generate_private_key(ec.SECP256R1())
        self.old = ca._authority("Certops Old Root", self.old_key, None, None, depth=2)
        self.cross = ca._authority("Certops Rehearsal Root", self._root_key, self.old_key, self.old, depth=1)

    @property
    def intermediate_pem(self) -> str:
        """What is issued with a certificate; the dial ``chain`` adds the new root itself."""
        return super().intermediate_pem + ca.pem(self.cross)


class TwiceSigned(CrossSigned):
    """A CA whose intermediate both roots have signed."""

    def __init__(self) -> None:
        super().__init__()
        self.cross = ca._authority("Certops Rehearsal DV CA", self._key, self.old_key, self.old, depth=0)


def nginx(directory: Path, ports: list[int], files: Files) -> list[str]:
    pair = f"ssl_certificate {files.chain}; ssl_certificate_key {files.key};"
    return servers.nginx_with(directory, f"server {{ listen {ADDRESS}:{ports[0]} ssl; {pair} }}\n")


@pytest.fixture
def host() -> Iterator[Machine]:
    programs.provide()
    with servers.stopped(servers.KINDS["nginx"]._replace(configure=nginx, starttls=(None,))) as server:
        yield machine(server)


def connect(host: Machine, *options: str) -> subprocess.CompletedProcess[str]:
    """A handshake of OpenSSL at the time of the account."""
    assert host.server
    at = str(int(client.world_time(host.account)))
    command = [str(programs.find("openssl")), "s_client", "-connect", f"{ADDRESS}:{host.server.ports[0]}"]
    command += ["-servername", WWW, "-verify_hostname", WWW, "-verify_return_error", "-attime", at, *options]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False, capture_output=True, text=True, timeout=60)


def verifies(host: Machine, root: Path) -> bool:
    done = connect(host, "-CAfile", str(root), "-no-CApath", "-no-CAstore")
    return done.returncode == 0 and "Verification: OK" in done.stdout


@pytest.mark.parametrize("chain", ["full", "root", "reversed"])
def test_clients_of_both_roots_verify_a_cross_signed_chain(host: Machine, tmp_path: Path, chain: str) -> None:
    authority = CrossSigned()
    host.account.world.authority = authority
    host.account.turn(chain=chain)
    assert run(host).facts["current"]["generation"] == 1
    seen = {}
    roots = {"old": ca.pem(authority.old), "new": authority.root_pem, "other": ca.Authority().root_pem}
    for name, text in roots.items():
        (tmp_path / name).write_text(text)
        seen[name] = verifies(host, tmp_path / name)
    assert seen == {"old": True, "new": True, "other": False}


@pytest.mark.parametrize("chain", ["full", "reversed"])
def test_both_intermediates_of_two_roots_are_served(host: Machine, tmp_path: Path, chain: str) -> None:
    """OpenSSL takes the first one, and tries no other; clients that do find the one of the old root behind it."""
    authority = TwiceSigned()
    host.account.world.authority = authority
    host.account.turn(chain=chain)
    run(host)
    (tmp_path / "new").write_text(authority.root_pem)
    assert verifies(host, tmp_path / "new")
    shown = x509.load_pem_x509_certificates(connect(host, "-showcerts").stdout.encode())
    assert [each.issuer.rfc4514_string() for each in shown[:3]] == [
        "CN=Certops Rehearsal DV CA",
        "CN=Certops Rehearsal Root",
        "CN=Certops Old Root",
    ]


@pytest.mark.parametrize("rotate", [False, True])
def test_the_key_stays_over_a_renewal_if_it_is_not_rotated(host: Machine, rotate: bool) -> None:
    keys, served = [], []
    for forced in (False, True):
        outcome = run(host, rotate_key=rotate, force=forced)
        keys.append(host.files.key.read_text())
        served.append({each["sha256_fingerprint"] for each in outcome.facts["served"]})
        assert outcome.facts["current"]["generation"] == len(keys)
    assert (keys[0] == keys[1]) is not rotate
    assert served[0] != served[1]
