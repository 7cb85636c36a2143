# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP exchange, over requests. Tells "never sent" from "no answer"."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import BadInput, MissingLibrary, NoAnswer

if TYPE_CHECKING:
    from requests import Response

_MAX_ANSWER = 32 * 1024 * 1024


class Request(NamedTuple):
    """What is sent. Parameters travel in the URL, so its ``repr`` has none."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Request({self.method})"


class Answer(NamedTuple):
    """What came back; header names are lower case. A private key may be in the body, so its ``repr`` has none."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.status})"


Transport = Callable[[Request, float], Answer]


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
        self._verify = (ca_path or _system_store()) if validate_certs else False

    def __call__(self, request: Request, timeout: float) -> Answer:
        try:
            with self._session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.body or None,
                timeout=timeout,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, _read(response))
        except (self._requests.RequestException, self._urllib3.LocationParseError, OSError, ValueError) as error:
            from .broken import explain

            raise explain(error, timeout) from None

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
        if os.path.isdir(path):
            os.listdir(path)
        else:
            ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError):
        raise BadInput(
            "ca_path", "there is no folder, and no file with certificates in PEM, that can be read."
        ) from None


def _system_store() -> str | bool:
    """The system's certificate store, or True for the one that requests brings along."""
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return True
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return paths.cafile
    return paths.capath if paths.capath and os.listdir(paths.capath) else True


def _read(response: Response) -> bytes:
    body = b""
    for chunk in response.iter_content(65536):
        body += chunk
        if len(body) > _MAX_ANSWER:
            raise NoAnswer(f"The answer is longer than {_MAX_ANSWER >> 20} MiB; it was not read to its end.")
    return body
