# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which certificate an endpoint shows: a handshake with each of its addresses."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

from .._errors import InvalidCertificate, InvalidOption
from .._text import one_line, quoted
from .._x509.certificate import read_certificate
from .._x509.hostnames import WILDCARD, base, uncovered
from .._x509.idn import to_ascii
from .model import Served

# Seconds for one address, and between two looks.
_PATIENCE, _PAUSE = 5.0, 0.5
# What says that there is no way from here, and nothing of what is served there.
_NO_WAY = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@dataclass(frozen=True)
class Endpoint:
    host: str
    port: int


def read_endpoint(text: str | None) -> Endpoint | None:
    """``host:port`` or ``[v6]:port``."""
    if text is None:
        return None
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:/\[\]]+)):([0-9]{1,5})", text.strip())
    port = int(found.group(3)) if found else 0
    if not found or not 0 < port < 65536 or (found.group(1) and not _is_address(found.group(1))):
        raise InvalidOption(
            "endpoint", f"{quoted(text)} is not a valid endpoint; give host:port, or [address]:port for IPv6."
        )
    return Endpoint(found.group(1) or to_ascii(found.group(2), "endpoint", text).lower(), port)


def server_name(endpoint: Endpoint, names: Sequence[str]) -> str | None:
    """The name to ask for: the host's if the certificate is for it, else one that the certificate is for."""
    if not _is_address(endpoint.host) and not uncovered([endpoint.host], names):
        return endpoint.host
    single = next((name for name in names if not name.startswith(WILDCARD)), None)
    return single or next((f"www.{base(name)}" for name in names), None)


def look_until(
    done: Callable[[list[Served]], bool],
    look: Callable[[], list[Served]],
    timeout: float,
    monotonic: Callable[[], float],
    sleep: Callable[[float], None],
) -> list[Served]:
    """Look again until it is ``done`` or the seconds are over; the last look counts."""
    end = monotonic() + timeout
    found = look()
    while not done(found) and monotonic() < end:
        sleep(min(_PAUSE, max(0.0, end - monotonic())))
        found = look()
    return found


def look_at(endpoint: Endpoint, name: str | None) -> list[Served]:
    """A handshake with every address of the host. Nothing is verified: the certificate is only read."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return [Served(endpoint.host, problem="the name cannot be resolved")]
    addresses = dict.fromkeys((family, address) for family, _type, _protocol, _name, address in found)
    return [_handshake(family, address, name) for family, address in addresses]


def _handshake(family: int, address: Any, name: str | None) -> Served:
    shown = str(address[0])
    try:
        with socket.socket(family, socket.SOCK_STREAM) as plain:
            plain.settimeout(_PATIENCE)
            plain.connect(address)
            with _context().wrap_socket(plain, server_hostname=name) as secured:
                return _described(shown, secured.getpeercert(binary_form=True) or b"")
    except OSError as error:
        return Served(shown, problem=_problem(error), unreachable=error.errno in _NO_WAY)
    except ValueError:
        return Served(shown, problem="no TLS: the name to ask for is none")


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _described(address: str, der: bytes) -> Served:
    try:
        certificate = read_certificate(ssl.DER_cert_to_PEM_cert(der), address)
    except InvalidCertificate:
        return Served(address, None, sha256(der).digest().hex(":").upper(), "the served certificate cannot be read")
    return Served(address, certificate.serial_number, certificate.sha256_fingerprint)


def _problem(error: OSError) -> str:
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "timed out"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, ssl.SSLError):
        return f"no TLS: {one_line(error.reason or 'the handshake failed').replace('_', ' ').lower()}"
    if isinstance(error, ConnectionError):
        return "no TLS: the connection was cut"
    return one_line(error.strerror).lower() or "no connection"


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
