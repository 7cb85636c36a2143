# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server that does not show the validation file stops the order; one that does leads to a certificate."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns.exchange import Server
from ansible_collections.certops.alicloud.plugins.module_utils._dns.lookup import Resolver
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from playbooks.files.emulator.orders import validation
from tests.support import chains, client, named, servers
from tests.support.chains import WWW, Shop
from tests.world.children import Child, start, start_listening

pytest.importorskip("dns.query")

SITE, CLOSED = "127.83.1.1", "127.83.1.2"
PLAIN = "root {root};"
DIALS: dict[str, Any] = {
    **dict.fromkeys(("settle_seconds", "record_delay_seconds", "review_seconds"), 0.0),
    "proof": "http",
    "proof_address": f"{SITE}:80",
}
Serve = Callable[..., Shop]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts nginx at port 80 and BIND; gives the host whose domain is there."""
    try:
        socket.create_server((SITE, 80)).close()
    except OSError as error:
        pytest.skip(f"Port 80 of this machine cannot be used: {error.strerror}.")
    with ExitStack() as stack:

        def started(block: str | None, records: str = f"www A {SITE}\n", host: str = SITE) -> Shop:
            if block is not None:
                child = web(tmp_path, host, block.format(root=tmp_path / "web"))
                stack.callback(child.wait, 60)
                stack.callback(child.terminate)
            named.zone_file(tmp_path, "example.com", records)
            zone = 'zone "example.com" { type primary; file "example.com.zone"; };'
            port = stack.enter_context(named.running(tmp_path, zone))
            account = client.emulator(
                settle_seconds=0.0,
                record_delay_seconds=0.0,
                review_seconds=0.0,
                proof="http",
                proof_address=f"{SITE}:80",
            )

            def look(step: str) -> None:
                if step == "DescribeCertificateState":
                    validation.attempt(account)

            (tmp_path / "web").mkdir()
            resolver = Resolver([Server(named.ADDRESS, port)])
            return Shop(account, tmp_path / "store", before=look, resolver=resolver)

        yield started


def web(directory: Path, host: str, block: str) -> Child:
    def attempt() -> tuple[Child, list[tuple[str, int]]]:
        command = servers.nginx_with(directory, f"server {{ listen {host}:80; {block} }}\n")
        return start(command, directory / "log"), [(host, 80)]

    return start_listening("The web server", attempt, directory / "log")


def run(shop: Shop) -> Any:
    root = shop.root.parent / "web"
    return chains.run(shop, validation="file", webroot=str(root), preflight="true")


def test_a_file_that_comes_back_byte_for_byte_leads_to_a_certificate(serve: Serve) -> None:
    shop = serve(PLAIN)
    done = run(shop)
    checks = done.public(shop.clock.now())["checks"]
    assert [each["result"] for each in checks if each["check"] == "http"] == ["ok"]
    assert (done.facts["current"]["generation"], done.warnings) == (1, [])
    assert shop.said.count("write_file") == 2  # the probe, and what the CA fetches
    assert [path for path in (shop.root.parent / "web").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (
            "return 301 https://$host$request_uri;",
            f"{SITE} redirects to https://{WWW}/.well-known/pki-validation/certops-",
        ),
        ("root {root}/other;", f"{SITE} responds with the status 404 instead of the file"),
        ('return 200 "hello";', f"{SITE} serves another content ('hello')"),
        ("root {root}; location ~ /[.] {{ deny all; }}", f"{SITE} responds with the status 403 instead of the file"),
        ("root {root}; auth_basic x; auth_basic_user_file /dev/null;", "responds with the status 401"),
        (None, f"{SITE} refuses connections to port 80"),
    ],
    ids=["redirect", "wrong root", "another page", "hidden files", "password", "closed port"],
)
def test_a_web_server_that_does_not_show_the_file_stops_the_order(serve: Serve, block: str | None, words: str) -> None:
    shop = serve(block)
    with pytest.raises(NotAllowed) as refused:
        run(shop)
    said = refused.value.msg
    assert said.startswith(f"preflight: {WWW}: http: http://{WWW}: ") and words in said, said
    assert said.endswith("Nothing was ordered.")
    assert shop.account.world.orders == {}
    assert [path for path in (shop.root.parent / "web").rglob("*") if path.is_file()] == []


def test_every_address_has_to_show_it(serve: Serve) -> None:
    shop = serve(PLAIN, f"www A {SITE}\nwww A {CLOSED}\n")
    with pytest.raises(NotAllowed, match=f"http: http://{WWW}: {CLOSED} refuses connections to port 80. The CA"):
        run(shop)
    assert shop.account.world.orders == {}
