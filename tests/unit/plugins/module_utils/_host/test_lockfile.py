# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes that one task at a time has, also beside tasks that are killed, hang, or cannot write."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._host import lockfile
from ansible_collections.certops.alicloud.plugins.module_utils._host.lockfile import Lockfile, acquire, owner, read_note

ROOT = Path(__file__).resolve().parents[5]
NOW = 1_000_000.0
HOLDER = """
import conftest, sys, time
from ansible_collections.certops.alicloud.plugins.module_utils._host.lockfile import acquire
held = acquire(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
held.write({"by": "the other"})
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def note(tmp_path: Path) -> str:
    return str(tmp_path / "state" / "certops.alicloud" / "order-1")


def taken(note: str, now: float = NOW, until: float = NOW + 60) -> Lockfile:
    held = acquire(note, now, until)
    assert held
    return held


def holder(note: str, until: float = NOW + 60) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, note, str(NOW), str(until)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_note_is_read_by_the_next_one(note: str) -> None:
    with taken(note) as held:
        assert held.read() == {}
        held.write({"order_id": "1"})
    with taken(note) as held:
        assert held.read() == {"order_id": "1"}
        held.write({})
        held.write({})
        assert held.read() == {}


def test_only_the_user_can_read_a_note(note: str) -> None:
    with taken(note) as held:
        held.write({"order_id": "1"})
    directory = Path(note).parent
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}
    assert sorted(file.name for file in directory.iterdir()) == ["order-1.json", "order-1.lock"]


def test_one_at_a_time(note: str) -> None:
    with taken(note) as first:
        assert acquire(note, NOW + 1, NOW + 61) is None
        assert owner(note) == {"pid": os.getpid(), "host": os.uname().nodename, "since": NOW, "until": NOW + 60}
        assert first.is_ours
    assert not first.is_ours
    taken(note, NOW + 2).release()


def test_a_process_that_was_killed_holds_nothing(note: str) -> None:
    other = holder(note)
    assert acquire(note, NOW, NOW + 60) is None
    assert owner(note)["pid"] == other.pid
    assert read_note(note) == {"by": "the other"}
    end(other)
    with taken(note) as held:
        assert held.read() == {"by": "the other"}


def test_a_process_that_hangs_is_taken_over_after_its_time(note: str) -> None:
    other = holder(note, until=NOW + 30)
    try:
        other.send_signal(signal.SIGSTOP)
        assert acquire(note, NOW + 30, NOW + 90) is None
        with taken(note, NOW + 31, NOW + 90) as held:
            assert held.read() == {"by": "the other"}
            assert owner(note)["pid"] == os.getpid()
            assert acquire(note, NOW + 32, NOW + 90) is None
    finally:
        end(other)


def test_who_was_taken_over_knows_it(note: str) -> None:
    hung = taken(note, until=NOW + 30)
    with taken(note, NOW + 31):
        assert not hung.is_ours
        hung.release()
        assert acquire(note, NOW + 32, NOW + 90) is None


RACER = """
import conftest, sys, time
from ansible_collections.certops.alicloud.plugins.module_utils._host.lockfile import acquire
note, now, tally = sys.argv[1], float(sys.argv[2]), sys.argv[3]
for _turn in range(20):
    while (held := acquire(note, now, now + 1000)) is None:
        time.sleep(0.001)
    with held:
        count = held.read().get("count", 0)
        time.sleep(0.001)
        held.write({"count": count + 1}, lasting=False)
"""


@pytest.mark.slow
def test_processes_in_a_race_are_kept_apart_also_while_a_hung_one_is_taken_over(note: str) -> None:
    hung = taken(note, until=NOW + 1)
    command = [sys.executable, "-c", RACER, note, str(NOW + 2), "tally"]
    racers = [subprocess.Popen(command, cwd=ROOT) for _racer in range(6)]
    assert [racer.wait(600) for racer in racers] == [0] * 6
    hung.release()
    with taken(note, NOW + 5000) as held:
        assert held.read() == {"count": 120}


@pytest.mark.parametrize("text", ["", "{", "[]", "nonsense", '{"until": "soon"}', "[" * 100_000, "\0"])
def test_a_lock_or_a_note_that_makes_no_sense_is_none(note: str, text: str) -> None:
    taken(note).release()
    Path(f"{note}.lock").write_text(text)
    Path(f"{note}.json").write_text(text if text != '{"until": "soon"}' else "")
    assert owner(note) == {}
    assert read_note(note) == {}
    with taken(note) as held:
        assert held.read() == {}


def test_a_link_is_not_followed(note: str, tmp_path: Path) -> None:
    taken(note).release()
    os.unlink(f"{note}.lock")
    os.symlink(tmp_path / "elsewhere", f"{note}.lock")
    with pytest.raises(OSError, match="symbolic links"):
        acquire(note, NOW, NOW + 1)
    assert not (tmp_path / "elsewhere").exists()


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        acquire(str(tmp_path / "file" / "note"), NOW, NOW + 1)


def test_a_note_that_finds_no_room_leaves_the_one_before(note: str) -> None:
    """A system writes what it has room for, and says so without an error."""
    with taken(note) as held:
        held.write({"order_id": "1"})
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                held.write({"order_id": "2" * 10_000})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert held.read() == {"order_id": "1"}


def test_a_failure_leaves_nothing_locked(note: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as patch:
        patch.setattr(lockfile.os, "pwrite", fail)
        with pytest.raises(OSError, match="full"):
            acquire(note, NOW, NOW + 60)
    taken(note).release()


def test_a_note_lasts(note: str, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(lockfile.os, "fsync", synced.append)
    with taken(note) as held:
        held.write({"a": 1}, lasting=False)
        assert not synced
        held.write({"a": 2})
        assert len(synced) == 1
