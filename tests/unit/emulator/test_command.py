# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m playbooks.files.emulator: start, ready file, end."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from playbooks.files.emulator.__main__ import alive, clock
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.core.wish import moment_of
from tests.support.calls import START

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "playbooks.files.emulator"]


def _take_interrupts() -> None:
    """A shell starts a background job with SIGINT ignored, and so are its children: start as in the foreground."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running(directory: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    file = directory / "ready.json"
    process = subprocess.Popen(
        [*COMMAND, "--ready-file", str(file), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=_take_interrupts,
    )
    try:
        wait_for(file.exists)
        yield process, json.loads(file.read_text())
    finally:
        process.kill()
        process.communicate()


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 100
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def get(url: str, context: ssl.SSLContext | None = None) -> Any:
    with urllib.request.urlopen(url, timeout=100, context=context) as answer:
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_start_and_end(tmp_path: Path, number: signal.Signals) -> None:
    options = ["--tls", "--clock", "2026-09-20T00:00:00Z", "--dial", "ids=text", "--dial", "page_size=3"]
    with running(tmp_path, *options, "--quota", "geotrust-dv-1-starter=9", "--log") as (process, ready):
        state = get(ready["control_url"] + "/state")
        assert state["now"].startswith("2026-09-20T00:00:")
        assert (state["dials"]["ids"], state["dials"]["page_size"]) == ("text", 3)
        assert state["quota"]["geotrust-dv-1-starter"]["total"] == 9
        context = ssl.create_default_context(cafile=ready["ca_file"])
        assert get(ready["tls_url"] + "/_control/calls", context) == {"calls": [], "counts": {}}
        assert (ready["pid"], ready["dials"]["ids"]) == (process.pid, "text")
        assert ready["access_key_id"] == "LTAIrehearsalKeyId"
        assert ready["access_key_secret"] == "rehearsal-only-not-a-secret"
        assert (tmp_path / "ready.json").stat().st_mode & 0o077 == 0
        with pytest.raises(urllib.error.HTTPError):
            get(ready["url"] + "/?OrderId=4711")
        process.send_signal(number)
        output, _errors = process.communicate(timeout=100)
        assert process.returncode == 0
        assert output.splitlines()[0] == f"The emulator listens at {ready['url']} and {ready['tls_url']}"
        assert "4711" not in output
        assert not Path(ready["ca_file"]).exists()
        assert list(tmp_path.iterdir()) == []


def test_instances_at_the_start(tmp_path: Path) -> None:
    options = ["--instance", "spec=ws.dv.f,full=2,count=2,state=normal", "--instance", "site=international"]
    with running(tmp_path, *options) as (_process, ready):
        kinds = [
            (each["spec"], each["site"], each["status"]) for each in get(ready["control_url"] + "/state")["instances"]
        ]
        assert kinds == [("ws.dv.f", "china", "normal")] * 2 + [("geo.dv.f", "international", "inactive")]
        assert ready["international_url"] != ready["url"]
        assert ready["international_tls_url"] is None
        reset = urllib.request.Request(f"{ready['international_url']}/_control/reset", data=b"{}", method="POST")
        with urllib.request.urlopen(reset) as answer:
            assert answer.status == 200
        assert len(get(ready["control_url"] + "/state")["instances"]) == 3


@pytest.mark.parametrize(("options", "kinds"), [([], ["TEST", "TEST"]), (["--instance", "none"], [])])
def test_free_instances_at_the_start(tmp_path: Path, options: list[str], kinds: list[str]) -> None:
    with running(tmp_path, *options) as (_process, ready):
        assert [each["instance_type"] for each in get(ready["control_url"] + "/state")["instances"]] == kinds


def test_it_ends_with_another_process(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with other, running(tmp_path, "--with-pid", str(other.pid)) as (process, _ready):
        assert process.poll() is None
        other.kill()
        assert process.wait(100) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "not a loopback address"),
        (["--dial", "nonsense=1"], "no dial nonsense"),
        (["--dial", "proof"], "NAME=VALUE"),
        (["--quota", "x=many"], "whole number"),
        (["--clock", "yesterday"], "not a time"),
        (["--instance", "spec=x"], "not a specification"),
        (["--instance", "TEST"], "NAME=VALUE"),
        (["--port", "70000"], "not a port"),
        (["--tls-port", "on"], "not a port"),
    ],
)
def test_wrong_options_are_told(arguments: list[str], said: str) -> None:
    ended = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_ready_file_left_behind_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "ready.json").write_text("{}")
    command = [*COMMAND, "--ready-file", str(tmp_path / "ready.json"), "--clock", "-62d"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("The emulator listens")
        ready = json.loads((tmp_path / "ready.json").read_text())
        state = get(ready["control_url"] + "/state")
        process.terminate()
    assert abs(moment_of(state["now"]) - (time.time() - 62 * 86400)) < 60


def test_a_port_in_use(tmp_path: Path) -> None:
    with running(tmp_path) as (_process, ready):
        port = ready["url"].rpartition(":")[2]
        ended = subprocess.run(
            [*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
        )
    assert ended.returncode == 1
    assert "cannot start" in ended.stderr


def test_help_lists_the_dials() -> None:
    ended = subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=100, check=True)
    assert "record_delay_seconds (1.0)" in ended.stdout


def test_clocks() -> None:
    assert abs(clock("-62d") - (time.time() - 62 * 86400)) < 5
    assert abs(clock("+1.5h") - (time.time() + 5400)) < 5
    assert abs(clock("now") - time.time()) < 5
    assert clock("2026-11-22T00:00:00Z") == START
    with pytest.raises(Impossible):
        clock("62d")


def test_alive() -> None:
    assert alive(os.getpid())
    with subprocess.Popen([sys.executable, "-c", ""]) as other:
        # Ended and not waited for: gone all the same.
        wait_for(lambda: not alive(other.pid))
    assert not alive(other.pid)


def test_it_ends_when_told(tmp_path: Path) -> None:
    with running(tmp_path) as (process, ready):
        request = urllib.request.Request(f"{ready['control_url']}/stop", data=b"{}", method="POST")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        assert process.wait(timeout=100) == 0
        assert not (tmp_path / "ready.json").exists()
