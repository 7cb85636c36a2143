# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule that options must keep before anything is called: each refusal begins with the option's name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.certops.alicloud.plugins.module_utils._cas.application import Application, Contact
from ansible_collections.certops.alicloud.plugins.module_utils._cas.options import WaitFor, Waiting, identifier
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.product_codes import DV_PRODUCTS, PRODUCTS
from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.wanted import (
    OrderWanted,
    RenewalWanted,
    State,
    Strategy,
    read_order,
    read_renewal,
)
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption
from ansible_collections.certops.alicloud.plugins.module_utils._x509.make import make_csr, make_key
from ansible_collections.certops.alicloud.plugins.module_utils._x509.renewal_window import Window, window
from tests.support.client import CONTACT, DEFAULTS, csr, key

OV, FREE, WILD = "symantec-ov-1-personal", "digicert-free-1-free", "geotrust-dv-w-starter"
WWW = ["www.example.com"]


def asked(**options: Any) -> OrderWanted:
    """What ``cas_order`` is asked for."""
    return read_order({**DEFAULTS, "state": "present", "domains": WWW, **options})


def renewal(**options: Any) -> RenewalWanted:
    """What ``cas_order_renew`` is asked for."""
    return read_renewal({**DEFAULTS, "strategy": "auto", "domains": WWW, **options})


def refused(**options: Any) -> str:
    with pytest.raises(InvalidOption) as caught:
        asked(**options)
    assert "\n" not in caught.value.msg
    return caught.value.msg


def test_the_least_that_can_be_asked_for() -> None:
    least = asked()
    assert least.domains == ("www.example.com",)
    assert least.application == Application(("www.example.com",), None, "dns", None, None, ())
    assert (least.csr, least.order_id, least.known_orders) == (None, None, None)
    assert least.waiting == Waiting(WaitFor.VALIDATION, 300, 5)
    assert (least.state, least.check_quota, least.reorder_on_key_mismatch) == (State.PRESENT, True, False)


def test_the_least_that_can_be_asked_of_a_renewal() -> None:
    least = renewal()
    assert (least.application, least.waiting) == (asked().application, asked().waiting)
    assert (least.state, least.check_quota, least.order_id) == (State.PRESENT, True, None)
    assert (least.renew_before, least.strategy, least.force) == (Window(None, 0.33), Strategy.AUTO, False)
    assert renewal(renew_before=None, strategy=None, force=None) == least


# Names.


@pytest.mark.parametrize(
    ("given", "domains"),
    [
        (["WWW.Example.com."], ("www.example.com",)),
        (["a.example", "A.example", "b.example"], ("a.example", "b.example")),
        (["bücher.example"], ("xn--bcher-kva.example",)),
        (["*.a.example", "*.b.example"], ("*.a.example", "*.b.example")),
        ([f"{n}.example.com" for n in range(5)], tuple(f"{n}.example.com" for n in range(5))),
        ([f"{n}.example.com" for n in (0, 1, 2, 3, 4, 4)], tuple(f"{n}.example.com" for n in range(5))),
    ],
    ids=["folded", "once each", "another script", "wildcards", "five", "five and one twice"],
)
def test_good_names(given: list[str], domains: tuple[str, ...]) -> None:
    product = WILD if domains[0].startswith("*") else FREE
    assert asked(domains=given, product_code=product).domains == domains


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        pytest.param({"domains": []}, "domains: give the names", id="none"),
        pytest.param({"domains": None}, "domains: give the names", id="null"),
        pytest.param({"domains": [f"{n}.a.example" for n in range(6)]}, "domains: 6 names", id="six"),
        pytest.param({"domains": ["a.example", "*.a.example"]}, "domains: single names and wildcards", id="mixed"),
        pytest.param(
            {"domains": ["a.example", "no host"]}, "domains: 'no host' is not a valid host name", id="no host name"
        ),
        pytest.param({"domains": ["192.0.2.1"]}, "domains: ", id="an address"),
        pytest.param(
            {"domains": ["*.a.example"], "validation_method": "file"},
            "validation_method: a wildcard cannot be validated by file; use dns.",
            id="file, wildcard",
        ),
    ],
)
def test_bad_names(options: dict[str, Any], begins: str) -> None:
    assert refused(**options).startswith(begins)


