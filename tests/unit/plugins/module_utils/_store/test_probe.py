# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handshakes with servers of all kinds."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._store import probe
from ansible_collections.certops.alicloud.plugins.module_utils._store.model import Served, is_served
from ansible_collections.certops.alicloud.plugins.module_utils._store.probe import (
    Endpoint,
    look_at,
    read_endpoint,
    server_name,
)
from ansible_collections.certops.alicloud.plugins.module_utils._x509.certificate import read_certificate
from tests.support.certificates import GOOD, Set, new_set

EXPIRED = new_set(start=datetime(2020, 1, 1, tzinfo=timezone.utc), days=30)


def context_for(what: Set, directory: Path) -> ssl.SSLContext:
    (directory / "key").write_text(what.key)
    (directory / "chain").write_text(what.fullchain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "chain", directory / "key")
    return context


@contextmanager
def listening(response: Callable[[socket.socket], None], host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A server that gives every caller the same response."""
    with socket.create_server((host, port)) as listener:
        over = threading.Event()

        def run() -> None:
            while not over.is_set():
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    response(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(60)


def tls(context: ssl.SSLContext) -> Callable[[socket.socket], None]:
    def response(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return response


@pytest.mark.parametrize("what", [GOOD, EXPIRED], ids=["of an unknown CA", "expired"])
def test_whatever_certificate_is_served_is_read(tmp_path: Path, what: Set) -> None:
    with listening(tls(context_for(what, tmp_path))) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port), "www.example.com")
    there = read_certificate(what.fullchain)
    assert found == Served("127.0.0.1", there.serial_number, there.sha256_fingerprint)


def test_the_name_is_sent(tmp_path: Path) -> None:
    asked: list[str | None] = []
    context = context_for(GOOD, tmp_path)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with listening(tls(context)) as port:
        look_at(Endpoint("127.0.0.1", port), "www.example.com")
        look_at(Endpoint("127.0.0.1", port), None)
    assert asked == ["www.example.com", None]


def test_every_address_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with ExitStack() as stack:
        port = stack.enter_context(listening(tls(context_for(GOOD, tmp_path))))
        stack.enter_context(listening(tls(context_for(EXPIRED, other)), "127.0.0.2", port))
        addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.3"]
        response = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_how: response)
        found = look_at(Endpoint("www.example.com", port), "www.example.com")
    assert [(each.address, each.problem) for each in found] == [
        ("127.0.0.1", None),
        ("127.0.0.2", None),
        ("127.0.0.3", "connection refused"),
    ]
    assert len({each.sha256_fingerprint for each in found}) == 3


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_closed_port_is_a_sentence() -> None:
    (found,) = look_at(Endpoint("127.0.0.1", closed_port()), None)
    assert found == Served("127.0.0.1", problem="connection refused")


def test_a_server_without_tls_is_a_sentence() -> None:
    def response(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with listening(response) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port), None)
    assert found.problem and found.problem.startswith("no TLS: ")
    assert found.sha256_fingerprint is None


def test_a_server_that_hangs_up_is_a_sentence() -> None:
    with listening(lambda connection: None) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port), None)
    assert found.problem and found.problem.startswith("no TLS")


def test_a_server_that_says_nothing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_PATIENCE", 0.2)
    over = threading.Event()
    with listening(lambda connection: bool(over.wait(60)) and None) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port), None)
        over.set()
    assert found.problem == "timed out"


def test_a_server_that_wants_another_name_is_a_sentence(tmp_path: Path) -> None:
    context = context_for(GOOD, tmp_path)
    context.sni_callback = lambda *_args: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    with listening(tls(context)) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port), "www.example.com")
    assert found.problem and "unrecognized name" in found.problem


def test_a_name_that_stands_for_nothing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_how: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert look_at(Endpoint("nowhere.example", 443), None) == [
        Served("nowhere.example", problem="the name cannot be resolved")
    ]


def test_an_address_out_of_reach_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_way(*_args: Any) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", no_way)
    (found,) = look_at(Endpoint("192.0.2.1", 443), None)
    assert (found.problem, found.unreachable) == ("network is unreachable", True)


def test_bytes_that_are_no_certificate_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    found = probe._described("127.0.0.1", b"junk")
    assert found.problem == "the served certificate cannot be read"
    assert found.sha256_fingerprint and len(found.sha256_fingerprint.split(":")) == 32


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("www.example.com:443", Endpoint("www.example.com", 443)),
        ("WWW.Example.com:8443", Endpoint("www.example.com", 8443)),
        ("bücher.example:443", Endpoint("xn--bcher-kva.example", 443)),
        ("127.0.0.1:1", Endpoint("127.0.0.1", 1)),
        ("[::1]:65535", Endpoint("::1", 65535)),
        ("[fe80::1%eth0]:443", Endpoint("fe80::1%eth0", 443)),
        (" localhost:443 ", Endpoint("localhost", 443)),
        (None, None),
    ],
)
def test_an_endpoint_is_read(text: str | None, endpoint: Endpoint | None) -> None:
    assert read_endpoint(text) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        *("", "localhost", ":443", "localhost:", "localhost:0", "localhost:65536", "localhost:123456", "localhost:4 3"),
        *("::1:443", "[::1]", "[x]:443", "[::1]443", "a b:443", "https://www.example.com:443", "www.example.com:443/"),
    ],
)
def test_a_bad_endpoint_is_named(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^endpoint: "):
        read_endpoint(text)


@pytest.mark.parametrize(
    ("host", "names", "name"),
    [
        ("www.example.com", ("example.com", "www.example.com"), "www.example.com"),
        ("localhost", ("www.example.com", "example.com"), "www.example.com"),
        ("127.0.0.1", ("*.example.com", "example.com"), "example.com"),
        ("::1", ("*.example.com",), "www.example.com"),
        ("a.example.com", ("*.example.com", "example.com"), "a.example.com"),
        ("a.b.example.com", ("*.example.com",), "www.example.com"),
        ("localhost", (), None),
    ],
)
def test_the_name_to_ask_for(host: str, names: tuple[str, ...], name: str | None) -> None:
    assert server_name(Endpoint(host, 443), names) == name


def test_nothing_served_is_not_served() -> None:
    assert not is_served("AA", [])
    assert not is_served("AA", [Served("1"), Served("2", "1", "AA")])
    assert is_served("AA", [Served("1", unreachable=True), Served("2", "1", "AA")])


def test_a_slow_start_is_waited_for(tmp_path: Path) -> None:
    """The whole way, with real sockets: refused, refused, served."""
    port, seconds = closed_port(), [0.0]
    there = read_certificate(GOOD.fullchain).sha256_fingerprint
    context = context_for(GOOD, tmp_path)
    with ExitStack() as stack:

        def sleep(pause: float) -> None:
            seconds[0] += pause
            if seconds[0] == 1.0:
                stack.enter_context(listening(tls(context), port=port))

        found = probe.look_until(
            lambda shown: is_served(there, shown),
            lambda: look_at(Endpoint("127.0.0.1", port), None),
            60.0,
            lambda: seconds[0],
            sleep,
        )
    assert is_served(there, found)
    assert timedelta(seconds=seconds[0]) == timedelta(seconds=1)
