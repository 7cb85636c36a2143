# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Fetching a list of revoked certificates (CRL), from where a certificate says that it is.

That address was written by the CA: only a public name on the usual port is asked, and no password is sent.
"""

from __future__ import annotations

import re
import time
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from .._errors import Failure, MissingLibrary

# Seconds for the connection, for each part of the response, and for all of it.
_TO_CONNECT, _PATIENCE, _LONGEST = 3.0, 5.0, 15.0
_LARGEST = 16 * 1024 * 1024
_MOST_REDIRECTS = 3
_TOP, _PRIVATE = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]+", re.ASCII), ("local", "localhost", "internal", "lan", "home")
_PORTS = {"http": 80, "https": 443}


def fetch_list(url: str, is_local: bool = False) -> bytes:
    """What is at a URL. With ``is_local``, this machine alone is asked, as with an emulator.

    Raises Failure, with the end of a sentence.
    """
    requests, deadline = _library(), time.monotonic() + _LONGEST
    with requests.Session() as session:
        session.trust_env = False  # of the environment, proxies count, and passwords do not
        session.get_redirect_target = lambda response: None
        for _redirect in range(_MOST_REDIRECTS + 1):
            _refuse_strange(url, is_local)
            content, target = _exchange(requests, session, url, deadline)
            if target is None:
                return content
            url = urljoin(url, target)
    raise Failure("it is redirected too often")


def _library() -> Any:
    try:
        import requests
    except ImportError:
        raise MissingLibrary("requests") from None
    return requests


def _refuse_strange(url: str, is_local: bool) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Failure("its address is not valid") from None
    if parts.scheme not in _PORTS or parts.username is not None:
        raise Failure("its address is not one of http:// or https://")
    if is_local != _is_this_machine(host):
        raise Failure("only this machine is asked with an emulator" if is_local else "its address is not a public one")
    if not is_local and (not _is_public_name(host) or port not in (None, _PORTS[parts.scheme])):
        raise Failure("its address is not a public one")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_public_name(host: str) -> bool:
    """By its form: a name of several labels, not an address."""
    try:
        ip_address(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        return len(labels) > 1 and bool(_TOP.fullmatch(labels[-1])) and labels[-1] not in _PRIVATE
    return False


def _exchange(requests: Any, session: Any, url: str, deadline: float) -> tuple[bytes, str | None]:
    """The content, or where a redirect leads."""
    proxies = requests.utils.get_environ_proxies(url)
    try:
        with session.get(
            url,
            headers={"accept-encoding": "identity"},
            timeout=(_TO_CONNECT, _PATIENCE),
            proxies=proxies,
            allow_redirects=False,
            stream=True,
        ) as response:
            target = response.headers.get("location")
            if target and 300 <= response.status_code < 400:
                return b"", str(target)
            if response.status_code != 200:
                raise Failure(f"the response has the status {response.status_code}")
            return _content(response, deadline), None
    except requests.exceptions.SSLError:
        raise Failure("the certificate of its server was not accepted") from None
    except requests.exceptions.Timeout:
        raise Failure("no response in time") from None
    except requests.exceptions.ConnectionError:
        raise Failure("no connection could be made") from None
    except (requests.RequestException, OSError, ValueError):
        raise Failure("the response is not valid") from None


def _content(response: Any, deadline: float) -> bytes:
    found = b""
    for chunk in response.iter_content(65536):
        found += chunk
        if len(found) > _LARGEST:
            raise Failure(f"it is longer than {_LARGEST >> 20} MiB")
        if time.monotonic() > deadline:
            raise Failure("it is not complete in time")
    return found
