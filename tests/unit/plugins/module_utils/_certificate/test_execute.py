# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The chain against the emulator and a store on disk: resumed after each step, rolled back, told why it stops."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate import from_orders
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    NotAllowed,
    OutcomeUnknown,
    StateNotReached,
)
from playbooks.files.emulator.orders.lifecycle import DAY
from playbooks.files.emulator.orders.validation import attempt
from tests.support import chains, client
from tests.support.accounts import applied
from tests.support.certificates import new_set
from tests.support.chains import WWW, Killed, Shop
from tests.support.client import FREE, PAID

CREATE, RENEW = "CreateCertificateForPackageRequest", "RenewCertificateOrderForPackageRequest"
WILD = "geotrust-dv-w-starter"
AT_ONCE = {"proof": "at_once", "review_seconds": 0.0}


def new_shop(tmp_path: Path, **dials: Any) -> Shop:
    pace = {"settle_seconds": 0.0, "record_delay_seconds": 0.0, "extra_names": "none"}
    account = client.emulator({FREE: 9, PAID: 9, WILD: 9}, **{**pace, **dials})
    account.world.zones.host("example.com", account.world.now())
    (tmp_path / "host").mkdir()
    return Shop(account, tmp_path / "host")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return new_shop(tmp_path, **AT_ONCE)


@pytest.fixture
def slow(tmp_path: Path) -> Shop:
    """A shop whose orders wait for what a test does."""
    return new_shop(tmp_path)


def run(shop: Shop, check: bool = False, **options: Any) -> dict[str, Any]:
    outcome = chains.run(shop, check, **{"validation": "alidns", "wait_timeout": 60, **options})
    return {**outcome.public(client.clock(shop.account).now()), "warnings": outcome.warnings}


def fails(shop: Shop, **options: Any) -> Failure:
    with pytest.raises(Failure) as raised:
        run(shop, **options)
    return raised.value


def actions(result: dict[str, Any]) -> list[str]:
    return [step["action"] for step in result["plan"]]


def orders(shop: Shop) -> int:
    return len(shop.account.world.orders)


def first(shop: Shop) -> int:
    return min(shop.account.world.orders)


def current(shop: Shop) -> str:
    return os.path.basename(os.readlink(shop.home / "current"))


def picture(shop: Shop) -> object:
    return shop.picture(), shop.account.world.fingerprint(), shop.serving


# From nothing to a certificate, and on.


def test_one_task_does_it_all(shop: Shop) -> None:
    result = run(shop)
    assert actions(result) == ["stage", CREATE, "publish", "store", "install", "reload", "verify"]
    assert (result["changed"], result["action"], current(shop)) == (True, "apply", "1")
    assert shop.serving == result["current"]["sha256_fingerprint"]
    assert (result["order"]["status"], result["publish"], shop.published()) == ("issued", [], [])


@pytest.mark.parametrize("how", [{}, {"endpoints": []}, {"endpoints": [], "verify": False}])
def test_what_is_told_as_current_is_what_is_in_use_after_the_task(shop: Shop, how: dict[str, Any]) -> None:
    looks, look = list[object](), shop.look
    shop.look = lambda options: [looks.append(options), look(options)][1]  # type: ignore[method-assign, func-returns-value]
    result = run(shop, **how)
    assert (result["current"]["generation"], result["staged"]) == (1, None)
    assert result["current"]["not_after"] == result["order"]["certificate"]["not_after"]
    assert (result["current"]["verified"], len(looks)) == (how.get("verify", True), 2)
    looks.clear()
    assert run(shop, **how)["current"]["generation"] == 1
    assert len(looks) == 1


def test_nothing_due_is_nothing_done(shop: Shop) -> None:
    run(shop)
    shop.account.calls.clear()
    shop.said.clear()
    before = picture(shop)
    result = run(shop)
    assert (result["plan"], result["changed"], result["action"], result["order"]) == ([], False, "nothing", None)
    assert (shop.account.calls, shop.said, picture(shop)) == ([], [], before)


