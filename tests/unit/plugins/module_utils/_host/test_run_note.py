# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes of one run: what its other tasks left, and nothing of another run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._host import run_note
from ansible_collections.certops.alicloud.plugins.module_utils._host.lockfile import acquire
from ansible_collections.certops.alicloud.plugins.module_utils._host.run_note import change_of_run, read_of_run


def counted(path: Path, now: float = 1000.0, sleeps: list[float] | None = None) -> int:
    """Add one to what the note counts; returns it."""

    def change(said: Mapping[str, Any]) -> dict[str, Any]:
        return {"count": said.get("count", 0) + 1}

    return int(change_of_run(str(path), now, 60.0, change, (sleeps if sleeps is not None else []).append)["count"])


def test_tasks_of_one_run_change_one_note(tmp_path: Path) -> None:
    note = tmp_path / "new" / "note"
    assert [counted(note) for _task in range(3)] == [1, 2, 3]
    assert read_of_run(str(note), 1000.0, 60.0)["count"] == 3


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process above this one is taken for a run of Ansible, whatever its command line says."""
    monkeypatch.setattr(run_note, "_controller", lambda process: None)


@pytest.mark.parametrize(
    ("now", "count"),
    [(1059.0, 2), (1060.0, 1), (999.0, 2), (940.0, 1)],
    ids=["in time", "late", "by a task that waited for the lock", "by a clock that was set back"],
)
def test_a_note_is_forgotten(tmp_path: Path, now: float, count: int) -> None:
    counted(tmp_path / "note")
    assert read_of_run(str(tmp_path / "note"), now, 60.0).get("count", 0) == count - 1
    assert counted(tmp_path / "note", now) == count


@pytest.mark.usefixtures("alone")
def test_another_run_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted(tmp_path / "note")
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert read_of_run(str(tmp_path / "note"), 1000.0, 60.0) == {}
    assert counted(tmp_path / "note") == 1


@pytest.mark.usefixtures("alone")
def test_the_number_of_a_process_alone_does_not_make_a_run(tmp_path: Path) -> None:
    counted(tmp_path / "note")
    text = (tmp_path / "note.json").read_text()
    later = text.replace(f'"{os.getppid()}-', f'"{os.getppid()}-9')
    assert later != text
    (tmp_path / "note.json").write_text(later)
    assert counted(tmp_path / "note") == 1


# name of the process: (its parent, its command line)
SHIPPED = {
    40: (30, b"python AnsiballZ_cas_order.py"),
    30: (20, b"/bin/sh -c x"),
    20: (10, b"ansible-playbook site.yml"),
}
RUN = {10: (5, b"ansible-playbook site.yml"), 5: (1, b"bash"), 1: (0, b"init")}


@pytest.mark.parametrize(
    ("processes", "own", "run"),
    [
        ({**SHIPPED, **RUN}, 20, 10),
        ({**SHIPPED, **RUN}, 40, 10),
        ({20: (10, b"python own.py"), 10: (5, b"python own.py"), 5: (1, b"bash")}, 20, None),
        ({20: (10, b"ansible-test"), 10: (5, b"ansible-playbook site.yml"), 5: (1, b"bash")}, 20, None),
        ({40: (30, b"python"), 30: (20, b"/bin/sh"), 20: (1, b"sshd: root@notty"), 1: (0, b"init")}, 40, None),
        ({}, 20, None),
    ],
    ids=["a worker", "what a worker starts", "another program", "not forked", "another host", "not listed"],
)
def test_the_process_that_forked_the_worker_is_the_run(
    processes: dict[int, tuple[int, bytes]], own: int, run: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: str) -> bytes:
        _root, _proc, number, file = path.split("/")
        if int(number) not in processes:
            return b""
        parent, command = processes[int(number)]
        return command if file == "cmdline" else f"{number} (a) b) S {parent} {' '.join('0' * 17)} 7 0".encode()

    monkeypatch.setattr(run_note, "_read", read)
    assert run_note._controller(own) == run


@pytest.mark.usefixtures("alone")
def test_where_processes_are_not_listed_the_number_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getppid", lambda: 2**30)
    assert [counted(tmp_path / "note") for _task in range(2)] == [1, 2]


def test_a_note_that_another_task_holds_is_waited_for_and_then_done_without(tmp_path: Path) -> None:
    held, sleeps = acquire(str(tmp_path / "note"), 1000.0, 2000.0), list[float]()
    assert held
    assert counted(tmp_path / "note", sleeps=sleeps) == 1
    held.release()
    assert 3 < sum(sleeps) < 10
    assert read_of_run(str(tmp_path / "note"), 1000.0, 60.0) == {}
    assert counted(tmp_path / "note") == 1


def test_where_nothing_can_be_written_each_task_is_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert [counted(tmp_path / "file" / "note") for _task in range(2)] == [1, 1]
