# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Parsers of single options that several kinds share. A value that is not valid raises InvalidOption."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any, NamedTuple

from .._errors import InvalidOption
from .._rpc.fields import id_text
from .._text import quoted

_SPANS = "days (30d) or hours (720h)"
_LONGEST_WAIT = 1_000_000_000  # no clock counts without end


def identifier(value: object, option: str) -> str | None:
    """An id as text, as the service gave it; None where none was given. A number that was rounded is not one."""
    if value is None:
        return None
    text = id_text(value)
    if text is None:
        raise InvalidOption(option, f"{quoted(value)} is not a valid id; give the id as it was returned, in quotes.")
    return text


def order_identifier(value: object, option: str = "order_id") -> str | None:
    """The id of an order. The id of its instance, which the console shows beside it, is refused."""
    text = identifier(value, option)
    if text and text.startswith("cas-"):
        raise InvalidOption(option, f"{quoted(text)} is the id of an instance; give the id of the order, in quotes.")
    return text


def positive(value: float, option: str) -> float:
    if not 0 < value <= _LONGEST_WAIT:
        raise InvalidOption(option, f"give a number of seconds above 0, and {_LONGEST_WAIT} at most.")
    return value


def days_or_hours(value: str | None, option: str) -> timedelta | None:
    """A time span such as ``30d`` or ``720h``; None where none was given."""
    if value is None:
        return None
    from .._x509.renewal_window import window  # few lists are filtered by expiry

    asked = window(value, option, _SPANS)
    if asked.span is None:
        raise InvalidOption(option, f"a share is not valid here; give {_SPANS}.")
    return asked.span


class WaitFor(Enum):
    NONE = "none"
    VALIDATION = "validation"
    ISSUED = "issued"


# Seconds.
_TIMEOUTS = {WaitFor.NONE: 300.0, WaitFor.VALIDATION: 300.0, WaitFor.ISSUED: 4500.0}


class Waiting(NamedTuple):
    """How a task waits: what for, how long at most and how long between the first two looks, in seconds.

    ``publishes``: the task itself publishes what validates the domains.
    """

    wait_for: WaitFor
    timeout: float
    interval: float
    publishes: bool = False


def read_waiting(options: Mapping[str, Any]) -> Waiting:
    """The options ``wait_for``, ``wait_timeout`` and ``poll_interval``. Raises InvalidOption."""
    wait_for, timeout = WaitFor(options["wait_for"]), options.get("wait_timeout")
    return Waiting(
        wait_for,
        positive(_TIMEOUTS[wait_for] if timeout is None else timeout, "wait_timeout"),
        positive(options["poll_interval"], "poll_interval"),
        bool(options.get("publishes")),
    )
