# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX runs it: ansible-runner, the environment of the credential type, and the JSON events of the run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys
from playbooks.files.emulator.core.server import Server
from playbooks.files.emulator.core.world import World
from tests.support.awx import injected
from tests.support.playbooks import environment

ansible_runner = pytest.importorskip("ansible_runner")

FREE = "digicert-free-1-free"
ACCOUNTS = {"first": (3, "first-secret-of-a-test"), "second": (5, "second-secret-of-a-test")}
# The connection of one account in a loop; what the environment has is for the others.
LOOP = [
    {
        "name": "Read the quota of each account",
        "certops.alicloud.cas_package_info": {
            "product_codes": [FREE],
            "endpoint": "{{ item.url }}",
            "access_key_id": "{{ item.key }}",
            "access_key_secret": "{{ item.secret }}",
        },
        "loop": "{{ accounts }}",
        "loop_control": {"label": "{{ item.key }}"},
    },
    {"name": "Read the quota of the job", "certops.alicloud.cas_package_info": {"product_codes": [FREE]}},
    {
        "name": "Read it with a wrong secret",
        "certops.alicloud.cas_package_info": {"access_key_secret": "wrong-secret-of-a-test"},
        "ignore_errors": True,
    },
]


@dataclass
class Job:
    """A run that has ended: its events by the names of their tasks, and all that it left on the disk."""

    events: list[dict[str, Any]]
    status: str
    text: str
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for event in self.events:
            if event["event"].startswith(("runner_on_ok", "runner_on_failed", "runner_item_on_ok")):
                data = event["event_data"]
                self.results.setdefault(f"{event['event']} {data['task']}", []).append(data["res"])


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """One job for all tests of this file: it takes some seconds."""
    directory = tmp_path_factory.mktemp("job")
    with ExitStack() as stack:
        accounts = []
        for key, (total, secret) in ACCOUNTS.items():
            account = Emulator(World(quota={FREE: total}), keys=Keys(key, secret))
            accounts.append({"url": stack.enter_context(Server(account)).url, "key": key, "secret": secret})
        variables = injected(access_key_id="first", access_key_secret=ACCOUNTS["first"][1])
        yield _run(directory, [*accounts, accounts[0]], variables)


def _run(directory: Path, accounts: list[dict[str, str]], variables: dict[str, str]) -> Job:
    play = {"name": "Read", "hosts": "localhost", "gather_facts": False, "tasks": LOOP, "vars": {"accounts": accounts}}
    policy = {
        "name": "Print the policy",
        "ansible.builtin.import_playbook": "certops.alicloud.ram_policy",
        "vars": {"ram_policy_modules": {"cas_order": ["cancelled"]}, "ram_policy_file": str(directory / "policy.json")},
    }
    (directory / "project").mkdir()
    (directory / "project" / "site.json").write_text(json.dumps([play, policy]))
    # Since ansible-core 2.21, results tell of the options of a task only where that is asked for.
    shown = {"ANSIBLE_INJECT_INVOCATION": "true", "ALIBABA_CLOUD_CAS_ENDPOINT": accounts[0]["url"]}
    around = environment(directory, **shown, **variables)
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    done = ansible_runner.run(
        private_data_dir=str(directory),
        playbook="site.json",
        inventory={"all": {"hosts": {"localhost": host}}},
        envvars=around,
        verbosity=3,
        quiet=True,
    )
    text = done.stdout.read() + (directory / "policy.json").read_text()
    return Job(list(done.events), done.status, text)


def test_the_job_ends_well_with_an_event_for_each_task(job: Job) -> None:
    assert job.status == "successful", job.text[-2000:]
    assert {
        "runner_on_ok Read the quota of the job",
        "runner_on_failed Read it with a wrong secret",
        "runner_on_ok Report the policy",
    } <= set(job.results)


def test_the_environment_of_the_credential_is_what_a_task_calls_with(job: Job) -> None:
    (result,) = job.results["runner_on_ok Read the quota of the job"]
    assert result["packages"][0]["total"] == 3


def test_each_item_of_a_loop_has_its_own_account_in_the_worker(job: Job) -> None:
    items = job.results["runner_item_on_ok Read the quota of each account"]
    assert [item["packages"][0]["total"] for item in items] == [3, 5, 3]
    assert job.text.count("cas_package_info runs in the worker of the controller") >= 3


def test_no_event_has_a_secret(job: Job) -> None:
    (refused,) = job.results["runner_on_failed Read it with a wrong secret"]
    assert "Check access_key_secret." in refused["msg"]
    results = json.dumps(job.results)
    assert "wrong-secret-of-a-test" not in results + job.text
    assert "second-secret-of-a-test" not in json.dumps([item["invocation"] for item in _with_arguments(job)])


def _with_arguments(job: Job) -> list[dict[str, Any]]:
    found = [res for results in job.results.values() for res in results if "invocation" in res]
    assert found
    return found


def test_the_policy_is_printed_and_written(job: Job) -> None:
    (report,) = job.results["runner_on_ok Report the policy"]
    (statement,) = report["msg"]["Statement"]
    assert statement["Action"] == [
        "yundun-cert:CancelOrderRequest",
        "yundun-cert:DescribeCertificateState",
        "yundun-cert:ListUserCertificateOrder",
    ]
    assert json.dumps(report["msg"], indent=2) in job.text
