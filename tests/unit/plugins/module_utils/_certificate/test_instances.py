# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain with instances: from the first certificate to the last one of a subscription."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import client
from tests.support.chains import WWW, Shop
from tests.support.instance_calls import APPLY, DETAIL, LIST, UPDATE, issued
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
    key_of,
    named,
    new_shop,
    record,
    run,
)

CERTIFICATE = "GetUserCertificateDetail"
# How old a certificate of 199 days is when it is due.
DUE = 140 * DAY
USE = ["store", "install", "reload", "verify"]
ORDERS: dict[str, Any] = {"source": "order", "instance": None}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Two unused instances, whose applications wait for what a test does."""
    return new_shop(tmp_path, "geo.dv.f", "geo.dv.f")


def use(shop: Shop, **options: Any) -> str:
    """A certificate in use; returns the id of its instance."""
    install(shop, **options)
    calls(shop)
    return str(record(shop)["instance_id"])


# The first certificate.


@pytest.mark.parametrize("by", ["id", "pool"])
def test_one_task_does_it_all(tmp_path: Path, by: str) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", "geo.dv.f", **AT_ONCE)
    wanted = instances(shop)[0 if by == "pool" else 1].instance_id
    result = run(shop, instance=BUY if by == "pool" else named(wanted))
    assert actions(result) == ["stage", UPDATE, APPLY, "publish", *USE]
    assert (result["changed"], result["action"], current(shop), applications(shop)) == (True, "apply", 1, 1)
    assert (result["instance"]["instance_id"], result["instance"]["status"]) == (wanted, "issued")
    assert (result["order"], result["publish"], shop.published()) == (None, [], [])
    assert shop.serving == result["current"]["sha256_fingerprint"]
    assert result["current"]["instance_id"] == wanted
    taken = next(each for each in instances(shop) if each.instance_id == wanted)
    assert key_of(shop, taken) == key(shop, 1)


def test_the_message_tells_what_is_taken_and_applied_for(shop: Shop) -> None:
    foreseen = run(shop, check=True)
    takes = f"takes {foreseen['instance']['instance_id']}, 1 of 2 unused that fit"
    assert foreseen["msg"] == (
        f"{WWW}: apply, no certificate is installed; would stage the key in generation 1, call {UPDATE}, call {APPLY} "
        f"({takes}), publish the validation record _dnsauth.www.example.com, "
        "install generation 1, reload web, verify 127.0.0.1:443"
    )
    assert foreseen["quota"] == {"unused": 2, "fit": 2, "left": 1}
    done = run(shop, until="requested")
    assert done["msg"].endswith(f"called {UPDATE}, called {APPLY} ({takes}), published TXT _dnsauth.www.example.com")
    assert "instance: " + done["instance"]["instance_id"] in done["text"]["after"]


def test_each_until_resumes_where_the_last_one_stopped(shop: Shop) -> None:
    done = [actions(run(shop, until="staged")), actions(run(shop, until="requested"))]
    accept(shop)
    done += [actions(run(shop, until="issued")), actions(run(shop))]
    assert done == [["stage"], [UPDATE, APPLY, "publish"], ["store"], ["install", "reload", "verify"]]
    assert applications(shop) == 1


@pytest.mark.parametrize("until", ["staged", "requested", "issued", "installed"])
def test_the_same_task_again_has_nothing_to_do(tmp_path: Path, until: str) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", **AT_ONCE)
    run(shop, until=until)
    assert run(shop, check=True, until=until)["plan"] == []
    assert run(shop, until=until)["plan"] == []


@pytest.mark.parametrize("until", ["staged", "requested", "issued", "installed"])
def test_check_mode_writes_nothing_anywhere(shop: Shop, until: str) -> None:
    stages: list[Callable[[], object]] = [
        lambda: None,
        lambda: run(shop, until="staged"),
        lambda: run(shop, until="requested"),
        lambda: accept(shop),
        lambda: run(shop, until="issued"),
        lambda: run(shop),
        lambda: shop.account.advance(DUE),
    ]
    for stage in stages:
        stage()
        before = (shop.picture(), shop.account.world.fingerprint(), shop.serving)
        calls(shop)
        run(shop, check=True, until=until)
        assert client.writes(shop.account) == []
        assert (shop.picture(), shop.account.world.fingerprint(), shop.serving) == before


def test_what_is_noted_on_the_host(shop: Shop) -> None:
    instance_id = use(shop)
    noted = record(shop)
    assert (noted["order_id"], noted["instance_id"], noted["domains"]) == (None, instance_id, [WWW])
    assert noted["subscription_end"] == "2027-11-22T12:00:00Z"
    assert run(shop)["current"]["subscription_end"] == noted["subscription_end"]


def test_a_certificate_with_more_names_serves(tmp_path: Path) -> None:
    """A CA adds names, and an instance may be for more of them than the host needs."""
    shop = new_shop(tmp_path, **AT_ONCE)
    shop.account.add_instance(spec="ws.dv.f", full=2)
    run(shop, domains=["example.com", WWW], name=WWW)
    calls(shop)
    assert (run(shop)["plan"], calls(shop)) == ([], [])
    # One that is missing does not.
    there = named(instances(shop)[0].instance_id)
    more = run(shop, domains=[WWW, "a.example.com"], name=WWW, check=True, instance=there)
    assert actions(more)[:3] == ["stage", UPDATE, APPLY]


def test_two_names_need_no_warning(tmp_path: Path) -> None:
    """An instance tells what validates each of its names."""
    shop = new_shop(tmp_path, **AT_ONCE)
    shop.account.add_instance(spec="ws.dv.f", full=2)
    result = run(shop, domains=["example.com", WWW], name=WWW, until="requested")
    assert result["warnings"] == []
    assert {each["domain"] for each in result["publish"]} <= {"example.com", WWW}


def test_tags_and_a_name_go_with_the_application(shop: Shop) -> None:
    done = run(shop, until="requested", tags={"env": "test"}, instance={**BUY, "certificate_name": "www"})
    assert [each for each in actions(done) if each in (UPDATE, "TagResources", APPLY)] == [
        UPDATE,
        "TagResources",
        APPLY,
    ]
    [taken] = [each for each in instances(shop) if each.application]
    assert (dict(taken.tags), taken.form.label) == ({"env": "test"}, "www")
    accept(shop)
    assert actions(run(shop, tags={"env": "test"}, instance={**BUY, "certificate_name": "www"})) == USE


# Renewals.


@pytest.mark.parametrize("by", ["id", "pool"])
def test_a_renewal_is_another_application_of_the_same_instance_with_another_key(shop: Shop, by: str) -> None:
    first = use(shop)
    source = BUY if by == "pool" else named(first)
    serving = shop.serving
    shop.account.advance(DUE)
    result = run(shop, instance=source, until="requested")
    assert (actions(result), result["action"]) == (["stage", UPDATE, APPLY, "publish"], "renew")
    assert "quota" not in result
    assert accept(shop) == first
    assert actions(run(shop, instance=source)) == USE
    assert (current(shop), applications(shop), record(shop)["instance_id"]) == (2, 2, first)
    assert shop.serving != serving and key(shop, 1) != key(shop, 2)
    assert run(shop, instance=source)["plan"] == []
    assert sum(bool(each.application) for each in instances(shop)) == 1


def test_a_key_that_is_to_stay_is_used_again(shop: Shop) -> None:
    use(shop)
    shop.account.advance(DUE)
    foreseen, done = (run(shop, check=check, until="requested", rotate_key=False) for check in (True, False))
    # The form has this key already.
    assert actions(foreseen) == actions(done) == ["stage", APPLY, "publish"]
    assert UPDATE not in calls(shop)
    accept(shop)
    run(shop, rotate_key=False)
    assert (key(shop, 1), current(shop), applications(shop)) == (key(shop, 2), 2, 2)


def test_a_forced_renewal_is_resumed_and_not_repeated(shop: Shop) -> None:
    use(shop)
    run(shop, force=True, until="requested")
    accept(shop)
    assert actions(run(shop, force=True)) == USE
    assert applications(shop) == 2


def test_a_revoked_certificate_is_followed_by_another_application(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", crl_hours=24.0)
    first = use(shop)
    shop.account.call("RevokeCertificate", {"InstanceId": first})
    shop.account.advance(DAY)
    result = run(shop, until="requested")
    assert (result["revoked"], actions(result)) == (True, ["stage", UPDATE, APPLY, "publish"])
    accept(shop)
    assert actions(run(shop)) == USE
    assert run(shop, check=True)["plan"] == []


# Hosting: the service applies by itself.


def hosted(shop: Shop) -> str:
    """A certificate in use, due, on an instance that hosting reissues."""
    instance_id = use(shop)
    client.instance(shop.account, instance_id=instance_id, domains=[WWW], auto_reissue=True)
    shop.account.advance(DUE)
    calls(shop)
    return instance_id


def test_what_hosting_is_to_reissue_is_not_applied_for(shop: Shop) -> None:
    hosted(shop)
    result = run(shop)
    assert (result["action"], result["plan"], calls(shop)) == ("nothing", [], [DETAIL])
    assert result["reason"].endswith("hosting reissues it, so nothing is applied for")


def test_hosting_that_is_late_is_told(shop: Shop) -> None:
    hosted(shop)
    shop.account.advance(50 * DAY)
    result = run(shop)
    assert result["plan"] == []
    assert [text[:34] for text in result["warnings"]] == ["Hosting has not reissued the certi"]


@pytest.mark.parametrize("stop", [None, "requested"])
def test_what_hosting_issued_is_installed_with_the_key_in_use(shop: Shop, stop: str | None) -> None:
    instance_id = hosted(shop)
    shop.account.happen("host", instance_id)
    assert actions(run(shop, check=True)) == ["stage", *USE]
    assert client.writes(shop.account) == []
    if stop:
        assert actions(run(shop, until=stop)) == ["stage"]
    result = run(shop)
    assert actions(result) == [*([] if stop else ["stage"]), *USE]
    assert client.writes(shop.account) == []
    assert (current(shop), key(shop, 1)) == (2, key(shop, 2))
    calls(shop)
    assert (run(shop)["plan"], calls(shop)) == ([], [])


def test_hosting_can_be_left_aside(shop: Shop) -> None:
    hosted(shop)
    own = {**BUY, "reuse_hosted": False}
    assert actions(run(shop, until="requested", instance=own)) == ["stage", UPDATE, APPLY, "publish"]
    accept(shop)
    assert actions(run(shop, instance=own)) == USE
    assert key(shop, 1) != key(shop, 2)


def test_a_key_that_was_staged_before_hosting_acted_is_told(shop: Shop) -> None:
    instance_id = hosted(shop)
    run(shop, until="staged")
    shop.account.happen("host", instance_id)
    failure = fails(shop)
    assert failure.msg.startswith(
        f"Hosting has reissued the certificate for {WWW} for the key in use, but generation 2"
    )
    assert client.writes(shop.account) == []
    [path] = (shop.home / "generations" / "2").parent.glob("2")
    assert f"remove {path} and run the task again" in failure.msg


# A key that is not here.


@pytest.mark.parametrize("by", ["id", "pool"])
def test_a_certificate_whose_key_the_service_made_is_not_installed(tmp_path: Path, by: str) -> None:
    shop = new_shop(tmp_path)
    instance_id = issued(shop.account)
    source = BUY if by == "pool" else named(instance_id)
    failure = fails(shop, instance=source)
    assert failure.msg == (
        f"Instance {instance_id} for {WWW} has a certificate for a key that is not in {shop.home} on this host. "
        "Nothing was applied for. Check whether the key lies in another directory or under another name on this host, "
        "or whether another host applied for this certificate (then share it with share_group). Only if the key is "
        "lost, or the service made it, replace_lost_key: true applies for a certificate with a new key."
    )
    assert fails(shop, check=True, instance=source).msg == failure.msg
    assert (failure.facts["instance_id"], shop.home.exists(), applications(shop)) == (instance_id, False, 1)
    run(shop, instance=source, replace_lost_key=True, until="requested")
    accept(shop)
    run(shop, instance=source)
    assert (applications(shop), key(shop, 1)) == (2, key_of(shop, instances(shop)[0]))


def test_another_host_is_told_before_it_takes_the_certificate_of_the_first(tmp_path: Path) -> None:
    first = new_shop(tmp_path, "geo.dv.f")
    run(first, until="requested")
    second = Shop(first.account, tmp_path / "second", state=first.state)
    failure = fails(second)
    assert failure.msg.endswith(
        "has an application in progress for another key than that of the CSR. Nothing was done. Wait until it has "
        "ended, or withdraw it with cas_instance and state: cancelled. Hosts that serve the same domains share one "
        "certificate: set share_group to a group of them. Nothing was applied for."
    )
    assert (second.said, applications(first)) == ([], 1)
    accept(first)
    assert "share it with share_group" in fails(second).msg
    assert actions(run(first)) == USE


# Test instances: good for one certificate each.


def test_a_pool_of_test_instances_gives_the_next_one(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "ss.dv.t", "ss.dv.t")
    first = use(shop, instance=TEST)
    shop.account.advance(65 * DAY)
    result = run(shop, instance=TEST, until="requested")
    assert actions(result) == ["stage", UPDATE, APPLY, "publish"]
    assert result["quota"] == {"unused": 1, "fit": 1, "left": 0}
    assert accept(shop) != first
    assert actions(run(shop, instance=TEST)) == USE
    assert [each.application.attempt for each in instances(shop) if each.application] == [1, 1]
    shop.account.advance(65 * DAY)
    failure = fails(shop, instance=TEST)
    assert failure.msg.startswith("instance.pool: Instance ")
    assert "but a free test instance is good for one, and none of its instances is unused." in failure.msg
    assert current(shop) == 2


def test_a_test_instance_that_was_used_is_never_applied_for_again(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "ss.dv.t", "ss.dv.t", term_expiring_days=0.0)
    first = use(shop, instance=TEST)
    shop.account.advance(65 * DAY)
    failure = fails(shop, instance=named(first))
    assert (
        "a free test instance is good for one. Nothing was applied for. 1 unused test instance is left." in failure.msg
    )
    assert (failure.facts["quota"], applications(shop)) == ({"unused": 1}, 1)


# Another source than before.


def test_a_certificate_of_an_order_is_kept_until_it_is_due(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", settle_seconds=0.0, record_delay_seconds=0.0)
    run(shop, until="requested", **ORDERS)
    number = min(shop.account.world.orders)
    shop.account.accept(number)
    run(shop, **ORDERS)
    calls(shop)
    assert (run(shop)["plan"], calls(shop)) == ([], [])
    shop.account.advance(70 * DAY)
    result = run(shop, until="requested")
    assert (actions(result), result["action"]) == (["stage", UPDATE, APPLY, "publish"], "apply")
    assert result["reason"].endswith(f"; it comes from order {number}")
    accept(shop)
    assert actions(run(shop)) == USE
    assert (current(shop), len(shop.account.world.orders), shop.published()) == (2, 1, [])
    # And back.
    assert run(shop, **ORDERS)["plan"] == []
    shop.account.advance(DUE)
    back = run(shop, until="requested", **ORDERS)
    assert (actions(back)[1], back["action"]) == ("CreateCertificateForPackageRequest", "apply")
    assert "instance" not in back
    assert f"it comes from instance {instances(shop)[0].instance_id}" in back["reason"]


@pytest.mark.parametrize("to", ["instance", "order"])
def test_what_is_in_progress_at_the_other_source_is_told_and_left_alone(tmp_path: Path, to: str) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", settle_seconds=0.0, record_delay_seconds=0.0)
    before: dict[str, Any] = {} if to == "order" else ORDERS
    after: dict[str, Any] = ORDERS if to == "order" else {}
    run(shop, until="requested", **before)
    named = next(
        f"{kind.removesuffix('_id')} {number}"
        for kind, number in json.loads((shop.home / "generations/1/order.json").read_text()).items()
        if kind in ("order_id", "instance_id") and number
    )
    assert len(shop.published()) == 1
    for check in (True, False):
        result = run(shop, check=check, until="requested", **after)
        assert [text for text in result["warnings"] if text.startswith("source: ")] == [
            f"source: generation 1 waited for {named}, which is not resumed with source: {to}. To resume it, set "
            "source as it was; if it is not wanted, cancel it in the console."
        ]
        assert "in progress" not in result["reason"]
    assert (applications(shop), len(shop.account.world.orders)) == (1, 1)
    assert run(shop, until="requested", **after)["warnings"] == []
    if to == "instance":
        accept(shop)
    else:
        shop.account.accept(min(shop.account.world.orders))
    assert run(shop, **after)["current"]["generation"] == 1
    assert shop.published() == []


# The end of a subscription.


def last_certificate(shop: Shop) -> str:
    """The last certificate of a subscription of a year is in use: the next one would be due after it."""
    instance_id = use(shop)
    for _renewal in range(2):
        shop.account.advance(134 * DAY)
        run(shop, until="requested")
        accept(shop)
        run(shop)
    calls(shop)
    return instance_id


def test_a_subscription_that_ends_before_the_next_certificate_is_told_weeks_before(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f")
    instance_id = last_certificate(shop)
    assert run(shop)["warnings"] == []
    shop.account.advance(70 * DAY)
    result = run(shop)
    assert (result["plan"], calls(shop)) == ([], [])
    [warning] = result["warnings"]
    assert warning.startswith(f"The subscription of instance {instance_id} ends on 2027-11-22, before its next")
    assert "Buy another instance in the console" in warning
    # It does not make the certificate due.
    shop.account.advance(35 * DAY)
    result = run(shop)
    assert (result["action"], result["plan"], calls(shop)) == ("nothing", [], [])
    assert result["warnings"][0].startswith(f"The subscription of instance {instance_id} ended on 2027-11-22")


def test_a_subscription_that_is_over_is_an_error_when_a_certificate_is_due(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f")
    instance_id = last_certificate(shop)
    serving = shop.serving
    shop.account.advance(135 * DAY)
    failure = fails(shop, instance=named(instance_id))
    assert "its subscription is expired since 2027-11-22" in failure.msg
    assert "Buy another instance in the console, and give its ID" in failure.msg
    over = fails(shop).msg
    assert over.startswith(f"instance.pool: Instance {instance_id} for {WWW} needs another certificate")
    assert "but its subscription is expired since 2027-11-22" in over
    assert "Z, and none of its instances is unused." in over
    assert (current(shop), shop.serving, applications(shop)) == (3, serving, 3)
    shop.account.add_instance(spec="geo.dv.f")
    run(shop, until="requested")
    assert accept(shop) != instance_id
    assert actions(run(shop)) == USE


# Calls.


def test_a_first_certificate_needs_nine_calls(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", validation_seconds=2.0)
    run(shop, until="requested")
    assert calls(shop) == [LIST, DETAIL, UPDATE, DETAIL, APPLY, DETAIL, DETAIL]
    accept(shop)
    run(shop)
    assert calls(shop) == [DETAIL, CERTIFICATE]


def test_a_renewal_needs_eight_calls(tmp_path: Path) -> None:
    shop = new_shop(tmp_path, "geo.dv.f", "geo.dv.f", validation_seconds=2.0)
    use(shop)
    shop.account.advance(DUE)
    run(shop, until="requested")
    assert calls(shop) == [DETAIL, UPDATE, DETAIL, APPLY, DETAIL, DETAIL]
    accept(shop)
    run(shop)
    assert calls(shop) == [DETAIL, CERTIFICATE]


def test_nothing_due_is_no_call(shop: Shop) -> None:
    use(shop)
    shop.said.clear()
    result = run(shop)
    assert (result["plan"], result["action"], result["instance"]) == ([], "nothing", None)
    assert (calls(shop), shop.said) == ([], [])
