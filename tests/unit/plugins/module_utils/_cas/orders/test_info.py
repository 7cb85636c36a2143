# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders and certificates found again: each filter, and no call that nobody needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.packages import package_info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.product_codes import PRODUCTS
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    ApiError,
    InvalidOption,
    NotAllowed,
    StateNotReached,
)
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.orders.lifecycle import DAY
from tests.support.accounts import applied, issued, revoked, stocked
from tests.support.client import FREE, PAID, client, clock, csr, emulator, lettered, lettering, reads, writes
from tests.support.queries import DEFAULTS, DESCRIBE, DETAIL, LIST


def found(account: Emulator, **options: Any) -> list[dict[str, Any]]:
    """The orders of ``cas_order_info``; the log holds only its calls."""
    account.calls.clear()
    result = info.order_info(lambda: client(account, read_only=True), {**DEFAULTS, **options})
    orders: list[dict[str, Any]] = result["orders"]
    assert result["total"] == len(orders)
    assert "private_key" not in result
    return orders


def domains(orders: list[dict[str, Any]]) -> set[str]:
    return {",".join(order["domains"]) for order in orders}


def refusal(**options: Any) -> str:
    def connect() -> Client:
        raise AssertionError("nothing is called before the options are checked")

    with pytest.raises(InvalidOption) as caught:
        info.order_info(connect, {**DEFAULTS, **options})
    return caught.value.msg


# Calls.


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (50, 1), (51, 2), (100, 2), (120, 3)])
def test_a_page_of_fifty_takes_one_call(count: int, calls: int) -> None:
    account = stocked(count)
    assert len(found(account)) == count
    assert reads(account) == [LIST] * calls


def test_short_and_shuffled_pages_are_all_read() -> None:
    assert len(found(stocked(10, page_size=3, shuffle=3))) == 10


# Filters.


@pytest.fixture(scope="module")
def lives() -> Emulator:
    """An order in each status, and one of another product."""
    account = emulator({FREE: 20, PAID: 4})
    issued(account, "expired.example")
    account.advance(80 * DAY)
    issued(account, "expiring.example")
    account.advance(65 * DAY)
    account.reject(applied(account, "failed.example"))
    account.prove(applied(account, "reviewing.example"))
    account.call("CancelCertificateForPackageRequest", {"OrderId": issued(account, "revoked.example")})
    applied(account, "pending-validation.example")
    issued(account, "issued.example")
    issued(account, "paid.example,www.paid.example", ProductCode=PAID)
    account.call(
        "CreateCertificateForPackageRequest", {"Domain": "fresh.example", "ProductCode": FREE, "ValidateType": "DNS"}
    )
    return account


STATUSES = {
    "pending_application": "fresh.example",
    "pending_validation": "pending-validation.example",
    "reviewing": "reviewing.example",
    "failed": "failed.example",
    "expiring": "expiring.example",
    "expired": "expired.example",
    "revoked": "revoked.example",
}
DESCRIBED = ("pending_validation", "reviewing")


@pytest.mark.parametrize(("status", "name"), STATUSES.items())
def test_one_status(lives: Emulator, status: str, name: str) -> None:
    (order,) = found(lives, status=[status])
    assert (order["status"], order["domains"]) == (status, [name])
    assert reads(lives) == [LIST] + [DESCRIBE] * (2 if status in DESCRIBED else 0)


def test_several_statuses(lives: Emulator) -> None:
    assert domains(found(lives, status=["issued", "expiring"])) == {
        "issued.example",
        "expiring.example",
        "paid.example,www.paid.example",
    }
    assert reads(lives) == [LIST]
    both = found(lives, status=["reviewing", "pending_validation", "failed"])
    assert {order["status"] for order in both} == {"reviewing", "pending_validation", "failed"}
    assert found(lives, status=["inactive"]) == []


def test_without_a_filter_nothing_is_described(lives: Emulator) -> None:
    orders = found(lives)
    assert len(orders) == 9
    assert reads(lives) == [LIST]
    assert {order["status"] for order in orders} == (STATUSES.keys() - {"reviewing"}) | {"issued"}
    assert all(order["certificate"] is None and order["validation"] == [] for order in orders)


