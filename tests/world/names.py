# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real name server: authority for the example domains, with updates signed by one key."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from .children import Child, free_port, start, start_listening

ADDRESS = "127.0.0.1"
KEY = "certops"
OPEN_ZONES = ("example.com", "example.net", "example.org")
# Nobody may update this one, whatever the key.
CLOSED_ZONE = "example.edu"

CONFIG = """\
options {{
  directory "{directory}";
  listen-on port {port} {{ {address}; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  recursion no;
  dnssec-validation no;
  notify no;
  allow-transfer {{ none; }};
}};
controls {{ }};
key "{key}" {{ algorithm hmac-sha256; secret "{secret}"; }};
{zones}
"""

ZONE = 'zone "{name}" {{ type primary; file "{name}.zone"; allow-update {{ {allowed}; }}; }};'

RECORDS = """\
$TTL 60
@ SOA ns.{name}. hostmaster.{name}. 1 3600 600 86400 1
@ NS ns.{name}.
ns A 127.0.0.1
"""


def start_names(programs: dict[str, str], directory: Path) -> dict[str, object]:
    """Start the name server; return where it is and what its key is."""
    directory.mkdir()
    secret = base64.b64encode(secrets.token_bytes(32)).decode()
    allowed = {**dict.fromkeys(OPEN_ZONES, f"key {KEY}"), CLOSED_ZONE: "none"}
    zones = "\n".join(ZONE.format(name=name, allowed=rule) for name, rule in allowed.items())
    for name in allowed:
        (directory / f"{name}.zone").write_text(RECORDS.format(name=name))
    names: dict[str, object] = {"address": ADDRESS, "key_name": KEY, "key_secret": secret}
    log, config = directory / "named.log", directory / "named.conf"

    def attempt() -> tuple[Child, list[tuple[str, int]]]:
        port = free_port(ADDRESS)
        names.update(port=port)
        config.write_text(
            CONFIG.format(directory=directory, address=ADDRESS, port=port, key=KEY, secret=secret, zones=zones)
        )
        return start([programs["named"], "-g", "-n", "1", "-c", str(config)], log), [(ADDRESS, port)]

    start_listening("The name server", attempt, log)
    return {**names, "key_algorithm": "hmac-sha256", "zones": list(OPEN_ZONES), "closed_zone": CLOSED_ZONE}
