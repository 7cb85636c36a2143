# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part orders sees what it must see: nothing that goes wrong is taken for good."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.emulator.core.emulator import Logged
from tests.reliability.orders_accounts import NAME, Facts, Kit, kill_client, start
from tests.reliability.orders_cases import (
    FREE,
    OTHER_CREATE,
    TROUBLES,
    WAYS,
    WORKFLOWS,
    Call,
    Calls,
    Case,
    every_case,
    few_cases,
)
from tests.reliability.orders_lots import Tried
from tests.reliability.orders_plays import CHECK, FIRST, NEXT, Ending
from tests.reliability.orders_verdict import Wrong, how_it_ended, is_blind, judge

KIT = Kit()
CREATE, LIST = "CreateCertificateForPackageRequest", "ListUserCertificateOrder"
BY_NAME = {workflow.name: workflow for workflow in WORKFLOWS}
CALLS: Calls = {
    workflow.name: [Call(0, LIST, False), Call(1, CREATE, True), Call(2, LIST, False)] for workflow in WORKFLOWS
}


def ending(failed: bool = False, **result: Any) -> Ending:
    return Ending(1.0, failed, result)


def logged(action: str = CREATE, fault: str | None = "answer_lost") -> Logged:
    return Logged(action, "OK" if fault is None else fault, 0, None, "", action == CREATE, fault)


def good(workflow: str = "create") -> Tried:
    """A case that went as it should."""
    asked = BY_NAME[workflow]
    case = Case("case-0", asked, TROUBLES[1], "direct", Call(1, CREATE, True))
    tried = Tried(case, start(KIT, asked.prepare))
    tried.account.calls = tried.calls = [logged(LIST, None), logged()]
    target = {tried.start.target} if tried.start.target and not asked.makes else set()
    made = [tried.account.first] if asked.makes else []
    facts = Facts(
        made,
        target if asked.withdraws else set(),
        target if asked.deletes else set(),
        target if asked.revokes else set(),
    )
    tried.facts = [facts, facts]
    order = {"order_id": str(made[0])} if made else None
    tried.endings = {name: ending(order=order, plan=[], changed=False) for name in (FIRST, NEXT, CHECK)}
    return tried


@pytest.mark.parametrize("workflow", BY_NAME)
def test_good(workflow: str) -> None:
    assert judge(good(workflow)) == []


def _twice(tried: Tried) -> None:
    tried.facts[1] = replace(tried.facts[1], made=[*tried.facts[1].made, 7])


def _bystander(tried: Tried) -> None:
    tried.facts[1].revoked.add(min(tried.start.bystanders))


def _own_deleted(tried: Tried) -> None:
    tried.facts[1].deleted.update(tried.facts[1].made)


def _next_fails(tried: Tried) -> None:
    tried.endings[NEXT] = ending(True, msg="no")


def _other_order(tried: Tried) -> None:
    tried.endings[NEXT] = ending(order={"order_id": "1"})


def _plans(tried: Tried) -> None:
    tried.endings[CHECK] = ending(plan=[{"action": CREATE}], changed=True)


def _says_nothing(tried: Tried) -> None:
    del tried.endings[FIRST]


def _no_message(tried: Tried) -> None:
    tried.endings[FIRST] = ending(True, outcome="unknown")


def _no_doubt(tried: Tried) -> None:
    tried.endings[FIRST] = ending(True, msg="no")


def _fault_of_ours(tried: Tried) -> None:
    tried.endings[FIRST] = ending(True, msg="This is a fault of the collection (KeyError)", outcome="unknown")


def _late(tried: Tried) -> None:
    tried.endings[FIRST] = replace(tried.endings[FIRST], seconds=1000.0)


def _overrun(tried: Tried) -> None:
    tried.overrun = True


def _missed(tried: Tried) -> None:
    tried.account.calls = tried.calls = [logged(LIST)]


