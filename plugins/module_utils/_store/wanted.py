# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task asks of a store, and every rule that its options must keep before anything is touched."""

from __future__ import annotations

import grp
import os
import pwd
import re
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
    brings = private_key is not None and state is State.COMPLETE
    forms, links = extras(options)
    wanted = StoreWanted(
        place=place(options),
        state=state,
        generation=_number(options["generation"], "generation", 1),
        domains=wanted_names(options["domains"]) if state in _NAMED or options["domains"] else (),
        keep_key=bool(options["keep_key"]),
        record=_record(options["order"]),
        certificate=_certificate(options["fullchain"] or "") if state is State.COMPLETE else None,
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


def place(options: Mapping[str, Any]) -> Place:
    directory, name = options["directory"], options["name"]
    if not os.path.isabs(directory) or not _is_path(directory):
        raise InvalidOption("directory", f"{quoted(directory)} is not an absolute path.")
    if not name or name in (".", "..") or "/" in name or not name.isprintable():
        raise InvalidOption("name", f"{quoted(name)} cannot be the name of a directory; give one without a slash.")
    return Place(os.path.normpath(directory), name)


def _is_path(text: str) -> bool:
    """Whether the system can take it for a path; what lies there is another question."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def wanted_names(values: list[str] | None) -> tuple[str, ...]:
    if not values:
        raise InvalidOption("domains", "give the names that the certificate is for.")
    return host_names(values)


def _number(value: int | None, option: str, least: int) -> int:
    if value is not None and not least <= value <= HIGHEST:
        raise InvalidOption(option, f"give {least} or more, and {HIGHEST} at most.")
    return value or 0


def _record(values: Mapping[str, Any] | None) -> Record | None:
    if not values:
        return None
    order_id = one_line(values.get("order_id")) or None
    if order_id is None:
        raise InvalidOption("order", "order_id is missing.")
    return Record(
        order_id=order_id,
        domains=host_names(values.get("domains") or (), "order.domains"),
        product_code=one_line(values.get("product_code")) or None,
        renews=one_line(values.get("renews")) or None,
        validation=tuple(values.get("validation") or ()),
        stored=_stored(values.get("stored")),
    )


def _stored(text: str | None) -> datetime | None:
    found = moment(text)
    if text and found is None:
        raise InvalidOption("order", f'stored: {quoted(text)} is not a moment in UTC such as "2026-11-22T00:00:00Z".')
    return found


def read_access(options: Mapping[str, Any]) -> Access:
    return Access(_mode(options["key_mode"]), _uid(options["owner"]), _gid(options["group"]))


def extras(options: Mapping[str, Any]) -> tuple[list[Form], list[Link]]:
    """The forms and links that a task asks for."""
    if not options["forms"] and not options["links"]:
        return [], []
    from .forms import read_forms
    from .links import read_links

    forms = read_forms(options["forms"], options, _form_access)
    return forms, read_links(options["links"], [form.name for form in forms])


def _form_access(given: Mapping[str, Any], secret: bool) -> Access:
    return Access(_mode(given["mode"], "mode", secret), _uid(given["owner"]), _gid(given["group"]))


def refuse_foreign(access: Access) -> None:
    """Only root gives files away: said before anything is made, not when a certificate is there."""
    user = os.geteuid()
    if user == 0:
        return
    way_out = "use become, or set owner and group to those of the user that runs the task."
    if access.uid not in (None, user):
        raise InvalidOption("owner", f"the user {user} may not make files of user {access.uid}; {way_out}")
    if access.gid not in (None, os.getegid(), *os.getgroups()):
        raise InvalidOption("group", f"the user {user} may not make files of group {access.gid}; {way_out}")


def _mode(value: Any, option: str = "key_mode", secret: bool = True) -> int:
    """An octal number as text, or the number that YAML makes of 0600 without quotes."""
    text = f"{value:o}" if isinstance(value, int) and not isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(r"(0o?)?[0-7]{3}", text):
        raise InvalidOption(
            option, f'{quoted(value)} is not a valid mode; give an octal number in quotes, such as "0600".'
        )
    mode = int(text[-3:], 8)
    if (secret and mode & 0o007) or not mode & 0o400:
        raise InvalidOption(
            option,
            f"{mode:04o} is not a valid mode for a private key: its owner must be able to read it, others must not.",
        )
    return mode


def _uid(owner: str | None) -> int | None:
    try:
        return _own_number(owner) if owner is None or owner.isdecimal() else pwd.getpwnam(owner).pw_uid
    except (KeyError, ValueError):
        raise InvalidOption("owner", f"there is no user {quoted(owner)} on this machine.") from None


def _gid(group: str | None) -> int | None:
    try:
        return _own_number(group) if group is None or group.isdecimal() else _group(group)
    except (KeyError, ValueError):
        raise InvalidOption("group", f"there is no group {quoted(group)} on this machine.") from None


def _group(name: str) -> int:
    """The number of a group; BSD systems call root's group wheel."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        if name != "root":
            raise
        return grp.getgrgid(0).gr_gid


def _own_number(digits: str | None) -> int | None:
    """The number of a user or a group. The last one of 32 bits means: leave it as it is."""
    if not digits:
        return None
    if len(digits) > 10 or int(digits) >= 2**32 - 1:
        raise ValueError("no user and no group has this number")
    return int(digits)