def test_states_other_than_present_need_an_id_or_names() -> None:
    assert asked(state="absent", domains=None, order_id="7").domains == ()
    for state in ("cancelled", "absent", "revoked"):
        assert refused(state=state, domains=None).startswith("order_id: ")


def test_a_renewal_needs_an_id_or_names() -> None:
    assert renewal(domains=None, order_id="7").order_id == "7"
    with pytest.raises(InvalidOption, match=r"^order_id: "):
        renewal(domains=None)


# The CSR.


def csr_in(option: str, text: str, folder: Path) -> dict[str, str]:
    """A CSR as the content of an option, or of the file that one names."""
    if option == "csr_content":
        return {option: text}
    (folder / "request.csr").write_text(text)
    return {option: str(folder / "request.csr")}


@pytest.mark.parametrize("option", ["csr_content", "csr_path"])
def test_names_come_from_the_csr_when_none_are_given(option: str, tmp_path: Path) -> None:
    found = asked(domains=None, **csr_in(option, csr("a.example", "b.example"), tmp_path))
    assert found.domains == ("a.example", "b.example")
    assert found.csr is not None
    assert found.csr.pem == csr("a.example", "b.example")


def test_names_in_any_case_and_script_agree_with_the_csr() -> None:
    assert asked(domains=["A.example"], csr_content=csr("a.example")).domains == ("a.example",)
    assert asked(
        domains=["a.example", "c.example", "b.example"], csr_content=csr("a.example", "b.example", "c.example")
    )
    other = csr("xn--bcher-kva.example")
    assert asked(domains=["bücher.example"], csr_content=other).domains == ("xn--bcher-kva.example",)


def test_without_a_common_name_the_domains_say_which_is_first() -> None:
    names = ["preview-" + "x" * 50 + ".example.com", "a.example.com"]
    text = make_csr(make_key("ECC"), names).decode()
    assert asked(domains=None, csr_content=text).domains == tuple(names)
    assert asked(domains=names[::-1], csr_content=text).domains == tuple(names[::-1])
    assert "do not agree with the names in csr_content" in refused(domains=names[:1], csr_content=text)


def test_a_name_that_a_common_name_can_hold_stands_there() -> None:
    for length, fits in ((64, True), (65, False)):
        name = "x" * 50 + "." + "y" * (length - 51 - len(".example")) + ".example"
        assert len(name) == length
        text = nameless_csr(name)
        if fits:
            assert "make it with the first domain as CN" in refused(domains=None, csr_content=text)
        else:
            assert asked(domains=None, csr_content=text).domains == (name,)


def nameless_csr(name: str) -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
    return builder.sign(key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("domains", "names", "says"),
    [
        (["b.example"], ["a.example"], "the CN in csr_content is a.example"),
        (["b.example", "a.example"], ["a.example", "b.example"], "the CN in csr_content is a.example"),
        (["a.example"], ["a.example", "b.example"], "do not agree with the names in csr_content: a.example, b.example"),
        (["a.example", "c.example"], ["a.example"], "do not agree with the names in csr_content: a.example"),
    ],
    ids=["another CN", "another order", "more in the CSR", "more in domains"],
)
def test_names_must_agree_with_the_csr(domains: list[str], names: list[str], says: str) -> None:
    message = refused(domains=domains, csr_content=csr(*names))
    assert message.startswith("domains: ")
    assert says in message


