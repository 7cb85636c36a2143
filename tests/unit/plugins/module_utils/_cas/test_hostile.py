# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, requests and answers that nobody honest gives: each ends with a sentence, soon, and with nothing done."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import count
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils import _errors
from ansible_collections.certops.alicloud.plugins.module_utils._cas import validation
from ansible_collections.certops.alicloud.plugins.module_utils._cas.options import positive
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders import api, info
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.order import Order, from_list
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.plan import plan_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.quota import from_response
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.refusals import issued_already
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.select import Seen
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import read_order
from ansible_collections.certops.alicloud.plugins.module_utils._cas.status import Status
from ansible_collections.certops.alicloud.plugins.module_utils._errors import Failure, InvalidOption, NotAllowed
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import fields, paging
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response
from ansible_collections.certops.alicloud.plugins.module_utils._text import line
from ansible_collections.certops.alicloud.plugins.module_utils._x509 import certificate, hostnames
from ansible_collections.certops.alicloud.plugins.module_utils._x509.csr import read_csr
from tests.support.client import DEFAULTS, NOON, client, csr, emulator, key

patient = settings(max_examples=60, deadline=None, derandomize=True)
HUGE = "9" * 5000
LAST_DAY = datetime(9999, 12, 31, tzinfo=timezone.utc)

# Whatever JSON can carry, and what is near to what the service says.
texts = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from([HUGE, "{{ 7 * 7 }}", "$(id)", "\ud800", "\u202eevil", "a\0b", "-----BEGIN A-----", "0", "-1"]),
    st.sampled_from(["ISSUED", "CHECKING", "PAYED", "domain_verify", "certificate", "www.example.com", "DNS", "FILE"]),
)
numbers = st.one_of(st.integers(), st.floats(), st.sampled_from([10**400, -(10**400), 253402300799999, 1e308]))
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def saying(content: Callable[[str], Any]) -> Callable[[Request, float], Response]:
    """A service that says this to an action."""
    return lambda request, _timeout: Response(200, {}, json.dumps(content(request.headers["x-acs-action"])).encode())


# Numbers.


@pytest.mark.parametrize("value", [HUGE, 10**4000, -1, True, 1.5, float("nan"), [1], {"a": 1}, "٣", " 7\n8"])
def test_what_is_no_number_of_the_services_is_none(value: Any) -> None:
    assert fields.id_text(value) is None
    assert fields.moment(value) is None
    assert fields.whole(value) in (None, 1)
    assert from_response("x", {"TotalCount": value}).total in (0, 1)


@pytest.mark.parametrize("value", [10**400, 1e300, float("inf"), float("nan"), 0, -1])
def test_a_wait_that_no_clock_can_count_is_refused(value: float) -> None:
    with pytest.raises(InvalidOption, match="wait"):
        positive(value, "wait")


def test_half_a_character_is_refused_by_name() -> None:
    with pytest.raises(InvalidOption, match=r"^company_name: it contains half of a character"):
        line("a\ud800b", "company_name")
    with pytest.raises(InvalidOption, match=r"^keyword: "):
        info.query({**QUESTION, "keyword": "\ud800"})


ACCOUNT = emulator()
QUESTION: dict[str, Any] = {
    "order_id": None,
    "order_ids": None,
    "domains": None,
    "keyword": None,
    "status": None,
    "product_code": None,
    "expires_within": None,
    "order_type": "package",
    "include_validation": True,
    "include_certificate": True,
    "include_private_key": False,
    "wait_for": "none",
    "wait_timeout": 4500,
    "poll_interval": 5.0,
}


def test_the_end_of_the_calendar_is_a_day_like_others() -> None:
    order = Order("7", Status.ISSUED, domains=("www.example.com",), not_before=LAST_DAY, not_after=LAST_DAY)
    assert "9999-12-31" in issued_already(order, "absent", NOON).msg
    asked = read_order({**DEFAULTS, "state": "revoked", "order_id": "7"})
    assert plan_order(Seen(asked, order), NOON).facts == {"refund": True}


