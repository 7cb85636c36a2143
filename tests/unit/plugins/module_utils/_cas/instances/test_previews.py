# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preview notes of the pool: the one instance that it would take, and nothing in a real run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.previews import claim, planned_by_others
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.wanted import (
    InstanceWanted,
    read_instance_options,
)
from ansible_collections.certops.alicloud.plugins.module_utils._reconcile import ApiRun, Run
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.client import INSTANCE_DEFAULTS, client, emulator

POOL = ("cas-cn-1", "cas-cn-2")


def ask(*domains: str) -> InstanceWanted:
    return read_instance_options({**INSTANCE_DEFAULTS, "pool": {}, "domains": list(domains)})


@pytest.fixture
def account() -> Emulator:
    return emulator()


def task(account: Emulator, state: Path | None, check: bool = True) -> ApiRun:
    return Run(client(account, check, state_directory=state and str(state)))


def taken(account: Emulator, state: Path | None, name: str, fitting: Sequence[str] = POOL) -> set[str]:
    """What earlier previews would take, as the preview for a name is told."""
    return set(claim(task(account, state), ask(f"{name}.example.com"), fitting))


def test_each_preview_takes_the_first_that_no_other_one_would(account: Emulator, tmp_path: Path) -> None:
    assert [taken(account, tmp_path, name) for name in "abc"] == [set(), {"cas-cn-1"}, set(POOL)]


def test_a_preview_for_the_same_names_takes_the_same_instance(account: Emulator, tmp_path: Path) -> None:
    run = task(account, tmp_path)
    assert claim(run, ask("a.example.com", "b.example.com"), POOL) == frozenset()
    assert claim(run, ask("b.example.com", "a.example.com"), POOL) == frozenset()
    assert taken(account, tmp_path, "c") == {"cas-cn-1"}


def test_a_preview_that_takes_another_one_leaves_the_first_again(account: Emulator, tmp_path: Path) -> None:
    assert taken(account, tmp_path, "a") == set()
    assert taken(account, tmp_path, "a", POOL[1:]) == set()
    assert taken(account, tmp_path, "b") == {"cas-cn-2"}


def test_a_preview_for_which_nothing_is_left_notes_nothing(account: Emulator, tmp_path: Path) -> None:
    assert [taken(account, tmp_path, name, POOL[:1]) for name in "ab"] == [set(), {"cas-cn-1"}]
    assert planned_by_others(task(account, tmp_path), ask("c.example.com")) == {"cas-cn-1"}


def test_what_is_claimed_is_what_other_previews_read(account: Emulator, tmp_path: Path) -> None:
    claim(task(account, tmp_path), ask("a.example.com"), POOL)
    assert planned_by_others(task(account, tmp_path), ask("a.example.com")) == frozenset()
    assert planned_by_others(task(account, tmp_path), ask("b.example.com")) == {"cas-cn-1"}


def test_a_real_run_and_one_without_a_directory_note_nothing(account: Emulator, tmp_path: Path) -> None:
    assert claim(task(account, tmp_path, check=False), ask("a.example.com"), POOL) == frozenset()
    assert list(tmp_path.rglob("*")) == []
    assert [taken(account, None, name) for name in "ab"] == [set(), set()]


@pytest.mark.parametrize("previews", [7, ["cas-cn-1"], {"cas-cn-1": "a.example.com"}])
def test_a_note_that_has_another_form_is_none(previews: object, account: Emulator, tmp_path: Path) -> None:
    taken(account, tmp_path, "a")
    (file,) = [each for each in tmp_path.rglob("*") if each.is_file() and "previews" in each.read_text("utf-8")]
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "previews": previews}), "utf-8")
    assert [taken(account, tmp_path, name) for name in "bc"] == [set(), {"cas-cn-1"}]
