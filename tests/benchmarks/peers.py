# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpack the collections of the AWS peer, which nothing else of this project needs.

Usage: python -m tests.benchmarks.peers
"""

from __future__ import annotations

from tests.tools.dependencies import VENV, unpack

PEERS = VENV / "bench"
NEEDED = ("ansible_collections/amazon/aws/", "ansible_collections/community/aws/")

if __name__ == "__main__":
    unpack(PEERS, NEEDED)
