# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task asks of a store, and every rule that its options must keep before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from .._errors import InvalidCertificate, InvalidOption
from .._text import one_line, quoted
from .._x509.certificate import Certificate, read_certificate
from .._x509.hostnames import host_names
from .._x509.make import check_key_size
from .._x509.private_key import clean_private_key
from .access import read_access, refuse_foreign
from .asked import extras, place, wanted_names
from .model import Access, Place, Record, moment

if TYPE_CHECKING:
    from .forms import Form
    from .links import Link


class State(Enum):
    STAGED = "staged"
    ORDERED = "ordered"
    COMPLETE = "complete"
    CURRENT = "current"
    VERIFIED = "verified"


# A generation's number is the name of a directory, of nine digits at most.
HIGHEST = 999_999_999
_NAMED = (State.STAGED, State.COMPLETE)


@dataclass(frozen=True)
class StoreWanted:
    """What ``certificate_store`` asks for. ``generation`` is 0 where none was given."""

    place: Place
    state: State
    generation: int
    domains: tuple[str, ...]
    keep_key: bool
    record: Record | None
    certificate: Certificate | None
    private_key: str | None = field(repr=False)
    keep: int
    access: Access
    key_type: str
    key_size: int
    forms: Sequence[Form] = ()
    links: Sequence[Link] = ()


def read_store(options: Mapping[str, Any]) -> StoreWanted:
    """Check a task's options and say what they ask for. Raises InvalidOption."""
    state, private_key = State(options["state"]), options["private_key"]
    brings = private_key is not None and state in (State.COMPLETE, State.CURRENT)
    forms, links = extras(options)
    wanted = StoreWanted(
        place=place(options),
        state=state,
        generation=_number(options["generation"], "generation", 1),
        domains=wanted_names(options["domains"]) if state in _NAMED or brings or options["domains"] else (),
        keep_key=bool(options["keep_key"]),
        record=_record(options["order"]),
        certificate=_certificate(options["fullchain"] or "") if state is State.COMPLETE or brings else None,
        # Written as servers read it, however it came.
        private_key=clean_private_key(private_key, "private_key")[0] if brings else None,
        keep=_number(options["keep"], "keep", 0),
        access=read_access(options),
        key_type=options["key_type"],
        key_size=check_key_size(options["key_type"], options["key_size"]),
        forms=forms,
        links=links,
    )
    if state is State.STAGED:
        refuse_foreign(wanted.access)
    if not wanted.generation and not brings and state is not State.STAGED:
        raise InvalidOption("generation", "give the number of the generation.")
    return wanted


def _certificate(fullchain: str) -> Certificate:
    try:
        return read_certificate(fullchain, "fullchain")
    except InvalidCertificate:
        raise InvalidOption("fullchain", "give the certificate and its chain in PEM.") from None


def _number(value: int | None, option: str, least: int) -> int:
    if value is not None and not least <= value <= HIGHEST:
        raise InvalidOption(option, f"give {least} or more, and {HIGHEST} at most.")
    return value or 0


def _record(values: Mapping[str, Any] | None) -> Record | None:
    if not values:
        return None
    order_id, instance_id = (one_line(values.get(name)) or None for name in ("order_id", "instance_id"))
    if (order_id is None) is (instance_id is None):
        raise InvalidOption("order", "give order_id, or instance_id in place of it.")
    return Record(
        order_id=order_id,
        instance_id=instance_id,
        domains=host_names(values.get("domains") or (), "order.domains"),
        product_code=one_line(values.get("product_code")) or None,
        renews=one_line(values.get("renews")) or None,
        validation=tuple(values.get("validation") or ()),
        subscription_end=_moment(values, "subscription_end"),
        stored=_moment(values, "stored"),
    )


def _moment(values: Mapping[str, Any], name: str) -> datetime | None:
    text = values.get(name)
    found = moment(text)
    if text and found is None:
        raise InvalidOption("order", f'{name}: {quoted(text)} is not a moment in UTC such as "2026-11-22T00:00:00Z".')
    return found
