# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lists and the detail of a certificate answer."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.refusal import Refusal
from playbooks.files.emulator.orders.lifecycle import DAY, FIRST_ORDER
from tests.support.calls import FREE, PACKAGE, PAID, START, ask, csr, issued, order, still, type_of

LIST, DETAIL = "ListUserCertificateOrder", "GetUserCertificateDetail"


def listed(emulator: Emulator, **parameters: object) -> list[dict[str, Any]]:
    return list(ask(emulator, LIST, **parameters)["CertificateOrderList"])


def chain(text: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(text.encode())


def test_an_entry_of_the_order_list() -> None:
    emulator = still()
    issued(emulator, "a.example,b.example")
    (entry,) = listed(emulator)
    expected = {
        "OrderId": FIRST_ORDER, "Domain": "a.example,b.example", "DomainType": "MULTIPLE", "DomainCount": 2,
        "WildDomainCount": 0, "CertType": "DV", "ProductCode": PAID, "RootBrand": "GeoTrust", "SourceType": "cpack",
        "Status": "ISSUED", "TrusteeStatus": "unTrustee", "BuyDate": int(START * 1000),
        "CertStartTime": int((START + 3) * 1000), "CertEndTime": int((START + 3 + 199 * DAY) * 1000),
    }  # fmt: skip
    assert expected.items() <= entry.items()
    assert entry["InstanceId"].startswith("cas-ivauto-")


@pytest.mark.parametrize(
    ("domain", "product", "kind", "level"),
    [
        ("a.example", FREE, "ONE", "FREE"),
        ("*.a.example", "geotrust-dv-w-starter", "WILDCARD", "DV"),
        ("*.a.example,*.b.example", "geotrust-dv-w-starter", "M_WILDCARD", "DV"),
        ("a.example", "globalsign-ov-1-personal", "ONE", "OV"),
    ],
)
def test_kinds_of_orders(domain: str, product: str, kind: str, level: str) -> None:
    emulator = still()
    emulator.set_quota(product, 1)
    order(emulator, domain, product)
    (entry,) = listed(emulator)
    assert (entry["DomainType"], entry["CertType"]) == (kind, level)


@pytest.mark.parametrize(("form", "kinds"), [("number", [int, int]), ("text", [str, str]), ("mixed", [int, str])])
def test_forms_of_ids(form: str, kinds: list[type]) -> None:
    emulator = still(ids=form)
    made = [ask(emulator, PACKAGE, Domain="a.example")["OrderId"] for _time in range(2)]
    assert [type(number) for number in made] == kinds
    assert [int(number) for number in made] == [FIRST_ORDER, FIRST_ORDER + 1]
    assert int(float(FIRST_ORDER + 1)) != FIRST_ORDER + 1
    assert [entry["OrderId"] for entry in reversed(listed(emulator))] == made


def test_pages() -> None:
    emulator = still(page_size=3)
    for number in range(7):
        order(emulator, f"{number}.example", FREE)
    pages = [ask(emulator, LIST, CurrentPage=page, ShowSize=50) for page in (1, 2, 3, 4)]
    assert [len(page["CertificateOrderList"]) for page in pages] == [3, 3, 1, 0]
    assert {(page["ShowSize"], page["TotalCount"]) for page in pages} == {(3, 7)}
    emulator.turn(echo_asked_size=True)
    assert ask(emulator, LIST, ShowSize=50)["ShowSize"] == 50
    assert ask(emulator, LIST, ShowSize=2)["CertificateOrderList"][1]["Domain"] == "5.example"


def test_a_shuffled_list_is_odd_but_stable() -> None:
    emulator = still(shuffle=1)
    for number in range(9):
        order(emulator, f"{number}.example", FREE)
    first = [entry["Domain"] for entry in listed(emulator)]
    assert first == [entry["Domain"] for entry in listed(emulator)]
    assert first not in (sorted(first), sorted(first, reverse=True))
    emulator.turn(shuffle=2)
    assert first != [entry["Domain"] for entry in listed(emulator)]


def test_filters() -> None:
    emulator = still()
    issued(emulator, "a.example")
    waits = order(emulator, "b.example")
    assert [entry["Domain"] for entry in listed(emulator, Status="CHECKING")] == ["b.example"]
    assert [entry["Domain"] for entry in listed(emulator, Keyword="A.EXAM")] == ["a.example"]
    instance = listed(emulator, Keyword="b.example")[0]["InstanceId"]
    assert [entry["OrderId"] for entry in listed(emulator, Keyword=instance)] == [waits]
    assert listed(emulator, Keyword=str(waits)) == []


def test_lists_lag() -> None:
    emulator = still(list_lag_seconds=10)
    number = order(emulator)
    assert listed(emulator) == []
    assert type_of(emulator, number) == "domain_verify"
    emulator.advance(7)
    assert len(listed(emulator)) == 1


def test_the_list_of_bought_orders_is_empty_unless_dialled() -> None:
    emulator = still()
    order(emulator)
    assert (len(listed(emulator, OrderType="CPACK")), len(listed(emulator, OrderType="BUY"))) == (1, 0)
    emulator.turn(source="buy")
    assert (len(listed(emulator, OrderType="CPACK")), len(listed(emulator, OrderType="BUY"))) == (0, 1)


def test_the_lists_of_certificates() -> None:
    emulator = still(uploaded=2, lifetime_days=40)
    number = issued(emulator, "a.example")
    order(emulator, "b.example")
    uploaded, bought = listed(emulator, OrderType="UPLOAD"), listed(emulator, OrderType="CERT")
    assert [entry["Upload"] for entry in uploaded] == [True, True]
    assert len(bought) == 3
    detail = ask(emulator, DETAIL, CertId=uploaded[0]["CertificateId"])
    assert (detail["Name"], detail["BuyInAliyun"], detail["OrderId"]) == (uploaded[0]["Name"], False, None)
    assert uploaded[0]["InstanceId"].startswith("cas-upload-")
    assert chain(detail["Cert"])[0].serial_number == int(uploaded[0]["SerialNo"], 16)
    mine = next(entry for entry in bought if not entry["Upload"])
    assert mine["InstanceId"] == listed(emulator, Keyword="a.example")[0]["InstanceId"]
    assert (mine["CertificateId"], mine["Sans"]) == (14700001, "a.example,www.a.example")
    assert (mine["StartDate"], mine["EndDate"], mine["Expired"]) == ("2026-11-22", "2027-01-01", False)
    emulator.turn(uploaded=0)
    emulator.advance(20 * DAY)
    assert len(listed(emulator, OrderType="CERT", Status="WILLEXPIRED")) == 1
    assert listed(emulator, OrderType="CERT", Status="ISSUED") == []
    emulator.advance(30 * DAY)
    assert listed(emulator, OrderType="CERT") == []
    assert [entry["Expired"] for entry in listed(emulator, OrderType="CERT", Status="EXPIRED")] == [True]
    assert emulator.world.order(number)


@pytest.mark.parametrize(
    "parameters",
    [
        {"OrderType": "ALL"}, {"Status": "issued"}, {"OrderType": "CERT", "Status": "PAYED"}, {"CurrentPage": "0"},
        {"ShowSize": "many"}, {"ShowSize": "-1"},
    ],
)  # fmt: skip
def test_lists_that_are_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(Refusal, match="InvalidParameter"):
        listed(still(), **parameters)


# Details.


def test_a_certificate_in_detail() -> None:
    emulator = still()
    number = issued(emulator, Csr=csr(), **{"Tags.1.Key": "env", "Tags.1.Value": "x"})
    answer = ask(emulator, DETAIL, CertId=14700001)
    assert (answer["Id"], answer["OrderId"], answer["Key"]) == (14700001, number, "")
    assert answer["Cert"] == ask(emulator, "DescribeCertificateState", OrderId=number)["Certificate"]
    assert answer["Tags"] == [{"TagKey": "env", "TagValue": "x"}]
    assert answer["NotAfter"] - answer["NotBefore"] == 199 * DAY * 1000
    assert answer["CertChain"][0]["RemainDay"] == 199
    leaf = chain(answer["Cert"])[0]
    assert int(answer["SerialNo"], 16) == leaf.serial_number


@pytest.mark.parametrize("word", ["true", "True"])
def test_a_filtered_detail_has_nothing_secret(word: str) -> None:
    emulator = still()
    issued(emulator)
    assert ask(emulator, DETAIL, CertId=14700001)["Key"].startswith("-----BEGIN")
    assert "-----" not in str(ask(emulator, DETAIL, CertId=14700001, CertFilter=word))


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"CertId": "14700002"}, "NotFound"),
        ({}, "MissingCertId"),
        ({"CertId": "x"}, "InvalidParameter.CertId"),
        ({"CertId": "14700001", "CertFilter": "perhaps"}, "InvalidParameter.CertFilter"),
    ],
)
def test_details_that_are_refused(parameters: dict[str, str], code: str) -> None:
    emulator = still()
    issued(emulator)
    with pytest.raises(Refusal) as caught:
        ask(emulator, DETAIL, **parameters)
    assert caught.value.code == code
