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
from ansible_collections.certops.alicloud.plugins.module_utils._store.endpoints import (
    PROTOCOLS,
    Endpoint,
    read_endpoints,
    server_name,
)
from ansible_collections.certops.alicloud.plugins.module_utils._store.model import Served, is_served
from ansible_collections.certops.alicloud.plugins.module_utils._store.probe import look_at
from ansible_collections.certops.alicloud.plugins.module_utils._store.starttls import STARTTLS
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
        ({"address": "localhost:25", "starttls": "smtp"}, Endpoint("localhost", 25, None, "smtp")),
        ({"address": "[::1]:443", "server_name": "Bücher.example"}, Endpoint("::1", 443, "xn--bcher-kva.example")),
    ],
)
def test_an_endpoint_is_read(text: Any, endpoint: Endpoint) -> None:
    assert read_endpoints([text, "127.0.0.1:443"]) == [endpoint, Endpoint("127.0.0.1", 443)]


def test_an_endpoint_is_called_as_it_was_given() -> None:
    given = [
        " LOCALHOST:443",
        {"address": "[::1]:25", "server_name": "Mail.example.com", "starttls": "smtp"},
        {"address": "localhost:5432", "starttls": "postgres"},
    ]
    assert [each.text for each in read_endpoints(given)] == [
        "LOCALHOST:443",
        "[::1]:25 (mail.example.com, smtp)",
        "localhost:5432 (postgres)",
    ]
    assert read_endpoints(None) == []


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"server_name": "www.example.com"}, "'' is not a valid endpoint; give host:port"),
        ({"address": "localhost:25", "tls": True}, "unknown key 'tls'; use address, server_name, starttls."),
        ({"address": "localhost:25", "starttls": "xmpp"}, "'xmpp' is not a protocol with STARTTLS; give smtp, imap"),
        ({"address": "localhost:25", "server_name": "*.example.com"}, "server_name: '*.example.com' is a wildcard"),
        ({"address": "localhost:25", "server_name": "a b"}, "'a b' is not a valid host name"),
        (443, "'443' is not a valid endpoint"),
        (["localhost:443"], "is not a valid endpoint"),
    ],
)
def test_an_endpoint_with_a_mistake_is_named(value: Any, sentence: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        read_endpoints([value])
    assert caught.value.msg.startswith("endpoints: ")
    assert sentence in caught.value.msg


@pytest.mark.parametrize(
    "text",
    [
        *("", "localhost", ":443", "localhost:", "localhost:0", "localhost:65536", "localhost:123456", "localhost:4 3"),
        *("::1:443", "[::1]", "[x]:443", "[::1]443", "a b:443", "https://www.example.com:443", "www.example.com:443/"),
    ],
)
def test_a_bad_endpoint_is_named(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^endpoints: "):
        read_endpoints([text])


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
    assert server_name(Endpoint(host, 443, "given.example.com"), names) == "given.example.com"


@contextmanager
def picky(what: Set, directory: Path, version: ssl.TLSVersion) -> Iterator[int]:
    """A server that demands a certificate of its clients."""
    context = context_for(what, directory)
    context.maximum_version = context.minimum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=GOOD.fullchain)
    with listening(tls(context)) as port:
        yield port


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_demands_a_certificate_shows_its_own(tmp_path: Path, version: ssl.TLSVersion) -> None:
    there = read_certificate(GOOD.fullchain)
    with picky(GOOD, tmp_path, version) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port, text="here"), "www.example.com")
    assert found == Served("127.0.0.1", there.serial_number, there.sha256_fingerprint, endpoint="here")


def test_a_handshake_that_fails_for_another_reason_shows_nothing(tmp_path: Path) -> None:
    """What a client is shown before it refuses the server is no certificate that clients can use."""

    def response(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(CUT_SHORT)

    with listening(response) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port), None)
    assert found.sha256_fingerprint is None
    assert found.problem and found.problem.startswith("no TLS")


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


# A certificate, and nothing that demands one.
CUT_SHORT = b"\x16\x03\x03\x00\x0f" + message(11, b"\x00\x00\x08\x00\x00\x05abcde")[:15]


def test_a_server_that_sends_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    def response(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"220-more\r\n" * 1000)

    with listening(response) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port, starttls="smtp"), None)
    assert found.problem == "no TLS: the connection was cut"


def test_a_server_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_PATIENCE", 0.3)
    over = threading.Event()

    def response(connection: socket.socket) -> None:
        while not over.wait(0.05):
            connection.sendall(b"2")

    with listening(response) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port, starttls="smtp"), None)
        over.set()
    assert found.problem == "timed out"


