# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones of an account and their records: what is true of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from ..core.refusal import Impossible

# Too big for a float, as the ids in public logs are.
FIRST_RECORD = 17500000000000001
APEX = "@"


@dataclass(frozen=True)
class Record:
    """One record; `added` is when, in Unix seconds of the world's clock."""

    number: int
    domain: str
    rr: str
    type: str
    value: str
    ttl: int
    line: str
    added: float
    priority: int | None = None
    enabled: bool = True
    locked: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What no two records have in common: old official page of AddDomainRecord, confirmed by public code."""
        return self.domain, self.rr, self.type, self.line, self.value

    @property
    def name(self) -> str:
        return self.domain if self.rr == APEX else f"{self.rr}.{self.domain}"


@dataclass
class Zones:
    """Hosted domains with the time they were added, and the records of all of them."""

    hosted: dict[str, float] = field(default_factory=dict)
    records: dict[int, Record] = field(default_factory=dict)
    next_number: int = FIRST_RECORD

    def copy(self) -> Zones:
        return replace(self, hosted=dict(self.hosted), records=dict(self.records))

    def host(self, domain: str, now: float) -> None:
        labels = domain.split(".")
        if len(labels) < 2 or not all(labels) or domain != domain.lower().strip():
            raise Impossible(f"{domain!r} is not a domain in lower case.")
        self.hosted.setdefault(domain, now)

    def of(self, domain: str) -> list[Record]:
        """All records of a zone, oldest first."""
        return [record for record in self.records.values() if record.domain == domain]

    def zone_of(self, name: str) -> str | None:
        """The zone that is responsible for a name: the hosted domain with the longest suffix of it."""
        labels = name.split(".")
        suffixes = (".".join(labels[start:]) for start in range(len(labels)))
        return next((suffix for suffix in suffixes if suffix in self.hosted), None)

    def published(self, name: str, kind: str) -> set[str]:
        """The values that the zone of a name responds with, whatever the line."""
        records = self.of(self.zone_of(name) or "")
        return {record.value for record in records if record.enabled and (record.name, record.type) == (name, kind)}

    def store(self, record: Record) -> Record:
        self.records[record.number] = record
        return record

    def set(self, number: int, enabled: bool | None = None, locked: bool | None = None) -> Record:
        """What the user does in the console: enable, disable, lock, unlock."""
        if number not in self.records:
            raise Impossible(f"There is no record {number}.")
        record = self.records[number]
        enabled, locked = record.enabled if enabled is None else enabled, record.locked if locked is None else locked
        return self.store(replace(record, enabled=enabled, locked=locked))

    def fingerprint(self) -> Hashable:
        facts = sorted((*each.key, each.ttl, each.enabled, each.locked) for each in self.records.values())
        return tuple(sorted(self.hosted)), tuple(facts)
