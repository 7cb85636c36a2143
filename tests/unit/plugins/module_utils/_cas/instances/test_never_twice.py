# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application is sent once: whatever is lost, whenever a task is killed, however many tasks there are."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import Instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status, Subscription
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    NotAllowed,
    OutcomeUnknown,
    StateNotReached,
)
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support import instance_calls as calls
from tests.support.client import before, client, clock, csr, emulator, transport, writes
from tests.support.instance_calls import APPLY, CANCEL, REFUND, REVOKE, UPDATE, ask, bought
from tests.support.instance_tasks import (
    WWW,
    Killed,
    after,
    applications,
    dying,
    failure_of,
    lagging,
    refusal,
    run,
)

LOSSES = ("request_lost", "answer_lost", "error_before", "error_after", "html", "garbage_json", "cut", "throttled")


@pytest.fixture(autouse=True)
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of notes are written here; that they reach the disk is tested with the lock files."""
    monkeypatch.setattr("os.fsync", lambda _opened: None)


class Scene(NamedTuple):
    """A task that changes something: what is there before, what it asks for, how often is applied in all."""

    make: Callable[[Emulator], str]
    options: dict[str, Any]
    applications: int
    is_done: Callable[[Instance], bool]
    from_pool: bool = False


def old(account: Emulator) -> str:
    instance_id = calls.issued(account)
    account.advance(150 * DAY)
    return instance_id


def in_use(account: Emulator) -> str:
    return calls.issued(account)


def is_pending(instance: Instance) -> bool:
    return instance.status is Status.PENDING_VALIDATION and bool(instance.validation)


OWN = {"csr_content": csr(WWW)}
SCENES = {
    "first issue": Scene(bought, OWN, 1, is_pending),
    "first issue from a pool": Scene(bought, {**OWN, "pool": {}}, 1, is_pending, True),
    "first issue with tags": Scene(bought, {**OWN, "tags": {"env": "prod"}}, 1, is_pending),
    "reissue": Scene(old, OWN, 2, is_pending),
    "reissue from a pool": Scene(old, {**OWN, "pool": {}}, 2, is_pending, True),
    "withdrawal": Scene(calls.pending, {"state": "cancelled"}, 1, lambda each: each.status is Status.INACTIVE),
    "revocation": Scene(in_use, {"state": "revoked"}, 1, lambda each: each.certificate_status is Status.REVOKED),
    "refund": Scene(bought, {"state": "refunded"}, 0, lambda each: each.subscription is Subscription.REFUNDED),
}


class Stage:
    """A scene on an account, with notes between the tasks or without."""

    def __init__(self, scene: Scene, notes: Path | None, **dials: Any) -> None:
        self.scene, self.account = scene, emulator(**dials)
        self.instance_id = scene.make(self.account)
        self.notes = str(notes) if notes else None
        self.lag = 0.0

    def task(self, **more: Any) -> Outcome[Instance]:
        scene, which = self.scene, None if self.scene.from_pool else self.instance_id
        options = dict(scene.options)
        if options.get("state") == "revoked":
            options["certificate_id"] = str(self.account.world.instances[self.instance_id].certificates[0].number)
        more.setdefault("transport", lagging(self.account, self.lag))
        return run(self.account, which, through=client(self.account, state_directory=self.notes, **more), **options)

    def length(self) -> int:
        """How many calls the whole task makes."""
        rehearsal = Stage(self.scene, None)
        rehearsal.account.calls.clear()
        rehearsal.task()
        return len(rehearsal.account.calls)

    def check(self, done: Outcome[Instance]) -> None:
        assert after(done).instance_id == self.instance_id
        assert self.scene.is_done(after(done)), after(done)
        assert applications(self.account) == self.scene.applications
        form = self.account.world.instances[self.instance_id].form
        if "csr_content" in self.scene.options:
            assert form.csr == self.scene.options["csr_content"]


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("noted", [True, False], ids=["notes", "no notes"])
def test_what_is_lost_at_any_call_costs_no_second_application(
    name: str, kind: str, noted: bool, tmp_path: Path
) -> None:
    length = Stage(SCENES[name], None).length()
    for number in range(length):
        stage = Stage(SCENES[name], tmp_path / str(number) if noted else None)
        stage.account.inject(kind=kind, skip=number)
        try:
            done = stage.task()
        except (OutcomeUnknown, StateNotReached) as failure:
            assert "Run" in failure.msg, failure.msg
            assert failure.facts["changed"] is True
            done = stage.task()
        stage.check(done)
        assert stage.task().plan.steps == ()


@pytest.mark.parametrize("lag", [0.0, 8.0, 25.0])
@pytest.mark.parametrize("is_before", [True, False], ids=["before the effect", "after the effect"])
@pytest.mark.parametrize("name", SCENES)
def test_a_task_that_is_killed_at_any_call_is_continued_by_the_next_one(
    name: str, is_before: bool, lag: float, tmp_path: Path
) -> None:
    for number in range(Stage(SCENES[name], None).length()):
        stage = Stage(SCENES[name], tmp_path / str(number))
        stage.lag = lag
        with suppress(Killed):
            stage.task(transport=dying(stage.account, number, is_before))
        stage.check(stage.task())
        assert stage.task().plan.steps == ()


@pytest.mark.parametrize("name", ["first issue", "reissue"])
def test_without_notes_a_task_that_is_killed_is_continued_where_the_service_shows_all(name: str) -> None:
    for number in range(Stage(SCENES[name], None).length()):
        stage = Stage(SCENES[name], None)
        with suppress(Killed):
            stage.task(transport=dying(stage.account, number, False))
        stage.check(stage.task())


def test_a_note_of_an_application_that_was_never_sent_delays_the_next_task_by_seconds(tmp_path: Path) -> None:
    stage = Stage(SCENES["first issue"], tmp_path)
    with suppress(Killed):
        stage.task(transport=before(stage.account, APPLY, kill))
    begun = stage.account.world.now()
    stage.check(stage.task())
    assert 25 < stage.account.world.now() - begun < 45


def kill() -> None:
    raise Killed


def test_check_mode_waits_for_what_was_sent_a_moment_ago_and_holds_nothing(tmp_path: Path) -> None:
    stage = Stage(SCENES["first issue"], tmp_path)
    stage.lag = 10.0
    with suppress(Killed):
        stage.task(transport=dying(stage.account, stage.length() - 2, False))
    assert applications(stage.account) == 1
    files = {file: file.read_bytes() for file in tmp_path.iterdir()}
    assert stage.task(read_only=True).plan.steps == ()
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == files


def test_an_application_that_is_refused_at_once_leaves_no_note(tmp_path: Path) -> None:
    stage = Stage(SCENES["first issue"], tmp_path)
    stage.account.inject(kind="code", code="OperationDenied.ProductNotSupport", action=APPLY)
    failure_of(stage.task)
    begun = stage.account.world.now()
    stage.check(stage.task())
    assert stage.account.world.now() - begun < 15


def test_an_application_that_was_refused_by_the_ca_is_sent_again_at_once(tmp_path: Path) -> None:
    stage = Stage(SCENES["first issue"], tmp_path)
    stage.task()
    stage.account.happen("reject", stage.instance_id)
    begun = stage.account.world.now()
    stage.task()
    assert stage.account.world.now() - begun < 15
    assert applications(stage.account) == 2


@pytest.mark.parametrize("lag", [0.0, 10.0])
def test_a_reissue_that_shows_late_is_not_taken_for_a_refused_one(lag: float, tmp_path: Path) -> None:
    """The last submission that is told is that of the application before."""
    stage = Stage(SCENES["reissue"], tmp_path)
    stage.lag = lag
    stage.check(stage.task())


def test_an_update_that_submits_late_is_not_applied_for_twice() -> None:
    stage = Stage(SCENES["first issue"], None, update_submits=True)
    stage.lag = 6.0
    done = stage.task()
    assert applications(stage.account) == 1
    assert after(done).status is Status.PENDING_VALIDATION
    assert writes(stage.account) == [UPDATE, APPLY]
    assert stage.account.calls[-1].code == "OK"


def test_what_is_issued_between_plan_and_application_is_taken() -> None:
    account = emulator()
    instance_id = calls.issued(account, auto_reissue=True)
    account.advance(175 * DAY)
    through = client(account, transport=before(account, UPDATE, lambda: account.happen("host", instance_id)))
    done = run(account, instance_id, through=through, reuse_hosted=False, certificate_name="web")
    assert writes(account) == [UPDATE]
    assert after(done).certificate_id == str(account.world.instances[instance_id].certificates[-1].number)
    assert applications(account) == 2


def test_an_application_for_another_key_that_was_faster_is_told() -> None:
    """Two machines, the same names, each with a key of its own."""
    account = emulator()
    instance_id = bought(account)

    def other() -> None:
        run(account, instance_id, csr_content=csr(WWW, number=1), wait_for="none")

    through = client(account, transport=before(account, UPDATE, other))
    said = refusal(lambda: run(account, instance_id, through=through, **OWN))
    assert "in progress for another key than that of the CSR" in said
    assert applications(account) == 1


@pytest.mark.parametrize("call", [UPDATE, APPLY])
@pytest.mark.parametrize("spare", [True, False], ids=["another is left", "none is left"])
def test_an_instance_that_another_machine_takes_meanwhile_is_left_to_it(call: str, spare: bool) -> None:
    account = emulator()
    first = bought(account, age_days=2)
    if spare:
        bought(account, age_days=1)

    def other() -> None:
        run(account, first, domains=["other.example.com"], wait_for="none", force=True)

    through = client(account, transport=before(account, call, other))
    if spare:
        done = run(account, pool={}, through=through)
        assert after(done).instance_id != first
        if call == APPLY:
            assert any("was taken for other.example.com by another task" in each for each in done.warnings)
    else:
        assert "none of its instances is unused" in refusal(lambda: run(account, pool={}, through=through))
    assert account.world.instances[first].form.names == ("other.example.com",)
    assert applications(account) == 1 + spare


def test_an_instance_that_is_named_and_taken_meanwhile_is_told() -> None:
    account = emulator()
    first = bought(account)

    def other() -> None:
        calls.ask(account, UPDATE, InstanceId=first, Domain="other.example.com")

    through = client(account, transport=before(account, "GetInstanceDetail", other, skip=1))
    failure = failure_of(lambda: run(account, first, through=through), NotAllowed)
    assert "was taken for other.example.com by another task" in failure.msg
    assert failure.facts["changed"] is True
    assert applications(account) == 0


# Many tasks.


def real(account: Emulator, notes: str | None) -> Client:
    """A client that really waits, but not for long; the world's clock stands still."""
    waits = clock(account)._replace(monotonic=time.monotonic, sleep=lambda seconds: time.sleep(min(seconds, 0.02)))
    return client(account, clock=waits, state_directory=notes)


