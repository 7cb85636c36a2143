# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records as tasks meet them: side by side, lost answers, races, refusals, and check mode that does not lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._alidns.record import Record
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    Failure,
    Kind,
    NotAllowed,
    OutcomeUnknown,
    StateNotReached,
)
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Outcome
from playbooks.files.emulator.core.emulator import Emulator
from tests.support.client import NOON, before, edited, reads, record, writes
from tests.support.zones import account, added

ADD, UPDATE, DELETE = "AddDomainRecord", "UpdateDomainRecord", "DeleteDomainRecord"
LIST = "DescribeSubDomainRecords"
WWW: dict[str, Any] = {"record": "www.example.com", "value": "v"}


def values(world: Emulator, name: str = "www.example.com") -> dict[str, int]:
    """What is there now: TTL by value."""
    return {each.value: each.ttl for each in world.world.zones.records.values() if each.name == name}


def failure_of(run: Callable[[], object]) -> Failure:
    with pytest.raises(Failure) as caught:
        run()
    return caught.value


# A whole life.


@pytest.mark.parametrize("name", ["_dnsauth.www.example.com", "example.com", "*.example.com", "bücher.example.com"])
def test_add_again_change_add_another_remove_again(name: str) -> None:
    world = account()
    options = {"record": name, "value": "one"}
    first = record(world, **options)
    assert first.after
    assert not record(world, **options).plan.changed
    changed = record(world, ttl=1200, **options)
    assert changed.after == replace(first.after, ttl=1200)
    second = record(world, record=name, value="two")
    assert second.after
    assert values(world, first.after.name) == {"one": 1200, "two": 600}
    assert record(world, state="absent", **options).after is None
    assert not record(world, state="absent", **options).plan.changed
    assert values(world, first.after.name) == {"two": 600}
    assert writes(world) == [ADD, UPDATE, ADD, DELETE]


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        ({}, ["DescribeDomains", LIST]),
        ({"domain": "example.com"}, [LIST]),
        ({"state": "absent", "value": "none"}, ["DescribeDomains", LIST]),
        ({"state": "absent", "value": "none", "domain": "example.com", "record": "www"}, [LIST]),
    ],
    ids=str,
)
def test_what_is_as_it_should_be_costs_one_call_or_two(options: dict[str, Any], calls: list[str]) -> None:
    world = account()
    added(world)
    assert not record(world, **{**WWW, **options}).plan.changed
    assert reads(world) == calls
    assert writes(world) == []


def test_a_change_costs_one_call_and_a_look() -> None:
    world = account()
    record(world, domain="example.com", **WWW)
    assert [call.action for call in world.calls] == [LIST, ADD, LIST]


def test_the_result_is_what_the_module_shows() -> None:
    world = account()
    outcome = record(world, **WWW)
    number = str(next(iter(world.world.zones.records)))
    shown = {
        "domain": "example.com",
        "record": "www.example.com",
        "rr": "www",
        "type": "TXT",
        "value": "v",
        "ttl": 600,
        "line": "default",
        "record_id": number,
    }
    assert outcome.public(NOON) == {
        "changed": True,
        "plan": [{"action": ADD, "record_id": None, "reason": "no TXT www.example.com with this value"}],
        "record": shown,
    }
    assert outcome.diff()["before"] == "record: none\n"
    assert f"record_id: {number}\n" in outcome.diff()["after"]
    assert record(world, state="absent", **WWW).public(NOON)["record"] is None


def test_a_sub_zone_of_its_own_gets_the_record() -> None:
    world = account("sub.example.com")
    outcome = record(world, record="_dnsauth.www.sub.example.com", value="v")
    assert outcome.after
    assert (outcome.after.domain, outcome.after.rr) == ("sub.example.com", "_dnsauth.www")


def test_a_value_on_another_line_is_another_record() -> None:
    world = account()
    record(world, **WWW)
    assert record(world, line="telecom", **WWW).plan.changed
    record(world, state="absent", **WWW)
    assert [each.line for each in world.world.zones.records.values()] == ["telecom"]


# Lost answers: every write, with every way to lose one.

LIVES: dict[str, tuple[Callable[[Emulator], object], dict[str, Any], dict[str, int]]] = {
    ADD: (lambda world: None, WWW, {"v": 600}),
    UPDATE: (added, {**WWW, "ttl": 1200}, {"v": 1200}),
    DELETE: (added, {**WWW, "state": "absent"}, {}),
}


