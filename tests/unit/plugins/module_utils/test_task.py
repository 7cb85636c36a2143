# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the Ansible shell decides."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("module", ["certificate_store", "certificate_store_info"])
def test_modules_of_the_host_need_no_network_library(module: str) -> None:
    """They run where requests may be missing."""
    code = (
        "import conftest, importlib, sys\n"
        f"importlib.import_module('ansible_collections.certops.alicloud.plugins.modules.{module}')\n"
        "print([name for name in ('requests', 'urllib3', 'cryptography') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
