# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What the service's refusals mean: in which way it refused, and the sentence for the reader."""

from __future__ import annotations

import re
from typing import Any

from .._errors import ApiError, Kind
from .._text import one_line
from .error_codes import INSTANCE, meaning, thing_of

# The first pattern that matches the code decides; what the gateway says of the call comes before
# what the product says of its things, because both use words such as "NotFound".
_KINDS = (
    (r"Throttling", Kind.THROTTLED),
    (r"LastOperationNotFinished", Kind.BUSY),
    (r"InvalidTimeStamp\b", Kind.CLOCK),
    (r"InvalidSecurityToken\b", Kind.TOKEN),
    (r"InvalidAccessKeyId\b", Kind.KEY),
    (r"(SignatureDoesNotMatch|IncompleteSignature|InvalidSignature)", Kind.SIGNATURE),
    (r"SignatureNonceUsed", Kind.NONCE),
    (r"(Invalid(Action|Api|Product|Version|Protocol)\b|UnsupportedHTTPMethod)", Kind.ENDPOINT),
    (r"(MissingParameter|InvalidParameter)", Kind.INPUT),
    (r"DeductQuotaFailed", Kind.OTHER),
    (r"DomainRecordDuplicate", Kind.DUPLICATE),
    (r"DomainRecordConflict", Kind.CONFLICT),
    (r"(InvalidDomainName\.(NoExist|Unregistered)|IncorrectDomainUser|DomainAddedByOthers)", Kind.ZONE),
    (r"(DomainForbidden|DomainRecordLocked|RecordForbidden|Forbidden\.(Domain|Record))", Kind.LOCKED),
    (r"QuotaExceeded\.TTL", Kind.TTL),
    (r"QuotaExceeded\.", Kind.FULL),
    (r"(NotFoundPackage|NotRemainCount|.*Quota)", Kind.QUOTA),
    (r"(NoPermission|Forbidden|AccessDenied)", Kind.PERMISSION),
    (r"(NotFound|Invalid\w+\.NotFound|DomainRecordNotBelongToUser)", Kind.GONE),
    (r"(.*Stat(e|us)|DeleteFail|OperationDenied)", Kind.STATE),
    (r"(Missing|Invalid|Invaild|SubDomainInvalid|DomainAndProductNotMatch|ParamRepeat)", Kind.INPUT),
    (r"(ServiceUnavailable|InternalError|Error$)", Kind.BROKEN),
)
_STATUSES = {429: Kind.THROTTLED, 404: Kind.GONE, 413: Kind.TOO_LONG, 414: Kind.TOO_LONG}


def kind_of(code: str, http_status: int) -> Kind:
    """Sort a refusal by its code, then by its HTTP status: the documents agree on codes, not on statuses."""
    for pattern, kind in _KINDS:
        if re.search(pattern, code) if kind is Kind.THROTTLED else re.match(pattern, code):
            return kind
    if http_status >= 500:
        return Kind.BROKEN
    return _STATUSES.get(http_status, Kind.OTHER)


