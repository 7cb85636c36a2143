# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks of a machine tell each other of instances: what was taken, what was sent, and for how long."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import Instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.lock import (
    LAG,
    Lock,
    Sent,
    hold,
    sent,
    taken,
    when_applied,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.wanted import (
    InstanceWanted,
    read_instance_options,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._errors import StateNotReached
from ansible_collections.certops.alicloud.plugins.module_utils._host.lockfile import acquire
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import ApiRun, Run
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.client import INSTANCE_DEFAULTS, client, emulator, writes
from tests.support.instance_calls import bought
from tests.support.instance_tasks import WWW, failure_of, run


def asked(*domains: str) -> InstanceWanted:
    return read_instance_options({**INSTANCE_DEFAULTS, "pool": {}, "domains": list(domains or (WWW,))})


def task(account: Emulator, notes: Path) -> ApiRun:
    through = client(account, state_directory=str(notes))
    return Run(through, through.clock.monotonic() + 60)


def an_instance(certificate_id: str | None = None) -> Instance:
    return Instance("cas-cn-1", Status.INACTIVE, certificate_id=certificate_id)


@pytest.mark.parametrize(("age", "left"), [(0, LAG), (10, LAG - 10), (LAG, 0), (9000, 0), (-1, 0)])
def test_what_was_sent_may_be_late_for_seconds(age: float, left: float) -> None:
    assert Sent(1000.0, frozenset(), None).lag_left(1000.0 + age) == left


def test_what_was_sent_is_known_to_the_next_task(tmp_path: Path) -> None:
    account = emulator()
    now = account.world.now()
    with hold(task(account, tmp_path), "cas-cn-1", False) as lock:
        lock.sends(asked(), an_instance("6"))
    later = task(account, tmp_path)
    assert sent(later, "cas-cn-1") == Sent(now, frozenset({WWW}), "6")
    assert sent(later, "cas-cn-2") is None
    assert when_applied(later, an_instance("6")) is None
    assert when_applied(later, an_instance()) is None
    assert when_applied(later, an_instance("7")) == datetime.fromtimestamp(now, timezone.utc)
    with hold(later, "cas-cn-1", False) as lock:
        lock.clear("cas-cn-1")
    assert sent(later, "cas-cn-1") is None


def test_what_was_taken_is_known_for_seconds(tmp_path: Path) -> None:
    account = emulator()
    with hold(task(account, tmp_path), None, True) as lock:
        lock.takes(asked(), "cas-cn-1")
        account.advance(20)
        lock.takes(asked("b.example.com"), "cas-cn-2")
    assert {key: each.names for key, each in taken(task(account, tmp_path)).items()} == {
        "cas-cn-1": {WWW},
        "cas-cn-2": {"b.example.com"},
    }
    account.advance(15)
    assert set(taken(task(account, tmp_path))) == {"cas-cn-2"}
    account.advance(20)
    assert taken(task(account, tmp_path)) == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"at": "soon", "names": []}',
        '{"at": true, "names": []}',
        '{"at": 1}',
        '{"taken": []}',
        '{"taken": {"x": 7}}',
        '{"taken": {"x": [1]}}',
        '{"taken": {"x": ["now", []]}}',
    ],
)
def test_a_damaged_note_says_nothing(content: str, tmp_path: Path) -> None:
    account = emulator()
    with hold(task(account, tmp_path), "cas-cn-1", True) as lock:
        lock.takes(asked(), "cas-cn-1")
        lock.sends(asked(), an_instance())
    for file in tmp_path.glob("*.json"):
        file.write_text(content)
    assert (sent(task(account, tmp_path), "cas-cn-1"), taken(task(account, tmp_path))) == (None, {})
    assert when_applied(task(account, tmp_path), an_instance("7")) is None


def test_notes_have_no_secrets_and_no_names_of_files_from_outside(tmp_path: Path) -> None:
    account = emulator()
    run(account, bought(account), through=client(account, state_directory=str(tmp_path)))
    for file in tmp_path.iterdir():
        assert file.name.partition("-")[0] in ("instance", "pool", "certificate", "pace")
        assert file.stat().st_mode & 0o077 == 0
    (note,) = tmp_path.glob("instance-*.json")
    assert set(json.loads(note.read_text())) == {"at", "names", "before"}


def test_an_instance_that_another_task_holds_is_waited_for_until_the_deadline(tmp_path: Path) -> None:
    account = emulator()
    instance_id = bought(account)
    run(account, instance_id, state="configured", through=client(account, state_directory=str(tmp_path)))
    (lock,) = tmp_path.glob("instance-*.lock")
    now = account.world.now()
    held = acquire(str(lock)[: -len(".lock")], now, now + 800)
    assert held
    with held:
        through = client(account, state_directory=str(tmp_path))
        failure = failure_of(lambda: run(account, instance_id, through=through, wait_timeout=60), StateNotReached)
        assert "Another task is applying for a certificate of this instance" in failure.msg
        assert "nothing was sent" in failure.msg
    assert writes(account) == ["UpdateInstance"]


def test_an_application_is_not_sent_when_the_lock_expired(tmp_path: Path) -> None:
    account = emulator(update_protection_seconds=0.0)
    instance_id = bought(account)

    def slow(action: str) -> Any:
        real = client(account)._transport

        def exchange(request: Any, timeout: float) -> Any:
            response = real(request, timeout)
            if request.headers["x-acs-action"] == action:
                for file in tmp_path.glob("instance-*.lock"):
                    file.unlink()
            return response

        return exchange

    through = client(account, state_directory=str(tmp_path), transport=slow("UpdateInstance"))
    failure = failure_of(lambda: run(account, instance_id, through=through), StateNotReached)
    assert "ApplyCertificate was not sent: the lock held by this task expired" in failure.msg
    assert writes(account) == ["UpdateInstance"]


def test_without_a_directory_nothing_is_kept() -> None:
    account = emulator()
    one: ApiRun = Run(client(account))
    lock = Lock(one)
    lock.take_pool()
    lock.take("cas-cn-1")
    lock.takes(asked(), "cas-cn-1")
    lock.sends(asked(), an_instance())
    assert (lock.is_ours, lock.waited, taken(one), sent(one, "cas-cn-1")) == (True, False, {}, None)
    lock.release()
    assert one.warnings == []
