# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What a task tells of a certificate: the results beside the plan, and the one line that a person reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._plan import Repeat
from .._store.decide import Action
from .._text import KNOWN_AFTER_APPLY
from .steps import Part
from .texts import all_named

if TYPE_CHECKING:
    from .._plan import Outcome
    from .observe import Look, Seen
    from .source import Thing
    from .steps import Chain, ChainStep
    from .wanted import CertificateWanted

_WORDS = {Action.NOTHING.value: "nothing to do", "wait": "resume"}


def results(seen: Seen, look: Look, order: Thing | None) -> dict[str, Any]:
    """What is there, as the last look showed it."""
    return {
        "domains": list(seen.wanted.domains),
        "directory": look.directory,
        "staged": look.staged["generation"] if look.staged else None,
        "current": _shown(look.current),
        "previous": seen.look.current["generation"] if seen.look.current else None,
        "served": look.served,
        "revoked": seen.revocation.revoked,
        "publish": entries(order),
    }


def _shown(current: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The certificate in use, without what only the task needs of it."""
    return {name: value for name, value in current.items() if name != "issuer_certificate"} if current else None


def entries(order: Thing | None) -> list[dict[str, Any]]:
    """What validates the domains of an order, as a playbook sees it."""
    return [entry.public() for entry in order.validation] if order else []


def message(wanted: CertificateWanted, outcome: Outcome[Chain], predicts: bool) -> str:
    """What is done or would be done, and why."""
    facts = {**outcome.plan.facts, **outcome.facts}
    word = _WORDS.get(facts["action"], facts["action"])
    done = _phrases(outcome.plan.steps, facts, predicts)
    what = f"; {'would ' if predicts else ''}{', '.join(done)}" if done else ""
    return f"{wanted.named}: {word}, {facts['reason']}{what}"


def _phrases(steps: Sequence[ChainStep], facts: Mapping[str, Any], predicts: bool) -> Iterable[str]:
    """The steps that a person wants to know of."""
    phrases = [_phrase(step, facts, predicts) for step in steps]
    return [phrase for phrase in phrases if phrase]


def _phrase(step: ChainStep, facts: Mapping[str, Any], predicts: bool) -> str | None:
    target = step.target.id
    if "order" in step.params:
        quota = facts.get("quota")
        uses = f" ({_uses(quota, target)})" if quota and step.repeat is Repeat.NEVER else ""
        return f"{'call' if predicts else 'called'} {step.action}{uses}"
    if step.action == Part.STAGE.value:
        return f"stage the key in generation {target}" if predicts else None
    if step.action == Part.PUBLISH.value:
        return _published(step, facts.get("publish") or (), predicts)
    if step.action == Part.STORE.value:
        return None
    if step.action == Part.VERIFY.value:
        return _verified(step, facts, predicts)
    verb, what = (
        ("install", "generation ") if step.action == Part.INSTALL.value else (step.params["service"].action, "")
    )
    return f"{verb}{'' if predicts else 'ed'} {what}{target}"


def _uses(quota: Mapping[str, Any], target: object) -> str:
    """What is taken of the quota; in check mode beside what earlier tasks of the run would take."""
    if "fit" in quota:
        return f"takes {target}, 1 of {quota['fit']} unused that fit"
    return f"uses 1 of {quota['free']} left" + (" after this run's earlier orders" if quota.get("planned") else "")


def _published(step: ChainStep, entries: Sequence[Mapping[str, Any]], predicts: bool) -> str | None:
    """A record is called by the name at which it is, which can be another than the one that the service asks for."""
    if predicts:
        return f"publish the {step.reason.partition(' proves')[0]}"
    kinds = dict.fromkeys(str(each["record_type"]) for each in entries if each["method"] == "dns")
    named = f"{', '.join(kinds)} {step.target.id}" if kinds and step.target.id else all_named(entries)
    return f"published {named}" if named else None


def _verified(step: ChainStep, facts: Mapping[str, Any], predicts: bool) -> str | None:
    where = step.target.id
    if where is None:
        return None
    if predicts:
        return f"verify {where}"
    return f"{where} serves {(facts.get('current') or {}).get('serial_number', KNOWN_AFTER_APPLY)}"
