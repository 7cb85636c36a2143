# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Other forms of a set of key and certificate, as a task asks for them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._errors import InvalidOption
from .._text import quoted
from .model import FORM_NAMES, HIDDEN, KEY_MODE, RESERVED, Access

COMBINED, KEY_FULLCHAIN, PKCS12, JKS, DER = "combined", "key_fullchain", "pkcs12", "jks", "der"
WITH_PASSWORD = (PKCS12, JKS)
PUBLIC_MODE = 0o644
# keytool takes no shorter one.
_SHORTEST = 6


@dataclass(frozen=True)
class Form:
    """One more file of a generation. ``access`` is that of a private key, except for a form without the key."""

    type: str
    name: str
    access: Access
    password: str = field(default="", repr=False)
    legacy: bool = False


ReadAccess = Callable[[Mapping[str, Any], bool], Access]


@dataclass(frozen=True)
class FormFile:
    """A form of a set with its content; None where only owner, group or mode are others."""

    name: str
    access: Access
    data: bytes | None = field(repr=False)


def read_forms(values: Sequence[Mapping[str, Any]] | None, options: Mapping[str, Any], read: ReadAccess) -> list[Form]:
    """The option ``forms``; owner and group are those of the key where a form does not give its own."""
    forms: list[Form] = []
    for value in values or ():
        form = _read_form(value, options, read)
        if form.name in [each.name for each in forms]:
            raise InvalidOption("forms", f"{form.name} is given twice; give each form a name of its own.")
        forms.append(form)
    return forms


def _read_form(value: Mapping[str, Any], options: Mapping[str, Any], read: ReadAccess) -> Form:
    kind, name = value["type"], value.get("name") or FORM_NAMES[value["type"]]
    if "/" in name or not name.isprintable() or name.startswith(HIDDEN) or name in RESERVED:
        raise InvalidOption("forms", f"{quoted(name)} cannot be the name of a form; give another one without a slash.")
    password = value.get("password") or ""
    if kind in WITH_PASSWORD and len(password) < (_SHORTEST if kind == JKS else 1):
        least = f" of {_SHORTEST} characters or more" if kind == JKS else ""
        raise InvalidOption("forms", f"{name}: give a password{least} for {kind}.")
    mode = value.get("mode")
    given = {
        "owner": value.get("owner") or options.get("owner"),
        "group": value.get("group") or options.get("group"),
        "mode": mode if mode is not None else f"{PUBLIC_MODE if kind == DER else KEY_MODE:04o}",
    }
    try:
        access = read(given, kind != DER)
    except InvalidOption as invalid:
        raise InvalidOption("forms", f"{name}: {invalid.msg}") from None
    return Form(kind, name, access, password, bool(value.get("legacy")))
