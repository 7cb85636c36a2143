# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks with orders and instances in one list, and instances that a run shares out: real runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.support.runs import listed, names, told
from tests.support.site import site

ISSUE, RENEW = "certops.alicloud.issue", "certops.alicloud.renew"
COMMON = {"source": "instance", "instance": {"pool": {"spec": "geo.dv.f"}, "contact": "Operations"}}


def test_one_list_has_orders_and_instances(tmp_path: Path) -> None:
    """The entries say where they come from; what instances have in common is given once."""
    entries: list[dict[str, Any]] = [
        {"domains": ["one.example.com"], "source": "order"},
        {"domains": ["two.example.com"]},
        {"domains": ["three.example.com"]},
        {"domains": ["four.example.com"], "source": "instance", "instance": {"pool": {"instance_type": "test"}}},
    ]
    with site(tmp_path, ["web1"], days=0) as found:
        found.account.turn(lifetime_days=90.0)
        (named,) = found.account.add_instance(spec="rap.dv.f")
        found.account.add_instance(spec="geo.dv.f", count=2)
        found.account.add_instance(type="TEST")
        entries[1]["instance"] = named.instance_id
        listed(found, "web1", *entries)
        found.hosts["web1"]["certificates_common"].update(COMMON)
        nothing = found.book(RENEW)
        assert nothing.status == 0 and not found.account.world.orders and not found.account.calls, nothing.text
        preview = found.book(ISSUE, "--check")
        assert preview.status == 0 and len(told(preview, "would be issued: ")) == 1, preview.text
        assert not any(each.write for each in found.account.calls)
        first = found.book(ISSUE)
        assert first.status == 0, first.text
        (issued,) = told(first, "issued: ")
        assert all(issued.count(entry["domains"][0]) == 1 for entry in entries), first.text
        applied = {each.instance_id: each for each in found.account.world.present_instances() if each.application}
        assert sorted(each.form.names for each in applied.values()) == [
            ("four.example.com",), ("three.example.com",), ("two.example.com",),
        ]  # fmt: skip
        assert applied[named.instance_id].form.names == ("two.example.com",)
        assert all(len(each.form.contacts) == 1 for each in applied.values())
        assert len(found.account.world.orders) == 1
        found.account.calls.clear()
        quiet = found.book(RENEW)
        assert quiet.status == 0 and not found.account.calls, quiet.text


def test_previews_and_runs_of_six_hosts_share_out_a_pool_of_four(tmp_path: Path) -> None:
    """No two hosts are told the same instance; two hosts are told that none is left, before anything is sent."""
    hosts = [f"web{number}" for number in range(6)]
    with site(tmp_path, hosts, days=0) as found:
        ids = {each.instance_id for each in found.account.add_instance(spec="geo.dv.f", count=4)}
        for host in hosts:
            listed(found, host, *names(host, 1))
            found.hosts[host]["certificates_common"].update(COMMON)
        for check in (["--check"], []):
            played = found.book(ISSUE, *check)
            assert played.status == 2 and len(played.failed) == 2, played.text
            for host in played.failed:
                (reason,) = {line for line in told(played, f"fatal: [{host}]") if "pool: no instance is for" in line}
                assert f"pool: no instance is for {host}-0.example.com already, and " in reason
                assert "Instances are bought in the console" in reason
            taken = re.findall(r"takes (cas-\S+),", played.text)
            if check:
                assert set(taken) == ids and len(taken) == 4, played.text
                assert not any(each.write for each in found.account.calls)
        used = [each for each in found.account.world.present_instances() if each.application]
        assert len(used) == 4 and all(each.application.attempt == 1 for each in used if each.application)
        assert len({each.form.names for each in used}) == 4