def test_words_that_nobody_knows_are_listed_as_unknown() -> None:
    account = stocked(2, unknown_status="CLOSED")
    assert [order["service_status"] for order in found(account, status=["unknown"])] == ["CLOSED", "CLOSED"]
    assert found(account, status=["issued"]) == []
    assert found(stocked(2), status=["unknown"]) == []


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"domains": ["issued.example"]}, {"issued.example"}),
        ({"domains": ["ISSUED.example."]}, {"issued.example"}),
        ({"domains": ["www.paid.example", "paid.example"]}, {"paid.example,www.paid.example"}),
        ({"domains": ["paid.example"]}, {"paid.example,www.paid.example"}),
        ({"domains": ["paid.example", "issued.example"]}, set()),
        ({"domains": ["paid.example", "www.paid.example", "www.www.paid.example"]}, set()),
        ({"keyword": "paid"}, {"paid.example,www.paid.example"}),
        ({"keyword": "iss"}, {"issued.example"}),
        ({"keyword": "expir", "status": ["expiring"]}, {"expiring.example"}),
        ({"product_code": PAID}, {"paid.example,www.paid.example"}),
        ({"product_code": PAID, "status": ["failed"]}, set()),
        ({"expires_within": "30d"}, {"expiring.example"}),
        ({"expires_within": "2400h", "status": ["issued"]}, {"issued.example"}),
        ({"expires_within": "30d", "status": ["issued"]}, set()),
        ({"expires_within": "1h"}, set()),
    ],
    ids=str,
)
def test_filters(lives: Emulator, options: dict[str, Any], names: set[str]) -> None:
    assert domains(found(lives, **options)) == names
    assert DESCRIBE not in reads(lives)


def test_a_name_is_compared_exactly_though_the_search_is_fuzzy() -> None:
    account = stocked(12)
    assert domains(found(account, domains=["1.example.com"])) == {"1.example.com"}
    assert domains(found(account, keyword="1.example.com")) == {"1.example.com", "11.example.com"}


# What is included.


def test_proofs_are_included_for_what_is_under_way(lives: Emulator) -> None:
    orders = {order["domains"][0]: order for order in found(lives, include_validation=True)}
    (proof,) = orders["pending-validation.example"]["validation"]
    assert proof["record_name"] == "_dnsauth.pending-validation.example"
    assert reads(lives).count(DESCRIBE) == 3
    assert orders["reviewing.example"]["status"] == "reviewing"


def test_certificates_are_included_for_what_was_issued(lives: Emulator) -> None:
    orders = found(lives, include_certificate=True)
    having = {order["domains"][0] for order in orders if order["certificate"]}
    assert having == {"issued.example", "expiring.example", "expired.example", "paid.example"}
    assert reads(lives).count(DESCRIBE) == 4
    assert {order["status"] for order in orders if order["domains"] == ["expiring.example"]} == {"expiring"}
    assert "PRIVATE KEY" not in str(orders)


def test_certificates_are_read_only_where_the_filter_passes(lives: Emulator) -> None:
    found(lives, include_certificate=True, status=["expiring"])
    assert reads(lives) == [LIST, DESCRIBE]


# One order.


def test_one_order_is_described() -> None:
    account = emulator()
    number = applied(account)
    (order,) = found(account, order_id=number)
    assert (order["order_id"], order["status"]) == (number, "pending_validation")
    assert (order["product_code"], order["instance_id"] is None) == (FREE, False)
    assert len(order["validation"]) == 1
    assert reads(account) == [LIST, DESCRIBE]


def test_one_order_that_no_list_shows_is_described_all_the_same() -> None:
    account = emulator(list_lag_seconds=1000)
    number = applied(account)
    assert [order["order_id"] for order in found(account, order_id=number)] == [number]


def test_no_such_order_is_an_empty_result() -> None:
    account = stocked(2)
    assert found(account, order_id="7") == []


