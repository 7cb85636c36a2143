# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The chain as a value: what is there of a certificate, the steps that change it, the words for both. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from .._cas.status import VALID, Status
from .._plan import Repeat, Step, Target
from .._text import KNOWN_AFTER_APPLY

if TYPE_CHECKING:
    from .source import Thing
    from .wanted import Service


class Part(Enum):
    """The steps beside the calls that order. Each is safe to repeat: a look decides what is left."""

    STAGE = "stage"
    PUBLISH = "publish"
    STORE = "store"
    INSTALL = "install"
    RELOAD = "reload"
    VERIFY = "verify"


@dataclass(frozen=True)
class Chain:
    """What is there: the generation in use and its expiry, the staged one, the order, what is published."""

    generation: int | None = None
    expires: str | None = None
    verified: bool = True
    staged: int | None = None
    stored: bool = False
    order: Thing | None = None
    published: str | None = None

    def text(self) -> str:
        """As the lines of a diff."""
        in_use = f"generation {self.generation}, expires {self.expires}" if self.generation else "none"
        lines = [f"in use: {in_use}{'' if self.verified else ', not verified'}"]
        if self.staged:
            lines.append(
                f"staged: generation {self.staged}, {'complete' if self.stored else 'waits for its certificate'}"
            )
        if self.order:
            [(kind, number)] = self.order.ids.items()
            lines.append(f"{kind.removesuffix('_id')}: {number or KNOWN_AFTER_APPLY}, {self.order.status.value}")
        if self.published:
            lines.append(f"published: {self.published}")
        return "".join(line + "\n" for line in lines)


ChainStep = Step[Chain]


def stage(chain: Chain, number: int, what: str) -> ChainStep:
    reason = f"{what} in generation {number}"
    return _step(Part.STAGE, reason, Target("generation", number), replace(chain, staged=number, stored=False))


def order_step(chain: Chain, step: Step[Any]) -> ChainStep:
    """A call that changes orders, as the plan of the order has it."""
    return Step(step.action, step.reason, step.target, replace(chain, order=step.leaves), step.repeat, {"order": True})


def publish(chain: Chain, what: str, by: str, places: Sequence[str] = ()) -> ChainStep:
    """``places`` are the names of the records, as far as they are known."""
    target = Target("record", ", ".join(places) or None)
    return _step(Part.PUBLISH, f"{what} proves the domains ({by})", target, replace(chain, published=what))


def store(chain: Chain, number: int) -> ChainStep:
    order = chain.order
    named = _named(order) if order else "the order"
    leaves = replace(chain, staged=number, stored=True, published=None, order=_issued(order))
    return _step(
        Part.STORE, f"generation {number} waits for the certificate of {named}", Target("generation", number), leaves
    )


def _named(order: Thing) -> str:
    [(kind, number)] = order.ids.items()
    what = kind.removesuffix("_id")
    return f"the {what}" if number == KNOWN_AFTER_APPLY else f"{what} {number}"


def _issued(order: Any) -> Any:
    """The order or the instance once it has its certificate."""
    return replace(order, status=Status.ISSUED) if order and order.status not in VALID else order


def install(chain: Chain, number: int, expires: str | None) -> ChainStep:
    reason = f"generation {chain.generation} is in use" if chain.generation else "no generation is in use"
    leaves = replace(
        chain, generation=number, expires=expires or KNOWN_AFTER_APPLY, verified=False, staged=None, stored=False
    )
    return _step(Part.INSTALL, reason, Target("generation", number), leaves)


def reload(chain: Chain, service: Service) -> ChainStep:
    reason = f"{service.name} reads the certificate again ({'its command' if service.argv else service.action})"
    target, params = Target("service", service.name), {"service": service}
    return Step(Part.RELOAD.value, reason, target, chain, Repeat.SAFE, params)


def verify(chain: Chain, endpoints: tuple[str, ...]) -> ChainStep:
    where = ", ".join(endpoints)
    reason = f"{where} must serve generation {chain.generation}" if where else "no endpoint is checked"
    return _step(Part.VERIFY, reason, Target("endpoint", where or None), replace(chain, verified=True))


def _step(part: Part, reason: str, target: Target, leaves: Chain) -> ChainStep:
    return Step(part.value, reason, target, leaves, Repeat.SAFE)
