# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets: HTTP/1.1 with and without TLS on a loopback address, one thread for each connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socketserver import TCPServer
from typing import Any

from ..instances.facts import CHINA
from ..orders.ca import Authority
from .emulator import Emulator
from .refusal import Impossible
from .reply import Lost, Reply, plain_json

BIGGEST_BODY = 1 << 20
IDLE_SECONDS = 120
HANDSHAKE_SECONDS = 10
SERVER_NAMES = ("127.0.0.1", "::1", "localhost")


class Server:
    """A running emulator; close it, or use it as a context."""

    def __init__(
        self, emulator: Emulator, host: str = "127.0.0.1", port: int = 0, tls: bool = False, site: str = CHINA
    ) -> None:
        """Port 0 is any free one; `site` is the one whose endpoint this is."""
        check_loopback(host)
        context = _context(emulator.world.authority, SERVER_NAMES) if tls else None
        self._server = _Sockets(emulator, host, port, context)
        emulator.sites[str(self._server.server_address[1])] = site
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        name = f"[{host}]" if ":" in host else host
        self.address = f"{name}:{self._server.server_address[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.address}"
        if not tls and site == CHINA:
            emulator.world.address = self.url

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def check_loopback(host: str) -> None:
    """The control door has no password: only this machine may reach it."""
    try:
        inside = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise Impossible(f"{host} is not a loopback address.")


def _context(authority: Authority, names: Sequence[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "server.pem"
        file.write_text("".join(authority.server(names, time.time())))
        context.load_cert_chain(file)
    return context


class _Sockets(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True
    block_on_close = False

    def __init__(self, emulator: Emulator, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.emulator, self._context = emulator, context
        super().__init__((host, port), _Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, so that a slow handshake does not hold up the others."""
        if self._context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(HANDSHAKE_SECONDS)
        with self._context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are the clients' affair; anything else is a mistake of ours and has to show."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def server_bind(self) -> None:
        """Without the look-up of the host's name that HTTPServer does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    server: _Sockets
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        with contextlib.suppress(OSError):
            super().handle_one_request()
            return
        self.close_connection = True

    def _respond(self) -> None:
        body = self._body()
        if body is None:
            return
        headers = dict(self.headers.items())
        try:
            self._send(self.server.emulator.handle(self.command, self.path, headers, body))
        except Lost as lost:
            self._break_off(lost.partial)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _respond

    def _body(self) -> bytes | None:
        """The whole body, or None after a refusal or a client that went away."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isascii() or not length.isdigit():
            self._refuse(HTTPStatus.BAD_REQUEST, "The length of the body is not stated.")
            return None
        if int(length) > BIGGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too long.")
            return None
        body = self.rfile.read(int(length))
        self.close_connection |= len(body) < int(length)
        return body if len(body) == int(length) else None

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the parser of requests cannot read."""
        self._refuse(HTTPStatus(code), message or HTTPStatus(code).phrase)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True
        self._send(plain_json(status, {"error": why}))

    def _send(self, reply: Reply) -> None:
        """Head and body in one write: two would wait for each other's acknowledgement."""
        self.wfile.write(self._head(reply) + (b"" if self.command == "HEAD" else reply.body))

    def _head(self, reply: Reply) -> bytes:
        fixed = {"Date": self.date_time_string(), "Content-Length": str(len(reply.body))}
        if self.close_connection:
            fixed["Connection"] = "close"
        lines = [f"{name}: {value}" for name, value in {**fixed, **reply.headers}.items()]
        phrase = HTTPStatus(reply.status).phrase if reply.status in _STATUSES else "Unknown"
        return "\r\n".join([f"HTTP/1.1 {reply.status} {phrase}", *lines, "", ""]).encode()

    def _break_off(self, partial: Reply | None) -> None:
        self.close_connection = True
        if partial is not None:
            self.wfile.write(self._head(partial) + partial.body[: len(partial.body) // 2])
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """No access log: parameters travel in URLs."""


_STATUSES = frozenset(status.value for status in HTTPStatus)
