# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let things happen in the emulator's world, one after the other.

Usage: python control.py CONTROL_URL '[{"act": "advance", "body": {"to": "now"}}]'
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request


def let(control_url: str, act: str, body: dict[str, object]) -> None:
    """Let one thing happen, or stop with the emulator's sentence."""
    request = urllib.request.Request(f"{control_url}/{act}", json.dumps(body).encode(), method="POST")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        direct.open(request).close()
    except urllib.error.HTTPError as error:
        sys.exit(f"{act} {body}: {error.read().decode()}")


if __name__ == "__main__":
    for wish in json.loads(sys.argv[2]):
        let(sys.argv[1], wish["act"], wish.get("body", {}))
