# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No failure tells a secret or an address with parameters, whatever broke and whoever repeats what was sent."""

from __future__ import annotations

import inspect
import json
import re
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from itertools import count

import pytest
import requests
import urllib3

from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.credentials import Credentials
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.network_errors import explain
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import OverRequests, Request, Response

SECRET, TOKEN, PARAMETER = "hidden-secret", "hidden-token", "hidden-parameter"
URL = f"https://cas.example/?Csr={PARAMETER}&Signature=hidden-signature"
PATH = f"/?Csr={PARAMETER}&Signature=hidden-signature"
ADDRESS = re.compile(r"[?&]\w+=|\w+://\S+\?")


def classes(module: object) -> Iterator[type[Exception]]:
    for _name, each in inspect.getmembers(module, inspect.isclass):
        if issubclass(each, Exception):
            yield each


def made(kind: type[Exception]) -> Exception:
    """An exception of any class, with all that may be in one, without its own ways to be made."""
    error = kind.__new__(kind)
    error.args = (f"Max retries exceeded with url: {PATH} for {URL}, token {TOKEN}, key {SECRET}",)
    vars(error).update(url=URL, request=requests.Request("POST", URL), response=None, pool=None, reason=None)
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_message = "unable to get local issuer certificate"
    return error


LIBRARIES = [*classes(requests.exceptions), *classes(urllib3.exceptions)]
PLAIN: list[type[Exception]] = [
    OSError, ConnectionResetError, BrokenPipeError, TimeoutError, socket.gaierror, ssl.SSLError,
    ssl.SSLCertVerificationError, ssl.SSLEOFError, ssl.SSLZeroReturnError, ValueError, UnicodeError,
]  # fmt: skip


def wrapped(outer: type[Exception], inner: type[Exception]) -> Exception:
    """What requests does: its own exception around one of urllib3 around one of the system."""
    error, between, cause = made(outer), urllib3.exceptions.MaxRetryError, made(inner)
    middle = made(between)
    vars(middle)["reason"] = cause
    error.args = (middle,)
    error.__context__ = middle
    return error


def silent(failure: Failure) -> None:
    told = [failure.msg, str(failure), repr(failure), repr(failure.args), json.dumps(failure.facts)]
    told += traceback.format_exception(failure)
    for text in told:
        assert "hidden" not in text
        assert not ADDRESS.search(text)


@pytest.mark.parametrize("kind", [*LIBRARIES, *PLAIN], ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_no_exception_of_the_network_is_passed_on(kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    errors = [wrapped(kind, inner) for inner in PLAIN] + [wrapped(requests.exceptions.ConnectionError, kind)]
    exchange = OverRequests()
    for error in errors:
        silent(explain(error, 5.0))

        def fail(*_args: object, error: Exception = error, **_options: object) -> None:
            raise error

        monkeypatch.setattr(exchange._session, "request", fail)
        try:
            exchange(Request("POST", URL, {"x-acs-security-token": TOKEN}, b""), 5.0)
        except Failure as failure:
            silent(failure)
        except Exception as other:
            # None that requests ends with; `task` shows neither the text of one nor its values.
            assert not isinstance(other, (requests.RequestException, OSError, ValueError))


def page(text: str) -> bytes:
    return f"<html><title>{text}</title></html>".encode()


def envelope(code: str, text: str) -> bytes:
    return json.dumps({"Code": code, "Message": text, "RequestId": "R-1"}).encode()


ANSWERS: dict[str, Callable[[str], Response]] = {
    "a page": lambda text: Response(502, {"content-type": "text/html"}, page(text)),
    "a page that is well": lambda text: Response(200, {"content-type": "text/html"}, page(text)),
    "a redirect": lambda text: Response(302, {"location": text, "content-type": "text/html"}, page(text)),
    "a list": lambda text: Response(200, {"content-type": "application/json"}, json.dumps([text]).encode()),
    "half of JSON": lambda text: Response(200, {}, json.dumps({"a": text}).encode()[:-1]),
    "no code": lambda text: Response(400, {}, json.dumps({"Message": text}).encode()),
    "too long": lambda text: Response(414, {}, page(text)),
    "a wrong signature": lambda text: Response(400, {}, envelope("SignatureDoesNotMatch", text)),
    "an incomplete one": lambda text: Response(400, {}, envelope("IncompleteSignature", text)),
    "a known nonce": lambda text: Response(400, {}, envelope("SignatureNonceUsed", text)),
}
# What names the address comes through for every code, without the address.
ECHOED = ("InternalError", "InvalidParameter.Csr", "Throttling.User", "NoPermission", "NotFoundOrder", "Forbidden")


def asked(response: Response, action: str) -> Failure:
    numbers, slept = count(), list[float]()
    client = Client(
        PRODUCT,
        "https://cas.example",
        lambda fresh: Credentials("LTAIid", SECRET, TOKEN),
        lambda request, timeout: response,
        max_attempts=2,
        clock=Clock(monotonic=lambda: sum(slept), sleep=slept.append, nonce=lambda: f"{next(numbers):032x}"),
    )
    with pytest.raises(Failure) as caught:
        client.call(action, {"Csr": PARAMETER})
    return caught.value


@pytest.mark.parametrize("action", ["DescribeCertificateState", "CreateCertificateWithCsrRequest"])
@pytest.mark.parametrize("make", ANSWERS.values(), ids=ANSWERS)
def test_no_answer_is_passed_on(make: Callable[[str], Response], action: str) -> None:
    silent(asked(make(f"{URL} {PATH} {SECRET} {TOKEN}"), action))


@pytest.mark.parametrize("code", ECHOED)
def test_no_address_of_an_answer_is_passed_on(code: str) -> None:
    silent(asked(Response(400, {}, envelope(code, f"see {URL} now")), "DescribeCertificateState"))


def test_what_is_sent_and_what_comes_show_nothing() -> None:
    request = Request("POST", URL, {"Authorization": SECRET, "x-acs-security-token": TOKEN}, PARAMETER.encode())
    response = Response(200, {"x-key": SECRET}, PARAMETER.encode())
    for value in (request, response, Credentials("LTAIid", SECRET, TOKEN)):
        assert "hidden" not in f"{value!r} {value!s} {[value]} {{'it': value}}"


def test_the_check_sees_what_is_told() -> None:
    for text in (f"for {URL}", f"with url: {PATH}", "nothing but hidden"):
        with pytest.raises(AssertionError):
            silent(Failure(text))
        with pytest.raises(AssertionError):
            silent(Failure("No.", said=text))