@pytest.mark.parametrize(
    "filters",
    [
        {"domains": ["b.example"]},
        {"product_code": PAID},
        {"status": ["issued"]},
        {"expires_within": "30d"},
        {"domains": ["b.example"], "include_private_key": True},
    ],
    ids=str,
)
def test_filters_count_for_one_order_too(filters: dict[str, Any]) -> None:
    account = emulator()
    number = applied(account, "a.example")
    result = info.order_info(lambda: client(account), {**DEFAULTS, "order_id": number, **filters})
    assert result["orders"] == []
    assert result.get("private_key") is None


def test_a_lapsed_order_keeps_its_own_status() -> None:
    account = emulator()
    number = revoked(account)
    assert [order["status"] for order in found(account, order_id=number)] == ["revoked"]


# Waiting.


def waited(account: Emulator, number: str, **options: Any) -> dict[str, Any]:
    account.calls.clear()
    asked = {**DEFAULTS, "order_id": number, "wait_for": "issued", **options}
    return info.order_info(lambda: client(account), asked)


def proven_at_once() -> Emulator:
    return emulator(proof="at_once", review_seconds=20)


def test_an_order_is_waited_for() -> None:
    account = proven_at_once()
    (order,) = waited(account, applied(account))["orders"]
    assert order["status"] == "issued"
    assert order["certificate"]["domains"] == ["www.example.com"]
    assert writes(account) == []
    assert reads(account).count(DESCRIBE) > 1


def test_an_order_that_is_issued_takes_no_further_look() -> None:
    account = emulator()
    number = issued(account)
    before = account.world.now()
    assert waited(account, number)["orders"][0]["certificate"]
    assert reads(account) == [LIST, DESCRIBE]
    assert account.world.now() == before


@pytest.mark.parametrize("status", ["issued", "in progress"])
def test_an_order_is_not_listed_for_a_wait_when_its_names_are_known(status: str) -> None:
    account = proven_at_once()
    number = issued(account) if status == "issued" else applied(account)
    (order,) = waited(account, number, domains=["WWW.example.com"])["orders"]
    assert (order["status"], order["domains"]) == ("issued", ["www.example.com"])
    assert order["certificate"]["domains"] == ["www.example.com"]
    assert set(reads(account)) == {DESCRIBE}


def test_names_that_are_not_its_own_are_told_from_the_certificate() -> None:
    account = proven_at_once()
    number = applied(account)
    with pytest.raises(NotAllowed, match=rf"Order {number} .* was issued without other\.example, which was asked for"):
        waited(account, number, domains=["other.example"])


@pytest.mark.parametrize("names", [{}, {"domains": ["www.example.com"]}], ids=["by number", "names given"])
def test_only_the_list_tells_that_an_order_was_revoked(names: dict[str, Any]) -> None:
    account = emulator()
    number, before = revoked(account), account.world.now()
    with pytest.raises(StateNotReached, match="is revoked"):
        waited(account, number, **names)
    assert account.world.now() == before


def test_the_product_is_told_by_the_list() -> None:
    account = proven_at_once()
    number = applied(account)
    assert waited(account, number, domains=["www.example.com"], product_code=PAID)["orders"] == []


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_refused_order_is_not_passed_over_for_another_one(when: str) -> None:
    account = emulator(proof="at_once" if when == "while" else "control", review_seconds=None)
    issued(account)
    number = applied(account)
    at = account.world.now() + (60 if when == "while" else 0)

    def sleep(seconds: float) -> None:
        account.advance(seconds)
        if account.world.now() >= at and account.world.orders[int(number)].rejected is None:
            account.reject(number)

    if when == "before":
        account.reject(number)
    asked = {**DEFAULTS, "order_id": number, "wait_for": "issued"}
    patient = client(account, clock=clock(account)._replace(sleep=sleep))
    with pytest.raises(StateNotReached, match=rf"^Order {number} for www\.example\.com was refused"):
        info.order_info(lambda: patient, asked)
    assert writes(account)[2:] == []


def test_patience_ends() -> None:
    account = emulator()
    number = applied(account)
    before = account.world.now()
    with pytest.raises(StateNotReached, match="The domain was not validated after 100 s") as caught:
        waited(account, number, wait_timeout=100)
    assert 90 <= account.world.now() - before <= 100
    assert caught.value.facts["order_id"] == number


def test_an_order_that_is_not_described_yet_is_waited_for() -> None:
    account = emulator(proof="at_once", describe_lag_seconds=60)
    assert waited(account, applied(account))["orders"][0]["status"] == "issued"


