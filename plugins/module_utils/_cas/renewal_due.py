# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether a certificate is due, and whether a successor would be any better. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from .._errors import NotAllowed
from .._text import utc_text
from .._x509.renewal_window import Due, Window, is_due, was_due_at

# A clock that is off by less changes nothing that is told in days.
_MOST_OFFSET = timedelta(hours=1)
# The part of the time left at the purchase in which there has to be a successor, however it turns out.
_LAST = 3


class Asked(Protocol):
    """What a task says of renewals. ``due_on_host``: the host that uses the certificate says that it is due."""

    @property
    def renew_before(self) -> Window:
        """When a certificate is due."""

    @property
    def force(self) -> bool:
        """Whether it is due in any case."""

    @property
    def due_on_host(self) -> bool:
        """Whether the host needs another one."""


class Renewable(Protocol):
    """What has a certificate that gets a successor.

    ``obtained`` is when it was asked for, ``how_obtained`` the word for that, ``ids`` what a failure tells of it.
    """

    @property
    def named(self) -> str:
        """How messages call it."""

    @property
    def not_before(self) -> datetime | None:
        """The first moment of the certificate."""

    @property
    def not_after(self) -> datetime | None:
        """The last moment of the certificate."""

    @property
    def obtained(self) -> datetime | None:
        """When it was applied for."""

    @property
    def how_obtained(self) -> str:
        """The word for that."""

    @property
    def is_expiring(self) -> bool:
        """Whether the service calls it so."""

    @property
    def ids(self) -> Mapping[str, str]:
        """The IDs that a message adds."""


def judge(wanted: Asked, thing: Renewable, now: datetime, offset: timedelta | None) -> Due:
    """Whether it is due, by the service's clock where that is known (``offset``: how far it is ahead).

    Raises NotAllowed when a successor would be due at once: every run would order another one.
    """
    if thing.not_after is None or thing.not_before is None:
        if wanted.force:
            return Due(True, f"the service does not say when {thing.named} expires, renewal is forced")
        raise NotAllowed(
            f"The service does not say when {thing.named} expires, so it is unknown whether it is due. Nothing was "
            "ordered. Run the task again later, or order now with force: true.",
            **thing.ids,
        )
    service_now = now + offset if offset is not None and abs(offset) > _MOST_OFFSET else now
    found = by_dates(wanted, thing, service_now)
    if wanted.force:
        return found if found.due else found._replace(due=True, reason=f"{found.reason}, renewal is forced")
    if found.due:
        _refuse_due_since_purchase(wanted, thing, service_now)
    elif by_dates(wanted, thing, now).due:
        raise _wrong_clock(thing, found.reason, f"this machine, which says {utc_text(now)}", service_now)
    elif wanted.due_on_host and not wanted.renew_before.is_expiring:
        if not by_dates(wanted, thing, service_now + _MOST_OFFSET).due:
            raise _wrong_clock(thing, found.reason, "the host", service_now)
        return found._replace(due=True)
    return found


def by_dates(wanted: Asked, thing: Renewable, now: datetime) -> Due:
    if thing.not_before is None or thing.not_after is None:
        raise AssertionError("only for an order with dates")
    return is_due(wanted.renew_before, thing.not_before, thing.not_after, now, thing.is_expiring)


def _refuse_due_since_purchase(wanted: Asked, thing: Renewable, now: datetime) -> None:
    """Refuse to repeat an order that was due when it was bought, unless its certificate expires before long."""
    if thing.obtained is None or thing.not_before is None or thing.not_after is None:
        return
    left_then, left = thing.not_after - thing.obtained, thing.not_after - now
    if (
        not was_due_at(wanted.renew_before, thing.not_before, thing.not_after, thing.obtained)
        or left <= left_then / _LAST
    ):
        return
    at = f"{thing.how_obtained} at {utc_text(thing.obtained)}"
    raise NotAllowed(
        f"renew_before: {thing.named} was due already when it was {at}: its "
        f"certificate is dated from {utc_text(thing.not_before)} to {utc_text(thing.not_after)}, and renew_before is "
        f"{wanted.renew_before}. A successor like it would be due at once, and every run would order another one, so "
        "nothing was ordered. The certificate may have been issued with little time left (a reissue keeps the old "
        "expiry date, a CA may date it back), or renew_before is too long for it. Use a shorter renew_before, or "
        f"force: true to order now; without either, it is renewed once a third of its time is left.",
        **thing.ids,
    )


def _wrong_clock(thing: Renewable, reason: str, whose: str, service_now: datetime) -> NotAllowed:
    machine = whose.partition(",")[0]
    return NotAllowed(
        f"renew_before: {thing.named} is due by the clock of {whose}, and not by the service's, which says "
        f"{utc_text(service_now)} ({reason}). A successor would be due at once, and every run would order another one, "
        f"so nothing was ordered; the certificate stays in use. Set the clock of {machine}. To order now, use "
        "force: true.",
        **thing.ids,
    )