@pytest.mark.parametrize("effect", [True, False], ids=["carried out", "not carried out"])
@pytest.mark.parametrize("kind", ["answer_lost", "error_after", "html", "garbage_json"])
@pytest.mark.parametrize("action", LIVES)
def test_a_lost_answer_is_looked_up(action: str, kind: str, effect: bool) -> None:
    prepare, options, expected = LIVES[action]
    world = account()
    prepare(world)
    world.inject(kind=kind, action=action, effect=effect)
    if effect:
        outcome = record(world, **options)
        assert [f"The response to {action} was lost" in warning for warning in outcome.warnings] == [True]
    else:
        failure = failure_of(lambda: record(world, **options))
        assert isinstance(failure, OutcomeUnknown)
        assert failure.facts["outcome"] == "unknown"
        assert failure.facts["changed"] is True
        assert [step["action"] for step in failure.facts["plan"]] == [action]
        assert failure.msg.startswith(f"{action} may or may not have happened. ")
        assert failure.msg.endswith(
            " No effect showed up within 7 s. Running the task again is safe: it looks before it acts."
        )
        record(world, **options)
    assert values(world) == expected
    assert writes(world) == [action] * (1 if effect else 2)


def test_a_look_that_fails_does_not_hide_that_nobody_knows() -> None:
    world = account()
    world.inject(kind="answer_lost", action=ADD, effect=False)
    world.inject(kind="html", action=LIST, skip=1, times=0)
    failure = failure_of(lambda: record(world, **WWW))
    assert isinstance(failure, OutcomeUnknown)
    assert failure.facts["outcome"] == "unknown"


def test_a_look_that_fails_after_a_change_says_that_there_was_one() -> None:
    world = account()
    world.inject(kind="code", action=LIST, code="Forbidden.RAM", skip=1)
    failure = failure_of(lambda: record(world, **WWW))
    assert failure.facts["changed"] is True
    assert [step["action"] for step in failure.facts["plan"]] == [ADD]
    assert "Grant `alidns:DescribeSubDomainRecords`." in failure.msg


@pytest.mark.parametrize("action", LIVES)
@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "throttled", "retry_after_ms": 1500},
        {"kind": "code", "code": "LastOperationNotFinished"},
    ],
    ids=["throttled", "an earlier change in progress"],
)
def test_what_was_not_carried_out_for_sure_is_sent_again(action: str, rule: dict[str, Any]) -> None:
    prepare, options, expected = LIVES[action]
    world = account()
    prepare(world)
    world.inject(action=action, times=2, **rule)
    assert record(world, **options).warnings == []
    assert values(world) == expected


def test_a_list_that_lags_behind_is_waited_for() -> None:
    world, stale = account(), [3]

    def lag(content: dict[str, Any]) -> None:
        stale[0] -= 1
        if stale[0] >= 0:
            content["DomainRecords"]["Record"], content["TotalCount"] = [], 0

    outcome = record(world, transport=edited(world, LIST, lag), **WWW)
    assert outcome.after
    assert outcome.warnings == []
    assert reads(world).count(LIST) == 4


def test_a_record_that_never_shows_is_told() -> None:
    world = account()
    never = edited(world, LIST, lambda content: content["DomainRecords"].update(Record=[]))
    failure = failure_of(lambda: record(world, transport=never, **WWW))
    assert isinstance(failure, StateNotReached)
    assert failure.facts["changed"] is True
    assert [step["action"] for step in failure.facts["plan"]] == [ADD]
    assert "shows no effect yet" in failure.msg


# Races: what somebody else did between the look and the call.


def test_a_duplicate_is_success_once_it_was_seen() -> None:
    world = account()
    outcome = record(world, transport=before(world, ADD, lambda: added(world)), **WWW)
    assert outcome.after
    assert outcome.warnings == []
    assert values(world) == {"v": 600}


def test_a_duplicate_with_another_ttl_is_told() -> None:
    world = account()
    outcome = record(world, transport=before(world, ADD, lambda: added(world, TTL="1200")), **WWW)
    assert outcome.after
    assert outcome.after.ttl == 1200
    assert outcome.warnings == ["The service keeps TXT www.example.com with a TTL of 1200 instead of 600."]
    assert record(world, **WWW).plan.changed


def test_a_duplicate_that_nobody_sees_is_an_error() -> None:
    world = account()
    world.inject(kind="code", action=ADD, code="DomainRecordDuplicate")
    failure = failure_of(lambda: record(world, **WWW))
    assert isinstance(failure, ApiError)
    assert failure.kind is Kind.DUPLICATE


def test_an_update_that_somebody_else_made_is_success() -> None:
    world = account()
    number = added(world)
    change = {"RecordId": number, "RR": "www", "Type": "TXT", "Value": "v", "TTL": "1200"}
    raced = before(world, UPDATE, lambda: world.call(UPDATE, change))
    outcome = record(world, transport=raced, ttl=1200, **WWW)
    assert outcome.after
    assert outcome.after.ttl == 1200


