# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator by its short name, in a clone: python -m tests.emulator."""

from __future__ import annotations

import sys

from playbooks.files.emulator.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
