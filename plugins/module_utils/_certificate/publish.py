# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Publishes what validates the domains, and removes it again. Entries are those of ``validation``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._alidns.argspec import RecordWanted, read_record
from .._alidns.reconcile import add_value, foresee_record, remove_value
from .._dns.record_names import VALIDATION_LABEL
from .._errors import Failure, MissingLibrary, NotAllowed
from .._text import shown
from .._x509.hostnames import base
from .texts import named

if TYPE_CHECKING:
    from .._dns.argspec import Nsupdate
    from .._reconcile import Run
    from .observe import Actors
    from .wanted import CertificateWanted, Validation

Entry = Mapping[str, Any]
# What a note has beside the entry.
_NOTED = ("zone", "record_id")


def publish(run: Run[Actors], wanted: CertificateWanted, entries: Iterable[Entry]) -> None:
    """Publish what proves the domains. Raises Failure when it cannot be published, or is not clear."""
    there = list(entries)
    for entry in there:
        _refuse_unclear(wanted.validation, entry)
    for entry in there:
        _put(run, wanted.validation, entry, "present")


def unpublish(run: Run[Actors], wanted: CertificateWanted, entries: Iterable[Entry]) -> None:
    """Remove it; what cannot be removed is a warning, because the certificate does not depend on it."""
    for entry in entries:
        try:
            _put(run, wanted.validation, entry, "absent")
        except Failure as failure:
            run.warnings.append(f"{by_place(run.actor, named(entry))} could not be removed. {failure.msg}")


def is_published(run: Run[Actors], wanted: CertificateWanted, entries: Sequence[Entry]) -> bool:
    """Whether all of it is there already. What cannot be looked at is not: publishing it tells why."""
    try:
        return bool(entries) and all(_is_there(run, wanted.validation, entry) for entry in entries)
    except Failure:
        return False


def _is_there(run: Run[Actors], validation: Validation, entry: Entry) -> bool:
    name = validation.alias or entry.get("record_name")
    if validation.by == "file" and entry["method"] == "file":
        return run.actor.host.has_file(_path(validation, entry), entry["content"])
    if entry["method"] != "dns" or not name:
        return False
    name = place_of(run, validation, name)
    if validation.by == "alidns":
        record = _wanted_record(run, validation, entry, name, "present")
        return not foresee_record(run.actor.alidns, record).plan.changed
    from .._dns import update  # its library is imported only where it is used

    return update.is_there(nsupdate_of(validation), name, entry["record_type"], entry["record_value"])


def _refuse_unclear(validation: Validation, entry: Entry) -> None:
    if entry["method"] == "dns" and validation.by in ("alidns", "nsupdate") and not entry["record_name"]:
        raise NotAllowed(
            f"The service's response does not tell which validation record belongs to which domain: "
            f"{shown(str(entry['raw_record_name']))} {entry['record_type']} {shown(str(entry['record_value']))}. "
            "Publish it by hand and run again with validation: manual."
        )


def _put(run: Run[Actors], validation: Validation, entry: Entry, state: str) -> None:
    """One record or file. What does not fit the way of publishing is left to others."""
    if validation.by == "file" and entry["method"] == "file":
        path = _path(validation, entry)
        if state == "present":
            run.actor.host.write_file(path, entry["content"])
        else:
            run.actor.host.remove_file(path)
        return
    if entry["method"] != "dns" or not entry.get("record_name"):
        return
    name = place_of(run, validation, entry["record_name"])
    if validation.by == "alidns":
        record = _wanted_record(run, validation, entry, name, state)
        known = _record_id(run, entry, name)
        if state == "present":
            run.actor.records[name, entry["record_value"]] = add_value(run.actor.alidns, record)
        else:
            remove_value(run.actor.alidns, record, known)
    elif validation.by == "nsupdate":
        from .._dns import update  # its library is imported only where it is used

        change = update.publish if state == "present" else update.remove
        change(nsupdate_of(validation), name, entry["record_type"], entry["record_value"])


