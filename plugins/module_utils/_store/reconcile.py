# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one path of a task that changes a store: look, plan, carry out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._errors import Failure, InvalidCertificate, InvalidOption
from .._x509.certificate import Certificate, read_certificate, read_private_key
from .._x509.verify import refuse_strange_key, refuse_unusable
from . import read, write
from .info import Host
from .model import CERT, CHAIN, FULLCHAIN, KEY, MARK, RECORD, Access, Generation, Place, Record, Store
from .steps import Allow, Build, Drop, Plan, Remove, Step, Swap, Write, obsolete
from .wanted import State, Wanted, wanted


@dataclass(frozen=True)
class Outcome:
    """What a task did, or in check mode would do."""

    place: Place
    plan: Plan
    there: Generation | None
    warnings: list[str] = field(default_factory=list)

    def public(self, now: datetime) -> dict[str, Any]:
        return {
            "changed": self.plan.changed,
            "generation": self.plan.number,
            "directory": self.place.generation_path(self.plan.number),
            "previous": self.plan.before.current,
            "key": bool(self.there and self.there.has_key),
            "csr": bool(self.there and self.there.has_csr),
        }

    def diff(self) -> dict[str, str]:
        return {"before": self.plan.before.text(), "after": self.plan.after.text()}


def store(options: Mapping[str, Any], check: bool, host: Host | None = None) -> Outcome:
    """``certificate_store``."""
    asked = wanted(options)
    before = read.look(asked.place)
    plan = _PLANS[asked.state](asked, before, (host or Host()).now())
    # A staged generation is there to be written into, whoever made it.
    if plan.changed or asked.state is State.STAGED:
        write.refuse_unwritable(asked.place)
    if asked.state is State.STAGED and not _has_key(before.get(plan.number)):
        write.refuse_full(asked.place)
    if check:
        return Outcome(asked.place, plan, before.get(plan.number), _warnings(asked))
    _carry_out(asked.place, plan)
    return Outcome(asked.place, plan, plan.after.get(plan.number), _warnings(asked))


def _has_key(there: Generation | None) -> bool:
    return there is not None and there.has_key


def _warnings(asked: Wanted) -> list[str]:
    if asked.state is not State.COMPLETE or read_certificate(asked.fullchain, "fullchain").chain:
        return []
    return ["The certificate came without those that signed it; many clients will not trust a server that has only it."]


def _carry_out(place: Place, plan: Plan) -> None:
    done = 0
    try:
        write.sweep(place)
        if plan.changed:
            write.make_directories(place)
        for step in plan.steps:
            write.carry_out(place, step)
            done += 1
    except Failure as failure:
        failure.add(changed=done > 0)
        raise


def _staged(asked: Wanted, before: Store, now: datetime) -> Plan:
    there = read.staged(asked.place, before, asked.domains)
    if there and there.generation.has_key:
        return Plan(before, there.generation.number)
    key = _kept_key(asked, before)
    access = asked.access if key else Access()
    if there is None:
        return Plan(before, before.highest + 1, (Build(before.highest + 1, ((KEY, key),), access),))
    needed = key or KEY not in there.generation.files
    number = there.generation.number
    return Plan(before, number, (Write(number, KEY, key, access),) if needed else ())


def _kept_key(asked: Wanted, before: Store) -> bytes:
    """The key in use where it is wanted again, else nothing: an empty file, so that no other hand creates it."""
    current = before.get(before.current)
    if not asked.keep_key or current is None:
        return b""
    read.key_hash(asked.place, current)
    return read.read_file(f"{asked.place.generation_path(current.number)}/{KEY}")


def _ordered(asked: Wanted, before: Store, now: datetime) -> Plan:
    there = _existing(asked, before)
    if asked.record is None:
        raise InvalidOption("order", "give the order to note.")
    steps = _note(asked, there)
    if there.complete and steps:
        raise Failure(
            f"{asked.place.generation_path(there.number)} has its certificate already; its order stays as it is."
        )
    return Plan(before, there.number, steps)


def _complete(asked: Wanted, before: Store, now: datetime) -> Plan:
    certificate = _given(asked, now)
    _refuse_lesser(asked, before, certificate)
    if asked.private_key is not None:
        return _brought(asked, before, certificate, asked.private_key)
    there = _existing(asked, before)
    path = f"{asked.place.generation_path(there.number)}/{KEY}"
    refuse_strange_key(certificate, read.key_hash(asked.place, there), "fullchain", path)
    access = () if there.key and asked.access.fits(there.key) else (Allow(there.number, asked.access),)
    if not there.complete:
        return Plan(before, there.number, (*access, *_fill(asked, there, certificate)))
    if read.read_set(asked.place, there).fullchain != certificate.fullchain:
        raise Failure(
            f"{asked.place.generation_path(there.number)} is complete with another certificate; stage a new one."
        )
    return Plan(before, there.number, (*access, *_note(asked, there)))


