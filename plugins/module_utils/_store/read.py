# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies in a store: read from the directory, nothing is changed."""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._errors import Failure, InvalidCertificate, InvalidOption
from .._text import quoted_path
from .._x509.certificate import Certificate, load_certificates, read_certificate
from .._x509.hostnames import folded, same_order_names
from .._x509.private_key import read_private_key
from .decide import Installed, Staged
from .model import CERT, CHAIN, CSR, FULLCHAIN, KEY, RECORD, Generation, KeyFile, Place, Record, Store, moment
from .os_errors import reading

if TYPE_CHECKING:
    from .._x509.csr import Csr

LARGEST = 1024 * 1024
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def located(place: Place) -> Place:
    """The place itself, or the directory that was made for the same name in another spelling."""
    if _kind(place.path) is not None:
        return place
    try:
        there = [name for name in sorted(_names(place.directory)) if spelled_alike(name) == spelled_alike(place.name)]
    except Failure:
        return place  # what is wrong with the directory is told where it is used
    found = [Place(place.directory, name) for name in there if _kind(f"{place.directory}/{name}") == stat.S_IFDIR]
    in_use = [each for each in found if _kind(each.current) is not None] or found
    if len(in_use) > 1:
        raise Failure(
            f"name: {', '.join(quoted_path(each.path) for each in in_use)} are directories for the same name; keep "
            "one of them, and move the others away."
        )
    return in_use[0] if in_use else place


def spelled_alike(name: str) -> str:
    """A name in one spelling: no blanks around it, lower case, A-labels as what they stand for."""
    labels = unicodedata.normalize("NFKC", name.strip()).lower().rstrip(".").split(".")
    return ".".join(_from_a_label(label) for label in labels)


