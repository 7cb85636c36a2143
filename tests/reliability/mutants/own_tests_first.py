# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin of pytest for mutmut: the tests of a mutant's own file run first, as they should notice it."""

from __future__ import annotations

import os
from typing import Protocol


class Item(Protocol):
    nodeid: str


def pytest_collection_modifyitems(items: list[Item]) -> None:
    module = os.environ.get("MUTANT_UNDER_TEST", "").rpartition(".")[0].rpartition(".")[2]
    items.sort(key=lambda item: f"/test_{module}.py" not in item.nodeid)
