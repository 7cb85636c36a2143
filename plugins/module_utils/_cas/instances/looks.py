# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Looks at an instance while a task changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._errors import NotAllowed
from . import api

if TYPE_CHECKING:
    from ..._plan import Step
    from ..._reconcile import ApiRun
    from .instance import Instance
    from .select import Seen


class Taken(NotAllowed):
    """Another task, on another machine, took the instance in the meantime."""

    def __init__(self, instance: Instance) -> None:
        self.instance_id = instance.instance_id
        names = ", ".join(instance.form.domains)
        self.what = f"Instance {self.instance_id} was taken for {names} by another task in the meantime."
        super().__init__(f"{self.what} Nothing was applied for. Run the task again.", instance_id=self.instance_id)


def looked_at(run: ApiRun, step: Step[Instance]) -> Instance:
    found = api.describe(run, str(step.target.id))
    if found is None:
        raise NotAllowed(
            f"Instance {step.target.id} does not exist any more. Run the task again: it plans again from the current "
            "state.",
            instance_id=step.target.id,
        )
    return found


def refuse_taken(seen: Seen, found: Instance) -> None:
    wanted = seen.wanted
    names, before = set(found.form.domains), set(seen.instance.form.domains) if seen.instance else set()
    if names and names not in (before, set(wanted.domains)) and not names <= set(wanted.domains):
        raise Taken(found)
