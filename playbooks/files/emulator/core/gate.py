# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate before the service: keys, signature, clock, nonce, permissions, rates."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from urllib.parse import quote, unquote_plus

from .dials import Dials
from .refusal import Refusal, missing

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2020-04-07"
DNS_VERSION = "2015-01-09"
# What the names of permissions begin with: official pages on authorization, confirmed.
RAM_CODES = {VERSION: "yundun-cert", DNS_VERSION: "alidns"}
SKEW_SECONDS = 15 * 60  # official page of the V3 signature, confirmed
NONCE_SECONDS = 31 * 60  # official support text; old
_AUTHORIZATION = re.compile(ALGORITHM + r" Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})")


@dataclass(frozen=True)
class Keys:
    """The one access key of the account."""

    access_key_id: str = "LTAIrehearsalKeyId"
    access_key_secret: str = field(default="rehearsal-only-not-a-secret", repr=False)


@dataclass(frozen=True)
class Call:
    """A request as it came; header names in lower case, the query undecoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def action(self) -> str:
        return self.headers.get("x-acs-action", "")

    @property
    def version(self) -> str:
        return self.headers.get("x-acs-version", "")


@lru_cache(maxsize=8)  # one call is looked at several times
def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Names and values of a query or a form body, decoded; a plus is a space, as in any form."""
    cut = (part.partition("=") for part in text.split("&") if part)
    return tuple((unquote_plus(name), unquote_plus(value)) for name, _equals, value in cut)


def canonical_request(call: Call, signed: Sequence[str]) -> str:
    """The text that is hashed and signed: official page of the V3 signature."""
    query = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(pairs(call.query)))
    headers = "".join(f"{name}:{call.headers.get(name, '').strip()}\n" for name in signed)
    content = call.headers.get("x-acs-content-sha256", "")
    return "\n".join((call.method, call.path, query, headers, ";".join(signed), content))


def signature(call: Call, signed: Sequence[str], secret: str) -> str:
    digest = hashlib.sha256(canonical_request(call, signed).encode()).hexdigest()
    return hmac.new(secret.encode(), f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()


@dataclass
class Gate:
    """Remembers nonces and recent calls, and nothing of the account."""

    keys: Keys = field(default_factory=Keys)
    nonces: OrderedDict[str, float] = field(default_factory=OrderedDict)
    recent: dict[str, deque[float]] = field(default_factory=dict)

    def admit(self, call: Call, dials: Dials, now: float, actions: frozenset[str]) -> None:
        """Let a call pass or raise its refusal; `now` is real time, not the world's."""
        _check_target(call)
        self._check_signature(call, dials)
        self._check_time(call, now + dials.clock_offset_seconds)
        if call.action not in actions:
            raise Refusal("InvalidAction.NotFound", "Specified api is not found, please check your url.", 404)
        if {call.action, "*"} & set(dials.denied):
            raise no_permission(call)
        limits = dict(dials.rate_limits)
        self._check_rate(call.action, limits.get(call.action, limits.get("*")), now)
        self._check_rate("", dials.account_rate, now)

    def _check_signature(self, call: Call, dials: Dials) -> None:
        if "authorization" not in call.headers:
            raise missing("Authorization")
        match = _AUTHORIZATION.fullmatch(call.headers["authorization"])
        if match is None:
            raise _mismatch("the Authorization header cannot be read")
        if match[1] != self.keys.access_key_id:
            raise Refusal("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
        if dials.key_inactive:
            raise Refusal("InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
        signed = match[2].split(";")
        _check_signed(call, signed)
        expected = signature(call, signed, self.keys.access_key_secret)
        if not hmac.compare_digest(expected, match[3]):
            raise _mismatch("Specified signature is not matched with our calculation")
        _check_token(call.headers.get("x-acs-security-token", ""), dials)

    def _check_time(self, call: Call, now: float) -> None:
        text = call.headers.get("x-acs-date", "")
        try:
            sent = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()
        except ValueError as error:
            raise Refusal("InvalidTimeStamp.Format", "Specified time stamp is not well formatted.") from error
        if abs(now - sent) > SKEW_SECONDS:
            raise Refusal("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        nonce = call.headers.get("x-acs-signature-nonce", "")
        if not nonce:
            raise missing("SignatureNonce")
        while self.nonces and next(iter(self.nonces.values())) < now - NONCE_SECONDS:
            self.nonces.popitem(last=False)
        if nonce in self.nonces:
            raise Refusal("SignatureNonceUsed", "Specified signature nonce was used already.")
        self.nonces[nonce] = now

    def _check_rate(self, action: str, rate: float | None, now: float) -> None:
        """A window of one second for each action (empty: all), or longer for less than one call a second."""
        if rate is None:
            return
        window = max(1.0, 1.0 / rate)
        calls = self.recent.setdefault(action, deque())
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= max(1, int(rate)):
            raise throttled(max(1, int((calls[0] + window - now) * 1000)))
        calls.append(now)


def throttled(milliseconds: int) -> Refusal:
    """Too many calls. Code: common gateway errors; header in milliseconds: official SDK, confirmed."""
    headers = {"x-acs-retry-after": str(milliseconds)}
    return Refusal("Throttling.User", "Request was denied due to user flow control.", 400, headers)


def no_permission(call: Call) -> Refusal:
    """RAM says no; the members are those of the official SDK's AccessDeniedDetail."""
    detail = {
        "AuthAction": f"{RAM_CODES[call.version]}:{call.action}",
        "AuthPrincipalType": "SubUser",
        "AuthPrincipalOwnerId": "1000000000000000",
        "AuthPrincipalDisplayName": "200000000000000000",
        "PolicyType": "AccountLevelIdentityBasedPolicy",
        "NoPermissionType": "ImplicitDeny",
        "EncodedDiagnosticMessage": "opaque",
    }
    return Refusal("NoPermission", "您没有访问该资源的权限", 403, extra={"AccessDeniedDetail": detail})


def _mismatch(why: str) -> Refusal:
    return Refusal("SignatureDoesNotMatch", why + ".")


def _check_target(call: Call) -> None:
    if call.method not in ("GET", "POST"):
        raise Refusal("UnsupportedHTTPMethod", "This http method is not supported.", 405)
    if call.path != "/":
        raise Refusal("InvalidApi.NotFound", "Specified api is not found, please check your url.", 404)
    if not call.action:
        raise missing("Action")
    if call.version not in RAM_CODES:
        raise Refusal("InvalidApi.NotFound", "Specified api or version is not found.", 404)


def _check_signed(call: Call, signed: Sequence[str]) -> None:
    """host, every x-acs-* and the type of a body have to be signed: official page of the V3 signature."""
    needed = {name for name in call.headers if name.startswith("x-acs-")} | {"host", "x-acs-content-sha256"}
    if call.body and "content-type" in call.headers:
        needed.add("content-type")
    if not needed <= set(signed) or list(signed) != sorted(signed):
        raise _mismatch(f"these headers have to be signed, in order: {';'.join(sorted(needed))}")
    if call.headers.get("x-acs-content-sha256") != hashlib.sha256(call.body).hexdigest():
        raise _mismatch("x-acs-content-sha256 is not the hash of the body")


def _check_token(token: str, dials: Dials) -> None:
    if token and token in dials.expired_tokens:
        raise Refusal("InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
    if dials.security_tokens and not token:
        raise missing("SecurityToken")
    if token and token not in dials.security_tokens:
        raise Refusal("InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken does not match.")
