# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of tasks that wanted instances at the same moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playbooks.files.emulator.instances.facts import Instance
from playbooks.files.emulator.orders.parameters import read_csr
from tests.reliability.exactly_once.plays import TaskResult


@dataclass(frozen=True)
class Outcome:
    """What came of a case: the instances, the wishes of the hosts, and how their tasks ended."""

    instances: Sequence[Instance]
    hosts: Mapping[str, Mapping[str, Any]]
    tasks: Mapping[str, TaskResult]

    @property
    def applications(self) -> dict[str, int]:
        applied = {each.instance_id: each.application.attempt for each in self.instances if each.application}
        return {instance_id: number for instance_id, number in applied.items() if number}

    @property
    def failed(self) -> dict[str, str]:
        return {host: str(task.result.get("msg", "")) for host, task in self.tasks.items() if task.failed}

    @property
    def succeeded(self) -> dict[str, Mapping[str, Any]]:
        return {host: task.result.get("instance") or {} for host, task in self.tasks.items() if not task.failed}

    def believed(self) -> list[str]:
        """Successes without a certificate for the name and the key of the host."""
        there = {each.instance_id: each.newest for each in self.instances}
        wrong = []
        for host, shown in self.succeeded.items():
            newest, wish = there.get(str(shown.get("instance_id"))), self.hosts[host]
            fits = newest and newest.names[:1] == (wish["domain"],) and newest.form.spki == read_csr(wish["csr"]).spki
            if not (newest and fits and shown.get("certificate_id") == str(newest.number)):
                wrong.append(f"{host}: {shown.get('instance_id')}, which has {newest and newest.names}")
        return wrong

    def unclear(self) -> list[str]:
        """Failures that do not say that the pool is used up."""
        return [f"{host}: {text}" for host, text in self.failed.items() if "pool: no instance is for" not in text]
