# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every documented error code has an English sentence that says what it means, beside the service's own words."""

from __future__ import annotations

import re

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import Kind
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.error_codes import meaning
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.service_errors import kind_of, refusal

# Sentences of kinds that tell the reader neither what was wrong nor what to do.
VAGUE = (Kind.INPUT, Kind.OTHER)
# The codes of the reference, with the HTTP status given there.
CODES = {
    "orders, old pages": """
        404 NotFoundPackage, 404 NotRemainCount, 403 CreateCertificateRequestFailed, 404 NotFoundOrder,
        403 OrderStateError, 403 DeleteFail, 500 Error
    """,
    "current pages and public code": """
        400 InsufficientQuota, 400 DeductQuotaFailed, 400 CreateOrderFailed, 400 CreateCsrFailed,
        400 DomainAndProductNotMatch, 400 MissingParameter, 400 MissingDomain, 400 OperationDenied.StatusNotSupport,
        400 InvalidStatus.UpdateProtection, 400 InvalidStatus.DeleteProtection, 400 CouldNotRefund.NotSupport,
        400 CouldNotRefund.OverTime, 400 CouldNotRefund.InsufficientQuota, 404 NotFound, 400 AccessDenied.NoAuth,
        400 AlreadyExists.name, 400 AlreadyExistsTry, 400 NameAlreadyExist, 400 NameRepeat, 400 ParamRepeat,
        400 CertificateExpired, 400 CertificateFormatException, 400 CertificateChainNotMatch,
        400 CertificatePrivateKey.Existed, 400 InvalidParameter.Cert, 400 KeyNotMatchCert, 400 DataTooLongException,
        400 DecryptError, 400 OrderExpired, 400 DomainAlreadyExist, 400 ResourceAlreadyAssociated,
        400 OperationDenied.NotSameCompanyEntity, 400 InvaildParameterSource, 400 InvalidSource.Content.Malformed,
        400 WebHookFailed, 400 DeployFailed, 400 DeployFailed.CertBackupFailed, 400 DeployFailed.InvalidCertChainPath,
        400 DeployFailed.InvalidCertPath, 400 DeployFailed.Other, 400 InvalidInstanceId.NotFound,
        400 InvalidCertId.NotFound
    """,
    "gateway": """
        400 Throttling, 429 Throttling.User, 400 Throttling.Api, 400 Rejected.Throttling, 503 ServiceUnavailable,
        500 InternalError, 400 SignatureNonceUsed, 400 SignatureDoesNotMatch, 400 InvalidTimeStamp.Expired,
        400 InvalidTimeStamp.Format, 404 InvalidAccessKeyId.NotFound, 400 InvalidAccessKeyId.Inactive,
        400 InvalidSecurityToken.Expired, 403 InvalidSecurityToken.MismatchWithAccessKey, 403 NoPermission,
        403 Forbidden.RAM, 403 Forbidden, 400 InvalidParameter, 400 InvalidParameterValue, 400 InvalidParameter.Foo,
        404 InvalidAction.NotFound, 404 InvalidApi.NotFound, 404 InvalidProduct.NotFound, 404 InvalidProtocol.NeedSsl,
        405 UnsupportedHTTPMethod
    """,
    "DNS": """
        400 DomainRecordDuplicate, 400 DomainRecordConflict, 400 DomainRecordNotBelongToUser, 400 QuotaExceeded.Record,
        400 InvalidDomainName.NoExist, 400 InvalidDomainName.Format, 400 InvalidDomainName.Suffix,
        400 InvalidDomainName.Unregistered, 400 InvalidDomainName.Duplicate, 400 IncorrectDomainUser,
        400 DomainForbidden, 400 Forbidden.DomainExpired, 400 Forbidden.DomainLocked, 400 Forbidden.RecordLocked,
        400 Forbidden.DomainType, 400 DomainAddedByOthers, 400 SubDomainInvalid.Value
    """,
    "instances and deployments": """
        400 OperationDenied.ProductNotSupport, 400 COMMODITY.INVALID_COMPONENT, 400 INSUFFICIENT.AVAILABLE.QUOTA,
        400 ProductCode.NotFound, 400 NotApplicable, 400 Certificate.Duplicated, 400 CertQuotaCheckFailed,
        400 ServerCertificateId.NotFound, 400 CertificateInvalidCasId, 400 SSLPri.MissingParameter, 400 MissingStatus
    """,
}
LISTED = [
    pytest.param(entry.split()[1], int(entry.split()[0]), id=entry.split()[1])
    for table in CODES.values()
    for entry in table.split(",")
]


def said(code: str, status: int) -> str:
    response = {"Code": code, "Message": "\u5957\u9910\u4f59\u91cf\u4e0d\u8db3", "RequestId": "R-1"}
    return refusal(response, action="TheCall", http_status=status, permission="p", clocks="both").msg


@pytest.mark.parametrize(("code", "status"), LISTED)
def test_a_documented_code_has_a_sentence_of_its_own_or_of_its_kind(code: str, status: int) -> None:
    assert meaning(code) or kind_of(code, status) not in VAGUE
    ours, _mark, theirs = said(code, status).partition("The service said ")
    assert "TheCall" in ours
    assert ours.isascii()
    assert re.search(r"[A-Za-z`]\. $", ours)
    assert ours not in ("TheCall was refused. ", "TheCall was refused because of a parameter. ")
    assert theirs.startswith(code)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("MissingDomain", "the parameter Domain is missing. Check domains."),
        ("MissingStatus", "the parameter Status is missing."),
        ("InvalidParameter.Foo", "the parameter Foo is not valid."),
        ("InvalidParameter.TTL", "the parameter TTL is not valid. Check ttl."),
        ("InvalidParameterValue", "a parameter is not valid."),
        ("DeployFailed.Other", "the certificate could not be deployed. Look at the job in the console."),
        ("AlreadyExists.name", "there is an object of this name already. Use another name."),
        ("New", None),
        ("", None),
        ("Missing", None),
    ],
)
def test_a_family_of_codes_is_known_by_its_beginning(code: str, says: str | None) -> None:
    assert meaning(code) == says


def test_the_services_own_words_follow_ours() -> None:
    assert said("DomainAndProductNotMatch", 400) == (
        "TheCall was refused: the names do not fit the product. One for single names takes no wildcard, and one for "
        "wildcards takes nothing else. Check domains, and product_code or the instance. The service said "
        "DomainAndProductNotMatch: \u5957\u9910\u4f59\u91cf\u4e0d\u8db3 (request R-1)."
    )


def test_a_code_of_the_service_is_told_on_one_line() -> None:
    assert "\n" not in said("InvalidParameter.one\ntwo", 400)
    assert len(meaning("Missing" + "x" * 5000) or "") < 100
