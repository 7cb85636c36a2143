# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a record: wanted and observed on one side, steps on the other. No I/O anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._alidns.argspec import RecordWanted, State
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.plan import (
    ADD,
    DELETE,
    UPDATE,
    Seen,
    find,
    is_settled,
    plan_record,
)
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.record import Record, Zone
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Plan, Repeat
from ansible_collections.certops.alicloud.plugins.module_utils._text import KNOWN_AFTER_APPLY
from tests.support.client import NOON

ZONE = Zone("example.com", "example.com")


def seen(value: str = "v", ttl: int | None = 600, number: int = 1, **facts: Any) -> Record:
    return Record(
        **{
            "record_id": str(number),
            "domain": "example.com",
            "rr": "www",
            "type": "TXT",
            "value": value,
            "ttl": ttl,
            **facts,
        }
    )


def plan(*records: Record, state: State = State.PRESENT, **facts: Any) -> Plan[Record]:
    return plan_record(Seen(RecordWanted(**{**WISH, "state": state, **facts}), ZONE, records), NOON)


WISH: dict[str, Any] = {"domain": None, "name": "www.example.com", "type": "TXT", "value": "v", "ttl": 600}
OTHERS = (seen("other", number=2), seen(number=3, line="telecom"), seen("192.0.2.1", number=4, type="A"))

PLANS: dict[str, tuple[tuple[Record, ...], State, list[tuple[str, str | None]]]] = {
    "nothing there": ((), State.PRESENT, [(ADD, None)]),
    "others there": (OTHERS, State.PRESENT, [(ADD, None)]),
    "there": ((seen(), *OTHERS), State.PRESENT, []),
    "there, with an unknown TTL": ((seen(ttl=None),), State.PRESENT, []),
    "another TTL": ((*OTHERS, seen(ttl=1200)), State.PRESENT, [(UPDATE, "1")]),
    "locked as it should be": ((seen(locked=True),), State.PRESENT, []),
    "enabled beside a disabled twin": ((seen(enabled=False), seen(number=9)), State.PRESENT, []),
    "nothing to remove": ((), State.ABSENT, []),
    "only others": (OTHERS, State.ABSENT, []),
    "one to remove": ((*OTHERS, seen(ttl=1200)), State.ABSENT, [(DELETE, "1")]),
    "a disabled one to remove": ((seen(enabled=False),), State.ABSENT, [(DELETE, "1")]),
    "twins to remove": ((seen(), seen(number=9)), State.ABSENT, [(DELETE, "1"), (DELETE, "9")]),
}


@pytest.mark.parametrize(("records", "state", "steps"), PLANS.values(), ids=PLANS)
def test_the_plan(records: tuple[Record, ...], state: State, steps: list[tuple[str, str | None]]) -> None:
    made = plan(*records, state=state)
    assert [(step.action, step.target.id) for step in made.steps] == steps
    assert {step.repeat for step in made.steps} <= {Repeat.SAFE}
    assert made.changed is bool(steps)
    assert (made.after is None) is (state is State.ABSENT)


def test_a_new_record_is_foreseen_but_for_its_number() -> None:
    (step,) = plan(ttl=1200, line="telecom").steps
    assert step.leaves == Record(KNOWN_AFTER_APPLY, "example.com", "www", "TXT", "v", 1200, "telecom")
    assert step.params == {
        "Lang": "en",
        "DomainName": "example.com",
        "RR": "www",
        "Type": "TXT",
        "Value": "v",
        "TTL": 1200,
        "Line": "telecom",
    }
    assert step.public() == {
        "action": "AddDomainRecord",
        "record_id": None,
        "reason": "no TXT www.example.com with this value",
    }


def test_an_update_changes_nothing_but_the_ttl() -> None:
    before = seen("Target.example.", ttl=1200, type="CNAME")
    made = plan(before, type="CNAME", value="target.example")
    (step,) = made.steps
    assert step.params == {
        "Lang": "en",
        "RecordId": "1",
        "RR": "www",
        "Type": "CNAME",
        "Value": "Target.example.",
        "TTL": 600,
        "Line": "default",
    }
    assert made.before == before
    assert made.after == seen("Target.example.", type="CNAME")
    assert step.reason == "the TTL of CNAME www.example.com is 1200, not 600"


