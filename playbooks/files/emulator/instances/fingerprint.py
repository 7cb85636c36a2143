# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance's past still means for its future: equal for instances that cannot be told apart from now on."""

from __future__ import annotations

from collections.abc import Hashable

from ..core.dials import Dials
from .facts import Application, Certificate, Instance
from .lifecycle import DAY, phase, term_end


def essence(instance: Instance, now: float, dials: Dials) -> Hashable:
    """Whole seconds from now instead of times, no ids."""
    kept = (instance.kind, instance.spec, instance.full, instance.wildcard, instance.site, instance.form)
    windows = max(dials.refund_days * DAY, dials.refund_refused_seconds, dials.update_protection_seconds)
    times = (
        _recent(instance.bought, now, windows),
        round(term_end(instance, dials) - now),
        instance.ended is None,
        _ahead(instance.refunded, now),
        instance.refunded is None,
    )
    certificates = tuple(_certificate(each, now) for each in instance.certificates)
    status = phase(instance, now, dials).value
    application = _application(instance.application, now, dials)
    return (*kept, instance.auto_reissue, instance.tags, status, times, application, certificates)


def _application(last: Application | None, now: float, dials: Dials) -> Hashable:
    if last is None:
        return None
    shown = _ahead(last.submitted + dials.status_lag_seconds, now)
    told = (last.form, last.result, last.message, last.automatic, shown)
    if not last.is_open(now):
        windows = max(dials.update_protection_seconds, dials.validation_list_seconds)
        return (*told, last.withdrawn is not None, last.issued is not None, _recent(last.end, now, windows))
    reviewed = dials.proof != "control" or last.automatic
    validated = last.proven if reviewed else (None if last.proven is None else now)
    times = tuple(_ahead(each, now) for each in (last.records_out, last.withdrawable, last.withdrawn, last.failed))
    return (*told, None if validated is None else round(validated - now), times)


def _certificate(certificate: Certificate, now: float) -> Hashable:
    revoked = _ahead(certificate.revoked, now)
    times = (round(certificate.issued - now), round(certificate.ends - now), revoked, certificate.revoked is None)
    return certificate.form, certificate.names, certificate.hosted, times


def _ahead(time: float | None, now: float) -> int | None:
    return None if time is None or time <= now else round(time - now)


def _recent(time: float | None, now: float, window: float) -> int | None:
    return None if time is None or time + window < now else round(time - now)
