# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that nobody honest gives: each of them becomes a response or a failure, and never takes much memory."""

from __future__ import annotations

import gzip
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    InvalidRequest,
    NoResponse,
)
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import signature, transport
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import OverRequests, Request, Response
from ansible_collections.certops.alicloud.plugins.module_utils._text import one_line

GOOD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextmanager
def saying(response: bytes) -> Iterator[str]:
    """A server that gives this response to one request, whatever it was."""

    def run() -> None:
        with suppress(OSError):
            connection, _address = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(response)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            thread.join()


def asked(response: bytes) -> Response | Failure:
    with saying(response) as url:
        try:
            return OverRequests()(Request("POST", url, {}, b""), 5.0)
        except Failure as failure:
            return failure


def packed(body: bytes, encoding: str = "gzip", status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Encoding: " + encoding.encode() + b"\r\n" + more
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


# What was sent may have been carried out, however strange the response is.

STRANGE = {
    "two lengths in one line": GOOD + b"Content-Length: 2, 5\r\n\r\n{}",
    "two lengths": GOOD + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}",
    "too many lines in its head": GOOD + b"A: b\r\n" * 200 + b"\r\n{}",
    "an endless line in its head": GOOD + b"A: " + b"b" * 70000 + b"\r\n\r\n{}",
    "a chunk of no length": GOOD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "a packing that nobody knows": packed(b"{}", "rot13"),
    "packed twice": packed(gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
    "cut within its packing": packed(gzip.compress(b"{}" * 99)[:-12]),
    "not packed at all": packed(b"{}" * 99),
}


@pytest.mark.parametrize("response", STRANGE.values(), ids=STRANGE)
def test_a_strange_answer_is_none_but_the_request_was_sent(response: bytes) -> None:
    failure = asked(response)
    assert isinstance(failure, NoResponse)
    assert "nothing was sent" not in failure.msg


PLACES = (
    b"http://\xff\xfe/",
    b"http://[::1",
    b"http://a:99999999/",
    b"//",
    b"http://" + b"a" * 70 + b".x/",
    b"\x1b[2J",
)


@pytest.mark.parametrize("place", PLACES, ids=repr)
def test_it_does_not_matter_where_a_redirect_leads(place: bytes) -> None:
    response = asked(b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 2\r\n\r\n{}")
    assert isinstance(response, Response)
    assert response.status == 302


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.binary(max_size=200), st.sampled_from([b"", GOOD, GOOD + b"Content-Length: 9\r\n"]))
def test_whatever_comes_is_an_answer_or_none(noise: bytes, head: bytes) -> None:
    assert isinstance(asked(head + noise), (Response, NoResponse))


# How much of a response is taken.


def test_a_packed_answer_is_unpacked() -> None:
    response = asked(packed(gzip.compress(b'{"a": 1}')))
    assert isinstance(response, Response)
    assert response.body == b'{"a": 1}'


@pytest.mark.parametrize("status", [b"200 OK", b"302 Found"])
def test_no_more_is_unpacked_than_an_answer_can_have(status: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_MAX_ANSWER", 1024 * 1024)
    failure = asked(packed(gzip.compress(b" " * 50_000_000), status=status, more=b"Location: /\r\n"))
    assert isinstance(failure, NoResponse)
    assert "longer than 1 MiB" in failure.msg


# What is sent.


@pytest.mark.parametrize(("name", "value"), [("a", "\ud800"), ("\udfff", "b")], ids=["value", "name"])
def test_half_a_character_cannot_be_sent(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match="nothing was sent"):
        signature.canonical_query({name: value})


@pytest.mark.parametrize("part", ["access_key_secret", "security_token"])
def test_half_a_character_in_a_key_cannot_be_sent(part: str) -> None:
    words = {name: "x" for name in ("method", "host", "action", "version", "query", "date", "nonce", "access_key_id")}
    words |= {"access_key_secret": "x", "security_token": "x", part: "\ud800"}
    with pytest.raises(InvalidRequest, match="access_key_id, access_key_secret or security_token"):
        signature.signed_headers(**words, body=b"")


def test_a_wait_that_no_clock_can_count_is_not_begun() -> None:
    with saying(GOOD + b"Content-Length: 2\r\n\r\n{}") as url, pytest.raises(InvalidRequest, match="request_timeout"):
        try:
            OverRequests()(Request("POST", url, {}, b""), 1e300)
        finally:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2].strip("/")))).close()


@pytest.mark.parametrize("kind", ["pipe", "device", "socket", "no path"])
def test_what_is_no_file_holds_no_certificates(kind: str, tmp_path: Path) -> None:
    """Reading a pipe would wait for a writer, reading a device would never end."""
    path = str(tmp_path / "ca.pem")
    with socket.socket(socket.AF_UNIX) as listener:
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "socket":
            listener.bind(path)
        elif kind == "device":
            path = "/dev/zero"
        else:
            path += "\0"
        with pytest.raises(InvalidOption, match=r"^ca_path: "):
            OverRequests(True, path)


# What is said.


def test_what_cannot_be_written_is_said_as_well_as_it_can_be() -> None:
    deep: list[object] = []
    for _level in range(200_000):
        deep = [deep]
    assert one_line(deep) == "(what cannot be shown)"
    assert one_line("a\ud800b").encode()
