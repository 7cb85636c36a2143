# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Several certificates of one host in one task: what must not be among them, and what is told of them. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._errors import NotAllowed
from .._store.decide import Action
from .._store.read import spelled_alike
from .steps import Part

if TYPE_CHECKING:
    from .wanted import CertificateWanted

Result = Mapping[str, Any]

# What became of a certificate, by the action that ended with its installation; else it depends on what was in use.
_INSTALLED = {Action.INSTALL.value: "installed", Action.RENEW.value: "renewed"}

_ALL = {"failed": True, "label": "all certificates"}


def refuse_same_directory(certificates: Iterable[CertificateWanted]) -> None:
    """Raise NotAllowed where two certificates would replace each other in every run."""
    there: dict[tuple[str, str], CertificateWanted] = {}
    for each in certificates:
        directory = os.path.normpath(each.options["directory"])
        other = there.setdefault((directory, spelled_alike(each.name)), each)
        if other is not each:
            raise NotAllowed(
                f"certificates: the entry for {other.named} and the entry for {each.named} have the same directory, "
                f"{directory}/{other.name}, so each run would replace one by the other. Give one of them another name "
                "with the option name, or remove it. Nothing was done."
            )


def label(domains: object, number: int) -> str:
    """What a certificate of a list is called, whatever is wrong with its domains."""
    names = [domains] if isinstance(domains, str) else domains
    if isinstance(names, Sequence) and names and all(isinstance(each, str) for each in names):
        return ", ".join(names)
    return f"entry {number}"


def together(results: Sequence[Result], host: str) -> dict[str, Any]:
    """The result of the task. Each certificate's has its ``number`` in the list and its ``label``."""
    failed = [each for each in results if each.get("failed")]
    reasons = [f"{each['label']}: {each['msg']}" for each in failed]
    told = _told(results)
    diffs = [each["diff"] for each in results if each.get("diff")]
    return {
        "certificates": list(results),
        "changed": any(each["changed"] for each in results),
        "complete": all(each.get("complete", False) for each in results),
        "left": [_unfinished(each) for each in results if not each.get("complete", True)],
        "msg": " ".join(reasons) or told,
        "plan": [step for each in results for step in each.get("plan", ())],
        "reasons": reasons,
        "report": told,
        "summary": [_summary(each, host) for each in results],
        **({"failed": True} if failed else {}),
        **({"diff": diffs} if diffs else {}),
    }


def cut_short(results: Sequence[Result], end: Result, host: str) -> dict[str, Any]:
    """The result of a task that cannot continue: why, and what was done before."""
    done = together(results, host)
    told = {name: done[name] for name in ("certificates", "summary")}
    return {**told, **end, "changed": done["changed"] or end["changed"], "plan": [*done["plan"], *end["plan"]]}


def _unfinished(result: Result) -> dict[str, Any]:
    """Names what another task has to finish. No option is repeated: some are secret."""
    waits = (result.get("order") or {}).get("order_id") or (result.get("instance") or {}).get("instance_id")
    return {"number": result["number"], "label": result["label"], "order_id": waits}


def refused(problem: Mapping[str, Any], host: str) -> dict[str, Any]:
    """The result of a task whose list or whose common options are not valid: nothing is done."""
    nothing = {"certificates": [], "changed": False, "complete": False, "plan": [], "left": []}
    told = {"reasons": [problem["msg"]], "report": "failed", "summary": [_summary(_ALL, host)]}
    return {**nothing, **told, **problem, "failed": True}


def outcome(result: Result) -> str:
    """In one word, what was done with a certificate, or in check mode would be."""
    if result.get("failed"):
        return "failed"
    if not result["complete"]:
        return "in progress"
    if any(step["action"] == Part.INSTALL.value for step in result["plan"]):
        first = "issued" if result["previous"] is None else "renewed"
        return _INSTALLED.get(result["action"], first)
    if not result["changed"]:
        return "unchanged"
    return "reloaded" if result["action"] == Action.RELOAD.value else "prepared"


def _summary(result: Result, host: str) -> dict[str, Any]:
    current = result.get("current") or {}
    return {
        "host": host,
        "label": result["label"],
        "outcome": outcome(result),
        "not_after": current.get("not_after"),
        "days_left": current.get("days_left"),
    }


def _told(results: Sequence[Result]) -> str:
    """One line; why something failed is told by the task."""
    if not results:
        return "no certificates are listed for this host"
    told = [_line(each) for each in results if outcome(each) != "unchanged"]
    quiet = [each for each in results if outcome(each) == "unchanged"]
    if len(quiet) == 1:
        told.append(_line(quiet[0]))
    elif quiet:
        told.append(f"{len(quiet)} certificates: nothing to do{_next(quiet)}")
    return " | ".join(told)


def _line(result: Result) -> str:
    return f"{result['label']}: failed" if result.get("failed") else str(result["msg"])


def _next(results: Sequence[Result]) -> str:
    """Which certificate expires first, and what has none."""
    there = [each for each in results if each.get("current")]
    none = "; ".join(each["label"] for each in results if not each.get("current"))
    lacking = f"; no certificate is installed for {none}" if none else ""
    if not there:
        return lacking
    first = min(there, key=lambda each: str(each["current"]["not_after"]))
    return f"; {first['label']} expires first, in {first['current']['days_left']} days{lacking}"
