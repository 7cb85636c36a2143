# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Publishes what validates the domains, and removes it again. Entries are those of ``validation``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._alidns.argspec import RecordWanted, read_record
from .._alidns.reconcile import ensure_record, foresee_record
from .._errors import Failure, NotAllowed
from .._text import shown
from .._x509.hostnames import base
from .texts import named

if TYPE_CHECKING:
    from .._reconcile import Run
    from .observe import Actors
    from .wanted import CertificateWanted, Validation

Entry = Mapping[str, Any]
_LABEL = "_dnsauth."


def refuse_unpublishable(run: Run[Actors], wanted: CertificateWanted) -> None:
    """What would keep the validation record from being published is seen before an order."""
    validation = wanted.validation
    names = list(dict.fromkeys(validation.alias or _LABEL + base(domain) for domain in wanted.domains))
    try:
        for name in names:
            if validation.by == "alidns":
                foresee_record(run.actor.alidns, _record(validation, name, "TXT", "probe", "present"))
            elif validation.by == "nsupdate":
                from .._dns import update  # its library is imported only where it is used

                update.check(update.read_nsupdate(validation.nsupdate or {}), name)
    except Failure as failure:
        failure.msg += " Nothing was ordered."
        raise


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
    if validation.by == "alidns" and name:
        record = _record(validation, name, entry["record_type"], entry["record_value"], "present")
        return not foresee_record(run.actor.alidns, record).plan.changed
    return False


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
    name = validation.alias or entry.get("record_name")
    if entry["method"] != "dns" or not name:
        return
    if validation.by == "alidns":
        record = _record(validation, name, entry["record_type"], entry["record_value"], state)
        run.warnings.extend(ensure_record(run.actor.alidns, record).warnings)
    elif validation.by == "nsupdate":
        from .._dns import update  # its library is imported only where it is used

        change = update.publish if state == "present" else update.remove
        change(update.read_nsupdate(validation.nsupdate or {}), name, entry["record_type"], entry["record_value"])


def _path(validation: Validation, entry: Entry) -> str:
    return f"{str(validation.webroot).rstrip('/')}{entry['path']}"


def _record(validation: Validation, name: str, kind: str, value: str, state: str) -> RecordWanted:
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
