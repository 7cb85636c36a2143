# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The names of subjects and issuers (distinguished names).

cryptography refuses a whole name for one odd text in it, such as a TeletexString with an umlaut. Servers and OpenSSL do
not: these names are only compared and shown.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .der import dotted, first_value, values

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509
    from cryptography.x509 import CertificateSigningRequest

COMMON_NAME = "2.5.4.3"
_VERSION = 0xA0
_ENCODINGS = {12: "utf-8", 28: "utf-32-be", 30: "utf-16-be"}
_LABELS = {
    COMMON_NAME: "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}

# A name: sets of attributes, each an object identifier and its text.
Name = tuple[tuple[tuple[str, str], ...], ...]


@lru_cache  # each is asked for several times in a task
def subject(certificate: X509) -> Name:
    return _read(_fields(certificate)[4])


@lru_cache
def issuer(certificate: X509) -> Name:
    return _read(_fields(certificate)[2])


def subject_of_request(request: CertificateSigningRequest) -> Name:
    return _read(values(first_value(request.tbs_certrequest_bytes).content)[1].whole)


def common_names(name: Name) -> list[str]:
    return [text for part in name for kind, text in part if kind == COMMON_NAME]


def same_form(name: Name) -> Name:
    """A name in the form in which OpenSSL compares names: neither case nor the number of blanks counts."""
    return tuple(tuple(sorted((kind, " ".join(text.split()).lower()) for kind, text in part)) for part in name)


def name_text(name: Name) -> str:
    """A name for people, the last part first, as in RFC 4514."""
    return ",".join(
        "+".join(f"{_LABELS.get(kind, kind)}={_escaped(text)}" for kind, text in part) for part in name[::-1]
    )


def _fields(certificate: X509) -> list[bytes]:
    """The fields of a certificate from its serial number on."""
    found = values(first_value(certificate.tbs_certificate_bytes).content)
    return [each.whole for each in found[1 if found[0].tag == _VERSION else 0 :]]


def _read(der: bytes) -> Name:
    parts = (values(part.content) for part in values(first_value(der).content))
    return tuple(tuple(_attribute(attribute.content) for attribute in part) for part in parts)


def _attribute(content: bytes) -> tuple[str, str]:
    kind, text = values(content)
    return dotted(kind.content), text.content.decode(_ENCODINGS.get(text.tag, "latin-1"), "replace")


def _escaped(text: str) -> str:
    """Text in which no character ends the attribute."""
    escaped = "".join("\\" + char if char in '"+,;<>\\' else char for char in text).replace("\0", "\\00")
    if escaped.endswith(" "):
        escaped = escaped[:-1] + "\\ "
    return "\\" + escaped if escaped.startswith(("#", " ")) else escaped