def test_a_record_of_a_foreign_spelling_is_added_in_it() -> None:
    zone = Zone("xn--bcher-kva.example", "bücher.example")
    wanted = RecordWanted(State.PRESENT, None, "www.xn--bcher-kva.example", "TXT", "v", 600)
    assert plan_record(Seen(wanted, zone, ()), NOON).steps[0].params["DomainName"] == "bücher.example"


def test_a_disabled_record_is_no_record() -> None:
    with pytest.raises(NotAllowed, match=r"TXT www.example.com has this value, but is disabled \(record 1\)"):
        plan(seen(enabled=False), *OTHERS)


@pytest.mark.parametrize(("ttl", "state"), [(1200, State.PRESENT), (600, State.ABSENT)], ids=["update", "remove"])
def test_a_locked_record_is_left_alone(ttl: int, state: State) -> None:
    with pytest.raises(NotAllowed, match=r"TXT www.example.com is locked \(record 1\)"):
        plan(seen(ttl=ttl, locked=True), state=state)


BESIDE_CNAME = {
    ("www", "TXT"): True,
    ("www", "A"): True,
    ("www", "CAA"): True,
    ("www", "CNAME"): False,
    ("www", "NS"): False,  # nobody has said: the service decides
    ("@", "TXT"): False,
    ("@", "A"): True,
    ("@", "NS"): False,
}


@pytest.mark.parametrize(
    ("rr", "kind", "conflict"), [(*key, conflict) for key, conflict in BESIDE_CNAME.items()], ids=str
)
def test_what_cannot_stand_beside_a_cname(rr: str, kind: str, conflict: bool) -> None:
    """Both ways round."""
    name = ZONE.full(rr)
    alias, other = seen("target.example", rr=rr, type="CNAME"), seen("x.example", rr=rr, type=kind)
    for there, wish in ((alias, other), (other, alias)):
        asked = {"name": name, "type": wish.type, "value": wish.value}
        if conflict:
            with pytest.raises(NotAllowed, match=f"{wish.type} {name} cannot stand beside {there.type} {name}"):
                plan(there, **asked)
        else:
            assert [step.action for step in plan(there, **asked).steps] == [ADD]


@pytest.mark.parametrize("facts", [{"line": "telecom"}, {"enabled": False}], ids=str)
def test_another_line_and_a_disabled_record_are_not_in_the_way(facts: dict[str, Any]) -> None:
    assert plan(seen("target.example", type="CNAME", **facts)).changed


def test_what_is_in_the_way_does_not_matter_once_the_record_is_there_or_goes() -> None:
    alias = seen("target.example", number=2, type="CNAME")
    assert not plan(alias, seen()).changed
    assert plan(alias, seen(), state=State.ABSENT).steps[0].target.id == "1"


@pytest.mark.parametrize(
    ("made", "records", "settled"),
    [
        (plan(), (seen(),), True),
        (plan(), (seen(ttl=1200),), True),
        (plan(), (seen(enabled=False),), False),
        (plan(), (), False),
        (plan(seen(ttl=1200)), (seen(),), True),
        (plan(seen(ttl=1200)), (seen(ttl=1200),), False),
        (plan(seen(), state=State.ABSENT), (), True),
        (plan(seen(), state=State.ABSENT), OTHERS, True),
        (plan(seen(), state=State.ABSENT), (seen(),), False),
    ],
    ids=str,
)
def test_what_shows_that_a_step_was_carried_out(made: Plan[Record], records: tuple[Record, ...], settled: bool) -> None:
    (step,) = made.steps
    assert is_settled(step, records) is settled


def test_what_a_step_leaves_is_found_as_the_service_shows_it() -> None:
    """Whatever its TTL; never a disabled one, one with another value, or anything once it is to be gone."""
    (add,) = plan().steps
    (update,) = plan(seen(ttl=1200)).steps
    (delete,) = plan(seen(), state=State.ABSENT).steps
    disabled, there = seen(enabled=False), seen(ttl=1200, number=9)
    for step in (add, update):
        assert find(step, (*OTHERS, disabled, there)) is there
        assert find(step, (*OTHERS, disabled)) is None
    assert find(delete, (there,)) is None
