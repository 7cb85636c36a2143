# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which call applies and with what, what a playbook sees of a step, and the lines of a diff."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._cas.orders.steps import (
    RENEW,
    application,
    cancel,
    create,
    delete,
    diff_text,
    orders_anew,
    renew,
    returned,
    revoke,
)
from ansible_collections.certops.alicloud.plugins.module_utils._plan import Plan, Repeat
from ansible_collections.certops.alicloud.plugins.module_utils._x509.make import make_csr, make_key
from tests.support.client import CONTACT, FREE, PAID, csr
from tests.support.orders import ask, certificate, key_of, order

WITH_CSR, SIMPLE, PACKAGE = (
    "CreateCertificateWithCsrRequest",
    "CreateCertificateRequest",
    "CreateCertificateForPackageRequest",
)
OV = "symantec-ov-1-personal"
LONG = f"{'x' * 60}.example.com"
NAMELESS = {"domains": [LONG], "csr_content": make_csr(make_key("ECC"), [LONG]).decode()}
OWN = {"csr_content": csr("www.example.com")}
TWO = {"domains": ["a.example", "b.example"]}
PART = {**CONTACT, "phone": None}
CALLS = {
    "own CSR, DV, one name, contact": ({**OWN, "contact": CONTACT}, WITH_CSR),
    "own CSR, another DV product": ({**OWN, "contact": CONTACT, "product_code": PAID}, WITH_CSR),
    "no CSR, DV, one name, contact": ({"contact": CONTACT}, SIMPLE),
    "no CSR, DV, wildcard, contact": (
        {"contact": CONTACT, "domains": ["*.a.example"], "product_code": "geotrust-dv-w-starter"},
        SIMPLE,
    ),
    "own CSR without a common name, contact": ({**NAMELESS, "contact": CONTACT}, PACKAGE),
    "own CSR, no contact": (OWN, PACKAGE),
    "no CSR, no contact": ({}, PACKAGE),
    "own CSR, OV": ({**OWN, "contact": CONTACT, "product_code": OV}, PACKAGE),
    "no CSR, OV": ({"contact": CONTACT, "product_code": OV}, PACKAGE),
    "a product that nobody knows": ({"contact": CONTACT, "product_code": "vtrus-dv-w-starter"}, PACKAGE),
    "several names": ({**TWO, "contact": CONTACT}, PACKAGE),
    "several names, part of a contact": ({**TWO, "contact": PART}, PACKAGE),
}


@pytest.mark.parametrize(("options", "call"), CALLS.values(), ids=CALLS)
def test_which_call_applies(options: dict[str, Any], call: str) -> None:
    step = create(ask(**options), "because")
    assert step.action == call
    assert step.public() == {"action": call, "order_id": None, "reason": "because"}
    assert step.repeat is Repeat.NEVER


COMMON = {"ProductCode": FREE, "ValidateType": "DNS", "Tags": []}
INLINE = {"Username": "Zhāng San", "Phone": "13900000000", "Email": "ops@example.com"}
DOMAIN, PEM = {"Domain": "www.example.com"}, {"Csr": OWN["csr_content"]}
PARAMETERS = {
    "with CSR": ({**OWN, "contact": CONTACT}, {**COMMON, **INLINE, **PEM}),
    "simple": ({"contact": CONTACT}, {**COMMON, **INLINE, **DOMAIN}),
    "package": ({}, {**COMMON, **DOMAIN, "CompanyName": None}),
    "package with CSR": (OWN, {**COMMON, **DOMAIN, **PEM, "CompanyName": None}),
    "OV": (
        {"product_code": OV, "company_name": "Example", "contact": PART},
        {
            **COMMON,
            **DOMAIN,
            "ProductCode": OV,
            "CompanyName": "Example",
            "Username": "Zhāng San",
            "Email": "ops@example.com",
        },
    ),
    "file, tags, several names": (
        {**TWO, "validation_method": "file", "tags": {"env": "prod", "note": ""}},
        {
            "ProductCode": FREE,
            "ValidateType": "FILE",
            "Tags": [{"Key": "env", "Value": "prod"}, {"Key": "note", "Value": ""}],
            "Domain": "a.example,b.example",
            "CompanyName": None,
        },
    ),
}


@pytest.mark.parametrize(("options", "parameters"), PARAMETERS.values(), ids=PARAMETERS)
def test_what_an_application_says(options: dict[str, Any], parameters: dict[str, Any]) -> None:
    assert application(ask(**options))[1] == parameters


@pytest.mark.parametrize("options", [{}, OWN], ids=["the service's key", "own key"])
def test_what_a_renewal_says(options: dict[str, Any]) -> None:
    step = renew(ask(**options, tags={"env": "prod"}), order("expiring"), "12 of 90 days left")
    tags = [{"Key": "env", "Value": "prod"}]
    assert (step.action, step.params) == (RENEW, {"OrderId": "1001", "Csr": options.get("csr_content"), "Tags": tags})
    assert step.public() == {"action": RENEW, "order_id": "1001", "reason": "12 of 90 days left"}
    assert step.repeat is Repeat.NEVER
    plan = Plan(order("expiring"), (step,))
    assert (plan.creates, orders_anew(plan), returned(plan)) == (True, False, 0)


def test_what_changes_an_order_makes_none_and_names_it() -> None:
    for step in (cancel(order("reviewing")), delete(order("failed"), "because"), revoke(order("issued"))):
        assert step.params == {"OrderId": "1001"}
        assert step.public()["order_id"] == "1001"
        assert step.repeat is Repeat.SAFE
        plan = Plan(order("issued"), (step,))
        assert (plan.creates, orders_anew(plan), returned(plan)) == (False, False, int(step.leaves is None))


def test_a_step_shows_no_parameter() -> None:
    step = create(ask(**OWN, contact=CONTACT), "because")
    assert "BEGIN" not in repr(step)
    assert "ops@example.com" not in repr(step)


def test_a_diff_is_in_our_words_and_without_pem() -> None:
    there = order("issued", left=80, public_key_sha256=key_of(), certificate=certificate())
    assert diff_text(there).splitlines() == [
        "status: issued",
        "order_id: 1001",
        "domains: [www.example.com]",
        f"product_code: {FREE}",
        f"public_key_sha256: {key_of()}",
        "not_after: 2027-02-10T12:00:00Z",
    ]
    assert diff_text(None) == "status: none\n"
    assert diff_text(replace(order("reviewing"), product_code=None)).splitlines() == [
        "status: reviewing",
        "order_id: 1001",
        "domains: [www.example.com]",
    ]


def test_a_diff_of_what_only_the_service_can_choose() -> None:
    later = "(known after apply)"
    applied = ["order_id: (known after apply)", "domains: [www.example.com]", f"product_code: {FREE}"]
    assert diff_text(create(ask(), "because").leaves).splitlines() == ["status: pending_validation", *applied]
    issued = [f"public_key_sha256: {later}", f"not_after: {later}"]
    assert diff_text(create(ask(wait_for="issued"), "because").leaves).splitlines() == [
        "status: issued",
        *applied,
        *issued,
    ]