def test_a_record_that_is_gone_already_is_success() -> None:
    world = account()
    number = added(world)
    raced = before(world, DELETE, lambda: world.call(DELETE, {"RecordId": number}))
    assert record(world, transport=raced, state="absent", **WWW).after is None


def test_a_record_that_goes_before_its_update_is_an_error() -> None:
    world = account()
    number = added(world)
    raced = before(world, UPDATE, lambda: world.call(DELETE, {"RecordId": number}))
    failure = failure_of(lambda: record(world, transport=raced, ttl=1200, **WWW))
    assert "the record does not exist on this account" in failure.msg


# Refusals.


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("DomainRecordConflict", Kind.CONFLICT, "cannot stand beside another one"),
        ("InvalidDomainName.NoExist", Kind.ZONE, "not hosted in this account's Alibaba Cloud DNS. Check domain."),
        ("InvalidDomainName.Unregistered", Kind.ZONE, "Check domain."),
        ("IncorrectDomainUser", Kind.ZONE, "belongs to another account. Check domain and the access key."),
        ("DomainAddedByOthers", Kind.ZONE, "added by another account. Check domain and the access key."),
        ("InvalidDomainName.Format", Kind.INPUT, "the name of the domain is not valid. Check domain."),
        ("SubDomainInvalid.Value", Kind.INPUT, "the value does not suit the type of the record"),
        ("DomainForbidden", Kind.LOCKED, "the service has blocked the domain. Look at it in the console."),
        ("Forbidden.DomainExpired", Kind.LOCKED, "the registration of the domain has expired. Renew it"),
        ("Forbidden.DomainLocked", Kind.LOCKED, "the domain is locked. Unlock it in the console."),
        ("Forbidden.RecordLocked", Kind.LOCKED, "the record is locked. Unlock it in the console."),
        ("DomainRecordLocked", Kind.LOCKED, "locked, expired or forbidden"),
        ("QuotaExceeded.Record", Kind.FULL, "allows no more records"),
        ("QuotaExceeded.ARecord", Kind.FULL, "allows no more records"),
        ("QuotaExceeded.TTL", Kind.TTL, "does not allow this TTL"),
        ("DomainRecordNotBelongToUser", Kind.GONE, "the record does not exist on this account"),
        ("Whatever", Kind.OTHER, "AddDomainRecord was refused."),
        ("Forbidden.RAM", Kind.PERMISSION, "Grant `alidns:AddDomainRecord`."),
        ("OrderStateError", Kind.STATE, "the state of the record"),
    ],
)
def test_each_refusal_has_its_own_sentence(code: str, kind: Kind, says: str) -> None:
    world = account()
    world.inject(kind="code", action=ADD, code=code)
    failure = failure_of(lambda: record(world, **WWW))
    assert isinstance(failure, ApiError)
    assert failure.kind is kind
    assert says in failure.msg
    assert not any(word in failure.msg for word in ("order", "resource plan"))
    assert (failure.facts["code"], failure.facts["action"]) == (code, ADD)
    assert (failure.facts["changed"], failure.facts["plan"]) == (False, [])


@pytest.mark.parametrize("action", LIVES)
def test_a_refused_step_is_not_told_as_one_that_was_carried_out(action: str) -> None:
    prepare, options, _expected = LIVES[action]
    world = account()
    prepare(world)
    there = values(world)
    world.inject(kind="code", action=action, code="Whatever")
    failure = failure_of(lambda: record(world, **options))
    assert (failure.facts["changed"], failure.facts["plan"]) == (False, [])
    assert values(world) == there


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"kind": "code", "code": "Forbidden.RecordLocked"}, 1),
        ({"kind": "answer_lost", "effect": False}, 2),
    ],
    ids=["the second refused", "the second lost"],
)
def test_a_task_that_fails_half_way_tells_what_was_or_may_have_been_carried_out(
    rule: dict[str, Any], told: int
) -> None:
    """Two records with the same value, one of them disabled, are both to go."""
    world = account()
    records = world.world.zones.records
    one, other = int(added(world)), int(added(world, value="other"))
    world.world.zones.store(replace(records[one], number=other, enabled=False))
    world.inject(action=DELETE, skip=1, **rule)
    failure = failure_of(lambda: record(world, state="absent", **WWW))
    steps = [(step["action"], step["record_id"]) for step in failure.facts["plan"]]
    assert steps == [(DELETE, str(number)) for number in (other, one)][:told]
    assert failure.facts["changed"] is True
    assert list(records) == [one]


