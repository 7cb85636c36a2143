# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain with instances where something goes wrong: refused, withdrawn, lost, killed, rolled back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    NotAllowed,
    OutcomeUnknown,
    StateNotReached,
)
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import chains, client
from tests.support.calls import ask
from tests.support.chains import WWW, Killed, Shop
from tests.support.instance_calls import APPLY, CANCEL, UPDATE, bought, filled, pending
from tests.support.instance_chains import (
    AT_ONCE,
    BUY,
    TEST,
    accept,
    actions,
    applications,
    calls,
    current,
    fails,
    install,
    instances,
    key,
    named,
    new_shop,
    run,
    waiting,
)

DUE = 140 * DAY
USE = ["store", "install", "reload", "verify"]
KEPT = "Generation 1 stays in use; it is valid until 2027-06-09T12:00:00Z."


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return new_shop(tmp_path, "geo.dv.f", "geo.dv.f")


@pytest.fixture
def due(shop: Shop) -> Shop:
    """A host whose certificate is due."""
    install(shop)
    shop.account.advance(DUE)
    calls(shop)
    return shop


def refuse(shop: Shop) -> str:
    instance_id = waiting(shop)
    shop.account.happen("reject", instance_id, reason="CAA forbids it")
    return instance_id


def fail_submission(shop: Shop) -> str:
    instance_id = waiting(shop)
    shop.account.happen("reject", instance_id, task_message="the telephone number is missing")
    return instance_id


def withdraw(shop: Shop) -> str:
    instance_id = waiting(shop)
    shop.account.advance(5)
    ask(shop.account, CANCEL, InstanceId=instance_id)
    shop.account.advance(5)
    return instance_id


ENDS = pytest.mark.parametrize(
    ("end", "says"),
    [
        (refuse, "was refused. The service says: CAA forbids it. Check the record"),
        (fail_submission, "could not be submitted to the CA. The service says: the telephone number is missing. Check"),
        (withdraw, "has ended without a certificate; it was refused or withdrawn. The service does not say why."),
    ],
    ids=["refused", "failed", "withdrawn"],
)


@ENDS
@pytest.mark.parametrize("check", [False, True])
def test_the_second_task_of_a_run_tells_how_an_application_ended(
    due: Shop, end: Callable[[Shop], str], says: str, check: bool
) -> None:
    """It was to wait for this application, and does not send another one."""
    run(due, until="requested")
    instance_id = end(due)
    failure = fails(due, check=check, order_id=instance_id)
    assert failure.msg.startswith(f"The application of instance {instance_id} for {WWW} {says}")
    assert failure.msg.endswith(f"Run the task again to apply again. {KEPT}")
    assert (failure.facts["instance_id"], failure.facts["plan"]) == (instance_id, [])
    assert (applications(due), bool(due.published())) == (2, check)


@ENDS
def test_the_next_run_applies_again_with_the_same_key(due: Shop, end: Callable[[Shop], str], says: str) -> None:
    run(due, until="requested")
    staged, instance_id = key(due, 2), end(due)
    assert actions(run(due, check=True, until="requested"))[0] == APPLY
    result = run(due, until="requested")
    assert (actions(result)[0], "in progress" in result["reason"]) == (APPLY, False)
    assert accept(due) == instance_id
    assert actions(run(due)) == USE
    assert (current(due), key(due, 2), applications(due), due.published()) == (2, staged, 3, [])


@ENDS
def test_a_task_that_waits_ends_at_once(shop: Shop, end: Callable[[Shop], str], says: str) -> None:
    shop.after = lambda step: end(shop) and None if step == "AddDomainRecord" else None
    begun = shop.account.world.now()
    failure = fails(shop, wait_timeout=4500)
    assert says.partition(" The service does not")[0] in failure.msg
    assert "No certificate is in use." in failure.msg
    assert shop.account.world.now() - begun < 120
    assert (shop.published(), applications(shop)) == ([], 1)


def test_the_reason_of_a_refusal_is_told_with_the_next_application(due: Shop) -> None:
    run(due, until="requested")
    refuse(due)
    assert run(due, check=True)["reason"].endswith("the last application was refused: CAA forbids it")


def test_an_instance_that_is_gone_is_told(due: Shop) -> None:
    run(due, until="requested")
    refuse(due)
    assert fails(due, order_id="cas-cn-other").msg == (
        f"order_id: instance cas-cn-other for {WWW} gives no certificate any more. {KEPT} The next run without "
        "order_id applies again."
    )