@pytest.mark.parametrize(
    ("spoil", "wrong"),
    [
        (_twice, Wrong.TWICE),
        (_bystander, Wrong.BEYOND),
        (_own_deleted, Wrong.BEYOND),
        (_next_fails, Wrong.NOT_CONVERGED),
        (_other_order, Wrong.NOT_CONVERGED),
        (_plans, Wrong.NOT_SETTLED),
        (_says_nothing, Wrong.UNCLEAR),
        (_no_message, Wrong.UNCLEAR),
        (_no_doubt, Wrong.UNCLEAR),
        (_fault_of_ours, Wrong.TRACEBACK),
        (_late, Wrong.LATE),
        (_overrun, Wrong.LATE),
        (_missed, Wrong.MISSED),
    ],
)
def test_wrong(spoil: Callable[[Tried], None], wrong: Wrong) -> None:
    tried = good()
    spoil(tried)
    assert [kind for kind, _why in judge(tried)] == [wrong]


def test_an_unknown_outcome_is_a_clear_failure() -> None:
    tried = good()
    tried.endings[FIRST] = ending(True, msg="Perhaps.", outcome="unknown")
    assert (judge(tried), how_it_ended(tried)) == ([], "unknown")


@pytest.mark.parametrize(
    ("fault", "in_doubt"), [("answer_lost", True), ("slow", True), ("html", True), ("throttled", False), (None, False)]
)
def test_only_a_write_that_may_have_happened_leaves_doubt(fault: str | None, in_doubt: bool) -> None:
    tried = good()
    tried.account.calls = tried.calls = [logged(LIST, "slow"), logged(fault=fault)]
    tried.endings[FIRST] = ending(True, msg="no")
    kinds = [kind for kind, _why in judge(tried)]
    assert (Wrong.UNCLEAR in kinds) is in_doubt


def test_every_case() -> None:
    cases = every_case(CALLS, 1)
    plain = {(case.workflow.name, case.call.action, case.trouble.name, case.way) for case in cases if not case.lag}
    for workflow in BY_NAME:
        for trouble in TROUBLES:
            for way in WAYS:
                assert (workflow, CREATE, trouble.name, way) in plain
                assert workflow == OTHER_CREATE or (
                    ((workflow, LIST, trouble.name, way) in plain) is not trouble.only_writes
                )
    assert len({case.name for case in cases}) == len(cases)
    assert {case.workflow.name for case in cases if case.lag} == {
        name for name, workflow in BY_NAME.items() if workflow.makes
    }


@pytest.mark.parametrize("seed", range(5))
def test_few_cases_have_something_of_everything(seed: int) -> None:
    cases = few_cases(CALLS, seed)
    assert [case.text for case in cases] == [case.text for case in few_cases(CALLS, seed)]
    assert {case.trouble.name for case in cases} >= {trouble.name for trouble in TROUBLES}
    assert {case.workflow.name for case in cases} == set(BY_NAME)
    assert {case.way for case in cases} == set(WAYS)
    assert any(case.lag for case in cases)


def test_an_account_notes_what_no_list_shows() -> None:
    tried = good()
    account = start(KIT, BY_NAME["create"].prepare, lag=20.0).account
    tried.start = replace(tried.start, account=account)
    account.handle("POST", "/", {})
    account.call(CREATE, {"Domain": NAME, "ProductCode": FREE, "ValidateType": "DNS"})
    account.rest()
    account.handle("POST", "/", {})
    assert account.unseen == [False, True]
    assert is_blind(tried)


def test_the_client_of_a_port_is_killed_and_nobody_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        script = f"import socket; mine = socket.create_connection(('127.0.0.1', {port})); mine.recv(1)"
        other = "import sys; sys.stdin.read()"
        with (
            subprocess.Popen([sys.executable, "-c", script]) as child,
            subprocess.Popen([sys.executable, "-c", other], stdin=subprocess.PIPE) as bystander,
            contextlib.closing(door.accept()[0]),
        ):
            assert kill_client(port)
            assert child.wait(10) == -9
            assert not kill_client(port)
            assert bystander.poll() is None
            bystander.kill()
