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
from urllib.parse import urlsplit

from .._errors import Failure
from .._rpc.fields import text
from .._text import quoted
from .._x509.hostnames import base, folded, is_related
from .status import METHODS


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
        parts = _parts(self.raw_record_name) or [""]
        name = parts[0] if len(parts) == 1 else self.record_name or parts[0]
        return _without_labels(name.rstrip(".").lower())

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
    names, values = text(response.get("RecordDomain")), text(response.get("RecordValue"))
    if names and values:
        return _records(names, text(response.get("RecordType")) or "TXT", values, domains)
    path, content = text(response.get("Uri")), text(response.get("Content"))
    if path:
        _refuse_another_place(path)
    if not (path and content):
        return ()
    hosts = _parts(text(response.get("Domain")) or "") or [base(domain) for domain in domains]
    return tuple(ValidationFile(host, path, content, f"http://{host}{path}") for host in dict.fromkeys(hosts))


def read_validation_list(entries: object) -> tuple[ValidationRecord | ValidationFile, ...]:
    """What is to be published for an instance: an entry for each name, none for some seconds."""
    found = entries if isinstance(entries, list) else []
    told = (_of_entry(entry) for entry in found if isinstance(entry, Mapping))
    return tuple(each for each in told if each is not None)


def _of_entry(entry: Mapping[str, Any]) -> ValidationRecord | ValidationFile | None:
    domain, root = text(entry.get("Domain")), text(entry.get("RootDomain"))
    kind, key, value = (text(entry.get(f"Validation{name}")) for name in ("Type", "Key", "Value"))
    if not (domain and key and value):
        return None
    domain = base(folded(domain))
    if METHODS.get(kind or "") == "file":
        return _file_of(domain, key, value)
    place = _in_zone(key.strip().rstrip(".").lower(), (root or domain).strip().rstrip(".").lower())
    clear = _is_clear(place, kind or "TXT", (domain,))
    return ValidationRecord(domain, place if clear else None, kind or "TXT", value, key)


def _in_zone(key: str, zone: str) -> str:
    """The full name of a record whose name is told relative to a zone, as ``@`` or in full."""
    if key == "@":
        return zone
    return key if key == zone or key.endswith(f".{zone}") else f"{key}.{zone}"


def _file_of(domain: str, key: str, content: str) -> ValidationFile:
    """Whether the key is the whole path, a name or an address is not known."""
    path = urlsplit(key).path if "://" in key else key
    path = path if path.startswith("/") else _FOR_VALIDATION[0] + path
    _refuse_another_place(path)
    return ValidationFile(domain, path, content, f"http://{domain}{path}")


def _refuse_another_place(path: str) -> None:
    if not _is_for_validation(path):
        raise Failure(
            f"The service asks for a file at {quoted(path)}, which is not a place for a validation file. Nothing was "
            "published. Look at the application in the console, or use validation_method: dns."
        )


def _parts(joined: str) -> list[str]:
    """What a field contains for several names: they are joined by commas."""
    return [part for part in _SEPARATORS.split(joined) if part]


def _validates(kind: str, name: str) -> bool:
    """Whether a record is one that proves something, and does not lead the site's own visitors elsewhere."""
    return kind == "TXT" or (kind == "CNAME" and name.startswith("_"))


def _is_for_validation(path: str) -> bool:
    """Whether a site has no page of its own there: what is published replaces what is there, and is removed later."""
    plain = len(path) <= _LONGEST_PATH and _SAFE_PATH.fullmatch(path)
    return bool(plain) and (path.startswith(_FOR_VALIDATION) or path.endswith("/fileauth.txt"))


_SEPARATORS = re.compile(r"[,;\s]+")
# Of the CA/Browser Forum, and of ACME.
_FOR_VALIDATION = ("/.well-known/pki-validation/", "/.well-known/acme-challenge/")
# Segments of plain characters, none of them "." or "..".
_LONGEST_PATH = 255
_SAFE_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")


def _records(names: str, kind: str, values: str, domains: tuple[str, ...]) -> tuple[ValidationRecord, ...]:
    """The records of all domains. How the service tells those of several domains in one order is not known.

    One value is for every domain: for those whose names the service lists, and for those that it leaves out.
    """
    places = _parts(names) if len(domains) > 1 else [names]
    shares = _parts(values) if len(places) > 1 else [values]
    if len(shares) == 1:
        places = _for_every_domain(places, domains) if len(domains) > 1 and kind == "TXT" else places
        shares = shares * len(places)
    if len(shares) != len(places):
        return (ValidationRecord(None, None, kind, values, names),)
    found = (_record(place, names, kind, share, domains) for place, share in zip(places, shares))
    return tuple({record.record_name or place: record for place, record in zip(places, found)}.values())


def _for_every_domain(places: list[str], domains: tuple[str, ...]) -> list[str]:
    """The names of the records, and those of domains that have none, where all records have one label."""
    labels = {place.lower().partition(".")[0] for place in places}
    if len(labels) != 1 or not all(label.startswith("_") for label in labels):
        return places
    [label] = labels
    own = [f"{label}.{base(domain)}" for domain in domains]
    return [*(place for place in places if place.lower().rstrip(".") != label), *own]


def _record(place: str, raw: str, kind: str, value: str, domains: tuple[str, ...]) -> ValidationRecord:
    name = place.strip().rstrip(".").lower()
    owners = [domain for domain in domains if name == base(domain) or name.endswith("." + base(domain))]
    owner = max(owners, key=len, default=domains[0] if len(domains) == 1 else None)
    names = {name} if owners else {_full_name(name, base(domain)) for domain in domains}
    full = names.pop() if len(names) == 1 else None
    clear = full and _is_clear(full, kind, domains)
    return ValidationRecord(owner, full if clear else None, kind, value, raw)


def _is_clear(name: str, kind: str, domains: tuple[str, ...]) -> bool:
    """Whether a record can be published under a full name."""
    return _NAME_CHARACTERS.issuperset(name) and _validates(kind, name) and _is_ours(name, domains)


def _is_ours(name: str, domains: tuple[str, ...]) -> bool:
    """Whether a record lies at a domain, above or below it: a neighbour may belong to another owner."""
    return is_related(_without_labels(name), domains)


def _without_labels(name: str) -> str:
    return ".".join(label for label in name.split(".") if not label.startswith("_"))


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
