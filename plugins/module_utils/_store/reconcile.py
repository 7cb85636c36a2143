# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""``certificate_store``: what a store on the host brings to the one path."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from .._errors import InvalidCertificate
from .._host.clock import Clock
from .._plan import Display, Outcome, Plan, Step
from .._reconcile import Done, Kind, Run, reconcile
from . import read, write
from .form_files import KeySet, fits, form_files, key_set, missing_links
from .forms import FormFile
from .model import CHAIN, Generation, Store
from .plan import Contents, Seen, plan_store
from .room import refuse_full, refuse_unwritable
from .source import told_by_path, with_files
from .staging import lacking
from .wanted import State, StoreWanted, read_store


class Host(NamedTuple):
    """The machine itself: its clock, and whether a task may only predict."""

    clock: Clock
    read_only: bool


HostRun = Run[Host]


def ensure_store(options: Mapping[str, Any], check: bool, clock: Clock | None = None) -> Outcome[Store]:
    """``certificate_store``."""
    with told_by_path(options):
        return _ensure(read_store(with_files(options)), check, clock)


def _ensure(wanted: StoreWanted, check: bool, clock: Clock | None) -> Outcome[Store]:
    located = replace(wanted, place=read.located(wanted.place))
    return reconcile(Run(Host(clock or Clock(), check)), located, _STORE)


def _observe(run: HostRun, wanted: StoreWanted) -> Seen:
    seen = _look(run, wanted)
    forms = _forms(run, seen)
    if wanted.state is not State.CURRENT or not wanted.links:
        return replace(seen, forms=forms)
    missing = tuple(missing_links(wanted.place, wanted.links))
    there = {link.path for link in wanted.links} - {link.path for link, _why in missing}
    return replace(seen, forms=forms, links=missing, store=seen.store._replace(links=tuple(sorted(there))))


def _forms(run: HostRun, seen: Seen) -> tuple[FormFile, ...]:
    """The forms that the generation of the task lacks, where there is a set to make them of."""
    wanted = seen.wanted
    there = seen.there.generation if seen.there else seen.same
    certificate = wanted.certificate or (seen.there.certificate if seen.there else None)
    if not wanted.forms or certificate is None:
        return ()
    if wanted.private_key is not None:
        what = KeySet(wanted.private_key.encode(), certificate, wanted.place.name)
    elif there and there.has_key:
        what = key_set(wanted.place, there, certificate)
    else:
        return ()
    if not fits(what):
        return ()  # which the plan refuses
    number = there.number if there else 0
    return form_files(wanted.place.generation_path(number), there, wanted.forms, what, run.read_only)


def _look(run: HostRun, wanted: StoreWanted) -> Seen:
    store = read.scan(wanted.place)
    if wanted.state is State.STAGED:
        staged = read.staged(wanted.place, store, wanted.domains)
        return Seen(wanted, store, staged=staged, lacking=lacking(wanted, store, staged, run.read_only))
    if wanted.private_key is not None:
        same = _same(wanted, store)
        return Seen(wanted, store, same=same, has_chain=_has_chain(wanted, store), outlasted=_outlasted(wanted, store))
    there = store.get(wanted.generation)
    contents = _contents(wanted, store, there) if there else None
    return Seen(wanted, store, contents, has_chain=wanted.state is State.COMPLETE and _has_chain(wanted, store))


def _contents(wanted: StoreWanted, store: Store, there: Generation) -> Contents:
    place = wanted.place
    if wanted.state is State.COMPLETE:
        certificate = read.read_set(place, there) if there.complete else None
        return Contents(there, _record(wanted, there), read.key_hash(place, there), certificate)
    if wanted.state is State.ORDERED:
        return Contents(there, _record(wanted, there))
    if wanted.state is State.CURRENT and there.complete:
        certificate = read.read_set(place, there)
        newer = there.number > (store.current or 0)
        return Contents(there, read.record(place, there) if newer else None, certificate=certificate)
    return Contents(there)


def _record(wanted: StoreWanted, there: Generation) -> Any:
    """What is noted of an order; nothing where the note cannot be read, so that it is written again."""
    try:
        return read.record(wanted.place, there)
    except InvalidCertificate:
        return None


def _has_chain(wanted: StoreWanted, store: Store) -> bool:
    """Whether the certificate in use came with a chain; it is read only where the given one has none."""
    current = store.get(store.current)
    if current is None or (wanted.certificate and wanted.certificate.chain):
        return False
    return bool(read.read_text(f"{wanted.place.generation_path(current.number)}/{CHAIN}").strip())


def _outlasted(wanted: StoreWanted, store: Store) -> bool:
    """Whether another certificate is in use that is valid longer; one that cannot be read is not."""
    current = store.get(store.current)
    with suppress(InvalidCertificate):
        if current and wanted.certificate and wanted.state is State.CURRENT:
            return read.read_set(wanted.place, current).not_after > wanted.certificate.not_after
    return False


def _same(wanted: StoreWanted, store: Store) -> Generation | None:
    """The newest generation that has the given set, whole."""
    for number, fingerprint in read.fingerprints(wanted.place, store).items():
        there = store.get(number)
        with suppress(InvalidCertificate):
            if there and wanted.certificate and fingerprint == wanted.certificate.sha256_fingerprint:
                read.read_set(wanted.place, there)
                return there
    return None


def _prepare(run: HostRun, seen: Seen, plan: Plan[Store]) -> dict[str, Any]:
    """Refuse what cannot be written, and remove what a killed task left behind."""
    wanted, number = seen.wanted, plan.facts["generation"]
    # A staged generation is there to be written into, whatever made it.
    if plan.changed or wanted.state is State.STAGED:
        refuse_unwritable(wanted.place)
    before = seen.store.get(number)
    if wanted.state is State.STAGED and not (before and before.has_key):
        refuse_full(wanted.place)
    if wanted.certificate and not wanted.certificate.chain:
        run.warnings.append(
            "The certificate came without its chain; many clients will not trust a server that sends only it."
        )
    if not run.read_only:
        write.sweep(wanted.place)
        if plan.changed:
            write.make_directories(wanted.place)
    there = (seen.store if run.read_only else plan.after or seen.store).get(number)
    return {
        "key": bool(there and there.has_key),
        "csr": bool(there and there.has_csr),
        "csr_content": seen.lacking.csr_content,
    }


def _execute(run: HostRun, seen: Seen, step: Step[Store], lock: None) -> Done[Store]:
    write.carry_out(seen.wanted.place, step.params["change"])
    run.sent.append(step)
    return Done(step.leaves)


def _results(store: Store | None, now: datetime) -> dict[str, Any]:
    return {}


def _lines(store: Store | None) -> str:
    return store.text() if store else ""


_STORE: Kind[Host, StoreWanted, Seen, Store, None] = Kind(
    _observe, plan_store, _execute, Display(_results, _lines), prepare=_prepare
)
