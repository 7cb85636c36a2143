# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""ACS3-HMAC-SHA256, Alibaba Cloud's V3 request signature. Pure: clock and nonce are arguments.

Source: "Request body and signature mechanism V3" in Alibaba Cloud's SDK documentation.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from .._errors import InvalidRequest

ALGORITHM = "ACS3-HMAC-SHA256"


def flatten(params: Mapping[str, Any]) -> dict[str, str]:
    """Spell nested parameters as the RPC style does: ``{"Tags": [{"Key": "a"}]}`` is ``{"Tags.1.Key": "a"}``.

    Null values are left out, empty text stays, booleans are lower case.
    """
    return {name: text for key, value in params.items() for name, text in _spell(key, value)}


def _spell(name: str, value: Any) -> Iterable[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        members: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, (list, tuple)):
        members = enumerate(value, start=1)
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)
        return
    for member, inner in members:
        yield from _spell(f"{name}.{member}", inner)


def canonical_query(params: Mapping[str, str]) -> str:
    """Flat parameters, percent-encoded as UTF-8 and sorted by name: what is signed and what is sent."""
    return "&".join(f"{_encode(name)}={_encode(params[name])}" for name in sorted(params))


def _encode(text: str) -> str:
    try:
        return quote(text, safe="~")
    except UnicodeEncodeError:
        raise InvalidRequest("A parameter has half of a character (a lone surrogate); nothing was sent.") from None


def canonical_request(method: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    """The text whose hash is signed; ``headers`` are the ones to sign, names in any case."""
    lines = {name.lower(): value.strip() for name, value in headers.items()}
    block = "".join(f"{name}:{lines[name]}\n" for name in sorted(lines))
    return "\n".join((method, "/", query, block, ";".join(sorted(lines)), hashlib.sha256(body).hexdigest()))


def signed_headers(
    *,
    method: str,
    host: str,
    action: str,
    version: str,
    query: str,
    body: bytes,
    access_key_id: str,
    access_key_secret: str,
    security_token: str | None,
    date: str,
    nonce: str,
) -> dict[str, str]:
    """All headers of one request, ``Authorization`` among them.

    ``date`` is UTC as ``YYYY-MM-DDTHH:MM:SSZ``; a body is a form.
    """
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-version": version,
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
    }
    if security_token:
        headers["x-acs-security-token"] = security_token
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    request = canonical_request(method, query, headers, body)
    try:
        to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.new(access_key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    except UnicodeEncodeError:
        raise InvalidRequest(
            "access_key_id, access_key_secret or security_token has characters that cannot be sent; nothing was sent."
        ) from None
    names = ";".join(sorted(headers))
    headers["Authorization"] = f"{ALGORITHM} Credential={access_key_id},SignedHeaders={names},Signature={signature}"
    return headers
