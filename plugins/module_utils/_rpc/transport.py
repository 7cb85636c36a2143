# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""One HTTP exchange, over requests. Tells "never sent" from "no response"."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .._errors import Failure, InvalidOption, InvalidRequest, MissingLibrary, NoResponse
from .trust_store import can_be_parsed, trust_store

if TYPE_CHECKING:
    from requests import Response as RequestsResponse

# A page of 50 orders has less than a hundredth of this; what is made of JSON can take thirty times its length.
_MAX_ANSWER = 4 * 1024 * 1024
_GZIP = zlib.MAX_WBITS | 16


class Request(NamedTuple):
    """What is sent. Parameters travel in the URL, so its ``repr`` has none."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Request({self.method})"


class Response(NamedTuple):
    """What came back; header names are lower case. A private key may be in the body, so its ``repr`` has none."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status})"


Transport = Callable[[Request, float], Response]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, without asking anybody."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class OverRequests:
    """A transport on one connection pool, which lives until it is closed.

    Proxy variables and ``REQUESTS_CA_BUNDLE`` count, ``.netrc`` does not, redirects are not followed: a
    signature is for one host.
    """

    def __init__(self, validate_certs: bool = True, ca_path: str | None = None) -> None:
        self._requests, self._urllib3 = _libraries()
        self._ca_path = ca_path
        # A path, in any case: without one, requests reads variables that are set and empty.
        self._verify = (trust_store(ca_path) or self._requests.certs.where()) if validate_certs else False
        self._session = self._requests.Session()
        self._session.auth = lambda prepared: prepared
        # Looking where a redirect leads would read its body, whatever its length.
        self._session.get_redirect_target = lambda response: None

    def __call__(self, request: Request, timeout: float) -> Response:
        try:
            named = _names_proxies()
            proxies = self._checked_proxies(request.url) if named else {}
            # Where no variable names a proxy, there is nothing to search for; macOS has settings of its own.
            self._session.trust_env = named or sys.platform == "darwin"
            with self._session.request(
                request.method,
                request.url,
                headers={"accept-encoding": "gzip", **request.headers},
                data=request.body or None,
                timeout=timeout,
                verify=self._verify,
                proxies=proxies,
                allow_redirects=False,
                stream=True,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Response(response.status_code, headers, _read(response))
        except (
            self._requests.RequestException,
            self._urllib3.HTTPError,
            OSError,
            OverflowError,
            ValueError,
            zlib.error,
        ) as error:
            raise self._failure(error, timeout) from None

    def _failure(self, error: Exception, timeout: float) -> Failure:
        from .network_errors import explain, is_of_trust_store  # most exchanges do not break

        if is_of_trust_store(error):
            try:
                trust_store(self._ca_path, can_be_parsed)
            except InvalidOption as damaged:
                return damaged
        return explain(error, timeout)

    def _checked_proxies(self, url: str) -> dict[str, None]:
        """The schemes that have no proxy, since their variable is blank.

        Plain http is for this machine only: a proxy elsewhere would read what is signed.
        """
        from .proxy import blank_proxies, proxy_of, refuse_unusable

        proxy = proxy_of(self._requests, url)
        if proxy:
            refuse_unusable(proxy)
            self._refuse_listener(url, proxy)
        return blank_proxies()

    def _refuse_listener(self, url: str, proxy: str) -> None:
        host = urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or ""
        if url.startswith("http:") and not is_loopback(host):
            raise InvalidRequest(
                "A proxy is set, and would read what goes to the endpoint over plain http; nothing was sent. "
                "Name the endpoint's host in no_proxy, or use https://."
            )

    def close(self) -> None:
        """Close its connections: a failure that is still looked at would keep them open."""
        self._session.close()


def _names_proxies() -> bool:
    return any(name.lower().endswith("_proxy") for name in os.environ)


def _libraries() -> tuple[Any, Any]:
    """requests and the exceptions under it, imported where the network is reached for and nowhere else."""
    try:
        import requests
        from urllib3 import exceptions
    except ImportError:
        raise MissingLibrary("requests") from None
    return requests, exceptions


def _read(response: RequestsResponse) -> bytes:
    """The body, unpacked no further than it can be used: few bytes can stand for many."""
    unpack = _unpacker(response.headers.get("content-encoding", "").strip().lower())
    body = b""
    for chunk in response.raw.stream(65536, decode_content=False):
        body += unpack.decompress(chunk, _MAX_ANSWER + 1 - len(body)) if unpack else chunk
        if len(body) > _MAX_ANSWER:
            raise NoResponse(
                f"The response is longer than {_MAX_ANSWER >> 20} MiB; the rest was not read. Check endpoint."
            )
    if unpack and not unpack.eof:
        raise ValueError("the end is missing")
    return body


def _unpacker(encoding: str) -> Any:
    """What undoes the one packing that is asked for; None where there is none."""
    if encoding in ("", "identity"):
        return None
    if encoding not in ("gzip", "x-gzip"):
        raise NoResponse("The response has an unsupported Content-Encoding: a proxy may be in between. Check endpoint.")
    return zlib.decompressobj(_GZIP)
