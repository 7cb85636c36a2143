# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The steps of the chain carried out, over the host, the service and what is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .._errors import Failure
from .._plan import Plan, public_steps
from .._reconcile import Done
from . import publish as publishing
from . import report, texts
from .checks import await_visible
from .observe import look_at_host, source_of
from .plan import number_of
from .steps import Part
from .texts import Back
from .wanted import Until

if TYPE_CHECKING:
    from .._reconcile import Run
    from .observe import Actors, Look, Seen
    from .source import Foreseen, Thing
    from .steps import Chain, ChainStep
    from .wanted import Service


@dataclass
class Work:
    """How far a task has come: the generation, its CSR, the order, what is published, what was in use before."""

    generation: int
    csr: str = field(repr=False)
    order: Thing | None = None
    published: list[Mapping[str, Any]] = field(default_factory=list)
    previous: int | None = None
    look: Look | None = None
    keeps_published: bool = True


@contextmanager
def at_work(run: Run[Actors], seen: Seen, plan: Plan[Chain]) -> Iterator[Work]:
    """What is published goes when the task fails, or ends behind the wait; a later task waits where it ends before."""
    staged = seen.look.staged or {}
    work = Work(number_of(seen), staged.get("csr_content") or "")
    work.keeps_published = not seen.wanted.until.covers(Until.ISSUED)
    if not run.read_only and seen.orders_something:
        # What an earlier run published, which may have been killed before it removed it.
        work.published = list(staged.get("validation") or ())
    _clear_abandoned(run, seen)
    try:
        yield work
    except BaseException:
        work.keeps_published = False
        raise
    finally:
        if not work.keeps_published:
            publishing.unpublish(run, seen.wanted, work.published)


def _clear_abandoned(run: Run[Actors], seen: Seen) -> None:
    """Tell of what is not resumed, for other names or of another source, and remove what was published for the first;
    what was published for the second is that of the generation, which is removed with it."""
    source, staged = seen.wanted.options["source"], seen.look.staged
    if staged and seen.orders_something and not seen.look.in_progress(source):
        run.warnings.extend(texts.other_source(source, staged))
    for other in seen.look.abandoned if seen.orders_something else ():
        run.warnings.append(texts.abandoned(other))
        if not run.read_only:
            publishing.unpublish(run, seen.wanted, other["validation"])


def execute(run: Run[Actors], seen: Seen, step: ChainStep, work: Work) -> Done[Chain]:
    """One step of a plan."""
    try:
        if "order" in step.params:
            _have_order(run, seen, work)
        else:
            _PARTS[Part(step.action)](run, seen, work, step)
            run.sent.append(step)
    except Failure as failure:
        raise _telling(run, step, failure) from None
    order = work.order if work.keeps_published or work.published else None
    return Done(_as_it_is(step.leaves, work), facts=report.results(seen, work.look or seen.look, order))


def _telling(run: Run[Actors], step: ChainStep, failure: Failure) -> Failure:
    """The failure of a step, with the steps of the chain until then in place of those that it tells of itself."""
    own = failure.facts.pop("plan", [])
    failure.facts.pop("changed", None)
    before = public_steps(run.sent)["plan"]
    begun = own if "order" in step.params else [step.public()] if own else []
    return failure.add(plan=[*before, *begun], changed=bool(before or begun))


def _as_it_is(expected: Chain | None, work: Work) -> Chain | None:
    """What a step has left, with what is known by now."""
    if expected is None:
        return None
    current = work.look.current if work.look else None
    expires = current["not_after"] if current else expected.expires
    told = work.order is None or bool(work.order.validation)
    published = expected.published if told else None
    return replace(expected, order=work.order or expected.order, expires=expires, published=published)


def _stage(run: Run[Actors], seen: Seen, work: Work, step: ChainStep) -> None:
    options = seen.wanted.options
    made = run.actor.host.change(
        {
            **seen.wanted.place,
            **seen.wanted.access,
            "state": "staged",
            "keep_key": seen.keeps_key or not options["rotate_key"],
            "key_type": options["key_type"],
            "key_size": options["key_size"],
        }
    )
    work.generation, work.csr = made["generation"], made["csr_content"]


def _have_order(run: Run[Actors], seen: Seen, work: Work) -> Thing:
    """The order or the instance, made or found once, and noted on the host before anything is published for it."""
    if work.order is not None:
        return work.order
    try:
        outcome = source_of(seen.wanted).ensure(run, _foreseen(seen), work.csr)
    except Failure as failure:
        raise texts.order_failed(seen.wanted, failure) from None
    run.warnings.extend(warning for warning in outcome.warnings if warning not in run.warnings)
    run.sent.extend(outcome.plan.steps)
    order: Thing | None = outcome.after
    if order is None:
        raise AssertionError("what is ordered or applied for is there afterwards")
    entries = [entry.public() for entry in order.validation]
    new = [each for each in entries if not any(publishing.is_same(each, other) for other in work.published)]
    work.order, work.published = order, publishing.noted(run, seen.wanted, [*work.published, *new])
    staged = seen.look.staged or {}
    known = {name: value for name, value in staged.items() if name in order.ids and value}
    if (known, staged.get("validation")) != (order.ids, work.published):
        _note(run, seen, work)
    return order


