# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The options of dynamic updates, and every rule that they must keep before anything is sent."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from .._errors import InvalidOption
from .._text import quoted
from .exchange import DNS_PORT, Server
from .record_names import record_name

OPTION = "nsupdate"
LONGEST_TTL = 604_800
# As dnspython spells them; the last one has a second spelling.
ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha224", "hmac-sha1", "hmac-md5")
_MD5 = "hmac-md5.sig-alg.reg.int"

NSUPDATE: dict[str, Any] = {
    "server": {"type": "str", "required": True},
    "port": {"type": "int", "default": DNS_PORT},
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
    "zone": {"type": "str"},
    "ttl": {"type": "int", "default": 60},
    "key_name": {"type": "str"},
    "key_secret": {"type": "str", "no_log": True},
    "key_algorithm": {"type": "str", "default": ALGORITHMS[0]},
}


@dataclass(frozen=True)
class Nsupdate:
    """Where updates go and how they are signed. ``zone`` is None when the server is to be asked for it."""

    server: Server
    protocol: str = "tcp"
    zone: str | None = None
    ttl: int = 60
    key_name: str | None = None
    key_secret: str | None = field(default=None, repr=False)
    key_algorithm: str = ALGORITHMS[0]
    timeout: float = 10.0


def read_nsupdate(options: Mapping[str, Any]) -> Nsupdate:
    """Check the dictionary ``nsupdate`` and say what it asks for. Raises InvalidOption."""
    unknown = sorted(str(key) for key in options if key not in NSUPDATE)
    if unknown:
        raise InvalidOption(
            f"{OPTION}.{unknown[0]}", f"this key is not valid; the keys of {OPTION} are {', '.join(NSUPDATE)}."
        )
    given = {key: value for key, value in options.items() if value is not None and value != ""}
    key_name, key_secret = _key(given)
    zone = given.get("zone")
    return Nsupdate(
        server=Server(_address(given.get("server")), _number(given, "port", 65_535)),
        protocol=_choice(given, "protocol", ("tcp", "udp")),
        zone=None if zone is None else record_name(str(zone), f"{OPTION}.zone"),
        ttl=_number(given, "ttl", LONGEST_TTL),
        key_name=key_name,
        key_secret=key_secret,
        key_algorithm=_choice(given, "key_algorithm", ALGORITHMS),
    )


def _address(value: object) -> str:
    option = f"{OPTION}.server"
    if value is None:
        raise InvalidOption(option, "give the IP address of the name server that takes the updates.")
    try:
        return str(ip_address(str(value).strip()))
    except ValueError:
        raise InvalidOption(
            option, f"{quoted(value)} is not an IP address; give the address of the name server, such as 192.0.2.53."
        ) from None


def _number(given: Mapping[str, Any], key: str, most: int) -> int:
    value = given.get(key, NSUPDATE[key]["default"])
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most):
        raise InvalidOption(f"{OPTION}.{key}", f"{quoted(value)} is not valid; give a number from 1 to {most}.")
    return int(text)


def _choice(given: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> str:
    text = str(given.get(key, NSUPDATE[key]["default"])).strip().lower().rstrip(".")
    value = "hmac-md5" if text == _MD5 else text
    if value not in choices:
        raise InvalidOption(f"{OPTION}.{key}", f"{quoted(given[key])} is not valid; use one of {', '.join(choices)}.")
    return value


def _key(given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Both halves of the key, or neither: some servers take updates by address alone."""
    name, secret = given.get("key_name"), given.get("key_secret")
    if secret is None and name is None:
        return None, None
    if secret is None:
        raise InvalidOption(f"{OPTION}.key_secret", "give the secret of the key that key_name names.")
    if name is None:
        raise InvalidOption(f"{OPTION}.key_name", "give the name of the key that key_secret belongs to.")
    return record_name(str(name), f"{OPTION}.key_name"), _secret(str(secret))


def _secret(text: str) -> str:
    """The secret itself is never shown."""
    option = f"{OPTION}.key_secret"
    if text != text.strip() or len(text.split()) > 1:
        raise InvalidOption(
            option,
            "it contains a line end or a blank, as text from a file or a YAML block often does; use the filter trim.",
        )
    try:
        if b64decode(text, validate=True):
            return text
    except (binascii.Error, ValueError):
        pass
    raise InvalidOption(option, "it is not valid base64; copy the secret as the key file of the name server has it.")
