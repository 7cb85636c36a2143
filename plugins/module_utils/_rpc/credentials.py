# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The keys of a task, and where they come from."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from .._errors import NoCredentials


class Credentials(NamedTuple):
    """An access key, with a token when it is a temporary one. Its ``repr`` has no secret."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None
    # Whose keys these are, where the ID is another one each time: notes of tasks are kept by it.
    principal: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id})"


# Called before every request; True asks for a fetch from the origin, because the last ones were refused.
Source = Callable[[bool], Credentials]
# Seconds. Some origins run a command or call a service whenever they are asked.
_KEPT = 60.0


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


def kept(fetch: Source, now: Callable[[], float] = time.monotonic) -> Source:
    """Ask an origin once a minute. If it fails, the last keys serve until the service refuses them."""
    last: tuple[float, Credentials] | None = None

    def source(fresh: bool) -> Credentials:
        nonlocal last
        if last and not fresh and now() - last[0] < _KEPT:
            return last[1]
        try:
            found = fetch(fresh)
        except NoCredentials:
            if fresh or not last:
                raise
            found = last[1]
        last = now(), found
        return found

    return source
