# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations as the emulator answers them: pages, packages, certificates, and what is not there."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas import product
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import api
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.quota import Quota
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._errors import ApiError, Failure
from tests.support.accounts import applied, issued, stocked
from tests.support.client import FREE, PAID, before, client, csr, edited, emulator, reads

# Pages.


@pytest.mark.parametrize(
    ("count", "dials", "calls"),
    [
        pytest.param(0, {}, 1, id="none"),
        pytest.param(1, {}, 1, id="one"),
        pytest.param(50, {}, 1, id="a full page"),
        pytest.param(51, {}, 2, id="one more"),
        pytest.param(100, {}, 2, id="two full pages"),
        pytest.param(101, {}, 3, id="two and one more"),
        pytest.param(7, {"page_size": 3}, 3, id="pages of three"),
        pytest.param(9, {"page_size": 3, "shuffle": 7}, 3, id="pages of three, in odd order"),
        pytest.param(7, {"page_size": 3, "echo_asked_size": True}, 3, id="short pages that call themselves full"),
        pytest.param(7, {"page_size": 3, "ids": "mixed"}, 3, id="ids as text and number"),
    ],
)
def test_all_pages_are_read_and_no_more(count: int, dials: dict[str, Any], calls: int) -> None:
    account = stocked(count, **dials)
    orders = list(api.list_orders(client(account)))
    assert {order.order_id for order in orders} == {str(number) for number in account.world.orders}
    assert len(orders) == count
    assert reads(account) == ["ListUserCertificateOrder"] * calls


@pytest.mark.parametrize("total", [None, 0], ids=["absent", "zero"])
@pytest.mark.parametrize(("count", "page_size", "calls"), [(7, 3, 4), (6, 3, 3), (49, 50, 2), (50, 50, 2)], ids=str)
def test_without_a_total_an_empty_page_is_the_end(count: int, page_size: int, calls: int, total: int | None) -> None:
    account = stocked(count, page_size=page_size, echo_asked_size=True)
    untold = edited(account, "ListUserCertificateOrder", lambda content: content.update(TotalCount=total))
    assert len(list(api.list_orders(client(account, transport=untold)))) == count
    assert len(reads(account)) == calls


@pytest.mark.parametrize("entries", [None, ["strange"], []], ids=["null", "no objects", "empty"])
def test_a_page_without_entries_ends_the_list(entries: Any) -> None:
    account = stocked(3)
    empty = edited(
        account, "ListUserCertificateOrder", lambda content: content.update(CertificateOrderList=entries, TotalCount=3)
    )
    assert list(api.list_orders(client(account, transport=empty))) == []
    assert len(reads(account)) <= 3


def test_an_order_that_comes_between_two_pages_is_not_missed() -> None:
    account = stocked(6, page_size=3)
    grown = before(account, "ListUserCertificateOrder", lambda: applied(account), skip=1)
    assert len({order.order_id for order in api.list_orders(client(account, transport=grown))}) == 7


def test_an_order_that_goes_between_two_pages_hides_no_other() -> None:
    account = stocked(6, page_size=3)
    newest, *others = sorted(account.world.orders, reverse=True)
    account.reject(newest)

    def gone() -> None:
        account.call("DeleteCertificateRequest", {"OrderId": str(newest)})

    shrunk = before(account, "ListUserCertificateOrder", gone, skip=1)
    found = {order.order_id for order in api.list_orders(client(account, transport=shrunk))}
    assert found >= {str(number) for number in others}


def test_one_order_is_found_without_the_pages_after_it() -> None:
    account = stocked(9, page_size=3)
    newest = str(max(account.world.orders))
    found = api.order_in_list(client(account), newest, None)
    assert found
    assert found.domains == ("8.example.com",)
    assert len(reads(account)) == 1
    assert api.order_in_list(client(account), "7", None) is None


def test_the_fuzzy_search_is_the_services() -> None:
    account = stocked(12)
    found = list(api.list_orders(client(account), keyword="1.example.com"))
    assert {order.domains for order in found} == {("1.example.com",), ("11.example.com",)}


# One order.


def test_an_order_that_is_not_there_is_none() -> None:
    account = emulator()
    assert api.describe(client(account), api.unread("7")) is None
    assert api.describe_with_key(client(account), api.unread("7")) is None