def _path(validation: Validation, entry: Entry) -> str:
    return f"{str(validation.webroot).rstrip('/')}{entry['path']}"


def place_of(run: Run[Actors], validation: Validation, name: str) -> str:
    """Where a validation record goes: to the end of a CNAME at its name, or to the name that the options give."""
    place = run.actor.places[name] = validation.alias or _followed(run, name)
    return place


def record_places(run: Run[Actors], wanted: CertificateWanted) -> list[str]:
    """Where the records will go that the task publishes, before the service says what they are. Raises Failure."""
    if wanted.validation.by not in ("alidns", "nsupdate"):
        return []
    names = [f"{VALIDATION_LABEL}.{base(domain)}" for domain in wanted.domains]
    return list(dict.fromkeys(place_of(run, wanted.validation, name) for name in names))


def foreseen_places(run: Run[Actors], wanted: CertificateWanted) -> tuple[str, ...]:
    """The same for a plan; where it cannot be known, the check before the order tells why."""
    try:
        return tuple(record_places(run, wanted))
    except Failure:
        return ()


def by_place(actors: Actors, text: str) -> str:
    """A sentence with records, such as ``TXT _dnsauth.www.example.com``, called by the names that they really have."""
    for name, place in actors.places.items():
        if name != place:
            text = re.sub(rf"\b(TXT|CNAME) {re.escape(name)}(?![\w-]|\.\w)", rf"\1 {place}", text)
    return text


def _followed(run: Run[Actors], name: str) -> str:
    try:
        resolver = run.actor.resolver
    except MissingLibrary:
        resolver = None
    if resolver is None:
        return name
    from .._dns.lookup import follow  # its library is imported only where it is used

    return follow(name, resolver, run.clock)


def _wanted_record(run: Run[Actors], validation: Validation, entry: Entry, name: str, state: str) -> RecordWanted:
    zone = run.actor.zones.get(name) or entry.get("zone")
    if zone and "xn--" in zone:
        zone = None  # the service may spell it otherwise
    return alidns_record(validation, name, (entry["record_type"], entry["record_value"]), state, zone)


def _record_id(run: Run[Actors], entry: Entry, name: str) -> str | None:
    """The record's id, as this task or the note of an earlier one has it."""
    return run.actor.records.get((name, entry["record_value"])) or entry.get("record_id")


def noted(run: Run[Actors], wanted: CertificateWanted, entries: Iterable[Entry]) -> list[Entry]:
    """The entries with what is known of their records, so that a later task removes them with one call."""
    if wanted.validation.by != "alidns":
        return list(entries)
    found: list[Entry] = []
    for entry in entries:
        name = place_of(run, wanted.validation, entry["record_name"]) if entry.get("record_name") else ""
        known = {"zone": run.actor.zones.get(name), "record_id": _record_id(run, entry, name) if name else None}
        found.append({**entry, **{key: value for key, value in known.items() if value}})
    return found


def is_same(one: Entry, other: Entry) -> bool:
    """Whether both are one thing to publish; a note has more keys."""
    return all(other.get(key) == value for key, value in one.items() if key not in _NOTED)


def nsupdate_of(validation: Validation) -> Nsupdate:
    from .._dns.argspec import read_nsupdate  # few certificates are validated by dynamic updates

    return read_nsupdate(validation.nsupdate or {})


def alidns_record(
    validation: Validation, name: str, content: tuple[str, str], state: str, zone: str | None = None
) -> RecordWanted:
    """What is asked of ``alidns_record``; ``content`` is type and value."""
    options = validation.alidns
    return read_record(
        {
            "state": state,
            "domain": options.get("zone") or zone,
            "record": f"{name}.",
            "type": content[0],
            "value": content[1],
            "ttl": options.get("ttl", 600),
            "line": options.get("line", "default"),
        }
    )
