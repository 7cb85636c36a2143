# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A home and a working directory of their own for the tasks that run in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest


@pytest.fixture(scope="module", autouse=True)
def home(directory: Path) -> Iterator[None]:
    """Nothing else that a task would look for is in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("ALI", "ANSIBLE", "XDG"))}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith(("_proxy", "_bundle"))}
    own = {"HOME": str(directory), "TMPDIR": str(directory), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    before = os.getcwd()
    os.chdir(directory)
    with patch.dict(os.environ, {**kept, **own}, clear=True):
        yield
    os.chdir(before)
