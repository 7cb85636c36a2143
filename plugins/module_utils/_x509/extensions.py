# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What the extensions of a certificate or of a signing request say.

cryptography refuses all of them for one that it does not like; servers and OpenSSL read them one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .der import Value, dotted, first_value, values
from .distinguished_name import issuer, subject
from .library import x509_library

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509
    from cryptography.x509 import CertificateSigningRequest, Extensions

_EXTENSIONS, _ATTRIBUTES, _DNS_NAME, _BOOLEAN = 0xA3, 0xA0, 0x82, 1
_WEB = ("http://", "https://")
_ALTERNATIVE_NAMES, _CONSTRAINTS = "2.5.29.17", "2.5.29.19"
# The attributes of a request with the extensions that it asks for; the second is of old Windows tools.
_REQUESTED = ("1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14")


def dns_names(certificate: X509) -> list[str]:
    """The DNS names that a certificate is for, whatever other names it has."""
    try:
        names = _alternative_names(certificate.extensions)
    except Exception:  # a malformed extension raises many things
        names = _unless_malformed(certificate, _ALTERNATIVE_NAMES)
    return [text for text in map(_dns_name, names) if text is not None]


def requested_names(request: CertificateSigningRequest) -> list[str | None]:
    """The names that a request asks for; None for each that is not a DNS name. ValueError if malformed."""
    try:
        names = _alternative_names(request.extensions)
    except Exception:  # a malformed extension raises many things
        names = _extension(_requested(request), _ALTERNATIVE_NAMES)
    return [_dns_name(name) for name in names]


def is_authority(certificate: X509) -> bool:
    """Whether it may sign other certificates."""
    x509 = x509_library()
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        # The first version of certificates has no extensions; its roots sign all the same.
        return bool(certificate.version == x509.Version.v1 and issuer(certificate) == subject(certificate))
    except Exception:  # a malformed extension raises many things
        found = _unless_malformed(certificate, _CONSTRAINTS)
        return bool(found) and found[0].tag == _BOOLEAN and found[0].content != b"\0"


def crl_urls(certificate: X509) -> tuple[str, ...]:
    """Where the web has the list of revoked certificates (CRL) that a certificate names."""
    x509 = x509_library()
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except Exception:  # there is none, or a malformed extension raises many things
        return ()
    named = [str(name.value) for point in points for name in point.full_name or () if not point.crl_issuer]
    return tuple(url for url in named if url.startswith(_WEB))


def _alternative_names(extensions: Extensions) -> list[Any]:
    x509 = x509_library()
    try:
        return list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _dns_name(name: Any) -> str | None:
    if isinstance(name, Value):
        return name.content.decode("ascii", "replace") if name.tag == _DNS_NAME else None
    return str(name.value) if isinstance(name, x509_library().DNSName) else None


def _unless_malformed(certificate: X509, kind: str) -> list[Value]:
    fields = values(first_value(certificate.tbs_certificate_bytes).content)
    try:
        return _extension(next((field.content for field in fields if field.tag == _EXTENSIONS), b"\x30\0"), kind)
    except ValueError:
        return []


def _requested(request: CertificateSigningRequest) -> bytes:
    """The extensions that a request asks for."""
    fields = values(first_value(request.tbs_certrequest_bytes).content)
    attributes = next((values(field.content) for field in fields if field.tag == _ATTRIBUTES), [])
    parts = [values(each.content) for each in attributes]
    return next((part[1].content for part in parts if dotted(part[0].content) in _REQUESTED), b"\x30\0")


def _extension(extensions: bytes, kind: str) -> list[Value]:
    """The values in an extension that is a sequence; none where there is no such extension."""
    parts = (values(each.content) for each in values(first_value(extensions).content))
    found = next((part[-1].content for part in parts if dotted(part[0].content) == kind), b"\x30\0")
    return values(first_value(found).content)
