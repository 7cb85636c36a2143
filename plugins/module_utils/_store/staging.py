# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The key and the signing request (CSR) of a staged generation: those that are there, and those that it lacks."""

from __future__ import annotations

from .._errors import InvalidCertificate
from .._text import KNOWN_AFTER_APPLY
from .._x509.csr import read_csr
from .._x509.make import make_csr, make_key
from .._x509.private_key import read_private_key
from . import read
from .decide import Staged
from .model import KEY, Store
from .plan import Lacking
from .request import csr_fits
from .wanted import StoreWanted


def lacking(wanted: StoreWanted, store: Store, staged: Staged | None, read_only: bool) -> Lacking:
    """What a staged generation lacks. A key that is there stays, whatever made it."""
    if staged and staged.generation.has_key:
        path = f"{wanted.place.generation_path(staged.generation.number)}/{KEY}"
        key, key_sha256 = _usable_key(path)
        if csr_fits(staged.csr, wanted.domains, key_sha256):
            return Lacking(csr_content=staged.csr.pem if staged.csr else None)
        return _with_csr(wanted, key, path, read_only, is_there=True)
    kept = _key_in_use(wanted, store)
    if read_only:
        return Lacking(kept or KNOWN_AFTER_APPLY.encode(), KNOWN_AFTER_APPLY.encode())
    key = kept or make_key(wanted.key_type, wanted.key_size)
    return _with_csr(wanted, key, wanted.place.current if kept else "The new key", read_only)


def _usable_key(path: str) -> tuple[bytes, str]:
    """A staged key as it is, and its hash; one that cannot be used is an error, because an order may exist for it."""
    try:
        text = read.read_text(path)
        return text.encode(), read_private_key(text, path)
    except InvalidCertificate as unfit:
        raise InvalidCertificate(
            f"{unfit.msg.rstrip('.')}; put the right key there, or remove the file to have a new key made.",
            **unfit.facts,
        ) from None


def _with_csr(wanted: StoreWanted, key: bytes, origin: str, read_only: bool, is_there: bool = False) -> Lacking:
    written = b"" if is_there else key
    if read_only:
        return Lacking(written, KNOWN_AFTER_APPLY.encode())
    try:
        csr = make_csr(key, wanted.domains)
    except InvalidCertificate as unfit:
        raise InvalidCertificate(f"{origin}: {unfit.msg}", **unfit.facts) from None
    # What the service refuses for sure is not staged.
    return Lacking(written, csr, read_csr(csr.decode(), origin).pem)


def _key_in_use(wanted: StoreWanted, store: Store) -> bytes:
    """The key in use, where it is to be used again."""
    current = store.get(store.current)
    if not wanted.keep_key or current is None:
        return b""
    read.key_hash(wanted.place, current)
    return read.read_file(f"{wanted.place.generation_path(current.number)}/{KEY}")
