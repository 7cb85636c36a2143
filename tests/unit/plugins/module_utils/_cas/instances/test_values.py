# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What entries of the service mean, which instance serves, and where a wait ends: computed from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.goals import goal_of
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.instance import (
    Form,
    Instance,
    counts,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.plan import plan_instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.read import read_instance
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.refusals import subscription_warning
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.select import (
    Seen,
    covers,
    fits,
    is_elsewhere,
    is_for,
    is_of,
    serving,
    stock_of,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.steps import form_differs
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.verdict import previous_certificate
from ansible_collections.certops.alicloud.plugins.module_utils._cas.instances.wanted import (
    InstanceWanted,
    Pool,
    read_instance_options,
)
from ansible_collections.certops.alicloud.plugins.module_utils._cas.options import WaitFor
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status, Subscription
from ansible_collections.certops.alicloud.plugins.module_utils._errors import StateNotReached
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.fields import flag, instant, texts
from tests.support.client import INSTANCE_DEFAULTS, NOON, csr

WWW = "www.example.com"
DAY = timedelta(days=1)


def ask(*domains: str, **options: Any) -> InstanceWanted:
    given = {"pool": {}, "domains": list(domains or (WWW,)), **options}
    return read_instance_options({**INSTANCE_DEFAULTS, **given})


def instance(instance_id: str = "cas-cn-1", *domains: str, **more: Any) -> Instance:
    common: dict[str, Any] = {
        "status": Status.INACTIVE,
        "service_status": "inactive",
        "subscription": Subscription.ACTIVE,
        "instance_type": "buy",
        "single_names": 1,
        "wildcard_names": 0,
        "form": Form(domains=domains),
    }
    return Instance(instance_id, **{**common, **more})


def issued(instance_id: str = "cas-cn-1", *domains: str, left: int = 90, **more: Any) -> Instance:
    names = domains or (WWW,)
    return instance(
        instance_id,
        *names,
        **{
            "status": Status.ISSUED,
            "service_status": "normal",
            "certificate_id": "7",
            "certificate_status": Status.ISSUED,
            "certificate_domains": names,
            "not_before": NOON - 10 * DAY,
            "not_after": NOON + left * DAY,
            **more,
        },
    )


# Fields.


@pytest.mark.parametrize(
    "value", [1732661318, "1732661318", 1732661318000, " 1732661318000 ", 17326613180000, 173266131800000]
)
def test_an_instant_is_the_same_in_every_unit(value: object) -> None:
    assert instant(value) == datetime(2024, 11, 26, 22, 48, 38, tzinfo=timezone.utc)


@pytest.mark.parametrize("value", [None, "", "soon", -1, 1.5, True, [], 10**19, "9" * 30])
def test_what_is_no_instant_is_none(value: object) -> None:
    assert instant(value) is None or value is True


@given(st.integers(0, 10**18 - 1))
def test_an_instant_never_leaves_the_calendar(value: int) -> None:
    found = instant(value)
    assert found is None or 1970 <= found.year <= 5138


def test_switches_and_lists() -> None:
    assert [flag(each) for each in ("enable", "disable", "on", None, True, 1)] == [True, False, None, None, None, None]
    assert texts(["a", 1, None, "", "b"]) == ("a", "b")
    assert texts("ab") == ()


# Entries.


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        ({"Status": "inactive"}, Status.INACTIVE),
        ({"Status": "normal"}, Status.INACTIVE),
        ({"Status": "normal", "PendingResult": "CAA"}, Status.FAILED),
        ({"Status": "inactive", "PendingResult": "none"}, Status.INACTIVE),
        ({"Status": "refund", "PendingResult": "CAA"}, Status.INACTIVE),
        ({"Status": "pending"}, Status.PENDING_VALIDATION),
        ({"Status": "pending", "CertificateId": 7, "CertificateStatus": "issued"}, Status.PENDING_VALIDATION),
        ({"Status": "normal", "CertificateId": 7, "CertificateStatus": "issued"}, Status.ISSUED),
        ({"Status": "willExpire", "CertificateId": "7", "CertificateStatus": "willExpire"}, Status.EXPIRING),
        ({"Status": "expired", "CertificateId": 7, "CertificateStatus": "issued"}, Status.ISSUED),
        ({"Status": "normal", "CertificateId": 7, "CertificateStatus": "revoked"}, Status.REVOKED),
        ({"Status": "normal", "CertificateId": 7, "CertificateStatus": "lost"}, Status.UNKNOWN),
        ({"Status": "normal", "CertificateId": 7}, Status.UNKNOWN),
        ({"Status": "normal", "CertificateId": 0, "CertificateStatus": "issued"}, Status.INACTIVE),
        ({"Status": "Normal"}, Status.UNKNOWN),
        ({}, Status.UNKNOWN),
    ],
    ids=str,
)
def test_statuses(entry: dict[str, Any], status: Status) -> None:
    assert read_instance({"InstanceId": "cas-cn-1", **entry}).status is status


