# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several certificates of one host: which of them cannot be there together, and what is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._certificate.several import (
    label,
    outcome,
    refuse_same_directory,
    refused,
    together,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NotAllowed
from tests.support.chains import wanted

QUIET: dict[str, Any] = {"action": "nothing", "complete": True, "changed": False, "plan": [], "previous": 1}
SOON = {"not_after": "2027-01-01T00:00:00Z", "days_left": 28}
LATER = {"not_after": "2027-02-01T00:00:00Z", "days_left": 59}


def done(name: str, **facts: Any) -> dict[str, Any]:
    return {**QUIET, "label": name, "msg": f"{name}: said", "current": LATER, **facts}


def failed(name: str) -> dict[str, Any]:
    return {"failed": True, "changed": False, "plan": [], "label": name, "msg": "The domain was not validated."}


def steps(*actions: str) -> dict[str, Any]:
    return {"plan": [{"action": each} for each in actions], "changed": True}


@pytest.mark.parametrize(
    "others",
    [
        {"domains": ["www.x.example", "x.example"]},
        {"domains": ["x.example"], "name": "WWW.X.example"},
        {"domains": ["x.example"], "name": " www.x.example"},
        {"domains": ["www.x.example"], "directory": "/etc/ssl/../ssl/certops/"},
    ],
)
def test_two_certificates_of_one_directory_are_refused_and_both_are_named(others: dict[str, Any]) -> None:
    one, other = wanted(domains=["www.x.example"], directory="/etc/ssl/certops"), {"directory": "/etc/ssl/certops"}
    with pytest.raises(NotAllowed) as refused:
        refuse_same_directory([one, wanted(**{**other, **others})])
    names = ", ".join(others["domains"])
    assert f"the entry for www.x.example and the entry for {names} have the same directory" in refused.value.msg
    assert "/etc/ssl/certops/www.x.example" in refused.value.msg and refused.value.msg.endswith("Nothing was done.")


def test_a_name_in_another_alphabet_is_the_same_as_its_a_labels() -> None:
    with pytest.raises(NotAllowed, match="the same directory"):
        refuse_same_directory([wanted(domains=["xn--bcher-kva.example"]), wanted(name="B\u00dcCHER.example")])


def test_other_names_and_other_directories_are_not_refused() -> None:
    refuse_same_directory(
        [
            wanted(domains=["www.x.example"]),
            wanted(domains=["www.x.example"], name="second"),
            wanted(domains=["www.x.example"], directory="/srv/certificates"),
            wanted(domains=["*.x.example"], product_code="geotrust-dv-w-starter"),
            wanted(domains=["x.example"]),
        ]
    )


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "unchanged"),
        ({"failed": True}, "failed"),
        ({"complete": False}, "in progress"),
        ({"action": "apply", **steps("stage", "install"), "previous": None}, "issued"),
        ({"action": "wait", **steps("install", "verify"), "previous": None}, "issued"),
        ({"action": "wait", **steps("install", "verify")}, "renewed"),
        ({"action": "renew", **steps("install")}, "renewed"),
        ({"action": "install", **steps("install", "reload")}, "installed"),
        ({"action": "reload", **steps("reload", "verify")}, "reloaded"),
        ({"action": "apply", **steps("stage")}, "prepared"),
    ],
)
def test_what_was_done_is_told_in_one_word(facts: dict[str, Any], word: str) -> None:
    assert outcome({**QUIET, **facts}) == word


def test_a_quiet_day_is_one_sentence_that_names_what_expires_first() -> None:
    found = together([done("a.example"), done("b.example", current=SOON), done("c.example", current=None)], "web1")
    assert (found["changed"], found["complete"], found["reasons"]) == (False, True, [])
    assert found["msg"] == found["report"] == "3 certificates: nothing to do; b.example expires first, in 28 days"
    assert together([done("a.example")], "web1")["msg"] == "a.example: said"


@pytest.mark.parametrize(
    ("order", "expires"), [({"certificate": LATER}, LATER), ({"certificate": None}, SOON), (None, SOON)]
)
def test_a_new_certificate_expires_when_its_order_says(order: Any, expires: dict[str, Any]) -> None:
    renewed = done("a.example", action="renew", current=SOON, order=order, **steps("install"))
    (found,) = together([renewed], "web1")["summary"]
    assert {name: found[name] for name in SOON} == expires


def test_a_host_without_certificates_is_told() -> None:
    found = together([], "web1")
    assert (found["msg"], found["changed"]) == ("no certificates are listed for this host", False)
    assert (found["complete"], found["summary"]) == (True, [])


def test_what_failed_is_told_once_with_its_name_and_the_others_are_told_too() -> None:
    changed = done("a.example", action="renew", **steps("install"))
    found = together([changed, failed("b.example"), done("c.example"), done("d.example")], "web1")
    assert (found["failed"], found["changed"], found["complete"]) == (True, True, False)
    assert found["msg"] == found["reasons"][0] == "b.example: The domain was not validated."
    assert found["report"].startswith("a.example: said | b.example: failed | 2 certificates: nothing to do; ")
    assert [(each["label"], each["outcome"]) for each in found["summary"]] == [
        ("a.example", "renewed"),
        ("b.example", "failed"),
        ("c.example", "unchanged"),
        ("d.example", "unchanged"),
    ]
    assert found["summary"][0] == {"host": "web1", "label": "a.example", "outcome": "renewed", **LATER}
    assert [step["action"] for step in found["plan"]] == ["install"]


@pytest.mark.parametrize(
    ("domains", "called"),
    [
        (["a.example", "b.example"], "a.example, b.example"),
        ("a.example", "a.example"),
        (None, "entry 3"),
        ([], "entry 3"),
        ([{}], "entry 3"),
        (5, "entry 3"),
    ],
)
def test_a_certificate_is_called_by_its_domains_or_its_number(domains: Any, called: str) -> None:
    assert label(domains, 3) == called


def test_a_list_that_is_refused_is_a_failure_of_all_of_it() -> None:
    found = refused({"msg": "certificates: give a list."}, "web1")
    assert (found["failed"], found["changed"], found["plan"], found["left"]) == (True, False, [], [])
    assert found["reasons"] == [found["msg"]] == ["certificates: give a list."]
    assert [(each["label"], each["outcome"]) for each in found["summary"]] == [("all certificates", "failed")]
