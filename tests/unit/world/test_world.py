# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios rely on: nothing of the world outlives it, nobody else's process is ended, and faults are seen."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
from pathlib import Path

import pytest

from playbooks.files.emulator.__main__ import alive
from tests.world import __main__ as command
from tests.world import age, children, examine, handshakes, human, interrupt, programs, seed

NAME = "www.example.com"

PARENT = """
import subprocess, sys
from tests.world.children import adopt_orphans, end_all
adopt_orphans()
script = "sleep 600 >/dev/null 2>&1 & echo $!"
print(subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, text=True).stdout.strip(), flush=True)
end_all()
"""


def test_orphans_are_ended() -> None:
    """A process whose parent is gone is found, as the session of an sshd that was ended first."""
    orphan = int(subprocess.run([sys.executable, "-c", PARENT], check=True, stdout=subprocess.PIPE).stdout)
    deadline = time.monotonic() + 60
    while alive(orphan) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(orphan)


def test_nobody_elses_process_is_ended(tmp_path: Path) -> None:
    """The id in a file that was left behind may be another process's by now."""
    (tmp_path / "world.json").write_text(json.dumps({"pid": os.getpid()}))
    assert command._pid(tmp_path) is None
    assert command.main([f"--directory={tmp_path}", "stop"]) == 0
    assert not tmp_path.exists()


@pytest.mark.parametrize(("enabled", "copied"), [("Y\n", True), ("N\n", False), (None, False)])
def test_programs_that_apparmor_keeps_out_are_copied(tmp_path: Path, enabled: str | None, copied: bool) -> None:
    apparmor, found = tmp_path / "enabled", {}
    for name in ("named", "nginx", "sshd"):
        found[name] = str(tmp_path / name)
        (tmp_path / name).write_text(name)
    if enabled:
        apparmor.write_text(enabled)
    chosen = programs.unconfined(found, tmp_path / "world", apparmor)
    own = {name: str(tmp_path / "world" / name) for name in ("named", "nginx")}
    assert chosen == {**found, **(own if copied else {})}
    assert all(Path(path).read_text() == name for name, path in chosen.items())


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, with the packages to install."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(programs, "find", lambda name: None if name in ("named", "nginx") else f"/bin/{name}")
    with pytest.raises(
        programs.Missing, match=r"^These programs are missing: named, nginx \(packages bind9, nginx-light\)\.$"
    ):
        programs.provide()