@pytest.mark.parametrize("until", ["staged", "requested", "issued", "installed"])
def test_check_mode_writes_nothing_anywhere(slow: Shop, until: str) -> None:
    stages: list[Callable[[], object]] = [
        lambda: None,
        lambda: run(slow, until="staged"),
        lambda: run(slow, until="requested"),
        lambda: slow.account.accept(first(slow)),
        lambda: run(slow, until="issued"),
        lambda: run(slow),
        lambda: slow.account.advance(80 * DAY),
    ]
    for stage in stages:
        stage()
        before = picture(slow)
        slow.account.calls.clear()
        run(slow, check=True, until=until)
        assert client.writes(slow.account) == []
        assert picture(slow) == before


def test_each_until_resumes_where_the_last_one_stopped(slow: Shop) -> None:
    done = [actions(run(slow, until="staged")), actions(run(slow, until="requested"))]
    slow.account.accept(first(slow))
    done += [actions(run(slow, until="issued")), actions(run(slow))]
    assert done == [["stage"], [CREATE, "publish"], ["store"], ["install", "reload", "verify"]]
    assert orders(slow) == 1


@pytest.mark.parametrize("until", ["staged", "requested", "issued", "installed"])
def test_the_same_task_again_has_nothing_to_do(shop: Shop, until: str) -> None:
    run(shop, until=until)
    assert run(shop, check=True, until=until)["plan"] == []
    assert run(shop, until=until)["plan"] == []


@pytest.mark.parametrize(
    ("product", "call", "months"),
    [(FREE, CREATE, 80 * DAY), (PAID, RENEW, 180 * DAY), (PAID, CREATE, 140 * DAY)],
)
def test_a_renewal(shop: Shop, product: str, call: str, months: float) -> None:
    run(shop, product_code=product)
    before = shop.serving
    shop.account.advance(months)
    result = run(shop, product_code=product)
    assert (actions(result)[1], result["action"], current(shop)) == (call, "renew", "2")
    assert shop.serving != before
    assert run(shop, product_code=product)["plan"] == []


def test_a_key_that_is_to_stay_is_used_again(shop: Shop) -> None:
    run(shop)
    shop.account.advance(80 * DAY)
    run(shop, rotate_key=False)
    keys = [(shop.home / "generations" / number / "privkey.pem").read_text() for number in "12"]
    assert keys[0] == keys[1]


def test_another_size_of_the_key_is_for_the_next_renewal(shop: Shop) -> None:
    size = {"key_type": "ECC", "key_size": 384}
    assert (run(shop)["current"]["key_type"], run(shop)["current"]["key_size"]) == ("ECC", 256)
    said = run(shop, **size)
    assert (said["action"], said["plan"]) == ("nothing", [])
    assert said["reason"].endswith("; the key is ECC 256 until the next renewal makes one of ECC 384")
    kept = run(shop, **size, rotate_key=False)
    assert kept["reason"].endswith("; the key stays ECC 256, not ECC 384, because rotate_key is false")
    shop.account.advance(80 * DAY)
    assert run(shop, **size)["current"]["key_size"] == 384
    again = run(shop, **size)
    assert (again["action"], "key" in again["reason"]) == ("nothing", False)


def test_a_forced_renewal_is_resumed_and_not_repeated(slow: Shop) -> None:
    run(slow, until="requested")
    slow.account.accept(first(slow))
    run(slow)
    run(slow, force=True, until="requested")
    slow.account.accept(max(slow.account.world.orders))
    assert actions(run(slow, force=True)) == ["store", "install", "reload", "verify"]
    assert orders(slow) == 2


def test_a_successor_is_ordered_anew_where_its_key_may_be_lost(shop: Shop) -> None:
    run(shop)
    shop.account.advance(80 * DAY)
    result = run(shop, replace_lost_key=True)
    assert (result["action"], orders(shop)) == ("apply", 2)


