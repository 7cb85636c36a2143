# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets tests import this directory under the name that Ansible gives it, and `tests` from its root.

Plain pytest needs both. ansible-test brings Ansible's own loader for the first, and knows nothing of the second.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent


def name_the_collection() -> None:
    """Make `ansible_collections.certops.alicloud` a package whose directory is the root of the repository."""
    if any(type(finder).__name__ == "_AnsibleCollectionFinder" for finder in sys.meta_path):
        return
    for name in ("ansible_collections", "ansible_collections.certops", "ansible_collections.certops.alicloud"):
        package = ModuleType(name)
        package.__path__ = [str(ROOT)] if name.endswith(".alicloud") else []
        sys.modules[name] = package


name_the_collection()
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
