# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a service can be reloaded: with a systemctl and init scripts of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._host import services
from ansible_collections.certops.alicloud.plugins.module_utils._host.services import reload_problem

SCRIPT = '#!/bin/sh\n# {comment}\ncase "$1" in {words}) ;; *) exit 3;; esac\n'


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without systemd, whose init scripts are below the path."""
    monkeypatch.setattr(services, "_SYSTEMD", str(tmp_path / "run"))
    monkeypatch.setattr(services, "_SCRIPTS", (str(tmp_path / "init.d"),))
    monkeypatch.setattr(services, "_FRAMEWORK", str(tmp_path / "rc.d"))
    for name in ("init.d", "rc.d"):
        (tmp_path / name).mkdir()
    return tmp_path


def systemd(machine: Path, monkeypatch: pytest.MonkeyPatch, response: str, code: int = 0) -> Path:
    """Switch systemd on; returns the file with the arguments of the last call."""
    (machine / "run").mkdir(exist_ok=True)
    (machine / "bin").mkdir(exist_ok=True)
    program = machine / "bin" / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" > {machine}/asked\nprintf "{response}"\nexit {code}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{machine}/bin:/usr/bin:/bin")
    return machine / "asked"


@pytest.mark.parametrize(
    ("response", "words"),
    [
        ("LoadState=loaded\\nCanReload=yes\\n", None),
        ("CanReload=no\\nLoadState=loaded\\n", "nginx cannot be reloaded: systemd knows no ExecReload for it. Use"),
        ("LoadState=not-found\\nCanReload=no\\n", "there is no service nginx on this host: systemd does not know it."),
        ("LoadState=masked\\nCanReload=no\\n", "nginx cannot be reloaded: systemd calls it masked"),
        ("", None),
    ],
)
def test_systemd_is_asked(machine: Path, monkeypatch: pytest.MonkeyPatch, response: str, words: str | None) -> None:
    asked = systemd(machine, monkeypatch, response)
    problem = reload_problem("nginx")
    assert problem is None if words is None else (problem or "").startswith(words)
    assert asked.read_text() == "show --property=LoadState,CanReload -- nginx\n"


def test_a_systemd_that_does_not_respond_is_no_problem(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemd(machine, monkeypatch, "CanReload=no\\n", 1)
    assert reload_problem("nginx") is None
    monkeypatch.setenv("PATH", str(machine))
    assert reload_problem("nginx") is None


@pytest.mark.parametrize(
    ("words", "comment", "can"),
    [
        ("start|stop|restart|reload", "", True),
        ("start|reload|force-reload", "", True),
        ("start|stop) ;; do_reload", "", True),
        ("start|stop|restart|status", "", False),
        ("start|stop|force-reload", "", False),
        ("start|stop) echo noreload; exit 0 ;; x", "", False),
        ("start|stop", "there is no reload", False),
    ],
)
def test_an_init_script_is_read(machine: Path, words: str, comment: str, can: bool) -> None:
    path = machine / "init.d" / "own"
    path.write_text(SCRIPT.format(words=words, comment=comment))
    expected = f"own cannot be reloaded: its init script {path} does not know reload. Use the action restart"
    for name in ("own", "own.service"):
        assert (
            reload_problem(name) is None
            if can
            else expected.replace("own ", f"{name} ", 1) in str(reload_problem(name))
        )


def test_an_init_script_beside_systemd_counts(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemd(machine, monkeypatch, "LoadState=not-found\\n")
    (machine / "init.d" / "own").write_text(SCRIPT.format(words="start|stop", comment=""))
    assert "its init script" in str(reload_problem("own"))


def test_a_script_of_a_framework_may_know_more_than_it_says(machine: Path) -> None:
    (machine / "rc.d" / "httpd").write_text("daemon=/usr/sbin/httpd\n. /etc/rc.d/rc.subr\nrc_cmd $1\n")
    assert reload_problem("httpd") is None


def test_a_service_that_nothing_provides_is_named() -> None:
    expected = "there is no service ngnix on this host: neither systemd nor an init script provides it."
    assert reload_problem("ngnix") == expected


@pytest.mark.parametrize("name", ["", "-H", "--help", "../passwd", "a b", "a;b", "x\n", "ü", "a" * 300])
def test_a_name_that_is_none_is_never_asked_for(machine: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    asked = systemd(machine, monkeypatch, "LoadState=loaded\\n")
    assert "is not a valid name of a service" in str(reload_problem(name))
    assert not asked.exists()
