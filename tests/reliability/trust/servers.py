# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that deserve no trust, proxies that record, and what arrived at each of them."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler
from typing import Any

from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.orders.ca import Authority
from tests.support.certificates import Signer, key_pem, new_key, pem

Response = Callable[[str, str, Mapping[str, str], bytes], Reply]
HERE = "127.0.0.1"


@dataclass
class Received:
    """What arrived: whole requests, signed ones, and the bytes that a tunnel carried."""

    requests: list[str] = field(default_factory=list)
    signed: int = 0
    carried: bytearray = field(default_factory=bytearray)


class Handler(BaseHTTPRequestHandler):
    """Records a request and passes it on to what responds."""

    protocol_version = "HTTP/1.1"
    server: Listener

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.received.requests.append(f"{self.command} {self.path}")
        self.server.received.signed += "authorization" in self.headers
        reply = self.server.respond(self.command, self.path, dict(self.headers.items()), body)
        self.send_response_only(reply.status)
        fixed = {"Content-Length": str(len(reply.body)), **self.server.clock(), **reply.headers}
        for name, value in fixed.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = _respond

    def do_CONNECT(self) -> None:
        self.server.received.requests.append(f"CONNECT {self.path}")
        self.server.received.signed += "authorization" in self.headers
        self.close_connection = True
        if self.server.tunnel is None:
            self.send_error(403)
            return
        self.send_response_only(200)
        self.end_headers()
        with contextlib.suppress(OSError), socket.create_connection(self.server.tunnel, 10) as far:
            self._carry(far)

    def _carry(self, far: socket.socket) -> None:
        ends = {self.connection: far, far: self.connection}
        while True:
            for ready in select.select(list(ends), [], [], 10)[0]:
                data = ready.recv(65536)
                if not data:
                    return
                self.server.received.carried += data
                ends[ready].sendall(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Not wanted."""


class NoTls(BaseRequestHandler):
    """Speaks plain HTTP only."""

    server: Listener

    def handle(self) -> None:
        said = self.request.recv(65536)
        self.server.received.signed += b"authorization" in said.lower()
        self.server.received.requests += ["GET"] if said.startswith(b"GET ") else []
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


class Listener(ThreadingHTTPServer):
    """A server; without `respond` it reports success, without a tunnel it refuses to be a proxy."""

    daemon_threads = True

    def __init__(
        self,
        respond: Response | None = None,
        tls: ssl.SSLContext | None = None,
        tunnel: tuple[str, int] | None = None,
        hours: float | None = 0,
        handler: type[BaseRequestHandler] = Handler,
    ) -> None:
        super().__init__((HERE, 0), handler)
        self.received, self.tunnel, self.hours = Received(), tunnel, hours
        self.respond = respond or (lambda *_request: Reply(200, {"Content-Type": "application/json"}, b"{}"))
        self.tls = tls is not None
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def place(self) -> tuple[str, int]:
        return HERE, self.server_port

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://{HERE}:{self.server_port}"

    def clock(self) -> dict[str, str]:
        """Its time in the response headers, so many hours ahead; None: it tells none."""
        if self.hours is None:
            return {}
        now = datetime.now(timezone.utc) + timedelta(hours=self.hours)
        return {"Date": format_datetime(now, usegmt=True)}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Handshakes that fail are meant to fail."""


@contextlib.contextmanager
def listening(listener: Listener) -> Iterator[Listener]:
    with listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            listener.shutdown()
            thread.join()


class Certificates:
    """Contexts of servers with certificates of every kind; the CA is in `ca_path`, another one in `other_path`."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._number = directory, 0
        self.authority = Authority()
        self.ca_path, self.other_path = directory / "ca.pem", directory / "other.pem"
        self.ca_path.write_text(self.authority.root_pem)
        self.other_path.write_text(Authority().root_pem)

    def of(self, *names: str, now: float | None = None) -> ssl.SSLContext:
        """One of our CA, for names, made at a moment."""
        return self._context("".join(self.authority.server(names or (HERE,), now or time.time())))

    def self_signed(self) -> ssl.SSLContext:
        key, start = new_key(), datetime.now(timezone.utc) - timedelta(days=1)
        return self._context(pem(Signer(HERE, key).sign(HERE, key, ["localhost"], start=start)) + key_pem(key))

    def old_tls(self) -> ssl.SSLContext:
        """A valid certificate, and no TLS that is newer than 1.1."""
        context = self.of(HERE)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        return context

    def _context(self, text: str) -> ssl.SSLContext:
        self._number += 1
        file = self._directory / f"server{self._number}.pem"
        file.write_text(text)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def can_be_reached(listener: Listener) -> bool:
    """Whether a client that trusts every server gets a response: the server is there, and it counts."""
    before = len(listener.received.requests)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    with contextlib.suppress(OSError), socket.create_connection(listener.place, 10) as plain:
        client = context.wrap_socket(plain) if listener.tls else plain
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while client.recv(65536):
            pass
        client.close()
    return len(listener.received.requests) == before + 1