MOVED = (
    "An account that was moved to subscription instances cannot order through resource plans: use cas_instance (roles: "
    'certificate_source: instance). The guide "Certificate instances" shows how to move.'
)
_SENTENCES = {
    Kind.THROTTLED: "{action} was throttled until the last attempt: the call limit of the account is reached. "
    "Run the task again later or with fewer forks.",
    Kind.BUSY: (
        "{action} was refused until the last attempt: an earlier change is still in progress. Run the task again later."
    ),
    Kind.CLOCK: "{action} was refused because the clocks disagree: {clocks}. Set the clock of the machine that calls.",
    Kind.TOKEN: "{action} was refused: the security token is invalid or expired. Fetch new temporary credentials.",
    Kind.KEY: "{action} was refused: the access key ID does not exist or is disabled. Check access_key_id.",
    Kind.SIGNATURE: "{action} was refused: the signature does not match. Check access_key_secret.",
    Kind.NONCE: "{action} was refused as a replay of an earlier request. Look for a proxy that sends requests twice.",
    Kind.ENDPOINT: "The endpoint does not know {action}. Check endpoint and region.",
    Kind.QUOTA: "{action} was refused: no certificate of the quota is left, or there is no such resource plan. "
    f"{MOVED}",
    Kind.FULL: "{action} was refused: the edition of the domain allows no more records.",
    Kind.DUPLICATE: "{action} was refused: the service has this record already, but does not show it as it should be.",
    Kind.CONFLICT: "{action} was refused: the record cannot stand beside another one of the same name and line. "
    "Remove that one first.",
    Kind.ZONE: "{action} was refused: the domain is not hosted in this account's Alibaba Cloud DNS. Check domain.",
    Kind.LOCKED: "{action} was refused: the domain or the record is locked, expired or forbidden. "
    "Look at it in the console.",
    Kind.TTL: "{action} was refused: the edition of the domain does not allow this TTL; free ones take 600 or more. "
    "Check ttl.",
    Kind.PERMISSION: "The RAM user may not call {action}. Grant `{permission}`.",
    Kind.TOO_LONG: "{action} was refused because the request is too long. Use a CSR with an EC key, or fewer tags.",
    Kind.GONE: "{action} was refused: the {thing} does not exist on this account. Check its ID, the access key and the "
    "endpoint.",
    Kind.STATE: "{action} was refused: the state of the {thing} does not allow it.",
    Kind.INPUT: "{action} was refused because of a parameter.",
    Kind.BROKEN: "The service failed while it handled {action}. Try again later.",
    Kind.OTHER: "{action} was refused.",
}
# The quota of instances is another one.
_USED_UP = (
    "{action} was refused: the quota that it takes is used up. Hosting (auto_reissue) takes managed quota, which is "
    "bought apart in the console."
)
# Their messages repeat what was signed, parameters included.
_SILENT = (Kind.SIGNATURE, Kind.NONCE)


def refusal(
    response: dict[str, Any],
    *,
    action: str,
    http_status: int,
    permission: str,
    retry_after: float | None = None,
    clocks: str = "",
    thing: str = "order",
) -> ApiError:
    """Turn an error envelope into the failure that explains it.

    ``permission`` is the RAM action that the call needs; the service's own word for it comes first. ``thing`` is what
    most operations of the product are about.
    """
    code = str(response.get("Code") or response.get("code") or "")
    kind = kind_of(code, http_status)
    if retry_after is not None and 400 <= http_status < 500 and kind is Kind.OTHER:
        kind = Kind.THROTTLED
    denied = response.get("AccessDeniedDetail")
    needed = denied.get("AuthAction") if isinstance(denied, dict) else None
    told = {"action": action, "permission": one_line(needed or permission), "clocks": clocks}
    sentence = _sentence(kind, code, thing_of(action, thing), told)
    said = "" if kind in _SILENT else one_line(response.get("Message") or response.get("message"))
    request_id = one_line(response.get("RequestId") or response.get("requestId")) or None
    return ApiError(
        kind,
        f"{sentence} {_source(code, said, request_id)}",
        retry_after,
        code=one_line(code) or None,
        request_id=request_id,
        http_status=http_status,
        action=action,
    )


def _sentence(kind: Kind, code: str, thing: str, told: dict[str, str]) -> str:
    known = meaning(code)
    if known:
        return f"{told['action']} was refused: {known}"
    form = _USED_UP if kind is Kind.QUOTA and thing == INSTANCE else _SENTENCES[kind]
    return form.format(thing=thing, **told)


def _source(code: str, said: str, request_id: str | None) -> str:
    words = ": ".join(filter(None, (one_line(code), said)))
    return f"The service said {words or 'nothing more'}" + (f" (request {request_id})." if request_id else ".")