def test_an_earlier_change_that_does_not_end_is_told() -> None:
    world = account()
    world.inject(kind="code", action=ADD, code="LastOperationNotFinished", times=0)
    assert "an earlier change is still in progress" in failure_of(lambda: record(world, **WWW)).msg


def test_a_ttl_below_that_of_the_edition() -> None:
    failure = failure_of(lambda: record(account(), ttl=60, **WWW))
    assert "free ones take 600 or more. Check ttl. The service said QuotaExceeded.TTL" in failure.msg


def test_a_domain_that_is_not_hosted() -> None:
    failure = failure_of(lambda: record(account(), domain="example.org", record="www", value="v"))
    assert "DescribeSubDomainRecords was refused: the domain is not hosted" in failure.msg


# Check mode: what it says is what happens.

TASKS: dict[str, dict[str, Any]] = {
    "present": WWW,
    "present, longer": {**WWW, "ttl": 1200},
    "present, another value": {**WWW, "value": "w"},
    "present, another line": {**WWW, "line": "telecom"},
    "an alias": {**WWW, "type": "CNAME", "value": "target.example"},
    "an address": {**WWW, "type": "A", "value": "192.0.2.1"},
    "absent": {**WWW, "state": "absent"},
    "absent, another value": {**WWW, "value": "w", "state": "absent"},
    "absent alias": {**WWW, "type": "CNAME", "value": "target.example", "state": "absent"},
    "at the apex": {"record": "example.com", "value": "v"},
    "alias at the apex": {"record": "example.com", "type": "CNAME", "value": "target.example"},
}
DEPTH = 3


def events(world: Emulator) -> Iterator[Callable[[Emulator], object]]:
    """All that can happen next in the zone."""
    for options in TASKS.values():
        yield lambda account, options=options: record(account, **options)
    for number in list(world.world.zones.records):
        yield lambda account, number=number: account.world.zones.set(number, enabled=False)
        yield lambda account, number=number: account.world.zones.set(number, locked=True)


def worlds() -> Iterator[Emulator]:
    first = account(checked=False)
    known, frontier = {first.world.fingerprint()}, [first]
    yield first
    for _depth in range(DEPTH):
        following = []
        for world in frontier:
            for event in events(world):
                fork = world.fork()
                try:
                    event(fork)
                except Failure:
                    continue
                if fork.world.fingerprint() not in known:
                    known.add(fork.world.fingerprint())
                    following.append(fork)
                    yield fork
        frontier = following


def attempt(world: Emulator, options: dict[str, Any], check: bool) -> Outcome[Record] | Failure:
    try:
        return record(world, check, **options)
    except Failure as failure:
        return failure


@pytest.mark.slow
def test_prediction_comes_true(record_property: Callable[[str, object], None]) -> None:
    walked = 0
    for world in worlds():
        walked += 1
        for name, options in TASKS.items():
            check_honesty(world, options, name)
    record_property("worlds", walked)
    print(f"{walked} worlds walked, {walked * len(TASKS)} tasks rehearsed, done and planned again")
    assert walked > 150


def check_honesty(world: Emulator, options: dict[str, Any], name: str) -> None:
    rehearsed, done = world.fork(), world.fork()
    foreseen, seen = attempt(rehearsed, options, True), attempt(done, options, False)
    assert writes(rehearsed) == [], name
    assert rehearsed.world.fingerprint() == world.world.fingerprint(), name
    if isinstance(foreseen, Failure) or isinstance(seen, Failure):
        assert isinstance(foreseen, NotAllowed), (name, foreseen)
        assert isinstance(seen, NotAllowed), (name, seen)
        assert foreseen.msg == seen.msg
        assert writes(done) == [], name
        return
    assert [step.public() for step in foreseen.plan.steps] == [step.public() for step in seen.plan.steps]
    assert writes(done) == [step.action for step in seen.plan.steps]
    if foreseen.after and seen.after:
        assert replace(foreseen.after, record_id=seen.after.record_id) == seen.after, name
    assert (foreseen.after is None) is (seen.after is None), name
    assert others(done, options) == others(world, options), name
    again = attempt(done, options, True)
    assert isinstance(again, Outcome), (name, again)
    assert again.plan.steps == (), name


def others(world: Emulator, options: dict[str, Any]) -> set[object]:
    """The records that a task is not about."""
    about = (options["record"], options.get("type", "TXT"), options["value"], options.get("line", "default"))
    return {
        each for each in world.world.zones.records.values() if (each.name, each.type, each.value, each.line) != about
    }
