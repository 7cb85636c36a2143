# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let plain pytest import this folder under the name that Ansible gives it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent


def name_the_collection() -> None:
    """Make `ansible_collections.certops.alicloud` a package whose folder is the root of the repository."""
    for name in ("ansible_collections", "ansible_collections.certops", "ansible_collections.certops.alicloud"):
        package = ModuleType(name)
        package.__path__ = [str(ROOT)] if name.endswith(".alicloud") else []
        sys.modules[name] = package


name_the_collection()