# Killed at any moment.


def kill_before(shop: Shop, step: str) -> None:
    """Kill the next task before its first step with this name; nothing is done after it."""
    dead: list[str] = []

    def before(each: str) -> None:
        if each == step or dead:
            dead.append(each)
            raise Killed(each)

    shop.before = before


@pytest.mark.parametrize("renewal", [False, True])
@pytest.mark.parametrize(
    "step",
    ["staged", CREATE, "ordered", "AddDomainRecord", "complete", "current", "reload", "verified"],
)
def test_a_killed_task_is_resumed_with_its_key_and_its_order(tmp_path: Path, step: str, renewal: bool) -> None:
    shop = new_shop(tmp_path)
    if renewal:
        run(shop, until="requested")
        shop.account.accept(first(shop))
        run(shop)
        shop.account.advance(80 * DAY)
    number = "2" if renewal else "1"
    if step in ("complete", "current", "reload", "verified"):
        run(shop, until="requested")
        shop.account.accept(max(shop.account.world.orders))
    kill_before(shop, step)
    with pytest.raises(Killed):
        run(shop)
    shop.before = chains.ignore
    key = shop.home / "generations" / number / "privkey.pem"
    before = key.read_text() if key.exists() else None
    run(shop, until="requested")
    with_order = max(shop.account.world.orders)
    if shop.account.world.order(with_order).issued is None:
        shop.account.accept(with_order)
    run(shop)
    assert (current(shop), orders(shop), shop.published()) == (number, 1 + renewal, [])
    assert before in (None, key.read_text())
    assert run(shop, check=True)["plan"] == []


def test_what_a_killed_task_published_is_removed_by_the_next_one(slow: Shop) -> None:
    kill_before(slow, "complete")
    slow.after = lambda step: slow.account.accept(first(slow)) if step == "AddDomainRecord" else None
    # It is killed before it removes the record.
    slow.before = _dies_at_delete
    with pytest.raises(Killed):
        run(slow)
    assert len(slow.published()) == 1
    slow.before = slow.after = chains.ignore
    run(slow)
    assert slow.published() == []


def _dies_at_delete(step: str) -> None:
    if step in ("DeleteDomainRecord", "complete"):
        raise Killed(step)


def test_a_task_that_ends_before_the_wait_leaves_what_is_published(slow: Shop) -> None:
    run(slow, until="requested")
    assert len(slow.published()) == 1
    assert run(slow, until="requested")["publish"][0]["record_type"] == "TXT"
    run(slow, until="staged")
    assert len(slow.published()) == 1


@pytest.mark.parametrize("end", ["the time is over", "it is refused", "it is revoked"])
def test_nothing_stays_published_after_the_wait(slow: Shop, end: str) -> None:
    run(slow, until="requested")
    if end == "it is refused":
        slow.account.world.zones.records.clear()  # so that it is published again
        slow.after = lambda step: slow.account.reject(first(slow)) if step == "AddDomainRecord" else None
        failure = fails(slow)
        assert "was refused" in failure.msg
    elif end == "the time is over":
        failure = fails(slow)
        assert isinstance(failure, StateNotReached)
        assert "The next run resumes this order" in failure.msg or "Run the task again" in failure.msg
    else:
        slow.account.accept(first(slow))
        slow.account.call("CancelCertificateForPackageRequest", {"OrderId": str(first(slow))})
        failure = fails(slow)
    assert "No certificate is in use." in failure.msg
    assert slow.published() == []


def test_a_record_that_cannot_be_removed_is_a_warning(shop: Shop) -> None:
    run(shop, until="staged")
    shop.account.turn(proof="control")
    run(shop, until="requested")
    shop.account.accept(first(shop))
    shop.account.turn(denied=["DeleteDomainRecord"])
    result = run(shop)
    assert result["current"]["generation"] == 1
    assert [text for text in result["warnings"] if "TXT _dnsauth.www.example.com could not be removed" in text]


