# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals sorted into kinds, and the sentence of each kind."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    Kind,
    MissingLibrary,
)
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.service_errors import kind_of, refusal
from ansible_collections.certops.alicloud.plugins.module_utils._text import one_line, quoted, utc_text


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("Throttling", 400, Kind.THROTTLED),
        ("Throttling.User", 429, Kind.THROTTLED),
        ("Throttling.Api", 400, Kind.THROTTLED),
        ("Rejected.Throttling", 400, Kind.THROTTLED),
        ("Whatever", 429, Kind.THROTTLED),
        ("InvalidTimeStamp.Expired", 400, Kind.CLOCK),
        ("InvalidTimeStamp.Format", 400, Kind.CLOCK),
        ("InvalidSecurityToken.Expired", 403, Kind.TOKEN),
        ("InvalidSecurityToken.MismatchWithAccessKey", 400, Kind.TOKEN),
        ("InvalidAccessKeyId.NotFound", 404, Kind.KEY),
        ("InvalidAccessKeyId.Inactive", 400, Kind.KEY),
        ("SignatureDoesNotMatch", 403, Kind.SIGNATURE),
        ("IncompleteSignature", 400, Kind.SIGNATURE),
        ("SignatureNonceUsed", 400, Kind.NONCE),
        ("InvalidAction.NotFound", 404, Kind.ENDPOINT),
        ("InvalidApi.NotFound", 404, Kind.ENDPOINT),
        ("InvalidProduct.NotFound", 404, Kind.ENDPOINT),
        ("InvalidProtocol.NeedSsl", 404, Kind.ENDPOINT),
        ("UnsupportedHTTPMethod", 405, Kind.ENDPOINT),
        ("NotFoundPackage", 404, Kind.QUOTA),
        ("NotRemainCount", 404, Kind.QUOTA),
        ("InsufficientQuota", 400, Kind.QUOTA),
        ("NoPermission", 403, Kind.PERMISSION),
        ("Forbidden.RAM", 403, Kind.PERMISSION),
        ("Forbidden", 403, Kind.PERMISSION),
        ("AccessDenied.NoAuth", 400, Kind.PERMISSION),
        ("NotFoundOrder", 404, Kind.GONE),
        ("NotFound", 400, Kind.GONE),
        ("InvalidInstanceId.NotFound", 400, Kind.GONE),
        ("Whatever", 404, Kind.GONE),
        ("OrderStateError", 403, Kind.STATE),
        ("InvalidOrderStatus", 400, Kind.STATE),
        ("OperationDenied.StatusNotSupport", 400, Kind.STATE),
        ("DeleteFail", 403, Kind.STATE),
        ("MissingParameter", 400, Kind.INPUT),
        ("MissingDomain", 400, Kind.INPUT),
        ("InvalidParameter.Csr", 400, Kind.INPUT),
        ("DomainAndProductNotMatch", 400, Kind.INPUT),
        ("ServiceUnavailable", 503, Kind.BROKEN),
        ("InternalError", 500, Kind.BROKEN),
        ("Error", 500, Kind.BROKEN),
        ("Whatever", 502, Kind.BROKEN),
        ("Whatever", 413, Kind.TOO_LONG),
        ("Whatever", 414, Kind.TOO_LONG),
        ("CreateCertificateRequestFailed", 403, Kind.OTHER),
        ("", 400, Kind.OTHER),
    ],
)
def test_the_code_decides_then_the_status(code: str, status: int, kind: Kind) -> None:
    assert kind_of(code, status) is kind


def refused(code: str, status: int = 400, **response: Any) -> Failure:
    content = {"Code": code, "Message": "Nein.", "RequestId": "R-1", **response}
    return refusal(
        content,
        action="CancelOrderRequest",
        http_status=status,
        permission="yundun-cert:CancelOrderRequest",
        clocks="this machine's says one thing, the service's another",
    )


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("Throttling.User", "throttled until the last attempt"),
        ("InvalidTimeStamp.Expired", "the clocks disagree: this machine's says one thing, the service's another."),
        ("InvalidSecurityToken.Expired", "token is invalid or expired"),
        ("InvalidAccessKeyId.NotFound", "Check access_key_id."),
        ("SignatureDoesNotMatch", "Check access_key_secret."),
        ("SignatureNonceUsed", "replay"),
        ("InvalidApi.NotFound", "Check endpoint and region."),
        ("NotRemainCount", "no certificate of the quota is left"),
        ("InsufficientQuota", "subscription instances"),
        ("NoPermission", "Grant `yundun-cert:CancelOrderRequest`."),
        ("NotFoundOrder", "the order does not exist"),
        ("OrderStateError", "the state of the order does not allow it"),
        ("InvalidParameter.Csr", "the parameter Csr is not valid. Check csr_content or csr_path."),
        ("InvalidDomain", "because of a parameter"),
        ("InternalError", "The service failed while it handled"),
        ("CreateOrderFailed", "CancelOrderRequest was refused: the order could not be created."),
        ("NewCode", "CancelOrderRequest was refused."),
    ],
)
def test_each_refusal_has_its_own_sentence(code: str, says: str) -> None:
    failure = refused(code)
    assert says in failure.msg
    assert "CancelOrderRequest" in failure.msg
    assert code in failure.msg
    assert failure.msg.endswith("(request R-1).")
    assert failure.facts == {
        "code": code,
        "request_id": "R-1",
        "http_status": 400,
        "action": "CancelOrderRequest",
    }


def of(action: str, code: str, status: int = 400) -> str:
    """What a refusal of an operation of instances says, before the service's own words."""
    permission = f"yundun-cert:{action}"
    found = refusal({"Code": code}, action=action, http_status=status, permission=permission, thing="order")
    return found.msg.partition(" The service said")[0]


