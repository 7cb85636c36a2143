# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the chain: what the host decides, how far the task goes, what is staged, what becomes of the order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.observe import Seen
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.plan import number_of, plan_chain
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.source import Foreseen
from ansible_collections.certops.alicloud.plugins.module_utils._certificate.steps import Chain
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Display, Outcome, Plan, Repeat, Step, Target
from ansible_collections.certops.alicloud.plugins.module_utils._store.decide import Action
from ansible_collections.certops.alicloud.plugins.module_utils._text import KNOWN_AFTER_APPLY
from tests.support.chains import look, wanted
from tests.support.orders import NOON, order

CREATE = "CreateCertificateForPackageRequest"
CURRENT = {"generation": 1, "not_after": "2026-12-01T12:00:00Z", "verified": True, "order_id": "1001"}
STAGED = {"generation": 2, "key": True, "csr_content": "a CSR", "order_id": None, "renews": None, "validation": []}
READY = {"generation": 2, "not_after": "2027-02-20T12:00:00Z"}
_DISPLAY: Display[Order] = Display(lambda _order, _now: {}, lambda _order: "")


def planned_order(*steps: Step[Order], before: Order | None = None, **facts: Any) -> Outcome[Order]:
    plan = Plan(before, steps)
    return Outcome(plan, plan.after, _DISPLAY, facts)


def creating() -> Outcome[Order]:
    leaves = replace(order("pending_validation"), order_id=KNOWN_AFTER_APPLY)
    return planned_order(Step(CREATE, "no live order", Target("order_id", None), leaves, Repeat.NEVER))


def seen(action: str, outcome: Outcome[Order] | None = None, published: bool = False, **facts: Any) -> Seen:
    options = facts.pop("options", {"validation": "alidns"})
    foreseen = Foreseen(None, None, outcome) if outcome else None
    return Seen(wanted(**options), look(action, **facts), Action(action), "why", foreseen, published)


def actions(what: Seen) -> list[tuple[str, Any]]:
    return [(step.action, step.target.id) for step in plan_chain(what, NOON).steps]


STAGE, PUBLISH = ("stage", 2), ("publish", None)
PLACE, STORE = (CREATE, None), ("store", 2)
USE: list[tuple[str, Any]] = [("install", 2), ("reload", "web"), ("verify", "127.0.0.1:443")]


@pytest.mark.parametrize("action", ["apply", "renew"])
@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("staged", [STAGE]),
        ("requested", [STAGE, PLACE, PUBLISH]),
        ("issued", [STAGE, PLACE, PUBLISH, STORE]),
        ("installed", [STAGE, PLACE, PUBLISH, STORE, *USE]),
    ],
)
def test_the_whole_chain_as_far_as_the_task_goes(action: str, until: str, expected: list[tuple[str, Any]]) -> None:
    options = {"validation": "alidns", "until": until}
    outcome = None if until == "staged" else creating()
    assert actions(seen(action, outcome, options=options, current=CURRENT, next_generation=2)) == expected


@pytest.mark.parametrize("until", ["staged", "requested", "issued"])
@pytest.mark.parametrize("action", ["nothing", "reload", "install"])
def test_what_is_complete_waits_for_the_task_that_installs(action: str, until: str) -> None:
    facts = {"ready": READY} if action == "install" else {}
    assert actions(seen(action, current=CURRENT, options={"until": until}, **facts)) == []


@pytest.mark.parametrize(
    ("action", "facts", "expected"),
    [
        ("nothing", {"current": CURRENT}, []),
        ("reload", {"current": {**CURRENT, "generation": 2}}, USE[1:]),
        ("install", {"current": CURRENT, "ready": READY}, USE),
        ("install", {"ready": READY}, USE),
    ],
)
def test_a_certificate_that_is_there(action: str, facts: dict[str, Any], expected: list[tuple[str, Any]]) -> None:
    assert actions(seen(action, **facts)) == expected


@pytest.mark.parametrize(
    ("staged", "reason"),
    [
        (STAGED, None),
        ({**STAGED, "csr_content": None}, "CSR in generation 2"),
        ({**STAGED, "key": False}, "key and CSR in generation 2"),
        (None, "key and CSR in generation 3"),
    ],
)
def test_a_key_that_is_staged_is_used(staged: dict[str, Any] | None, reason: str | None) -> None:
    plan = plan_chain(seen("apply", creating(), staged=staged, next_generation=3), NOON)
    assert next((step.reason for step in plan.steps if step.action == "stage"), None) == reason


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending_application", [PUBLISH, STORE]),
        ("pending_validation", [PUBLISH, STORE]),
        ("reviewing", [STORE]),
        ("issued", [STORE]),
        ("expiring", [STORE]),
    ],
)
def test_an_order_that_is_there_is_resumed(status: str, expected: list[tuple[str, Any]]) -> None:
    what = seen("apply", planned_order(before=order(status)), staged=STAGED)
    assert actions(what) == [*expected, *USE]
    assert plan_chain(what, NOON).facts["action"] == "wait"


