# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would make an installation fail later, told while nothing is ordered yet."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._store import requirements
from tests.support.certificates import Shop

FINE: dict[str, Any] = {
    "services": [],
    "programs": [],
    "webroot": None,
    "owner": None,
    "group": None,
    "key_mode": "0640",
}


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services that are asked for; those with an x cannot be reloaded."""
    asked: list[str] = []

    def problem(name: str) -> str | None:
        asked.append(name)
        return f"{name} cannot be reloaded." if "x" in name else None

    monkeypatch.setattr(requirements, "reload_problem", problem)
    return asked


def problems(shop: Shop, **wanted: Any) -> list[str]:
    found: list[str] = shop.look(requirements={**FINE, **wanted})["problems"]
    return found


def test_a_host_that_meets_all_has_no_problem(shop: Shop, tmp_path: Path) -> None:
    assert problems(shop, services=["apache2"], webroot=str(tmp_path), owner=str(os.getuid())) == []
    assert shop.look(requirements=None)["problems"] == []
    assert not shop.directory.exists()


def test_each_problem_begins_with_its_option(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert problems(shop, services=["apache2", "nginx"]) == ["services: nginx cannot be reloaded."]
    for path, words in ((tmp_path / "file", "is not a directory"), (tmp_path / "none", "does not exist")):
        (problem,) = problems(shop, webroot=str(path))
        assert problem.startswith(f"webroot: {str(path)!r} {words}; give")
    found = problems(shop, owner="no-such-user", group="no-such-group", key_mode="0644")
    assert [each.split(" ")[0] for each in found] == ["owner:", "group:", "key_mode:"]
    assert "there is no user 'no-such-user'" in found[0]


def test_an_owner_that_cannot_be_set_is_a_problem(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    monkeypatch.setattr(os, "getgroups", lambda: [77])
    monkeypatch.setattr(os, "getegid", lambda: 1234)
    advice = "; use become, or set owner and group to those of the user that runs the task."
    both = [f"owner, group: the user 1234 may not make files of user 0 and group 78{advice}"]
    assert problems(shop, owner="0", group="78") == both
    assert problems(shop, owner="0") == [f"owner: the user 1234 may not make files of user 0{advice}"]
    assert problems(shop, group="78") == [f"group: the user 1234 may not make files of group 78{advice}"]
    # Nothing that a play does before makes it another user; a service may come to be.
    look = shop.look(requirements={**FINE, "owner": "0", "group": "78", "services": ["nginx"]})
    assert (look["refused"], len(look["problems"])) == (both, 2)


def test_what_may_come_to_be_is_not_refused(shop: Shop) -> None:
    look = shop.look(requirements={**FINE, "owner": "no-such-user", "services": ["nginx"]})
    assert (look["refused"], len(look["problems"])) == ([], 2)


def test_a_place_that_cannot_be_written_is_a_problem(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_args: False)
    found = problems(shop, webroot=str(tmp_path))
    assert found[0].startswith(f"directory: {shop.directory.parent} cannot be written: permission denied")
    assert found[1].startswith(f"webroot: {str(tmp_path)!r} cannot be written by this user")


def test_a_full_disk_is_a_problem(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=5, f_frsize=4096, f_flag=0))
    (problem,) = problems(shop)
    assert problem.startswith("directory: ")
    assert "no space left" in problem


def test_where_nothing_is_due_nothing_is_asked(shop: Shop, services: list[str]) -> None:
    shop.use()
    assert problems(shop, services=["nginx"], webroot="/nowhere") == []
    assert services == []
    assert shop.look(requirements={**FINE, "services": ["nginx"]}, domains=["b.example.com"])["problems"]
    assert services == ["nginx"]
    assert len(problems(shop, services=["nginx"], webroot="/nowhere", always=True)) == 2


@pytest.mark.parametrize("program", ["/nonexistent/reload", "no-such-program", "/etc/passwd"])
def test_a_program_that_cannot_be_run_is_told_before_anything_is_ordered(shop: Shop, program: str) -> None:
    [problem] = problems(shop, programs=[program])
    assert problem.startswith(f"services: the program '{program}' is not on this host")


@pytest.mark.parametrize("program", ["/bin/sh", "sh", "./here", "~/bin/reload", "$HOME/reload"])
def test_a_program_that_can_be_run_or_that_only_the_command_knows_is_no_problem(shop: Shop, program: str) -> None:
    assert problems(shop, programs=[program]) == []


@pytest.mark.parametrize("name", [".well-known", ".well-known/pki-validation"])
def test_a_file_where_the_validation_file_has_its_directory_is_told(shop: Shop, tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    [problem] = problems(shop, webroot=str(tmp_path))
    assert problem.startswith("webroot: '") and "is not a directory; the validation file goes into it" in problem
