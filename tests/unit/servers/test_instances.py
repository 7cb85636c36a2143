# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server serves what an instance gives: a first certificate, a reissue, and what hosting reissued."""

from __future__ import annotations

from typing import Any

from tests.support import servers
from tests.support.instance_calls import APPLY, CONTACT, bought
from tests.support.machines import Machine, machine, run
from tests.world import programs

DAY = 86400.0


def shown(host: Machine, instance_id: str, **options: Any) -> tuple[str, int]:
    """What is served after a run, which is what is installed; and how many applications it sent."""
    before = len(host.account.calls)
    done = run(host, source="instance", instance={"instance_id": instance_id, "contact_ids": [str(CONTACT)]}, **options)
    current = done.facts["current"]["sha256_fingerprint"]
    assert {each["sha256_fingerprint"] for each in done.facts["served"]} == {current}
    return current, [each.action for each in list(host.account.calls)[before:]].count(APPLY)


def test_nginx_serves_each_certificate_of_an_instance() -> None:
    programs.provide()
    with servers.stopped(servers.KINDS["nginx"]) as server:
        host = machine(server)
        instance_id = bought(host.account, spec="geo.dv.f", auto_reissue=True)
        first, applications = shown(host, instance_id)
        assert applications == 1
        assert shown(host, instance_id) == (first, 0)
        host.account.advance(150 * DAY)
        host.account.happen("host", instance_id)
        hosted, applications = shown(host, instance_id)
        assert (hosted != first, applications) == (True, 0)
        reissued, applications = shown(host, instance_id, force=True)
        assert (reissued in (first, hosted), applications) == (False, 1)
