# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which unused instances the tasks of one check mode run would take: each of them alone sees them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..._host.run_note import change_of_run, read_of_run
from ..lock import moment, note_path

if TYPE_CHECKING:
    from ..._reconcile import ApiRun
    from .wanted import InstanceWanted

# Seconds after the last preview.
_REMEMBERED = 3600.0


def planned_by_others(run: ApiRun, wanted: InstanceWanted) -> frozenset[str]:
    """The instances that earlier previews of this run would take for other names."""
    path = _path(run)
    if path is None or not run.actor.read_only:
        return frozenset()
    note = read_of_run(path, moment(run), _REMEMBERED)
    return frozenset(key for key, names in _previews(note).items() if names != sorted(wanted.domains))


def claim(run: ApiRun, wanted: InstanceWanted, fitting: Sequence[str]) -> frozenset[str]:
    """Note which of these a preview would take, the first that no other one would; returns what the others would.

    Previews of one run are made at the same time.
    """
    path, names = _path(run), sorted(wanted.domains)
    if path is None or not run.actor.read_only:
        return frozenset()

    def added(note: Mapping[str, Any]) -> dict[str, Any]:
        others = {key: taken for key, taken in _previews(note).items() if taken != names}
        first = next((each for each in fitting if each not in others), None)
        return {"previews": {**others, **({first: names} if first else {})}}

    note = change_of_run(path, moment(run), _REMEMBERED, added, run.clock.sleep)
    return frozenset(key for key, taken in _previews(note).items() if taken != names)


def _previews(note: Mapping[str, Any]) -> dict[str, list[str]]:
    found = note.get("previews")
    return {key: names for key, names in found.items() if isinstance(names, list)} if isinstance(found, dict) else {}


def _path(run: ApiRun) -> str | None:
    directory = run.actor.state_directory
    return note_path(directory, "preview", run.actor.account, "instances") if directory else None
