# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on the way, in words: whether anything was sent decides what may be done next."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from requests import exceptions as http
from urllib3 import exceptions as pool

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidRequest,
    NoResponse,
    NotSent,
    Untrusted,
)
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.network_errors import explain


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def old() -> ssl.SSLError:
    error = ssl.SSLError(1, "wrong version")
    error.reason = "UNSUPPORTED_PROTOCOL"
    return error


def because(error: Exception, reason: BaseException) -> Exception:
    error.__cause__ = reason
    return error


NOBODY: Any = None
REFUSED = pool.NewConnectionError(NOBODY, "refused")
NO_TUNNEL = OSError("Tunnel connection failed: 403 Forbidden")
UNREACHED = (NotSent, "The endpoint could not be reached; nothing was sent. Check endpoint and the network.")
UNREACHED_PROXY = (
    NotSent,
    "The proxy could not be reached; nothing was sent. Check the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.",
)
NOT_ACCEPTED = (
    Untrusted,
    "The certificate of the endpoint was not accepted (self-signed certificate); nothing was sent. "
    "Name the CA that signed it in ca_path, or check endpoint.",
)
NO_PROXY = (NotSent, "The proxy refused the connection; nothing was sent. Check the proxy variables.")
NO_ADDRESS = (InvalidRequest, "The endpoint or the proxy is not a valid address; nothing was sent.")
NO_HEADER = (InvalidRequest, "access_key_id or security_token has characters that cannot be sent; nothing was sent.")
TOO_OLD = (InvalidRequest, "The endpoint does not support TLS 1.2 or later; nothing was sent. Check endpoint.")
BROKEN = (NoResponse, "The connection broke before the response was complete.")
LATE = (NoResponse, "No response came within 2.5 s (request_timeout).")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(http.SSLError(untrusted()), NOT_ACCEPTED, id="strange certificate"),
        pytest.param(because(http.SSLError("no"), untrusted()), NOT_ACCEPTED, id="a cause of it"),
        pytest.param(http.ConnectionError(REFUSED), UNREACHED, id="nobody listens"),
        pytest.param(
            http.ConnectionError(pool.MaxRetryError(NOBODY, "/", REFUSED)),
            UNREACHED,
            id="nobody listens, after retries",
        ),
        pytest.param(because(http.ConnectionError(ValueError("x")), REFUSED), UNREACHED, id="among others"),
        pytest.param(http.ConnectTimeout(pool.ConnectTimeoutError()), UNREACHED, id="nobody answers the call"),
        pytest.param(http.ProxyError(pool.ProxyError("no", REFUSED)), UNREACHED_PROXY, id="nobody is the proxy"),
        pytest.param(http.ProxyError(pool.ProxyError("no", NO_TUNNEL)), NO_PROXY, id="no tunnel"),
        pytest.param(http.ConnectionError(NO_TUNNEL), BROKEN, id="no tunnel, and no proxy"),
        pytest.param(http.ProxyError(OSError("reset")), BROKEN, id="the proxy breaks off"),
        pytest.param(http.InvalidURL("?"), NO_ADDRESS, id="no address"),
        pytest.param(http.InvalidProxyURL("?"), NO_ADDRESS, id="no address of a proxy"),
        pytest.param(http.InvalidHeader("?"), NO_HEADER, id="no header"),
        pytest.param(UnicodeEncodeError("latin-1", "€", 0, 1, "?"), NO_HEADER, id="no latin letter"),
        pytest.param(http.ReadTimeout("?"), LATE, id="late"),
        pytest.param(http.ConnectionError(pool.ReadTimeoutError(NOBODY, "/", "?")), LATE, id="late in the body"),
        pytest.param(http.SSLError(old()), TOO_OLD, id="old TLS"),
        pytest.param(
            http.SSLError(ssl.SSLError(1, "?")),
            (NoResponse, "The TLS connection to the endpoint broke."),
            id="broken TLS",
        ),
        pytest.param(http.ConnectionError(OSError(104, "reset")), BROKEN, id="reset"),
    ],
)
def test_each_exception_has_its_sentence(error: Exception, expected: tuple[type[Failure], str]) -> None:
    failure = explain(error, 2.5)
    assert (type(failure), failure.msg) == expected


def test_exceptions_that_point_at_each_other_have_an_end() -> None:
    one, two = OSError("one"), OSError("two")
    one.__cause__, two.__cause__ = two, one
    assert explain(one, 1.0).msg == BROKEN[1]
