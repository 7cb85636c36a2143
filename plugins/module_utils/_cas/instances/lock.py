# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""One task at a time takes an unused instance on a machine, or applies for one; the next one knows what became of it.

Locks are held while an application is sent, never while one is waited for. Their notes outlive the task: which instance
was taken for which names, and that an application was sent for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._host.lockfile import Lockfile, read_note
from ..._rpc.fields import id_text
from ..lock import FIRST_LOOK, moment, note_path, unwritten, wait_for_lock

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from .instance import Instance
    from .wanted import InstanceWanted

# Seconds: how far the service may lag behind what was sent.
LAG = 30.0
_DOING = "applying for a certificate of this instance"


class Sent(NamedTuple):
    """An application that a task of this machine sent: when, for which names, beside which certificate.

    ``ahead`` is by how many seconds the service's clock was ahead then.
    """

    at: float
    names: frozenset[str]
    before: str | None
    ahead: float = 0.0

    def lag_left(self, now: float) -> float:
        """Seconds for which the service may not show it yet."""
        return max(0.0, LAG - (now - self.at)) if now >= self.at else 0.0


class Lock:
    """The right to change instances; without notes where there is nowhere to keep them.

    ``waited`` tells whether another task had a lock first. ``latest`` is the instance as the last step saw it.
    """

    def __init__(self, run: ApiRun) -> None:
        self._run = run
        self._held: dict[str, Lockfile] = {}
        self.waited = False
        self.latest: Instance | None = None
        self._unwritten: OSError | None = None

    @property
    def is_ours(self) -> bool:
        """Whether no lock expired, so that another task took it over."""
        return all(held.is_ours for held in self._held.values())

    def take_pool(self) -> None:
        """Hold the lock of all unused instances of the endpoint."""
        self._take(_pool_path(self._run), "taking an unused instance")

    def take(self, instance_id: str) -> None:
        """Hold the lock of an instance; nothing where it is held already. Raises StateNotReached at the deadline."""
        self._take(_path(self._run, instance_id), _DOING)

    def _take(self, path: str | None, doing: str) -> None:
        if path is None or path in self._held:
            return
        begun = self._run.clock.monotonic()
        held = wait_for_lock(self._run, path, doing)
        self.waited = self.waited or self._run.clock.monotonic() - begun > FIRST_LOOK / 2
        if held:
            self._held[path] = held

    def sends(self, wanted: InstanceWanted, instance: Instance) -> None:
        """Note that an application is about to be sent for an instance."""
        note = {"at": moment(self._run), "names": sorted(wanted.domains), "before": instance.certificate_id}
        offset = self._run.actor.service_offset
        ahead = {"ahead": round(offset.total_seconds())} if offset else {}
        self._write(_path(self._run, instance.instance_id), {**note, **ahead})

    def clear(self, instance_id: str) -> None:
        """Note that nothing was sent."""
        self._write(_path(self._run, instance_id), {})

    def takes(self, wanted: InstanceWanted, instance_id: str) -> None:
        """Note that an unused instance is taken for some names."""
        now, path = moment(self._run), _pool_path(self._run)
        others = {key: each for key, each in _taken(self._run, path).items() if now - each.at < LAG}
        kept = {**others, instance_id: Sent(now, frozenset(wanted.domains), None)}
        self._write(path, {"taken": {key: [each.at, sorted(each.names)] for key, each in kept.items()}})

    def _write(self, path: str | None, note: dict[str, Any]) -> None:
        held = self._held.get(path or "")
        try:
            if held:
                held.write(note)
        except OSError as error:  # a full disk must not end a task whose application was sent
            self._unwritten = error

    def release(self) -> None:
        for held in self._held.values():
            held.release()
        if self._unwritten:
            self._run.warnings.append(unwritten(self._run, self._unwritten, _DOING))


@contextmanager
def hold(run: ApiRun, instance_id: str | None, from_pool: bool) -> Iterator[Lock]:
    """Hold what an application needs: the pool where an unused instance is taken, and the instance."""
    lock = Lock(run)
    try:
        if from_pool:
            lock.take_pool()
        if instance_id:
            lock.take(instance_id)
        yield lock
    finally:
        lock.release()


def sent(run: ApiRun, instance_id: str) -> Sent | None:
    """The last application that a task of this machine sent for an instance."""
    path = _path(run, instance_id)
    note = read_note(path) if path else {}
    found = _sent(note.get("at"), note.get("names"), id_text(note.get("before")))
    ahead = note.get("ahead")
    return found._replace(ahead=float(ahead)) if found and isinstance(ahead, (int, float)) else found


def taken(run: ApiRun) -> Mapping[str, Sent]:
    """The unused instances that tasks of this machine took a moment ago, which lists may not show yet."""
    now = moment(run)
    return {key: each for key, each in _taken(run, _pool_path(run)).items() if 0 <= now - each.at < LAG}


def when_applied(run: ApiRun, instance: Instance) -> datetime | None:
    """When a task of this machine applied for the certificate that an instance has now, by the service's clock."""
    last = sent(run, instance.instance_id)
    if last is None or instance.certificate_id in (None, last.before):
        return None
    return datetime.fromtimestamp(last.at + last.ahead, timezone.utc)


def _taken(run: ApiRun, path: str | None) -> dict[str, Sent]:
    told = read_note(path).get("taken") if path else None
    pairs = told.items() if isinstance(told, dict) else ()
    found = {key: _sent(each[0], each[1], None) for key, each in pairs if isinstance(each, list) and len(each) == 2}
    return {key: each for key, each in found.items() if each is not None}


def _sent(at: object, names: object, before: str | None) -> Sent | None:
    if not isinstance(at, (int, float)) or isinstance(at, bool) or not isinstance(names, list):
        return None
    return Sent(float(at), frozenset(map(str, names)), before)


def _path(run: ApiRun, instance_id: str) -> str | None:
    directory = run.actor.state_directory
    return note_path(directory, "instance", run.actor.host, instance_id) if directory else None


def _pool_path(run: ApiRun) -> str | None:
    directory = run.actor.state_directory
    return note_path(directory, "pool", run.actor.host) if directory else None
