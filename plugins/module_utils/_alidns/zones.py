# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The zones of an account, asked for once in a run of Ansible: its hosts mostly share them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._host.run_note import change_of_run, read_of_run
from .._reconcile import Run
from . import api
from .record import Zone

if TYPE_CHECKING:
    from .._rpc.client import Client
    from .argspec import RecordWanted

# Seconds. A run takes longer only where it waits for something.
_REMEMBERED = 600.0


def zone_in_this_run(client: Client, wanted: RecordWanted) -> Zone:
    """The zone that a task means, as a task for another host of the same run was told; asked for where none was.

    Raises as ``api.zone_of``.
    """
    path = _path(client, wanted.name)
    if wanted.domain or path is None:
        return api.zone_of(Run(client), wanted)
    now = client.clock.now().timestamp()
    known = api.holding(_known(read_of_run(path, now, _REMEMBERED)), wanted.name)
    if known:
        return known
    zones = api.hosted(Run(client), wanted.name)
    if not client.read_only:
        told = {"zones": {name: zone.spelling for name, zone in zones.items()}}
        change_of_run(path, now, _REMEMBERED, lambda _said: told, client.clock.sleep)
    return api.require_zone(zones, wanted.name)


def _known(note: Mapping[str, Any]) -> dict[str, Zone]:
    """The zones of a note."""
    zones = note.get("zones")
    return {name: Zone(name, str(zones[name])) for name in zones} if isinstance(zones, dict) else {}


def _path(client: Client, name: str) -> str | None:
    if client.state_directory is None:
        return None
    about = f"{client.account}\0{api.searched_for(name)}"
    return os.path.join(client.state_directory, f"zones-{hashlib.sha256(about.encode()).hexdigest()[:32]}")
