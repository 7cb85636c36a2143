# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers take the certificate in the form that they want, and what they serve is seen over their own protocol."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.wanted import Service
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._store.info import report
from ansible_collections.certops.alicloud.plugins.modules.certificate_store_info import OPTIONS as INFO
from tests.support import chains, client, servers
from tests.support.chains import WWW, Shop
from tests.support.servers import ADDRESS, Files, Kind, RealServer
from tests.world import programs

FORM = [{"type": "combined", "name": "combined.pem"}]


@dataclass
class Machine(Shop):
    """A host with a real server. One that is ``stuck`` does nothing when it is reloaded."""

    server: RealServer | None = None

    @property
    def clock(self) -> Clock:
        return client.clock(self.account)._replace(monotonic=time.monotonic, sleep=time.sleep)

    @property
    def files(self) -> Files:
        current = self.home / "current"
        return Files(current / "privkey.pem", current / "fullchain.pem", current / "combined.pem")

    def look(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        given = _task.validated(INFO, {name: value for name, value in options.items() if value is not None})
        given["requirements"] = {**given["requirements"], "services": None, "programs": None}
        found = report(given, self.read_only, self.clock)
        return {**found.public(self.clock.now()), "warnings": found.warnings}

    def reload(self, service: Service) -> None:
        assert self.server
        self._do("reload", lambda: None if self.stuck else self.server.serve(self.files))


def machine(kind: Kind, server: RealServer) -> Machine:
    if kind.program == "postfix" and os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root.")
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0, review_seconds=0.0, proof="at_once")
    (server.directory / "store").mkdir()
    return Machine(account, server.directory / "store", server=server)


@pytest.fixture(params=servers.KINDS)
def host(request: pytest.FixtureRequest) -> Iterator[Machine]:
    kind = servers.KINDS[request.param]
    missing = programs.lacks(kind.program) if kind.program in programs.OPTIONAL else None
    if missing:
        pytest.skip(missing)
    programs.provide()
    with servers.stopped(kind) as server:
        yield machine(kind, server)


def run(host: Machine, check: bool = False, **options: Any) -> Any:
    assert host.server
    given = {"endpoints": host.server.endpoints, "forms": FORM, "endpoint_timeout": 60.0, **options}
    return chains.run(host, check, **given)


def served(outcome: Any) -> set[str | None]:
    return {each["sha256_fingerprint"] for each in outcome.facts["served"]}


def test_a_server_serves_what_is_installed_and_another_certificate_is_seen(host: Machine) -> None:
    assert host.server
    first = run(host)
    assert served(first) == {first.facts["current"]["sha256_fingerprint"]}
    assert not run(host).plan.changed

    second = run(host, force=True)
    assert second.facts["current"]["generation"] == 2
    assert served(second) == {second.facts["current"]["sha256_fingerprint"]} != served(first)

    host.server.serve(host.server.standin)
    wrong = look_again(host)
    assert wrong.plan.facts["action"] == "reload", wrong.plan.facts
    assert wrong.plan.facts["reason"].count("serves ") == len(host.server.ports)
    mended = run(host)
    assert [step.action for step in mended.plan.steps] == ["reload", "verify"]
    assert served(mended) == served(second)

    host.stuck = True
    with pytest.raises(Failure) as failed:
        run(host, force=True, endpoint_timeout=0.2)
    assert f"after the reload; {ADDRESS} serves {second.facts['current']['serial_number']}" in failed.value.msg
    assert "Generation 2 was put back; the new certificate is in generation 3." in failed.value.msg


def look_again(host: Machine) -> Any:
    """A server takes a moment to reload, at each of its ports."""
    assert host.server
    deadline, found = time.monotonic() + 60, run(host, check=True)
    while found.plan.facts["reason"].count("serves ") < len(host.server.ports) and time.monotonic() < deadline:
        time.sleep(0.05)
        found = run(host, check=True)
    return found


def test_one_stale_address_of_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two addresses of one name, one of which is not reloaded."""
    other, resolve = "127.0.0.2", socket.getaddrinfo

    def addresses(host: str, port: int, *args: Any, **how: Any) -> Any:
        if host != WWW:
            return resolve(host, port, *args, **how)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in (ADDRESS, other)]

    def both(directory: Path, ports: list[int], files: Files) -> list[str]:
        stale = directory / "stale"
        if not stale.exists():
            stale.mkdir()
            for name in ("key", "chain"):
                (stale / name).write_bytes(getattr(files, name).read_bytes())
        pairs = {ADDRESS: (files.chain, files.key), other: (stale / "chain", stale / "key")}
        blocks = [
            f"server {{ listen {each}:{ports[0]} ssl; ssl_certificate {chain}; ssl_certificate_key {key}; }}\n"
            for each, (chain, key) in pairs.items()
        ]
        return servers.nginx_with(directory, "".join(blocks))

    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    kind = servers.KINDS["nginx"]._replace(configure=both, starttls=(None,))
    with servers.stopped(kind) as server:
        host = machine(kind, server)
        endpoint = f"{WWW}:{server.ports[0]}"
        first = run(host, endpoints=[endpoint])
        assert {each["address"] for each in first.facts["served"]} == {ADDRESS, other}
        stale = first.facts["current"]["serial_number"]
        with pytest.raises(Failure) as failed:
            run(host, endpoints=[endpoint], force=True, endpoint_timeout=1.0)
        said = failed.value.msg
        assert said.startswith(f"{endpoint} does not serve ") and f"; {other} serves {stale}." in said
        assert f"{ADDRESS} serves" not in said