def together(tasks: list[Callable[[], Outcome[Instance]]]) -> list[Outcome[Instance] | Failure]:
    def carefully(task: Callable[[], Outcome[Instance]]) -> Outcome[Instance] | Failure:
        try:
            return task()
        except Failure as failure:
            return failure

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(carefully, tasks))


STILL: dict[str, Any] = {"validation_seconds": 0.0, "withdrawable_seconds": 0.0}


def twelve(notes: Callable[[int], str]) -> tuple[Emulator, list[Outcome[Instance] | Failure]]:
    account = emulator(**STILL)
    for _each in range(3):
        bought(account)

    def task(number: int) -> Callable[[], Outcome[Instance]]:
        through = real(account, notes(number))
        return lambda: run(
            account,
            pool={},
            domains=[f"host{number}.example.com"],
            csr_content=csr(f"host{number}.example.com", number=number),
            through=through,
        )

    return account, together([task(number) for number in range(12)])


def believed(account: Emulator, ends: list[Outcome[Instance] | Failure]) -> dict[str, str]:
    """Which host believes to have which instance; each has to be right."""
    found: dict[str, str] = {}
    for number, end in enumerate(ends):
        if isinstance(end, Failure):
            assert end.msg.startswith("pool: no instance is for"), end.msg
            continue
        instance_id, name = after(end).instance_id, f"host{number}.example.com"
        application = account.world.instances[instance_id].application
        assert application
        assert application.form.names == (name,)
        assert application.form.csr == csr(name, number=number)
        assert application.attempt == 1
        found[name] = instance_id
    assert len(set(found.values())) == len(found)
    return found


