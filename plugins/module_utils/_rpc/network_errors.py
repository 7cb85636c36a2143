# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""An exchange that broke: what it means for the request, and its sentence.

A file of its own, because most exchanges do not break.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from .._errors import Failure, InvalidRequest, NoResponse, NotSent, Untrusted

# What only a handshake ends with: this side refused the version, or the other one did.
_TOO_OLD = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION")


def explain(error: Exception, timeout: float) -> Failure:
    """The failure behind an exception. None of requests' own texts is passed on: they contain the URL."""
    from requests import exceptions as http
    from urllib3 import exceptions as pool

    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        why = next(cause.verify_message for cause in causes if isinstance(cause, ssl.SSLCertVerificationError))
        return Untrusted(
            f"The certificate of the endpoint was not accepted ({why}); nothing was sent. "
            "Name the CA that signed it in ca_path, or check endpoint."
        )
    if any(isinstance(cause, (pool.NewConnectionError, pool.ConnectTimeoutError)) for cause in causes):
        if isinstance(error, http.ProxyError):
            return NotSent(
                "The proxy could not be reached; nothing was sent. Check the variables HTTPS_PROXY, HTTP_PROXY and "
                "NO_PROXY."
            )
        return NotSent("The endpoint could not be reached; nothing was sent. Check endpoint and the network.")
    if isinstance(error, http.ProxyError) and _refused_tunnel(causes):
        return NotSent("The proxy refused the connection; nothing was sent. Check the proxy variables.")
    if any(isinstance(cause, pool.InvalidHeader) for cause in causes):  # of the response; requests has one of its own
        return NoResponse("The response headers are malformed: a proxy may be in between. Check endpoint.")
    unwritten = _unwritten(error)
    if unwritten:
        return InvalidRequest(f"{unwritten}; nothing was sent.")
    if isinstance(error, http.Timeout) or any(isinstance(each, pool.ReadTimeoutError) for each in causes):
        return NoResponse(f"No response came within {timeout:g} s (request_timeout).")
    return _broken_tls(causes) or NoResponse("The connection broke before the response was complete.")


def is_of_trust_store(error: Exception) -> bool:
    """Whether the CA certificates could not be parsed: before the handshake, whose errors are of another part."""
    return any(isinstance(cause, ssl.SSLError) and cause.library == "X509" for cause in _causes(error))


def _unwritten(error: Exception) -> str | None:
    """Why a request could not even be written."""
    from requests import exceptions as http
    from urllib3 import exceptions as pool

    if isinstance(error, (pool.LocationParseError, http.InvalidURL, http.InvalidSchema, http.InvalidProxyURL)):
        return "The endpoint or the proxy is not a valid address"
    if isinstance(error, OverflowError):
        return "request_timeout is longer than this machine can count"
    if isinstance(error, (UnicodeError, http.InvalidHeader)):
        return "access_key_id or security_token has characters that cannot be sent"
    return None


def _broken_tls(causes: list[BaseException]) -> Failure | None:
    reasons = [getattr(cause, "reason", None) for cause in causes if isinstance(cause, ssl.SSLError)]
    if any(reason in _TOO_OLD for reason in reasons):
        return InvalidRequest("The endpoint does not support TLS 1.2 or later; nothing was sent. Check endpoint.")
    return NoResponse("The TLS connection to the endpoint broke.") if reasons else None


def _refused_tunnel(causes: list[BaseException]) -> bool:
    return any(isinstance(cause, OSError) and "Tunnel connection failed" in str(cause) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything wrapped in it: urllib3 keeps the reason in ``reason``, requests in ``args``."""
    seen: list[BaseException] = []
    todo: list[object] = [error]
    while todo:
        cause = todo.pop()
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            yield cause
            todo += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