def test_what_was_published_for_other_domains_is_removed_and_told(slow: Shop) -> None:
    run(slow, until="requested")
    before = first(slow)
    more = {"domains": [WWW, "api.example.com"], "product_code": PAID}
    (warning,) = run(slow, check=True, until="staged", **more)["warnings"]
    assert len(slow.published()) == 1
    assert run(slow, until="staged", **more)["warnings"] == [warning]
    assert warning.startswith(f"domains: generation 1 waits for order {before} for {WWW}, which are not the domains")
    assert (slow.published(), slow.account.world.order(before).withdrawn) == ([], None)
    assert run(slow, until="requested")["publish"]
    assert actions(run(slow, check=True, until="requested")) == []
    assert orders(slow) == 1


# Several names in one order.


@pytest.mark.parametrize("form", ["full", "bare"])
@pytest.mark.parametrize("several", ["joined", "first"])
@pytest.mark.parametrize("domains", [["example.com", WWW], [WWW, "example.com"], [WWW, "a.example.com"]], ids=str)
def test_two_names_in_one_order_are_validated_unattended(
    tmp_path: Path, domains: list[str], several: str, form: str
) -> None:
    shop = new_shop(tmp_path, proof="alidns", review_seconds=0.0, several_names=several, record_form=form)
    options = {"domains": domains, "name": WWW, "product_code": PAID}
    said = "domains: several names in one order"
    for check in (True, False):
        assert [each.startswith(said) for each in run(shop, check, until="requested", **options)["warnings"]] == [True]
    assert {f"_dnsauth.{domain}" for domain in domains} <= {
        record.name for record in shop.account.world.zones.records.values()
    }
    attempt(shop.account)
    assert (run(shop, **options)["current"]["domains"], shop.published()) == (domains, [])


def test_two_names_are_validated_by_one_file(tmp_path: Path) -> None:
    shop = new_shop(tmp_path)
    options = {"domains": ["example.com", WWW], "name": WWW, "product_code": PAID}
    (shop.root / "web").mkdir()
    web = {"validation": "file", "webroot": str(shop.root / "web")}
    result = run(shop, until="requested", **options, **web)
    assert [each["domain"] for each in result["publish"]] == ["example.com", WWW]
    assert len(shop.published()) == 1


# What a failed task tells of what it did.


@pytest.mark.parametrize(
    ("kind", "expected", "unknown"),
    [("request_lost", ["stage", CREATE], True), ("code", ["stage"], False)],
)
def test_a_failed_order_tells_all_steps(slow: Shop, kind: str, expected: list[str], unknown: bool) -> None:
    slow.account.inject(kind=kind, action=CREATE, **({"code": "NoPermission"} if kind == "code" else {}))
    failure = fails(slow)
    assert [step["action"] for step in failure.facts["plan"]] == expected
    assert failure.facts["changed"]
    assert isinstance(failure, OutcomeUnknown) is unknown


def test_a_failed_record_tells_all_steps(slow: Shop) -> None:
    slow.account.turn(denied=["AddDomainRecord"])
    failure = fails(slow)
    assert [step["action"] for step in failure.facts["plan"]] == ["stage", CREATE]
    assert orders(slow) == 1
    assert slow.published() == []
    slow.account.turn(denied=[])
    assert actions(run(slow, until="requested")) == ["publish"]


def test_a_failure_before_the_first_step_tells_none(slow: Shop) -> None:
    slow.account.turn(denied=["ListUserCertificateOrder"])
    failure = fails(slow)
    assert (failure.facts["plan"], failure.facts["changed"]) == ([], False)
    assert not slow.home.exists()


def test_a_zone_that_is_not_there_is_seen_before_an_order(slow: Shop) -> None:
    slow.account.world.zones.hosted.clear()
    failure = fails(slow)
    assert failure.msg.endswith("Nothing was ordered.")
    assert (orders(slow), slow.home.exists()) == (0, False)
    assert fails(slow, check=True).msg == failure.msg


