# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The keys of a task, and where they come from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .._errors import NoCredentials


class Credentials(NamedTuple):
    """An access key, with a token when it is a temporary one. Its ``repr`` has no secret."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id})"


# Called before every request; True asks for a fetch from the origin, because the last ones were refused.
Source = Callable[[bool], Credentials]


def given(access_key_id: str | None, access_key_secret: str | None, security_token: str | None = None) -> Source | None:
    """The source for a key pair that a task was given; None when it was given none. Half a pair is an error."""
    if access_key_id and access_key_secret:
        credentials = Credentials(access_key_id, access_key_secret, security_token or None)
        return lambda fresh: credentials
    if access_key_id or access_key_secret:
        missing, there = (
            ("access_key_secret", "access_key_id") if access_key_id else ("access_key_id", "access_key_secret")
        )
        raise NoCredentials(
            f"{missing} is missing: {there} was given without it. Give both, as options or in the environment."
        )
    return None
