# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Where certificates come from: orders of resource plans, or subscription instances; what the chain asks of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .._cas.status import Status
    from .._cas.validation import ValidationFile, ValidationRecord
    from .._plan import Outcome
    from .._reconcile import Run
    from .._x509.certificate import Certificate
    from .observe import Actors, Seen
    from .wanted import CertificateWanted


class Thing(Protocol):
    """An order or an instance, as far as the chain looks at it. ``ids`` are what a failure tells of it."""

    @property
    def status(self) -> Status:
        """Its status in our words."""

    @property
    def validation(self) -> Sequence[ValidationRecord | ValidationFile]:
        """What has to be published."""

    @property
    def certificate(self) -> Certificate | None:
        """What was issued, if anything was."""

    @property
    def named(self) -> str:
        """How messages call it."""

    @property
    def ids(self) -> Mapping[str, str]:
        """The IDs that a failure adds."""

    def public(self, now: datetime) -> dict[str, Any]:
        """What a result says of it."""


@dataclass(frozen=True)
class Foreseen:
    """What the service shows, and what would be changed there.

    ``asked`` is what is asked of the service, ``seen`` what was observed. ``nothing`` is why nothing is due after all.
    ``keeps_key``: the certificate that is there is for the key in use. ``brand`` tells whose CAA records count.
    """

    asked: Any = field(repr=False)
    seen: Any
    outcome: Outcome[Any]
    nothing: str | None = None
    keeps_key: bool = False
    brand: str = ""


class Source(Protocol):
    """One kind of source. A failed call raises Failure."""

    def foresee(self, run: Run[Actors], seen: Seen, csr: str) -> Foreseen:
        """What would be changed for a certificate with this signing request; nothing is."""

    def refuse_another_key(self, run: Run[Actors], foreseen: Foreseen, thing: Any) -> None:
        """Refuse what is in progress with another key."""

    def ensure(self, run: Run[Actors], foreseen: Foreseen, csr: str) -> Outcome[Any]:
        """Do what was foreseen."""

    def await_certificate(self, run: Run[Actors], foreseen: Foreseen, csr: str, thing: Any, timeout: float) -> Thing:
        """Wait for the certificate, which must be the one that was asked for."""

    def record(self, seen: Seen, thing: Any) -> dict[str, Any]:
        """What the host notes of it."""

    def refuse_another(self, run: Run[Actors], seen: Seen, foreseen: Foreseen, named: str) -> None:
        """Raise why what the task is to wait for, by its id, gives no certificate."""


def public(wanted: CertificateWanted, thing: Thing | None, now: datetime) -> dict[str, Any]:
    """The results ``order`` and, where there is one, ``instance``."""
    shown = thing.public(now) if thing else None
    return {"order": None, "instance": shown} if wanted.options["source"] == "instance" else {"order": shown}
