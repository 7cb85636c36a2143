# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts, companies and tags."""

from __future__ import annotations

from typing import Any

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from tests.support.calls import ask, still
from tests.support.instance_calls import CONTACT, OTHER_CONTACT, bought, detail, refused

COMPANY = 1350001
PLACE = {"RegionId": "cn-hangzhou", "ResourceType": "instance"}


def tags(emulator: Emulator, **parameters: object) -> list[dict[str, Any]]:
    answer = ask(emulator, "ListTagResources", **PLACE, **parameters)
    return list(answer["TagResources"]["TagResource"])


@pytest.mark.parametrize(
    ("masked", "email", "mobile", "card"),
    [
        (True, "ope****s@example.com", "133******78", "1****************4"),
        (False, "operations@example.com", "13300000078", "110101199001011234"),
    ],
)
def test_contacts_are_masked(masked: bool, email: str, mobile: str, card: str) -> None:
    emulator = still(masked_contacts=masked)
    fields = ask(emulator, "GetContact", ContactId=CONTACT)
    assert [fields[name] for name in ("Name", "Email", "Mobile", "IdCard")] == ["Operations", email, mobile, card]
    entry = ask(emulator, "ListContact", Keyword="operations")["ContactList"][0]
    assert (entry["Email"], entry["Mobile"]) == (email, mobile)
    assert "IdCard" not in entry


def test_contacts_are_listed_in_pages() -> None:
    emulator = still()
    answer = ask(emulator, "ListContact", ShowSize=1, CurrentPage=2)
    assert [entry["ContactId"] for entry in answer["ContactList"]] == [OTHER_CONTACT]
    assert (answer["TotalCount"], answer["ShowSize"], answer["CurrentPage"]) == (2, 1, 2)
    assert ask(emulator, "ListContact", Keyword="nobody")["ContactList"] == []
    assert refused(emulator, "GetContact", ContactId=7) == "NotFound"


def test_companies() -> None:
    emulator = still(instance_ids="text")
    (entry,) = ask(emulator, "ListCompanies", Keyword="example", CompanyId=COMPANY)["CompanyList"]
    assert (entry["CompanyId"], entry["CompanyName"], entry["Province"]) == (str(COMPANY), "Example Ltd.", "Zhejiang")
    assert ask(emulator, "ListCompanies", CompanyId=7)["CompanyList"] == []


def test_tags_are_added_written_over_and_taken_away() -> None:
    emulator = still()
    first, second = bought(emulator), bought(emulator)
    both = {"ResourceId.1": first, "ResourceId.2": second}
    ask(emulator, "TagResources", **PLACE, **both, **{"Tag.1.Key": "env", "Tag.1.Value": "a", "Tag.2.Key": "x"})
    ask(emulator, "TagResources", **PLACE, **{"ResourceId.1": first, "Tag.1.Key": "env", "Tag.1.Value": "b"})
    assert detail(emulator, first)["Tags"] == [{"TagKey": "env", "TagValue": "b"}, {"TagKey": "x", "TagValue": ""}]
    assert [tag["TagValue"] for tag in tags(emulator, **{"ResourceId.1": second})] == ["a", ""]
    ask(emulator, "UntagResources", **PLACE, **both, **{"TagKey.1": "env", "All": "True"})
    assert [tag["TagKey"] for tag in tags(emulator, **both)] == ["x", "x"]
    ask(emulator, "UntagResources", **PLACE, **{"ResourceId.1": first, "All": "true"})
    assert [tag["ResourceId"] for tag in tags(emulator, **both)] == [second]
    ask(emulator, "UntagResources", **PLACE, **{"ResourceId.1": second})
    assert len(tags(emulator, **both)) == 1


def test_resources_are_found_by_tags() -> None:
    emulator = still()
    found, _other = bought(emulator), bought(emulator)
    ask(emulator, "TagResources", **PLACE, **{"ResourceId.1": found, "Tag.1.Key": "env", "Tag.1.Value": "a"})
    assert [tag["ResourceId"] for tag in tags(emulator, **{"Tag.1.Key": "env", "Tag.1.Value": "a"})] == [found]
    assert tags(emulator, **{"Tag.1.Key": "env", "Tag.1.Value": "b"}) == []


def test_tags_are_listed_in_pages() -> None:
    emulator = still()
    instance_id = bought(emulator)
    many = {f"Tag.{number}.Key": f"key{number}" for number in range(1, 6)}
    ask(emulator, "TagResources", **PLACE, **many, **{"ResourceId.1": instance_id})
    token, seen = "", []
    for _page in range(3):
        asked = {"MaxResults": 2, "NextToken": token, "ResourceId.1": instance_id}
        answer = ask(emulator, "ListTagResources", **PLACE, **asked)
        seen += [tag["TagKey"] for tag in answer["TagResources"]["TagResource"]]
        token = answer["NextToken"]
    assert (seen, token) == ([f"key{number}" for number in range(1, 6)], "")


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("TagResources", {"ResourceType": "instance"}, "MissingRegionId"),
        ("TagResources", {"RegionId": "cn-hangzhou"}, "MissingResourceType"),
        ("TagResources", {"RegionId": "cn-hangzhou", "ResourceType": "order"}, "InvalidParameter.ResourceType"),
        ("TagResources", PLACE, "MissingResourceId"),
        ("UntagResources", PLACE, "MissingResourceId"),
        ("ListTagResources", PLACE, "MissingResourceId"),
        ("TagResources", {**PLACE, "ResourceId.1": "cas-cn-0"}, "NotFound"),
    ],
)
def test_wrong_calls_on_tags(action: str, parameters: dict[str, str], code: str) -> None:
    assert refused(still(), action, **parameters) == code


def test_a_resource_has_twenty_tags_at_most() -> None:
    emulator = still()
    place = {**PLACE, "ResourceId.1": bought(emulator)}
    ask(emulator, "TagResources", **place, **{f"Tag.{number}.Key": f"key{number}" for number in range(1, 21)})
    assert refused(emulator, "TagResources", **place, **{"Tag.1.Key": "more"}) == "InvalidParameter.Tag"
