# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On what, and with what, a bench was run."""

from __future__ import annotations

import json
import os
import platform
import re
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from tests.tools.dependencies import COLLECTIONS, ROOT

from .peers import PEERS

PACKAGES = ("ansible-core", "requests", "cryptography", "alibabacloud-cas20200407", "boto3", "moto")


def versions() -> dict[str, str]:
    """Return what a reader needs to know to compare; neither paths nor the name of the machine."""
    return {
        "Date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "Processor": f"{processor()}, {os.cpu_count()} cores",
        "System": platform.system(),
        "Load when it began": f"{os.getloadavg()[0]:.2f}",
        "Python": platform.python_version(),
        "certops.alicloud": own_version((ROOT / "galaxy.yml").read_text()),
        **{f"{name[0]}.{name[1]}": collection(*name) for name in collections()},
        **{package: version(package) for package in PACKAGES},
    }


def processor(text: str | None = None) -> str:
    """Return the model that the kernel names."""
    if text is None:
        file = Path("/proc/cpuinfo")
        text = file.read_text() if file.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else platform.machine()


def own_version(galaxy: str) -> str:
    """Return the version in galaxy.yml."""
    found = re.search(r"^version: (\S+)$", galaxy, re.MULTILINE)
    return found[1] if found else "unknown"


def collections() -> list[tuple[str, str]]:
    """Return the collections of the peers."""
    return [("amazon", "aws"), ("community", "aws"), ("community", "crypto")]


def collection(namespace: str, name: str) -> str:
    """Return the version of an unpacked collection."""
    for folder in (COLLECTIONS, PEERS / "ansible_collections"):
        manifest = folder / namespace / name / "MANIFEST.json"
        if manifest.exists():
            return str(json.loads(manifest.read_text())["collection_info"]["version"])
    return "unknown"
