# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""One HTTP exchange, over requests. Tells "never sent" from "no response"."""

from __future__ import annotations

import os
import ssl
import stat
import zlib
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .._errors import InvalidOption, InvalidRequest, MissingLibrary, NoResponse

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
        if ca_path and validate_certs:
            _check_store(ca_path)
        self._session = self._requests.Session()
        self._session.auth = lambda prepared: prepared
        # Looking where a redirect leads would read its body, whatever its length.
        self._session.get_redirect_target = lambda response: None
        self._verify = (ca_path or _system_store()) if validate_certs else False

    def __call__(self, request: Request, timeout: float) -> Response:
        try:
            if request.url.startswith("http:"):
                self._refuse_listener(request.url)
            with self._session.request(
                request.method,
                request.url,
                headers={"accept-encoding": "gzip", **request.headers},
                data=request.body or None,
                timeout=timeout,
                verify=self._verify,
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
            from .network_errors import explain

            raise explain(error, timeout) from None

    def _refuse_listener(self, url: str) -> None:
        """Plain http is for this machine only: a proxy elsewhere would read what is signed."""
        proxies = self._requests.utils.get_environ_proxies(url)
        proxy = self._requests.utils.select_proxy(url, proxies)
        if proxy and not is_loopback(urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or ""):
            raise InvalidRequest(
                "A proxy is set, and would read what goes to the endpoint over plain http; nothing was sent. "
                "Name the endpoint's host in no_proxy, or use https://."
            )

    def close(self) -> None:
        """Close its connections: a failure that is still looked at would keep them open."""
        self._session.close()


def _libraries() -> tuple[Any, Any]:
    """requests and the exceptions under it, imported where the network is reached for and nowhere else."""
    try:
        import requests
        from urllib3 import exceptions
    except ImportError:
        raise MissingLibrary("requests") from None
    return requests, exceptions


def _check_store(path: str) -> None:
    """A store that cannot be read would look like a broken connection later."""
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
        if kind == stat.S_IFDIR:
            os.listdir(path)
        elif kind == stat.S_IFREG:
            ssl.create_default_context(cafile=path)
        else:
            raise OSError("a pipe or a device may never end")
    except (OSError, ValueError):
        raise InvalidOption("ca_path", "give a readable PEM file, or a directory of CA certificates.") from None


def _system_store() -> str | bool:
    """The system's certificate store, or True for the one that requests brings along."""
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return True
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return paths.cafile
    return paths.capath if paths.capath and os.listdir(paths.capath) else True


def _read(response: RequestsResponse) -> bytes:
    """The body, unpacked no further than it can be used: few bytes can stand for many."""
    unpack = _unpacker(response.headers.get("content-encoding", "").strip().lower())
    body = b""
    for chunk in response.raw.stream(65536, decode_content=False):
        body += unpack.decompress(chunk, _MAX_ANSWER + 1 - len(body)) if unpack else chunk
        if len(body) > _MAX_ANSWER:
            raise NoResponse(f"The response is longer than {_MAX_ANSWER >> 20} MiB; the rest was not read.")
    if unpack and not unpack.eof:
        raise ValueError("the end is missing")
    return body


def _unpacker(encoding: str) -> Any:
    """What undoes the one packing that is asked for; None where there is none."""
    if encoding in ("", "identity"):
        return None
    if encoding not in ("gzip", "x-gzip"):
        raise NoResponse("The response has an unsupported Content-Encoding.")
    return zlib.decompressobj(_GZIP)
