# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which certificate an endpoint shows: a handshake with each of its addresses."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from .._errors import InvalidCertificate
from .._text import one_line
from .._x509.certificate import read_certificate
from .endpoints import Endpoint
from .handshake import Wire, served_certificate
from .model import Served
from .starttls import NoStartTls, start_tls

# Seconds for one address, and between two looks.
_PATIENCE, _PAUSE = 5.0, 0.5
# What says that there is no way from here, and nothing of what is served there.
_NO_WAY = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


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
        return [Served(endpoint.host, problem="the name cannot be resolved", endpoint=endpoint.text)]
    addresses = dict.fromkeys((family, address) for family, _type, _protocol, _name, address in found)
    looks = [_handshake(family, address, endpoint.starttls, name) for family, address in addresses]
    return [each._replace(endpoint=endpoint.text) for each in looks]


def _handshake(family: int, address: Any, starttls: str | None, name: str | None) -> Served:
    shown, until = str(address[0]), time.monotonic() + _PATIENCE
    try:
        with socket.socket(family, socket.SOCK_STREAM) as plain:
            plain.settimeout(_PATIENCE)
            plain.connect(address)
            wire = Wire(plain, until, time.monotonic)
            if starttls:
                start_tls(starttls, wire)
            return _described(shown, served_certificate(wire, name))
    except NoStartTls as refused:
        return Served(shown, problem=f"no STARTTLS: {refused}")
    except OSError as error:
        return Served(shown, problem=_problem(error), unreachable=error.errno in _NO_WAY)
    except ValueError:
        return Served(shown, problem="no TLS: the name to ask for is none")


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
