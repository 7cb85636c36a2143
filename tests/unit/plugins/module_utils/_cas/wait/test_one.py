# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way a wait can end, by the emulator's clock."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.api import describe
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.goals import goal_of
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._cas.validation import ValidationRecord
from ansible_collections.certops.alicloud.plugins.module_utils._cas.wait import one
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    Failure,
    InvalidRequest,
    Kind,
    NoResponse,
    NotSent,
    StateNotReached,
    Untrusted,
)
from ansible_collections.certops.alicloud.plugins.module_utils._host.clock import Clock
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import Run
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.accounts import applied
from tests.support.client import DEFAULTS, before, client, clock, emulator, order, reads, world_time, writes

WWW = {"domains": ["www.example.com"]}
DESCRIBE = "DescribeCertificateState"
NEVER = 1e7


def ended(account: Emulator, **options: Any) -> Failure:
    """The failure of a wait, which never lasts longer than it may."""
    begun = world_time(account)
    with pytest.raises(Failure) as caught:
        order(account, **WWW, **options)
    assert world_time(account) - begun <= options.get("wait_timeout", 4500)
    return caught.value


def wait(caller: Client, thing: Order, seconds: float = 300.0, **options: Any) -> Order:
    """Wait for an order as a task with these options does, for some seconds from now."""
    waiting = read_order({**DEFAULTS, **WWW, **options}).waiting
    run = Run(caller, caller.clock.monotonic() + seconds)
    return one.wait(run, goal_of(waiting.wait_for), waiting, thing, describe)


# Good ends.


@pytest.mark.parametrize("method", ["dns", "file"])
def test_validation_is_reached_when_there_is_something_to_publish(method: str) -> None:
    account = emulator(settle_seconds=20, record_delay_seconds=40)
    begun = world_time(account)
    found = order(account, validation_method=method, **WWW).after
    assert found
    assert (found.status, found.validation_method) == (Status.PENDING_VALIDATION, method)
    assert len(found.validation) == 1
    assert 60 <= world_time(account) - begun < 120


@pytest.mark.parametrize("way", ["reviewing", "issued"])
def test_validation_is_reached_by_what_comes_after_it_too(way: str) -> None:
    account = emulator(record_delay_seconds=NEVER)
    number = applied(account)
    (account.prove if way == "reviewing" else account.accept)(number)
    found = order(account, **WWW).after
    assert found
    assert found.status.value == way


def test_issued_is_reached_with_a_certificate() -> None:
    account = emulator(proof="at_once", review_seconds=600)
    found = order(account, wait_for="issued", **WWW).after
    assert found
    assert found.status is Status.ISSUED
    assert found.certificate
    assert found.domains == ("www.example.com",)


def test_nothing_is_waited_for_when_nobody_asks() -> None:
    account = emulator(settle_seconds=NEVER)
    begun = world_time(account)
    found = order(account, wait_for="none", **WWW).after
    assert found
    assert found.status is Status.PENDING_APPLICATION
    assert world_time(account) == begun


def test_a_lag_of_the_describe_call_is_waited_out() -> None:
    account = emulator(describe_lag_seconds=100)
    found = order(account, **WWW).after
    assert found
    assert found.status is Status.PENDING_VALIDATION


# Bad ends.


def test_a_refusal_ends_the_wait_at_once() -> None:
    account = emulator(validation_days=0.002)
    begun = world_time(account)
    failure = ended(account, wait_for="issued")
    assert isinstance(failure, StateNotReached)
    assert "was refused. The service does not say why" in failure.msg
    assert "Run the task again to delete it and apply again." in failure.msg
    assert world_time(account) - begun < 300


@pytest.mark.parametrize("status", ["expired", "revoked", "inactive"])
def test_what_is_over_is_not_waited_for(status: str) -> None:
    account = emulator()
    over = Order(order_id="7", status=Status(status))
    with pytest.raises(StateNotReached, match=f"Order 7 is {status}; there is nothing left to wait for") as caught:
        wait(client(account), over)
    assert caught.value.facts["order_id"] == "7"
    assert reads(account) == []


