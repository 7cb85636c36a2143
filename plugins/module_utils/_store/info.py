# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What ``certificate_store_info`` tells: look, ask the endpoint, decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._errors import InvalidOption
from .._host.clock import Clock
from .._text import code, utc_text
from .._x509.certificate import details
from .._x509.dates import time_left
from .._x509.hostnames import uncovered
from .._x509.renewal_window import window
from . import read
from .asked import extras, place, wanted_names
from .decide import Action, CertificateWanted, Decision, Installed, Seen, Staged, decide
from .model import FULLCHAIN, KEY, Place, Served, Store, is_served

if TYPE_CHECKING:
    from .endpoints import Endpoint
    from .forms import Form
    from .links import Link

LookAt = Callable[["Endpoint", "str | None"], "list[Served]"]
# The wanted forms and links.
Extras = tuple["list[Form]", "list[Link]"]


@dataclass(frozen=True)
class Report:
    """What was seen, and what follows."""

    place: Place
    wanted: CertificateWanted
    seen: Seen
    served_generation: int | None
    next_generation: int
    decision: Decision
    csr_content: str | None = None
    problems: Sequence[str] = ()
    refused: Sequence[str] = ()
    check: bool = False
    warnings: list[str] = field(default_factory=list)
    abandoned: Sequence[Staged] = ()
    # What another host needs to use the same certificate; asked for only.
    files: Mapping[str, Any] | None = field(default=None, repr=False)

    def public(self, now: datetime) -> dict[str, Any]:
        seen, place = self.seen, self.place
        current = seen.current
        compared = None
        if seen.served is not None and current:
            compared = is_served(current.certificate.sha256_fingerprint, seen.served)
        return {
            "changed": False,
            "check_mode": self.check,
            "now": utc_text(now),
            "domains": list(self.wanted.domains),
            "directory": place.path,
            "current": _current(place, current, now) if current else None,
            "staged": _staged(place, seen.staged, self.csr_content) if seen.staged else None,
            "abandoned": [_abandoned(each) for each in self.abandoned],
            "ready": _ready(place, seen.ready) if seen.ready else None,
            "served": None if seen.served is None else [each.public() for each in seen.served],
            "serves_current": compared,
            "served_generation": self.served_generation,
            "next_generation": self.next_generation,
            "action": self.decision.action.value,
            "reason": self.decision.reason,
            "due_at_once": self.decision.due_at_once,
            "problems": list(self.problems),
            "refused": list(self.refused),
            **({} if self.files is None else {"files": self.files}),
        }

    def diff(self) -> dict[str, str]:
        return {}


def report(
    options: Mapping[str, Any], check: bool, clock: Clock | None = None, look_at: LookAt | None = None
) -> Report:
    """``certificate_store_info``."""
    clock, asked = clock or Clock(), _asked(options)
    endpoints, timeout = _endpoints(options), options["endpoint_timeout"]
    wanted = extras(options)
    if not 0 <= timeout < float("inf"):
        raise InvalidOption("endpoint_timeout", "give a number of seconds, 0 or above.")
    where = read.located(place(options))
    now, store = clock.now(), read.scan(where)
    current = read.installed(where, store)
    served = _served(endpoints, _asked_names(asked, current), current, timeout, (clock, look_at))
    staged, ready = read.staged(where, store, asked.domains), read.ready(where, store, current, asked.domains, now)
    lacks = _lacks(where, current, wanted) if current and any(wanted) else ()
    seen = Seen(current, staged, ready, served, lacks)
    decision = decide(asked, seen, now)
    return Report(
        where,
        asked,
        seen,
        _served_generation(where, store, served),
        store.highest + 1,
        decision,
        _csr(where, staged, asked) if staged else None,
        *_problems(where, options, wanted, decision.action is not Action.NOTHING),
        check,
        list(decision.warnings),
        read.abandoned(where, store, asked.domains),
        _files(where, current) if current and options.get("include_private_key") else None,
    )


def _files(where: Place, current: Installed) -> dict[str, Any]:
    path = where.generation_path(current.generation.number)
    return {
        "generation": current.generation.number,
        "private_key": read.read_text(f"{path}/{KEY}"),
        "fullchain": read.read_text(f"{path}/{FULLCHAIN}"),
        "order": current.record.public() if current.record and current.record.named else None,
    }


# What follows is imported where it is needed: a shipped task compiles whatever it imports.


def _endpoints(options: Mapping[str, Any]) -> Sequence[Endpoint]:
    if not options["endpoints"]:
        return ()
    from .endpoints import read_endpoints

    return read_endpoints(options["endpoints"])


