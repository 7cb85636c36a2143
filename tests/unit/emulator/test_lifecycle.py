# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statuses follow from facts and the clock."""

from __future__ import annotations

import copy

import pytest

from playbooks.files.emulator.core import dials
from playbooks.files.emulator.core.dials import Dials, as_json, meanings, turn
from playbooks.files.emulator.core.refusal import Impossible
from playbooks.files.emulator.core.world import World
from playbooks.files.emulator.orders.lifecycle import DAY, Order, Phase, phase
from tests.support.calls import FREE, PAID, START, ask, issued, order, status_of, still, type_of

BARE = Order(1, ("a.example",), PAID, "DNS", "", b"", applied=0.0)


def test_an_ordinary_life() -> None:
    emulator = still(settle_seconds=5, record_delay_seconds=3)
    number = int(ask(emulator, "CreateCertificateForPackageRequest", Domain="a.example", ProductCode=PAID)["OrderId"])

    def words() -> tuple[str, str]:
        return type_of(emulator, number), status_of(emulator, number)

    emulator.advance(4.9)
    assert words() == ("payed", "PAYED")
    emulator.advance(0.1)
    assert words() == ("domain_verify", "CHECKING")
    emulator.prove(number)
    assert words() == ("process", "CHECKING")
    emulator.accept(number)
    assert words() == ("certificate", "ISSUED")
    emulator.advance(168.9 * DAY)
    assert words() == ("certificate", "ISSUED")
    emulator.advance(0.2 * DAY)
    assert words() == ("certificate", "WILLEXPIRED")
    emulator.advance(30 * DAY)
    assert words() == ("certificate", "EXPIRED")


def test_refused_withdrawn_and_revoked_words() -> None:
    emulator = still()
    refused, withdrawn, revoked = order(emulator), order(emulator, "b.example"), issued(emulator, "c.example")
    emulator.reject(refused)
    ask(emulator, "CancelOrderRequest", OrderId=withdrawn)
    ask(emulator, "CancelCertificateForPackageRequest", OrderId=revoked)
    types = [type_of(emulator, number) for number in (refused, withdrawn, revoked)]
    statuses = [status_of(emulator, number) for number in (refused, withdrawn, revoked)]
    assert types == ["verify_fail", "payed", "unknow"]
    assert statuses == ["CHECKED_FAIL", "PAYED", "REVOKED"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Phase.UNSUBMITTED),
        ({"submitted": 1.0, "taken_up": 20.0}, Phase.SETTLING),
        ({"submitted": 1.0, "taken_up": 2.0}, Phase.VALIDATING),
        ({"taken_up": 2.0, "proven": 3.0}, Phase.REVIEWING),
        ({"taken_up": 2.0, "proven": 3.0, "withdrawn": 4.0}, Phase.WITHDRAWN),
        ({"taken_up": 2.0, "withdrawn": 40.0}, Phase.VALIDATING),
        ({"taken_up": 2.0, "rejected": 3.0}, Phase.FAILED),
        ({"issued": 3.0, "ends": 100 * DAY, "withdrawn": 4.0}, Phase.ISSUED),
        ({"issued": 3.0, "ends": 20 * DAY}, Phase.EXPIRING),
        ({"issued": 3.0, "ends": 9.0}, Phase.EXPIRED),
        ({"issued": 3.0, "ends": 9.0, "revoked": 5.0}, Phase.REVOKED),
        ({"issued": 3.0, "ends": 100 * DAY, "revoked": 50.0}, Phase.ISSUED),
        ({"rejected": 3.0, "deleted": 4.0}, Phase.GONE),
    ],
)
def test_phase_of_facts(facts: dict[str, float], expected: Phase) -> None:
    assert phase(Order(**{**BARE.__dict__, **facts}), 10.0) is expected


def test_proof_at_once_and_review_happen_by_themselves() -> None:
    emulator = still(proof="at_once", settle_seconds=2, record_delay_seconds=1, review_seconds=10)
    number = order(emulator)
    assert type_of(emulator, number) == "process"
    emulator.advance(10)
    assert type_of(emulator, number) == "certificate"
    emulator.advance(1000)
    facts = emulator.world.order(number)
    assert facts is not None and facts.issued == START + 13


def test_an_order_that_nobody_proves_fails_after_its_days() -> None:
    emulator = still(validation_days=3)
    number = order(emulator)
    emulator.advance(3 * DAY - 2)
    assert type_of(emulator, number) == "domain_verify"
    emulator.advance(2)
    assert type_of(emulator, number) == "verify_fail"


@pytest.mark.parametrize(("product", "days"), [(FREE, 90), (PAID, 199)])
def test_lifetimes(product: str, days: int) -> None:
    emulator = still()
    facts = emulator.world.order(issued(emulator, product=product))
    assert facts is not None and facts.ends == START + 3 + days * DAY