def test_servers_of_single_tests_come_with_the_rest_if_they_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be installed is named by the tests that need it, and keeps nothing else out."""
    asked: list[list[str]] = []
    there = {"apt-get"}

    def install(packages: list[str]) -> None:
        asked.append(packages)
        if "slapd" in packages:
            raise programs.Missing("apt-get install failed")
        there.update(programs.PACKAGES)

    programs._install_missing.cache_clear()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(programs, "find", lambda name: f"/bin/{name}" if name in there else None)
    monkeypatch.setattr(programs, "install", install)
    assert programs.provide()["named"] == "/bin/named"
    assert [("bind9" in each, "slapd" in each) for each in asked] == [(True, True), (True, False)]
    assert programs.lacks("dovecot") == "The server dovecot is missing (packages dovecot-imapd, dovecot-pop3d)."
    there.add("dovecot")
    assert programs.lacks("dovecot") is None
    assert len(asked) == 2
    programs._install_missing.cache_clear()


@pytest.mark.parametrize("before", [None, "#!/bin/sh\nexit 0\n"])
def test_services_stay_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    """The policy of the machine is put back, also when an installation fails."""
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(programs, "POLICY", policy)
    if before:
        policy.write_text(before)
    with pytest.raises(RuntimeError), programs.services_stay_down():
        assert policy.read_text().endswith("exit 101\n")
        raise RuntimeError
    assert [file.read_text() for file in tmp_path.iterdir()] == ([before] if before else [])


def test_runs_are_repeated_until_one_completes(tmp_path: Path) -> None:
    """Only a kill leads to another run; a failure ends them all."""
    script = f'echo >> {tmp_path}/runs; test $(wc -l < {tmp_path}/runs) -lt 3 && kill -KILL $$; exit "$0"'
    assert interrupt.main(tmp_path, ["sh", "-c", script, "0"]) == 0
    assert (tmp_path / "runs").read_text().count("\n") == 3
    assert interrupt.main(tmp_path, ["sh", "-c", "exit 4"]) == 4


def test_the_examiner_sees_a_wrong_key(tmp_path: Path) -> None:
    """And the mode and the kind of every file."""
    seed.write_set(tmp_path, NAME)
    seen = examine.examine(str(tmp_path), NAME, "127.0.0.1:1", NAME, "")
    assert seen["link"] == "generations/1"
    assert seen["current"]["names"] == [NAME]
    assert (seen["current"]["fits"], seen["current"]["full"]) == (True, True)
    assert seen["files"]["generations/1/privkey.pem"]["mode"] == "0600"
    assert seen["served"]["serial"] == ""
    assert seen["served"]["problem"]
    seed.write_set(tmp_path, "other")
    (tmp_path / "other/generations/1/privkey.pem").rename(tmp_path / NAME / "generations/1/privkey.pem")
    assert not examine.content(tmp_path / NAME / "current")["fits"]


def test_clients_count_what_fails(tmp_path: Path) -> None:
    """A certificate that is not trusted is a failure; one that is, is written down."""
    seed.write_set(tmp_path, NAME)
    directory = tmp_path / NAME / "current"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "fullchain.pem", directory / "privkey.pem")
    plain = socket.create_server(("127.0.0.1", 0))
    with context.wrap_socket(plain, server_side=True) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        threading.Thread(target=_answer, args=[server, 2], daemon=True).start()
        trusting = handshakes.Server(address, NAME, str(directory / "chain.pem"))
        strict = handshakes.Server(address, "other.example.com", str(directory / "chain.pem"))
        trusting.shake()
        strict.shake()
    assert (trusting.count, trusting.failures) == (1, [])
    assert trusting.serials == [examine.content(directory)["serial"]]
    assert (strict.count, len(strict.failures), strict.serials) == (1, 1, [])


def test_clients_do_enough_however_soon_they_are_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Quick(handshakes.Server):
        def shake(self) -> None:
            self.count += 1

    monkeypatch.setattr(handshakes, "PAUSE", 0.001)
    stop = tmp_path / "stop"
    stop.touch()
    servers = [Quick("127.0.0.1:1", NAME, "") for _number in range(2)]
    handshakes.never_rest(list(servers), stop)
    assert all(each.count >= handshakes.LEAST for each in servers)


def _answer(server: ssl.SSLSocket, times: int) -> None:
    for _number in range(times):
        try:
            server.accept()[0].close()
        except OSError:
            continue


def asked(monkeypatch: pytest.MonkeyPatch, *looks: list[dict[str, str]]) -> list[tuple[str, object]]:
    """Let somebody see these orders, one look a day, of an emulator that ends then; return what they do."""
    acts: list[tuple[str, object]] = []
    days, orders = iter(range(0, 10**9, 86400)), iter(looks)

    def ask(_control_url: str, call: str, body: dict[str, str] | None = None) -> dict[str, object]:
        if body:
            acts.append((call, body))
            return {}
        try:
            return {"orders": next(orders)}
        except StopIteration:
            raise urllib.error.URLError(ConnectionRefusedError()) from None

    monkeypatch.setattr(time, "monotonic", lambda: float(next(days)))
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(human, "ask", ask)
    return acts


def test_somebody_waits_for_the_order_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = {"order_id": "7", "phase": "validating"}
    acts = asked(monkeypatch, [], [{"order_id": "6", "phase": "issued"}], [waiting], [waiting])
    assert human.act("http://127.0.0.1:1", "accept") == 0
    assert acts == [("accept", {"order_id": "7"})]


def test_nobody_waits_for_an_emulator_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    acts = asked(monkeypatch, [], [])
    assert human.act("http://127.0.0.1:1", "accept") == 1
    assert acts == []


def test_a_start_that_takes_long_is_waited_for_and_one_that_fails_is_not(tmp_path: Path) -> None:
    """A process that has ended is not waited for."""
    begun = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as slow:
        assert children.until(lambda: time.monotonic() > begun + 0.3, slow)
        slow.kill()
    with subprocess.Popen([sys.executable, "-c", ""]) as failing:
        failing.wait()
        assert not children.until(lambda: False, failing)
    assert time.monotonic() < begun + children.PATIENCE


def test_a_kill_is_told_from_a_failure() -> None:
    """What interrupt waits for is the signal that the callback sends."""
    assert subprocess.run(["sh", "-c", "kill -KILL $$"], check=False).returncode == -signal.SIGKILL


def test_what_is_stored_ages(tmp_path: Path) -> None:
    places = [tmp_path / "www" / "generations" / str(number) for number in (1, 2)]
    for place, note in zip(places, ({"stored": "2026-11-28T12:00:00Z", "order_id": "1"}, {"order_id": "2"})):
        place.mkdir(parents=True)
        (place / "order.json").write_text(json.dumps(note))
    assert age.age(tmp_path, 62) == 1
    aged, unstored = (json.loads((place / "order.json").read_text()) for place in places)
    assert aged == {"stored": "2026-09-27T12:00:00Z", "order_id": "1"}
    assert unstored == {"order_id": "2"}
