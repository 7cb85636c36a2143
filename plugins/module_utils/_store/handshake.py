# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""A TLS handshake that is only made to see the server's certificate, over a connection with one deadline."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress

_CHUNK, _MOST = 16 * 1024, 256 * 1024
# Of TLS records and of the messages of a handshake (RFC 5246).
_HANDSHAKE, _CERTIFICATE, _CERTIFICATE_REQUEST = 22, 11, 13


class Wire:
    """A connection; whatever is sent and received over it has to be done at one moment of ``monotonic``."""

    def __init__(self, plain: socket.socket, until: float, monotonic: Callable[[], float]) -> None:
        self._plain, self._until, self._monotonic = plain, until, monotonic
        self._rest, self._received = b"", 0

    def send(self, data: bytes) -> None:
        self._limit()
        self._plain.sendall(data)

    def receive(self) -> bytes:
        """What comes next, at least one byte. Raises ConnectionResetError where nothing comes any more."""
        if self._rest:
            data, self._rest = self._rest, b""
            return data
        self._limit()
        data = self._plain.recv(_CHUNK)
        self._received += len(data)
        if not data or self._received > _MOST:
            raise ConnectionResetError
        return data

    def line(self) -> bytes:
        """The next line, without its line break."""
        data = b""
        while b"\n" not in data:
            data += self.receive()
        found, _end, self._rest = data.partition(b"\n")
        return found.rstrip(b"\r")

    def exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += self.receive()
        self._rest = data[count:]
        return data[:count]

    def _limit(self) -> None:
        left = self._until - self._monotonic()
        if left <= 0:
            raise socket.timeout
        self._plain.settimeout(left)


def served_certificate(wire: Wire, name: str | None) -> bytes:
    """The certificate of a TLS server, in DER. It is not verified, only read.

    A server that demands a certificate of its clients ends the handshake without one; what it has shown by then counts.
    """
    incoming, outgoing, seen = ssl.MemoryBIO(), ssl.MemoryBIO(), b""
    tls = _context().wrap_bio(incoming, outgoing, server_hostname=name)
    try:
        while not _is_done(tls):
            wire.send(outgoing.read())
            data = wire.receive()
            seen += data
            incoming.write(data)
    except (ssl.SSLError, ConnectionError):
        shown = _before_it_ended(seen)
        if shown is None:
            raise
        return shown
    with suppress(OSError):  # a server that hears nothing more complains in its log
        wire.send(outgoing.read())
    return tls.getpeercert(binary_form=True) or b""


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _is_done(tls: ssl.SSLObject) -> bool:
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _before_it_ended(seen: bytes) -> bytes | None:
    """The first certificate in what a server sent, up to TLS 1.2, if it also demanded one of the client."""
    messages = dict(_messages(seen))
    if _CERTIFICATE_REQUEST not in messages or _CERTIFICATE not in messages:
        return None
    body = messages[_CERTIFICATE]
    size = int.from_bytes(body[3:6], "big")
    return body[6 : 6 + size] or None


def _messages(seen: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages of a handshake that are not encrypted, each with its type."""
    text, at = b"", 0
    while len(seen) - at > 5 and seen[at] == _HANDSHAKE:
        size = int.from_bytes(seen[at + 3 : at + 5], "big")
        text += seen[at + 5 : at + 5 + size]
        at += 5 + size
    at = 0
    while len(text) - at >= 4:
        size = int.from_bytes(text[at + 1 : at + 4], "big")
        yield text[at], text[at + 4 : at + 4 + size]
        at += 4 + size
