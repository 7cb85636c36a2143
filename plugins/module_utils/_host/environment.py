# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Variables of the environment. One that is set and empty is not set: most CI systems do that with what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple


class Variable(NamedTuple):
    name: str
    value: str


def first_set(names: Iterable[str]) -> Variable | None:
    """The first variable that has more than blanks in it."""
    found = (Variable(name, os.environ.get(name, "")) for name in names)
    return next((each for each in found if each.value.strip()), None)


def named_value(names: Iterable[str], value: str | None) -> str | None:
    """The variable that a value was taken from."""
    found = first_set(names)
    return found.name if found and found.value == value else None


def state_directory() -> str:
    """The directory of this user for notes between tasks; made when there is something to note."""
    state = os.environ.get("XDG_STATE_HOME", "")
    # A path that is not absolute counts as none, by the rules of this variable.
    base = state if os.path.isabs(state) else os.path.expanduser("~/.local/state")
    return os.path.join(base, "certops.alicloud")
