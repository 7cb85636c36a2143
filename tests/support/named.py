# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real name servers (BIND) on loopback addresses, for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.world import programs
from tests.world.children import Child, free_port, start, start_listening

ADDRESS = "127.0.0.1"
OPTIONS = """\
options {{
  directory "{directory}";
  port {port};
  listen-on port {port} {{ {addresses} }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile none;
  managed-keys-directory "{directory}";
  recursion no;
  dnssec-validation no;
  notify no;
  check-names primary ignore;
  allow-transfer {{ none; }};
}};
controls {{ }};
"""
ZONE = """\
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 1
@ NS ns
ns A 127.0.0.1
{records}
"""


def zone_file(directory: Path, zone: str, records: str = "", name: str | None = None) -> str:
    """Write a small zone file; return its name."""
    file = directory / f"{name or zone}.zone"
    file.write_text(f"$ORIGIN {zone}.\n{ZONE.format(records=records)}")
    return file.name


@contextmanager
def running(
    directory: Path, config: str | Callable[[int], str], addresses: tuple[str, ...] = (ADDRESS,)
) -> Iterator[int]:
    """A name server with these zones; gives its port, which is the same on each address."""
    found = programs.unconfined(programs.provide(), directory / "programs")
    log, file = directory / "named.log", directory / "named.conf"
    children: list[Child] = []

    def attempt() -> tuple[Child, list[tuple[str, int]]]:
        ports.append(free_port(addresses[0]))
        listen = " ".join(f"{address};" for address in addresses)
        text = config if isinstance(config, str) else config(ports[-1])
        file.write_text(OPTIONS.format(directory=directory, port=ports[-1], addresses=listen) + text)
        children.append(start([found["named"], "-g", "-n", "1", "-c", str(file)], log))
        return children[-1], [(address, ports[-1]) for address in addresses]

    ports: list[int] = []
    start_listening("The name server", attempt, log)
    try:
        yield ports[-1]
    finally:
        for child in children:
            child.terminate()
            child.wait()
