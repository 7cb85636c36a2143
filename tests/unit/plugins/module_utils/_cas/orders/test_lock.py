# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of one machine that order the same certificate: one at a time, and each knows what the last one did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.lock import LAG, REMEMBERED, Lock, hold, peek
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import ensure_order, ensure_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._errors import ApiError, OutcomeUnknown, StateNotReached
from ansible_collections.certops.alicloud.plugins.module_utils._host.lockfile import Lockfile, acquire
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import Run
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response, Transport
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.accounts import known_orders
from tests.support.client import DEFAULTS, client, clock, emulator, lettered, lettering, transport, world_time, writes

PACKAGE, DELETE = "CreateCertificateForPackageRequest", "DeleteCertificateRequest"
WWW = "www.example.com"


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def notes(tmp_path: Path) -> str:
    return str(tmp_path / "state")


def asked(**options: Any) -> Any:
    return read_order({"state": "present", "domains": [WWW], **DEFAULTS, **options})


def order(account: Emulator, notes: str, more: Mapping[str, Any] | None = None, **options: Any) -> Outcome[Order]:
    return ensure_order(client(account, state_directory=notes, **(more or {})), asked(**options))


def note(notes: str) -> dict[str, Any]:
    files = list(Path(notes).glob("order-*.json"))
    content: dict[str, Any] = json.loads(files[0].read_text()) if files else {}
    return content


def dying(account: Emulator, action: str, before: bool) -> Transport:
    """A task that is killed right before or right after the effect of a call."""
    real = transport(account)

    def exchange(request: Request, timeout: float) -> Response:
        if request.headers["x-acs-action"] != action:
            return real(request, timeout)
        if not before:
            real(request, timeout)
        raise Killed

    return exchange


def live(account: Emulator) -> int:
    return len(account.world.orders)


# What is noted.


def test_an_order_is_noted_and_found_again(notes: str) -> None:
    account = emulator()
    done = order(account, notes)
    assert done.after
    assert note(notes)["order_id"] == done.after.order_id
    assert not done.warnings


def test_check_mode_and_a_converged_task_note_nothing(notes: str) -> None:
    account = emulator()
    ensure_order(client(account, read_only=True, state_directory=notes), asked())
    assert {file.name.partition("-")[0] for file in Path(notes).iterdir()} == {"preview"}
    order(account, notes)
    before = {file: file.read_bytes() for file in Path(notes).iterdir()}
    order(account, notes)
    assert {file: file.read_bytes() for file in Path(notes).iterdir()} == before


def test_a_refused_application_leaves_no_note(notes: str) -> None:
    account = emulator(denied=(PACKAGE,))
    with pytest.raises(ApiError):
        order(account, notes)
    assert note(notes) == {}


def test_a_deleted_order_is_forgotten(notes: str) -> None:
    account = emulator()
    order(account, notes)
    order(account, notes, state="absent")
    assert note(notes) == {}
    begun = account.world.now()
    order(account, notes)
    assert account.world.now() - begun < 10
    assert writes(account).count(PACKAGE) == 2


def test_names_and_products_are_apart(notes: str) -> None:
    account = emulator()
    order(account, notes)
    order(account, notes, domains=["b.example.com"])
    order(account, notes, product_code="geotrust-dv-1-starter")
    assert len(list(Path(notes).glob("order-*.json"))) == 3
    assert live(account) == 3


def test_check_mode_reads_the_note_and_holds_nothing(notes: str) -> None:
    account = emulator(list_lag_seconds=500.0)
    order(account, notes)
    before = {file: file.read_bytes() for file in Path(notes).iterdir()}
    predicted = ensure_order(client(account, read_only=True, state_directory=notes), asked())
    assert not predicted.plan.changed
    assert {file: file.read_bytes() for file in Path(notes).iterdir()} == before
    lock = next(Path(notes).glob("order-*.lock"))
    with acquire(str(lock)[: -len(".lock")], account.world.now(), account.world.now() + 60) or pytest.fail("held"):
        assert not ensure_order(client(account, read_only=True, state_directory=notes), asked()).plan.changed