def _refuse_lesser(asked: Wanted, before: Store, certificate: Certificate) -> None:
    """What clients verify today they must be able to verify tomorrow."""
    current = before.get(before.current)
    if (
        current
        and not certificate.chain
        and read.read_text(f"{asked.place.generation_path(current.number)}/{CHAIN}").strip()
    ):
        raise InvalidCertificate(
            "fullchain: the certificate came without those that signed it; the one in use has them."
        )


def _given(asked: Wanted, now: datetime) -> Certificate:
    try:
        certificate = read_certificate(asked.fullchain, "fullchain")
    except InvalidCertificate:
        raise InvalidOption("fullchain", "give the certificate and its chain in PEM.") from None
    refuse_unusable(certificate, asked.domains, now, "fullchain")
    return certificate


def _fill(asked: Wanted, there: Generation, certificate: Certificate) -> tuple[Step, ...]:
    """fullchain.pem comes last, because it says that all is there."""
    files = _files(certificate)
    first = tuple(Write(there.number, name, files[name], Access()) for name in (CHAIN, CERT))
    return (*first, *_note(asked, there), Write(there.number, FULLCHAIN, files[FULLCHAIN], Access()))


def _files(certificate: Certificate) -> dict[str, bytes]:
    texts = {CERT: certificate.leaf, CHAIN: certificate.chain, FULLCHAIN: certificate.fullchain}
    return {name: text.encode() for name, text in texts.items()}


def _note(asked: Wanted, there: Generation) -> tuple[Step, ...]:
    """order.json, where it does not say so already."""
    try:
        known = read.record(asked.place, there)
    except InvalidCertificate:
        known = None
    if asked.record is None or asked.record == known:
        return ()
    return (Write(there.number, RECORD, _json(asked.record), Access()),)


def _json(record: Record) -> bytes:
    return (json.dumps(record.public(), indent=2, sort_keys=True) + "\n").encode()


def _brought(asked: Wanted, before: Store, certificate: Certificate, private_key: str) -> Plan:
    """A set from elsewhere: its number if that is free and above all others, else the next one."""
    refuse_strange_key(certificate, read_private_key(private_key, "private_key"), "fullchain", "private_key")
    there = _same(asked, before, certificate)
    if there:
        access = () if there.key and asked.access.fits(there.key) else (Allow(there.number, asked.access),)
        return Plan(before, there.number, access)
    number = max(asked.generation, before.highest + 1)
    files = {KEY: private_key.rstrip().encode() + b"\n", **_files(certificate)}
    if asked.record:
        files[RECORD] = _json(asked.record)
    return Plan(before, number, (Build(number, tuple(files.items()), asked.access),))


def _same(asked: Wanted, before: Store, certificate: Certificate) -> Generation | None:
    """The newest generation that has this set, whole."""
    for number, fingerprint in read.fingerprints(asked.place, before).items():
        there = before.get(number)
        try:
            if there and fingerprint == certificate.sha256_fingerprint:
                read.read_set(asked.place, there)
                return there
        except InvalidCertificate:
            continue
    return None


def _current(asked: Wanted, before: Store, now: datetime) -> Plan:
    there = _existing(asked, before)
    if not there.complete:
        raise Failure(
            f"{asked.place.generation_path(there.number)} has no certificate yet, so it cannot be put in use."
        )
    certificate = read.read_set(asked.place, there)
    if before.current == there.number:
        return Plan(before, there.number)
    # Going back must be possible when the new set makes trouble, even to one whose days are over.
    if there.number > (before.current or 0):
        record = read.record(asked.place, there)
        names = asked.domains or (record.domains if record else ())
        refuse_unusable(certificate, names, now, asked.place.generation_path(there.number))
    mark = (Write(there.number, MARK, b"", Access()),) if there.verified else ()
    return Plan(before, there.number, (*mark, Swap(there.number)))


def _verified(asked: Wanted, before: Store, now: datetime) -> Plan:
    there = _existing(asked, before)
    if before.current != there.number:
        in_use = f"generation {before.current} is" if before.current else "none is"
        raise Failure(f"generation: generation {there.number} is not in use ({in_use}), so nothing is verified of it.")
    gone = obsolete(before, asked.keep)
    # The mark says something only of what is in use; going back to an older one makes it anew.
    marks = [Drop(each.number, MARK) for each in before.generations if not each.verified and each not in gone]
    return Plan(before, there.number, (*marks, *(Remove(each.number) for each in gone)))


def _existing(asked: Wanted, before: Store) -> Generation:
    there = before.get(asked.generation)
    if there is None:
        raise InvalidOption("generation", f"there is no {asked.place.generation_path(asked.generation)}.")
    return there


_PLANS: dict[State, Callable[[Wanted, Store, datetime], Plan]] = {
    State.STAGED: _staged,
    State.ORDERED: _ordered,
    State.COMPLETE: _complete,
    State.CURRENT: _current,
    State.VERIFIED: _verified,
}
