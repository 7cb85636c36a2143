# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook that the README, the guides and the plugins show runs against an emulator: one process of Ansible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.example_stage import CSR, Stage
from tests.support.examples import Case, Example, examples
from tests.support.playbooks import CRASHES, Played

pytestmark = pytest.mark.slow

BUY: dict[str, Any] = {"type": "BUY", "spec": "geo.dv.f"}
ROOMY = {**BUY, "full": 2}
TEST: dict[str, Any] = {"type": "TEST"}
ISSUED = {**BUY, "state": "normal", "domains": ["www.example.com"]}
WITHDRAWN = {**BUY, "state": "withdrawn", "domains": ["shop.example.com"]}
WWW = ("www.example.com",)
REQUEST = "{{ certificate_directory | dirname }}/www.example.com.csr"
# What examples need that is not there by default. A protocol or a product that no server here has is previewed.
CASES: dict[str, Case] = {
    "guide_coming_from 0": Case(publishes=False),
    "guide_coming_from 3": Case(instances=(BUY,), ids=("cas-cn-0f950cacd7",)),
    "guide_coming_from 4": Case(instances=({**ISSUED, "csr": CSR},), ids=("cas-cn-0f950cacd7",)),
    "guide_first_certificate 1": Case(instances=(TEST,)),
    "guide_first_certificate 2": Case(like="option"),
    "guide_forms 1": Case(after="guide_forms 0"),
    "guide_forms 2": Case(check=True),
    "guide_forms 3": Case(check=True),
    "guide_forms 4": Case(check=True),
    "guide_forms 8": Case(check=True),
    "guide_forms 9": Case(uses="guide_forms 10"),
    "guide_instances 0": Case(orders=WWW, days=62, instances=(ISSUED,)),
    "guide_instances 1": Case(instances=(BUY,)),
    "guide_instances 2": Case(instances=(BUY,)),
    "guide_instances 3": Case(like="list", instances=(BUY,)),
    "guide_instances 4": Case(instances=({**TEST, "count": 3},)),
    "guide_instances 5": Case(after="guide_instances 1"),
    "guide_life_cycle 0": Case(publishes=False),
    "guide_moving 0": Case(publishes=False),
    "guide_moving 1": Case(after="guide_moving 0"),
    "guide_nginx 0": Case(publishes=False),
    "guide_renewal 0": Case(like="list"),
    "guide_renewal 2": Case(after="guide_renewal 0"),
    "guide_renewal 4": Case(like="option"),
    "guide_renewal 5": Case(orders=WWW),
    "guide_renewal 6": Case(after="guide_renewal 8"),
    "guide_renewal 7": Case(instances=(ISSUED, BUY)),
    "guide_renewal 10": Case(after="guide_renewal 8"),
    "guide_roles 2": Case(like="handlers"),
    "guide_scale 0": Case(publishes=False, variables={"requests": [REQUEST]}),
    "guide_scale 1": Case(variables={"csr": REQUEST}),
    "guide_validation 2": Case(publishes=False),
    "guide_validation 4": Case(publishes=False, uses="guide_validation 5"),
    "guide_validation 6": Case(publishes=False, uses="guide_validation 7"),
    "guide_validation 8": Case(publishes=False),
    "guide_validation 9": Case(publishes=False),
    "role certificate 2": Case(like="inventory", check=True, instances=(BUY, BUY, TEST), ids=("cas-cn-6aa802804a",)),
    "role certificate 3": Case(like="handlers"),
    "cas_certificate": Case(orders=WWW, instances=(ISSUED,), ids=("cas-cn-0f950cacd7",)),
    # A pool gives the one with the least room.
    "cas_instance": Case(
        publishes=False, instances=(ROOMY, ROOMY, BUY), ids=("cas-cn-0f950cacd7", "cas-cn-78e35cb85c")
    ),
    "cas_instance_info": Case(instances=(ISSUED, BUY), ids=("cas-cn-0f950cacd7",)),
    "cas_order_renew": Case(orders=WWW, days=62),
    "certificate": Case(check=True, instances=(WITHDRAWN, BUY), ids=("cas-cn-0f950cacd7",)),
    "certificate_store_info": Case(after="certificate_store"),
    "due": Case(orders=WWW),
}
A_FILE = "it is a file of tasks that another example uses"
NO_PLAYBOOK = "it is no part of a playbook"
OTHER_SERVICE = "it calls a service that this test has no stand-in for"
# Blocks that are not run by themselves, and why.
LEFT_OUT = {
    "CONTRIBUTING 0": NO_PLAYBOOK,
    "guide_credentials 3": OTHER_SERVICE,
    "guide_forms 10": A_FILE,
    "guide_renewal 3": NO_PLAYBOOK,
    "guide_validation 5": A_FILE,
    "guide_validation 7": A_FILE,
}
# What failed, with its play and its task.
FAILED = re.compile(
    r"(?:^PLAY \[(?:(?!^PLAY ).)*?)?^TASK \[[^\n]*\n(?:(?!^TASK |^PLAY ).)*?^(?:fatal|failed): [^\n]*", re.M | re.S
)
RECAP = re.compile(r"^(\S+\.example\.com) +: ok=(\d+) .*unreachable=(\d+) +failed=(\d+) .*ignored=(\d+)", re.MULTILINE)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Played]]:
    """All examples, each on a host and an account of its own."""
    shown = examples()
    with ExitStack() as stack:
        stage = Stage(tmp_path_factory.mktemp("examples"), stack)
        for name in (each for each in shown if each not in LEFT_OUT):
            add(stage, shown, name)
        yield stage, stage.run()


def add(stage: Stage, shown: Mapping[str, Example], name: str) -> None:
    """One example, after the one that it continues with."""
    case = CASES.get(name, Case())
    if case.after and case.after not in stage.places:
        add(stage, shown, case.after)
    if name not in stage.places:
        stage.add(shown[name], case, shown.get(case.uses))


def test_every_example_runs(played: tuple[Stage, Played]) -> None:
    stage, run = played
    assert run.status == 0, "\n".join(FAILED.findall(run.text))
    assert not any(crash in run.text for crash in CRASHES)
    ended = {host: (int(done), *map(int, bad)) for host, done, *bad in RECAP.findall(run.text)}
    assert ended.keys() == stage.played
    assert all(done > 0 and not any(bad) for done, *bad in ended.values()), ended


def test_a_preview_writes_nothing_and_the_others_reach_the_service(played: tuple[Stage, Played]) -> None:
    stage, _run = played
    previews = {stage.places[name].host for name, case in CASES.items() if case.check}
    assert not [host for host in previews if any(call.write for call in stage.accounts[host].calls)]
    writing = [host for host, account in stage.accounts.items() if any(call.write for call in account.calls)]
    assert len(writing) > 30


def test_what_is_left_out_has_one_of_few_reasons_and_files_are_used() -> None:
    shown = examples()
    assert len(shown) > 75 and not (CASES.keys() | LEFT_OUT.keys()) - shown.keys()
    assert set(LEFT_OUT.values()) == {A_FILE, NO_PLAYBOOK, OTHER_SERVICE} and len(LEFT_OUT) < 8
    files = {name for name, reason in LEFT_OUT.items() if reason == A_FILE}
    assert files == {case.uses for case in CASES.values() if case.uses} and all(shown[each].file for each in files)