@pytest.mark.parametrize("order_id", ["98987582437920968", "Order_7-a", "7" * 64])
def test_a_note_names_an_order_whatever_its_id_looks_like(order_id: str) -> None:
    lock = Lock({"at": 1000.0, "order_id": order_id}, 1000.0 + REMEMBERED - 1)
    assert (lock.order_id, lock.known, lock.lag_left, lock.is_ours, lock.waited) == (order_id, None, 0, True, False)


@pytest.mark.parametrize("value", [None, "", "../7", "1 2", "7" * 65, "9.89e+16", 9.89e16, -1, ["7"]], ids=repr)
def test_what_is_no_id_names_no_order(value: object) -> None:
    assert Lock({"at": 1000.0, "order_id": value}, 1000.0).order_id is None


def test_a_note_of_an_application_names_the_orders_beside_it() -> None:
    lock = Lock({"at": 1000.0, "known": ["7", "Order_7-a"]}, 1000.0 + LAG / 3)
    assert (lock.order_id, lock.known, lock.lag_left) == (None, {"7", "Order_7-a"}, LAG * 2 / 3)
    assert Lock({"at": 1000.0, "known": [], "order_id": "7"}, 1000.0).known is None


@pytest.mark.parametrize("age", [-1.0, REMEMBERED, 1e9])
def test_an_old_note_and_one_of_the_future_say_nothing(age: float) -> None:
    lock = Lock({"at": 1000.0, "order_id": "7", "known": ["7"]}, 1000.0 + age)
    assert (lock.order_id, lock.known, lock.lag_left) == (None, None, 0)


def test_who_holds_the_lock_writes_and_who_peeks_reads(notes: str) -> None:
    account = emulator()
    run = Run(client(account, state_directory=notes), world_time(account) + 60)
    assert peek(run, asked()).order_id is None
    with hold(run, asked()) as lock:
        lock.sends(world_time(account), ["8", "7"])
        assert peek(run, asked()).known == {"7", "8"}
        lock.made(world_time(account), "Order_9")
        assert (lock.waited, lock.is_ours) == (False, True)
    with hold(run, asked()) as lock:
        assert lock.order_id == peek(run, asked()).order_id == "Order_9"
        assert peek(run, asked(domains=["b.example.com"])).order_id is None
        lock.clear()
    assert peek(run, asked()).order_id is None
    assert (run.warnings, note(notes)) == ([], {})


def test_without_a_state_directory_nothing_is_held_and_nothing_is_said() -> None:
    run = Run(client(emulator()))
    with hold(run, asked()) as lock:
        lock.made(run.now().timestamp(), "7")
        assert (lock.order_id, lock.is_ours, lock.unwritten) == (None, True, None)
    assert (peek(run, asked()).order_id, run.warnings) == (None, [])


# What the note is good for.


@pytest.mark.parametrize("lag", [0.0, 5.0, 20.0])
@pytest.mark.parametrize("before", [True, False], ids=["before the effect", "after the effect"])
def test_a_killed_task_never_costs_a_second_order(notes: str, lag: float, before: bool) -> None:
    account = emulator(list_lag_seconds=lag)
    with pytest.raises(Killed):
        order(account, notes, {"transport": dying(account, PACKAGE, before)})
    done = order(account, notes)
    assert live(account) == 1
    assert done.after
    assert done.plan.changed == before
    assert not order(account, notes).plan.changed


def test_without_the_note_lists_that_lag_would_cost_a_second_order(notes: str) -> None:
    account = emulator(list_lag_seconds=20.0)
    with pytest.raises(Killed):
        order(account, notes, {"transport": dying(account, PACKAGE, False)})
    for file in Path(notes).glob("*.json"):
        file.unlink()
    order(account, notes)
    assert live(account) == 2


def test_an_order_that_no_list_shows_yet_is_found_by_its_number(notes: str) -> None:
    account = emulator(list_lag_seconds=500.0)
    first = order(account, notes)
    again = order(account, notes)
    assert not again.plan.changed
    assert first.after
    assert again.after
    assert again.after.order_id == first.after.order_id
    assert live(account) == 1


