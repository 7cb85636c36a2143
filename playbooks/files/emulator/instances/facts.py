# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of an instance: its form, its last application and its certificates, each fact with its time."""

from __future__ import annotations

from dataclasses import dataclass

CHINA, INTERNATIONAL = "china", "international"
SITES = (CHINA, INTERNATIONAL)


@dataclass(frozen=True)
class Form:
    """What UpdateInstance filled in. `csr` is empty when the service is to make the key."""

    names: tuple[str, ...] = ()
    method: str = "DNS"
    csr: str = ""
    spki: bytes = b""
    algorithm: str = "RSA_2048"
    contacts: tuple[int, ...] = ()
    company: int | None = None
    address: tuple[str, str, str] = ("CN", "", "")
    label: str = ""


@dataclass(frozen=True)
class Application:
    """One application. A time (Unix seconds, world's clock) is when a fact begins to hold: it may lie ahead."""

    attempt: int
    form: Form
    submitted: float
    records_out: float
    withdrawable: float
    automatic: bool = False
    proven: float | None = None
    issued: float | None = None
    refused: float | None = None
    withdrawn: float | None = None
    result: str = ""
    failed: float | None = None
    message: str = ""

    @property
    def end(self) -> float | None:
        """When it ended, or will as far as is known."""
        return next((end for end in (self.issued, self.refused, self.withdrawn) if end is not None), None)

    def is_open(self, at: float) -> bool:
        return self.end is None or self.end > at


@dataclass(frozen=True)
class Certificate:
    """A certificate of an instance; `names` are those that the CA put in."""

    number: int
    attempt: int
    form: Form
    names: tuple[str, ...]
    issued: float
    ends: float
    hosted: bool = False
    revoked: float | None = None


@dataclass(frozen=True)
class Instance:
    """Facts of one subscription. `form` is what UpdateInstance wrote last, `application` the last one."""

    instance_id: str
    number: int
    kind: str
    spec: str
    bought: float
    months: float
    full: int = 1
    wildcard: int = 0
    site: str = CHINA
    form: Form = Form()
    auto_reissue: bool = False
    tags: tuple[tuple[str, str], ...] = ()
    application: Application | None = None
    certificates: tuple[Certificate, ...] = ()
    ended: float | None = None
    refunded: float | None = None
    closed: float | None = None
    deleted: float | None = None

    @property
    def newest(self) -> Certificate | None:
        return self.certificates[-1] if self.certificates else None