def test_ids_are_text_and_names_are_names() -> None:
    found = read_instance(
        {
            "InstanceId": "cas-cn-1",
            "Status": "normal",
            "CertificateId": 21500001,
            "CertificateStatus": "issued",
            "ContactIdList": [2, "1", None, ""],
            "Domain": "B.example.com, a.example.com,,b.example.com",
            "CompanyId": "7",
            "Tags": [{"TagKey": "b", "TagValue": None}, {"TagKey": "a", "TagValue": "1"}, {"TagKey": ""}, 7],
        }
    )
    assert (found.certificate_id, found.form.contact_ids, found.form.company_id) == ("21500001", {"1", "2"}, "7")
    assert found.domains == ("b.example.com", "a.example.com")
    assert found.tags == (("a", "1"), ("b", ""))


@pytest.mark.parametrize("method", ["online", None])
def test_the_csr_of_the_service_is_not_compared(method: str | None) -> None:
    form = read_instance({"GenerateCsrMethod": method, "Csr": csr(WWW)}).form
    assert (form.public_key_sha256, form.domains) == (None, ())


def test_a_csr_that_cannot_be_read_is_not_known() -> None:
    form = read_instance({"GenerateCsrMethod": "upload", "Csr": "-----", "Domain": WWW}).form
    assert (form.public_key_sha256, form.makes_key, form.domains) == (None, False, (WWW,))


@pytest.mark.parametrize(
    ("single", "wildcard", "said"),
    [(1, 0, "1 single name"), (3, 1, "3 single names and 1 wildcard"), (0, 2, "2 wildcards"), (0, 0, "0 single names")],
)
def test_what_an_instance_holds_in_words(single: int, wildcard: int, said: str) -> None:
    assert instance(single_names=single, wildcard_names=wildcard).holds == said


def test_a_revoked_certificate_has_no_days_left() -> None:
    assert issued().public(NOON)["days_left"] == 90
    dead = issued(certificate_status=Status.REVOKED, status=Status.REVOKED)
    assert dead.public(NOON)["days_left"] == 0


@pytest.mark.parametrize(
    ("more", "unused"),
    [
        ({}, True),
        ({"subscription": Subscription.EXPIRING}, True),
        ({"subscription": Subscription.REFUNDED}, False),
        ({"form": Form(domains=(WWW,))}, False),
        ({"form": Form(public_key_sha256="00")}, False),
        ({"certificate_id": "7"}, False),
        ({"status": Status.FAILED}, False),
        ({"status": Status.PENDING_VALIDATION}, False),
    ],
    ids=str,
)
def test_what_is_unused(more: dict[str, Any], unused: bool) -> None:
    assert instance(**more).is_unused is unused


# Selection.

names = st.sampled_from(["a.example.com", "b.example.com", "*.example.com", "*.example.org"])


@given(st.lists(names, max_size=4, unique=True), st.integers(0, 3), st.integers(0, 3))
def test_names_fit_where_there_is_room_for_each_kind(domains: list[str], single: int, wildcard: int) -> None:
    singles, wildcards = counts(tuple(domains))
    assert singles + wildcards == len(domains)
    there = instance(single_names=single, wildcard_names=wildcard)
    assert fits(there, tuple(domains)) is (singles <= single and wildcards <= wildcard)
    assert fits(replace(there, single_names=None, wildcard_names=None), tuple(domains))