@pytest.mark.parametrize("code", ["NotFoundOrder", "NotFound", "InvalidOrderId.NotFound"])
def test_every_way_to_say_not_found_is_understood(code: str) -> None:
    account = emulator(not_found_code=code)
    assert api.describe(client(account), api.unread("7")) is None


def test_a_refusal_names_the_order() -> None:
    account = emulator(denied=("DescribeCertificateState",))
    with pytest.raises(ApiError, match="yundun-cert:DescribeCertificateState") as caught:
        api.describe(client(account), api.unread("7"))
    assert caught.value.facts["order_id"] == "7"


def test_the_services_own_key_is_apart_from_the_order() -> None:
    account = emulator()
    number = issued(account)
    found = api.describe_with_key(client(account), api.unread(number))
    assert found
    order, key = found
    assert key
    assert "PRIVATE KEY" in key
    assert "PRIVATE KEY" not in repr(order)
    assert order == api.describe(client(account), api.unread(number))


@pytest.mark.parametrize("form", ["absent", "null", "empty"])
def test_with_an_own_csr_there_is_no_key(form: str) -> None:
    account = emulator(private_key=form)
    number = issued(account, Csr=csr("www.example.com"))
    found = api.describe_with_key(client(account), api.unread(number))
    assert found
    assert found[1] is None


@pytest.mark.parametrize("chain", ["full", "root", "reversed", "leaf"])
def test_a_chain_in_any_order_is_leaf_first(chain: str) -> None:
    account = emulator(chain=chain)
    order = api.describe(client(account), api.unread(issued(account)))
    assert order
    assert order.certificate
    assert order.certificate.fullchain.startswith(order.certificate.leaf)
    assert order.certificate.domains == ("www.example.com",)
    assert order.certificate.chain.count("BEGIN") == {"full": 1, "root": 2, "reversed": 1, "leaf": 0}[chain]


def test_a_certificate_that_cannot_be_read_names_the_order() -> None:
    account = emulator()
    number = issued(account)
    broken = edited(account, "DescribeCertificateState", lambda content: content.update(Certificate="garbage"))
    with pytest.raises(Failure, match="cannot be read") as caught:
        api.describe(client(account, transport=broken), api.unread(number))
    assert caught.value.facts["order_id"] == number


def test_an_entry_of_the_certificate_list_gets_its_certificate_without_the_key() -> None:
    account = emulator()
    issued(account)
    (entry,) = api.list_orders(client(account), "CERT")
    whole = api.with_certificate(client(account), entry)
    assert whole.certificate
    assert whole.certificate.domains == ("www.example.com",)
    assert "PRIVATE KEY" not in repr(whole)
    unnumbered = api.unread("7")
    assert api.with_certificate(client(account), unnumbered) is unnumbered


# Packages, endpoints.


@pytest.mark.parametrize("unbought", ["error", "zeros"])
def test_a_product_never_bought_has_zeros(unbought: str) -> None:
    account = emulator(unbought=unbought)
    applied(account)
    ask = client(account)
    assert api.quota(ask, FREE) == Quota(FREE, total=20, used=1)
    assert api.quota(ask, PAID) == Quota(PAID, total=4)
    assert api.quota(ask, "cfca-ov-1-personal") == Quota("cfca-ov-1-personal")


def test_a_package_that_may_not_be_read_is_an_error() -> None:
    account = emulator(denied=("DescribePackageState",))
    with pytest.raises(ApiError, match="DescribePackageState"):
        api.quota(client(account), FREE)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-hangzhou", "cas.aliyuncs.com"),
        ("cn-beijing", "cas.aliyuncs.com"),
        ("ap-southeast-1", "cas.ap-southeast-1.aliyuncs.com"),
        ("eu-central-1", "cas.eu-central-1.aliyuncs.com"),
        ("us-east-1", "cas.ap-southeast-1.aliyuncs.com"),
    ],
)
def test_the_endpoint_of_a_region(region: str, host: str) -> None:
    assert product.default_endpoint(region) == host


def test_what_is_unread_is_unknown() -> None:
    assert api.unread("7", ("www.example.com",)).status is Status.UNKNOWN
