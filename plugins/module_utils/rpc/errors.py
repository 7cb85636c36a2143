# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure and its sentence."""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Any


class Failure(Exception):
    """What ends a task: a sentence for the reader, facts for the playbook.

    ``facts`` holds what is known of: code, request_id, http_status, action, order_id, outcome, changed, plan, order.

    Failure
    ├── BadInput           an option that cannot be right; nothing was called
    ├── MissingLibrary     a Python package is not there
    ├── NoCredentials      no access key was found, or half of one
    ├── ReadOnly           a write was asked of a client that may only read
    ├── NotSent            the request never left: name look-up, connect
    │   └── Unsendable     and never will, as it is
    │       └── Untrusted  the server's certificate was not accepted
    ├── NoAnswer           sent, and no readable answer came
    ├── Refused            the service said no; ``kind`` says in which way
    ├── Unclear            a write may or may not have happened
    ├── Forbidden          the rules of this collection say no
    └── NotReached         the order did not get where the task wanted it in time
        └── TimeUp         the time for the task was over before a call was sent
    """

    def __init__(self, msg: str, **facts: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.facts: dict[str, Any] = {}
        self.add(**facts)

    def add(self, **facts: Any) -> Failure:
        """Note facts that are not known yet; what was noted first stays."""
        for name, value in facts.items():
            if value is not None:
                self.facts.setdefault(name, value)
        return self


class BadInput(Failure):
    """An option that cannot be right; the sentence begins with its name."""

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(f"{option}: {problem}")
        self.option = option


class MissingLibrary(Failure):
    """A Python package is not there; ``library`` is its name on PyPI."""

    def __init__(self, library: str) -> None:
        super().__init__(f"The Python package {library} is missing.")
        self.library = library


class NoCredentials(Failure):
    """No access key was found, or half of one."""


class ReadOnly(Failure):
    """A write was asked of a client that may only read."""


class NotSent(Failure):
    """The request never left this machine: sending it again cannot do harm."""


class Unsendable(NotSent):
    """The request cannot leave as it is: an address or a key that cannot be written."""


class Untrusted(Unsendable):
    """The server's certificate was not accepted."""


class NoAnswer(Failure):
    """The request was sent and no readable answer came; it may have been carried out."""


class Unclear(Failure):
    """A write may or may not have happened."""


class Forbidden(Failure):
    """The rules of this collection say no."""


class NotReached(Failure):
    """The order did not get where the task wanted it in time."""


class TimeUp(NotReached):
    """The time for the task was over before a call was sent."""


class Kind(Enum):
    """In which way the service refused."""

    THROTTLED = "throttled"
    BUSY = "busy"
    CLOCK = "clock"
    TOKEN = "token"
    KEY = "key"
    SIGNATURE = "signature"
    NONCE = "nonce"
    ENDPOINT = "endpoint"
    QUOTA = "quota"
    FULL = "full"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    ZONE = "zone"
    LOCKED = "locked"
    TTL = "ttl"
    PERMISSION = "permission"
    TOO_LONG = "too long"
    GONE = "gone"
    STATE = "state"
    INPUT = "input"
    BROKEN = "broken"
    OTHER = "other"


class Refused(Failure):
    """The service said no.

    ``retry_after`` is the pause it asked for in seconds, or None.
    """

    def __init__(self, kind: Kind, msg: str, retry_after: float | None = None, **facts: Any) -> None:
        super().__init__(msg, **facts)
        self.kind = kind
        self.retry_after = retry_after


def one_line(text: object, limit: int = 300) -> str:
    """Somebody else's text, fit for one line of a message: no control characters, no addresses, not endless."""
    try:
        said = str(text or "")[: limit * 4]
    except (RecursionError, ValueError):  # lists in lists without end, a number of thousands of digits
        return "(what cannot be shown)"
    words = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+", " ", said)
    words = re.sub(r"\b\w+://\S+", "(address left out)", words).strip()
    return words if len(words) <= limit else words[: limit - 1] + "…"


def quoted(value: object) -> str:
    """A value of the user's as a message shows it: one line, not endless, and never what may be a key."""
    text = str(value)
    return "(a private key)" if "PRIVATE KEY" in text else repr(text if len(text) <= 80 else text[:79] + "…")


def utc_text(moment: datetime) -> str:
    """A UTC moment as ``2026-11-22T00:00:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