RESUME = "Run the task again to resume waiting; nothing is lost."
TOO_LATE: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "never submitted": (
        {"settle_seconds": NEVER},
        {},
        (
            "was not submitted after 300 s (Order {id} for www.example.com, pending_application; "
            "the service calls it payed)",
            "Submit it in the console",
            "it resumes with this order and does not order another one",
        ),
    ),
    "nothing to publish": (
        {"record_delay_seconds": NEVER},
        {},
        ("The service did not show what to publish after 300 s (Order {id}", "pending_validation", RESUME),
    ),
    "not proven by DNS": (
        {},
        {"wait_for": "issued"},
        (
            "The domain was not validated after 4500 s",
            "Publish TXT _dnsauth.www.example.com with the value 2026",
            RESUME,
        ),
    ),
    "not proven by CNAME": (
        {"record_type": "CNAME"},
        {"wait_for": "issued", "wait_timeout": 60},
        ("after 60 s", "Publish CNAME _dnsauth.www.example.com with the value 2026"),
    ),
    "two names not proven": (
        {"record_form": "bare"},
        {"wait_for": "issued", "domains": ["a.example", "b.example"]},
        ("Publish TXT _dnsauth.a.example with the value 2026", "TXT _dnsauth.b.example with the value 2026"),
    ),
    "not proven, the record's name is unclear": (
        {"record_form": "bare", "record_type": "CNAME"},
        {"wait_for": "issued", "domains": ["a.example", "b.example"]},
        ("Publish CNAME _dnsauth with the value 2026",),
    ),
    "not proven by file": (
        {},
        {"wait_for": "issued", "validation_method": "file"},
        ("Serve http://www.example.com/.well-known/pki-validation/fileauth.txt", "without redirects", RESUME),
    ),
    "under review": (
        {"proof": "at_once", "review_seconds": None},
        {"wait_for": "issued"},
        ("The certificate was not issued after 4500 s (Order {id}", "reviewing; the service calls it process", RESUME),
    ),
    "unknown": (
        {"unknown_type": "closed"},
        {},
        ("was not issued after 300 s", "unknown; the service calls it closed", RESUME),
    ),
}


@pytest.mark.parametrize(("dials", "options", "says"), TOO_LATE.values(), ids=TOO_LATE)
def test_too_late_has_a_sentence_for_each_state(
    dials: dict[str, Any], options: dict[str, Any], says: tuple[str, ...]
) -> None:
    account = emulator(**dials)
    begun = world_time(account)
    with pytest.raises(StateNotReached) as caught:
        order(account, **{**WWW, **options})
    number = str(max(account.world.orders))
    for words in says:
        assert words.format(id=number) in caught.value.msg
    facts = caught.value.facts
    assert facts["order_id"] == facts["order"]["order_id"] == number
    assert facts["changed"] is True
    limit = options.get("wait_timeout", 4500 if "wait_for" in options else 300)
    assert limit - 1 < world_time(account) - begun <= limit


def test_what_the_service_says_is_shown_in_one_plain_line() -> None:
    proof = ValidationRecord("www.example.com", None, "TXT", "a\x1b[2Jb\n", "_dnsauth\n")
    strange = Order("7", Status.PENDING_VALIDATION, "domain\nverify", ("www.example.com",), validation=(proof,))
    account = emulator()
    account.inject(action=DESCRIBE, times=0, kind="code", code="NotFoundOrder")
    with pytest.raises(StateNotReached) as caught:
        wait(client(account), strange, 5.0, wait_for="issued", wait_timeout=10)
    assert caught.value.msg.isprintable()


def test_running_again_goes_on_with_the_same_order() -> None:
    account = emulator(settle_seconds=400)
    ended(account)
    outcome = order(account, **WWW)
    assert not outcome.plan.changed
    assert outcome.after
    assert outcome.after.status is Status.PENDING_VALIDATION
    assert len(account.world.orders) == 1


# Trouble on the way.

TROUBLE = {
    "throttled": {"kind": "throttled"},
    "5xx": {"kind": "error_before"},
    "no response": {"kind": "request_lost"},
    "HTML": {"kind": "html"},
}


@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
def test_what_passes_does_not_end_a_wait(fault: dict[str, Any]) -> None:
    account = emulator(record_delay_seconds=60)
    account.inject(action=DESCRIBE, skip=2, times=20, **fault)
    found = order(account, wait_timeout=3000, **WWW).after
    assert found
    assert found.validation
    assert len([call for call in account.calls if call.fault]) == 20


