# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of Ansible that take less of the processor, for runs whose tests want it."""

from __future__ import annotations

# Ansible looks for results a thousand times a second while it waits, which takes a twentieth of a processor.
SETTINGS = "[defaults]\ninternal_poll_interval = 0.01\n"