def test_check_mode_does_not_wait() -> None:
    account = proven_at_once()
    (order,) = found(account, order_id=applied(account), wait_for="issued")
    assert order["status"] != "issued"


def test_the_key_is_given_after_the_wait() -> None:
    account = proven_at_once()
    assert "PRIVATE KEY" in waited(account, applied(account), include_private_key=True)["private_key"]


def test_the_key_comes_from_the_answer_that_ended_the_wait() -> None:
    """No describe is made for it alone."""
    calls = []
    for wish in (False, True):
        account = proven_at_once()
        waited(account, applied(account), include_private_key=wish)
        calls.append(reads(account))
    assert calls[0] == calls[1]


# Orders by their numbers.


def by_numbers(account: Emulator, numbers: Sequence[object], **options: Any) -> list[str]:
    """The numbers of the orders that are found, by a task that does not wait."""
    return [order["order_id"] for order in found(account, order_ids=list(numbers), **options)]


def test_orders_are_found_by_their_numbers_in_the_order_asked() -> None:
    account = stocked(5)
    newest = sorted(map(str, account.world.orders), reverse=True)
    asked = [newest[3], newest[0], newest[2]]
    assert by_numbers(account, asked) == asked
    assert reads(account) == [LIST]


def test_a_number_that_is_given_twice_counts_once() -> None:
    account = stocked(2)
    one, other = map(str, account.world.orders)
    assert by_numbers(account, [other, one, f" {other} ", int(other), int(one)]) == [other, one]


def test_orders_are_found_by_ids_that_are_no_numbers() -> None:
    account = emulator(checked=False)
    numbers = [applied(account), issued(account)]
    ids = [lettered(number) for number in numbers]

    def asked(**options: Any) -> dict[str, Any]:
        caller = client(account, read_only=True, transport=lettering(account))
        result: dict[str, Any] = info.order_info(lambda: caller, {**DEFAULTS, **options})
        return result

    assert [order["order_id"] for order in asked(order_ids=ids)["orders"]] == ids
    assert {order["order_id"] for order in asked()["orders"]} == set(ids)
    found = asked(order_id=ids[1], include_private_key=True)
    assert [order["order_id"] for order in found["orders"]] == ids[1:]
    assert "PRIVATE KEY" in found["private_key"]
    assert asked(order_ids=["id-7", ids[0]])["total"] == 1


@pytest.mark.parametrize(("place", "pages"), [(0, 1), (49, 1), (50, 2), (119, 3)])
def test_pages_after_the_last_order_are_not_read(place: int, pages: int) -> None:
    account = stocked(120)
    newest = sorted(map(str, account.world.orders), reverse=True)
    assert by_numbers(account, [newest[place], newest[0]])[0] == newest[place]
    assert reads(account) == [LIST] * pages


def test_what_the_list_does_not_show_is_described_and_left_out_where_it_is_not_there() -> None:
    account = stocked(3, list_lag_seconds=100)
    account.advance(100)
    listed = str(max(account.world.orders))
    new = applied(account)
    assert by_numbers(account, ["7", new, listed]) == [new, listed]
    assert reads(account) == [LIST, DESCRIBE, DESCRIBE]


def test_filters_count_for_numbers_too(lives: Emulator) -> None:
    numbers = list(map(str, lives.world.orders))
    every = {order["domains"][0] for order in found(lives, order_ids=numbers)}
    assert len(every) == len(numbers)
    assert reads(lives) == [LIST]
    assert domains(found(lives, order_ids=numbers, status=["issued"])) == {
        "issued.example",
        "paid.example,www.paid.example",
    }
    assert domains(found(lives, order_ids=numbers, status=["reviewing"])) == {"reviewing.example"}
    assert reads(lives) == [LIST, DESCRIBE, DESCRIBE]
    assert domains(found(lives, order_ids=numbers, product_code=PAID)) == {"paid.example,www.paid.example"}
    assert domains(found(lives, order_ids=numbers, domains=["issued.example"])) == {"issued.example"}
    assert domains(found(lives, order_ids=numbers, expires_within="30d")) == {"expiring.example"}