def test_no_quota_is_seen_before_a_key_is_made(slow: Shop) -> None:
    slow.account.set_quota(FREE, 0)
    assert fails(slow, check=True).msg == fails(slow).msg
    assert not slow.home.exists()


# What is installed and does not work.


def test_a_service_that_does_not_reload_gets_the_previous_generation_back(shop: Shop) -> None:
    run(shop)
    serving = shop.serving
    shop.account.advance(80 * DAY)
    shop.reloads = False
    failure = fails(shop)
    assert failure.msg.startswith("services: web could not be reloaded.")
    assert "Generation 1 was put back" in failure.msg
    assert (current(shop), shop.serving, orders(shop)) == ("1", serving, 2)
    assert [step["action"] for step in failure.facts["plan"]][-1] == "install"
    shop.reloads = True
    assert actions(run(shop)) == ["install", "reload", "verify"]
    assert (current(shop), orders(shop)) == ("2", 2)


def test_a_service_that_serves_another_certificate_gets_the_previous_generation_back(shop: Shop) -> None:
    run(shop)
    shop.account.advance(80 * DAY)
    shop.stuck = True
    failure = fails(shop)
    assert "127.0.0.1:443 does not serve" in failure.msg and "Generation 1 was put back" in failure.msg
    assert current(shop) == "1"
    shop.stuck = False
    assert actions(run(shop)) == ["install", "reload", "verify"]
    assert orders(shop) == 2


@pytest.mark.parametrize("trouble", ["reloads", "stuck"])
def test_the_first_certificate_stays_where_there_is_none_to_put_back(shop: Shop, trouble: str) -> None:
    setattr(shop, trouble, trouble == "stuck")
    failure = fails(shop)
    assert "There was no generation to put back; generation 1 is in use." in failure.msg
    setattr(shop, trouble, trouble != "stuck")
    assert actions(run(shop)) == ["reload", "verify"]
    assert orders(shop) == 1


def test_a_server_that_serves_an_older_generation_is_reloaded(shop: Shop) -> None:
    run(shop)
    shop.serving = "00:11"
    result = run(shop)
    assert (result["action"], actions(result)) == ("reload", ["reload", "verify"])
    assert shop.serving == result["current"]["sha256_fingerprint"]


def test_a_task_that_does_not_verify_leaves_that_to_the_next(shop: Shop) -> None:
    assert actions(run(shop, verify=False)) == ["stage", CREATE, "publish", "store", "install", "reload"]
    result = run(shop, check=True)
    assert (result["action"], result["reason"]) == ("reload", "generation 1 is in use, but not verified after a reload")
    assert actions(run(shop, services=[])) == ["verify"]


def test_every_service_is_reloaded_when_the_previous_generation_is_back(shop: Shop) -> None:
    asked: list[str] = []
    run(shop)
    shop.account.advance(80 * DAY)
    shop.stuck = True
    original = shop.reload

    def reload(service: Any) -> None:
        asked.append(service.name)
        if asked.count("a") == 2 and service.name == "a":
            raise Failure("a is broken")
        original(service)

    shop.reload = reload  # type: ignore[method-assign]
    failure = fails(shop, services=["a", "b"])
    assert asked == ["a", "b", "a", "b"]
    assert "After that, services: a could not be reloaded. a is broken." in failure.msg


# A certificate that cannot be used.


def certificate_of(shop: Shop, name: str) -> str:
    """A certificate for the key of the last order and another name, with its chain."""
    account = shop.account
    order = account.world.orders[max(account.world.orders)]
    now, authority = account.world.now(), account.world.authority
    return str(authority.issue(order.spki, (name,), now - DAY, now + 80 * DAY, 7) + authority.intermediate_pem)


