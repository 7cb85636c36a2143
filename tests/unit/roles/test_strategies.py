# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""However a play goes through its hosts, none is forgotten or applied for twice, and a group has one certificate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.runs import IN_VAIN, is_back, is_renewed
from tests.support.site import Site, site

ORDER = {"source": "order"}
INSTANCE = {
    "source": "instance",
    "instance": {"pool": {"instance_type": "buy", "spec": "geo.dv.f"}, "contact": "Operations"},
}
HOSTS = ("plain", "one", "two", "stuck")
# Fewer forks than hosts that wait for another one would take its turn.
NARROW = ("--forks=1",)
FATAL = {"any_errors_fatal": True}
WAYS: dict[str, dict[str, Any]] = {
    "free": {"strategy": "free"},
    "host_pinned": {"strategy": "host_pinned"},
    "serial": {"serial": 1},
    "any_errors_fatal": FATAL,
}


@pytest.mark.long
@pytest.mark.parametrize("source", [ORDER, INSTANCE], ids=["order", "instance"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_play_goes_through_its_hosts_in_its_own_way(
    tmp_path: Path, way: dict[str, Any], source: dict[str, Any]
) -> None:
    with site(tmp_path, HOSTS, **source) as found:
        found.account.turn(lifetime_days=90.0, review_seconds=2)
        found.account.add_instance(spec="geo.dv.f", count=5)
        found.share("pair", "one", "two")
        _issues(found, way)
        _reissues(found, way)
        _does_nothing(found, way)


def applications(found: Site) -> int:
    """How often was applied, for orders and for instances."""
    world = found.account.world
    return len(world.orders) + sum(each.application.attempt for each in world.present_instances() if each.application)


def _issues(found: Site, way: dict[str, Any]) -> None:
    played = found.play(**way)
    assert played.status == 0, played.text
    assert found.installed("one") == found.installed("two")
    assert all(found.webs[host].serves() == found.installed(host) for host in HOSTS)
    assert applications(found) == 3


def _reissues(found: Site, way: dict[str, Any]) -> None:
    """A host that cannot put its certificate to use takes nothing from the others."""
    found.months_pass()
    before = {host: found.installed(host) for host in HOSTS}
    found.hosts["stuck"].update(certificate_services=IN_VAIN)
    played = found.play(**way)
    assert played.failed == {"stuck"}, played.text
    assert is_back(found, "stuck", before)
    # Ansible ends the play for all hosts: those that are not through keep what they have.
    kept = {host for host in HOSTS if host != "stuck" and not is_renewed(found, host, before)}
    assert not kept or way == FATAL, played.text
    assert all(found.installed(host) == before[host] for host in kept)


def _does_nothing(found: Site, way: dict[str, Any]) -> None:
    touch = ["touch", str(found.webs["stuck"].reload)]
    found.hosts["stuck"].update(certificate_services=[{"name": "web", "argv": touch}])
    again = found.play(**way)
    assert again.status == 0 and applications(found) == 6, again.text
    assert found.installed("one") == found.installed("two")
    assert all(found.webs[host].serves() == found.installed(host) for host in HOSTS)
    found.account.calls.clear()
    quiet = found.play(**way)
    assert quiet.status == 0 and not re.search("changed=[1-9]", quiet.text), quiet.text
    assert not found.account.calls


@pytest.mark.long
def test_hosts_that_wait_leave_a_turn_to_the_one_that_orders(tmp_path: Path) -> None:
    with site(tmp_path, ("one", "two", "three"), source="order", wait_timeout=30) as found:
        found.account.turn(lifetime_days=90.0)
        found.share("group", "one", "two", "three")
        for orders in (1, 2):
            played = found.play(*NARROW, strategy="free")
            assert played.status == 0, played.text
            assert len({found.installed(host) for host in found.hosts}) == 1
            assert len(found.account.world.orders) == orders
            found.months_pass()