def test_lifetime_and_expiring_by_dial() -> None:
    emulator = still(lifetime_days=10, expiring_days=4)
    number = issued(emulator)
    emulator.advance(5.9 * DAY)
    assert status_of(emulator, number) == "ISSUED"
    emulator.advance(0.2 * DAY)
    assert status_of(emulator, number) == "WILLEXPIRED"


def test_words_by_dial() -> None:
    emulator = still(expired_type="unknow", lifetime_days=1)
    number = issued(emulator)
    emulator.advance(2 * DAY)
    assert type_of(emulator, number) == "unknow"
    emulator.turn(unknown_type="waiting_for_godot", unknown_status="LIMBO")
    assert (type_of(emulator, number), status_of(emulator, number)) == ("waiting_for_godot", "LIMBO")


def test_a_running_world_moves_by_itself() -> None:
    world = World(base=START)
    first = world.now()
    world.advance(60)
    assert START <= first < START + 5
    assert world.now() >= first + 60


def test_copies_go_their_own_ways_and_share_the_ca() -> None:
    emulator = still()
    number = order(emulator)
    twin = copy.deepcopy(emulator.world)
    emulator.accept(number)
    emulator.set_quota("other", 1)
    assert twin.phase(twin.orders[number]) is Phase.VALIDATING
    assert "other" not in twin.quota
    assert twin.authority is emulator.world.authority


def test_copies_issue_the_same_certificate() -> None:
    emulator = still()
    number = order(emulator)
    twin = emulator.fork()
    emulator.accept(number)
    twin.accept(number)
    asked = [ask(one, "DescribeCertificateState", OrderId=number) for one in (emulator, twin)]
    assert asked[0] == asked[1]


def test_fingerprint_knows_nothing_of_ids_and_dates() -> None:
    early, late = still(), still()
    late.advance(500 * DAY)
    lost = order(late)
    ask(late, "CancelOrderRequest", OrderId=lost)
    ask(late, "DeleteCertificateRequest", OrderId=lost)
    first, second = issued(early), issued(late)
    assert first != second
    assert early.world.fingerprint() == late.world.fingerprint()
    assert hash(early.world.fingerprint()) == hash(late.world.fingerprint())


def test_fingerprint_sees_what_still_matters() -> None:
    emulator = still()
    seen = {emulator.world.fingerprint()}
    number = order(emulator)
    seen.add(emulator.world.fingerprint())
    emulator.prove(number)
    seen.add(emulator.world.fingerprint())
    emulator.accept(number)
    seen.add(emulator.world.fingerprint())
    emulator.advance(DAY)
    seen.add(emulator.world.fingerprint())
    emulator.turn(ids="text")
    seen.add(emulator.world.fingerprint())
    assert len(seen) == 6


def test_fingerprint_of_a_failed_order_does_not_age() -> None:
    emulator = still()
    emulator.reject(order(emulator))
    before = emulator.world.fingerprint()
    emulator.advance(DAY)
    assert emulator.world.fingerprint() == before


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("settle_seconds", "2.5", 2.5),
        ("review_seconds", "none", None),
        ("shuffle", "7", 7),
        ("form_body", "false", False),
        ("denied", "A,B", ("A", "B")),
        ("rate_limits", "*:3,A:1", (("*", 3.0), ("A", 1.0))),
        ("rate_limits", '{"A": 2}', (("A", 2.0),)),
        ("rate_limits", "off", ()),
    ],
)
def test_dials_from_text(name: str, text: str, value: object) -> None:
    assert getattr(turn(Dials(), {name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("settle_seconds", "soon"), ("settle_seconds", "nan"), ("settle_seconds", True), ("proof", "magic"),
        ("nonsense", 1), ("form_body", "perhaps"), ("page_size", 1.5), ("rate_limits", "A:0"), ("rate_limits", 3),
        ("denied", 3), ("record_form", 3), ("page_size", 0), ("settle_seconds", -1), ("dns_server", "localhost:53"),
        ("proof_address", "a:b:c"), ("dns_server", "127.0.0.1:x"), ("proof", "dns"),
    ],
)  # fmt: skip
def test_wrong_dials_are_refused(name: str, value: object) -> None:
    with pytest.raises(Impossible, match=name):
        turn(Dials(), {name: value})


def test_a_dns_server_is_asked_only_where_its_library_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dials, "find_spec", lambda name: None if name == "dns" else "there")
    with pytest.raises(Impossible, match=r"Dial proof=dns needs the Python package dnspython, which .* does not have"):
        turn(Dials(), {"proof": "dns", "dns_server": "127.0.0.1:5353"})
    assert turn(Dials(), {"proof": "alidns"}).proof == "alidns"


def test_dials_can_be_told() -> None:
    assert turn(Dials(), as_json(turn(Dials(), {"ids": "mixed", "rate_limits": "documented"}))).ids == "mixed"
    assert len(meanings()) == len(as_json(Dials()))