def test_twelve_tasks_of_a_machine_use_three_instances_and_nine_fail_clearly(tmp_path: Path) -> None:
    account, ends = twelve(lambda _number: str(tmp_path))
    assert len(believed(account, ends)) == 3
    assert writes(account).count(APPLY) == 3
    assert writes(account).count(UPDATE) == 3
    assert sum(isinstance(end, Failure) for end in ends) == 9


@pytest.mark.parametrize("attempt", range(5))
def test_twelve_machines_never_share_an_instance(attempt: int, tmp_path: Path) -> None:
    account, ends = twelve(lambda number: str(tmp_path / str(number)))
    found = believed(account, ends)
    assert 1 <= len(found) <= 3
    assert applications(account) == len(found)


def test_tasks_with_the_same_names_use_one_instance(tmp_path: Path) -> None:
    account = emulator(**STILL)
    for _each in range(3):
        bought(account)
    clients = [real(account, str(tmp_path)) for _each in range(6)]
    ends = together([lambda through=each: run(account, pool={}, through=through, **OWN) for each in clients])
    assert len({after(end).instance_id for end in ends if not isinstance(end, Failure)}) == 1
    assert not [end for end in ends if isinstance(end, Failure)]
    assert applications(account) == 1


@pytest.mark.parametrize("make", [bought, old])
def test_tasks_of_one_instance_apply_for_it_once(make: Callable[[Emulator], str], tmp_path: Path) -> None:
    account = emulator(**STILL)
    instance_id = make(account)
    first = applications(account)
    clients = [real(account, str(tmp_path)) for _each in range(6)]
    ends = together([lambda through=each: run(account, instance_id, through=through, **OWN) for each in clients])
    assert not [end.msg for end in ends if isinstance(end, Failure)]
    assert applications(account) == first + 1
    assert sum(end.plan.changed for end in ends if not isinstance(end, Failure)) == 1


