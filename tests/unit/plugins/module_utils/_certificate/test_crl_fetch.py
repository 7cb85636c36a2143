# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From where a list of revoked certificates is fetched, and what is sent for it. Nothing leaves this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import crl_fetch
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.crl_fetch import fetch_list
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure

Serve = Callable[..., str]


@pytest.fixture
def asked() -> list[dict[str, str]]:
    """The headers of each request."""
    return []


@pytest.fixture
def serve(asked: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts a server with these responses by path, status and headers in front; returns where it is."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    running: list[ThreadingHTTPServer] = []

    def started(**responses: tuple[int, dict[str, str], bytes]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(dict(self.headers.items()))
                status, headers, body = responses[self.path.strip("/")]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        running.append(server)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield started
    for server in running:
        server.shutdown()
        server.server_close()


def problem(url: str, is_local: bool = True) -> str:
    with pytest.raises(Failure) as failed:
        fetch_list(url, is_local)
    return failed.value.msg


def test_a_list_is_fetched_without_a_password(
    serve: Serve, asked: list[dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    where = serve(a=(302, {"Location": "/b"}, b""), b=(200, {}, b"the list"))
    assert fetch_list(f"{where}/a", True) == b"the list"
    assert len(asked) == 2
    assert not any(name.lower() in ("authorization", "cookie") for headers in asked for name in headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.crl",
        "http://[::1]/a.crl",
        "http://localhost/a.crl",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/a.crl",
        "http://2130706433/a.crl",
        "http://127.0.0.0x1/a.crl",
        "http://metadata/a.crl",
        "http://ca.internal/a.crl",
        "http://crl.example.com:8080/a.crl",
        "http://crl.example.com:22/a.crl",
    ],
)
def test_only_public_names_on_the_usual_port_are_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_args: pytest.fail("a connection was made"))
    assert problem(url, is_local=False) == "its address is not a public one"


@pytest.mark.parametrize("url", ["ftp://crl.example.com/a.crl", "file:///etc/passwd", "http://me:pw@crl.example.com/"])
def test_only_the_web_is_asked(url: str) -> None:
    assert problem(url, is_local=False) == "its address is not one of http:// or https://"


def test_with_an_emulator_only_this_machine_is_asked() -> None:
    assert problem("http://crl.example.com/a.crl") == "only this machine is asked with an emulator"


def test_a_redirect_leads_nowhere_else(serve: Serve) -> None:
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/", "http://crl.example.com/"):
        where = serve(a=(302, {"Location": target}, b""))
        assert problem(f"{where}/a") in (
            "its address is not one of http:// or https://",
            "only this machine is asked with an emulator",
        )
    where = serve(a=(302, {"Location": "/a"}, b""))
    assert problem(f"{where}/a") == "it is redirected too often"


def test_the_body_of_a_redirect_is_not_read(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crl_fetch, "_LARGEST", 10)
    where = serve(a=(302, {"Location": "/b"}, b"x" * 100_000), b=(200, {}, b"the list"))
    assert fetch_list(f"{where}/a", True) == b"the list"


def test_what_is_too_long_or_too_slow_is_not_read_to_its_end(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    where = serve(a=(200, {}, b"x" * 100_000))
    monkeypatch.setattr(crl_fetch, "_LARGEST", 70_000)
    assert problem(f"{where}/a") == "it is longer than 0 MiB"
    monkeypatch.setattr(crl_fetch, "_LONGEST", -1.0)
    assert problem(f"{where}/a") == "it is not complete in time"


def test_what_went_wrong_is_told_in_a_few_words(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    where = serve(a=(404, {}, b""))
    assert problem(f"{where}/a") == "the response has the status 404"
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert problem(f"http://127.0.0.1:{bound.getsockname()[1]}/a") == "no connection could be made"
        bound.listen()
        monkeypatch.setattr(crl_fetch, "_PATIENCE", 0.1)
        assert problem(f"http://127.0.0.1:{bound.getsockname()[1]}/a") == "no response in time"


def test_proxies_of_the_environment_count(
    serve: Serve, asked: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Proxied(Exception):
        pass

    def refused(_self: Any, _url: str, **given: Any) -> None:
        raise Proxied(given["proxies"]["http"])

    import requests

    monkeypatch.setattr(requests.Session, "get", refused)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(Proxied, match=r"http://127\.0\.0\.1:9"):
        fetch_list("http://crl.example.com/a.crl")
