# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What is to be published to prove a domain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import Failure
from .._rpc.fields import text
from .._text import quoted
from .._x509.hostnames import base, is_related


@dataclass(frozen=True)
class ValidationRecord:
    """A record to publish. ``record_name`` is None when the raw name does not say which domain it is for."""

    domain: str | None
    record_name: str | None
    record_type: str
    record_value: str
    raw_record_name: str

    @property
    def place(self) -> str:
        """Where it is to be published, as far as the service says: without the labels that begin with an underscore."""
        labels = self.raw_record_name.strip().rstrip(".").lower().split(".")
        return ".".join(label for label in labels if not label.startswith("_"))

    def public(self) -> dict[str, Any]:
        return {"method": "dns", **self.__dict__}


@dataclass(frozen=True)
class ValidationFile:
    """A file to serve, byte for byte as given."""

    domain: str
    path: str
    content: str
    url: str

    @property
    def place(self) -> str:
        """The host that is to serve it."""
        return self.domain.lower()

    def public(self) -> dict[str, Any]:
        return {"method": "file", **self.__dict__}


def read_validation(
    response: Mapping[str, Any], domains: tuple[str, ...]
) -> tuple[ValidationRecord | ValidationFile, ...]:
    """What is to be published, as far as the service has said it: fields are empty for some seconds."""
    name, value = text(response.get("RecordDomain")), text(response.get("RecordValue"))
    if name and value:
        return (_record(name, text(response.get("RecordType")) or "TXT", value, domains),)
    path, content = text(response.get("Uri")), text(response.get("Content"))
    domain = text(response.get("Domain")) or (base(domains[0]) if len(domains) == 1 else None)
    if path and not _is_for_validation(path):
        raise Failure(f"The service asks for a file at {quoted(path)}, which is not a place for a validation file.")
    if path and content and domain:
        return (ValidationFile(domain=domain, path=path, content=content, url=f"http://{domain}{path}"),)
    return ()


def _validates(kind: str, name: str) -> bool:
    """Whether a record is one that proves something, and does not lead the site's own visitors elsewhere."""
    return kind == "TXT" or (kind == "CNAME" and name.startswith("_"))


def _is_for_validation(path: str) -> bool:
    """Whether a site has no page of its own there: what is published replaces what is there, and is removed later."""
    plain = len(path) <= _LONGEST_PATH and _SAFE_PATH.fullmatch(path)
    return bool(plain) and (path.startswith(_FOR_VALIDATION) or path.endswith("/fileauth.txt"))


# Of the CA/Browser Forum, and of ACME.
_FOR_VALIDATION = ("/.well-known/pki-validation/", "/.well-known/acme-challenge/")
# Segments of plain characters, none of them "." or "..".
_LONGEST_PATH = 255
_SAFE_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")


def _record(raw: str, kind: str, value: str, domains: tuple[str, ...]) -> ValidationRecord:
    name = raw.strip().rstrip(".").lower()
    owners = [domain for domain in domains if name == base(domain) or name.endswith("." + base(domain))]
    owner = max(owners, key=len, default=domains[0] if len(domains) == 1 else None)
    names = {name} if owners else {_full_name(name, base(domain)) for domain in domains}
    full = names.pop() if len(names) == 1 else None
    clear = full and _NAME_CHARACTERS.issuperset(name) and _validates(kind, name) and _is_ours(full, domains)
    return ValidationRecord(owner, full if clear else None, kind, value, raw)


def _is_ours(name: str, domains: tuple[str, ...]) -> bool:
    """Whether a record lies at a domain, above or below it: a neighbour may belong to another owner."""
    place = ".".join(label for label in name.split(".") if not label.startswith("_"))
    return is_related(place, domains)


_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def _full_name(name: str, domain: str) -> str:
    """The full record name: given in full under a parent of the domain, or relative to the domain's zone.

    Public code sees ``_dnsauth.www.example.com``, the documents show ``_dnsauth``; for ``www.example.com`` the
    relative form may also be ``_dnsauth.www``.
    """
    labels = domain.split(".")
    parents = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    if any(name.endswith("." + parent) for parent in parents):
        return name
    for length in range(len(labels) - 1, 0, -1):
        if name.endswith("." + ".".join(labels[:length])):
            return ".".join([name, *labels[length:]])
    return f"{name}.{domain}"