def test_an_order_is_found_again_though_its_id_is_no_number(notes: str) -> None:
    account = emulator(list_lag_seconds=500.0, checked=False)
    first = order(account, notes, {"transport": lettering(account)}).after
    assert first
    (number,) = account.world.orders
    assert note(notes)["order_id"] == first.order_id == lettered(number)
    again = order(account, notes, {"transport": lettering(account)})
    assert (again.plan.changed, again.after and again.after.order_id) == (False, first.order_id)
    assert order(
        account, notes, {"transport": lettering(account)}, state="absent", order_id=first.order_id
    ).plan.changed
    assert note(notes) == {}


def test_an_order_that_nothing_shows_yet_is_waited_for(notes: str) -> None:
    account = emulator(list_lag_seconds=20.0, describe_lag_seconds=18.0)
    order(account, notes, wait_for="none")
    again = order(account, notes)
    assert not again.plan.changed
    assert live(account) == 1


def test_an_order_that_is_gone_for_good_is_ordered_anew(notes: str) -> None:
    account = emulator()
    done = order(account, notes)
    assert done.after
    order(account, notes=str(Path(notes, "of-another-machine")), state="absent")
    assert order(account, notes).plan.changed
    assert writes(account) == [PACKAGE, "CancelOrderRequest", DELETE, PACKAGE]


def test_a_number_that_is_somebody_else_s_order_is_not_taken(notes: str) -> None:
    first = emulator()
    done = order(first, notes)
    assert done.after
    second = emulator()
    strange = order(second, str(Path(notes, "elsewhere")), domains=["strange.example.com"])
    assert strange.after
    assert strange.after.order_id == done.after.order_id
    mine = order(second, notes)
    assert mine.plan.changed
    assert mine.after
    assert mine.after.order_id != done.after.order_id


@pytest.mark.parametrize("response", ["answer_lost", "error_after", "garbage_json"])
def test_an_outcome_that_stays_unknown_is_looked_for_by_the_next_task(notes: str, response: str) -> None:
    account = emulator(list_lag_seconds=60.0)
    account.inject(kind=response, action=PACKAGE)
    with pytest.raises(OutcomeUnknown) as caught:
        order(account, notes)
    assert caught.value.facts["outcome"] == "unknown"
    assert "known" in note(notes)
    account.advance(31)
    assert not order(account, notes).plan.changed
    assert live(account) == 1


def test_a_renewal_that_was_killed_is_found_too(notes: str) -> None:
    account = emulator(proof="at_once", list_lag_seconds=15.0)
    first = order(account, notes, wait_for="issued")
    assert first.after
    account.advance(70 * DAY)
    again = read_renewal({**DEFAULTS, "strategy": "auto", "order_id": first.after.order_id})
    with pytest.raises(Killed):
        ensure_renewal(client(account, state_directory=notes, transport=dying(account, PACKAGE, False)), again)
    done = ensure_renewal(client(account, state_directory=notes), again)
    assert live(account) == 2
    assert done.after
    assert done.after.order_id != first.after.order_id


@pytest.mark.parametrize(
    "text",
    [
        "{}", "nonsense", '{"at": "soon", "order_id": "1"}', '{"at": 9e99, "order_id": "1"}', '{"at": 0, "known": []}',
        '{"at": %s, "order_id": 7}', '{"at": %s, "known": 7}', '{"at": %s, "order_id": "../7"}',
    ],
)  # fmt: skip
def test_a_note_that_makes_no_sense_is_none(notes: str, text: str) -> None:
    account = emulator()
    order(account, notes)
    order(account, str(Path(notes, "elsewhere")), state="absent")
    file = next(Path(notes).glob("order-*.json"))
    file.write_text(text.replace("%s", str(account.world.now())))
    assert order(account, notes).plan.changed


# Who waits for whom.


def held(account: Emulator, notes: str, until: float) -> Any:
    order(account, notes)
    order(account, notes, state="absent")
    lock = next(Path(notes).glob("order-*.lock"))
    return acquire(str(lock)[: -len(".lock")], account.world.now(), account.world.now() + until)


def test_a_lock_of_another_task_is_waited_for(notes: str) -> None:
    account = emulator()
    other, begun = held(account, notes, 3600), account.world.now()

    def sleep(seconds: float) -> None:
        account.advance(seconds)
        if account.world.now() - begun > 20:
            other.release()

    done = order(account, notes, {"clock": clock(account)._replace(sleep=sleep)})
    assert done.plan.changed
    assert 20 < account.world.now() - begun < 30