@pytest.mark.parametrize("option", ["csr_content", "csr_path"])
@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----",
        "hidden",
        " ",
        csr(*(f"{n}.example.com" for n in range(6))),
        csr("a.example", "*.a.example"),
    ],
    ids=["a private key", "no PEM", "an empty file", "six names", "mixed names"],
)
def test_a_bad_csr_is_refused_by_the_option_that_gave_it(option: str, text: str, tmp_path: Path) -> None:
    message = refused(domains=None, **csr_in(option, text, tmp_path))
    assert message.startswith(f"{option}: ")
    assert "hidden" not in message


# Ids.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("98987582437920968", "98987582437920968"),
        (" 7 ", "7"),
        ("007", "007"),
        ("0", "0"),
        (98987582437920968, "98987582437920968"),
        (None, None),
        ("9" * 20, "9" * 20),
        ("cas-ivauto-1", "cas-ivauto-1"),
        ("Order_7a", "Order_7a"),
        ("7" * 64, "7" * 64),
    ],
)
def test_ids_are_taken_as_they_were_returned(value: object, text: str | None) -> None:
    assert identifier(value, "order_id") == text
    if text is not None and not text.startswith("cas-"):
        assert asked(order_id=value).order_id == renewal(order_id=value).order_id == text


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "1.5", "-1", "9.8987582437921e+16", "9.89e+16", "7" * 65, "1 2", "1\n2", "٣", "é7", "a/b", "_7"),
        *(-1, 1.5, 9.8987582437921e16, 10**20, True, ["7"], {"order_id": "7"}),
    ],
    ids=repr,
)
def test_what_is_no_order_id(value: object) -> None:
    sentence = "is not a valid id; give the id as it was returned, in quotes."
    assert refused(order_id=value).startswith("order_id: ")
    assert refused(order_id=value).endswith(sentence)
    with pytest.raises(InvalidOption, match=r"^order_id: .* is not a valid id; "):
        renewal(order_id=value)


def test_what_is_no_id_is_shown_without_a_key_and_not_endlessly() -> None:
    shown = refused(order_id="-----BEGIN PRIVATE KEY-----hidden")
    assert shown == "order_id: (a private key) is not a valid id; give the id as it was returned, in quotes."
    assert len(refused(order_id="7 " * 500)) < 200


# Contact and company.


def test_a_whole_contact() -> None:
    assert asked(contact=CONTACT).application.contact == Contact("Zhāng San", "13900000000", "ops@example.com")


@pytest.mark.parametrize("contact", [None, {}, {"name": None, "phone": "", "email": " "}], ids=["none", "{}", "empty"])
def test_a_contact_may_be_left_out(contact: dict[str, Any] | None) -> None:
    assert asked(contact=contact).application.contact is None


@pytest.mark.parametrize("missing", ["name", "phone", "email"])
def test_an_incomplete_contact_where_the_call_needs_one(missing: str) -> None:
    part = {**CONTACT, missing: None}
    assert refused(contact=part).startswith(f"contact: {missing} missing")
    assert refused(contact=part, domains=None, csr_content=csr("a.example")).startswith("contact: ")
    assert asked(contact=part, product_code=OV).application.contact is not None
    assert asked(contact=part, domains=["a.example", "b.example"]).application.contact is not None


@pytest.mark.parametrize(
    ("part", "value"),
    [("email", "ops"), ("email", "a b@example.com"), ("name", "two\nlines"), ("phone", "139\t1"), ("phone", "1\x7f2")],
)
def test_a_bad_part_of_a_contact(part: str, value: str) -> None:
    assert refused(contact={**CONTACT, part: value}).startswith(f"contact.{part}: ")


def test_the_company() -> None:
    assert asked(company_name=" Example GmbH ", product_code=OV).application.company_name == "Example GmbH"
    assert asked(company_name="").application.company_name is None
    assert refused(company_name="a\nb").startswith("company_name: ")


# Products.


@pytest.mark.parametrize("code", [*PRODUCTS, "vtrus-dv-w-starter", "new_2.0"])
def test_products_are_passed_on_known_or_not(code: str) -> None:
    domains = [("*." if "-w-" in code else "www.") + "example.com"]
    assert asked(product_code=code, domains=domains).product_code == code


