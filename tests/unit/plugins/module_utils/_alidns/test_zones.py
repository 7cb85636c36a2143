# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones of an account are asked for once in a run, and never told wrong for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import PRODUCT
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import RecordWanted, State
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.record import Zone
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.zones import zone_in_this_run
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._host import run_note
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.client import client, reads
from tests.support.zones import account


def zone(world: Emulator, state: Path | None, name: str, domain: str | None = None, check: bool = False) -> Zone:
    wanted = RecordWanted(State.PRESENT, domain, name, "TXT", "v", 600)
    return zone_in_this_run(client(world, check, product=PRODUCT, state_directory=state and str(state)), wanted)


def test_hosts_of_one_run_share_one_answer(tmp_path: Path) -> None:
    world = account("sub.example.com")
    names = ("_dnsauth.a.example.com", "_dnsauth.b.example.com", "_dnsauth.c.sub.example.com")
    assert [zone(world, tmp_path, name).name for name in names] == ["example.com", "example.com", "sub.example.com"]
    assert reads(world) == ["DescribeDomains"]


def test_international_zones_keep_their_spelling(tmp_path: Path) -> None:
    world = account("bücher.example")
    found = [zone(world, tmp_path, f"{label}.xn--bcher-kva.example") for label in "ab"]
    assert found == [Zone("xn--bcher-kva.example", "bücher.example")] * 2
    assert reads(world) == ["DescribeDomains"]


def test_a_zone_that_was_not_there_is_asked_for_again(tmp_path: Path) -> None:
    world = account("other.co.uk")
    with pytest.raises(NotAllowed, match=r"www\.example\.co\.uk lies in no domain that is hosted"):
        zone(world, tmp_path, "www.example.co.uk")
    world.world.zones.host("example.co.uk", world.world.now())
    assert zone(world, tmp_path, "www.example.co.uk").name == "example.co.uk"


def test_another_run_asks_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = account()
    assert zone(world, tmp_path, "www.sub.example.com").name == "example.com"
    world.world.zones.host("sub.example.com", world.world.now())
    monkeypatch.setattr(run_note, "_this_run", lambda: "another")
    assert zone(world, tmp_path, "www.sub.example.com").name == "sub.example.com"


def test_an_answer_is_good_for_ten_minutes(tmp_path: Path) -> None:
    world = account()
    for wait, calls in ((0, 1), (590, 1), (20, 2)):
        world.advance(wait)
        zone(world, tmp_path, "www.example.com")
        assert len(reads(world)) == calls


def test_another_account_has_other_zones(tmp_path: Path) -> None:
    one, other = account(), account("sub.example.com")
    assert zone(one, tmp_path, "www.sub.example.com").name == "example.com"
    wanted = RecordWanted(State.PRESENT, None, "www.sub.example.com", "TXT", "v", 600)
    caller = client(other, product=PRODUCT, state_directory=str(tmp_path))
    caller.host = "alidns.other.example"
    assert zone_in_this_run(caller, wanted).name == "sub.example.com"


def test_a_zone_that_is_named_is_not_looked_for(tmp_path: Path) -> None:
    world = account()
    assert zone(world, tmp_path, "www.example.com", "example.com") == Zone("example.com", "example.com")
    assert reads(world) == []


def test_check_mode_leaves_no_note(tmp_path: Path) -> None:
    assert zone(account(), tmp_path, "www.example.com", check=True).name == "example.com"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", '{"run": 1}', '{"run": RUN, "at": "x", "zones": {}}', '{"run": RUN, "at": AT, "zones": []}'],
)
def test_a_note_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    world = account()
    zone(world, tmp_path, "www.example.com")
    [note] = tmp_path.glob("zones-*.json")
    known = json.loads(note.read_text())
    note.write_text(text.replace("RUN", json.dumps(known["run"])).replace("AT", str(known["at"])))
    assert zone(world, tmp_path, "www.example.com").name == "example.com"
    assert reads(world) == ["DescribeDomains"] * 2


@pytest.mark.parametrize("where", ["none", "file"])
def test_where_nothing_can_be_noted_every_host_asks(tmp_path: Path, where: str) -> None:
    world, state = account(), None
    if where == "file":
        state = tmp_path / "state"
        state.touch()
    for _host in range(2):
        assert zone(world, state, "www.example.com").name == "example.com"
    assert reads(world) == ["DescribeDomains"] * 2
