# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: what networks, proxies and overloaded services do to a call."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .gate import throttled
from .refusal import Impossible, Refusal
from .reply import Lost, Reply

Serve = Callable[[], Reply]
Refuse = Callable[[Refusal], Reply]

# Kind -> does the call take effect, unless the rule says otherwise.
KINDS = {
    "request_lost": False,
    "answer_lost": True,
    "error_before": False,
    "error_after": True,
    "html": False,
    "garbage_json": True,
    "throttled": False,
    "slow": True,
    "cut": True,
    "code": False,
    "redirect": False,
}


@dataclass
class Fault:
    """One rule. Counts are of calls that match `action`; times 0 is until cleared."""

    kind: str
    action: str = "*"
    times: int = 1
    skip: int = 0
    effect: bool | None = None
    status: int = 0
    code: str = ""
    message: str = "injected"
    seconds: float = 1.0
    effect_first: bool = True
    retry_after_ms: int = 1000
    location: str = "https://example.com/"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Impossible(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")

    @property
    def takes_effect(self) -> bool:
        return KINDS[self.kind] if self.effect is None else self.effect


def read_fault(wish: Mapping[str, Any]) -> Fault:
    """A rule from JSON; raises Impossible with a sentence."""
    known = {item.name: str(item.type) for item in fields(Fault)}
    for name, value in wish.items():
        if name not in known:
            raise Impossible(f"A fault has no {name}; it has {', '.join(known)}.")
        if not _fits(value, known[name]):
            raise Impossible(f"{name} of a fault does not take {value!r}.")
    if "kind" not in wish:
        raise Impossible("A fault needs a kind.")
    return Fault(**wish)


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return "bool" in kind
    if isinstance(value, (int, float)) and not 0 <= value < math.inf:
        return False
    wanted: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}
    return isinstance(value, wanted.get(kind, ()))


@dataclass
class Faults:
    """The rules in force; the first one that matches a call is used up by it."""

    rules: list[Fault] = field(default_factory=list)

    def take(self, action: str) -> Fault | None:
        for rule in [rule for rule in self.rules if rule.action in ("*", action)]:
            if rule.skip:
                rule.skip -= 1
                continue
            if rule.times == 1:
                self.rules.remove(rule)
            rule.times = max(0, rule.times - 1)
            return rule
        return None


def play(rule: Fault, serve: Serve, refuse: Refuse, sleep: Callable[[float], None]) -> Reply:
    """What the caller gets. `serve` does the call, `refuse` writes an error; raises Lost when nothing arrives."""
    if rule.kind == "slow" and not rule.effect_first:
        sleep(rule.seconds)
    real = serve() if rule.takes_effect else None
    if rule.kind == "slow" and rule.effect_first:
        sleep(rule.seconds)
    if rule.kind in ("request_lost", "answer_lost", "cut"):
        raise Lost(before_effect=real is None, partial=real if rule.kind == "cut" else None)
    return _RENDER.get(rule.kind, _refused)(rule, real, refuse)


def _refused(rule: Fault, _real: Reply | None, refuse: Refuse) -> Reply:
    code = rule.code or "InternalError"
    status = rule.status or (503 if code == "ServiceUnavailable" else 400 if rule.kind == "code" else 500)
    return refuse(Refusal(code, rule.message, status))


def _html(rule: Fault, _real: Reply | None, _refuse: Refuse) -> Reply:
    status = rule.status or 502
    page = f"<html><head><title>{status} Bad Gateway</title></head><body>{rule.message}</body></html>"
    return Reply(status, {"Content-Type": "text/html"}, page.encode())


def _garbage(rule: Fault, real: Reply | None, _refuse: Refuse) -> Reply:
    whole = real or Reply(200, {"Content-Type": "application/json"}, b'{"RequestId": "0"}')
    return Reply(rule.status or whole.status, whole.headers, whole.body[: len(whole.body) // 2])


def _throttled(rule: Fault, _real: Reply | None, refuse: Refuse) -> Reply:
    refusal = throttled(rule.retry_after_ms)
    refusal.code, refusal.status = rule.code or refusal.code, rule.status or refusal.status
    return refuse(refusal)


def _redirect(rule: Fault, _real: Reply | None, _refuse: Refuse) -> Reply:
    return Reply(rule.status or 302, {"Location": rule.location, "Content-Type": "text/html"}, b"<html>moved</html>")


def _slow(_rule: Fault, real: Reply | None, refuse: Refuse) -> Reply:
    return real or refuse(Refusal("ServiceUnavailable", "The request has failed due to a time-out.", 503))


_RENDER: dict[str, Callable[[Fault, Reply | None, Refuse], Reply]] = {
    "html": _html,
    "garbage_json": _garbage,
    "throttled": _throttled,
    "redirect": _redirect,
    "slow": _slow,
}