def test_a_refused_call_leaves_no_lock_behind(tmp_path: Path) -> None:
    account = emulator()
    instance_id = bought(account)
    account.inject(kind="code", code="Forbidden.RAM", action=UPDATE)
    failure_of(lambda: run(account, instance_id, through=client(account, state_directory=str(tmp_path))))
    begun = account.world.now()
    run(account, instance_id, through=client(account, state_directory=str(tmp_path)))
    assert account.world.now() - begun < 15


def test_where_no_note_can_be_written_the_task_goes_on_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    account = emulator()
    done = run(account, bought(account), through=client(account, state_directory=str(tmp_path / "file" / "state")))
    assert any("No note can be written" in each for each in done.warnings)
    assert applications(account) == 1


@pytest.mark.parametrize("action", [CANCEL, REVOKE, REFUND])
def test_a_write_that_is_lost_and_was_not_carried_out_is_told(action: str) -> None:
    name = {CANCEL: "withdrawal", REVOKE: "revocation", REFUND: "refund"}[action]
    stage = Stage(SCENES[name], None)
    stage.account.inject(kind="request_lost", action=action)
    failure = failure_of(stage.task, OutcomeUnknown)
    assert failure.facts["outcome"] == "unknown"
    assert failure.facts["instance_id"] == stage.instance_id
    assert "Running the task again is safe" in failure.msg


def test_the_emulator_refuses_a_second_application_itself() -> None:
    """Else these tests could not see one that the service would not take."""
    account = emulator()
    instance_id = calls.pending(account)
    assert calls.refused(account, APPLY, InstanceId=instance_id) == "OperationDenied.StatusNotSupport"
    assert ask(account, "GetInstanceDetail", InstanceId=instance_id)["Status"] == "pending"
    assert transport(account)
