# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Lists of revoked certificates (CRL): what one says, if it may be believed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .._errors import InvalidCertificate
from .._text import utc_text
from .certificate import load_certificates
from .library import x509_library

_PEM = b"-----BEGIN"


class Crl(NamedTuple):
    """Until when a list is good, and since when each serial number in it is revoked."""

    next_update: datetime
    revoked: Mapping[int, datetime]


def read_crl(content: bytes, issuer: str, now: datetime) -> Crl:
    """Read a list in DER or PEM; ``issuer`` is the certificate of the CA in PEM.

    Raises InvalidCertificate, with the end of a sentence, where the list may not be believed.
    """
    x509 = x509_library()
    load = x509.load_pem_x509_crl if content.lstrip().startswith(_PEM) else x509.load_der_x509_crl
    try:
        found, authority = load(content), load_certificates(issuer)[0]
        next_update, is_ours = _moment(found, "next_update"), found.issuer == authority.subject
    except Exception:  # malformed DER raises many things
        raise InvalidCertificate("it is not a list of revoked certificates") from None
    if not is_ours:
        raise InvalidCertificate("it is a list of another CA")
    if not _is_signed(found, authority):
        raise InvalidCertificate("it is not signed by the CA of the certificate")
    if not _is_full(found, x509):
        raise InvalidCertificate("it is not a full list of the certificates of this CA")
    if next_update is None or next_update <= now:
        since = f" since {utc_text(next_update)}" if next_update else ""
        raise InvalidCertificate(f"it is out of date{since}")
    return Crl(next_update, {each.serial_number: _moment(each, "revocation_date") or now for each in found})


def _is_signed(found: Any, authority: Any) -> bool:
    try:
        return bool(found.is_signature_valid(authority.public_key()))
    except Exception:  # a key of a kind that signs nothing
        return False


def _is_full(found: Any, x509: Any) -> bool:
    """Not a part of another list, not of CAs alone, not of the certificates of other CAs."""
    try:
        extensions = {type(each.value): each.value for each in found.extensions}
    except Exception:  # a malformed extension raises many things
        return False
    point = extensions.get(x509.IssuingDistributionPoint)
    is_other = point is not None and (point.only_contains_ca_certs or point.indirect_crl)
    return x509.DeltaCRLIndicator not in extensions and not is_other


def _moment(found: Any, name: str) -> datetime | None:
    aware: datetime | None = getattr(found, name + "_utc", None)  # since cryptography 42
    if aware is not None:
        return aware
    plain: datetime | None = getattr(found, name)
    return None if plain is None else plain.replace(tzinfo=timezone.utc)
