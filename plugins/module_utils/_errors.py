# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Every failure and its sentence."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any


class Failure(Exception):
    """What ends a task: a sentence for the reader, facts for the playbook.

    ``facts`` holds what is known of: code, request_id, http_status, action, order_id, outcome, changed, plan, order.

    Failure
    ├── InvalidOption            an option is not valid; nothing was called
    ├── MissingLibrary           a Python package is not installed
    ├── NoCredentials            no access key was found, or half of one
    ├── ReadOnly                 a check mode run was about to write
    ├── NotSent                  the request never left: name look-up, connect
    │   └── InvalidRequest       the request cannot be sent as it is
    │       └── Untrusted        the server's certificate was not accepted
    ├── NoResponse               the request was sent, and no readable response came
    ├── ApiError                 the service refused; ``kind`` says in which way
    ├── OutcomeUnknown           a write may or may not have happened
    ├── NotAllowed               a rule of this collection forbids it
    ├── InvalidCertificate       a certificate, a chain or a key cannot be used
    └── StateNotReached          what was waited for did not come in time, or cannot come any more
        └── DeadlineExceeded     the time of the task was over before a call was sent
    """

    def __init__(self, msg: str, **facts: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.facts: dict[str, Any] = {}
        self.warnings: list[str] = []
        self.add(**facts)

    def add(self, **facts: Any) -> Failure:
        """Note facts that are not known yet; what was noted first stays."""
        for name, value in facts.items():
            if value is not None:
                self.facts.setdefault(name, value)
        return self

    def warn(self, warnings: Iterable[str]) -> None:
        """Note what was to be warned of before; a warning that is noted already is not repeated."""
        self.warnings = list(dict.fromkeys([*warnings, *self.warnings]))


class InvalidOption(Failure):
    """An option that cannot be right; the sentence begins with its name."""

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(f"{option}: {problem}")
        self.option, self.problem = option, problem


class InvalidCertificate(Failure):
    """A certificate, a chain or a key that cannot be used."""


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


class InvalidRequest(NotSent):
    """The request cannot leave as it is: an address or a key that cannot be written."""


class Untrusted(InvalidRequest):
    """The server's certificate was not accepted."""


class NoResponse(Failure):
    """The request was sent and no readable response came; it may have been carried out."""


class OutcomeUnknown(Failure):
    """A write may or may not have happened."""


class NotAllowed(Failure):
    """The rules of this collection say no."""


class StateNotReached(Failure):
    """The order did not get where the task wanted it in time."""


class DeadlineExceeded(StateNotReached):
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


class ApiError(Failure):
    """The service said no.

    ``retry_after`` is the pause it asked for in seconds, or None.
    """

    def __init__(self, kind: Kind, msg: str, retry_after: float | None = None, **facts: Any) -> None:
        super().__init__(msg, **facts)
        self.kind = kind
        self.retry_after = retry_after
