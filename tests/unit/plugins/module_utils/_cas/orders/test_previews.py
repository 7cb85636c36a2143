# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The previews of one run add up: what an earlier task would take is not left for a later one."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.reconcile import (
    ensure_order,
    ensure_renewal,
    foresee,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order, read_renewal
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._host import run_note
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.accounts import expired, refused
from tests.support.client import DEFAULTS, FREE, PAID, client, clock, emulator, writes

FULL = r"is left \({used} of {total} used, {planned} more by this run's earlier orders\)"


def preview(account: Emulator, state: Path | None, *domains: str, check: bool = True, **options: Any) -> Outcome[Order]:
    wanted = read_order({**DEFAULTS, "domains": list(domains), "product_code": PAID, **options})
    return ensure_order(client(account, check, state_directory=state and str(state)), wanted)


def numbers(outcome: Outcome[Order]) -> tuple[int, int]:
    quota = outcome.facts["quota"]
    return quota["free"], quota.get("planned", 0)


def test_ten_previews_add_up_to_what_is_left(tmp_path: Path) -> None:
    account = emulator({PAID: 4})
    found = [numbers(preview(account, tmp_path, f"{number}.example.com")) for number in range(4)]
    assert found == [(4, 0), (3, 1), (2, 2), (1, 3)]
    for number in range(4, 10):
        with pytest.raises(NotAllowed, match=FULL.format(used=0, total=4, planned=4)) as caught:
            preview(account, tmp_path, f"{number}.example.com")
        assert caught.value.facts["quota"]["free"] == 0
    assert writes(account) == []


def test_a_preview_says_what_the_real_run_says(tmp_path: Path) -> None:
    account = emulator({PAID: 2})
    names = [f"{number}.example.com" for number in range(2)]
    predicted = [preview(account, tmp_path, name).facts["quota"]["free"] for name in names]
    done = [preview(account, tmp_path, name, check=False).facts["quota"] for name in names]
    assert [quota["free"] for quota in done] == predicted
    assert all("planned" not in quota for quota in done)


def test_a_certificate_counts_once_however_many_hosts_want_it(tmp_path: Path) -> None:
    account = emulator({PAID: 2})
    for _host in range(5):
        assert numbers(preview(account, tmp_path, "a.example", "b.example")) == (2, 0)
        assert numbers(preview(account, tmp_path, "b.example", "a.example")) == (2, 0)
    assert numbers(preview(account, tmp_path, "c.example")) == (1, 1)


def test_products_and_accounts_do_not_mix(tmp_path: Path) -> None:
    account = emulator({PAID: 1, FREE: 1})
    preview(account, tmp_path, "a.example")
    assert numbers(preview(account, tmp_path, "b.example", product_code=FREE)) == (1, 0)
    other = client(account, True, state_directory=str(tmp_path))
    other.host = "cas.other.example"
    wanted = read_order({**DEFAULTS, "domains": ["b.example"], "product_code": PAID})
    assert numbers(ensure_order(other, wanted)) == (1, 0)


def test_what_a_plan_returns_is_left_for_later_ones(tmp_path: Path) -> None:
    account = emulator({FREE: 1})
    refused(account)
    assert numbers(preview(account, tmp_path, "www.example.com", product_code=FREE)) == (0, 0)
    with pytest.raises(NotAllowed, match="1 of 1 used"):
        preview(account, tmp_path, "new.example.com", product_code=FREE)


def test_renewals_and_the_chain_count_too(tmp_path: Path) -> None:
    account = emulator({FREE: 3})
    expired(account)
    caller = client(account, True, state_directory=str(tmp_path))
    options = {**DEFAULTS, "domains": ["www.example.com"]}
    assert numbers(ensure_renewal(caller, read_renewal(options))) == (2, 0)
    _seen, outcome = foresee(caller, read_order({**options, "domains": ["a.example"]}))
    assert numbers(outcome) == (1, 1)
    with pytest.raises(NotAllowed, match=FULL.format(used=1, total=3, planned=2)):
        foresee(caller, read_order({**options, "domains": ["b.example"]}))


