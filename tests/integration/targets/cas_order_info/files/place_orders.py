# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Place many orders at once, signed by the emulator's own code.

Usage: python place_orders.py READY_FILE COUNT, from the root of the collection
"""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.request
import uuid
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote, urlsplit


def place(ready: dict[str, str], name: str) -> None:
    """Apply for one name."""
    from playbooks.files.emulator.core.gate import ALGORITHM, VERSION, Call, signature

    headers = {
        "host": urlsplit(ready["url"]).netloc,
        "x-acs-action": "CreateCertificateForPackageRequest",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": VERSION,
    }
    query = f"Domain={quote(name)}&ProductCode=digicert-free-1-free&ValidateType=DNS"
    signed = sorted(headers)
    seal = signature(Call("POST", "/", query, headers, b""), signed, ready["access_key_secret"])
    parts = (f"Credential={ready['access_key_id']}", f"SignedHeaders={';'.join(signed)}", f"Signature={seal}")
    headers["authorization"] = f"{ALGORITHM} {','.join(parts)}"
    request = urllib.request.Request(f"{ready['url']}/?{query}", headers=headers, method="POST")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request) as response:
        response.read()


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    for number in range(int(sys.argv[2])):
        place(json.loads(Path(sys.argv[1]).read_text()), f"many-{number}.example.com")