@pytest.mark.parametrize(
    ("asked", "there", "same"),
    [
        ([WWW], (WWW,), True),
        ([WWW], (WWW, "example.com"), True),
        (["example.com"], (WWW, "example.com"), True),
        (["*.example.com"], ("*.example.com", "example.com"), True),
        (["bücher.example.com"], ("xn--bcher-kva.example.com", "www.xn--bcher-kva.example.com"), True),
        ([WWW], (WWW, "mail.example.com"), False),
        ([WWW, "mail.example.com"], (WWW,), False),
        ([WWW], ("*.example.com",), False),
    ],
    ids=str,
)
def test_names_that_a_ca_adds_do_not_make_another_instance(
    asked: list[str], there: tuple[str, ...], same: bool
) -> None:
    assert is_for(ask(*asked), issued("cas-cn-1", *there)) is same


def test_a_wildcard_covers_a_name_without_being_for_it() -> None:
    wanted, there = ask(WWW), issued("cas-cn-1", "*.example.com")
    assert covers(wanted, there)
    assert not is_for(wanted, there)
    assert not covers(ask("a.b.example.com"), there)


def test_what_has_a_name_in_common_is_not_elsewhere() -> None:
    assert not is_elsewhere(ask(WWW, "b.example.com"), issued("cas-cn-1", WWW, "c.example.com"))
    assert is_elsewhere(ask(WWW), issued("cas-cn-1", "mail.example.org"))
    assert not is_elsewhere(ask(WWW), instance())


@pytest.mark.parametrize(
    ("pool", "spec", "same"),
    [
        ("geo.dv.f", "geo.dv.f", True),
        ("GEO.DV.F ", "geo.dv.f", True),
        ("geo.dv.f", "geo.dv.m", True),
        ("geo.dv.f", "geo.ov.m", False),
        ("geo.dv.f", "geo.dv.w", False),
        ("geo.dv.f", None, False),
    ],
)
def test_specifications(pool: str, spec: str | None, same: bool) -> None:
    assert is_of(Pool(spec=pool), instance(spec=spec)) is same


@pytest.mark.parametrize("brand", ["GeoTrust", "geotrust", "Geo Trust"])
def test_brands_are_compared_by_their_letters(brand: str) -> None:
    assert is_of(Pool(brand=brand), instance(brand="GeoTrust"))
    assert not is_of(Pool(brand=brand), instance(brand=None))


def test_which_of_several_serves() -> None:
    pending = instance("p", WWW, status=Status.PENDING_VALIDATION, service_status="pending")
    valid, later, dead = issued("v"), issued("l", left=99), issued("d", certificate_status=Status.EXPIRED, left=-1)
    over = issued("o", left=500, subscription=Subscription.EXPIRED)
    everything = [dead, valid, pending, later, over, instance("u"), issued("x", "b.example.com")]

    def chosen(*left_out: str) -> str | None:
        there = [each for each in everything if each.instance_id not in left_out]
        found = serving(ask(), there)
        return found.instance_id if found else None

    assert chosen() == "p"
    assert chosen("p") == "o"
    assert chosen("p", "o") == "l"
    assert chosen("p", "o", "l") == "v"
    assert chosen("p", "o", "l", "v") == "d"
    assert chosen("p", "o", "l", "v", "d") is None


def test_a_csr_chooses_the_certificate_with_its_key() -> None:
    wanted = ask(csr_content=csr(WWW))
    assert wanted.csr
    mine, other = (
        issued("m", public_key_sha256=wanted.csr.public_key_sha256),
        issued("o", left=99, public_key_sha256="0"),
    )
    found = serving(wanted, [other, mine])
    assert found is mine


def test_a_dead_test_instance_serves_no_more() -> None:
    dead = issued(instance_type="test", certificate_status=Status.REVOKED, status=Status.REVOKED)
    assert serving(ask(), [dead]) is None


def test_what_earlier_previews_would_take_of_other_pools_is_not_of_this_stock() -> None:
    there = [instance("i1"), instance("i2"), instance("small", single_names=0)]
    stock = stock_of(ask(), there, {"i1", "small", "cas-cn-elsewhere"})
    assert (stock.unused, stock.planned) == (3, 1)


