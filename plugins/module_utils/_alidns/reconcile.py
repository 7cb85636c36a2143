# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""``alidns_record``: what a DNS record brings to the one path."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._errors import ApiError, OutcomeUnknown, StateNotReached
from .._errors import Kind as RefusalKind
from .._plan import Display, Outcome, Plan, Step
from .._reconcile import RUN_AGAIN, ApiActor, ApiRun, Done, Kind, Run, find_after_loss, look_for, reconcile
from .._rpc.fields import text
from . import api
from .plan import ADD, DELETE, UPDATE, Seen, delete, find, is_settled, plan_record
from .record import Record, diff_text

if TYPE_CHECKING:
    from .._rpc.client import Client
    from .argspec import RecordWanted

# Seconds before each look at what a call has left: lists may lag behind.
_LOOKS = (0.0, 1.0, 2.0, 4.0)
# Refusals that say that there is nothing to do any more, if a look confirms it.
_NEEDLESS = {ADD: RefusalKind.DUPLICATE, UPDATE: RefusalKind.DUPLICATE, DELETE: RefusalKind.GONE}


def ensure_record(client: Client, wanted: RecordWanted) -> Outcome[Record]:
    """``alidns_record``."""
    run: ApiRun = Run(client)
    return reconcile(run, wanted, _RECORD)


def add_value(client: Client, wanted: RecordWanted) -> str | None:
    """Ensure that a value is there, with one call where it is new; returns the record's id where that call told it."""
    run: ApiRun = Run(client)
    if wanted.domain:
        [step] = plan_record(Seen(wanted, api.zone_of(run, wanted), ()), run.now()).steps
        try:
            return text(run.send(step).get("RecordId"))
        except ApiError as refused:
            if refused.kind is not RefusalKind.DUPLICATE:
                raise
        except OutcomeUnknown:
            pass  # a look tells what became of it
    outcome = ensure_record(client, wanted)
    return outcome.after.record_id if outcome.after else None


def remove_value(client: Client, wanted: RecordWanted, record_id: str | None) -> None:
    """Ensure that a value is not there, with one call where the id of its record is known."""
    if record_id and wanted.domain:
        run: ApiRun = Run(client)
        there = Record(record_id, wanted.domain, "", wanted.type, wanted.value, None, wanted.line)
        try:
            run.send(delete(there))
            return
        except ApiError as refused:
            if refused.kind is RefusalKind.GONE:
                return
        except OutcomeUnknown:
            pass  # a look tells what became of it
    ensure_record(client, wanted)


def foresee_record(client: Client, wanted: RecordWanted) -> Outcome[Record]:
    """What ``alidns_record`` would do; nothing is changed, whatever the client may do."""
    run: ApiRun = Run(client, predicts=True)
    return reconcile(run, wanted, _RECORD)


def _observe(run: ApiRun, wanted: RecordWanted) -> Seen:
    zone = api.zone_of(run, wanted)
    return Seen(wanted, zone, tuple(api.records(run, zone, wanted.name)))


def _execute(run: ApiRun, seen: Seen, step: Step[Record], lock: None) -> Done[Record]:
    """Send a step once; returns the record as the service shows it afterwards."""

    def look() -> Done[Record] | None:
        records = api.records(run, seen.zone, seen.wanted.name)
        return Done(find(step, records)) if is_settled(step, records) else None

    refused = None
    try:
        run.send(step)
    except OutcomeUnknown as lost:
        found = find_after_loss(run, step, lost, look, _LOOKS)
        run.warnings.append(f"The response to {step.action} was lost; a look showed that it was carried out.")
        return found
    except ApiError as error:
        if error.kind is not _NEEDLESS[step.action]:
            raise
        refused = error
    done = look_for(run, look, _LOOKS)
    if done is None:
        raise refused or StateNotReached(
            f"The service accepted {step.action}, but shows no effect yet. {RUN_AGAIN}", action=step.action
        )
    return done


def _settle(run: ApiRun, seen: Seen, plan: Plan[Record], done: Done[Record]) -> Record | None:
    record, wanted = done.after, seen.wanted
    if plan.changed and record and record.ttl not in (None, wanted.ttl):
        run.warnings.append(f"The service keeps {record.named} with a TTL of {record.ttl} instead of {wanted.ttl}.")
    return record


def _results(record: Record | None, now: datetime) -> dict[str, Any]:
    return {"record": record.public() if record else None}


_RECORD: Kind[ApiActor, RecordWanted, Seen, Record, None] = Kind(
    _observe, plan_record, _execute, Display(_results, diff_text), settle=_settle
)
