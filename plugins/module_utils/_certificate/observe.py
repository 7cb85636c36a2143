# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What is seen of a certificate before anything is done: the host first, the service only when something is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from .._cas.status import Status
from .._errors import Failure, NotAllowed
from .._store.decide import Action
from . import texts
from .publish import foreseen_places, is_published
from .revocation import UNKNOWN, Revocation, find_revocation
from .wanted import CertificateWanted, Until

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._dns.lookup import Resolver
    from .._host.clock import Clock
    from .._plan import Outcome
    from .._reconcile import Run
    from .._rpc.client import Client
    from .revocation import Lists
    from .source import Foreseen, Source
    from .wanted import Service


class Host(Protocol):
    """The machine that keeps the certificate. Each call is one trip; a failed one raises Failure."""

    def look(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """The result of ``certificate_store_info``."""

    def change(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """The result of ``certificate_store``."""

    def reload(self, service: Service) -> None:
        """Let the service read its files again."""

    def write_file(self, path: str, content: str) -> None:
        """Write a validation file."""

    def remove_file(self, path: str) -> None:
        """Remove a validation file."""

    def has_file(self, path: str, content: str) -> bool:
        """Whether it has this content."""


@dataclass
class Actors:
    """Through whom the chain acts. The clients are made when something is due, and not before."""

    host: Host
    clock: Clock
    read_only: bool
    connect: Callable[[], Client]
    connect_alidns: Callable[[], Client]
    find_resolver: Callable[[], Resolver | None] = lambda: None
    # Where lists of revoked certificates come from; None where they are not read.
    lists: Lists | None = None
    # What was learned of DNS: the zone of a name, the id of the record with a name and a value.
    zones: dict[str, str] = field(default_factory=dict)
    records: dict[tuple[str, str], str | None] = field(default_factory=dict)
    # Where the record of a validation name goes: to the end of its CNAMEs.
    places: dict[str, str] = field(default_factory=dict)

    @cached_property
    def cas(self) -> Client:
        return self.connect()

    @cached_property
    def alidns(self) -> Client:
        return self.connect_alidns()

    @cached_property
    def resolver(self) -> Resolver | None:
        """Whom the checks ask; None where they are switched off. Raises MissingLibrary."""
        return self.find_resolver()

    def close(self) -> None:
        """Close the clients that were made."""
        for name in ("cas", "alidns"):
            if name in vars(self):
                vars(self)[name].close()


@dataclass(frozen=True)
class Look:
    """What the host shows: see the results of ``certificate_store_info``."""

    action: Action
    reason: str
    directory: str
    next_generation: int
    current: Mapping[str, Any] | None = None
    staged: Mapping[str, Any] | None = None
    ready: Mapping[str, Any] | None = None
    served: Sequence[Mapping[str, Any]] | None = None
    serves_current: bool | None = None
    served_generation: int | None = None
    problems: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    abandoned: Sequence[Mapping[str, Any]] = ()

    @property
    def keeps_current(self) -> bool:
        """Whether nothing on the host replaces the certificate in use."""
        return self.current is not None and not self.ready and self.action not in (Action.APPLY, Action.RENEW)

    @property
    def current_order_id(self) -> str | None:
        return self.current["order_id"] if self.current else None

    @property
    def is_recorded(self) -> bool:
        """Whether the certificate in use, or the one in progress, is known to be of an order or an instance."""
        return bool(self.current_order_id or self.renews or (self.current or {}).get("instance_id"))

    def in_progress(self, source: str) -> str | None:
        """The order in progress, or the instance whose application is, as the host has noted it."""
        return self.staged.get(f"{source}_id") if self.staged else None

    @property
    def renews(self) -> str | None:
        """The order that the one in progress renews."""
        return self.staged["renews"] if self.staged else None


@dataclass(frozen=True)
class Seen:
    """What was observed; ``foreseen`` is what is asked of the service, and what that would change there.

    ``published``: what validates an order that waits for it is there already. ``places``: the names of the records that
    the task publishes, as far as they are known.
    """

    wanted: CertificateWanted
    look: Look
    action: Action
    reason: str
    foreseen: Foreseen | None = None
    published: bool = False
    places: tuple[str, ...] = ()
    revocation: Revocation = UNKNOWN

    @property
    def order(self) -> Outcome[Any] | None:
        """What would be changed at the service."""
        return self.foreseen.outcome if self.foreseen else None

    @property
    def keeps_key(self) -> bool:
        """Whether the certificate that is there is for the key in use."""
        return self.foreseen is not None and self.foreseen.keeps_key

    @property
    def orders_something(self) -> bool:
        return self.action in (Action.APPLY, Action.RENEW)

    @property
    def acts(self) -> bool:
        """Whether the task may do what is due."""
        return bool(self.wanted.options["may_order"]) or not self.orders_something


def observe(run: Run[Actors], wanted: CertificateWanted) -> Seen:
    """The host, and the service when something is to be ordered."""
    look = look_at_host(run, wanted, requires=bool(wanted.options["force"]))
    revocation = find_revocation(run, look.current) if look.keeps_current else UNKNOWN
    action, reason = _decide(wanted, look, revocation)
    _warn_of_subscription(run, wanted, look)
    seen = Seen(wanted, look, action, reason, revocation=revocation)
    if not seen.orders_something or not seen.acts or not wanted.until.covers(Until.REQUESTED):
        return seen
    if revocation.revoked:
        look = look_at_host(run, wanted, requires=True)
    _refuse_problems(run, wanted, look)
    return observe_orders(run, seen, _csr(wanted, look))


def source_of(wanted: CertificateWanted) -> Source:
    """What is imported for a source is imported only where it is used."""
    if wanted.options["source"] == "instance":
        from . import from_instances

        return from_instances
    from . import from_orders

    return from_orders


def look_at_host(run: Run[Actors], wanted: CertificateWanted, timeout: float = 0.0, requires: bool = False) -> Look:
    """``requires``: what an installation needs is looked at, although the host has nothing due."""
    options = wanted.options
    found = run.actor.host.look(
        {
            **wanted.place,
            "product_code": options["product_code"],
            "source": options["source"],
            "renew_before": options["renew_before"],
            "endpoints": options["endpoints"] or [],
            "endpoint_timeout": timeout,
            "forms": options["forms"],
            "links": options["links"],
            "requirements": {
                **wanted.access,
                "services": [each.name for each in wanted.services if each.action == "reload" and not each.argv],
                "programs": [each.argv[0] for each in wanted.services if each.argv],
                "webroot": wanted.validation.webroot if wanted.validation.by == "file" else None,
                "always": requires,
            },
        }
    )
    run.warnings.extend(warning for warning in found.get("warnings") or () if warning not in run.warnings)
    return Look(
        Action(found["action"]),
        found["reason"],
        found["directory"],
        found["next_generation"],
        **{
            name: found[name]
            for name in ("current", "staged", "ready", "served", "serves_current", "served_generation")
        },
        problems=tuple(found.get("problems") or ()),
        refused=tuple(found.get("refused") or ()),
        abandoned=found.get("abandoned") or (),
    )


def _decide(wanted: CertificateWanted, look: Look, revocation: Revocation) -> tuple[Action, str]:
    """The host's decision, and what the options and the CA's list make of it."""
    if look.current is None and not wanted.options["allow_first_order"]:
        return Action.NOTHING, f"{look.reason}; skipped, because allow_first_order is false"
    if revocation.revoked and look.current:
        return _successor(wanted, look), texts.revoked(look.current, revocation.since)
    if wanted.options["force"] and look.action in (Action.NOTHING, Action.RELOAD) and look.current:
        return _successor(wanted, look), f"{look.reason}, renewal is forced"
    if look.action is Action.RENEW:
        return _successor(wanted, look), look.reason
    return look.action, look.reason + (_of_the_key(wanted, look) if look.action is Action.NOTHING else "")


def _warn_of_subscription(run: Run[Actors], wanted: CertificateWanted, look: Look) -> None:
    """Weeks before a certificate is due, without a call: whether its instance will give another one."""
    current = look.current or {}
    if wanted.options["source"] != "instance" or not current.get("subscription_end"):
        return
    from .from_instances import subscription_warning

    said = subscription_warning(wanted, current, run.now())
    run.warnings.extend([said] if said else [])


def _of_the_key(wanted: CertificateWanted, look: Look) -> str:
    """What becomes of a key that is of another type or size than the one that is asked for."""
    there = look.current or {}
    asked, has = wanted.key, (there.get("key_type"), there.get("key_size"))
    return texts.another_key(asked, has, wanted.options["rotate_key"]) if there and has != asked else ""


def _successor(wanted: CertificateWanted, look: Look) -> Action:
    """A new order where a renewal would find the order whose key may be lost, or where none is known."""
    lost = wanted.options["replace_lost_key"] or not look.is_recorded
    return Action.APPLY if lost else Action.RENEW


def _refuse_problems(run: Run[Actors], wanted: CertificateWanted, look: Look) -> None:
    """What would fail after an order fails before it; a preview only tells what may exist by then."""
    if look.problems and run.read_only and not look.refused:
        run.warnings.extend(f"{wanted.named}: {problem}" for problem in look.problems)
    elif look.problems:
        raise NotAllowed(" ".join([*look.problems, texts.words(wanted).nothing]))


def _csr(wanted: CertificateWanted, look: Look) -> str:
    """The staged signing request, or one with a throwaway key: the same calls are planned with either."""
    if look.staged and look.staged["csr_content"]:
        return str(look.staged["csr_content"])
    from .._x509.make import make_csr, make_key

    return make_csr(make_key("ECC"), wanted.domains).decode()


def observe_orders(run: Run[Actors], seen: Seen, csr: str) -> Seen:
    """What the service shows of the certificate, and what would be changed there."""
    wanted, source = seen.wanted, source_of(seen.wanted)
    try:
        found = source.foresee(run, seen, csr)
    except Failure as failure:
        raise texts.order_failed(wanted, failure) from None
    order = found.outcome
    run.warnings.extend(order.warnings)
    try:
        source.refuse_another_key(run, found, None if order.plan.creates else order.after)
    except Failure as failure:
        raise texts.ordered_elsewhere(wanted, failure) from None
    if found.nothing is not None:
        return replace(seen, action=Action.NOTHING, reason=found.nothing)
    if order.plan.creates and seen.look.in_progress(wanted.options["source"]):
        # What the host has noted is in progress no more.
        seen = replace(seen, reason=order.plan.facts.get("reason", seen.reason))
    published = is_published(run, wanted, _to_publish(order)) if wanted.validation.is_ours else False
    return replace(seen, foreseen=found, published=published, places=foreseen_places(run, wanted))


def _to_publish(order: Outcome[Any]) -> list[dict[str, Any]]:
    """What validates an order that is there and waits for it."""
    there = None if order.plan.creates else order.after
    waits = there is not None and there.status is Status.PENDING_VALIDATION
    return [entry.public() for entry in there.validation] if there and waits else []
