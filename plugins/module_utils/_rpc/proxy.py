# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The proxy that the environment names: whether it can be used, before anything is sent to it.

A file of its own, because most tasks have none.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from .._errors import InvalidRequest

_SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
_SCHEMES = ("http", "https", *_SOCKS)


def blank_proxies() -> dict[str, None]:
    """The schemes whose variable is set to blanks only: for requests, that there is no proxy for them."""
    return {scheme: None for scheme, value in getproxies_environment().items() if not value.strip()}


def proxy_of(requests: Any, url: str) -> str | None:
    """The proxy that a request goes through."""
    blank = blank_proxies()
    proxies = {scheme: at for scheme, at in requests.utils.get_environ_proxies(url).items() if scheme not in blank}
    found: str | None = requests.utils.select_proxy(url, proxies)
    return found


def refuse_unusable(proxy: str) -> None:
    """Raise InvalidRequest, with the variable's name, for a proxy that no request can go through."""
    name, parts = _variable(proxy), None
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InvalidRequest(
            f"{name}: the environment variable is not a valid address of a proxy; nothing was sent. Give one such as "
            "http://proxy.example.com:3128."
        )
    if parts and parts.scheme in _SOCKS and find_spec("socks") is None:
        raise InvalidRequest(
            f"{name}: the environment variable names a SOCKS proxy, which needs the Python package PySocks where the "
            "module runs; nothing was sent. Install it, or name an HTTP proxy."
        )


def _variable(proxy: str) -> str:
    """The name of the variable that has this value; its value may have a password in it."""
    names = (name for name, value in os.environ.items() if name.lower().endswith("_proxy") and value == proxy)
    return next(names, "The proxy")
