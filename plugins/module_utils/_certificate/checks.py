# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What is checked before an order is placed, and while its validation is waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .._alidns.zones import zone_in_this_run
from .._dns.record_names import VALIDATION_LABEL
from .._errors import Failure, MissingLibrary, NotAllowed
from .._x509.hostnames import base
from . import texts
from .publish import alidns_record, nsupdate_of, place_of, record_places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._dns.lookup import Resolver
    from .._reconcile import Run
    from .observe import Actors, Seen
    from .wanted import CertificateWanted

# Seconds until every name server is expected to have a record that was published.
_VISIBLE = 120.0


def refuse_what_would_fail(run: Run[Actors], seen: Seen) -> list[dict[str, Any]]:
    """Raise what would keep an application from being validated; return what was checked. Nothing is ordered yet."""
    wanted, brand = seen.wanted, seen.foreseen.brand if seen.foreseen else ""
    try:
        zones = run.actor.zones
        zones.update({name: _provider_zone(run, wanted, name) for name in record_places(run, wanted)})
        resolver = _resolver(run)
        return _preflight(run, wanted, brand, resolver, zones) if resolver else []
    except Failure as failure:
        failure.msg += f" {texts.words(wanted).nothing}"
        raise


def _provider_zone(run: Run[Actors], wanted: CertificateWanted, name: str) -> str:
    """The zone that the record of a name would be written to."""
    if wanted.validation.by == "alidns":
        record = alidns_record(wanted.validation, name, ("TXT", "probe"), "present")
        return zone_in_this_run(run.actor.alidns, record).name
    from .._dns import update  # its library is imported only where it is used

    return update.check(nsupdate_of(wanted.validation), name)


def _resolver(run: Run[Actors]) -> Resolver | None:
    """Whom to ask; None where the checks are switched off, or their library is missing."""
    try:
        return run.actor.resolver
    except MissingLibrary as missing:
        run.warnings.append(f"preflight: DNS was not checked, because the Python package {missing.library} is missing.")
        return None


def _preflight(
    run: Run[Actors], wanted: CertificateWanted, brand: str, resolver: Resolver, zones: Mapping[str, str]
) -> list[dict[str, Any]]:
    from . import preflight  # its library is imported only where it is used

    validation = wanted.validation
    with _probe_file(run, wanted) as probe:
        asked = preflight.PreflightWanted(
            domains=wanted.domains,
            product_code=brand,
            validation=validation.by,
            validation_method=validation.method,
            provider_zone=(lambda name: zones.get(name) or _provider_zone(run, wanted, name)) if zones else None,
            dns_alias=validation.alias,
            probe=probe,
            strict=wanted.options["preflight"] == "strict",
        )
        checks = preflight.look(asked, resolver, run.clock)
    run.warnings.extend(preflight.warnings(checks))
    failed = preflight.failures(checks)
    if failed:
        raise NotAllowed(" ".join(failed), checks=[check._asdict() for check in checks])
    return [check._asdict() for check in checks]


@contextmanager
def _probe_file(run: Run[Actors], wanted: CertificateWanted) -> Iterator[tuple[str, str] | None]:
    """A file in the web root, as long as it is looked for: its path in the site and its content."""
    if wanted.validation.by != "file" or run.read_only:
        yield None
        return
    nonce = run.clock.nonce()
    probe = (f"/.well-known/pki-validation/certops-{nonce[:16]}.txt", nonce)
    place = f"{str(wanted.validation.webroot).rstrip('/')}{probe[0]}"
    run.actor.host.write_file(place, nonce)
    try:
        yield probe
    finally:
        run.actor.host.remove_file(place)


def await_visible(run: Run[Actors], wanted: CertificateWanted, entries: Iterable[Mapping[str, Any]]) -> None:
    """Warn before a long wait when what was published cannot be seen from outside."""
    resolver = _resolver(run) if wanted.validation.is_ours else None
    if resolver is None:
        return
    from . import preflight

    for entry in entries:
        if entry["method"] == "file":
            problem = preflight.served_file(entry["domain"], entry["url"], entry["content"], resolver)
        else:
            name = place_of(run, wanted.validation, entry["record_name"])
            published = preflight.Published(entry["domain"], name, entry["record_type"], entry["record_value"])
            problem = preflight.wait_visible(published, resolver, _VISIBLE, run.clock)
        run.warnings.extend(preflight.failures([problem]) + preflight.warnings([problem]))


def warn_of_lost_delegation(run: Run[Actors], wanted: CertificateWanted) -> None:
    """With a CNAME that was set once, its loss is heard of long before the renewal."""
    resolver = _resolver(run) if wanted.validation.by == "preauthorized" else None
    for domain in wanted.domains if resolver else ():
        name = f"{VALIDATION_LABEL}.{base(domain)}"
        if resolver and place_of(run, wanted.validation, name) == name:
            run.warnings.append(
                f"validation: {name} has no CNAME any more; with validation: preauthorized, the next renewal needs it."
            )
