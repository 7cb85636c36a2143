# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers take the certificate in the form that they want, and what they serve is seen over their own protocol."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from tests.support import servers
from tests.support.chains import WWW
from tests.support.machines import Machine, machine, run
from tests.support.servers import ADDRESS, Files
from tests.world import programs


@pytest.fixture(params=servers.KINDS)
def host(request: pytest.FixtureRequest) -> Iterator[Machine]:
    kind = servers.KINDS[request.param]
    missing = programs.lacks(kind.program) if kind.program in programs.OPTIONAL else None
    if missing:
        pytest.skip(missing)
    programs.provide()
    if kind.program == "postfix" and os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root.")
    with servers.stopped(kind) as server:
        yield machine(server)


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

    host.server.restart(host.server.standin)
    wrong = run(host, check=True)
    assert wrong.plan.facts["action"] == "reload", wrong.plan.facts
    assert wrong.plan.facts["reason"].count("serves ") == len(host.server.ports)
    mended = run(host)
    assert [step.action for step in mended.plan.steps] == ["reload", "verify"]
    assert served(mended) == served(second)

    host.server.restart(host.files)
    host.stuck = True
    with pytest.raises(Failure) as failed:
        run(host, force=True, endpoint_timeout=0.2)
    assert f"after the reload; {ADDRESS} serves {second.facts['current']['serial_number']}" in failed.value.msg
    assert "Generation 2 was put back; the new certificate is in generation 3." in failed.value.msg


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
        host = machine(server)
        endpoint = f"{WWW}:{server.ports[0]}"
        first = run(host, endpoints=[endpoint])
        assert {each["address"] for each in first.facts["served"]} == {ADDRESS, other}
        stale = first.facts["current"]["serial_number"]
        for patience in (3.0, 30.0, 300.0):  # as long as nginx takes to reload
            with pytest.raises(Failure) as failed:
                run(host, endpoints=[endpoint], force=True, endpoint_timeout=patience)
            said = failed.value.msg
            if f"{ADDRESS} serves" not in said:
                break
        assert said.startswith(f"{endpoint} does not serve ") and f"; {other} serves {stale}." in said
        assert f"{ADDRESS} serves" not in said