LDAP_YES, LDAP_NO = (
    b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01" + code + b"\x04\x00\x04\x00" for code in (b"\x00", b"\x02")
)
MYSQL_HELLO = b"\x0a8.0.36\x00" + b"\x07\x00\x00\x00" + b"challeng\x00"


def mysql(capabilities: int) -> bytes:
    body = MYSQL_HELLO + (capabilities & 0xFFFF).to_bytes(2, "little") + b"\x21\x02\x00" + bytes(27)
    return len(body).to_bytes(3, "little") + b"\x00" + body


# What a server says first, and then for each thing that the client says, which begins as told.
TALKS: dict[str, list[bytes | tuple[bytes, bytes]]] = {
    "smtp": [
        b"220-mail.example.com\r\n220 ESMTP\r\n",
        (b"EHLO ", b"250-mail.example.com\r\n250-SIZE 1\r\n250 STARTTLS\r\n"),
        (b"STARTTLS\r\n", b"220 2.0.0 Ready\r\n"),
    ],
    "ftp": [b"220 ready\r\n", (b"AUTH TLS\r\n", b"234 AUTH TLS OK.\r\n")],
    "imap": [b"* OK ready\r\n", (b"a STARTTLS\r\n", b"* CAPABILITY IMAP4rev1\r\na OK begin\r\n")],
    "pop3": [b"+OK ready\r\n", (b"STLS\r\n", b"+OK begin\r\n")],
    "ldap": [b"", (b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037", LDAP_YES)],
    "postgres": [b"", (b"\x00\x00\x00\x08\x04\xd2\x16\x2f", b"S")],
    "mysql": [mysql(0xFFFF), (b"\x20\x00\x00\x01\x00\x8a\x00\x00", b"")],
}
REFUSALS: dict[str, tuple[list[bytes | tuple[bytes, bytes]], str]] = {
    "smtp": ([*TALKS["smtp"][:2], (b"STARTTLS", b"454 4.7.0 not available\r\n")], "'454 4.7.0 not available'"),
    "ftp": ([b"220 ready\r\n", (b"AUTH TLS", b"502 no\r\n")], "'502 no'"),
    "imap": ([b"* OK ready\r\n", (b"a STARTTLS", b"a BAD unknown\r\n")], "'a BAD unknown'"),
    "pop3": ([b"+OK ready\r\n", (b"STLS", b"-ERR unknown\r\n")], "'-ERR unknown'"),
    "ldap": ([b"", (b"\x30", LDAP_NO)], "the server refused it"),
    "postgres": ([b"", (b"\x00", b"N")], "the server has TLS switched off"),
    "mysql": ([mysql(0x8000)], "the server has TLS switched off"),
}


def talk(connection: socket.socket, parts: list[bytes | tuple[bytes, bytes]]) -> None:
    for part in parts:
        if isinstance(part, bytes):
            connection.sendall(part)
            continue
        begin, response = part
        # The client's first TLS record may follow at once.
        size = 36 if begin.startswith(b"\x20\x00\x00\x01") else 4096
        assert connection.recv(size).startswith(begin)
        connection.sendall(response)


def test_every_protocol_is_tried() -> None:
    assert TALKS.keys() == REFUSALS.keys() == STARTTLS.keys() == set(PROTOCOLS)


@pytest.mark.parametrize("protocol", TALKS)
def test_a_connection_changes_to_tls(tmp_path: Path, protocol: str) -> None:
    handshake = tls(context_for(GOOD, tmp_path))

    def response(connection: socket.socket) -> None:
        talk(connection, TALKS[protocol])
        handshake(connection)

    with listening(response) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port, starttls=protocol), "www.example.com")
    assert (found.problem, found.sha256_fingerprint) == (None, read_certificate(GOOD.fullchain).sha256_fingerprint)


@pytest.mark.parametrize("protocol", REFUSALS)
def test_a_server_without_starttls_is_a_sentence(protocol: str) -> None:
    parts, words = REFUSALS[protocol]
    with listening(lambda connection: talk(connection, parts)) as port:
        (found,) = look_at(Endpoint("127.0.0.1", port, starttls=protocol), None)
    assert found.problem and found.problem.startswith("no STARTTLS: ")
    assert words in found.problem
    assert found.sha256_fingerprint is None


def test_each_endpoint_must_show_it() -> None:
    away = Served("::1", unreachable=True, endpoint="a:1")
    assert is_served("AA", [away, Served("127.0.0.1", "1", "AA", endpoint="a:1")])
    assert not is_served("AA", [away, Served("127.0.0.1", "1", "AA", endpoint="b:1")])


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