@pytest.mark.parametrize(
    ("action", "code", "says"),
    [
        ("GetInstanceDetail", "NotFound", "the instance does not exist on this account."),
        ("UpdateInstance", "OperationDenied.Other", "the state of the instance does not allow it."),
        ("GetTaskAttribute", "NotFound", "the instance does not exist on this account."),
        ("TagResources", "NotFound", "the instance does not exist on this account."),
        ("ListContact", "NotFound", "the contact does not exist on this account."),
        ("ListCompanies", "NotFound", "the company does not exist on this account."),
        ("RevokeCertificate", "InvalidStatus.Other", "the state of the certificate does not allow it."),
        ("GetUserCertificateDetail", "NotFound", "the certificate does not exist on this account."),
        ("CancelOrderRequest", "NotFound", "the order does not exist on this account."),
        ("ApplyCertificate", "NoPermission", "Grant `yundun-cert:ApplyCertificate`."),
        ("ApplyCertificate", "InvalidParameter.ContactIdList", "ContactIdList is not valid. Check contact_ids."),
    ],
)
def test_what_a_refusal_is_about_depends_on_the_operation(action: str, code: str, says: str) -> None:
    assert says in of(action, code)


def test_a_quota_that_is_used_up_is_another_one_for_orders_and_for_instances() -> None:
    ordered = of("CreateCertificateForPackageRequest", "InsufficientQuota")
    assert "no such resource plan" in ordered
    assert (
        'use cas_instance (roles: certificate_source: instance). The guide "Certificate instances" shows how to move.'
        in ordered
    )
    hosted = of("UpdateInstance", "InsufficientQuota")
    assert "resource plan" not in hosted and "Hosting (auto_reissue)" in hosted


def test_the_services_own_word_for_a_permission_comes_first() -> None:
    detail = {"AuthAction": "yundun-cert:SomethingElse"}
    assert "Grant `yundun-cert:SomethingElse`." in refused("NoPermission", 403, AccessDeniedDetail=detail).msg
    assert "Grant `yundun-cert:CancelOrderRequest`." in refused("NoPermission", 403, AccessDeniedDetail="opaque").msg


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "SignatureNonceUsed"])
def test_what_repeats_the_signed_text_is_not_repeated(code: str) -> None:
    failure = refused(code, Message="server string to sign is POST Domain=secret.example")
    assert "Domain=secret.example" not in failure.msg
    assert failure.msg.endswith(f"The service said {code} (request R-1).")


def test_lower_camel_keys_and_missing_ones_are_read_too() -> None:
    lower = refusal(
        {"code": "NotFoundOrder", "message": "weg", "requestId": "R-2"}, action="A", http_status=404, permission="p"
    )
    assert lower.facts["code"] == "NotFoundOrder"
    assert lower.msg.endswith("The service said NotFoundOrder: weg (request R-2).")
    upper = refusal({"Code": "New", "Message": "weg"}, action="A", http_status=403, permission="p")
    assert upper.msg == "A was refused. The service said New: weg."
    bare = refusal({}, action="A", http_status=400, permission="p")
    assert bare.msg.endswith("The service said nothing more.")
    assert "code" not in bare.facts


@pytest.mark.parametrize(
    ("status", "retry_after", "kind"),
    [
        (400, 1.5, Kind.THROTTLED),
        (499, 1.5, Kind.THROTTLED),
        (400, None, Kind.OTHER),
        (500, 1.5, Kind.BROKEN),
        (302, 1.5, Kind.OTHER),
    ],
    ids=["4xx with the header", "the last 4xx", "4xx without", "5xx with the header", "3xx with the header"],
)
def test_an_unknown_refusal_that_names_a_pause_is_throttling(
    status: int, retry_after: float | None, kind: Kind
) -> None:
    found = refusal({"Code": "New"}, action="A", http_status=status, permission="p", retry_after=retry_after)
    assert found.kind is kind


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\r\nlines\tand\x1b[31m", "two lines and [31m"),
        ("see https://cas.example/?Csr=abc now", "see (address left out) now"),
        ("a\u202eb\u2028c", "a b c"),
        (None, ""),
        ("x" * 400, "x" * 299 + "…"),
        ("x" * 300, "x" * 300),
    ],
    ids=["control characters", "address", "direction marks", "none", "endless", "as long as may be"],
)
def test_somebody_elses_text_becomes_one_line(text: str | None, shown: str) -> None:
    assert one_line(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("www", "'www'"),
        ("two\nlines", r"'two\nlines'"),
        (7, "'7'"),
        ("x" * 80, "'" + "x" * 80 + "'"),
        ("x" * 81, "'" + "x" * 79 + "…'"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "(a private key)"),
    ],
    ids=["a word", "lines", "a number", "as long as may be", "endless", "a key"],
)
def test_a_value_is_shown_as_far_as_it_may_be(value: object, shown: str) -> None:
    assert quoted(value) == shown


def test_facts_noted_first_stay() -> None:
    failure = Failure("No.", code="A", order_id=None)
    assert failure.add(code="B", order_id="7", action=None).facts == {"code": "A", "order_id": "7"}
    assert str(failure) == "No."


def test_bad_input_begins_with_the_option() -> None:
    problem = InvalidOption("domains", "none.")
    assert (problem.option, problem.msg) == ("domains", "domains: none.")


def test_a_missing_library_is_named() -> None:
    missing = MissingLibrary("requests")
    assert (missing.library, missing.msg) == ("requests", "The Python package requests is missing.")


def test_moments_are_written_in_utc() -> None:
    assert utc_text(datetime(2026, 11, 22, 1, 2, 3, tzinfo=timezone.utc)) == "2026-11-22T01:02:03Z"