def test_trouble_that_lasts_is_named_at_the_deadline() -> None:
    account = emulator(record_delay_seconds=NEVER)
    account.inject(action=DESCRIBE, skip=2, times=0, kind="throttled")
    failure = ended(account)
    assert isinstance(failure, ApiError)
    assert failure.kind is Kind.THROTTLED
    assert failure.facts["order_id"] == str(max(account.world.orders))
    assert failure.facts["order"]["status"] == "pending_validation"


@pytest.mark.parametrize("code", ["NoPermission", "InvalidAccessKeyId.Inactive", "InvalidParameter"])
def test_what_does_not_pass_ends_a_wait_at_once(code: str) -> None:
    account = emulator(record_delay_seconds=NEVER)
    account.inject(action=DESCRIBE, skip=2, times=0, kind="code", code=code)
    begun = world_time(account)
    failure = ended(account)
    assert isinstance(failure, ApiError)
    assert failure.facts["code"] == code
    assert world_time(account) - begun < 30


def test_an_order_that_vanishes_ends_the_wait() -> None:
    account = emulator(record_delay_seconds=NEVER)
    gone = before(account, DESCRIBE, account.world.orders.clear, skip=3)
    begun = world_time(account)
    with pytest.raises(StateNotReached, match="does not exist any more"):
        wait(
            client(account, transport=gone),
            Order(order_id=applied(account), status=Status.PENDING_APPLICATION),
            begun + 300 - world_time(account),
        )
    assert world_time(account) - begun < 200


# What it tells.


def told(account: Emulator, **options: Any) -> list[tuple[float, bool, str]]:
    """Seconds since the task began, whether it is a detail, and the line, of all that a task tells."""
    begun, lines = world_time(account), []

    def tell(line: str, detail: bool) -> None:
        lines.append((world_time(account) - begun, detail, line))

    with suppress(StateNotReached):
        ensure_order(client(account, tell=tell), read_order({"state": "present", **DEFAULTS, **WWW, **options}))
    return lines


def test_a_wait_tells_news_at_once_and_repeats_itself_every_half_minute() -> None:
    account = emulator(proof="at_once", review_seconds=150)
    lines = told(account, wait_for="issued")
    loud = [(seconds, line) for seconds, detail, line in lines if not detail]
    number = max(account.world.orders)
    head = f"Order {number} for www.example.com: "
    assert loud[0][1] == (
        f"{head}pending_application, gives up in 75 min. Ctrl-C is safe: every application stays as it is, and the "
        "same task resumes it next time. It is not submitted yet."
    )
    assert loud[1][1] == f"{head}reviewing, gives up in 75 min."
    assert all("reviewing for " in line for _seconds, line in loud[2:-1])
    assert all(after[0] - before[0] >= 30 for before, after in pairwise(loud[1:-1]))
    assert loud[-1][1].startswith(f"{head}issued after ")
    assert any(detail for _seconds, detail, _line in lines)
    # The first line is told before the first describe.
    assert len(lines) == reads(account).count(DESCRIBE) + 1


def test_what_is_to_be_published_is_told_when_it_is_known() -> None:
    account = emulator(record_delay_seconds=20)
    loud = [line for _seconds, detail, line in told(account) if not detail]
    assert "The service does not show yet what to publish." in loud[1]
    assert ": pending_validation after " in loud[-1]
    assert "To publish: TXT _dnsauth.www.example.com with the value 2026" in loud[-1]


@pytest.mark.parametrize("way", ["none", "there already", "check mode", "over"])
def test_nothing_is_told_where_nothing_is_waited_for(way: str) -> None:
    account = emulator()
    if way == "over":
        account.reject(applied(account))
    elif way != "none":
        applied(account)
    heard: list[object] = []
    wait_for = "none" if way == "none" else "validation"
    silent = client(account, read_only=way == "check mode", tell=lambda *told: heard.append(told))
    if way == "over":
        with pytest.raises(StateNotReached):
            wait(silent, Order("7", Status.FAILED), wait_for=wait_for)
    else:
        ensure_order(silent, read_order({"state": "present", **DEFAULTS, **WWW, "wait_for": wait_for}))
    assert heard == []


@pytest.mark.parametrize("name", TROUBLE)
def test_trouble_on_the_way_is_told(name: str) -> None:
    account = emulator(record_delay_seconds=60)
    account.inject(action=DESCRIBE, skip=2, times=20, **TROUBLE[name])
    clause = {"throttled": "throttled", "5xx": "a failure of the service"}.get(name, "no response")
    lines = [line for _seconds, _detail, line in told(account, wait_timeout=3000)]
    assert any(f" The last look failed ({clause})." in line for line in lines)


