# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gives out keys, on loopback: STS, the metadata service of ECS, CloudSSO, OAuth, a credentials URI.

While ``loopback_only`` is in force, nothing is sent to another machine: a name or an address that no stand-in has is
refused before a packet leaves, and noted.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote_plus, urlsplit

import pytest

from .certificates import SIGNS, Signer, identifiers, key_pem, new_key, pem

ADDRESS = "127.0.0.1"
METADATA = ("100.100.100.200", 80)
TLS_NAMES = ("sts.aliyuncs.com", "oauth.aliyun.com")
ROLE = "acs:ram::1000000000000000:role/certops"


@dataclass
class Network:
    """Where names lead; what was asked for and leads nowhere."""

    leads_to: dict[tuple[str, int], int] = field(default_factory=dict)
    refused: list[tuple[str, int]] = field(default_factory=list)

    def refuse(self, host: str, port: int) -> OSError:
        self.refused.append((host, port))
        return OSError(f"this test does not reach {host}:{port}")


@contextmanager
def loopback_only() -> Iterator[Network]:
    """Keep a test on this machine. At its end, nothing may have been asked for that no stand-in has."""
    network = Network()
    find, connect = socket.getaddrinfo, socket.socket.connect

    def found(host: Any, port: Any, *args: Any, **how: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if _is_here(name):
            return find(name, port, *args, **how)
        if (name, port) in network.leads_to:
            return find(ADDRESS, network.leads_to[name, port], *args, **how)
        raise network.refuse(name, port)

    def connected(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise network.refuse(*address[:2])
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        patch.setattr(socket, "getaddrinfo", found)
        patch.setattr(socket.socket, "connect", connected)
        yield network
    assert network.refused == []


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: str


class Refused(Exception):
    """A response that gives no keys."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.content = status, {"Code": code, "Message": message, "RequestId": "R-1"}


@dataclass
class KeyService:
    """Gives out one access key with another token each time: ``token-1``, ``token-2``."""

    access_key_id: str = "STS.issued"
    access_key_secret: str = "issued-secret"
    lifetime: float = 3600.0
    # Access keys that STS knows, with their secrets.
    users: dict[str, str] = field(default_factory=lambda: {"user": "user-secret"})
    refusal: Refused | None = None
    requests: list[Request] = field(default_factory=list)
    given: int = 0
    url: str = ""
    network: Network = field(default_factory=Network)

    @property
    def calls(self) -> list[str]:
        """What was asked for: the operation of STS, or the path."""
        return [request.query.get("Action", request.path) for request in self.requests]

    def respond(self, request: Request) -> object:
        self.requests.append(request)
        for begin, door in self.doors.items():
            if request.path.startswith(begin):
                if self.refusal:
                    raise self.refusal
                return door(request)
        raise Refused(404, "NotFound")

    @property
    def doors(self) -> dict[str, Callable[[Request], object]]:
        return {
            "/latest/api/token": self._metadata_token,
            "/latest/meta-data/ram/security-credentials/": self._metadata,
            "/keys": lambda request: self._keys(),
            "/cloud-credentials": self._single_sign_on,
            "/v1/token": self._refreshed,
            "/v1/exchange": self._exchanged,
            "/": self._sts,
        }

    def _keys(self) -> dict[str, str]:
        self.given += 1
        ends = datetime.now(timezone.utc) + timedelta(seconds=self.lifetime)
        return {
            "Code": "Success",
            "AccessKeyId": self.access_key_id,
            "AccessKeySecret": self.access_key_secret,
            "SecurityToken": f"token-{self.given}",
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _metadata_token(self, request: Request) -> str:
        if request.method != "PUT" or not request.headers["x-aliyun-ecs-metadata-token-ttl-seconds"].isdigit():
            raise Refused(403, "Forbidden")
        return "metadata-token"

    def _metadata(self, request: Request) -> object:
        """The second version of the service: nothing without a token."""
        if request.headers["x-aliyun-ecs-metadata-token"] != "metadata-token":
            raise Refused(403, "Forbidden")
        role = request.path.rpartition("/")[2]
        if role not in ("", "ecs-role"):
            raise Refused(404, "NotFound")
        return self._keys() if role else "ecs-role"

    def _sts(self, request: Request) -> object:
        if not request.query["RoleArn"].startswith("acs:ram::"):
            raise Refused(400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed.")
        if request.query["Action"] == "AssumeRole":
            self._check_signature(request.query)
        elif request.query["OIDCToken"] != "oidc-token":
            raise Refused(400, "AuthenticationFail.OIDCToken.Invalid")
        return {"Credentials": self._keys()}

    def _check_signature(self, query: dict[str, str]) -> None:
        secret = {**self.users, self.access_key_id: self.access_key_secret}.get(query["AccessKeyId"])
        if secret is None:
            raise Refused(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        signed = "&".join(
            f"{quote_plus(name)}={quote_plus(query[name])}" for name in sorted(query) if name != "Signature"
        )
        text = f"GET&{quote_plus('/')}&{quote_plus(signed)}"
        expected = base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()
        if query["Signature"] != expected:
            raise Refused(400, "SignatureDoesNotMatch", f"server string to sign is:{text}")

    def _single_sign_on(self, request: Request) -> object:
        if request.headers["authorization"] != "Bearer sso-token":
            raise Refused(401, "InvalidToken")
        return {"CloudCredential": self._keys()}

    def _refreshed(self, request: Request) -> object:
        form = dict(parse_qsl(request.body))
        if form["refresh_token"] != "refresh-1":
            raise Refused(400, "invalid_grant")
        return {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3600, "token_type": "Bearer"}

    def _exchanged(self, request: Request) -> object:
        if request.headers["authorization"] != "Bearer access-2":
            raise Refused(401, "InvalidToken")
        return self._keys()


@contextmanager
def key_service(home: Path) -> Iterator[KeyService]:
    """The stand-ins, where the official package looks for them; a home without keys, and no other machine in reach.

    The package trusts their CA by SSL_CERT_FILE.
    """
    service, directory = KeyService(), home / "tls"
    directory.mkdir()
    with ExitStack() as stack:
        service.network = network = stack.enter_context(loopback_only())
        plain = stack.enter_context(_serving(service, None))
        service.url = f"http://{ADDRESS}:{plain}"
        tls = stack.enter_context(_serving(service, _tls(directory)))
        network.leads_to.update({METADATA: plain, **{(name, 443): tls for name in TLS_NAMES}})
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in [name for name in os.environ if name.startswith(("ALIBABA_CLOUD_", "ALICLOUD_", "ALIBABACLOUD_"))]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("SSL_CERT_FILE", str(directory / "ca.pem"))
        forget_connections()
        yield service
        forget_connections()


def forget_connections() -> None:
    """The HTTP client of the package keeps a connection, and whom it trusts, for each host."""
    client = sys.modules.get("Tea.core")
    if client:
        client.TeaCore._sessions.clear()


def _tls(directory: Path) -> ssl.SSLContext:
    authority, now = Signer("Test CA", new_key()), datetime.now(timezone.utc) - timedelta(days=1)
    about_ca = [SIGNS, *identifiers(authority.key, authority)]
    ca = authority.sign("Test CA", authority.key, ca=True, start=now, extensions=about_ca)
    key = new_key()
    leaf = authority.sign(TLS_NAMES[0], key, TLS_NAMES, start=now, extensions=identifiers(key, authority))
    (directory / "ca.pem").write_text(pem(ca))
    (directory / "server.pem").write_text(key_pem(key) + pem(leaf))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem")
    return context


@contextmanager
def _serving(service: KeyService, tls: ssl.SSLContext | None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content = 200, object()
            try:
                content = service.respond(self._request())
            except Refused as refused:
                status, content = refused.status, refused.content
            text = content if isinstance(content, str) else json.dumps(content)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_PUT = do_GET

        def _request(self) -> Request:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            return Request(self.command, address.path, query, self.headers, body)  # type: ignore[arg-type]

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer((ADDRESS, 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