def refuse_another(run: Run[Actors], seen: Seen) -> None:
    """Raise why what the task is to wait for gives no certificate, instead of applying for another one."""
    named = seen.wanted.options["order_id"]
    if named and seen.foreseen is not None and seen.foreseen.outcome.plan.creates:
        source_of(seen.wanted).refuse_another(run, seen, seen.foreseen, named)


def _foreseen(seen: Seen) -> Foreseen:
    if seen.foreseen is None:
        raise AssertionError("an order is asked for only where the service was looked at")
    return seen.foreseen


def _note(run: Run[Actors], seen: Seen, work: Work) -> None:
    run.actor.host.change(
        {**seen.wanted.directory, "state": "ordered", "generation": work.generation, "order": _record(seen, work)}
    )


def _record(seen: Seen, work: Work) -> dict[str, Any]:
    return {
        **source_of(seen.wanted).record(seen, work.order),
        "domains": list(seen.wanted.domains),
        "validation": work.published,
    }


def _publish(run: Run[Actors], seen: Seen, work: Work, step: ChainStep) -> None:
    order = _have_order(run, seen, work)
    publishing.publish(run, seen.wanted, report.entries(order))
    known = publishing.noted(run, seen.wanted, work.published)
    if work.keeps_published and known != work.published:
        work.published = known
        _note(run, seen, work)


def _store(run: Run[Actors], seen: Seen, work: Work, step: ChainStep) -> None:
    """Wait for the certificate, remove what was published, and put the certificate beside its key."""
    wanted, order = seen.wanted, _have_order(run, seen, work)
    await_visible(run, wanted, report.entries(order))
    try:
        order = work.order = source_of(wanted).await_certificate(run, _foreseen(seen), work.csr, order, wanted.timeout)
    except Failure as failure:
        raise texts.not_issued(wanted, order, failure, seen.look) from None
    publishing.unpublish(run, wanted, work.published)
    work.published = []
    try:
        run.actor.host.change(
            {
                **wanted.place,
                **wanted.access,
                "state": "complete",
                "generation": work.generation,
                "fullchain": order.certificate.fullchain if order.certificate else "",
                "order": _record(seen, work),
                "forms": wanted.options["forms"],
            }
        )
    except Failure as failure:
        raise texts.not_installed(wanted, order, failure, seen.look) from None


def _install(run: Run[Actors], seen: Seen, work: Work, step: ChainStep) -> None:
    wanted, options = seen.wanted, seen.wanted.options
    made = run.actor.host.change(
        {
            **wanted.place,
            **wanted.access,
            "state": "current",
            "generation": work.generation,
            "forms": options["forms"],
            "links": options["links"],
        }
    )
    work.previous = made["previous"] if made["previous"] != work.generation else seen.look.served_generation
    if not (wanted.endpoints and options["verify"]):  # with these, the host is looked at last
        work.look = look_at_host(run, wanted)


def _reload(run: Run[Actors], seen: Seen, work: Work, step: ChainStep) -> None:
    service: Service = step.params["service"]
    try:
        run.actor.host.reload(service)
    except Failure as failure:
        raise _roll_back(run, seen, work, texts.reload_failed(service, failure)) from None


def _verify(run: Run[Actors], seen: Seen, work: Work, step: ChainStep) -> None:
    wanted = seen.wanted
    if wanted.endpoints:
        work.look = look_at_host(run, wanted, wanted.options["endpoint_timeout"])
        if work.look.serves_current is False:
            raise _roll_back(run, seen, work, texts.not_served(wanted, work.look))
    run.actor.host.change(
        {**wanted.directory, "state": "verified", "generation": work.generation, "keep": wanted.options["keep"]}
    )
    look = work.look or seen.look
    work.look = replace(look, current={**(look.current or {}), "verified": True})


def _roll_back(run: Run[Actors], seen: Seen, work: Work, failure: Failure) -> Failure:
    """Put back what was in use before, and reload again; returns the failure that says so."""
    previous = work.previous if work.previous is not None else seen.look.served_generation
    if previous is None or previous == work.generation:
        return texts.rolled_back(seen.wanted, failure, work.generation, Back(None))
    try:
        run.actor.host.change({**seen.wanted.directory, "state": "current", "generation": previous})
    except Failure as problem:
        return texts.rolled_back(seen.wanted, failure, work.generation, Back(previous, problem))
    failed = _reloads_that_fail(run, seen)
    return texts.rolled_back(seen.wanted, failure, work.generation, Back(previous, failed=failed))


def _reloads_that_fail(run: Run[Actors], seen: Seen) -> list[Failure]:
    """Reload every service, whatever becomes of the others."""
    failed: list[Failure] = []
    for service in seen.wanted.services:
        try:
            run.actor.host.reload(service)
        except Failure as failure:
            failed.append(texts.reload_failed(service, failure))
    return failed


_Execute = Callable[["Run[Actors]", "Seen", Work, "ChainStep"], None]
_PARTS: dict[Part, _Execute] = {
    Part.STAGE: _stage,
    Part.PUBLISH: _publish,
    Part.STORE: _store,
    Part.INSTALL: _install,
    Part.RELOAD: _reload,
    Part.VERIFY: _verify,
}
