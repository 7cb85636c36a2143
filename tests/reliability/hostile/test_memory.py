# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module process needs at most, with responses and options that stand for much more than they are."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.reliability.support.figures import Figures
from tests.support.playbooks import CRASHES
from tests.tools.dependencies import ROOT

from .certificates import WWW, giant_key, keys, pem_block, request_der
from .raw_server import raw_server
from .task import CONNECTION, CRASHED

pytestmark = pytest.mark.reliability("Hostile input")

LIMIT = 200.0  # MB
TIMEOUT = 600  # seconds; on an idle machine the slowest takes a few
MILLION = 1_000_000
JUST_ENOUGH = 4 * 1024 * 1024 - 100
_PACKED = "Content-Encoding: gzip"
_LISTS = b'{"CertificateOrderList":['
_ORDER = {"order_id": "7", "include_private_key": True}


def _response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def _filled(start: bytes, part: bytes, end: bytes, size: int = JUST_ENOUGH) -> bytes:
    return start + part * ((size - len(start) - len(end)) // len(part)) + end


def _objects() -> bytes:
    return _filled(_LISTS, b'{"":0},', b"{}]}")


def _bomb() -> bytes:
    return gzip.compress(bytes(300 * MILLION), 1)


def _beginnings() -> bytes:
    return _filled(b'{"Type":"certificate","Certificate":"', b"-----BEGIN CERTIFICATE-----\\n", b'"}')


# By name: the options of cas_order_info, and the response to every call.
RESPONSES: Mapping[str, tuple[Mapping[str, Any], Callable[[], bytes]]] = {
    "a body of 10 MB of text": (_ORDER, lambda: _response(b'{"a": "' + b"x" * 10 * MILLION + b'"}')),
    "a body of 10 MB of empty lists": ({}, lambda: _response(_filled(_LISTS, b"[],", b"[]]}", 10 * MILLION))),
    "as many small objects as a response can have": ({}, lambda: _response(_objects())),
    "as many orders as a response can have": ({}, lambda: _response(_filled(_LISTS, b'{"OrderId":7},', b"{}]}"))),
    "as many small objects, packed": ({}, lambda: _response(gzip.compress(_objects(), 1), _PACKED)),
    "one long name of many parts": ({}, lambda: _response(_filled(_LISTS + b'{"Domain":"', b"a,", b'"}]}'))),
    "300 MB in a packed response": (_ORDER, lambda: _response(_bomb(), _PACKED)),
    "300 MB in a response packed twice": (_ORDER, lambda: _response(gzip.compress(_bomb()), f"{_PACKED}, gzip")),
    "300 MB in a redirect": (_ORDER, lambda: _response(_bomb(), _PACKED, "Location: /", status="302 Found")),
    "100,000 levels": (_ORDER, lambda: _response(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
    "a million beginnings of certificates": (_ORDER, lambda: _response(_beginnings())),
    "a number of a million digits": ({}, lambda: _response(b'{"TotalCount":' + b"9" * MILLION + b"}")),
}


def _many_names() -> str:
    return pem_block(request_der(keys()["secp256r1"], *(x509.DNSName(f"{n}.example.com") for n in range(10_000))))


# By name: a module that needs no service, and what its options are made of.
OPTIONS: Mapping[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "10,000 names": ("cas_order", lambda: {"csr_content": _many_names()}),
    "a key of 16384 bits": ("cas_order", lambda: {"csr_content": giant_key(), "validate_certs": False}),
    "10 MB in the place of a CSR": ("cas_order", lambda: {"csr_content": "x" * 10 * MILLION}),
    "beginnings of 10 MB": ("cas_order", lambda: {"csr_content": "-----BEGIN A-----" * (2 * JUST_ENOUGH // 17)}),
    "a device in the place of a CSR": ("cas_order", lambda: {"csr_path": "/dev/zero"}),
    "a device in the place of a CA": ("cas_order", lambda: {"domains": [WWW], "ca_path": "/dev/zero"}),
    "10 MB of a chain": ("certificate_store", lambda: {"fullchain": "-----BEGIN CERTIFICATE-----" * 400_000}),
}
STORE = {"directory": "large", "name": "x", "domains": [WWW], "state": "complete", "generation": 1}
SHORT = ("as many small objects as a response can have", "300 MB in a redirect", "100,000 levels", "10,000 names")


def _cases(names: Mapping[str, Any]) -> list[Any]:
    return [name if name in SHORT else pytest.param(name, marks=pytest.mark.long) for name in names]


@pytest.mark.parametrize("name", _cases(RESPONSES))
def test_large_responses(directory: Path, figures: Figures, name: str) -> None:
    options, response = RESPONSES[name]
    body = response()
    _measure(directory, figures, name, "cas_order_info", options, lambda: body)


def test_pages_without_end(directory: Path, figures: Figures) -> None:
    """Page after page of new orders, with a total that is never reached."""
    numbers = itertools.count(10**15)

    def page() -> bytes:
        orders = [{"OrderId": next(numbers), "Domain": f"{number}.{WWW}", "Status": "ISSUED"} for number in range(50)]
        return _response(json.dumps({"CertificateOrderList": orders, "TotalCount": 10**12}).encode())

    _measure(directory, figures, "pages without end", "cas_order_info", {}, page)


@pytest.mark.parametrize("name", _cases(OPTIONS))
def test_large_options(directory: Path, figures: Figures, name: str) -> None:
    module, options = OPTIONS[name]
    _measure(directory, figures, name, module, options(), lambda: _response(b"{}"))


def _measure(
    directory: Path,
    figures: Figures,
    name: str,
    module: str,
    options: Mapping[str, Any],
    response: Callable[[], bytes],
) -> None:
    """Run a module in a process of its own."""
    with raw_server(response) as url:
        service = {**CONNECTION, "endpoint": url, "max_attempts": 1}
        done = subprocess.run(
            [sys.executable, "-m", "tests.reliability.hostile.module_process", module],
            input=json.dumps(
                {"ANSIBLE_MODULE_ARGS": {**(STORE if module == "certificate_store" else service), **options}}
            ),
            capture_output=True,
            text=True,
            cwd=directory,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=TIMEOUT,
            check=False,
        )
    text, _peak, kibibytes = done.stdout.rpartition("\npeak ")
    said = f"{json.loads(text.strip().splitlines()[-1]).get('msg')} {done.stderr}"
    figures.tried("inputs tried", 1)
    figures.none(CRASHED, [f"{name}: {said[-500:]}"] if any(words in said for words in CRASHES) else [])
    peak = int(kibibytes) * 1024 / MILLION
    figures.row(("a module process of its own", "most memory"), name, f"{peak:.0f} MB")
    figures.at_most("most memory of a module process", peak, LIMIT, " MB")
