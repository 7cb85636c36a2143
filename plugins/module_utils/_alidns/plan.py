# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies between the record that a task wants and the records that are: pure functions from both to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .._errors import NotAllowed
from .._plan import Plan, Repeat, Step, Target
from .._text import KNOWN_AFTER_APPLY, one_line
from .argspec import RecordWanted, State
from .record import APEX, ENGLISH, Record, Zone

ADD, UPDATE, DELETE = "AddDomainRecord", "UpdateDomainRecord", "DeleteDomainRecord"

# What cannot stand beside a CNAME on the same line, by the service's own rules; at the apex, TXT can.
_NOT_BESIDE_CNAME = frozenset({"A", "AAAA", "CAA", "SRV", "TXT"})


@dataclass(frozen=True)
class Seen:
    """What was observed: the zone, and its records under the wanted name, of all types and lines."""

    wanted: RecordWanted
    zone: Zone
    records: tuple[Record, ...]


def plan_record(seen: Seen, now: datetime) -> Plan[Record]:
    """The plan of ``alidns_record``."""
    wanted, zone = seen.wanted, seen.zone
    aim = Record(KNOWN_AFTER_APPLY, zone.name, zone.rr(wanted.name), wanted.type, wanted.value, wanted.ttl, wanted.line)
    return _RULES[wanted.state](zone, aim, seen.records)


def find(step: Step[Record], records: Iterable[Record]) -> Record | None:
    """The record that a step leaves, as the service shows it."""
    leaves = step.leaves
    return next((each for each in records if leaves and each.enabled and each.is_same(leaves)), None)


def is_settled(step: Step[Record], records: Sequence[Record]) -> bool:
    """Whether these records show that a step was carried out, by this task or another one."""
    if step.leaves is None:
        return all(record.record_id != step.target.id for record in records)
    there = find(step, records)
    return there is not None and (step.action == ADD or there.ttl in (None, step.leaves.ttl))


def _present(zone: Zone, aim: Record, records: Sequence[Record]) -> Plan[Record]:
    same = [record for record in records if record.is_same(aim)]
    there = next((record for record in same if record.enabled), None)
    if there is None:
        _refuse_disabled(same)
        _refuse_conflict(aim, records)
        return Plan(None, (_add(zone, aim),))
    if there.ttl in (None, aim.ttl):
        return Plan(there)
    _refuse_locked(there)
    return Plan(there, (_update(there, aim),))


def _absent(zone: Zone, aim: Record, records: Sequence[Record]) -> Plan[Record]:
    same = [record for record in records if record.is_same(aim)]
    for record in same:
        _refuse_locked(record)
    return Plan(same[0] if same else None, tuple(delete(record) for record in same))


_RULES: dict[State, Callable[[Zone, Record, Sequence[Record]], Plan[Record]]] = {
    State.PRESENT: _present,
    State.ABSENT: _absent,
}


def _add(zone: Zone, aim: Record) -> Step[Record]:
    params = {**ENGLISH, "DomainName": zone.spelling, **_params(aim)}
    return Step(ADD, f"no {aim.named} with this value", Target("record_id", None), aim, Repeat.SAFE, params)


def _update(there: Record, aim: Record) -> Step[Record]:
    leaves = replace(there, ttl=aim.ttl)
    reason = f"the TTL of {there.named} is {there.ttl}, not {aim.ttl}"
    params = {**ENGLISH, "RecordId": there.record_id, **_params(leaves)}
    return Step(UPDATE, reason, Target("record_id", there.record_id), leaves, Repeat.SAFE, params)


def delete(there: Record) -> Step[Record]:
    reason = f"this value of {there.named} is not wanted"
    params = {**ENGLISH, "RecordId": there.record_id}
    return Step(DELETE, reason, Target("record_id", there.record_id), None, Repeat.SAFE, params)


def _params(record: Record) -> dict[str, Any]:
    return {"RR": record.rr, "Type": record.type, "Value": record.value, "TTL": record.ttl, "Line": record.line}


def _refuse_disabled(same: Iterable[Record]) -> None:
    for record in same:
        raise NotAllowed(
            f"{record.named} has this value, but is disabled (record {record.record_id}), so it is not served. "
            "Enable it in the console, or remove it with state: absent first."
        )


def _refuse_locked(record: Record) -> None:
    if record.locked:
        raise NotAllowed(f"{record.named} is locked (record {record.record_id}). Unlock it in the console first.")


def _refuse_conflict(aim: Record, records: Iterable[Record]) -> None:
    for record in records:
        if record.enabled and record.line == aim.line and _conflict(aim, record):
            raise NotAllowed(
                f"{aim.named} cannot stand beside {record.named} on the line {record.line} (record "
                f"{record.record_id}, value {one_line(record.value, 80)}). Remove that one first, or use another name."
            )


def _conflict(one: Record, other: Record) -> bool:
    types = {one.type, other.type}
    if one.rr == APEX and "TXT" in types:
        return False
    return "CNAME" in types and bool(types & _NOT_BESIDE_CNAME)
