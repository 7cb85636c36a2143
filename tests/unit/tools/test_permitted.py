# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call that the policy of its module and state does not grant fails a run of integration targets."""

from __future__ import annotations

import json
from typing import Any

from tests.tools.permitted import judge_calls

LIST, CREATE, CANCEL = "ListUserCertificateOrder", "CreateCertificateForPackageRequest", "CancelOrderRequest"
REVOKE = "CancelCertificateForPackageRequest"


def line(module: str, *calls: str, states: tuple[str, ...] = (), runs_on: bool = False) -> str:
    entry: dict[str, Any] = {"task": f"Run {module}", "action": f"certops.alicloud.{module}", "states": list(states)}
    return json.dumps({**entry, "runs_on": runs_on, "calls": list(calls)})


def judge(*lines: str) -> Any:
    return judge_calls({"target": "\n".join(lines)})


def test_what_is_granted_passes() -> None:
    found = judge(line("cas_order", LIST, CREATE, states=("present",)), line("cas_package_info"))
    assert (found.passed, found.failed, found.complaint) == (2, 0, "")


def test_what_is_not_granted_is_named() -> None:
    found = judge(line("cas_order", LIST, REVOKE, states=("present",)), line("cas_order", LIST))
    assert (found.passed, found.failed) == (1, 1)
    assert f"target: Run cas_order: cas_order called {REVOKE}" in found.notes[-1]


def test_each_state_has_a_policy_of_its_own() -> None:
    assert judge(line("cas_order", REVOKE, states=("revoked",))).failed == 0
    assert judge(line("cas_order", CREATE, states=("revoked",))).failed == 1
    assert judge(line("cas_order", CREATE, REVOKE, states=("revoked", "present"))).failed == 0


def test_a_module_without_states_has_all_of_its_uses() -> None:
    assert judge(line("cas_order_info", LIST, "GetUserCertificateDetail")).failed == 0
    assert judge(line("cas_order_info", CREATE)).failed == 1


def test_what_runs_beside_other_tasks_may_call_meanwhile() -> None:
    beside = line("cas_order", states=("present",), runs_on=True)
    assert judge(beside, line("cas_package_info", CREATE)).failed == 0
    assert judge(line("cas_package_info", CREATE), beside).failed == 1


def test_a_target_without_a_call_proves_nothing() -> None:
    assert judge(line("cas_order", states=("present",))).complaint == "no call was recorded in target"


def test_tasks_that_call_no_service_are_not_judged() -> None:
    assert judge(line("certificate_store", CREATE)) is None