def test_details_are_included_where_they_are_asked_for(lives: Emulator) -> None:
    numbers = list(map(str, lives.world.orders))
    proofs = found(lives, order_ids=numbers, include_validation=True)
    assert [order["domains"] for order in proofs if order["validation"]] == [["pending-validation.example"]]
    assert reads(lives) == [LIST, *[DESCRIBE] * 3]
    certified = found(lives, order_ids=numbers, include_certificate=True)
    assert sum(order["certificate"] is not None for order in certified) == 4
    assert reads(lives) == [LIST, *[DESCRIBE] * 4]


def test_orders_that_were_bought_singly_are_found_in_their_list() -> None:
    account = emulator(source="buy")
    number = applied(account)
    assert by_numbers(account, [number], order_type="purchase") == [number]
    assert reads(account) == [LIST]


def test_many_orders_are_waited_for_and_filtered() -> None:
    account = proven_at_once()
    numbers = [applied(account, "a.example"), applied(account, "b.example")]
    wish = {**DEFAULTS, "order_ids": numbers, "wait_for": "issued", "domains": ["b.example"]}
    result = info.order_info(lambda: client(account), wish)
    assert [(order["order_id"], order["status"]) for order in result["orders"]] == [(numbers[1], "issued")]
    assert result["total"] == 1
    assert writes(account) == []


def test_check_mode_does_not_wait_for_many() -> None:
    account = emulator()
    number, before = applied(account), account.world.now()
    assert by_numbers(account, [number, "7"], wait_for="issued") == [number]
    assert account.world.now() == before


# The private key.


def key_of(account: Emulator, number: str, **options: Any) -> str | None:
    asked = {**DEFAULTS, "order_id": number, "include_private_key": True, **options}
    result = info.order_info(lambda: client(account), asked)
    assert "PRIVATE KEY" not in str(result["orders"])
    key: str | None = result["private_key"]
    return key


def test_the_key_of_one_order_is_given_when_it_is_asked_for() -> None:
    account = emulator()
    number = issued(account)
    assert "PRIVATE KEY" in (key_of(account, number) or "")
    assert "PRIVATE KEY" not in str(found(account, order_id=number, include_certificate=True))


def test_there_is_no_key_for_an_own_csr_or_before_the_issue() -> None:
    account = emulator()
    assert key_of(account, issued(account, Csr=csr("www.example.com"))) is None
    assert key_of(account, applied(account)) is None
    assert key_of(account, "7") is None


# Lists of certificates.


def test_bought_orders() -> None:
    account = emulator(source="buy")
    applied(account)
    assert found(account) == []
    (order,) = found(account, order_type="purchase", status=["pending_validation"])
    assert order["validation"]


def test_certificates_and_uploads() -> None:
    account = emulator(uploaded=3)
    issued(account)
    assert len(found(account, order_type="uploaded")) == 3
    everything = found(account, order_type="certificate")
    assert len(everything) == 4
    assert reads(account) == [LIST]
    assert all(entry["order_id"] is None and entry["certificate_id"] for entry in everything)
    assert {entry["status"] for entry in everything} == {"issued"}
    assert domains(found(account, order_type="certificate", domains=["uploaded-1.example.com"])) == {
        "uploaded-1.example.com"
    }


def test_certificates_with_their_text() -> None:
    account = emulator()
    issued(account)
    issued(account, "b.example", Csr=csr("b.example"))
    entries = found(account, order_type="certificate", include_certificate=True, include_validation=True)
    assert reads(account) == [LIST, DETAIL, DETAIL]
    assert all(entry["certificate"]["leaf"].startswith("-----BEGIN CERTIFICATE") for entry in entries)
    assert "PRIVATE KEY" not in str(entries)


def test_certificates_that_are_over_are_listed_by_their_word() -> None:
    account = emulator(extra_names="none")
    issued(account, "old.example")
    account.advance(80 * DAY)
    issued(account, "new.example")
    assert domains(found(account, order_type="certificate", status=["expiring"])) == {"old.example"}
    account.advance(20 * DAY)
    assert domains(found(account, order_type="certificate")) == {"new.example"}
    assert domains(found(account, order_type="certificate", status=["expired", "issued"])) == {
        "old.example",
        "new.example",
    }
    assert reads(account) == [LIST, LIST]


