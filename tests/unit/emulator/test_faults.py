# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault does what it says, as often as it was told to."""

from __future__ import annotations

import json
import threading

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.faults import KINDS
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.core.reply import Lost
from tests.support.calls import PACKAGE, send

WISH = {"Domain": "a.example"}
LIST = "ListUserCertificateOrder"


def broken(**rule: object) -> Emulator:
    emulator = Emulator()
    emulator.inject(**rule)
    return emulator


def orders(emulator: Emulator) -> int:
    return len(emulator.world.present())


@pytest.mark.parametrize(("kind", "before", "made"), [("request_lost", True, 0), ("answer_lost", False, 1)])
def test_lost(kind: str, before: bool, made: int) -> None:
    emulator = broken(kind=kind)
    with pytest.raises(Lost) as caught:
        send(emulator, PACKAGE, WISH)
    assert caught.value.before_effect is before
    assert caught.value.partial is None
    assert orders(emulator) == made
    assert send(emulator, PACKAGE, WISH).status == 200


def test_cut_has_a_partial_answer() -> None:
    emulator = broken(kind="cut")
    with pytest.raises(Lost) as caught:
        send(emulator, PACKAGE, WISH)
    assert caught.value.partial is not None
    assert caught.value.partial.json()["OrderId"]
    assert orders(emulator) == 1


@pytest.mark.parametrize(
    ("rule", "status", "code", "made"),
    [
        ({"kind": "error_before"}, 500, "InternalError", 0),
        ({"kind": "error_before", "code": "ServiceUnavailable"}, 503, "ServiceUnavailable", 0),
        ({"kind": "error_after"}, 500, "InternalError", 1),
        ({"kind": "throttled", "retry_after_ms": 7}, 400, "Throttling.User", 0),
        ({"kind": "throttled", "status": 429, "code": "Throttling"}, 429, "Throttling", 0),
        ({"kind": "code", "code": "Surprise", "status": 418}, 418, "Surprise", 0),
        ({"kind": "code", "code": "Surprise", "effect": True}, 400, "Surprise", 1),
    ],
)
def test_error_answers(rule: dict[str, object], status: int, code: str, made: int) -> None:
    emulator = broken(**rule)
    reply = send(emulator, PACKAGE, WISH)
    assert (reply.status, reply.json()["Code"], orders(emulator)) == (status, code, made)
    assert reply.headers.get("x-acs-retry-after") == (
        {"throttled": str(rule.get("retry_after_ms", 1000))}.get(str(rule["kind"]))
    )


@pytest.mark.parametrize(("rule", "status", "made"), [({}, 502, 0), ({"status": 200, "effect": True}, 200, 1)])
def test_html(rule: dict[str, object], status: int, made: int) -> None:
    emulator = broken(kind="html", **rule)
    reply = send(emulator, PACKAGE, WISH)
    assert (reply.status, reply.headers["Content-Type"], orders(emulator)) == (status, "text/html", made)
    assert reply.body.startswith(b"<html>")


@pytest.mark.parametrize("effect", [True, False])
def test_garbage(effect: bool) -> None:
    emulator = broken(kind="garbage_json", effect=effect)
    reply = send(emulator, PACKAGE, WISH)
    assert (reply.status, orders(emulator)) == (200, int(effect))
    with pytest.raises(json.JSONDecodeError):
        reply.json()


def test_redirect() -> None:
    emulator = broken(kind="redirect", location="https://elsewhere.example/")
    reply = send(emulator, PACKAGE, WISH)
    assert (reply.status, reply.headers["Location"], orders(emulator)) == (302, "https://elsewhere.example/", 0)


@pytest.mark.parametrize(
    ("rule", "seen", "status"), [({}, 1, 200), ({"effect_first": False}, 0, 200), ({"effect": False}, 0, 503)]
)
def test_slow(rule: dict[str, object], seen: int, status: int) -> None:
    during: list[tuple[float, int]] = []
    emulator = Emulator(sleep=lambda seconds: during.append((seconds, orders(emulator))))
    emulator.inject(kind="slow", seconds=30, **rule)
    assert send(emulator, PACKAGE, WISH).status == status
    assert during == [(30, seen)]


def test_a_slow_call_holds_up_nobody() -> None:
    begun, go = threading.Event(), threading.Event()

    def sleep(_seconds: float) -> None:
        begun.set()
        assert go.wait(60)

    emulator = Emulator(sleep=sleep)
    emulator.inject(kind="slow", action=PACKAGE)
    thread = threading.Thread(target=send, args=(emulator, PACKAGE, WISH))
    thread.start()
    assert begun.wait(60)
    assert send(emulator, LIST).status == 200
    go.set()
    thread.join(60)


def test_rules_wait_and_count() -> None:
    emulator = broken(kind="code", code="X", action=PACKAGE, skip=1, times=2)
    statuses = [send(emulator, action, WISH).status for action in (PACKAGE, LIST, PACKAGE, PACKAGE, PACKAGE)]
    assert statuses == [200, 200, 400, 400, 200]


def test_a_rule_without_end() -> None:
    emulator = broken(kind="code", times=0)
    assert {send(emulator, LIST).status for _call in range(5)} == {400}


def test_rules_in_a_row() -> None:
    emulator = broken(kind="throttled")
    emulator.inject(kind="html")
    assert [send(emulator, LIST).status for _call in range(3)] == [400, 502, 200]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": "flood"},
        {"kind": "html", "status": "502"},
        {"kind": "html", "times": True},
        {"kind": "html", "x": 1},
    ],
)
def test_wrong_rules_are_refused(rule: dict[str, object]) -> None:
    with pytest.raises(Impossible):
        Emulator().inject(**rule)


def test_the_log_says_what_the_caller_got() -> None:
    emulator = broken(kind="answer_lost", action=PACKAGE)
    emulator.inject(kind="garbage_json", action=LIST)
    with pytest.raises(Lost):
        send(emulator, PACKAGE, WISH)
    send(emulator, LIST)
    number = emulator.world.present()[0].number
    send(emulator, "CancelOrderRequest", {"OrderId": str(number)})
    told = [(entry.action, entry.code, entry.status, entry.order_id, entry.write) for entry in emulator.calls]
    assert told == [
        (PACKAGE, "answer_lost", 0, str(number), True),
        (LIST, "garbage_json", 200, None, False),
        ("CancelOrderRequest", "OrderStateError", 403, str(number), True),
    ]


def test_a_fork_has_the_same_faults_to_itself() -> None:
    emulator = broken(kind="code")
    twin = emulator.fork()
    assert [send(one, LIST).status for one in (emulator, twin, emulator, twin)] == [400, 400, 200, 200]


def test_there_is_a_test_for_each_kind() -> None:
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []
