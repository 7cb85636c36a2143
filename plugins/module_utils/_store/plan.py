# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies between the store that a task wants and the one that is: pure functions from both to a plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from .._errors import Failure, InvalidCertificate, InvalidOption
from .._plan import Plan
from .._x509.certificate import Certificate
from .._x509.private_key import read_private_key
from .._x509.verify import refuse_strange_key, refuse_unusable
from .forms import FormFile
from .model import CERT, CHAIN, CSR, FULLCHAIN, KEY, MARK, RECORD, Generation, Record, Store
from .steps import (
    Activate,
    Change,
    CreateGeneration,
    PlaceLink,
    RemoveFile,
    RemoveGeneration,
    SetAccess,
    WriteFile,
    obsolete,
    steps,
)
from .wanted import State, StoreWanted

if TYPE_CHECKING:
    from .decide import Staged
    from .links import Link


@dataclass(frozen=True)
class Contents:
    """A generation with as much of its files as a task needs to know."""

    generation: Generation
    record: Record | None = None
    key_sha256: str = ""
    certificate: Certificate | None = None

    @property
    def number(self) -> int:
        return self.generation.number

    @property
    def complete(self) -> bool:
        return self.generation.complete


@dataclass(frozen=True)
class Lacking:
    """What has to be written into a staged generation; empty where nothing has to be.

    ``csr_content`` is the text of its CSR, None where that is not there yet.
    """

    key: bytes = field(default=b"", repr=False)
    csr: bytes = field(default=b"", repr=False)
    csr_content: str | None = None


@dataclass(frozen=True)
class Seen:
    """What was observed, as far as the wanted state asks for it.

    ``there`` is the generation that the task names, ``staged`` the one that is staged for its names, ``same`` the one
    that has the given set; ``lacking`` is what a staged generation lacks; ``forms`` and ``links`` are those that have
    to be written, each link with its reason; ``has_chain`` tells whether the certificate in use came with those that
    signed it, and ``outlasted`` whether it is another one that is valid longer than the given one.
    """

    wanted: StoreWanted
    store: Store
    there: Contents | None = None
    staged: Staged | None = None
    same: Generation | None = None
    lacking: Lacking = field(default_factory=Lacking)
    forms: tuple[FormFile, ...] = ()
    links: tuple[tuple[Link, str], ...] = ()
    has_chain: bool = False
    outlasted: bool = False


def plan_store(seen: Seen, now: datetime) -> Plan[Store]:
    """The plan of ``certificate_store``."""
    return _PLANS[seen.wanted.state](seen, now)


def _plan(seen: Seen, number: int, changes: Iterable[Change] = ()) -> Plan[Store]:
    facts = {
        "generation": number,
        "directory": seen.wanted.place.generation_path(number),
        "previous": seen.store.current,
    }
    return Plan(seen.store, steps(seen.store, changes), facts)


def _path(seen: Seen, number: int, name: str = "") -> str:
    return f"{seen.wanted.place.generation_path(number)}{'/' if name else ''}{name}"


def _stage(seen: Seen, now: datetime) -> Plan[Store]:
    access = seen.wanted.access
    files = [(name, data) for name, data in ((KEY, seen.lacking.key), (CSR, seen.lacking.csr)) if data]
    if seen.staged is None:
        number = seen.store.highest + 1
        return _plan(seen, number, [CreateGeneration(number, tuple(files), access)])
    number = seen.staged.generation.number
    return _plan(seen, number, [WriteFile(number, name, data, access if name == KEY else None) for name, data in files])


def _note_order(seen: Seen, now: datetime) -> Plan[Store]:
    there = _existing(seen)
    if seen.wanted.record is None:
        raise InvalidOption("order", "give the order to note.")
    changes = _note(seen.wanted, there)
    if there.complete and changes:
        raise Failure(f"{_path(seen, there.number)} already has its certificate; its order cannot be changed.")
    return _plan(seen, there.number, changes)


def _complete(seen: Seen, now: datetime) -> Plan[Store]:
    wanted, certificate = seen.wanted, _certificate(seen.wanted)
    _refuse_useless(seen, certificate, now)
    if wanted.private_key is not None:
        return _plan(seen, *_bring(seen, certificate, wanted.private_key))
    there = _existing(seen)
    refuse_strange_key(certificate, there.key_sha256, "fullchain", _path(seen, there.number, KEY))
    access = _access(wanted, there.generation)
    if not there.complete:
        return _plan(seen, there.number, (*access, *_fill(seen, there, certificate, now)))
    if there.certificate is None or there.certificate.fullchain != certificate.fullchain:
        raise Failure(f"{_path(seen, there.number)} is complete with another certificate; stage a new generation.")
    return _plan(seen, there.number, (*access, *_note(wanted, there), *_added(seen, there.generation)))


def _refuse_useless(seen: Seen, certificate: Certificate, now: datetime) -> None:
    refuse_unusable(certificate, seen.wanted.domains, now, "fullchain")
    # What clients verify today they must be able to verify tomorrow.
    if seen.has_chain and not certificate.chain:
        raise InvalidCertificate("fullchain: the certificate came without its chain; the one in use has one.")


def _added(seen: Seen, there: Generation) -> list[Change]:
    """Forms of a complete generation; where it is in use, a service has to load them."""
    forms = _forms(seen, there.number)
    return [*(_mark(there) if forms and there.number == seen.store.current else []), *forms]


def _forms(seen: Seen, number: int) -> list[Change]:
    return [
        SetAccess(number, form.access, form.name)
        if form.data is None
        else WriteFile(number, form.name, form.data, form.access)
        for form in seen.forms
    ]