@pytest.mark.parametrize("code", ["", "two words", "a&b=c", "x" * 101, "a\nb"])
def test_what_is_no_product(code: str) -> None:
    assert refused(product_code=code).startswith("product_code: ")


def test_the_seven_products_of_the_simple_calls() -> None:
    assert len(PRODUCTS) == 15
    assert len(DV_PRODUCTS) == 7
    assert all("-ov-" not in code and "-ev-" not in code for code in DV_PRODUCTS)


# Tags.


@pytest.mark.parametrize(
    ("tags", "pairs"),
    [
        (None, ()),
        ({}, ()),
        ({"env": "prod", "note": ""}, (("env", "prod"), ("note", ""))),
        ({"note": None, "count": 3, "on": True}, (("note", ""), ("count", "3"), ("on", "true"))),
        ({"k" * 64: "v" * 128}, (("k" * 64, "v" * 128),)),
        ({"部门": "运维"}, (("部门", "运维"),)),
        ({"my-aliyun": "not acs: first"}, (("my-aliyun", "not acs: first"),)),
        ({f"k{n}": "" for n in range(20)}, tuple((f"k{n}", "") for n in range(20))),
    ],
    ids=["none", "empty", "text", "other scalars", "longest", "another script", "words inside", "twenty"],
)
def test_good_tags(tags: dict[str, Any] | None, pairs: tuple[tuple[str, str], ...]) -> None:
    assert asked(tags=tags).application.tags == pairs


BAD_TAGS = {
    "21": {f"k{n}": "" for n in range(21)},
    "no key": {"": "x"},
    "long key": {"k" * 65: "x"},
    "long value": {"k": "v" * 129},
    "aliyun": {"aliyun-x": ""},
    "Aliyun": {"Aliyun": ""},
    "acs:": {"acs:x": ""},
    "ACS: in a value": {"k": "ACS:x"},
    "http": {"k": "see http://example.com"},
    "https": {"https://k": ""},
    "HTTPS": {"k": "HTTPS://example.com"},
    "a list": {"k": ["a"]},
    "a dictionary": {"k": {"a": "b"}},
    "half of a character": {"k": "a\ud800"},
    "half of a character in a key": {"\ud800": "v"},
}


@pytest.mark.parametrize("tags", BAD_TAGS.values(), ids=BAD_TAGS)
def test_tags_against_the_rules(tags: dict[str, Any]) -> None:
    assert refused(tags=tags).startswith("tags: ")


# The window.


@pytest.mark.parametrize(
    ("text", "of_90_days"),
    [
        ("30d", timedelta(days=30)),
        ("720h", timedelta(days=30)),
        ("1.5d", timedelta(hours=36)),
        ("33%", timedelta(days=29.7)),
        (" 50 % ", timedelta(days=45)),
        ("0.5%", timedelta(days=0.45)),
        ("99.9%", timedelta(days=89.91)),
    ],
)
def test_a_window_is_a_span_or_a_share(text: str, of_90_days: timedelta) -> None:
    assert abs(window(text, "renew_before").of(timedelta(days=90)) - of_90_days) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "text", ["0d", "0%", "100%", "250%", "-3d", "30", "d", "30 days", "soon", "1e3d", "30d30d", "99999999d", "30m"]
)
def test_a_window_that_makes_no_sense(text: str) -> None:
    with pytest.raises(InvalidOption, match=r"^renew_before: "):
        renewal(renew_before=text)


# Waiting.


@pytest.mark.parametrize(("wait_for", "seconds"), [("none", 300), ("validation", 300), ("issued", 4500)])
def test_how_long_a_wait_lasts_unless_told(wait_for: str, seconds: float) -> None:
    assert asked(wait_for=wait_for).waiting.timeout == seconds
    assert asked(wait_for=wait_for, wait_timeout=7).waiting.timeout == 7


@pytest.mark.parametrize("option", ["wait_timeout", "poll_interval"])
@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_seconds_are_above_zero(option: str, seconds: float) -> None:
    assert refused(**{option: seconds}).startswith(f"{option}: ")