def test_a_wait_that_is_over_is_resumed_by_the_next_task(shop: Shop) -> None:
    failure = fails(shop)
    assert isinstance(failure, StateNotReached)
    assert failure.msg.startswith("The domain was not validated after 60 s (Instance cas-cn-")
    assert failure.msg.endswith(
        "No certificate is in use. Run the task again to resume waiting; it publishes it again, and applies for "
        "nothing."
    )
    assert shop.published() == []
    assert actions(run(shop, until="requested")) == ["publish"]
    accept(shop)
    assert actions(run(shop)) == USE
    assert applications(shop) == 1


# Instances that do not serve.


def test_an_id_of_other_names_is_refused_before_anything_is_done(shop: Shop) -> None:
    other = filled(shop.account, "other.example.net")
    before = shop.account.world.fingerprint()
    failure = fails(shop, instance=named(other))
    assert isinstance(failure, NotAllowed)
    assert failure.msg.startswith(
        f"instance.instance_id: Instance {other} for other.example.net has none of the names that were asked for "
    )
    assert fails(shop, instance=named(other), check=True).msg == failure.msg
    assert (shop.home.exists(), shop.account.world.fingerprint()) == (False, before)


@pytest.mark.parametrize(
    ("spec", "instance", "domains", "says"),
    [
        ("geo.dv.f", {}, [WWW], "instance.contact_ids: Instance {} has no contact yet, and an application needs one."),
        (
            "geo.dv.f",
            {"contact": "No One"},
            [WWW],
            "instance.contact: No One: the account has no contact with just this",
        ),
        (
            "geo.ov.f",
            BUY,
            [WWW],
            "instance.company_id: Instance {} is for OV certificates, which are issued to a company",
        ),
        (
            "geo.dv.f",
            BUY,
            [WWW, "a.example.com"],
            "domains: 2 single names were given, and instance {} (geo.dv.f) holds",
        ),
    ],
    ids=["no contact", "no such contact", "no company", "too many names"],
)
def test_what_cannot_be_applied_for_is_told_before_anything_is_done(
    tmp_path: Path, spec: str, instance: dict[str, Any], domains: list[str], says: str
) -> None:
    shop = new_shop(tmp_path)
    there = bought(shop.account, spec=spec)
    given = {**{name: value for name, value in instance.items() if name != "pool"}, "instance_id": there}
    failures = [fails(shop, check=check, instance=given, domains=domains, name=WWW) for check in (True, False)]
    assert {failure.msg for failure in failures} == {failures[0].msg}
    assert failures[0].msg.startswith(says.format(there))
    assert (client.writes(shop.account), shop.home.exists()) == ([], False)


def test_a_pool_without_instances_is_told(tmp_path: Path) -> None:
    shop = new_shop(tmp_path)
    assert fails(shop).msg.startswith(f"instance.pool: no instance is for {WWW} already, and none of its instances is")
    shop.account.add_instance(spec="geo.dv.w")
    assert "its unused instances hold 1 wildcard" in fails(shop).msg


def test_an_application_with_a_key_of_the_service_is_not_waited_for(tmp_path: Path) -> None:
    shop = new_shop(tmp_path)
    instance_id = pending(shop.account)
    failure = fails(shop)
    assert failure.msg == (
        f"Instance {instance_id} has an application in progress for a key that the service makes, and not for the CSR. "
        "Nothing was done. Wait until it has ended, or withdraw it with cas_instance and state: cancelled."
    )
    assert (applications(shop), shop.home.exists()) == (1, False)


def test_a_zone_that_is_not_there_is_seen_before_an_application(shop: Shop) -> None:
    shop.account.world.zones.hosted.clear()
    failure = fails(shop)
    assert failure.msg.endswith("Nothing was applied for.")
    assert (applications(shop), shop.home.exists()) == (0, False)


# Lost, refused and killed calls.


@pytest.mark.parametrize("renewal", [False, True])
@pytest.mark.parametrize("kind", ["answer_lost", "request_lost"])
@pytest.mark.parametrize("action", [UPDATE, APPLY])
def test_a_lost_response_costs_no_second_application(tmp_path: Path, action: str, kind: str, renewal: bool) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", "geo.dv.f")
    if renewal:
        install(shop)
        shop.account.advance(DUE)
    shop.account.inject(kind=kind, action=action)
    if kind == "request_lost":
        failure = fails(shop, until="requested")
        assert isinstance(failure, OutcomeUnknown)
        assert [step["action"] for step in failure.facts["plan"]][-1] == action
        shop.account.advance(60)
    run(shop, until="requested")
    assert applications(shop) == 1 + renewal
    assert sum(bool(each.form.names) for each in instances(shop)) == 1
    accept(shop)
    run(shop)
    assert (current(shop), applications(shop)) == (1 + renewal, 1 + renewal)
    assert run(shop, check=True)["plan"] == []