def test_a_wait_that_fails_has_no_last_line() -> None:
    lines = told(emulator(), wait_for="issued", wait_timeout=100)
    assert " after " not in lines[-1][2]
    assert lines[-1][2].endswith(lines[1][2].split("To publish: ")[1])


def test_an_interrupted_wait_changes_nothing() -> None:
    account = emulator()

    def interrupt(seconds: float) -> None:
        if account.world.orders:
            raise KeyboardInterrupt
        account.advance(seconds)

    number = applied(account)
    account.calls.clear()
    hasty = client(account, clock=clock(account)._replace(sleep=interrupt))
    with pytest.raises(KeyboardInterrupt):
        ensure_order(hasty, read_order({"state": "present", **DEFAULTS, **WWW, "wait_for": "issued"}))
    assert writes(account) == []
    assert not order(account, **WWW).plan.changed
    assert list(account.world.orders) == [int(number)]


# How often it looks.


class Looks:
    """A clock that notes pauses; as with a real one, a little more time passes than was asked for."""

    def __init__(self, chance: float = 0.0) -> None:
        self.seconds = 0.0
        self.pauses: list[float] = []
        self.chance = chance

    def sleep(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.seconds += seconds + 1e-6

    def poll(self, deadline: float, look: Callable[[], object], interval: float = 5.0) -> object:
        watch = Clock(
            now=lambda: datetime.now(timezone.utc),
            monotonic=lambda: self.seconds,
            sleep=self.sleep,
            chance=lambda: self.chance,
        )
        run = Run(client(emulator(), clock=watch), deadline)
        return one.poll(run, one.Pauses(run, interval), look)


def test_pauses_grow_to_a_minute_and_end_at_the_deadline() -> None:
    looks = Looks()
    assert looks.poll(300.0, lambda: None) is None
    assert looks.pauses[:8] == [5, 7.5, 11.25, 16.875, 25.312, 37.969, 56.953, 60]
    assert all(pause <= 60 for pause in looks.pauses)
    assert sum(looks.pauses) == pytest.approx(299.9)


def test_pauses_have_jitter_of_a_quarter_at_most() -> None:
    looks = Looks(chance=1.0)
    looks.poll(60.0, lambda: None)
    assert looks.pauses[:3] == [3.75, 5.625, 8.438]


def test_a_long_interval_is_kept() -> None:
    looks = Looks()
    looks.poll(500.0, lambda: None, interval=120.0)
    assert looks.pauses[:3] == [120, 120, 120]


def test_trouble_only_lengthens_the_pauses() -> None:
    looks, turns = Looks(), itertools.chain([1, 1], itertools.repeat(0))

    def look() -> None:
        if next(turns):
            raise ApiError(Kind.THROTTLED, "throttled")

    looks.poll(200.0, look)
    assert looks.pauses[:5] == [5, 15, 45, 60, 60]


def test_what_is_found_at_once_takes_no_pause() -> None:
    looks = Looks()
    assert looks.poll(0.0, lambda: "found") == "found"
    assert looks.pauses == []


@pytest.mark.parametrize(
    ("failure", "passes"),
    [
        (ApiError(Kind.THROTTLED, "x"), True),
        (ApiError(Kind.BROKEN, "x"), True),
        (NoResponse("x"), True),
        (NotSent("x"), True),
        (Untrusted("x"), False),
        (InvalidRequest("x"), False),
        (ApiError(Kind.PERMISSION, "x"), False),
        (ApiError(Kind.TOKEN, "x"), False),
        (StateNotReached("x"), False),
    ],
    ids=lambda value: type(value).__name__ + getattr(getattr(value, "kind", None), "name", ""),
)
def test_which_failures_pass(failure: Failure, passes: bool) -> None:
    looks = Looks()

    def look() -> None:
        raise failure

    with pytest.raises(type(failure)):
        looks.poll(20.0, look)
    assert bool(looks.pauses) is passes


def test_the_clock_of_a_rehearsal_moves_only_by_sleeping() -> None:
    account = emulator()
    begun = world_time(account)
    clock(account).sleep(7)
    assert world_time(account) == begun + 7
