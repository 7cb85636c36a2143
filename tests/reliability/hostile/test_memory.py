# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module process needs at most, with answers and options that stand for much more than they are."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography import x509

from tests.reliability.report import Run
from tests.tools.dependencies import ROOT

from .hostile_sets import WWW, block, der, giant_key, keys, request
from .hostile_task import KEYS, Tally

LIMIT = 200.0  # MB
# Seconds; on an idle machine the slowest takes a few.
PATIENCE = 600
MILLION = 1_000_000
JUST_ENOUGH = 4 * 1024 * 1024 - 100
ORDER = {"order_id": "7", "include_private_key": True}

Speech = Callable[[], bytes]


def _answer(body: bytes, *heads: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *heads, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def _filled(start: bytes, part: bytes, end: bytes, size: int = JUST_ENOUGH) -> bytes:
    return start + part * ((size - len(start) - len(end)) // len(part)) + end


def answers() -> dict[str, tuple[bytes, dict[str, Any]]]:
    """By their names: what is answered to every call, and the options of cas_order_info."""
    packed = "Content-Encoding: gzip"
    bomb = gzip.compress(bytes(300 * MILLION), 1)
    lists = b'{"CertificateOrderList":['
    beginnings = _filled(b'{"Type":"certificate","Certificate":"', b"-----BEGIN CERTIFICATE-----\\n", b'"}')
    dicts, entries = _filled(lists, b'{"":0},', b"{}]}"), _filled(lists, b'{"OrderId":7},', b"{}]}")
    return {
        "a body of 10 MB of text": (_answer(b'{"a": "' + b"x" * 10 * MILLION + b'"}'), ORDER),
        "a body of 10 MB of empty lists": (_answer(_filled(lists, b"[],", b"[]]}", 10 * MILLION)), {}),
        "as many small objects as an answer can have": (_answer(dicts), {}),
        "as many orders as an answer can have": (_answer(entries), {}),
        "as many of them, packed": (_answer(gzip.compress(dicts, 1), packed), {}),
        "one long name of many parts": (_answer(_filled(lists + b'{"Domain":"', b"a,", b'"}]}')), {}),
        "300 MB in a packed answer": (_answer(bomb, packed), ORDER),
        "300 MB in an answer packed twice": (_answer(gzip.compress(bomb), "Content-Encoding: gzip, gzip"), ORDER),
        "300 MB in a redirect": (_answer(bomb, packed, "Location: /", status="302 Found"), ORDER),
        "100,000 levels": (_answer(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), ORDER),
        "a million beginnings of certificates": (_answer(beginnings), ORDER),
        "a number of a million digits": (_answer(b'{"TotalCount":' + b"9" * MILLION + b"}"), {}),
    }


def endless() -> Speech:
    """Page after page of new orders, with a total that is never reached."""
    numbers = itertools.count(10**15)

    def page() -> bytes:
        orders = [{"OrderId": next(numbers), "Domain": f"{number}.{WWW}", "Status": "ISSUED"} for number in range(50)]
        return _answer(json.dumps({"CertificateOrderList": orders, "TotalCount": 10**12}).encode())

    return page


def options(folder: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """By their names: modules and options that need no service."""
    many = request(keys()["secp256r1"], *(x509.DNSName(f"{number}.example.com") for number in range(10_000)))
    store = {"directory": str(folder / "large"), "name": "x", "domains": [WWW], "state": "complete", "generation": 1}
    return {
        "10,000 names": ("cas_order", {"csr_content": block(der(many))}),
        "a key of 16384 bits": ("cas_order", {"csr_content": giant_key(), "validate_certs": False}),
        "10 MB in the place of a CSR": ("cas_order", {"csr_content": "x" * 10 * MILLION}),
        "beginnings of 10 MB": ("cas_order", {"csr_content": _filled(b"", b"-----BEGIN A-----", b"").decode() * 2}),
        "a device in the place of a CSR": ("cas_order", {"csr_path": "/dev/zero"}),
        "a device in the place of a CA": ("cas_order", {"domains": [WWW], "ca_path": "/dev/zero"}),
        "10 MB of a chain": ("certificate_store", {**store, "fullchain": "-----BEGIN CERTIFICATE-----" * 400_000}),
    }


def try_memory(run: Run, tally: Tally) -> None:
    """Each in a process of its own."""
    spoken = answers()
    alone = options(run.folder)
    if run.short:
        chosen = ("as many small objects as an answer can have", "300 MB in a redirect", "100,000 levels")
        spoken, alone = {name: spoken[name] for name in chosen}, {"10,000 names": alone["10,000 names"]}
    for name, (answer, more) in spoken.items():
        _measure(run, tally, name, "cas_order_info", more, lambda answer=answer: answer)  # type: ignore[misc]
    _measure(run, tally, "pages without end", "cas_order_info", {}, endless())
    for name, (module, more) in alone.items():
        _measure(run, tally, name, module, more, lambda: _answer(b"{}"))


def _measure(run: Run, tally: Tally, name: str, module: str, more: Mapping[str, Any], speech: Speech) -> None:
    tally.tried["in a process of its own"] += 1
    with _saying(speech) as url:
        local = module == "certificate_store"
        arguments = {**({} if local else {**KEYS, "endpoint": url, "max_attempts": 1}), **more}
        command = [sys.executable, "-m", "tests.reliability.hostile_child", module]
        given = json.dumps({"ANSIBLE_MODULE_ARGS": arguments})
        surroundings = {
            **os.environ,
            "HOME": str(run.folder),
            "TMPDIR": str(run.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            done = subprocess.run(
                command,
                input=given,
                capture_output=True,
                text=True,
                cwd=ROOT,
                env=surroundings,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            tally.hangs.append(f"process: {name}")
            return
    _judge(tally, name, done)


def _judge(tally: Tally, name: str, done: subprocess.CompletedProcess[str]) -> None:
    text, _peak, kibibytes = done.stdout.rpartition("\npeak ")
    tally.peaks[name] = int(kibibytes) * 1024 / 1_000_000 if kibibytes.strip().isdigit() else float("inf")
    lines = text.strip().splitlines()
    try:
        result = json.loads(lines[-1])
        good = "This is a fault" not in str(result.get("msg")) and "Traceback" not in done.stderr
    except (IndexError, ValueError):
        good = False
    if not good:
        tally.tracebacks.append(f"process: {name}: {(lines or [done.stderr])[-1][-300:]}")


@contextmanager
def _saying(speech: Speech) -> Iterator[str]:
    """A server that says the same to everybody."""

    def run() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(speech())

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)
