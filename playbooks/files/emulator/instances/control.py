# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control calls on instances: the shop, the CA, hosting, the end of a subscription, contacts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..core.wish import Wish, iso, need
from ..core.world import World
from .entries import pending_result
from .facts import Certificate, Instance
from .happenings import EVENTS
from .lifecycle import certificate_word, term_end
from .people import added_company, added_contact

if TYPE_CHECKING:
    from ..core.emulator import Emulator

Act = Callable[["Emulator", Wish], Wish]


def shown(world: World, instance: Instance) -> Wish:
    """An instance with its facts and its words."""
    form, last, newest = instance.form, instance.application, instance.newest
    return {
        "instance_id": instance.instance_id,
        "instance_type": instance.kind,
        "spec": instance.spec,
        "site": instance.site,
        "status": world.instance_phase(instance).value,
        "pending_result": pending_result(world, instance),
        "domains": list(form.names),
        "validation_method": form.method,
        "own_csr": bool(form.csr),
        "contact_ids": list(form.contacts),
        "tags": dict(instance.tags),
        "auto_reissue": instance.auto_reissue,
        "applications": last.attempt if last else 0,
        "certificate_id": str(newest.number) if newest else None,
        "certificates": [_certificate(world, each) for each in instance.certificates],
        "term_end": iso(term_end(instance, world.dials)),
        "facts": _facts(instance),
    }


def _certificate(world: World, certificate: Certificate) -> Wish:
    return {
        "certificate_id": str(certificate.number),
        "status": certificate_word(certificate, world.now(), world.dials),
        "domains": list(certificate.names),
        "attempt": certificate.attempt,
        "hosted": certificate.hosted,
        "issued": iso(certificate.issued),
        "ends": iso(certificate.ends),
    }


def _facts(instance: Instance) -> Wish:
    """Times of the instance and of its last application."""
    last = asdict(instance.application) if instance.application else {}
    own = {name: getattr(instance, name) for name in ("bought", "ended", "refunded", "closed")}
    facts = {**own, **{name: value for name, value in last.items() if name not in ("form", "attempt")}}
    return {name: _time(value) for name, value in facts.items() if value not in (None, "", False)}


def _time(value: Any) -> Any:
    return iso(value) if isinstance(value, float) else value


def happen(name: str) -> Act:
    """An event of the world; what else the call says are its details."""

    def act(emulator: Emulator, wish: Wish) -> Wish:
        details = {key: value for key, value in wish.items() if key != "instance_id"}
        instance = emulator.happen(name, need(wish, "instance_id", str), **details)
        return shown(emulator.world, instance)

    return act


def _add(emulator: Emulator, wish: Wish) -> Wish:
    return {"instances": [shown(emulator.world, each) for each in emulator.add_instance(**wish)]}


def _contact(emulator: Emulator, wish: Wish) -> Wish:
    emulator.world.people = added_contact(emulator.world.people, wish)
    return asdict(emulator.world.people.contacts[-1])


def _company(emulator: Emulator, wish: Wish) -> Wish:
    emulator.world.people = added_company(emulator.world.people, wish)
    return asdict(emulator.world.people.companies[-1])


ACTS: dict[str, Act] = {
    "instance": _add,
    **{name: happen(name) for name in EVENTS if name in ("host", "end", "close")},
    "contact": _contact,
    "company": _company,
}