def _mark(there: Generation) -> list[Change]:
    return [WriteFile(there.number, MARK, b"")] if there.verified else []


def _certificate(wanted: StoreWanted) -> Certificate:
    if wanted.certificate is None:
        raise AssertionError("a task that completes a generation has a certificate")
    return wanted.certificate


def _access(wanted: StoreWanted, there: Generation) -> tuple[Change, ...]:
    return () if there.key and wanted.access.fits(there.key) else (SetAccess(there.number, wanted.access),)


def _fill(seen: Seen, there: Contents, certificate: Certificate, now: datetime) -> tuple[Change, ...]:
    """fullchain.pem comes last, because it says that all is there."""
    files, record = _files(certificate), seen.wanted.record or there.record
    first = tuple(WriteFile(there.number, name, files[name]) for name in (CHAIN, CERT))
    noted = (_record(there.number, replace(record, stored=record.stored or now)),) if record else ()
    return (*first, *noted, *_forms(seen, there.number), WriteFile(there.number, FULLCHAIN, files[FULLCHAIN]))


def _files(certificate: Certificate) -> dict[str, bytes]:
    texts = {CERT: certificate.leaf, CHAIN: certificate.chain, FULLCHAIN: certificate.fullchain}
    return {name: text.encode() for name, text in texts.items()}


def _note(wanted: StoreWanted, there: Contents) -> tuple[Change, ...]:
    """order.json, where it does not say so already."""
    if wanted.record is None or wanted.record == there.record:
        return ()
    stored = there.record.stored if there.record else None
    return (_record(there.number, replace(wanted.record, stored=wanted.record.stored or stored)),)


def _record(number: int, record: Record) -> WriteFile:
    return WriteFile(number, RECORD, _json(record))


def _json(record: Record) -> bytes:
    return (json.dumps(record.public(), indent=2, sort_keys=True) + "\n").encode()


def _bring(seen: Seen, certificate: Certificate, private_key: str) -> tuple[int, list[Change]]:
    """A set from elsewhere: its number if that is free and above all others, else the next one."""
    wanted = seen.wanted
    refuse_strange_key(certificate, read_private_key(private_key, "private_key"), "fullchain", "private_key")
    if seen.same:
        return seen.same.number, [*_access(wanted, seen.same), *_added(seen, seen.same)]
    number = max(wanted.generation, seen.store.highest + 1)
    files = {KEY: private_key.encode(), **_files(certificate)}
    if wanted.record:
        files[RECORD] = _json(wanted.record)
    return number, [CreateGeneration(number, tuple(files.items()), wanted.access, seen.forms)]


def _put_in_use(seen: Seen, private_key: str, now: datetime) -> Plan[Store]:
    """A set from elsewhere. It replaces none that is valid longer, so that an import can be run again."""
    if seen.outlasted and seen.store.current:
        return _plan(seen, seen.store.current)
    certificate = _certificate(seen.wanted)
    _refuse_useless(seen, certificate, now)
    number, changes = _bring(seen, certificate, private_key)
    if number != seen.store.current:
        mark = _mark(seen.same) if seen.same else [WriteFile(number, MARK, b"")]
        changes = [*changes, *mark, Activate(number)]
    links = [PlaceLink(number, link.path, link.target(seen.wanted.place), why) for link, why in seen.links]
    return _plan(seen, number, [*changes, *links])


def _activate(seen: Seen, now: datetime) -> Plan[Store]:
    if seen.wanted.private_key is not None:
        return _put_in_use(seen, seen.wanted.private_key, now)
    there, store = _existing(seen), seen.store
    if there.certificate is None:
        raise Failure(f"{_path(seen, there.number)} has no certificate yet, so it cannot be put in use.")
    forms, place = _forms(seen, there.number), seen.wanted.place
    links = [PlaceLink(there.number, link.path, link.target(place), why) for link, why in seen.links]
    if store.current == there.number:
        # What a service has not loaded yet is not verified.
        return _plan(seen, there.number, [*(_mark(there.generation) if forms or links else []), *forms, *links])
    # Going back must be possible when the new set makes trouble, even to one that has expired.
    if there.number > (store.current or 0):
        names = seen.wanted.domains or (there.record.domains if there.record else ())
        refuse_unusable(there.certificate, names, now, _path(seen, there.number))
    return _plan(seen, there.number, [*forms, *_mark(there.generation), Activate(there.number), *links])


def _verify(seen: Seen, now: datetime) -> Plan[Store]:
    there, store = _existing(seen), seen.store
    if store.current != there.number:
        in_use = f"generation {store.current} is" if store.current else "none is"
        raise Failure(f"generation: generation {there.number} is not in use ({in_use}), so it cannot be verified.")
    gone = obsolete(store, seen.wanted.keep)
    # The mark says something only of what is in use; going back to an older one writes it again.
    marks = [RemoveFile(each.number, MARK) for each in store.generations if not each.verified and each not in gone]
    return _plan(seen, there.number, [*marks, *(RemoveGeneration(each.number) for each in gone)])


def _existing(seen: Seen) -> Contents:
    if seen.there is None:
        raise InvalidOption("generation", f"there is no {_path(seen, seen.wanted.generation)}.")
    return seen.there


_PLANS: dict[State, Callable[[Seen, datetime], Plan[Store]]] = {
    State.STAGED: _stage,
    State.ORDERED: _note_order,
    State.COMPLETE: _complete,
    State.CURRENT: _activate,
    State.VERIFIED: _verify,
}
