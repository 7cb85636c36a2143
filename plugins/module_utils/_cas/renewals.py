# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which of many orders or instances, as results show them, need another certificate. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from .._errors import InvalidOption
from .._text import quoted
from .._x509.renewal_window import Window, is_due, window
from .status import IN_FLIGHT, Status

_FORM = "%Y-%m-%dT%H:%M:%SZ"
_IN_PROGRESS = frozenset(status.value for status in IN_FLIGHT)


def due(things: Iterable[Mapping[str, Any]], renew_before: str, now: datetime) -> list[Mapping[str, Any]]:
    """Those whose certificate is due, the one that expires first in front. Raises InvalidOption."""
    asked = window(renew_before, "renew_before")
    found = [thing for thing in map(_checked, _listed(things)) if _is_due(thing, asked, now)]
    return sorted(found, key=lambda thing: str(thing["not_after"]))


def _listed(things: object) -> Iterable[object]:
    if isinstance(things, (str, Mapping)) or not isinstance(things, Iterable):
        raise InvalidOption("_input", "give a list: orders of cas_order_info, or instances of cas_instance_info.")
    return things


def _checked(thing: object) -> Mapping[str, Any]:
    if not isinstance(thing, Mapping) or not {"status", "not_before", "not_after"} <= set(thing):
        raise InvalidOption("_input", f"{quoted(thing)} is not an order or an instance, as results have them.")
    return thing


def _is_due(thing: Mapping[str, Any], asked: Window, now: datetime) -> bool:
    """What is in progress, what never had a certificate, and what has no dates is not due."""
    begins, ends = _moment(thing, "not_before"), _moment(thing, "not_after")
    if thing["status"] in _IN_PROGRESS or begins is None or ends is None:
        return False
    if thing["status"] == Status.REVOKED.value:
        return True
    return is_due(asked, begins, ends, now, thing["status"] == Status.EXPIRING.value).due


def _moment(thing: Mapping[str, Any], name: str) -> datetime | None:
    text = thing[name]
    if text is None:
        return None
    try:
        return datetime.strptime(str(text), _FORM).replace(tzinfo=timezone.utc)
    except ValueError:
        raise InvalidOption("_input", f"{name} is {quoted(text)}, which is not a time in UTC.") from None
