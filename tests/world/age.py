# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time passes on a machine: what was stored there today was stored some days earlier.

Usage: python -m tests.world.age DIRECTORY_OF_CERTIFICATES DAYS
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path

FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def age(certificates: Path, days: float) -> int:
    """Move the moment at which each certificate was stored; returns how many there are."""
    notes = {file: json.loads(file.read_text()) for file in certificates.glob("*/generations/*/order.json")}
    aged = {file: note for file, note in notes.items() if note.get("stored")}
    for file, note in aged.items():
        stored = datetime.datetime.strptime(note["stored"], FORMAT) - datetime.timedelta(days=days)
        file.write_text(json.dumps({**note, "stored": stored.strftime(FORMAT)}))
    return len(aged)


if __name__ == "__main__":
    print(age(Path(sys.argv[1]), float(sys.argv[2])))
