# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What would make an installation fail later, seen before anything is ordered: nothing is changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._errors import Failure, InvalidOption
from .._host.services import reload_problem
from .._text import quoted
from .access import read_access, refuse_foreign
from .form_files import missing_links
from .forms import JKS, Form
from .keystore import keytool
from .links import Link
from .model import Access, Place
from .room import refuse_full, refuse_unwritable

# Where the validation file goes, below the web root.
_VALIDATION = (".well-known", "pki-validation")
# Not always in PATH, and looked into by Ansible's modules all the same.
_PLACES_OF_ROOT = ("/sbin", "/usr/sbin", "/usr/local/sbin")


def problems(
    place: Place, wanted: Mapping[str, Any] | None, more: tuple[Sequence[Form], Sequence[Link]] = ((), ())
) -> list[str]:
    """A sentence for each requirement that is not met; it begins with the option that it is about.

    ``more`` are the forms and links that are wanted beside the certificate.
    """
    if not wanted:
        return []
    services = wanted.get("services") or ()
    return [
        *_store(place),
        *_access(wanted),
        *_webroot(wanted.get("webroot")),
        *_forms(more[0]),
        *_links(place, more[1]),
        *(f"services: {problem}" for problem in map(reload_problem, services) if problem),
        *_programs(wanted.get("programs") or ()),
    ]


def _store(place: Place) -> Iterator[str]:
    try:
        refuse_unwritable(place)
        refuse_full(place)
    except Failure as failure:
        yield f"directory: {failure.msg}"


def _access(wanted: Mapping[str, Any]) -> Iterator[str]:
    """Owner, group and mode are looked at one by one, so that each has its sentence."""
    for option in ("owner", "group", "key_mode"):
        try:
            _read_access({option: wanted.get(option)})
        except InvalidOption as invalid:
            yield invalid.msg
    yield from refused(wanted)


def refused(wanted: Mapping[str, Any] | None) -> list[str]:
    """What of it no other task of a play can mend: who runs it may not give files away."""
    given = wanted or {}
    try:
        refuse_foreign(Access(uid=_known(given, "owner").uid, gid=_known(given, "group").gid))
    except InvalidOption as invalid:
        return [invalid.msg]
    return []


def _known(wanted: Mapping[str, Any], option: str) -> Access:
    """What one option asks for, if that is there."""
    try:
        return _read_access({option: wanted.get(option)})
    except InvalidOption:
        return Access()


def _read_access(given: Mapping[str, Any]) -> Access:
    known = {name: value for name, value in given.items() if value is not None}
    return read_access({"owner": None, "group": None, "key_mode": "0600", **known})


def _forms(forms: Sequence[Form]) -> Iterator[str]:
    for form in forms:
        try:
            refuse_foreign(form.access)
            if form.type == JKS:
                keytool()
        except InvalidOption as invalid:
            about = "" if invalid.option == "forms" else f"forms: {form.name}: "
            yield about + invalid.msg


def _links(place: Place, links: Sequence[Link]) -> Iterator[str]:
    for link in links:
        try:
            missing_links(place, [link])
        except InvalidOption as invalid:
            yield invalid.msg


def _programs(names: Sequence[str]) -> Iterator[str]:
    """What reloads by a command. A name that the shell would expand, or a relative path, is not looked for."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), *_PLACES_OF_ROOT])
    for name in names:
        is_plain = not name.startswith("~") and "$" not in name and (os.path.isabs(name) or "/" not in name)
        if is_plain and not shutil.which(name, path=places):
            yield f"services: the program {quoted(name)} is not on this host, or cannot be run; correct argv."


def _webroot(path: str | None) -> Iterator[str]:
    if path is None:
        return
    if not os.path.isdir(path):
        what = "is not a directory" if os.path.lexists(path) else "does not exist"
        yield f"webroot: {quoted(path)} {what}; give the directory that the web server serves on port 80."
        return
    for below in _VALIDATION:
        inside = os.path.join(path, below)
        if not os.path.lexists(inside):
            break
        path = inside
        if not os.path.isdir(path):
            yield f"webroot: {quoted(path)} is not a directory; the validation file goes into it. Remove it."
            return
    if not os.access(path, os.W_OK | os.X_OK):
        yield f"webroot: {quoted(path)} cannot be written by this user; use become, or change its permissions."