# Bad input.


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        ({"include_private_key": True}, "include_private_key: "),
        ({"include_private_key": True, "order_ids": ["7"]}, "include_private_key: "),
        ({"order_ids": []}, "order_ids: the list is empty"),
        ({"order_ids": ["7", ""]}, "order_ids: '' is not a valid id"),
        ({"order_ids": ["7", " "]}, "order_ids: ' ' is not a valid id"),
        ({"order_ids": ["7", None]}, "order_ids: '' is not a valid id"),
        ({"order_ids": ["7", "cas ivauto"]}, "order_ids: 'cas ivauto' is not a valid id"),
        ({"order_ids": ["7"], "order_id": "7"}, "order_ids: give order_id or order_ids, not both"),
        ({"order_ids": ["7"], "keyword": "x"}, "order_ids: keyword "),
        ({"order_ids": ["7"], "order_type": "certificate"}, "order_ids: "),
        ({"order_id": "7", "order_type": "certificate"}, "order_id: "),
        ({"order_id": "7", "order_type": "uploaded"}, "order_id: "),
        ({"order_id": "9.8987582437921e+16"}, "order_id: '9.8987582437921e+16' is not a valid id"),
        ({"wait_for": "issued"}, "wait_for: "),
        ({"order_id": "7", "wait_for": "issued", "wait_timeout": 0}, "wait_timeout: "),
        ({"order_id": "7", "wait_for": "issued", "poll_interval": 0}, "poll_interval: "),
        ({"domains": ["no host"]}, "domains: "),
        ({"expires_within": "33%"}, "expires_within: "),
        ({"expires_within": "soon"}, "expires_within: "),
    ],
    ids=str,
)
def test_bad_input_is_refused_before_anything_is_called(options: dict[str, Any], begins: str) -> None:
    assert refusal(**options).startswith(begins)


# Packages.


def packages(account: Emulator, codes: list[str] | None) -> list[dict[str, Any]]:
    result = package_info(lambda: client(account, read_only=True), {"product_codes": codes})
    assert writes(account) == []
    listed: list[dict[str, Any]] = result["packages"]
    return listed


@pytest.mark.parametrize("unbought", ["error", "zeros"])
def test_units_of_products(unbought: str) -> None:
    account = emulator(unbought=unbought)
    issued(account)
    applied(account)
    assert packages(account, [FREE, "cfca-ov-1-personal"]) == [
        {"product_code": FREE, "total": 20, "used": 2, "issued": 1, "free": 18},
        {"product_code": "cfca-ov-1-personal", "total": 0, "used": 0, "issued": 0, "free": 0},
    ]


def test_a_product_that_is_none_is_named_by_its_option() -> None:
    account = emulator()
    with pytest.raises(InvalidOption, match=r"^product_codes: "):
        packages(account, [FREE, "two words"])
    assert reads(account) == []


@pytest.mark.parametrize("codes", [None, []])
def test_all_documented_products_unless_told(codes: list[str] | None) -> None:
    account = emulator()
    assert [each["product_code"] for each in packages(account, codes)] == list(PRODUCTS)
    assert reads(account) == ["DescribePackageState"] * 15


@pytest.mark.parametrize(
    ("ask", "denied"),
    [
        (found, LIST),
        (lambda account: found(account, include_validation=True), DESCRIBE),
        (lambda account: packages(account, None), "DescribePackageState"),
    ],
    ids=["list", "describe", "packages"],
)
def test_what_may_not_be_read_names_the_permission(ask: Callable[[Emulator], object], denied: str) -> None:
    account = emulator(denied=(denied,))
    applied(account)
    with pytest.raises(ApiError, match=f"Grant `yundun-cert:{denied}`"):
        ask(account)


@pytest.mark.parametrize("order_type", ["certificate", "uploaded"])
def test_a_status_that_certificates_do_not_have_is_refused(order_type: str) -> None:
    account = emulator()
    with pytest.raises(InvalidOption, match=r"^status: "):
        found(account, order_type=order_type, status=["pending_validation"])
    assert account.calls == []
