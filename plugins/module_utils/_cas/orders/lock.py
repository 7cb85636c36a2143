# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""One task at a time orders a certificate on a machine, and the next one knows what became of it.

The lock is held while an order is made, never while one is waited for. What it notes outlives the task: that an
application was sent, and the order that came of it, for as long as lists may not show it yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..._host.lockfile import Lockfile, acquire, read_note
from ..._rpc.fields import id_text
from ..lock import FIRST_LOOK, moment, note_path, unwritten, wait_for_lock

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from .wanted import Wanted

# Seconds: how far lists may lag behind, and for how long an order that is not listed is still looked for by number.
LAG, REMEMBERED = 30.0, 600.0
_DOING = "ordering this certificate"


class Lock:
    """The right to order a certificate, with a note for later tasks; without a note when there is nowhere to keep one.

    ``waited`` tells whether another task had it first, ``unwritten`` why something could not be noted.
    """

    def __init__(
        self, note: Mapping[str, Any], now: float = 0.0, held: Lockfile | None = None, waited: bool = False
    ) -> None:
        self._held, self.waited = held, waited
        self.unwritten: OSError | None = None
        self._age = now - note["at"] if isinstance(note.get("at"), (int, float)) else REMEMBERED
        self._note: Mapping[str, Any] = note if 0 <= self._age < REMEMBERED else {}

    @property
    def order_id(self) -> str | None:
        """The order that a task made here a moment ago."""
        return id_text(self._note.get("order_id"))

    def is_for_another_key(self, wanted: Wanted, order_id: str) -> bool:
        """Whether an order was made here a moment ago with another CSR than the task has."""
        key = self._note.get("public_key_sha256") if self.order_id == order_id else None
        return bool(key and wanted.csr and key != wanted.csr.public_key_sha256)

    @property
    def known(self) -> frozenset[str] | None:
        """The orders that were there when an application was sent whose outcome is unknown; else None."""
        known = self._note.get("known")
        return frozenset(map(str, known)) if isinstance(known, list) and self.order_id is None else None

    @property
    def lag_left(self) -> float:
        """Seconds for which the service may not show yet what the note tells of."""
        return max(0.0, LAG - self._age) if self._note else 0.0

    @property
    def is_ours(self) -> bool:
        """Whether it did not expire, so that another task took it over."""
        return self._held is None or self._held.is_ours

    def sends(self, now: float, known: Iterable[str]) -> None:
        """Note that an application is about to be sent, beside these orders."""
        self._write({"at": now, "known": sorted(known)})

    def made(self, now: float, order_id: str, public_key_sha256: str | None = None) -> None:
        """Note the order that came of it, and the key of its CSR."""
        self._write({"at": now, "order_id": order_id, "public_key_sha256": public_key_sha256})

    def clear(self) -> None:
        """Note that nothing came of it, or that the order is gone."""
        self._write({})

    def _write(self, note: dict[str, Any]) -> None:
        try:
            if self._held:
                self._held.write(note)
        except OSError as error:  # a full disk must not lose the number of an order that was made
            self.unwritten = error


def peek(run: ApiRun, wanted: Wanted) -> Lock:
    """What the note says, for a task that may only predict: it holds nothing and writes nothing."""
    directory = run.actor.state_directory
    return Lock(read_note(_path(directory, run, wanted)) if directory else {}, moment(run))


@contextmanager
def hold(run: ApiRun, wanted: Wanted) -> Iterator[Lock]:
    """Hold the lock of a certificate; wait while another task has it. Raises StateNotReached at the deadline."""
    begun = run.clock.monotonic()
    held = _held(run, wanted)
    try:
        note, waited = held.read() if held else {}, run.clock.monotonic() - begun > FIRST_LOOK / 2
        lock = Lock(note, moment(run), held, waited)
        yield lock
        if lock.unwritten:
            run.warnings.append(unwritten(run, lock.unwritten, _DOING))
    finally:
        if held:
            held.release()


def forget(run: ApiRun, wanted: Wanted, order_id: str | None) -> None:
    """An order is deleted: later tasks need not look for it. Where that cannot be noted, they do."""
    directory = run.actor.state_directory
    if directory is None:
        return
    path, now = _path(directory, run, wanted), moment(run)
    if not os.path.exists(f"{path}.json"):
        return
    try:
        held = acquire(path, now, now + 1)
    except OSError:
        return
    if held:
        with held:
            lock = Lock(held.read(), now, held)
            if lock.order_id == order_id:
                lock.clear()


def _held(run: ApiRun, wanted: Wanted) -> Lockfile | None:
    directory = run.actor.state_directory
    return wait_for_lock(run, _path(directory, run, wanted), _DOING) if directory else None


def _path(directory: str, run: ApiRun, wanted: Wanted) -> str:
    return note_path(directory, "order", run.actor.host, wanted.product_code, *sorted(wanted.domains))
