# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure and its sentence."""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Any


class Failure(Exception):
    """What ends a task: a sentence for the reader, facts for the playbook.

    ``facts`` holds what is known of: code, request_id, http_status, action, order_id, outcome, changed, plan, order.

    Failure
    ├── BadInput           an option that cannot be right; nothing was called
    ├── MissingLibrary     a Python package is not there
    ├── NoCredentials      no access key was found, or half of one
    ├── ReadOnly           a write was asked of a client that may only read
    ├── NotSent            the request never left: name look-up, connect
    │   └── Unsendable     and never will, as it is
    │       └── Untrusted  the server's certificate was not accepted
    ├── NoAnswer           sent, and no readable answer came
    ├── Refused            the service said no; ``kind`` says in which way
    ├── Unclear            a write may or may not have happened
    ├── Forbidden          the rules of this collection say no
    └── NotReached         the order did not get where the task wanted it in time
    """

    def __init__(self, msg: str, **facts: Any) -> None:
        super().__init__(msg)
        self.msg = msg
        self.facts: dict[str, Any] = {}
        self.add(**facts)

    def add(self, **facts: Any) -> Failure:
        """Note facts that are not known yet; what was noted first stays."""
        for name, value in facts.items():
            if value is not None:
                self.facts.setdefault(name, value)
        return self


class BadInput(Failure):
    """An option that cannot be right; the sentence begins with its name."""

    def __init__(self, option: str, problem: str) -> None:
        super().__init__(f"{option}: {problem}")
        self.option = option


class MissingLibrary(Failure):
    """A Python package is not there; ``library`` is its name on PyPI."""

    def __init__(self, library: str) -> None:
        super().__init__(f"The Python package {library} is missing.")
        self.library = library


class NoCredentials(Failure):
    """No access key was found, or half of one."""


class ReadOnly(Failure):
    """A write was asked of a client that may only read."""


class NotSent(Failure):
    """The request never left this machine: sending it again cannot do harm."""


class Unsendable(NotSent):
    """The request cannot leave as it is: an address or a key that cannot be written."""


class Untrusted(Unsendable):
    """The server's certificate was not accepted."""


class NoAnswer(Failure):
    """The request was sent and no readable answer came; it may have been carried out."""


class Unclear(Failure):
    """A write may or may not have happened."""


class Forbidden(Failure):
    """The rules of this collection say no."""


class NotReached(Failure):
    """The order did not get where the task wanted it in time."""


class Kind(Enum):
    """In which way the service refused."""

    THROTTLED = "throttled"
    BUSY = "busy"
    CLOCK = "clock"
    TOKEN = "token"
    KEY = "key"
    SIGNATURE = "signature"
    NONCE = "nonce"
    ENDPOINT = "endpoint"
    QUOTA = "quota"
    FULL = "full"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    ZONE = "zone"
    LOCKED = "locked"
    TTL = "ttl"
    PERMISSION = "permission"
    TOO_LONG = "too long"
    GONE = "gone"
    STATE = "state"
    INPUT = "input"
    BROKEN = "broken"
    OTHER = "other"


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


_SENTENCES = {
    Kind.THROTTLED: "{action} was throttled to the end: the account's call limit is used up. "
    "Run the task again later or with fewer forks.",
    Kind.BUSY: "{action} was refused to the end: an earlier change is still under way. Run the task again later.",
    Kind.CLOCK: "{action} was refused because the clocks disagree: {clocks}. Set the clock of the machine that calls.",
    Kind.TOKEN: "{action} was refused: the security token is invalid or expired. Fetch new temporary credentials.",
    Kind.KEY: "{action} was refused: the access key ID does not exist or is disabled. Check access_key_id.",
    Kind.SIGNATURE: "{action} was refused: the signature does not match. Check access_key_secret.",
    Kind.NONCE: "{action} was refused as a replay of an earlier request. Look for a proxy that sends requests twice.",
    Kind.ENDPOINT: "The endpoint does not know {action}. Check endpoint and region.",
    Kind.QUOTA: "{action} was refused: no unit of the resource plan is left, or there is no such plan. "
    "An account that was moved to subscription instances cannot order through resource plans.",
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
    Kind.TOO_LONG: "{action} was refused because the request is too long.",
    Kind.GONE: "{action} was refused: the {thing} does not exist on this account.",
    Kind.STATE: "{action} was refused: the state of the {thing} does not allow it.",
    Kind.INPUT: "{action} was refused because of a parameter.",
    Kind.BROKEN: "The service failed while it handled {action}. Try again later.",
    Kind.OTHER: "{action} was refused.",
}
# Their messages repeat what was signed, parameters included.
_SILENT = (Kind.SIGNATURE, Kind.NONCE)


class Refused(Failure):
    """The service said no.

    ``retry_after`` is the pause it asked for in seconds, or None.
    """

    def __init__(self, kind: Kind, msg: str, retry_after: float | None = None, **facts: Any) -> None:
        super().__init__(msg, **facts)
        self.kind = kind
        self.retry_after = retry_after


def refusal(
    answer: dict[str, Any],
    *,
    action: str,
    http_status: int,
    permission: str,
    retry_after: float | None = None,
    clocks: str = "",
    thing: str = "order",
) -> Refused:
    """Turn an error envelope into the failure that explains it.

    ``permission`` is the RAM action that the call needs; the service's own word for it comes first. ``thing`` is what
    the product's operations are about.
    """
    code = str(answer.get("Code") or answer.get("code") or "")
    kind = kind_of(code, http_status)
    if retry_after is not None and 400 <= http_status < 500 and kind is Kind.OTHER:
        kind = Kind.THROTTLED
    denied = answer.get("AccessDeniedDetail")
    needed = denied.get("AuthAction") if isinstance(denied, dict) else None
    sentence = _SENTENCES[kind].format(
        action=action, permission=one_line(needed or permission), clocks=clocks, thing=thing
    )
    said = "" if kind in _SILENT else one_line(answer.get("Message") or answer.get("message"))
    request_id = one_line(answer.get("RequestId") or answer.get("requestId")) or None
    return Refused(
        kind,
        f"{sentence} {_source(code, said, request_id)}",
        retry_after,
        code=one_line(code) or None,
        request_id=request_id,
        http_status=http_status,
        action=action,
    )


def _source(code: str, said: str, request_id: str | None) -> str:
    words = ": ".join(filter(None, (one_line(code), said)))
    return f"The service said {words or 'nothing more'}" + (f" (request {request_id})." if request_id else ".")


def one_line(text: object, limit: int = 300) -> str:
    """Somebody else's text, fit for one line of a message: no control characters, no addresses, not endless."""
    words = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+", " ", str(text or "")[: limit * 4])
    words = re.sub(r"\b\w+://\S+", "(address left out)", words).strip()
    return words if len(words) <= limit else words[: limit - 1] + "…"


def quoted(value: object) -> str:
    """A value of the user's as a message shows it: one line, not endless, and never what may be a key."""
    text = str(value)
    return "(a private key)" if "PRIVATE KEY" in text else repr(text if len(text) <= 80 else text[:79] + "…")


def utc_text(moment: datetime) -> str:
    """A UTC moment as ``2026-11-22T00:00:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
