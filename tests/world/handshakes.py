# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that never rest: they shake hands until a file appears, and write down what they were shown.

Usage: python -m tests.world.handshakes REPORT '[{"address": "127.0.0.2:443", "name": "www.example.com", "ca": "file"}]'

They end when REPORT.stop is there and every server has had LEAST of them, and then write REPORT: for each server the
number of handshakes, those that failed, and the serial numbers in the order in which they were first seen, the first
and the last one.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any

from cryptography import x509

PATIENCE = 100.0  # seconds for one handshake
LONGEST = 3600.0  # seconds altogether: as long as a world lives
PAUSE = 0.1
CLIENTS = 2  # for each server
LEAST = 100  # handshakes with each server, however soon everything is over


class Server:
    """What the clients of one server have seen. A handshake that completes proves that key and certificate fit."""

    def __init__(self, address: str, name: str, ca: str) -> None:
        host, _colon, port = address.rpartition(":")
        self._address = (host, int(port))
        self._name = name
        self._context = ssl.create_default_context(cafile=ca)
        self._lock = threading.Lock()
        self.count = 0
        self.failures: list[str] = []
        self.serials: list[str] = []
        self.last = ""

    def shake(self) -> None:
        """One handshake; chain, dates and name are verified."""
        try:
            with (
                socket.create_connection(self._address, timeout=PATIENCE) as plain,
                self._context.wrap_socket(plain, server_hostname=self._name) as secure,
            ):
                shown = secure.getpeercert(binary_form=True) or b""
        except OSError as error:
            with self._lock:
                self.count += 1
                self.failures.append(f"{time.strftime('%X')} {error}")
            return
        serial = str(x509.load_der_x509_certificate(shown).serial_number)
        with self._lock:
            self.count += 1
            self.last = serial
            if serial not in self.serials:
                self.serials.append(serial)

    def report(self) -> dict[str, Any]:
        """What was seen."""
        return {
            "name": self._name,
            "count": self.count,
            "failures": self.failures,
            "serials": self.serials,
            "last": self.last,
        }


def never_rest(servers: list[Server], stop: Path) -> None:
    """Run all clients until the file is there and they have done enough."""
    deadline = time.monotonic() + LONGEST
    over = threading.Event()

    def client(server: Server) -> None:
        while not over.is_set():
            server.shake()
            time.sleep(PAUSE)

    threads = [threading.Thread(target=client, args=[server]) for server in servers for _number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    while time.monotonic() < deadline and not (stop.exists() and all(each.count >= LEAST for each in servers)):
        time.sleep(0.1)
    over.set()
    for thread in threads:
        thread.join()


def main(report: Path, wishes: list[dict[str, str]]) -> None:
    stop = report.with_name(f"{report.name}.stop")
    stop.unlink(missing_ok=True)
    report.unlink(missing_ok=True)
    servers = [Server(**wish) for wish in wishes]
    never_rest(servers, stop)
    new = report.with_name(f"{report.name}.new")
    new.write_text(json.dumps([server.report() for server in servers], indent=2))
    new.rename(report)
    stop.unlink(missing_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
