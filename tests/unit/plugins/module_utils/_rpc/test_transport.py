# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP exchange over real sockets on loopback: what was never sent, what was not answered, who is trusted."""

from __future__ import annotations

import gzip
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    InvalidRequest,
    MissingLibrary,
    NoResponse,
    NotSent,
    Untrusted,
)
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import proxy, transport, trust_store
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import OverRequests, Request, Response
from playbooks.files.emulator.orders.ca import Authority

AUTHORITY = Authority()
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *(name.upper() for name in PROXIES), *BUNDLES, "NETRC"):
        monkeypatch.delenv(name, raising=False)


class Handler(BaseHTTPRequestHandler):
    """Answers as the server's `reply` says, and keeps what came."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.seen.append((self.path, dict(self.headers.items()), body))
        status, headers, content = self.server.reply
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_CONNECT = do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, reply: tuple[int, dict[str, str], bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply = reply
        self.seen: list[tuple[str, dict[str, str], bytes]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Handshakes that fail and answers that are cut are what is tested here."""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


@contextmanager
def serving(
    status: int = 200, headers: dict[str, str] | None = None, content: bytes = b"{}", tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    with Server((status, headers or {}, content)) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def speaking(*parts: bytes, hold: bool = False) -> Iterator[str]:
    """A raw server: reads one request, says the parts, and closes or holds the line. Gives its URL."""
    over = threading.Event()

    def run() -> None:
        connection, _address = listener.accept()
        with connection:
            connection.recv(65536)
            for part in parts:
                connection.sendall(part)
            if hold:
                over.wait(60)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/?Csr=hidden"
        finally:
            over.set()
            thread.join()


def send(url: str, headers: dict[str, str] | None = None, body: bytes = b"", **more: Any) -> Response:
    timeout = more.pop("timeout", 60.0)
    return OverRequests(**more)(Request("POST", url, headers or {}, body), timeout)


def failing(url: str, headers: dict[str, str] | None = None, **more: Any) -> Failure:
    with pytest.raises(Failure) as caught:
        send(url, headers, **more)
    assert "hidden" not in caught.value.msg
    assert "127.0.0.1" not in caught.value.msg
    return caught.value


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# An ordinary exchange.


def test_what_is_given_is_sent_and_what_comes_is_returned() -> None:
    with serving(418, {"X-Acs-Request-Id": "R-1"}, b'{"Code": "x"}') as server:
        response = send(f"http://{server.place}/?a=%2A&b=~", {"host": "cas.example", "x-acs-date": "now"}, b"form")
    assert (response.status, response.headers["x-acs-request-id"], response.body) == (418, "R-1", b'{"Code": "x"}')
    ((path, headers, body),) = server.seen
    assert (path, body) == ("/?a=%2A&b=~", b"form")
    assert headers["host"] == "cas.example"
    assert headers["x-acs-date"] == "now"


def test_an_empty_body_declares_no_type() -> None:
    """A type that was not signed would break the signature."""
    with serving() as server:
        send(f"http://{server.place}/")
    names = {name.lower() for name in server.seen[0][1]}
    assert "content-type" not in names
    assert server.seen[0][1]["Content-Length"] == "0"


def test_connections_are_used_again() -> None:
    with serving() as server:
        exchange = OverRequests()
        places = set()
        original = server.process_request

        def noted(request: Any, address: Any) -> None:
            places.add(address)
            original(request, address)

        server.process_request = noted  # type: ignore[method-assign]
        for _each in range(3):
            exchange(Request("POST", f"http://{server.place}/", {}, b""), 5.0)
    assert len(server.seen) == 3
    assert len(places) == 1


def test_redirects_are_not_followed() -> None:
    with serving() as other, serving(302, {"Location": f"http://{other.place}/"}) as server:
        assert send(f"http://{server.place}/").status == 302
    assert other.seen == []


def test_a_netrc_file_does_not_replace_the_signature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login somebody password else\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    with serving() as server:
        send(f"http://{server.place}/", {"Authorization": "ACS3-HMAC-SHA256 ours"})
        send(f"http://{server.place}/")
    assert server.seen[0][1]["Authorization"] == "ACS3-HMAC-SHA256 ours"
    assert "Authorization" not in server.seen[1][1]


def test_a_request_shows_no_parameter() -> None:
    request = Request("POST", "https://cas.example/?Csr=hidden", {"Authorization": "hidden"}, b"hidden")
    assert "hidden" not in repr(request)


# Proxies.


def test_proxy_variables_count(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.place}")
        monkeypatch.setenv("http_proxy", f"http://{proxy.place}")
        assert send("http://cas.invalid/?a=b").status == 200
    assert proxy.seen[0][0] == "http://cas.invalid/?a=b"


@pytest.mark.parametrize(("platform", "searches"), [("linux", False), ("darwin", True)])
def test_without_a_variable_only_macos_is_searched_for_a_proxy(
    platform: str, searches: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def search(url: str, **how: Any) -> dict[str, str]:
        searched.append(url)
        return {}

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(requests.sessions, "get_environ_proxies", search)
    with serving() as server:
        assert send(f"http://{server.place}/").status == 200
    assert bool(searched) is searches


def test_exceptions_from_the_proxy_count(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert send(f"http://{server.place}/").status == 200


def test_a_proxy_that_refuses_the_tunnel_got_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(403) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.place}")
        failure = failing("https://cas.invalid/?Csr=hidden")
    assert isinstance(failure, NotSent)
    assert "The proxy refused the connection" in failure.msg
    assert proxy.seen[0][0] == "cas.invalid:443"


def test_a_proxy_that_is_not_there_got_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{free_port()}")
    assert isinstance(failing("https://cas.invalid/?Csr=hidden"), NotSent)


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy"])
def test_a_proxy_elsewhere_sees_no_request_in_clear(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http is for this machine only; the name of the proxy is not even looked up."""
    monkeypatch.setenv(name, "http://user:hidden@proxy.invalid:3128")
    with serving() as server:
        failure = failing(f"http://{server.place}/?Csr=hidden")
        assert isinstance(failure, InvalidRequest)
        assert failure.msg == (
            "A proxy is set, and would read what goes to the endpoint over plain http; nothing was sent. "
            "Name the endpoint's host in no_proxy, or use https://."
        )
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert send(f"http://{server.place}/").status == 200


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "https_proxy"])
@pytest.mark.parametrize("value", ["", " ", " \t"])
def test_an_empty_variable_names_no_proxy(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with serving() as server:
        assert send(f"http://{server.place}/").status == 200


def test_an_empty_variable_leaves_the_others_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", " ")
    with serving() as other:
        monkeypatch.setenv("http_proxy", f"http://{other.place}")
        assert send("http://cas.invalid/").status == 200
    assert len(other.seen) == 1


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "SOCKS4"])
def test_a_socks_proxy_needs_a_package(name: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "find_spec", lambda package: None)
    monkeypatch.setenv(name, f"{scheme}://user:hidden@127.0.0.1:1")
    failure = failing("https://cas.invalid/?Csr=hidden")
    assert isinstance(failure, InvalidRequest)
    assert failure.msg == (
        f"{name}: the environment variable names a SOCKS proxy, which needs the Python package PySocks where the "
        "module runs; nothing was sent. Install it, or name an HTTP proxy."
    )


@pytest.mark.parametrize(
    "value", ["ftp://a", "http://", "http://[a", "http://a:0", "http://a:b", "://", "http://:3128"]
)
def test_a_proxy_that_is_no_address_is_named_by_its_variable(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    failure = failing("https://cas.invalid/?Csr=hidden")
    assert isinstance(failure, InvalidRequest)
    assert failure.msg == (
        "HTTPS_PROXY: the environment variable is not a valid address of a proxy; nothing was sent. Give one such as "
        "http://proxy.example.com:3128."
    )


# Never sent.


@pytest.mark.parametrize("proxy", ["127.0.0.1:{}", "http://127.0.0.1:{}"])
def test_a_proxy_on_this_machine_may_see_it(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(content=b"[]") as server:
        monkeypatch.setenv("http_proxy", proxy.format(server.server_port))
        assert send("http://cas.example/").body == b"[]"


def test_a_closed_port_got_nothing() -> None:
    failure = failing(f"http://127.0.0.1:{free_port()}/?Csr=hidden")
    assert isinstance(failure, NotSent)
    assert "nothing was sent" in failure.msg


@pytest.mark.parametrize("host", ["cas.invalid", "..", "a" * 70 + ".example"], ids=["unknown", "dots", "long label"])
def test_a_name_that_leads_nowhere_got_nothing(host: str) -> None:
    assert isinstance(failing(f"http://{host}/?Csr=hidden"), NotSent)


@pytest.mark.parametrize("value", ["ends in a newline\n", "证书"])
def test_a_header_that_cannot_be_written_was_not_sent(value: str) -> None:
    """Keys and tokens come from files and variables, with whatever clings to them."""
    with serving() as server:
        failure = failing(f"http://{server.place}/", {"x-acs-security-token": value})
    assert not isinstance(failure, NoResponse)
    assert server.seen == []


# Sent, and no whole response.

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((), id="cut after the request"),
        pytest.param((HEAD + b"\r\n", b'{"OrderId": '), id="half a response"),
        pytest.param((b"SSH-2.0-else\r\n",), id="another protocol"),
        pytest.param((HEAD + b"Content-Encoding: gzip\r\n\r\n", b"x" * 100), id="broken compression"),
        pytest.param((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",), id="half a chunk"),
    ],
)
def test_what_was_sent_and_not_answered_may_have_happened(parts: tuple[bytes, ...]) -> None:
    with speaking(*parts) as url:
        failure = failing(url)
    assert isinstance(failure, NoResponse)
    assert failure.msg == "The connection broke before the response was complete."


@pytest.mark.parametrize("parts", [(), (HEAD + b"\r\n", b"{")], ids=["nothing", "half a response"])
def test_a_time_out_says_so(parts: tuple[bytes, ...]) -> None:
    with speaking(*parts, hold=True) as url:
        begun = time.monotonic()
        failure = failing(url, timeout=0.3)
    assert isinstance(failure, NoResponse)
    assert failure.msg == "No response came within 0.3 s (request_timeout)."
    assert 0.25 < time.monotonic() - begun < 30


def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_MAX_ANSWER", 1024 * 1024)
    with serving(content=b"x" * 1024 * 1024) as server:
        assert len(send(f"http://{server.place}/").body) == 1024 * 1024
    with serving(content=b"x" * (1024 * 1024 + 1)) as server:
        failure = failing(f"http://{server.place}/")
    assert isinstance(failure, NoResponse)
    assert "longer than 1 MiB" in failure.msg


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZIP "])
def test_a_packed_answer_is_unpacked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as it can be used, and no further."""
    monkeypatch.setattr(transport, "_MAX_ANSWER", 1000)
    with serving(headers={"Content-Encoding": name}, content=gzip.compress(b"x" * 1000)) as server:
        assert send(f"http://{server.place}/").body == b"x" * 1000
        assert server.seen[0][1]["accept-encoding"] == "gzip"
    with serving(headers={"Content-Encoding": name}, content=gzip.compress(b"x" * 1001)) as server:
        assert "longer than" in failing(f"http://{server.place}/").msg


def test_an_answer_that_is_packed_otherwise_cannot_be_read() -> None:
    with serving(headers={"Content-Encoding": "br"}, content=b"{}") as server:
        failure = failing(f"http://{server.place}/")
    assert isinstance(failure, NoResponse)
    assert failure.msg == (
        "The response has an unsupported Content-Encoding: a proxy may be in between. Check endpoint."
    )


def test_an_answer_that_says_that_it_is_not_packed_is_read_as_it_is() -> None:
    with serving(headers={"Content-Encoding": "Identity"}, content=b"{}") as server:
        assert send(f"http://{server.place}/").body == b"{}"


def test_half_a_packed_answer_is_no_answer() -> None:
    with serving(headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"{}" * 99)[:-9]) as server:
        assert isinstance(failing(f"http://{server.place}/"), NoResponse)


# TLS.


def server_side(directory: Path, *names: str, now: float | None = None) -> ssl.SSLContext:
    certificate, key = AUTHORITY.server(names, now or time.time())
    file = directory / "server.pem"
    file.write_text(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
def ca_path(tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    file.write_text(AUTHORITY.root_pem)
    return str(file)


def test_a_private_ca_is_accepted_where_it_is_named(tmp_path: Path, ca_path: str) -> None:
    with serving(tls=server_side(tmp_path, "127.0.0.1")) as server:
        assert send(f"https://{server.place}/", ca_path=ca_path).status == 200


def test_a_private_ca_of_the_environment_is_accepted(
    tmp_path: Path, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_path)
    with serving(tls=server_side(tmp_path, "127.0.0.1")) as server:
        assert send(f"https://{server.place}/").status == 200


def test_certificates_are_not_looked_at_when_the_task_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "not there"))
    with serving(tls=server_side(tmp_path, "other.example", now=0.0)) as server:
        assert send(f"https://{server.place}/", validate_certs=False).status == 200


TRUST: dict[str, Callable[[Path, str], tuple[ssl.SSLContext, str | None, str]]] = {
    "unknown CA": lambda directory, ca: (server_side(directory, "127.0.0.1"), None, "unable to get local issuer"),
    "wrong host name": lambda directory, ca: (server_side(directory, "other.example"), ca, "not valid for '127.0.0.1'"),
    "expired": lambda directory, ca: (server_side(directory, "127.0.0.1", now=1.4e9), ca, "certificate has expired"),
    "not yet valid": lambda directory, ca: (server_side(directory, "127.0.0.1", now=4e9), ca, "not yet valid"),
}


@pytest.mark.parametrize("case", TRUST.values(), ids=TRUST)
def test_a_certificate_that_proves_nothing_gets_nothing(case: Callable[..., Any], tmp_path: Path, ca_path: str) -> None:
    tls, trusted, why = case(tmp_path, ca_path)
    with serving(tls=tls) as server, pytest.raises(Untrusted) as caught:
        send(f"https://{server.place}/?Csr=hidden", ca_path=trusted)
    assert why in caught.value.msg
    assert "ca_path" in caught.value.msg
    assert "hidden" not in caught.value.msg
    assert server.seen == []


def test_a_server_of_old_tls_gets_nothing(tmp_path: Path, ca_path: str) -> None:
    tls = server_side(tmp_path, "127.0.0.1")
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        tls.minimum_version, tls.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with serving(tls=tls) as server:
        failure = failing(f"https://{server.place}/?Csr=hidden", ca_path=ca_path)
    assert isinstance(failure, InvalidRequest)
    assert failure.msg == "The endpoint does not support TLS 1.2 or later; nothing was sent. Check endpoint."
    assert server.seen == []


def test_a_server_without_tls_is_told_apart() -> None:
    with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        failure = failing(url.replace("http:", "https:"))
    assert failure.msg == "The TLS connection to the endpoint broke."


def test_a_ca_file_that_is_none_sends_nothing_and_names_the_option(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    with serving(tls=server_side(tmp_path, "127.0.0.1")) as server:
        failure = failing(f"https://{server.place}/", ca_path=str(file))
    assert server.seen == []
    assert not isinstance(failure, NoResponse)
    assert "ca_path" in failure.msg


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A file of two CA certificates; the second was cut."""
    file = tmp_path / "damaged.pem"
    file.write_text(AUTHORITY.root_pem + AUTHORITY.root_pem[: len(AUTHORITY.root_pem) // 2])
    return file


@pytest.mark.parametrize("name", ["ca_path", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_ca_file_that_is_damaged_further_down_sends_nothing_and_is_named(
    name: str, tmp_path: Path, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name != "ca_path":
        monkeypatch.setenv(name, str(damaged))
    with serving(tls=server_side(tmp_path, "127.0.0.1")) as server:
        failure = failing(f"https://{server.place}/", ca_path=str(damaged) if name == "ca_path" else None)
    assert server.seen == []
    assert isinstance(failure, InvalidOption)
    assert failure.msg.startswith(f"{name}: ")


def test_ca_certificates_are_not_parsed_where_none_is_needed(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system's file has more than a hundred, which take longer than the whole task."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(damaged))
    with serving() as server:
        assert send(f"http://{server.place}/").status == 200


def test_a_directory_may_hold_the_ca(tmp_path: Path) -> None:
    tls = server_side(tmp_path, "127.0.0.1")
    with serving(tls=tls) as server, pytest.raises(Untrusted):
        send(f"https://{server.place}/", ca_path=str(tmp_path))
    for place in (tmp_path / "not there", Path("/dev/null")):
        with pytest.raises(InvalidOption) as caught:
            send("https://127.0.0.1/", ca_path=str(place))
        assert caught.value.msg == (
            f"ca_path: '{place}' is not a readable PEM file or a directory of CA certificates; nothing was sent."
        )


def test_a_directory_that_may_not_be_listed_holds_no_ca(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> list[str]:
        raise PermissionError(path)

    monkeypatch.setattr(trust_store.os, "listdir", refuse)
    with pytest.raises(InvalidOption, match=r"^ca_path: .* is not a readable PEM file"):
        OverRequests(ca_path=str(tmp_path))


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_environment_goes_before_the_systems_store(
    name: str, tmp_path: Path, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", ca_path)
    monkeypatch.setenv(name, ca_path)
    (tmp_path / "bundle.pem").write_text(AUTHORITY.root_pem)
    monkeypatch.setenv(name, str(tmp_path / "bundle.pem"))
    assert trust_store.trust_store(None) == str(tmp_path / "bundle.pem")
    monkeypatch.delenv(name)
    assert trust_store.trust_store(None) == ca_path
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert trust_store.trust_store(None) == str(tmp_path)
    assert trust_store.trust_store(ca_path) == ca_path


@pytest.fixture
def bare_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without certificates of its own."""
    there = ssl.get_default_verify_paths()._replace(
        openssl_cafile=str(tmp_path / "a"), openssl_capath=str(tmp_path / "b")
    )
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: there)


@pytest.mark.parametrize("name", BUNDLES)
@pytest.mark.parametrize("value", ["", " ", "\t"])
def test_an_empty_variable_names_no_store(
    name: str, value: str, tmp_path: Path, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trust_store.trust_store(None)
    monkeypatch.setenv(name, value)
    assert trust_store.trust_store(None) == before
    with serving(tls=server_side(tmp_path, "127.0.0.1")) as server, pytest.raises(Untrusted):
        send(f"https://{server.place}/")


@pytest.mark.parametrize("name", BUNDLES)
@pytest.mark.parametrize("value", ["/etc/pki/no/such.pem", "relative.pem", "/dev/null"])
def test_a_variable_that_names_no_store_is_told_before_anything_is_sent(
    name: str, value: str, tmp_path: Path, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with serving(tls=server_side(tmp_path, "127.0.0.1")) as server:
        failure = failing(f"https://{server.place}/")
        assert server.seen == []
        assert send(f"https://{server.place}/", ca_path=ca_path).status == 200
    assert isinstance(failure, InvalidOption)
    assert failure.msg == (
        f"{name}: the environment variable is '{value}', which is not a readable PEM file or a directory of CA "
        "certificates; nothing was sent. Correct it or unset it, or give ca_path."
    )


def test_an_empty_directory_is_no_systems_store(
    bare_system: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert trust_store.trust_store(None) is None
    (tmp_path / "0a1b2c3d.0").touch()
    assert trust_store.trust_store(None) == str(tmp_path)


def test_the_systems_store_is_asked_first(tmp_path: Path, ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", ca_path)
    with serving(tls=server_side(tmp_path, "127.0.0.1")) as server:
        assert send(f"https://{server.place}/").status == 200


def test_a_directory_serves_as_the_systems_store(
    bare_system: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that keeps its certificates in a directory only, or nowhere."""
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    tls = server_side(tmp_path, "127.0.0.1")
    with serving(tls=tls) as server, pytest.raises(Untrusted):
        send(f"https://{server.place}/")
    monkeypatch.delenv("SSL_CERT_DIR")
    with serving(tls=tls) as server, pytest.raises(Untrusted):
        send(f"https://{server.place}/")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(MissingLibrary, match="requests"):
        OverRequests()
