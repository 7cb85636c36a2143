# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What the extensions of a certificate say.

cryptography refuses all of them for one that it does not like; servers and OpenSSL read them one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .der import Value, dotted, first_value, values
from .distinguished_name import issuer, subject
from .library import x509_library

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509
    from cryptography.x509 import Extensions

_EXTENSIONS, _DNS_NAME, _BOOLEAN, _OCTETS = 0xA3, 0x82, 1, 4
_ALTERNATIVE_NAMES, _CONSTRAINTS = "2.5.29.17", "2.5.29.19"


def alternative_names(extensions: Extensions) -> list[Any]:
    x509 = x509_library()
    try:
        return list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def dns_names(certificate: X509) -> list[str]:
    """The DNS names that a certificate is for, whatever other names it has."""
    x509 = x509_library()
    try:
        return [name.value for name in alternative_names(certificate.extensions) if isinstance(name, x509.DNSName)]
    except Exception:  # a malformed extension raises many things
        names = _extension(certificate, _ALTERNATIVE_NAMES)
        return [each.content.decode("ascii", "replace") for each in names if each.tag == _DNS_NAME]


def is_authority(certificate: X509) -> bool:
    """Whether it may sign other certificates."""
    x509 = x509_library()
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        # The first version of certificates has no extensions; its roots sign all the same.
        return bool(certificate.version == x509.Version.v1 and issuer(certificate) == subject(certificate))
    except Exception:  # a malformed extension raises many things
        found = _extension(certificate, _CONSTRAINTS)
        return bool(found) and found[0].tag == _BOOLEAN and found[0].content != b"\0"


def _extension(certificate: X509, kind: str) -> list[Value]:
    """The values in an extension that is a sequence; none where there is no such extension, or a malformed one."""
    try:
        fields = values(first_value(certificate.tbs_certificate_bytes).content)
        whole = next((field.content for field in fields if field.tag == _EXTENSIONS), b"\x30\0")
        parts = (values(each.content) for each in values(first_value(whole).content))
        found = next((part[-1] for part in parts if dotted(part[0].content) == kind and part[-1].tag == _OCTETS), None)
        return values(first_value(found.content).content) if found else []
    except (ValueError, IndexError):
        return []