def test_what_is_published_already_is_not_published_again() -> None:
    there = planned_order(before=order("pending_validation"))
    options = {"validation": "alidns", "until": "requested"}
    plan = plan_chain(seen("apply", there, published=True, staged=STAGED, options=options), NOON)
    assert plan.steps == ()
    assert plan.before and plan.before.published == "validation record"
    assert actions(seen("apply", there, staged=STAGED, options=options)) == [PUBLISH]


@pytest.mark.parametrize("validation", ["automatic", "preauthorized", "tasks", "manual"])
def test_what_others_publish_is_no_step(validation: str) -> None:
    what = seen("apply", creating(), options={"validation": validation}, staged=STAGED)
    assert actions(what) == [PLACE, STORE, *USE]


def test_a_file_is_called_so() -> None:
    what = seen("apply", creating(), options={"validation": "file", "webroot": "/srv"}, staged=STAGED)
    assert "validation file proves the domains (file)" in [step.reason for step in plan_chain(what, NOON).steps]


def test_the_steps_of_an_order_are_those_of_its_plan() -> None:
    failed = order("failed", 7)
    steps = (
        Step("DeleteCertificateRequest", "it was refused", Target("order_id", "1007"), None, Repeat.SAFE),
        creating().plan.steps[0],
    )
    what = seen("apply", planned_order(*steps, before=failed), staged=STAGED)
    assert actions(what)[:2] == [("DeleteCertificateRequest", "1007"), PLACE]
    plan = plan_chain(what, NOON)
    assert plan.creates and plan.facts["action"] == "apply"
    assert [step.leaves.order for step in plan.steps[:2] if step.leaves] == [None, creating().after]


def test_what_may_not_be_ordered_is_not_planned() -> None:
    options = {"may_order": False}
    assert actions(seen("renew", None, options=options, current=CURRENT)) == []
    assert actions(seen("install", options=options, ready=READY)) == USE
    assert plan_chain(seen("renew", None, options=options), NOON).facts == {"action": "renew", "reason": "why"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"services": []}, [USE[0], USE[2]]),
        ({"services": ["a", "b"]}, [USE[0], ("reload", "a"), ("reload", "b"), USE[2]]),
        ({"endpoints": []}, [*USE[:2], ("verify", None)]),
        ({"verify": False}, USE[:2]),
        ({"verify": False, "services": []}, USE[:1]),
    ],
)
def test_services_and_endpoints_are_those_of_the_task(options: dict[str, Any], expected: list[tuple[str, Any]]) -> None:
    assert actions(seen("install", options=options, ready=READY)) == expected


@pytest.mark.parametrize(
    ("action", "facts", "number"),
    [
        ("apply", {"next_generation": 1}, 1),
        ("renew", {"current": CURRENT, "next_generation": 4}, 4),
        ("renew", {"current": CURRENT, "staged": STAGED, "next_generation": 4}, 2),
        ("install", {"current": CURRENT, "ready": READY}, 2),
        ("reload", {"current": CURRENT}, 1),
        ("nothing", {"next_generation": 1}, 1),
    ],
)
def test_the_generation_that_a_task_is_about(action: str, facts: dict[str, Any], number: int) -> None:
    assert number_of(seen(action, **facts)) == number


def test_the_plan_says_what_is_and_what_will_be() -> None:
    plan = plan_chain(seen("renew", creating(), current=CURRENT, next_generation=2), NOON)
    assert plan.before == Chain(generation=1, expires="2026-12-01T12:00:00Z")
    assert plan.after and plan.after.order
    assert (plan.after.generation, plan.after.expires, plan.after.verified) == (2, KNOWN_AFTER_APPLY, True)
    assert (plan.after.staged, plan.after.published, plan.after.order.status) == (None, None, Status.ISSUED)
    texts = [step.leaves.text() for step in plan.steps if step.leaves]
    assert (
        texts[0]
        == "in use: generation 1, expires 2026-12-01T12:00:00Z\nstaged: generation 2, waits for its certificate\n"
    )
    assert texts[2].endswith(f"order: {KNOWN_AFTER_APPLY}, pending_validation\npublished: validation record\n")
    assert "staged: generation 2, complete" in texts[3]
    assert "not verified" in texts[4] and "not verified" not in texts[6]


def test_an_installed_certificate_says_when_it_expires() -> None:
    after = plan_chain(seen("install", ready=READY), NOON).after
    assert after and after.text() == "in use: generation 2, expires 2027-02-20T12:00:00Z\n"


def test_the_quota_is_told_with_the_plan() -> None:
    quota = {"free": 4}
    outcome = replace(creating(), facts={"quota": quota})
    assert plan_chain(seen("apply", outcome), NOON).facts == {"action": "apply", "reason": "why", "quota": quota}
    assert plan_chain(seen("apply", creating()), NOON).facts == {"action": "apply", "reason": "why"}


def test_only_an_order_must_not_be_repeated() -> None:
    plan = plan_chain(seen("apply", creating()), NOON)
    assert [step.action for step in plan.steps if step.repeat is not Repeat.SAFE] == [CREATE]