@given(st.permutations(range(5)))
def test_the_stock_has_one_order_whatever_the_list_has(order: list[int]) -> None:
    there = [instance(f"i{each}", single_names=1 + each % 2, bought=NOON - each * DAY) for each in range(5)]
    stock = stock_of(ask(), [there[each] for each in order], {"i4"})
    assert [each.instance_id for each in stock.fitting] == ["i2", "i0", "i3", "i1"]
    assert (stock.unused, stock.planned) == (5, 1)
    assert stock.public(True) == {"unused": 5, "fit": 4, "left": 3}


# Forms.


def test_what_the_service_does_not_say_is_no_difference() -> None:
    seen = Seen(ask(key_algorithm="ECC_256", company_id="7"), contact_ids=frozenset({"1"}), company_id="7")
    assert form_differs(seen, instance())
    assert not form_differs(seen, instance("cas-cn-1", WWW))
    told = Form((WWW,), None, True, "ECC_256", "dns", frozenset({"1"}), "7")
    assert not form_differs(seen, instance(form=told))
    for other in (
        replace(told, domains=("b.example.com",)),
        replace(told, makes_key=False),
        replace(told, key_algorithm="RSA_2048"),
        replace(told, validation_method="file"),
        replace(told, contact_ids=frozenset({"2"})),
        replace(told, company_id="8"),
    ):
        assert form_differs(seen, instance(form=other))


# Waits.


def pending(**more: Any) -> Instance:
    return instance("cas-cn-1", WWW, status=Status.PENDING_VALIDATION, service_status="pending", **more)


@pytest.mark.parametrize(
    ("thing", "reached"),
    [
        (issued(), True),
        (issued(certificate_id="6"), StateNotReached),
        (pending(), False),
        (pending(certificate_id="7", certificate_status=Status.ISSUED), False),
        (pending(submission="processing"), False),
        (pending(submission="failed"), StateNotReached),
        (instance("cas-cn-1", WWW), StateNotReached),
        (instance("cas-cn-1", WWW, pending_result="CAA"), StateNotReached),
        (issued(certificate_status=Status.UNKNOWN, status=Status.UNKNOWN), False),
    ],
)
def test_a_reissue_is_done_when_the_certificate_is_another_one(thing: Instance, reached: Any) -> None:
    goal = goal_of(WaitFor.ISSUED, "6")
    if reached is StateNotReached:
        with pytest.raises(StateNotReached):
            goal.is_reached(thing)
    else:
        assert goal.is_reached(thing) is reached
    assert goal_of(WaitFor.NONE, "6").is_reached(thing)


def test_what_is_waited_beside_is_what_does_not_serve() -> None:
    def beside(there: Instance, **options: Any) -> str | None:
        return previous_certificate(Seen(ask(**options), there), NOON)

    in_flight = {"status": Status.PENDING_VALIDATION, "service_status": "pending"}
    assert beside(issued()) == "7"
    assert beside(issued(left=2)) == "7"
    assert beside(issued(left=2, **in_flight)) == "7"
    assert beside(issued(**in_flight)) is None
    assert beside(issued(**in_flight), force=True) is None
    assert beside(issued("cas-cn-1", "b.example.com", **in_flight)) == "7"
    assert beside(issued(public_key_sha256="0", **in_flight), csr_content=csr(WWW)) == "7"
    assert beside(issued(left=2, applied=NOON, **in_flight)) is None
    assert beside(issued(not_after=None, **in_flight)) == "7"
    assert beside(pending()) is None


# Subscriptions.


@pytest.mark.parametrize(
    ("end", "subscription", "warns"),
    [
        (None, Subscription.ACTIVE, False),
        (100, Subscription.ACTIVE, False),
        (20, Subscription.ACTIVE, True),
        (40, Subscription.ACTIVE, False),
        (40, Subscription.EXPIRING, True),
        (80, Subscription.EXPIRING, False),
        (-1, Subscription.EXPIRED, True),
    ],
)
def test_a_subscription_is_warned_of_in_its_last_weeks(
    end: int | None, subscription: Subscription, warns: bool
) -> None:
    at = None if end is None else NOON + end * DAY
    there = issued(subscription=subscription, subscription_end=at)
    assert bool(subscription_warning(there, NOON, NOON + 60 * DAY)) is warns


def test_a_plan_of_a_test_instance_never_applies_twice() -> None:
    spent = issued(left=1, instance_type="test")
    with pytest.raises(Exception, match="a free test instance is good for one"):
        plan_instance(Seen(ask(), spent), NOON)
