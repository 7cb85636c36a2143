# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that AWX slices: four controllers at the same moment, with nothing in common but the account."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.playbooks import environment
from tests.support.runs import listed
from tests.support.site import Site, site

ansible_runner = pytest.importorskip("ansible_runner")

SLICES = 4
HOSTS = [f"web{number}" for number in range(2 * SLICES)]
CREATE = "CreateCertificateForPackageRequest"
BOOKS = [{"ansible.builtin.import_playbook": f"certops.alicloud.{name}"} for name in ("issue", "renew")]


def start(found: Site, number: int) -> tuple[Any, Any]:
    """Start the job for one slice of the hosts, with a home and a directory of its own; return thread and runner."""
    directory = found.root / f"slice{number}"
    (directory / "project").mkdir(parents=True)
    (directory / "project" / "site.json").write_text(json.dumps(BOOKS))
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    hosts = {name: {**local, **found.hosts[name]} for name in HOSTS[number::SLICES]}
    started: tuple[Any, Any] = ansible_runner.run_async(
        private_data_dir=str(directory),
        playbook="site.json",
        inventory={"all": {"hosts": hosts}},
        envvars=environment(directory),
        quiet=True,
    )
    return started


def said(runner: Any, word: str) -> str:
    """The lines with a word that the events of a job bring."""
    return "\n".join(line for event in runner.events for line in event["stdout"].splitlines() if word in line)


@pytest.mark.long
def test_four_slices_order_one_certificate_for_each_host(tmp_path: Path) -> None:
    with site(tmp_path, HOSTS, days=0) as found:
        found.account.world.quota["digicert-free-1-free"] = len(HOSTS)
        for host in HOSTS:
            listed(found, host, {"domains": [f"{host}.example.com"]})
        jobs = [start(found, number) for number in range(SLICES)]
        for thread, _runner in jobs:
            thread.join()
        for number, (_thread, runner) in enumerate(jobs):
            assert runner.status == "successful", runner.stdout.read()[-3000:]
            own = HOSTS[number::SLICES]
            assert {event["event_data"].get("host") for event in runner.events} - {None} == {*own}
            (issued,) = said(runner, "issued: ").splitlines()
            assert [host for host in HOSTS if f"({host})" in issued] == own
            assert said(runner, "nothing to do").count("nothing to do") == len(own)
            notes = (tmp_path / f"slice{number}" / "home").rglob("order-*.json")
            assert len(list(notes)) == len(own), "a controller keeps notes of its own orders alone"
        orders = [order.names for order in found.account.world.orders.values()]
        assert sorted(orders) == [(f"{host}.example.com",) for host in HOSTS]
        counted = Counter(call.action for call in found.account.calls)
        assert {each.action for each in found.account.calls if each.write} == {CREATE}
        assert counted[CREATE] == len(HOSTS)
        # Each host looks before it orders, and once more while it may not be alone; the quota is read for each order.
        assert counted["ListUserCertificateOrder"] <= 2 * len(HOSTS), counted
        assert counted["DescribePackageState"] <= len(HOSTS), counted
        installed = {found.installed(host) for host in HOSTS}
        assert len(installed) == len(HOSTS) and None not in installed
        assert all(found.webs[host].serves() == found.installed(host) for host in HOSTS)
