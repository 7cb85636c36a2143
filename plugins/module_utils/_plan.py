# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task will do, as a value."""

from __future__ import annotations

KNOWN_AFTER_APPLY = "(known after apply)"