def _lacks(where: Place, current: Installed, wanted: Extras) -> tuple[str, ...]:
    from .form_files import reasons

    return reasons(where, current.generation, current.certificate, wanted)


def _csr(where: Place, staged: Staged, asked: CertificateWanted) -> str | None:
    from .request import csr_content

    return csr_content(where, staged, asked.domains)


def _problems(
    where: Place, options: Mapping[str, Any], wanted: Extras, is_due: bool
) -> tuple[Sequence[str], Sequence[str]]:
    asked = options["requirements"] or {}
    if not asked or not (is_due or asked.get("always")):
        return (), ()
    from .requirements import problems, refused

    return problems(where, asked, wanted), refused(asked)


def _asked(options: Mapping[str, Any]) -> CertificateWanted:
    is_instance = options.get("source") == "instance"
    return CertificateWanted(
        wanted_names(options["domains"]),
        None if is_instance else code(options["product_code"], "product_code"),
        window(options["renew_before"], "renew_before"),
    )


def _served(
    endpoints: Sequence[Endpoint],
    names: Sequence[str],
    current: Installed | None,
    timeout: float,
    tools: tuple[Clock, LookAt | None],
) -> list[Served] | None:
    """What the endpoints show, as soon as it is the certificate in use; None where there are none to look at."""
    if not endpoints:
        return None
    from . import probe
    from .endpoints import server_name

    clock, look_at = tools[0], tools[1] or probe.look_at

    def look() -> list[Served]:
        return [each for endpoint in endpoints for each in look_at(endpoint, server_name(endpoint, names))]

    return probe.look_until(_shows(current), look, timeout, clock.monotonic, clock.sleep)


def _asked_names(asked: CertificateWanted, current: Installed | None) -> Sequence[str]:
    """The names to ask an endpoint for: a CA adds names that no server block needs to know."""
    covering = current is None or not uncovered(asked.domains, current.certificate.domains)
    return asked.domains if covering or current is None else current.certificate.domains


def _shows(current: Installed | None) -> Callable[[list[Served]], bool]:
    """Whether the certificate in use is served; without one there is nothing to wait for."""
    return lambda found: current is None or is_served(current.certificate.sha256_fingerprint, found)


def _served_generation(where: Place, store: Store, shown: list[Served] | None) -> int | None:
    if not shown:
        return None
    known = read.fingerprints(where, store)
    return next((number for number, each in known.items() if is_served(each, shown)), None)


def _current(where: Place, current: Installed, now: datetime) -> dict[str, Any]:
    certificate = current.certificate
    more = details(certificate)
    return {
        "generation": current.generation.number,
        "directory": where.generation_path(current.generation.number),
        "order_id": current.order_id,
        "instance_id": current.record.instance_id if current.record else None,
        "domains": list(current.domains),
        "product_code": current.record.product_code if current.record else None,
        "not_before": utc_text(certificate.not_before),
        "not_after": utc_text(certificate.not_after),
        "days_left": time_left(certificate.not_before, certificate.not_after, now).days,
        "serial_number": certificate.serial_number,
        "sha256_fingerprint": certificate.sha256_fingerprint,
        "public_key_sha256": certificate.public_key_sha256,
        "verified": current.generation.verified,
        "stored": _end(current.record.stored if current.record else None),
        "subscription_end": _end(current.record.subscription_end if current.record else None),
        "key_type": more.key_type,
        "key_size": more.key_size,
        "crl_urls": list(more.crl_urls),
        "issuer_certificate": more.issuer,
    }


def _end(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


def _staged(where: Place, staged: Staged, csr_content: str | None) -> dict[str, Any]:
    return {
        "generation": staged.generation.number,
        "directory": where.generation_path(staged.generation.number),
        "key": staged.generation.has_key,
        "csr": staged.generation.has_csr,
        "csr_content": csr_content,
        "order_id": staged.order_id,
        "instance_id": staged.record.instance_id if staged.record else None,
        "renews": staged.renews,
        "validation": staged.record.public()["validation"] if staged.record else [],
    }


def _abandoned(staged: Staged) -> dict[str, Any]:
    record = staged.record.public() if staged.record else {}
    return {
        "generation": staged.generation.number,
        **{name: record.get(name) for name in ("order_id", "instance_id", "domains", "validation")},
    }


def _ready(where: Place, ready: Installed) -> dict[str, Any]:
    return {
        "generation": ready.generation.number,
        "directory": where.generation_path(ready.generation.number),
        "not_after": utc_text(ready.certificate.not_after),
        "sha256_fingerprint": ready.certificate.sha256_fingerprint,
    }
