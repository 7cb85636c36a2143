# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which status follows which: found by walking through the emulator breadth first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Impossible, Refusal

DAY = 86400.0
START = 1795305600.0  # 2026-11-22T00:00:00Z
# When it is looked whether a status has changed by itself: soon, or within months; what lasts, lasts 30 days.
SPANS = (60.0, *(25 * DAY * number for number in range(1, 11)))
TIME = "time passes"

Event = Callable[[Emulator], object]


class Transition(NamedTuple):
    """A status, what happens, and the status that follows."""

    before: str
    event: str
    after: str


@dataclass(frozen=True)
class Kind:
    """What has a status in an account: what it is called, what can happen, and what of the past still matters."""

    status: Callable[[Emulator], str]
    events: Mapping[str, Event]
    identity: Callable[[Emulator], Hashable]


def walk(first: Emulator, kind: Kind) -> set[Transition]:
    """Every change of status that can come about from an account on."""
    known = {kind.identity(first)}
    frontier, found = [first], set()
    while frontier:
        following = []
        for account in frontier:
            for event, later in _following(account, kind):
                found.add(Transition(kind.status(account), event, kind.status(later)))
                if kind.identity(later) not in known:
                    known.add(kind.identity(later))
                    following.append(later)
        frontier = following
    return {each for each in found if each.before != each.after}


def _following(account: Emulator, kind: Kind) -> Iterator[tuple[str, Emulator]]:
    """The accounts that one event leads to; what is refused leads nowhere."""
    for name, event in kind.events.items():
        fork = account.fork()
        try:
            event(fork)
        except (Refusal, Impossible):
            continue
        yield name, fork
    later = _changed_by_time(account, kind)
    if later:
        yield TIME, later


def _changed_by_time(account: Emulator, kind: Kind) -> Emulator | None:
    """The account with the status that follows by itself."""
    for span in SPANS:
        fork = account.fork()
        fork.advance(span)
        if kind.status(fork) != kind.status(account):
            return fork
    return None