# The rest is passed on.


def test_choices_are_passed_on() -> None:
    found = asked(on_key_mismatch="reorder", check_quota=False, validation_method="file", poll_interval=0.5)
    assert (found.reorder_on_key_mismatch, found.check_quota) == (True, False)
    assert (found.application.validation_method, found.waiting.interval) == ("file", 0.5)
    found = renewal(strategy="reorder", force=True, renew_before="30d")
    assert (found.strategy, found.force) == (Strategy.REORDER, True)
    assert found.renew_before == Window(timedelta(days=30), None)


def test_a_csr_shows_no_text() -> None:
    assert "BEGIN" not in repr(asked(domains=None, csr_content=csr("a.example")))


@pytest.mark.parametrize("option", ["csr_content", "csr_path"])
def test_an_empty_csr_is_no_wish_for_a_key_of_the_services(option: str, tmp_path: Path) -> None:
    assert refused(**csr_in(option, "", tmp_path)).startswith(f"{option}: ")


def test_an_empty_path_is_no_wish_for_a_key_of_the_services() -> None:
    assert refused(csr_path="").startswith("csr_path: ")


@pytest.mark.parametrize("read", [asked, renewal])
def test_the_id_of_an_instance_is_refused(read: Callable[..., Any]) -> None:
    with pytest.raises(InvalidOption, match=r"^order_id: 'cas-ivauto-abc123' is the id of an instance"):
        read(order_id="cas-ivauto-abc123")


# Names for a product.

SINGLE, BOTH = FREE, "symantec-dv-1-starter"


@pytest.mark.parametrize("read", [asked, renewal], ids=["cas_order", "cas_order_renew"])
@pytest.mark.parametrize(
    ("product", "domains", "says"),
    [
        (
            SINGLE,
            ["*.example.com"],
            f"{SINGLE} is for single names only, and *.example.com is a wildcard. Use a product ",
        ),
        (
            "cfca-ov-1-personal",
            ["*.a.example", "*.b.example"],
            "is for single names only, and *.a.example is a wildcard",
        ),
        (WILD, ["example.com"], f"{WILD} is for wildcards only, and example.com is not one. Use a product for single "),
        ("cfca-ev-w-advanced", ["a.example", "b.example"], "is for wildcards only, and a.example is not one"),
    ],
)
def test_names_that_the_product_does_not_take_are_refused(
    read: Callable[..., Any], product: str, domains: list[str], says: str
) -> None:
    with pytest.raises(InvalidOption) as caught:
        read(domains=domains, product_code=product)
    assert caught.value.msg.startswith("product_code: ")
    assert says in caught.value.msg


@pytest.mark.parametrize("read", [asked, renewal], ids=["cas_order", "cas_order_renew"])
@pytest.mark.parametrize(
    ("product", "domains"),
    [
        (SINGLE, ["example.com"]),
        (SINGLE, ["a.example", "b.example"]),
        (WILD, ["*.example.com"]),
        (WILD, ["*.a.example", "*.b.example"]),
        (BOTH, ["*.example.com"]),
        (BOTH, ["example.com"]),
        ("vtrus-dv-w-starter", ["example.com"]),
        ("new-dv-1-plan", ["*.example.com"]),
    ],
    ids=str,
)
def test_what_a_product_may_take_is_passed_on(read: Callable[..., Any], product: str, domains: list[str]) -> None:
    """Codes that are not documented, and one of which the documents say both."""
    assert read(domains=domains, product_code=product).domains == tuple(domains)


@pytest.mark.parametrize(
    "options",
    [{"state": "absent"}, {"state": "revoked"}, {"order_id": "7"}],
    ids=["not ordered", "not ordered either", "with the product of the order"],
)
def test_what_is_not_ordered_with_the_product_is_not_refused(options: dict[str, Any]) -> None:
    assert asked(domains=["*.example.com"], **options).product_code == SINGLE
