# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Whether a certificate with its chain may be used: signatures, dates and names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .._errors import InvalidCertificate
from .._text import one_line, utc_text
from .certificate import Certificate, load_certificates
from .chain import Path, is_self_signed, paths
from .dates import moments
from .distinguished_name import issuer, name_text, same_form, subject
from .extensions import is_authority
from .hostnames import uncovered

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509

# What the fact ``problem`` of an InvalidCertificate says: what is wrong, for advice that fits.
NOT_YET_VALID, EXPIRED, CHAIN, NAMES, KEY = "not_yet_valid", "expired", "chain", "names", "key"


def refuse_unusable(certificate: Certificate, domains: Sequence[str], now: datetime, origin: str) -> None:
    """Raise InvalidCertificate with the first reason why this certificate must not be served.

    One path of signatures that is in date is enough: clients find it among several.
    """
    links = load_certificates(certificate.fullchain)
    found = paths(links)
    _refuse_broken(links, found[0], origin)
    _refuse_date(links[0], now, f"{origin}: the certificate")
    if not any(all(_is_in_date(link, now) for link in path) for path in found):
        for at, link in enumerate(found[0]):
            _refuse_date(link, now, f"{origin}: certificate {at + 1} of the chain ({_called(link)})")
    missing = uncovered(domains, certificate.domains)
    if missing:
        raise InvalidCertificate(
            f"{origin}: the certificate does not cover {', '.join(missing)}; it is for "
            f"{', '.join(certificate.domains) or 'no DNS name'}.",
            problem=NAMES,
        )


def refuse_strange_key(certificate: Certificate, key_sha256: str, origin: str, key: str) -> None:
    if certificate.public_key_sha256 != key_sha256:
        raise InvalidCertificate(
            f"{origin}: the certificate was made for another key than {key}.", key_mismatch=True, problem=KEY
        )


def _called(link: X509) -> str:
    return one_line(name_text(subject(link)), 80)


def _is_in_date(link: X509, now: datetime) -> bool:
    start, end = moments(link)
    return start <= now < end


def _refuse_date(link: X509, now: datetime, what: str) -> None:
    start, end = moments(link)
    clock = f"it is {utc_text(now)} by this machine's clock"
    if now >= end:
        raise InvalidCertificate(f"{what} expired at {utc_text(end)}; {clock}.", problem=EXPIRED)
    if now < start:
        raise InvalidCertificate(f"{what} is not valid before {utc_text(start)}; {clock}.", problem=NOT_YET_VALID)


def _refuse_broken(links: Sequence[X509], path: Path, origin: str) -> None:
    """Refuse certificates beside one that none of them has signed; a certificate may come alone."""
    leaf, others = links[0], links[1:]
    if not others or len(path) > 1 or is_self_signed(leaf):
        return
    named = [each for each in others if same_form(subject(each)) == same_form(issuer(leaf))]
    if not named:
        why = "the next one is not its issuer"
    elif not any(map(is_authority, named)):
        why = "the next one is not a CA"
    else:
        why = "its signature was not made by the next one"
    raise InvalidCertificate(f"{origin}: the chain is broken after certificate 1: {why}.", problem=CHAIN)
