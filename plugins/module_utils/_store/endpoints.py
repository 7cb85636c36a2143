# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Where a certificate is served: the option ``endpoints``, and the name to ask each of them for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from .._errors import InvalidOption
from .._text import one_line, quoted
from .._x509.hostnames import WILDCARD, a_labels, base, uncovered
from .._x509.idn import to_ascii

_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:/\[\]]+)):([0-9]{1,5})")
# Those that starttls.py knows, which is loaded where one is given.
PROTOCOLS = ("smtp", "imap", "pop3", "ldap", "postgres", "mysql", "ftp")
_KEYS = ("address", "server_name", "starttls")


@dataclass(frozen=True)
class Endpoint:
    """A host and a port; ``text`` is how results call it."""

    host: str
    port: int
    server_name: str | None = None
    starttls: str | None = None
    text: str = field(default="", compare=False)


def read_endpoints(values: Sequence[Any] | None) -> list[Endpoint]:
    """Each one ``host:port``, or a mapping with ``address``, ``server_name`` and ``starttls``."""
    return [_read(value if isinstance(value, Mapping) else {"address": value}) for value in values or ()]


def _read(value: Mapping[str, Any]) -> Endpoint:
    strange = [str(key) for key in value if key not in _KEYS]
    if strange:
        raise InvalidOption("endpoints", f"unknown key {quoted(strange[0])}; use {', '.join(_KEYS)}.")
    host, port, address = _host_and_port(value.get("address"))
    starttls, name = value.get("starttls"), value.get("server_name")
    if starttls is not None and starttls not in PROTOCOLS:
        raise InvalidOption(
            "endpoints", f"{quoted(starttls)} is not a protocol with STARTTLS; give {', '.join(PROTOCOLS)}."
        )
    name = None if name is None else _server_name(name)
    more = ", ".join(filter(None, (name, starttls)))
    return Endpoint(host, port, name, starttls, f"{address} ({more})" if more else address)


def _host_and_port(value: Any) -> tuple[str, int, str]:
    text = one_line(value) if isinstance(value, str) else ""
    found = _ADDRESS.fullmatch(text)
    port = int(found.group(3)) if found else 0
    if not found or not 0 < port < 65536 or (found.group(1) and not is_address(found.group(1))):
        raise InvalidOption(
            "endpoints",
            f"{quoted('' if value is None else value)} is not a valid endpoint; give host:port, or [address]:port for "
            "IPv6.",
        )
    return found.group(1) or to_ascii(found.group(2), "endpoints", text).lower(), port, text


def _server_name(value: Any) -> str:
    name = a_labels(str(value), "endpoints")
    if name.startswith(WILDCARD):
        raise InvalidOption("endpoints", f"server_name: {quoted(value)} is a wildcard; give a name that it covers.")
    return name


def server_name(endpoint: Endpoint, names: Sequence[str]) -> str | None:
    """The name to ask for: the given one, the host's if the certificate is for it, else one that it is for."""
    if endpoint.server_name:
        return endpoint.server_name
    if not is_address(endpoint.host) and not uncovered([endpoint.host], names):
        return endpoint.host
    single = next((name for name in names if not name.startswith(WILDCARD)), None)
    return single or next((f"www.{base(name)}" for name in names), None)


def is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