def _from_a_label(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def scan(place: Place) -> Store:
    """The names in the store and where ``current`` points to; no file is opened."""
    _refuse_strange(place)
    numbers = [int(name) for name in _names(place.generations) if _NUMBER.fullmatch(name)]
    directories = [number for number in sorted(numbers) if _kind(place.generation_path(number)) == stat.S_IFDIR]
    store = Store(tuple(_generation(place, number) for number in directories), None, max(numbers, default=0))
    current = _current(place)
    if current is not None and not store.get(current):
        raise Failure(f"{place.current} points to generation {current}, which is not there. {_way_out(place)}")
    return Store(store.generations, current, store.highest)


def _way_out(place: Place) -> str:
    return f"Correct it, or remove {place.current} to have a new certificate made."


def _refuse_strange(place: Place) -> None:
    """A link to elsewhere inside the store would make us write elsewhere."""
    if _kind(place.generations) not in (None, stat.S_IFDIR):
        raise Failure(f"{place.generations} is not a directory; remove it, or choose another name.")


def _kind(path: str) -> int | None:
    """What a name stands for, links not followed; None for nothing."""
    try:
        with reading(path):
            return stat.S_IFMT(os.lstat(path).st_mode)
    except InvalidCertificate:
        return None


def _names(directory: str) -> list[str]:
    try:
        with reading(directory):
            return os.listdir(directory)
    except InvalidCertificate:
        return []


def _generation(place: Place, number: int) -> Generation:
    directory = place.generation_path(number)
    return Generation(number, frozenset(_names(directory)), file_access(f"{directory}/{KEY}"))


def file_access(path: str) -> KeyFile | None:
    """Size, mode and owners of a key, or of a form with it."""
    try:
        with reading(path):
            found = os.stat(path)
    except InvalidCertificate:
        return None
    return KeyFile(found.st_size, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


def _current(place: Place) -> int | None:
    """The generation that ``current`` points to."""
    kind = _kind(place.current)
    if kind is None:
        return None
    if kind != stat.S_IFLNK:
        what = "a directory" if kind == stat.S_IFDIR else "a file"
        raise Failure(
            f"{place.current} is {what}, not a link to a generation; move it away to have the link created "
            f"(a set from elsewhere is added with certificate_store)."
        )
    with reading(place.current):
        target = os.readlink(place.current)
    directory, number = os.path.split(os.path.normpath(os.path.join(place.path, target)))
    if directory != os.path.normpath(place.generations) or not _NUMBER.fullmatch(number):
        raise Failure(f"{place.current} points out of {place.generations}. {_way_out(place)}")
    return int(number)


def read_file(path: str) -> bytes:
    """The beginning of a file, which is all of it where it is shorter than LARGEST."""
    with reading(path):
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(opened).st_mode):
                raise InvalidCertificate(f"{path} is not a regular file.")
            return os.read(opened, LARGEST)
        finally:
            os.close(opened)


def read_text(path: str) -> str:
    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidCertificate(f"{path} is not text.") from None


def key_hash(place: Place, generation: Generation) -> str:
    """The SHA-256 of the public half of a generation's key."""
    path = f"{place.generation_path(generation.number)}/{KEY}"
    return read_private_key(read_text(path), path)


def leaf(place: Place, generation: Generation) -> Certificate:
    """A generation's certificate, whatever is beside it."""
    path = f"{place.generation_path(generation.number)}/{CERT}"
    return read_certificate(read_text(path), path)


def read_set(place: Place, generation: Generation) -> Certificate:
    """A generation's certificate with its chain; InvalidCertificate unless all of its files belong together."""
    directory = place.generation_path(generation.number)
    texts = {name: read_text(f"{directory}/{name}") for name in (CERT, CHAIN, FULLCHAIN)}
    certificate, chain, whole = (_certificates(f"{directory}/{name}", text) for name, text in texts.items())
    if not whole or whole != certificate + chain:
        raise InvalidCertificate(f"{directory}/{FULLCHAIN} is not {CERT} followed by {CHAIN}.")
    found = read_certificate(texts[FULLCHAIN], f"{directory}/{FULLCHAIN}")
    if key_hash(place, generation) != found.public_key_sha256:
        raise InvalidCertificate(f"{directory}/{KEY} is not the key of {CERT}.")
    return found


def _certificates(path: str, text: str) -> list[Any]:
    try:
        return load_certificates(text)
    except Exception:  # malformed DER raises many things
        raise InvalidCertificate(f"{path} cannot be read as PEM.") from None


def record(place: Place, generation: Generation) -> Record | None:
    """What the generation says of its order; None when it says nothing."""
    if RECORD not in generation.files:
        return None
    path = f"{place.generation_path(generation.number)}/{RECORD}"
    try:
        return _as_record(json.loads(read_text(path)))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise InvalidCertificate(
            f"{path} is not a valid record of an order (JSON); correct it, or remove it."
        ) from None


def _as_record(found: Mapping[str, Any]) -> Record:
    def text(name: str) -> str | None:
        return str(found[name]) if found.get(name) else None

    domains = tuple(dict.fromkeys(folded(str(name)) for name in found.get("domains") or ()))
    validation = tuple(dict(entry) for entry in found.get("validation") or ())
    return Record(
        order_id=text("order_id"),
        instance_id=text("instance_id"),
        domains=domains,
        product_code=text("product_code"),
        renews=text("renews"),
        validation=validation,
        subscription_end=moment(found.get("subscription_end")),
        stored=moment(found.get("stored")),
    )


def staged(place: Place, store: Store, domains: Sequence[str]) -> Staged | None:
    """The newest staged generation above the current one that is for these names, or for none yet."""
    return next((found for found in _all_staged(place, store) if _is_for(found, domains)), None)


def abandoned(place: Place, store: Store, domains: Sequence[str]) -> list[Staged]:
    """The staged generations that wait for the certificate of an order for other names."""
    return [found for found in _all_staged(place, store) if found.source and not _is_for(found, domains)]


def _all_staged(place: Place, store: Store) -> Iterator[Staged]:
    """Those above the current one that can be read, newest first."""
    for generation in store.above_current():
        with suppress(InvalidCertificate, InvalidOption):
            if not generation.complete:
                yield Staged(generation, record(place, generation), _csr(place, generation))


def _is_for(found: Staged, domains: Sequence[str]) -> bool:
    names = found.csr.domains if found.csr else found.record.domains if found.record else ()
    return not names or same_order_names(domains, names)


def _csr(place: Place, generation: Generation) -> Csr | None:
    if not generation.has_csr:
        return None
    from .._x509.csr import read_csr  # few hosts have a request at most times, and a shipped task compiles its imports

    path = f"{place.generation_path(generation.number)}/{CSR}"
    return read_csr(read_text(path), path)


def installed(place: Place, store: Store) -> Installed | None:
    """The set in use; one that is broken ends the task, because nothing else would notice."""
    generation = store.get(store.current)
    if generation is None:
        return None
    try:
        return Installed(generation, read_set(place, generation), record(place, generation))
    except InvalidCertificate as unfit:
        raise Failure(
            f"{unfit.msg.rstrip('.')}; restore the right file, or remove {place.current} to have a new "
            "certificate made."
        ) from None


def ready(
    place: Place, store: Store, current: Installed | None, domains: Sequence[str], now: datetime
) -> Installed | None:
    """The newest complete generation for these names that may be used: one above the current one, or any other one
    while the current one is for other names."""
    wrong = current is not None and not current.is_for(domains)
    for generation in store.newest_first() if wrong else store.above_current():
        with suppress(InvalidCertificate):
            if generation.complete and generation.number != store.current:
                from .._x509.verify import refuse_unusable  # as with the request

                found = Installed(generation, read_set(place, generation), record(place, generation))
                refuse_unusable(found.certificate, domains, now, place.generation_path(generation.number))
                if found.is_for(domains):
                    return found
    return None


def fingerprints(place: Place, store: Store) -> dict[int, str]:
    """The certificate of each complete generation that has a readable one, newest first."""
    found = {}
    for generation in store.newest_first():
        with suppress(InvalidCertificate):
            if generation.complete:
                found[generation.number] = leaf(place, generation).sha256_fingerprint
    return found
