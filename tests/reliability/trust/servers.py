# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that deserve no trust, proxies that listen, and what arrived at each of them."""

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

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.emulator.core.reply import Reply
from tests.emulator.orders.ca import Authority, pem, private_pem

Response = Callable[[str, str, Mapping[str, str], bytes], Reply]
HERE = "127.0.0.1"


@dataclass
class Seen:
    """What arrived: whole requests, signed ones, and the bytes that a tunnel carried."""

    requests: list[str] = field(default_factory=list)
    signed: int = 0
    carried: bytearray = field(default_factory=bytearray)


class Handler(BaseHTTPRequestHandler):
    """Notes what comes and passes it on to whoever answers."""

    protocol_version = "HTTP/1.1"
    server: Listener

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.seen.requests.append(f"{self.command} {self.path}")
        self.server.seen.signed += "authorization" in self.headers
        reply = self.server.answer(self.command, self.path, dict(self.headers.items()), body)
        self.send_response_only(reply.status)
        fixed = {"Content-Length": str(len(reply.body)), **self.server.clock(), **reply.headers}
        for name, value in fixed.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = _answer

    def do_CONNECT(self) -> None:
        self.server.seen.requests.append(f"CONNECT {self.path}")
        self.server.seen.signed += "authorization" in self.headers
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
                self.server.seen.carried += data
                ends[ready].sendall(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody asked."""


class Deaf(BaseRequestHandler):
    """Speaks plain HTTP, whatever it is told."""

    server: Listener

    def handle(self) -> None:
        said = self.request.recv(65536)
        self.server.seen.signed += b"authorization" in said.lower()
        self.server.seen.requests += ["GET"] if said.startswith(b"GET ") else []
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


class Listener(ThreadingHTTPServer):
    """A server; without an answer it says that all is well, without a tunnel it refuses to be a proxy."""

    daemon_threads = True

    def __init__(
        self,
        answer: Response | None = None,
        tls: ssl.SSLContext | None = None,
        tunnel: tuple[str, int] | None = None,
        hours: float | None = 0,
        handler: type[BaseRequestHandler] = Handler,
    ) -> None:
        super().__init__((HERE, 0), handler)
        self.seen, self.tunnel, self.hours = Seen(), tunnel, hours
        self.answer = answer or (lambda *_request: Reply(200, {"Content-Type": "application/json"}, b"{}"))
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
        """The time that it tells, so many hours ahead; None: it tells none."""
        if self.hours is None:
            return {}
        now = datetime.now(timezone.utc) + timedelta(hours=self.hours)
        return {"Date": format_datetime(now, usegmt=True)}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Handshakes that fail are what is tried here."""


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

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        self.authority = Authority()
        self.ca_path, self.other_path = folder / "ca.pem", folder / "other.pem"
        self.ca_path.write_text(self.authority.root_pem)
        self.other_path.write_text(Authority().root_pem)

    def of(self, *names: str, now: float | None = None) -> ssl.SSLContext:
        """One of our CA, for names, made at a moment."""
        return self._context("".join(self.authority.server(names or (HERE,), now or time.time())))

    def self_signed(self) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HERE)])
        now = datetime.now(timezone.utc)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
        return self._context(pem(certificate) + private_pem(key))

    def old(self) -> ssl.SSLContext:
        """A good certificate, and no TLS that is newer than 1.1."""
        context = self.of(HERE)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        return context

    def _context(self, text: str) -> ssl.SSLContext:
        self._number += 1
        file = self._folder / f"server{self._number}.pem"
        file.write_text(text)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def can_be_reached(listener: Listener) -> bool:
    """Whether a client that trusts everybody gets an answer: the server is there, and it counts."""
    before = len(listener.seen.requests)
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
    return len(listener.seen.requests) == before + 1
