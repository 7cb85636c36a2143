# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What lies where in a certificate store, and the words for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .._text import utc_text

KEY, CSR, CERT, CHAIN, FULLCHAIN = "privkey.pem", "request.csr", "cert.pem", "chain.pem", "fullchain.pem"
RECORD, MARK = "order.json", "unverified"
RESERVED = (KEY, CSR, CERT, CHAIN, FULLCHAIN, RECORD, MARK)
# How a form is called that gets no name.
FORM_NAMES = {
    "combined": "combined.pem",
    "key_fullchain": "key_fullchain.pem",
    "pkcs12": "keystore.p12",
    "jks": "keystore.jks",
    "der": "cert.der",
}
GENERATIONS, CURRENT = "generations", "current"
DIRECTORY_MODE, FILE_MODE, KEY_MODE = 0o755, 0o644, 0o600
# How every temporary name ends and begins; what a killed run left is known by it.
HIDDEN, TEMPORARY = ".", ".tmp"


class Place(NamedTuple):
    """Where a certificate is kept."""

    directory: str
    name: str

    @property
    def path(self) -> str:
        return f"{self.directory.rstrip('/')}/{self.name}"

    @property
    def generations(self) -> str:
        return f"{self.path}/{GENERATIONS}"

    @property
    def current(self) -> str:
        return f"{self.path}/{CURRENT}"

    def generation_path(self, number: int) -> str:
        return f"{self.generations}/{number}"


class Access(NamedTuple):
    """Who may read the private key; None leaves the owner or the group as it is."""

    mode: int = KEY_MODE
    uid: int | None = None
    gid: int | None = None

    def fits(self, key: KeyFile) -> bool:
        return key.mode == self.mode and self.uid in (None, key.uid) and self.gid in (None, key.gid)


class KeyFile(NamedTuple):
    """A key file from outside; owner and group are None where they are not known yet."""

    size: int
    mode: int
    uid: int | None = None
    gid: int | None = None

    def words(self) -> str:
        owners = "" if self.uid is None or self.gid is None else f" {self.uid}:{self.gid}"
        return f"key {self.mode:04o}{owners}"


class Generation(NamedTuple):
    """One set of files. ``key`` is None when there is no key file."""

    number: int
    files: frozenset[str] = frozenset()
    key: KeyFile | None = None

    @property
    def complete(self) -> bool:
        return FULLCHAIN in self.files

    @property
    def verified(self) -> bool:
        return MARK not in self.files

    @property
    def has_key(self) -> bool:
        return self.key is not None and self.key.size > 0

    @property
    def has_csr(self) -> bool:
        return CSR in self.files

    def words(self) -> str:
        """The generation as a line of a diff."""
        words = ["complete" if self.complete else "staged"]
        words += ["not verified"] if not self.verified else []
        words += sorted(self.files - {*RESERVED})
        words += [self.key.words()] if self.key and self.has_key else []
        words += [name for name in (CSR, RECORD) if name in self.files]
        return ", ".join(words)


class Store(NamedTuple):
    """Everything that is there; ``highest`` is the highest number in use, by whatever.

    ``links`` are the paths that were found to be links to files of the generation in use.
    """

    generations: tuple[Generation, ...] = ()
    current: int | None = None
    highest: int = 0
    links: tuple[str, ...] = ()

    def get(self, number: int | None) -> Generation | None:
        return next((each for each in self.generations if each.number == number), None)

    def above_current(self) -> list[Generation]:
        """The generations that are newer than the one in use, newest first."""
        return [each for each in self.newest_first() if each.number > (self.current or 0)]

    def newest_first(self) -> list[Generation]:
        return sorted(self.generations, key=lambda each: -each.number)

    def having(self, generation: Generation) -> Store:
        """The store with this generation, in place of the one with its number."""
        others = [each for each in self.generations if each.number != generation.number]
        ordered = sorted([*others, generation], key=lambda each: each.number)
        return self._replace(generations=tuple(ordered), highest=max(self.highest, generation.number))

    def text(self) -> str:
        """The store as the lines of a diff."""
        lines = [f"current: {self.current or 'none'}"]
        lines += [f"generation {each.number}: {each.words()}" for each in self.generations]
        lines += [f"link {path}" for path in self.links]
        return "".join(line + "\n" for line in lines)


@dataclass(frozen=True)
class Record:
    """What order.json says of the order behind a generation, or of the instance that its certificate comes from."""

    order_id: str | None = None
    instance_id: str | None = None
    domains: tuple[str, ...] = ()
    product_code: str | None = None
    renews: str | None = None
    validation: tuple[Mapping[str, Any], ...] = ()
    # When the subscription of the instance ends.
    subscription_end: datetime | None = field(default=None, compare=False)
    # When its certificate was completed, by the clock of the host; two records of one order may differ in it.
    stored: datetime | None = field(default=None, compare=False)

    @property
    def named(self) -> str | None:
        """How sentences call where its certificate comes from."""
        if self.order_id:
            return f"order {self.order_id}"
        return f"instance {self.instance_id}" if self.instance_id else None

    def public(self) -> dict[str, Any]:
        return {
            "order_id": self.order_id,
            "instance_id": self.instance_id,
            "domains": list(self.domains),
            "product_code": self.product_code,
            "renews": self.renews,
            "validation": [dict(entry) for entry in self.validation],
            "subscription_end": utc_text(self.subscription_end) if self.subscription_end else None,
            "stored": utc_text(self.stored) if self.stored else None,
        }


def moment(text: Any) -> datetime | None:
    """A moment as ``utc_text`` writes it; None for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except (TypeError, ValueError):
        return None


class Served(NamedTuple):
    """What one address showed, or why it showed nothing. ``unreachable``: there is no way to it from here."""

    address: str
    serial_number: str | None = None
    sha256_fingerprint: str | None = None
    problem: str | None = None
    unreachable: bool = False
    endpoint: str = ""

    @property
    def where(self) -> str:
        """The endpoint, with the address where it does not show."""
        if not self.endpoint or self.address in self.endpoint:
            return self.endpoint or self.address
        return f"{self.endpoint} at {self.address}"

    def public(self) -> dict[str, Any]:
        return {
            "endpoint": self.endpoint,
            "address": self.address,
            "serial_number": self.serial_number,
            "sha256_fingerprint": self.sha256_fingerprint,
            "problem": self.problem,
        }


def is_served(fingerprint: str, served: Iterable[Served]) -> bool:
    """Whether every address of each endpoint that can be reached from here shows this certificate, and at least one."""
    shown: dict[str, set[str | None]] = {}
    for each in served:
        shown.setdefault(each.endpoint, set()).update(() if each.unreachable else {each.sha256_fingerprint})
    return bool(shown) and all(prints == {fingerprint} for prints in shown.values())