# Names.


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2Jexample.com", "x" * 100_000, "\u202ewww", "\ud800.com"])
def test_a_name_of_the_services_is_shown_in_one_line(name: str) -> None:
    shown = hostnames.folded(name)
    assert shown.isprintable()
    assert len(shown) <= 253


def test_a_word_that_nobody_knows_is_shown_in_one_line() -> None:
    order = Order("7", Status.UNKNOWN, service_status="a\nb\x1b[2J" + "x" * 10_000)
    asked = read_order({**DEFAULTS, "state": "present", "order_id": "7"})
    with pytest.raises(NotAllowed) as caught:
        plan_order(Seen(asked, order), NOON)
    assert caught.value.msg.isprintable()
    assert len(caught.value.msg) < 500


# Lists.


@pytest.mark.parametrize("entries", [7, True, "text", {"a": 1}, [[]], [None], 1.5], ids=repr)
@pytest.mark.parametrize("total", [None, HUGE, -5, {"a": 1}, True], ids=["null", "huge", "negative", "dict", "true"])
def test_a_list_that_is_none_is_empty(entries: Any, total: Any) -> None:
    strange = saying(lambda _action: {"CertificateOrderList": entries, "TotalCount": total})
    assert list(api.list_orders(client(emulator(), transport=strange))) == []


@pytest.mark.parametrize("total", [0, 10**17, "999999999"])
@pytest.mark.parametrize("fresh", [True, False], ids=["new orders", "always the same"])
def test_a_list_without_end_is_ended(total: Any, fresh: bool) -> None:
    numbers = count(1)

    def page(_action: str) -> dict[str, Any]:
        page = [{"OrderId": next(numbers) if fresh else 7, "Status": "ISSUED"} for _each in range(50)]
        return {"CertificateOrderList": page, "TotalCount": total}

    seen = []
    with pytest.raises(Failure, match="list does not end"):
        for order in api.list_orders(client(emulator(), transport=saying(page))):
            seen.append(order)
    assert len(seen) <= paging.MOST_ENTRIES + 100


@patient
@given(
    st.dictionaries(st.sampled_from([*"ab", "OrderId", "Domain", "Status", "CertEndTime", "Expired", "Sans"]), values)
)
def test_an_entry_of_a_list_is_an_order_whatever_is_in_it(entry: dict[str, Any]) -> None:
    order = from_list(json.loads(json.dumps(entry)))
    assert json.dumps(order.public(NOON), allow_nan=False)
    assert len(order.named) < 20_000


ANSWERS = {
    "DescribeCertificateState": (
        *("Type", "Certificate", "CertId", "ValidateType", "RecordDomain", "RecordValue", "Uri"),
        *("RecordType", "Content", "Domain", "PrivateKey"),
    ),
    "ListUserCertificateOrder": ("CertificateOrderList", "TotalCount"),
    "DescribePackageState": ("TotalCount", "UsedCount", "IssuedCount"),
    "GetUserCertificateDetail": ("Cert", "Key"),
}
ENTRY = st.dictionaries(st.sampled_from(["OrderId", "Domain", "Status", "ProductCode", "CertEndTime"]), values)


@pytest.mark.slow
@patient
@given(st.data())
def test_a_question_ends_with_an_answer_or_a_sentence(data: st.DataObject) -> None:
    """Every field of every response, missing or of any type."""
    said: dict[str, Any] = {
        action: data.draw(st.dictionaries(st.sampled_from(fields), values)) for action, fields in ANSWERS.items()
    }
    if data.draw(st.booleans()):
        said["ListUserCertificateOrder"]["CertificateOrderList"] = data.draw(st.lists(ENTRY, max_size=3))
    strange = client(ACCOUNT, transport=saying(lambda action: said.get(action, {})))
    for more in ({}, {"order_id": "7"}, {"order_ids": ["7", "8"]}, {"order_type": "uploaded"}):
        try:
            found = info.order_info(lambda: strange, {**QUESTION, **more})
        except Failure as failure:
            assert len(failure.msg) < 30_000
        else:
            assert json.dumps(found)


