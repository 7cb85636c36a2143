# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases have every fault and every workflow in them."""

from __future__ import annotations

import pytest

from tests.reliability.exactly_once.cases import WAYS, Call, Calls, every_case, few_cases, fewer_cases
from tests.reliability.exactly_once.faults import FAULTS
from tests.reliability.instances.workflows import WORKFLOWS as INSTANCE_WORKFLOWS
from tests.reliability.orders.workflows import OTHER_CREATE, WORKFLOWS

CREATE, LIST = "CreateCertificateForPackageRequest", "ListUserCertificateOrder"
BY_NAME = {workflow.name: workflow for workflow in WORKFLOWS}
CALLS: Calls = {
    workflow.name: [Call(0, LIST, False), Call(1, CREATE, True), Call(2, LIST, False)] for workflow in WORKFLOWS
}


def test_every_case() -> None:
    cases = every_case(WORKFLOWS, CALLS, 1)
    plain = {(case.workflow.name, case.call.action, case.fault.name, case.way) for case in cases if not case.lag}
    for workflow in BY_NAME:
        for fault in FAULTS:
            for way in WAYS:
                assert (workflow, CREATE, fault.name, way) in plain
                assert workflow == OTHER_CREATE or (
                    ((workflow, LIST, fault.name, way) in plain) is not fault.only_writes
                )
    assert len({case.name for case in cases}) == len(cases)
    assert {case.workflow.name for case in cases if case.lag} == {
        name for name, workflow in BY_NAME.items() if workflow.makes
    }


@pytest.mark.parametrize("seed", range(5))
def test_few_cases_have_something_of_everything(seed: int) -> None:
    cases = few_cases(WORKFLOWS, CALLS, seed)
    assert [case.text for case in cases] == [case.text for case in few_cases(WORKFLOWS, CALLS, seed)]
    assert {case.fault.name for case in cases} >= {fault.name for fault in FAULTS}
    assert {case.workflow.name for case in cases} == set(BY_NAME)
    assert {case.way for case in cases} == set(WAYS)
    assert any(case.lag for case in cases)


@pytest.mark.parametrize("seed", range(5))
def test_fewer_cases_have_every_workflow_and_no_play_of_their_own(seed: int) -> None:
    calls: Calls = {workflow.name: [Call(0, LIST, False), Call(1, CREATE, True)] for workflow in INSTANCE_WORKFLOWS}
    cases = fewer_cases(INSTANCE_WORKFLOWS, calls, seed)
    assert {case.workflow.name for case in cases} == {workflow.name for workflow in INSTANCE_WORKFLOWS}
    assert {case.way for case in cases} == set(WAYS)
    assert not any(case.urgent or case.alone for case in cases)
