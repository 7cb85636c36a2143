# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in a process of its own, to measure its memory: python -m tests.reliability.hostile.module_process MODULE.

Its options come as JSON on standard input. The result goes to standard output, and after it the most memory that the
process ever had, in kibibytes.
"""

from __future__ import annotations

import atexit
import importlib
import sys
from pathlib import Path

from ansible.module_utils import basic

from conftest import name_the_collection


def peak() -> None:
    status = Path("/proc/self/status").read_text()
    print(f"\npeak {status.partition('VmHWM:')[2].split()[0]}", flush=True)


if __name__ == "__main__":
    name_the_collection()
    atexit.register(peak)
    basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        basic._ANSIBLE_PROFILE = "legacy"
    importlib.import_module(f"ansible_collections.certops.alicloud.plugins.modules.{sys.argv[1]}").main()
