# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Which certificate was signed by which: trust paths among the certificates of one text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from .dates import moments
from .distinguished_name import issuer, same_form, subject
from .extensions import is_authority

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509

Path = tuple["X509", ...]
Issuers = Callable[[int], "tuple[int, ...]"]

# A set of certificates made to have more paths is not searched for all of them.
_MOST_PATHS = 64


def ordered(certificates: Sequence[X509]) -> list[X509]:
    """The leaf, its issuers along the best path, and those of other paths, such as a root that an older one signed.

    What is on no path is left out, unless the leaf has no issuer: then its absence has to be told.
    """
    first = _leaf(certificates)
    rest = [each for each in certificates if each is not first]
    # One other certificate is the issuer, or it is there to tell the absence: no signature decides about its place.
    if len(rest) < 2 and not _is_self_issued(first):
        return [first, *rest]
    found = paths([first, *rest])
    if len(found[0]) == 1 and not is_self_signed(first):
        return [first, *rest]
    begin = moments(first)[0]
    others = [path for path in found[1:] if _weakest(path) > begin]  # the rest was over before the leaf began
    return list(dict.fromkeys(each for path in (found[0], *others) for each in path))


def paths(certificates: Sequence[X509]) -> list[Path]:
    """Every path of valid signatures from the first certificate, the best first.

    The best lasts as long as the certificate, passes the most CAs, and ends in the one that is valid the longest. A new
    root that an old one has signed is of use to clients of both; clients of the old one stop at the new one's
    self-signed certificate where that comes first.
    """
    issuers = _issuers(certificates)
    found = [tuple(certificates[at] for at in path) for path in islice(_walk((0,), issuers), _MOST_PATHS)]
    return sorted(found, key=_worth, reverse=True)


def is_self_signed(certificate: X509) -> bool:
    return _is_self_issued(certificate) and is_signed_by(certificate, certificate)


def _is_self_issued(certificate: X509) -> bool:
    return same_form(subject(certificate)) == same_form(issuer(certificate))


def is_signed_by(child: X509, parent: X509) -> bool:
    """Checked by hand, because cryptography does it only since version 40."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        key: Any = parent.public_key()
        signed = (child.signature, child.tbs_certificate_bytes)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(*signed, _padding(child), child.signature_hash_algorithm)  # type: ignore[arg-type]
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(*signed, ec.ECDSA(child.signature_hash_algorithm))  # type: ignore[arg-type]
        else:
            key.verify(*signed)
    except Exception:  # a wrong signature, or a key of a kind that signs nothing
        return False
    return True


def _leaf(certificates: Sequence[X509]) -> X509:
    """The first that is not a CA and has signed no other one: an old root may not say that it is a CA."""
    ends = [each for each in certificates if not is_authority(each)] or list(certificates)
    names = [(same_form(issuer(each)), each) for each in certificates]

    def signs(certificate: X509) -> bool:
        own = same_form(subject(certificate))
        return any(name == own and other is not certificate for name, other in names)

    return next((each for each in ends if not signs(each)), ends[0])


def _issuers(certificates: Sequence[X509]) -> Issuers:
    """For the number of a certificate those of its issuers, the one that is valid the longest first."""
    subjects = [same_form(subject(each)) for each in certificates]
    names = [same_form(issuer(each)) for each in certificates]
    by_end = sorted(range(len(certificates)), key=lambda at: moments(certificates[at])[1], reverse=True)

    @cache
    def issuers(child: int) -> tuple[int, ...]:
        own, name = certificates[child], names[child]
        if name == subjects[child] and is_signed_by(own, own):
            return ()  # a root, whatever other root has signed its key
        named = [at for at in by_end if at != child and subjects[at] == name and is_authority(certificates[at])]
        return tuple(at for at in named if is_signed_by(own, certificates[at]))

    return issuers


def _walk(path: tuple[int, ...], issuers: Issuers) -> Iterator[tuple[int, ...]]:
    following = [at for at in issuers(path[-1]) if at not in path]
    if not following:
        yield path
    for at in following:
        yield from _walk((*path, at), issuers)


def _worth(path: Path) -> tuple[Any, ...]:
    weakest, lasting = _weakest(path), moments(path[0])[1]
    passed = len(path) - is_self_signed(path[-1])  # a path goes no further than a root
    return min(weakest, lasting), passed, moments(path[-1])[1], weakest


def _weakest(path: Path) -> datetime:
    """When the first of the issuers expires."""
    return min(moments(each)[1] for each in path[1:] or path)


def _padding(child: X509) -> Any:
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.x509.oid import SignatureAlgorithmOID

    if child.signature_algorithm_oid == SignatureAlgorithmOID.RSASSA_PSS:
        return padding.PSS(padding.MGF1(child.signature_hash_algorithm), padding.PSS.AUTO)  # type: ignore[arg-type]
    return padding.PKCS1v15()
