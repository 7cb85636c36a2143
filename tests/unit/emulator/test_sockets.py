# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator behind real sockets."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.core.server import Server
from tests.support.calls import PACKAGE, signed

QUOTA = "DescribePackageState"
WISH = {"Domain": "a.example"}


@pytest.fixture
def emulator() -> Emulator:
    return Emulator()


@pytest.fixture
def server(emulator: Emulator) -> Iterator[Server]:
    with Server(emulator) as running:
        yield running


def connect(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.address, timeout=100)


def exchange(
    connection: http.client.HTTPConnection, action: str = QUOTA, wish: dict[str, str] | None = None, form: bool = False
) -> tuple[int, bytes]:
    host = f"{connection.host}:{connection.port}"
    method, target, headers, body = signed(action, wish, host=host, form=form)
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def raw(server: Server, text: bytes) -> bytes:
    host, _colon, port = server.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=100) as client:
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    return answer


def test_many_calls_over_one_connection(server: Server) -> None:
    connection = connect(server)
    took = []
    for _call in range(20):
        started = time.monotonic()
        assert exchange(connection)[0] == 200
        took.append(time.monotonic() - started)
    assert {exchange(connection, PACKAGE, WISH, form=True)[0] for _call in range(3)} == {200}
    # With Nagle's algorithm and two writes every call would take 40 ms.
    assert min(took) < 0.03


def test_three_hundred_clients_at_once(server: Server, emulator: Emulator) -> None:
    emulator.set_quota("digicert-free-1-free", 300)
    together = threading.Barrier(300)

    def client(_index: int) -> int:
        connection = connect(server)
        connection.connect()
        together.wait(200)
        return exchange(connection, PACKAGE, WISH)[0]

    with ThreadPoolExecutor(300) as pool:
        statuses = list(pool.map(client, range(300)))
    assert statuses == [200] * 300
    numbers = [order.number for order in emulator.world.present()]
    assert len(set(numbers)) == 300


def test_control_has_no_signature(server: Server) -> None:
    connection = connect(server)
    connection.request("POST", "/_control/advance", json.dumps({"days": 1}))
    answer = connection.getresponse()
    assert (answer.status, "now" in json.load(answer)) == (200, True)


@pytest.mark.parametrize("kind", ["request_lost", "answer_lost"])
def test_lost_answers_close_the_connection(server: Server, emulator: Emulator, kind: str) -> None:
    emulator.inject(kind=kind)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        exchange(connect(server), PACKAGE, WISH)
    assert len(emulator.world.present()) == int(kind == "answer_lost")


def test_cut_answers_are_too_short(server: Server, emulator: Emulator) -> None:
    emulator.inject(kind="cut")
    with pytest.raises(http.client.IncompleteRead):
        exchange(connect(server), PACKAGE, WISH)


def test_faults_travel(server: Server, emulator: Emulator) -> None:
    emulator.inject(kind="html")
    assert exchange(connect(server))[0] == 502


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nx: " + b"x" * 70000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
        (b"PUT / HTTP/1.1\r\n\r\n", b"405"),
        (b"HEAD /_control/state HTTP/1.1\r\nConnection: close\r\n\r\n", b"404"),
    ],
)
def test_bad_requests(server: Server, text: bytes, status: bytes) -> None:
    answer = raw(server, text)
    assert answer.split(b" ")[1] == status
    assert exchange(connect(server))[0] == 200


def test_half_a_body_is_nothing(server: Server, emulator: Emulator) -> None:
    assert raw(server, b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc") == b""
    assert emulator.calls == []


def test_half_open_connections_hold_up_nobody(server: Server) -> None:
    host, _colon, port = server.address.rpartition(":")
    idle = [socket.create_connection((host, int(port))) for _client in range(20)]
    for client in idle[:10]:
        client.sendall(b"POST / HTTP/1.1\r\nContent-")
    assert exchange(connect(server))[0] == 200
    for client in idle:
        client.close()


def test_tls_with_the_emulators_own_root(emulator: Emulator) -> None:
    context = ssl.create_default_context(cadata=emulator.world.authority.root_pem)
    with Server(emulator, tls=True) as server:
        port = int(server.address.rpartition(":")[2])
        for host in ("127.0.0.1", "localhost"):
            connection = http.client.HTTPSConnection(host, port, context=context, timeout=100)
            assert exchange(connection)[0] == 200
            connection.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            exchange(http.client.HTTPSConnection("127.0.0.1", port, timeout=100))
        # A client that never shakes hands does not stop the next one.
        with socket.create_connection(("127.0.0.1", port)):
            assert exchange(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=100))[0] == 200
        emulator.inject(kind="cut")
        with pytest.raises((http.client.IncompleteRead, ssl.SSLError)):
            exchange(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=100))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::"])
def test_only_loopback(emulator: Emulator, host: str) -> None:
    with pytest.raises(Impossible, match="not a loopback address"):
        Server(emulator, host)


def test_closing_is_quick(emulator: Emulator) -> None:
    server = Server(emulator)
    started = time.monotonic()
    server.close()
    assert time.monotonic() - started < 30