def test_an_application_that_is_refused_at_once_tells_all_steps(shop: Shop) -> None:
    shop.account.inject(kind="code", action=APPLY, code="NoPermission")
    failure = fails(shop)
    assert isinstance(failure, ApiError)
    assert [step["action"] for step in failure.facts["plan"]] == ["stage", UPDATE]
    assert actions(run(shop, until="requested")) == [APPLY, "publish"]
    assert sum(bool(each.form.names) for each in instances(shop)) == 1


def test_an_update_that_submits_by_itself_is_not_followed_by_an_application(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", update_submits=True)
    run(shop, until="requested")
    assert APPLY not in client.writes(shop.account)
    accept(shop)
    assert actions(run(shop)) == USE
    assert applications(shop) == 1


STEPS = ["staged", UPDATE, APPLY, "ordered", "AddDomainRecord", "complete", "current", "reload", "verified"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("renewal", [False, True], ids=["first", "renewal"])
@pytest.mark.parametrize("step", STEPS)
def test_a_killed_task_is_resumed_with_its_key_and_its_instance(
    tmp_path: Path, step: str, renewal: bool, after: bool
) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", "geo.dv.f")
    number = 1
    if renewal:
        install(shop)
        shop.account.advance(DUE)
        number = 2
    if STEPS.index(step) > STEPS.index("AddDomainRecord"):
        run(shop, until="requested")
        accept(shop)
    kill(shop, step, after)
    with pytest.raises(Killed):
        run(shop)
    shop.before = shop.after = chains.ignore
    path = shop.home / "generations" / str(number) / "privkey.pem"
    before = key(shop, number) if path.exists() else None
    shop.account.advance(60)
    run(shop, until="requested")
    if any(each.application and each.application.issued is None for each in instances(shop)):
        accept(shop)
    run(shop)
    assert (current(shop), applications(shop), shop.published()) == (number, number, [])
    assert before in (None, key(shop, number))
    assert run(shop, check=True)["plan"] == []


@pytest.mark.parametrize("step", [UPDATE, APPLY, "ordered"])
def test_a_killed_task_is_resumed_with_the_test_instance_that_it_took(tmp_path: Path, step: str) -> None:
    shop = new_shop(tmp_path, "ss.dv.t", "ss.dv.t")
    install(shop, instance=TEST)
    shop.account.advance(65 * DAY)
    kill(shop, step, after=True)
    with pytest.raises(Killed):
        run(shop, instance=TEST)
    shop.before = shop.after = chains.ignore
    shop.account.advance(60)
    install(shop, instance=TEST)
    assert (current(shop), [each.application.attempt for each in instances(shop) if each.application]) == (2, [1, 1])


def kill(shop: Shop, step: str, after: bool) -> None:
    """Kill the next task at its first step with this name; nothing is done after it."""
    dead: list[str] = []

    def at(each: str) -> None:
        if each == step or dead:
            dead.append(each)
            raise Killed(each)

    if after:
        shop.after = at
        shop.before = lambda each: at(step) if dead else None
    else:
        shop.before = at


# What is installed and does not work.


def test_a_service_that_does_not_reload_gets_the_previous_generation_back(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", **AT_ONCE)
    run(shop)
    serving = shop.serving
    shop.account.advance(DUE)
    shop.reloads = False
    failure = fails(shop)
    assert failure.msg.startswith("services: web could not be reloaded.")
    assert "Generation 1 was put back" in failure.msg
    assert failure.msg.endswith("The next run tries again, without another application.")
    assert (current(shop), shop.serving, applications(shop)) == (1, serving, 2)
    shop.reloads = True
    assert actions(run(shop)) == ["install", "reload", "verify"]
    assert (current(shop), applications(shop)) == (2, 2)


def test_a_certificate_that_the_host_does_not_take_is_fetched_again(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", **AT_ONCE)
    shop.ahead = -3 * DAY
    failure = fails(shop)
    assert "has another certificate, which was not installed." in failure.msg
    assert "Set the clock of the host" in failure.msg
    assert failure.msg.endswith("The next run fetches this certificate again, without another application.")
    shop.ahead = 0.0
    run(shop)
    assert (current(shop), applications(shop)) == (1, 1)