# Requests.


def test_many_beginnings_take_no_time() -> None:
    """A search for the end of each would take an hour here."""
    many = "-----BEGIN CERTIFICATE REQUEST-----\n" * 100_000
    with pytest.raises(InvalidOption, match="give one PEM block"):
        read_csr(many, "csr_content")
    with pytest.raises(_errors.InvalidCertificate):
        certificate.read_certificate(many)


def test_more_certificates_than_a_chain_has_are_none() -> None:
    account = emulator()
    many = account.world.authority.root_pem * 101
    assert certificate.load_certificates(many) == []
    assert len(certificate.load_certificates(account.world.authority.root_pem * 100)) == 100


def test_blocks_of_other_kinds_beside_it_do_not_matter() -> None:
    text = csr("www.example.com")
    assert read_csr(f"# a note\r\n{text}".replace("\n", "\r\n"), "x").domains == ("www.example.com",)
    for more in (text, "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"):
        with pytest.raises(InvalidOption, match="give one PEM block"):
            read_csr(text + more, "x")


def request(*parts: x509.GeneralName, common: str = "www.example.com") -> str:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    builder = builder.add_extension(x509.SubjectAlternativeName(parts), False)
    return builder.sign(key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    "common", ["a\0.example.com", "\u202eexample.com", "xn--a", "a b.example.com", "{{ 1 }}.example.com"]
)
def test_a_name_that_is_none_is_refused(common: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        read_csr(request(x509.DNSName("www.example.com"), common=common), "x")
    assert caught.value.msg.isprintable()


def test_many_names_are_too_many() -> None:
    many = request(*(x509.DNSName(f"{number}.example.com") for number in range(2_000)))
    with pytest.raises(InvalidOption, match="at most"):
        read_order({**DEFAULTS, "state": "present", "csr_content": many})


@patient
@given(st.lists(st.tuples(st.integers(0, 399), st.sampled_from("xid"), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_request_is_read_or_refused(damages: list[tuple[int, str, int]]) -> None:
    der = bytearray(x509.load_pem_x509_csr(csr("www.example.com").encode()).public_bytes(Encoding.DER))
    for place, kind, value in damages:
        at = place % len(der)
        der[at : at + (kind != "i")] = [value] * (kind != "d")
    block = "-----BEGIN CERTIFICATE REQUEST-----\n%s\n-----END CERTIFICATE REQUEST-----\n"
    try:
        read_csr(block % b64encode(der).decode(), "x")
    except InvalidOption as refused:
        assert refused.msg.isprintable()


# Proofs.


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("_dnsauth.neighbour.co.uk", "www.shop.co.uk"),
        ("_dnsauth.other.example.com", "www.example.com"),
        ("other.example.com", "www.example.com"),
        ("_dmarc.mail.example.com", "www.example.com"),
    ],
)
def test_a_record_at_a_neighbour_is_not_published(name: str, domain: str) -> None:
    (found,) = validation.read_validation({"RecordDomain": name, "RecordValue": "x"}, (domain,))
    assert isinstance(found, validation.ValidationRecord)
    assert found.record_name is None


def test_a_path_that_no_file_system_takes_is_refused() -> None:
    with pytest.raises(Failure, match="not a place for a validation file"):
        validation.read_validation({"Uri": "/a" * 200, "Content": "x"}, ("www.example.com",))


@patient
@given(
    st.dictionaries(st.sampled_from(["RecordDomain", "RecordValue", "RecordType", "Uri", "Content", "Domain"]), values)
)
def test_a_proof_is_clear_and_below_its_place_or_there_is_none(said: dict[str, Any]) -> None:
    try:
        for found in validation.read_validation(said, ("www.example.com",)):
            if isinstance(found, validation.ValidationRecord):
                assert found.record_name is None or found.record_name.endswith("example.com")
            else:
                assert ".." not in found.path.split("/")
    except Failure as failure:
        assert failure.msg.isprintable()