def test_a_lock_that_is_held_too_long_ends_the_task_with_its_owner(notes: str) -> None:
    account = emulator()
    with held(account, notes, 3600), pytest.raises(StateNotReached) as caught:
        order(account, notes, wait_timeout=60)
    assert "Another task is ordering this certificate since" in caught.value.msg
    assert "nothing was sent" in caught.value.msg
    assert caught.value.facts["plan"] == []
    assert writes(account).count(PACKAGE) == 1


def test_a_lock_of_a_task_that_hangs_is_taken_over(notes: str) -> None:
    account = emulator()
    with held(account, notes, 30) as other:
        assert order(account, notes).plan.changed
        assert not other.is_ours


def test_a_task_that_hung_sends_nothing_any_more(notes: str) -> None:
    account = emulator()
    real = transport(account)
    others: list[Any] = []

    def hanging(request: Request, timeout: float) -> Response:
        response = real(request, timeout)
        if request.headers["x-acs-action"] == "DescribePackageState":
            account.advance(1000)
            path = str(next(Path(notes).glob("order-*.lock")))[: -len(".lock")]
            others.append(acquire(path, account.world.now(), account.world.now() + 60))
        return response

    with pytest.raises(StateNotReached, match="lock held by this task expired"):
        order(account, notes, {"transport": hanging}, wait_timeout=5000)
    assert others[0]
    assert live(account) == 0


def test_the_lock_is_free_while_an_order_is_waited_for(notes: str) -> None:
    account = emulator(record_delay_seconds=100.0)
    free: list[bool] = []

    def sleep(seconds: float) -> None:
        account.advance(seconds)
        if note(notes).get("order_id"):
            path = str(next(Path(notes).glob("order-*.lock")))[: -len(".lock")]
            other = acquire(path, account.world.now(), account.world.now() + 1)
            free.append(other is not None)
            if other:
                other.release()

    order(account, notes, {"clock": clock(account)._replace(sleep=sleep)})
    assert free
    assert all(free[1:])


def test_what_was_done_while_a_task_waited_for_the_lock_is_seen(notes: str) -> None:
    """The list that was read before is old by then."""
    account = emulator()
    other = held(account, notes, 3600)
    made: list[Outcome[Order]] = []

    def sleep(seconds: float) -> None:
        account.advance(seconds)
        if not made:
            made.append(order(account, str(Path(notes, "elsewhere"))))
            other.release()

    done = order(account, notes, {"clock": clock(account)._replace(sleep=sleep)})
    assert not done.plan.changed
    assert made[0].plan.changed
    assert writes(account) == [PACKAGE, "CancelOrderRequest", DELETE, PACKAGE]


def test_after_waiting_for_the_lock_a_shared_list_is_not_relied_on(notes: str) -> None:
    account = emulator()
    other = held(account, notes, 3600)
    known = known_orders(account)

    def sleep(seconds: float) -> None:
        account.advance(seconds)
        if PACKAGE not in writes(account):
            order(account, str(Path(notes, "elsewhere")), wait_for="none")
            other.release()

    done = order(account, notes, {"clock": clock(account)._replace(sleep=sleep)}, known_orders=known)
    assert not done.plan.changed
    assert writes(account) == [PACKAGE]


# Where nothing can be noted.


def test_without_a_directory_the_task_warns_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    account = emulator()
    done = order(account, str(tmp_path / "file" / "state"))
    assert done.plan.changed
    assert len(done.warnings) == 1
    assert "are not kept apart" in done.warnings[0]
    assert "XDG_STATE_HOME" in done.warnings[0]


def test_a_disk_that_fills_up_does_not_lose_the_order(notes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Lockfile, "write", full)
    done = order(emulator(), notes)
    assert done.plan.changed
    assert done.after
    (warning,) = done.warnings
    assert "No space left on device" in warning
    assert "are not kept apart" in warning


def test_a_failure_leaves_the_lock_free(notes: str) -> None:
    account = emulator()
    account.inject(kind="code", code="Forbidden.RAM", action=PACKAGE)
    with pytest.raises(ApiError):
        order(account, notes)
    assert order(account, notes).plan.changed
