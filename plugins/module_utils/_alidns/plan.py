# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies between the record that a task wants and the records that are: pure functions from both to a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._errors import NotAllowed
from .._plan import KNOWN_AFTER_APPLY
from .._text import one_line
from .argspec import State, Wanted
from .record import APEX, Record, Zone

ADD, UPDATE, DELETE = "AddDomainRecord", "UpdateDomainRecord", "DeleteDomainRecord"

# What cannot stand beside a CNAME on the same line, by the service's own rules; at the apex, TXT can.
_NOT_BESIDE_CNAME = frozenset({"A", "AAAA", "CAA", "SRV", "TXT"})


@dataclass(frozen=True)
class Step:
    """One call, and the record expected after it (None: it is gone). ``record_id`` is None for a new one."""

    action: str
    params: dict[str, Any] = field(repr=False)
    reason: str
    leaves: Record | None
    record_id: str | None = None

    def settled(self, records: Iterable[Record]) -> bool:
        """Whether these records show that it was carried out, by whomever."""
        if self.leaves is None:
            return all(record.record_id != self.record_id for record in records)
        there = self.found(records)
        return there is not None and (self.action == ADD or there.ttl in (None, self.leaves.ttl))

    def found(self, records: Iterable[Record]) -> Record | None:
        """The record that it leaves, as the service shows it."""
        leaves = self.leaves
        return next((each for each in records if leaves and each.enabled and each.is_same(leaves)), None)

    def public(self) -> dict[str, Any]:
        return {"action": self.action, "record_id": self.record_id, "reason": self.reason}


@dataclass(frozen=True)
class Plan:
    """The steps from the record that is there to the wanted one; there may be none of either."""

    before: Record | None
    steps: tuple[Step, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.steps)

    @property
    def after(self) -> Record | None:
        """The record as it is expected to be at the end."""
        return self.steps[-1].leaves if self.steps else self.before


def plan_record(wanted: Wanted, zone: Zone, records: Sequence[Record]) -> Plan:
    """The plan of ``alidns_record``. ``records`` are those under the wanted name, of all types and lines."""
    aim = Record(KNOWN_AFTER_APPLY, zone.name, zone.rr(wanted.name), wanted.type, wanted.value, wanted.ttl, wanted.line)
    return _RULES[wanted.state](zone, aim, records)


def _present(zone: Zone, aim: Record, records: Sequence[Record]) -> Plan:
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


def _absent(zone: Zone, aim: Record, records: Sequence[Record]) -> Plan:
    same = [record for record in records if record.is_same(aim)]
    for record in same:
        _refuse_locked(record)
    return Plan(same[0] if same else None, tuple(_delete(record) for record in same))


_RULES: dict[State, Callable[[Zone, Record, Sequence[Record]], Plan]] = {
    State.PRESENT: _present,
    State.ABSENT: _absent,
}


def _add(zone: Zone, aim: Record) -> Step:
    return Step(ADD, {"DomainName": zone.spelling, **_params(aim)}, f"no {aim.named} with this value", aim)


def _update(there: Record, aim: Record) -> Step:
    leaves = replace(there, ttl=aim.ttl)
    reason = f"the TTL of {there.named} is {there.ttl}, not {aim.ttl}"
    return Step(UPDATE, {"RecordId": there.record_id, **_params(leaves)}, reason, leaves, there.record_id)


def _delete(there: Record) -> Step:
    reason = f"this value of {there.named} is not wanted"
    return Step(DELETE, {"RecordId": there.record_id}, reason, None, there.record_id)


def _params(record: Record) -> dict[str, Any]:
    return {"RR": record.rr, "Type": record.type, "Value": record.value, "TTL": record.ttl, "Line": record.line}


def _refuse_disabled(same: Iterable[Record]) -> None:
    for record in same:
        raise NotAllowed(
            f"{record.named} has this value, but is disabled (record {record.record_id}), so nobody is served it. "
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