def with_names_of_another(shop: Shop, own: str) -> str:
    return certificate_of(shop, "other.example.com")


def with_a_strange_chain(shop: Shop, own: str) -> str:
    leaf, end, _chain = own.partition("-----END CERTIFICATE-----\n")
    return leaf + end + new_set(["ca.example"]).fullchain


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (with_names_of_another, "Compare domains with the names of the order in the console."),
        (with_a_strange_chain, "Look at the certificate in the console, and report this if it is complete there."),
    ],
)
def test_a_certificate_that_cannot_be_used_costs_no_other_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, change: Callable[[Shop, str], str], says: str
) -> None:
    awaited = from_orders.await_certificate

    def changed(*args: Any) -> Any:
        order = awaited(*args)
        leaf, end, chain = change(shop, order.certificate.fullchain).partition("-----END CERTIFICATE-----\n")
        return replace(order, certificate=order.certificate._replace(leaf=leaf + end, chain=chain))

    with monkeypatch.context() as patch:
        patch.setattr(from_orders, "await_certificate", changed)
        failures = [fails(shop), fails(shop)]
    for failure in failures:
        assert "was issued, but its certificate was not installed." in failure.msg
        assert says in failure.msg and "without another order" in failure.msg
        assert not any(costly in failure.msg for costly in ("replace_lost_key", "force", "revoke"))
    assert (orders(shop), shop.published(), (shop.home / "current").exists()) == (1, [], False)
    run(shop)
    assert (orders(shop), current(shop)) == (1, "1")


@pytest.mark.parametrize(
    ("ahead", "says"),
    [(-3 * DAY, "Set the clock of the host"), (100 * DAY, "Check the clock of the host.")],
    ids=["behind", "ahead"],
)
def test_a_wrong_clock_of_the_host_costs_no_certificate(shop: Shop, ahead: float, says: str) -> None:
    shop.ahead = ahead
    failure = fails(shop)
    assert says in failure.msg and "No certificate is in use." in failure.msg
    assert failure.msg.endswith("The next run fetches this certificate again, without another order.")
    assert not (shop.home / "current").exists()
    fails(shop)
    assert orders(shop) == 1
    shop.ahead = 0.0
    run(shop)
    assert (current(shop), orders(shop)) == ("1", 1)


def test_an_order_for_the_key_of_another_host_is_left_alone(shop: Shop) -> None:
    applied(shop.account, Csr=client.csr(WWW))
    failure = fails(shop)
    assert "was issued for a key that is not in" in failure.msg
    assert "another host" in failure.msg and "Nothing was ordered" in failure.msg
    assert fails(shop, check=True).msg == failure.msg
    assert orders(shop) == 1
    result = run(shop, replace_lost_key=True)
    assert (current(shop), orders(shop), result["action"]) == ("1", 2, "apply")


def test_a_successor_for_another_key_stops_the_renewal(shop: Shop) -> None:
    run(shop)
    shop.account.advance(80 * DAY)
    applied(shop.account, Csr=client.csr(WWW))
    failure = fails(shop)
    assert "was issued for a key that is not in" in failure.msg
    assert (orders(shop), current(shop)) == (2, "1")


# A successor that would be due at once.


@pytest.mark.parametrize("days", [62, 85])
def test_a_host_whose_clock_is_ahead_orders_nothing(shop: Shop, days: float) -> None:
    run(shop)
    shop.ahead = days * DAY
    for _day in range(3):
        failure = fails(shop)
        assert isinstance(failure, NotAllowed)
        assert "clock of the host" in failure.msg and "nothing was ordered" in failure.msg
        assert fails(shop, check=True).msg == failure.msg
    assert (orders(shop), current(shop)) == (1, "1")
    shop.ahead = 0.0
    assert run(shop)["action"] == "nothing"