def test_what_is_not_ordered_takes_nothing(tmp_path: Path) -> None:
    account = emulator({FREE: 1})
    preview(account, tmp_path, "www.example.com", product_code=FREE, check=False)
    assert not preview(account, tmp_path, "www.example.com", product_code=FREE).plan.changed
    assert not list(tmp_path.glob("preview-*"))


# Real runs.


def test_what_was_previewed_and_then_ordered_in_one_run_counts_once(tmp_path: Path) -> None:
    """A task with check_mode, and the same without, for one host after another."""
    account = emulator({PAID: 3})
    for number in range(3):
        name = f"{number}.example.com"
        assert numbers(preview(account, tmp_path, name)) == (3 - number, 0)
        assert preview(account, tmp_path, name, check=False).facts["quota"]["free"] == 3 - number


def test_an_order_without_a_preview_leaves_no_note_of_one(tmp_path: Path) -> None:
    preview(emulator(), tmp_path, "a.example", check=False)
    assert not list(tmp_path.glob("preview-*"))


def test_a_real_run_neither_reads_nor_writes_notes_of_previews(tmp_path: Path) -> None:
    account = emulator({PAID: 1})
    preview(account, tmp_path, "a.example")
    [note] = tmp_path.glob("preview-*.json")
    before = note.read_text()
    foresee(
        client(account, state_directory=str(tmp_path)),
        read_order({**DEFAULTS, "domains": ["b.example"], "product_code": PAID}),
    )
    assert preview(account, tmp_path, "b.example", check=False).plan.changed
    assert note.read_text() == before


def test_another_run_begins_at_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = emulator({PAID: 1})
    preview(account, tmp_path, "a.example")
    monkeypatch.setattr(run_note, "_this_run", lambda: "another")
    assert numbers(preview(account, tmp_path, "b.example")) == (1, 0)


def test_a_note_is_forgotten_an_hour_after_the_last_preview(tmp_path: Path) -> None:
    account = emulator({PAID: 4})
    for wait, planned in ((0, 0), (3500, 1), (3500, 2), (3601, 0)):
        account.advance(wait)
        assert numbers(preview(account, tmp_path, f"{account.world.now()}.example"))[1] == planned


@pytest.mark.parametrize("where", ["none", "file", "full"])
def test_where_nothing_can_be_noted_each_preview_stands_alone(tmp_path: Path, where: str) -> None:
    account, state = emulator({PAID: 1}), None
    if where == "file":
        state = tmp_path / "state"
        state.touch()
    if where == "full":
        state = tmp_path
        preview(account, state, "a.example")
        [note] = tmp_path.glob("preview-*.json")
        note.unlink()
        note.mkdir()
    for name in ("a.example", "b.example"):
        assert numbers(preview(account, state, name)) == (1, 0)


@pytest.mark.parametrize("text", ["", "[]", '{"run": RUN, "at": AT, "previews": [1]}', '{"previews": {"x": 9}}'])
def test_a_note_that_is_not_valid_is_none(tmp_path: Path, text: str) -> None:
    account = emulator({PAID: 1})
    preview(account, tmp_path, "a.example")
    [note] = tmp_path.glob("preview-*.json")
    note.write_text(text.replace("RUN", '"x"').replace("AT", str(account.world.now())))
    assert numbers(preview(account, tmp_path, "b.example")) == (1, 0)


# Forks.


def _worker(state: Path, number: int, results: Any) -> None:
    """Waits for the others for real: in the emulator, nothing else happens while a task sleeps."""
    account = emulator({PAID: 4})
    caller = client(account, True, state_directory=str(state), clock=clock(account)._replace(sleep=time.sleep))
    wanted = read_order({**DEFAULTS, "domains": [f"{number}.example.com"], "product_code": PAID})
    try:
        results.put(numbers(ensure_order(caller, wanted))[1])
    except NotAllowed:
        results.put(None)


def test_workers_of_one_run_at_the_same_time_count_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=_worker, args=(tmp_path, number, results)) for number in range(8)]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=120) for _worker_ in workers]
    for worker in workers:
        worker.join()
    assert sorted(planned for planned in found if planned is not None) == [0, 1, 2, 3]
    assert found.count(None) == 4
