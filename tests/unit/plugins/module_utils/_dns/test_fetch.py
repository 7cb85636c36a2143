# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching a validation file as a CA does, from a real HTTP server."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._dns.fetch import Fetched, fetch_validation
from tests.world.children import free_port

HERE = "127.0.0.1"


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site = self.headers["Host"].partition(":")[0]
        status, headers, body = {
            "/right": (200, {}, f"value for {site}"),
            "/moved": (301, {"Location": "https://www.example.com/moved"}, ""),
            "/broken": (503, {}, ""),
            "/closed": (401, {}, ""),
            "/long": (200, {}, "x" * 100_000),
        }.get(self.path, (404, {}, "nothing"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with HTTPServer((HERE, 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def fetch(port: int, path: str, content: str | None, *addresses: str) -> list[Fetched]:
    return fetch_validation(f"http://www.example.com:{port}{path}", content, addresses or (HERE,), 10)


def test_the_file_is_fetched_from_the_address_under_the_name(port: int) -> None:
    assert fetch(port, "/right", "value for www.example.com") == [Fetched(HERE)]
    assert fetch(port, "/right", "value for www.example.com\n")[0].problem == (
        "serves another content ('value for www.example.com')"
    )


@pytest.mark.parametrize(
    ("path", "content", "problem"),
    [
        ("/moved", None, "redirects to https://www.example.com/moved, which a CA does not follow"),
        ("/moved", "x", "redirects to https://www.example.com/moved, which a CA does not follow"),
        ("/broken", None, "responds with the status 503"),
        ("/closed", None, "responds with the status 401"),
        ("/missing", None, None),
        ("/missing", "x", "responds with the status 404 instead of the file"),
        ("/long", "x" * 100_000, f"serves another content ({'x' * 60!r})"),
    ],
)
def test_what_a_ca_would_not_take(port: int, path: str, content: str | None, problem: str | None) -> None:
    assert fetch(port, path, content) == [Fetched(HERE, problem)]


def test_every_address_is_asked_and_a_proxy_is_not(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert [each.problem for each in fetch(port, "/right", "value for www.example.com", HERE, "127.0.0.2")] == [
        None,
        f"refuses connections to port {port}",
    ]


def test_what_is_not_http(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HERE, 0)) as door:

        def speak() -> None:
            client, _address = door.accept()
            with client:
                client.recv(4096)
                client.sendall(b"SSH-2.0-x\r\n")

        threading.Thread(target=speak, daemon=True).start()
        port = door.getsockname()[1]
        assert fetch(port, "/", None)[0].problem == f"sends on port {port} what is not a valid HTTP response"


def test_a_silent_server() -> None:
    with socket.create_server((HERE, 0)) as door:
        port = door.getsockname()[1]
        found = fetch_validation(f"http://www.example.com:{port}/", None, [HERE], 0.1)
    assert found == [Fetched(HERE, f"does not respond on port {port}")]


def test_a_machine_without_ipv6_cannot_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_way(*args: object, **others: object) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", no_way)
    assert fetch(free_port(HERE), "/", None, "2001:db8::1", HERE) == [
        Fetched("2001:db8::1", unreachable=True),
        Fetched(HERE, "cannot be reached from this machine"),
    ]
