# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of states show what the emulator does: all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from playbooks.files.emulator.core.emulator import ACTIONS
from playbooks.files.emulator.instances import happenings
from playbooks.files.emulator.instances.operations import WRITES as INSTANCE_WRITES
from playbooks.files.emulator.orders import events, operations
from tests.tools.dependencies import ROOT
from tests.tools.diagrams import instances, orders, sheets
from tests.tools.diagrams.__main__ import main
from tests.tools.diagrams.edges import Edge, edges
from tests.tools.diagrams.pages import COMMAND, PAGES, NoPlace, updated
from tests.tools.diagrams.svg import WIDTH, NotDrawn, Sheet
from tests.tools.diagrams.walk import Transition

ORDERS, INSTANCES = PAGES
SVG = "{http://www.w3.org/2000/svg}"


def guide(page=ORDERS):
    return (ROOT / f"docs/docsite/rst/{page.guide}.rst").read_text("utf-8")


def test_the_pictures_in_the_guides_are_what_a_walk_finds(capsys):
    assert main(["--lint"]) == 0, capsys.readouterr().err


def test_a_walk_finds_what_can_happen_to_an_order_and_nothing_else():
    found = orders.transitions()
    assert Transition("reviewing", "withdraw", "pending_application") in found
    assert Transition("pending_application", "time passes", "pending_validation") in found
    assert Transition("expiring", "time passes", "expired") in found
    assert {each.event for each in found if each.before == "issued"} == {"revoke", "time passes"}
    assert not [each for each in found if each.before in ("expired", "revoked")]


def test_nothing_that_can_happen_in_the_emulator_is_forgotten():
    drawn = {orders.APPLY, orders.RENEW, *orders.CALLS, *orders.LEFT_OUT}
    assert drawn == set(operations.WRITES)
    assert {*orders.CA, *orders.CONSOLE} == set(events.EVENTS)
    assert {*instances.APPLY, *instances.CALLS, *instances.LEFT_OUT} == set(INSTANCE_WRITES)
    assert set(instances.WORLD) == set(happenings.EVENTS)
    assert drawn <= frozenset.union(*ACTIONS.values())


def test_another_transition_of_the_emulator_makes_the_table_out_of_date(monkeypatch):
    monkeypatch.setattr(orders, "DIALS", orders.Dials(renewal="stays", cancel_payed=True))
    before = guide()
    after = updated(before, ORDERS)
    assert "     - delete, revoke\n     - no order\n" in after
    assert "delete, revoke" not in before


@pytest.mark.parametrize(
    ("dials", "said"),
    [
        ({"unsubmitted_status": "NOTACTIVATED"}, "has no place for the arrow"),
        ({"delete_payed": "never"}, "has a place for, and the walk does not find, the arrow"),
    ],
)
def test_an_arrow_without_a_place_and_a_place_without_an_arrow_are_errors(monkeypatch, dials, said):
    monkeypatch.setattr(orders, "DIALS", orders.Dials(renewal="stays", cancel_payed=False, **dials))
    with pytest.raises(NotDrawn, match=said):
        updated(guide(), ORDERS)


def test_lint_writes_nothing_and_the_command_does(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr("tests.tools.diagrams.__main__.PAGES", [ORDERS])
    page = tmp_path / f"docs/docsite/rst/{ORDERS.guide}.rst"
    page.parent.mkdir(parents=True)
    stale = guide().replace("     - validated\n", "     - seen\n")
    page.write_text(stale)
    assert (main(["--lint"], tmp_path), page.read_text()) == (1, stale)
    said = capsys.readouterr().err
    assert f"{ORDERS.guide}.rst is out of date; write it with: {COMMAND}\n" in said
    assert "-     - seen\n+     - validated\n" in said
    assert (main([], tmp_path), page.read_text()) == (0, guide())


@pytest.mark.parametrize("wrong", ["", guide().replace(".. end of the picture", ".. the picture"), guide() * 2])
def test_a_guide_without_its_two_comments_is_an_error(wrong):
    with pytest.raises(NoPlace, match="it needs the lines"):
        updated(wrong, ORDERS)


def test_what_a_group_has_in_common_is_one_edge():
    ends = {Transition(before, "end", "over") for before in "abc"}
    returns = {Transition("over", "back", after) for after in "ab"}
    assert edges({*ends, *returns, Transition("a", "stop", "over")}, [("a", "b")]) == [
        Edge(("a",), ("stop",), ("over",)),
        Edge(("a", "b"), ("end",), ("over",)),
        Edge(("c",), ("end",), ("over",)),
        Edge(("over",), ("back",), ("a", "b")),
    ]


@pytest.mark.parametrize("sheet", [sheets.ORDERS, sheets.INSTANCES], ids=lambda sheet: sheet.name)
def test_a_telephone_shows_all_of_a_picture(sheet: Sheet):
    places = {statuses: box for statuses, box in sheet.boxes.items() if len(statuses) == 1}
    for statuses, box in sheet.boxes.items():
        assert 0 <= box.x <= box.x + box.width <= WIDTH and 0 <= box.y <= box.y + box.height <= sheet.height, statuses
    for one in places.values():
        for other in places.values():
            apart = abs(one.x - other.x) >= min(one.width, other.width) or abs(one.y - other.y) >= one.height
            assert one is other or apart, (one, other)
    # Bold letters of this size are hardly wider than eight.
    assert all(8 * len(statuses[0]) <= box.width for statuses, box in places.items() if len(statuses) == 1)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.guide)
def test_a_picture_can_be_read_on_any_background_and_says_what_it_is(page):
    (text,) = [part.partition("</svg>")[0] for part in guide(page).split("    <svg ")[1:]]
    picture = ElementTree.fromstring(f"<svg {text}</svg>")
    assert picture.get("role") == "img" and "table" in picture.get("aria-label", "")
    assert picture.get("fill") == "currentColor"
    inked = [each.get("stroke") for each in picture.iter() if each.get("stroke")]
    assert set(inked) == {"currentColor"} and len(inked) > 20
    assert {each.get("fill-opacity") for each in picture.iter() if str(each.get("fill")).startswith("#")} == {".25"}
    words = {"".join(each.itertext()) for each in picture.iter("text")}
    assert {statuses[0] for statuses in page.sheet.boxes if len(statuses) == 1} <= words
