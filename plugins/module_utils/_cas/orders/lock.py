# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task at a time orders a certificate on a machine, and the next one knows what became of it.

The claim is held while an order is made, never while one is waited for. What it notes outlives the task: that an
application was sent, and the order that came of it, for as long as lists may not show it yet.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..._errors import StateNotReached
from ..._host.lockfile import Held, look, owner, take
from ..._rpc.client import Client
from .wanted import Wanted

# Seconds: how far lists may lag behind, and for how long an order that is not listed is still looked for by number.
LAG, REMEMBERED = 30.0, 600.0
# Seconds after which a task that holds a claim is taken for hung; it sends no application any more by then.
_LONGEST = 900.0
_FIRST_LOOK, _LONGEST_LOOK = 0.2, 2.0


class Claim:
    """The right to order, with its note; without a note when there is nowhere to keep one.

    ``waited`` tells whether another task had it first, ``unwritten`` why something could not be noted.
    """

    def __init__(
        self, note: Mapping[str, Any], now: float = 0.0, held: Held | None = None, waited: bool = False
    ) -> None:
        self._held, self.waited = held, waited
        self.unwritten: OSError | None = None
        self._age = now - note["at"] if isinstance(note.get("at"), (int, float)) else REMEMBERED
        self._note: Mapping[str, Any] = note if 0 <= self._age < REMEMBERED else {}

    @property
    def order_id(self) -> str | None:
        """The order that a task made here a moment ago."""
        number = self._note.get("order_id")
        return number if isinstance(number, str) and number.isdigit() else None

    @property
    def known(self) -> frozenset[str] | None:
        """The orders that were there when an application was sent of which nobody knows what came; else None."""
        known = self._note.get("known")
        return frozenset(map(str, known)) if isinstance(known, list) and self.order_id is None else None

    @property
    def lag_left(self) -> float:
        """Seconds for which the service may not show yet what the note tells of."""
        return max(0.0, LAG - self._age) if self._note else 0.0

    @property
    def is_ours(self) -> bool:
        """Whether nobody took it over, because this task hung for too long."""
        return self._held is None or self._held.is_ours

    def sends(self, now: float, known: Iterable[str]) -> None:
        """Note that an application is about to be sent, beside these orders."""
        self._write({"at": now, "known": sorted(known)})

    def made(self, now: float, order_id: str) -> None:
        """Note the order that came of it."""
        self._write({"at": now, "order_id": order_id})

    def clear(self) -> None:
        """Note that nothing came of it, or that the order is gone."""
        self._write({})

    def _write(self, note: dict[str, Any]) -> None:
        try:
            if self._held:
                self._held.write(note)
        except OSError as error:  # a full disk must not lose the number of an order that was made
            self.unwritten = error


def foreseen(client: Client, wanted: Wanted) -> Claim:
    """What the note says, for a task that may only predict: it holds nothing and writes nothing."""
    return Claim(look(_path(client.state_directory, client, wanted)) if client.state_directory else {}, _now(client))


@contextmanager
def claimed(client: Client, wanted: Wanted, deadline: float, warnings: list[str]) -> Iterator[Claim]:
    """Hold the claim on a certificate; wait for whoever holds it. Raises StateNotReached when that takes too long."""
    begun = client.clock.monotonic()
    held = _held(client, wanted, deadline, warnings)
    try:
        note, waited = held.read() if held else {}, client.clock.monotonic() - begun > _FIRST_LOOK / 2
        claim = Claim(note, _now(client), held, waited)
        yield claim
        if claim.unwritten:
            warnings.append(_unnoted(client, claim.unwritten))
    finally:
        if held:
            held.release()


def forget(client: Client, wanted: Wanted, order_id: str | None) -> None:
    """An order is deleted: whoever applies next need not look for it. Where that cannot be noted, it is looked for."""
    if client.state_directory is None:
        return
    path, now = _path(client.state_directory, client, wanted), _now(client)
    if not os.path.exists(f"{path}.json"):
        return
    try:
        held = take(path, now, now + 1)
    except OSError:
        return
    if held:
        with held:
            claim = Claim(held.read(), now, held)
            if claim.order_id == order_id:
                claim.clear()


def _held(client: Client, wanted: Wanted, deadline: float, warnings: list[str]) -> Held | None:
    if client.state_directory is None:
        return None
    path, pause = _path(client.state_directory, client, wanted), _FIRST_LOOK
    try:
        while True:
            now = _now(client)
            held = take(path, now, now + _LONGEST)
            if held:
                return held
            if client.clock.monotonic() + pause >= deadline:
                raise StateNotReached(_busy(path, now))
            client.clock.sleep(pause * (1 - client.clock.chance() / 4))
            pause = min(_LONGEST_LOOK, pause * 2)
    except OSError as error:
        warnings.append(_unnoted(client, error))
        return None


def _unnoted(client: Client, error: OSError) -> str:
    return (
        f"Nothing can be noted in {client.state_directory} ({error.strerror}): tasks that order the same "
        "certificate at the same moment are not kept apart. Make it writable, or set XDG_STATE_HOME."
    )


def _busy(path: str, now: float) -> str:
    who = owner(path)
    since = f" since {now - who['since']:.0f} s" if isinstance(who.get("since"), (int, float)) else ""
    return (
        f"Another task orders this certificate{since} (process {who.get('pid', '?')} of {who.get('host', '?')}); "
        "nothing was sent. Run the task again when it has ended."
    )


def _path(state_directory: str, client: Client, wanted: Wanted) -> str:
    about = "\0".join((client.host, wanted.product_code, *sorted(wanted.domains)))
    return os.path.join(state_directory, f"order-{hashlib.sha256(about.encode()).hexdigest()[:32]}")


def _now(client: Client) -> float:
    return client.clock.now().timestamp()
