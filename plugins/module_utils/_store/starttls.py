# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""How a connection becomes a TLS connection, for protocols that begin without it."""

from __future__ import annotations

from collections.abc import Callable

from .._text import one_line
from .handshake import Wire

_LDAP_OID = b"1.3.6.1.4.1.1466.20037"
# Capabilities of a MySQL client: protocol 4.1, TLS, secure authentication; then 16 MiB packets, UTF-8, filler.
_MYSQL = (0x200 | 0x800 | 0x8000).to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + b"\x21" + bytes(23)


class NoStartTls(Exception):
    """The server does not change to TLS; the text says what it said instead."""


def start_tls(protocol: str, wire: Wire) -> None:
    """Ask the server to change to TLS. Raises NoStartTls, and OSError as any connection does."""
    STARTTLS[protocol](wire)


def _smtp(wire: Wire) -> None:
    _expect(_reply(wire), b"220")
    wire.send(b"EHLO localhost\r\n")
    _expect(_reply(wire), b"250")
    wire.send(b"STARTTLS\r\n")
    _expect(_reply(wire), b"220")


def _ftp(wire: Wire) -> None:
    _expect(_reply(wire), b"220")
    wire.send(b"AUTH TLS\r\n")
    _expect(_reply(wire), b"234")


def _reply(wire: Wire) -> bytes:
    """The last line of a reply of SMTP or FTP: the one with a blank after its number."""
    line = wire.line()
    while not (line[:3].isdigit() and line[3:4] in (b" ", b"")):
        line = wire.line()
    return line


def _pop3(wire: Wire) -> None:
    _expect(wire.line(), b"+OK")
    wire.send(b"STLS\r\n")
    _expect(wire.line(), b"+OK")


def _imap(wire: Wire) -> None:
    _expect(wire.line(), b"* OK")
    wire.send(b"a STARTTLS\r\n")
    line = wire.line()
    while line.startswith(b"*"):
        line = wire.line()
    _expect(line, b"a OK")


def _ldap(wire: Wire) -> None:
    """An extended request (RFC 4511, 4.14); the response has its result code as the first enumerated value."""
    name = b"\x80" + bytes([len(_LDAP_OID)]) + _LDAP_OID
    request = b"\x02\x01\x01\x77" + bytes([len(name)]) + name
    wire.send(b"\x30" + bytes([len(request)]) + request)
    head = wire.exactly(2)
    if head[0] != 0x30:
        raise NoStartTls(_said(head))
    long = head[1] & 0x7F if head[1] & 0x80 else 0
    size = int.from_bytes(wire.exactly(long), "big") if long else head[1]
    if b"\x0a\x01\x00" not in wire.exactly(size):
        raise NoStartTls("the server refused it")


def _postgres(wire: Wire) -> None:
    wire.send(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
    if wire.exactly(1) != b"S":
        raise NoStartTls("the server has TLS switched off")


def _mysql(wire: Wire) -> None:
    """The server's greeting, a packet with its length and its number; then ours, which asks for TLS only."""
    head = wire.exactly(4)
    greeting = wire.exactly(int.from_bytes(head[:3], "little"))
    after_version = greeting.find(b"\0") + 1
    # Number of the connection, first part of the challenge, a zero; then the lower half of the capabilities.
    capabilities = int.from_bytes(greeting[after_version + 13 : after_version + 15], "little")
    if not greeting.startswith(b"\x0a") or not capabilities & 0x800:
        raise NoStartTls("the server has TLS switched off")
    wire.send(len(_MYSQL).to_bytes(3, "little") + b"\x01" + _MYSQL)


def _expect(line: bytes, begin: bytes) -> None:
    if not line.startswith(begin):
        raise NoStartTls(_said(line))


def _said(line: bytes) -> str:
    return f"the server said {one_line(line.decode('ascii', 'replace'), 60)!r}"


STARTTLS: dict[str, Callable[[Wire], None]] = {
    "smtp": _smtp,
    "imap": _imap,
    "pop3": _pop3,
    "ldap": _ldap,
    "postgres": _postgres,
    "mysql": _mysql,
    "ftp": _ftp,
}