def test_a_host_whose_clock_is_ahead_from_the_beginning_orders_once(shop: Shop) -> None:
    """The certificate is due already when it is stored."""
    shop.ahead = 70 * DAY
    run(shop)
    for _day in range(3):
        result = run(shop)
        assert (result["action"], result["plan"]) == ("nothing", [])
        assert "so a successor would be due at once, too" in result["reason"]
        assert any("Check the clock of this host" in text for text in result["warnings"])
    assert (orders(shop), current(shop)) == (1, "1")


def test_a_lifetime_that_shrank_does_not_order_every_day(tmp_path: Path) -> None:
    """The window is as long as the lifetime: it counts as a third of it."""
    shop = new_shop(tmp_path, **AT_ONCE, lifetime_days=20.0)
    first_run = run(shop, renew_before="30d")
    assert run(shop, renew_before="30d")["plan"] == []
    shop.account.advance(14 * DAY)
    assert run(shop, renew_before="30d")["action"] == "renew"
    assert run(shop, renew_before="30d")["plan"] == []
    assert orders(shop) == 2
    assert any("renew_before" in text for text in first_run["warnings"] + run(shop, renew_before="30d")["warnings"])


# Hosts and accounts that may not order.


def test_a_host_that_may_not_order_first_is_left_alone(shop: Shop) -> None:
    result = run(shop, allow_first_order=False)
    assert (result["action"], result["plan"], orders(shop)) == ("nothing", [], 0)
    assert "allow_first_order is false" in result["reason"]


def test_a_task_that_may_not_order_says_what_is_due(shop: Shop) -> None:
    result = run(shop, may_order=False)
    assert (result["action"], result["plan"], orders(shop)) == ("apply", [], 0)
    assert shop.account.calls == []


def test_what_the_host_lacks_stops_an_order_and_warns_in_check_mode(shop: Shop) -> None:
    result = run(shop, check=True, validation="file", webroot="/nowhere/at/all")
    # Ansible shows a warning without its host, and the same text once for all hosts.
    (warning,) = (text for text in result["warnings"] if "/nowhere/at/all" in text)
    assert warning.startswith("www.example.com: webroot: ")
    failure = fails(shop, validation="file", webroot="/nowhere/at/all")
    assert isinstance(failure, NotAllowed) and failure.msg.endswith("Nothing was ordered.")
    assert orders(shop) == 0


def test_an_option_that_is_not_valid_stops_everything(shop: Shop) -> None:
    assert isinstance(fails(shop, keep=-1), InvalidOption)
    assert (shop.account.calls, shop.said) == ([], [])


# Names that a CA adds.


@pytest.mark.parametrize(
    ("name", "product"),
    [("www.example.com", FREE), ("example.com", FREE), ("example.com", PAID), ("*.example.com", WILD)],
)
def test_a_name_that_the_ca_adds_orders_nothing_more(tmp_path: Path, name: str, product: str) -> None:
    shop = new_shop(tmp_path, **{**AT_ONCE, "complimentary_names": True, "extra_names": "both", "lifetime_days": 90.0})
    options = {"domains": [name], "name": WWW, "product_code": product}
    run(shop, **options)
    assert run(shop, **options)["plan"] == []
    shop.account.advance(80 * DAY)
    run(shop, **options)
    assert run(shop, **options)["plan"] == []
    assert orders(shop) == 2


def test_a_lost_key_is_told_in_words_of_this_task_before_anything_is_staged(shop: Shop) -> None:
    run(shop)
    shutil.rmtree(shop.home)
    failure = fails(shop)
    assert "replace_lost_key: true" in failure.msg and "on_key_mismatch" not in failure.msg
    assert orders(shop) == 1 and not shop.home.exists()


def test_two_commands_with_one_name_are_both_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(shop, "reload", lambda service: ran.append(service.argv))
    run(shop, endpoints=[], services=[{"name": "web", "argv": ["web", "-t"]}, {"name": "web", "argv": ["web", "-s"]}])
    assert ran == [("web", "-t"), ("web", "-s")]
