# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Publishes what validates the domains, and removes it again. Entries are those of ``validation``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._alidns.argspec import RecordWanted, read_record
from .._alidns.reconcile import ensure_record
from .._errors import Failure, MissingLibrary, NotAllowed
from .._text import shown

if TYPE_CHECKING:
    from .._dns.argspec import Nsupdate
    from .._reconcile import Run
    from .observe import Actors
    from .wanted import CertificateWanted, Validation

Entry = Mapping[str, Any]


def publish(run: Run[Actors], wanted: CertificateWanted, entries: Iterable[Entry]) -> None:
    """Publish what proves the domains. Raises Failure when it cannot be published, or is not clear."""
    for entry in entries:
        _refuse_unclear(wanted.validation, entry)
        _put(run, wanted.validation, entry, "present")


def unpublish(run: Run[Actors], wanted: CertificateWanted, entries: Iterable[Entry]) -> None:
    """Remove it; what cannot be removed is a warning, because the certificate does not depend on it."""
    for entry in entries:
        try:
            _put(run, wanted.validation, entry, "absent")
        except Failure as failure:
            run.warnings.append(f"{named(entry)} could not be removed. {failure.msg}")


def named(entry: Entry) -> str:
    """How sentences call what is published."""
    if entry["method"] == "file":
        return f"file {shown(str(entry['url']))}"
    return f"{entry['record_type']} {shown(str(entry['record_name'] or entry['raw_record_name']))}"


def all_named(entries: Sequence[Entry]) -> str:
    return ", ".join(dict.fromkeys(map(named, entries)))


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
        path = f"{str(validation.webroot).rstrip('/')}{entry['path']}"
        if state == "present":
            run.actor.host.write_file(path, entry["content"])
        else:
            run.actor.host.remove_file(path)
        return
    if entry["method"] != "dns" or not entry.get("record_name"):
        return
    name = place_of(run, validation, entry["record_name"])
    if validation.by == "alidns":
        record = alidns_record(validation, name, entry["record_type"], entry["record_value"], state)
        run.warnings.extend(ensure_record(run.actor.alidns, record).warnings)
    elif validation.by == "nsupdate":
        from .._dns import update  # its library is imported only where it is used

        change = update.publish if state == "present" else update.remove
        change(nsupdate_of(validation), name, entry["record_type"], entry["record_value"])


def place_of(run: Run[Actors], validation: Validation, name: str) -> str:
    """Where a validation record goes: to the end of a CNAME at its name, or to the name that the options give."""
    if validation.alias:
        return validation.alias
    try:
        resolver = run.actor.resolver
    except MissingLibrary:
        resolver = None
    if resolver is None:
        return name
    from .._dns.lookup import follow  # its library is imported only where it is used

    return follow(name, resolver, run.clock)


def nsupdate_of(validation: Validation) -> Nsupdate:
    from .._dns.argspec import read_nsupdate  # few certificates are validated by dynamic updates

    return read_nsupdate(validation.nsupdate or {})


def alidns_record(validation: Validation, name: str, kind: str, value: str, state: str) -> RecordWanted:
    options = validation.alidns
    return read_record(
        {
            "state": state,
            "domain": options.get("zone"),
            "record": f"{name}.",
            "type": kind,
            "value": value,
            "ttl": options.get("ttl", 600),
            "line": options.get("line", "default"),
        }
    )
