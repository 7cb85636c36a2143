# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Fetching a validation file as a CA does: port 80, each address of the name, no redirect, no proxy."""

from __future__ import annotations

import errno
import http.client
import socket
from collections.abc import Iterable
from contextlib import closing
from typing import NamedTuple
from urllib.parse import urlsplit

from .._text import quoted, shown
from .reach import has_no_ipv6_to

TIMEOUT = 10.0
_LARGEST = 65_536
_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Fetched(NamedTuple):
    """What one address served; ``problem`` is None where it was right, or where this machine has no way to it."""

    address: str
    problem: str | None = None
    unreachable: bool = False


def fetch_validation(
    url: str, content: str | None, addresses: Iterable[str], timeout: float = TIMEOUT
) -> list[Fetched]:
    """Fetch a URL from each address. Without content, any response but a redirect or a fault of the server is right."""
    return [_fetch(url, None if content is None else content.encode(), address, timeout) for address in addresses]


def _fetch(url: str, content: bytes | None, address: str, timeout: float) -> Fetched:
    parts = urlsplit(url)
    try:
        with closing(http.client.HTTPConnection(address, parts.port or 80, timeout=timeout)) as connection:
            connection.putrequest("GET", parts.path or "/", skip_host=True, skip_accept_encoding=True)
            for header, value in (("Host", parts.netloc), ("Accept", "*/*"), ("Connection", "close")):
                connection.putheader(header, value)
            connection.endheaders()
            response = connection.getresponse()
            body = response.read(_LARGEST)
            return Fetched(address, _wrong(response, body, content))
    except (OSError, http.client.HTTPException) as error:
        if ":" in address and (_has_no_route(error) or (_is_silence(error) and has_no_ipv6_to(address))):
            return Fetched(address, unreachable=True)
        return Fetched(address, _said(error, parts.port or 80))


def _is_silence(error: Exception) -> bool:
    return isinstance(error, (TimeoutError, socket.timeout))  # two kinds before Python 3.10


def _has_no_route(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _NO_ROUTE


def _said(error: Exception, port: int) -> str:
    if _is_silence(error):
        return f"does not respond on port {port}"
    if isinstance(error, ConnectionRefusedError):
        return f"refuses connections to port {port}"
    if _has_no_route(error):
        return "cannot be reached from this machine"
    return f"sends on port {port} what is not a valid HTTP response"


def _wrong(response: http.client.HTTPResponse, body: bytes, content: bytes | None) -> str | None:
    if 300 <= response.status < 400:
        return f"redirects to {shown(response.getheader('Location') or 'nowhere')}, which a CA does not follow"
    if response.status >= 500 or (content is None and response.status in (401, 407)):
        return f"responds with the status {response.status}"
    if content is None:
        return None
    if response.status != 200:
        return f"responds with the status {response.status} instead of the file"
    if body != content:
        return f"serves another content ({quoted(body[:60].decode('utf-8', 'replace'))})"
    return None
