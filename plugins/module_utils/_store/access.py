# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Who may read a private key: owner, group and mode, as a task gives them."""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections.abc import Mapping
from typing import Any

from .._errors import InvalidOption
from .._text import quoted
from .model import Access


def read_access(options: Mapping[str, Any]) -> Access:
    return Access(read_mode(options["key_mode"]), _uid(options["owner"]), _gid(options["group"]))


def form_access(given: Mapping[str, Any], secret: bool) -> Access:
    return Access(read_mode(given["mode"], "mode", secret), _uid(given["owner"]), _gid(given["group"]))


def refuse_foreign(access: Access) -> None:
    """Only root gives files away: said before anything is made, not when a certificate is there."""
    user = os.geteuid()
    if user == 0:
        return
    foreign = {}
    if access.uid not in (None, user):
        foreign["owner"] = f"user {access.uid}"
    if access.gid not in (None, os.getegid(), *os.getgroups()):
        foreign["group"] = f"group {access.gid}"
    if foreign:
        raise InvalidOption(
            ", ".join(foreign),
            f"the user {user} may not make files of {' and '.join(foreign.values())}; use become, or set owner and "
            "group to those of the user that runs the task.",
        )


_MODE = re.compile(r"(0o?)?[0-7]{3}")


def read_mode(value: Any, option: str = "key_mode", secret: bool = True) -> int:
    """An octal number as text, or the number that YAML makes of 0600 without quotes."""
    text = f"{value:o}" if isinstance(value, int) and not isinstance(value, bool) else str(value).strip()
    if not _MODE.fullmatch(text):
        raise InvalidOption(
            option, f'{quoted(value)} is not a valid mode; give an octal number in quotes, such as "0600".'
        )
    mode = int(text[-3:], 8)
    if (secret and mode & 0o007) or not mode & 0o400:
        raise InvalidOption(
            option,
            f"{mode:04o} is not a valid mode for a private key: its owner must be able to read it, others must not.",
        )
    return mode


def _uid(owner: str | None) -> int | None:
    try:
        return _own_number(owner) if owner is None or owner.isdecimal() else pwd.getpwnam(owner).pw_uid
    except (KeyError, ValueError):
        raise InvalidOption(
            "owner", f"there is no user {quoted(owner)} on this machine; create it first, or correct owner."
        ) from None


def _gid(group: str | None) -> int | None:
    try:
        return _own_number(group) if group is None or group.isdecimal() else _group(group)
    except (KeyError, ValueError):
        raise InvalidOption(
            "group", f"there is no group {quoted(group)} on this machine; create it first, or correct group."
        ) from None


def _group(name: str) -> int:
    """The number of a group; BSD systems call root's group wheel."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        if name != "root":
            raise
        return grp.getgrgid(0).gr_gid


def _own_number(digits: str | None) -> int | None:
    """The number of a user or a group. The last one of 32 bits means: leave it as it is."""
    if not digits:
        return None
    if len(digits) > 10 or int(digits) >= 2**32 - 1:
        raise ValueError("no user and no group has this number")
    return int(digits)
