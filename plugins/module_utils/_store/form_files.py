# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The forms of a generation and the links to it: which of them are missing, and their content."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .._errors import InvalidCertificate, InvalidOption
from .._text import KNOWN_AFTER_APPLY, quoted_path
from .._x509.certificate import Certificate
from .._x509.private_key import read_private_key
from . import read
from .forms import COMBINED, DER, JKS, KEY_FULLCHAIN, PKCS12, Form, FormFile
from .keystore import is_jks_of, is_pkcs12_of, keytool, to_ders, to_jks, to_pkcs12
from .links import Link
from .model import KEY, Generation, Place


@dataclass(frozen=True)
class KeySet:
    """A private key in PEM with its certificate; ``alias`` is its name in a key store."""

    key: bytes = field(repr=False)
    certificate: Certificate
    alias: str


class Difference(NamedTuple):
    """A form that has to be written, or that only has another owner, group or mode."""

    form: Form
    why: str
    content: bool = True


def key_set(place: Place, generation: Generation, certificate: Certificate) -> KeySet:
    return KeySet(read.read_file(f"{place.generation_path(generation.number)}/{KEY}"), certificate, place.name)


def fits(what: KeySet) -> bool:
    """Whether key and certificate belong together."""
    try:
        return read_private_key(what.key.decode(), KEY) == what.certificate.public_key_sha256
    except (InvalidCertificate, UnicodeDecodeError):
        return False


def missing(directory: str, there: Generation | None, forms: Sequence[Form], what: KeySet) -> Iterator[Difference]:
    """The forms that a generation lacks. A generation that does not exist yet lacks all."""
    for form in forms:
        path = f"{directory}/{form.name}"
        found = read.file_access(path) if there and form.name in there.files else None
        if found is None:
            yield Difference(form, f"{form.name} does not exist")
        elif not _is_of(form, what, path):
            yield Difference(form, f"{form.name} has other content")
        elif not form.access.fits(found):
            yield Difference(form, f"{form.name} has another owner, group or mode", content=False)


def form_files(
    directory: str, there: Generation | None, forms: Sequence[Form], what: KeySet, read_only: bool
) -> tuple[FormFile, ...]:
    """The missing forms with their content, which a prediction does not need."""
    return tuple(
        FormFile(each.form.name, each.form.access, _content(each.form, what, read_only) if each.content else None)
        for each in missing(directory, there, forms, what)
    )


def reasons(
    place: Place, generation: Generation, certificate: Certificate, wanted: tuple[Sequence[Form], Sequence[Link]]
) -> tuple[str, ...]:
    """What the generation in use lacks of the wanted forms and links, as phrases."""
    forms, links = wanted
    directory = place.generation_path(generation.number)
    lacks = missing(directory, generation, forms, key_set(place, generation, certificate)) if forms else ()
    return (*(each.why for each in lacks), *(why for _link, why in missing_links(place, links)))


def missing_links(place: Place, links: Sequence[Link]) -> list[tuple[Link, str]]:
    """The links that are not there or point elsewhere, each with the reason.

    Raises InvalidOption where something else is in the way.
    """
    found = [(link, _difference(place, link)) for link in links]
    return [(link, difference) for link, difference in found if difference]


def _difference(place: Place, link: Link) -> str | None:
    directory = os.path.dirname(link.path)
    try:
        kind = stat.S_IFMT(os.lstat(link.path).st_mode)
        there = os.readlink(link.path) if kind == stat.S_IFLNK else None
    except OSError:
        if not os.path.isdir(directory):
            raise InvalidOption(
                "links", f"there is no directory {quoted_path(directory)} for {quoted_path(link.path)}."
            ) from None
        return f"{link.path} does not exist"
    if there is None:
        what = "a directory" if kind == stat.S_IFDIR else "a file"
        raise InvalidOption(
            "links", f"{quoted_path(link.path)} is {what}, not a link; move it away to have the link placed."
        )
    return None if there == link.target(place) else f"{link.path} points elsewhere"


def make_form(form: Form, what: KeySet) -> bytes:
    """The content of a form."""
    if form.type in (PKCS12, JKS):
        store = to_pkcs12(what.key, what.certificate, what.alias, (form.password, form.legacy))
        return to_jks(store, form.password) if form.type == JKS else store
    return _plain(form, what)


def _content(form: Form, what: KeySet, read_only: bool) -> bytes:
    if form.type == JKS:
        keytool()  # said in check mode, too
    return KNOWN_AFTER_APPLY.encode() if read_only else make_form(form, what)


def _is_of(form: Form, what: KeySet, path: str) -> bool:
    """Whether a file is this form of the set already; key stores are never the same twice, so they are opened."""
    try:
        data = read.read_file(path)
    except InvalidCertificate:  # not a file at all
        return False
    if form.type == PKCS12:
        return is_pkcs12_of(data, what.certificate, (form.password, form.legacy))
    if form.type == JKS:
        return is_jks_of(data, what.certificate, form.password)
    return data == _plain(form, what)


def _plain(form: Form, what: KeySet) -> bytes:
    key, fullchain = what.key.rstrip() + b"\n", what.certificate.fullchain.encode()
    if form.type == DER:
        return to_ders(what.certificate)[0]
    return {COMBINED: fullchain + key, KEY_FULLCHAIN: key + fullchain}[form.type]
