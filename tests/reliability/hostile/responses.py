# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that no honest service gives: fields, whole bodies, headers, and bytes on the wire."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ansible_collections.certops.alicloud.plugins.module_utils._rpc.transport import Request, Response

from .task import Service
from .values import HUGE, texts, values

WWW = "www.example.com"
NUMBER = "98987582437920968"
# Of the account that is honest: one that is unused, and one with a certificate that is due.
INSTANCE, ISSUED = "cas-cn-0f950cacd7", "cas-cn-493ab17c74"
FIELDS = (
    *("Type", "Certificate", "PrivateKey", "CertId", "ValidateType", "RecordDomain", "RecordType", "RecordValue"),
    *("Uri", "Content", "Domain", "CertificateOrderList", "TotalCount", "UsedCount", "IssuedCount", "OrderId"),
    *("InstanceList", "Status", "PendingResult", "CertificateId", "CertificateStatus", "CertificateDomain", "Tags"),
    *("DomainValidationList", "ContactIdList", "ContactList", "CompanyList", "CertificateList", "GenerateCsrMethod"),
    *(
        "Csr",
        "InstanceId",
        "InstanceType",
        "TaskStatus",
        "TaskMessage",
        "AutoReissue",
        "FullDomainCount",
        "InactiveCount",
    ),
    *("AutoReissueCount", "CertificateNotBefore", "CertificateNotAfter", "InstanceEndTime", "CertificateName"),
    *("Code", "Message", "RequestId", "AccessDeniedDetail", "Domains", "DomainRecords", "RecordId", "Cert", "Key"),
)
ENTRY = (
    *("OrderId", "Domain", "Sans", "CommonName", "Status", "ProductCode", "InstanceId", "CertificateId"),
    *("CertStartTime", "CertEndTime", "StartDate", "EndDate", "Expired", "BuyDate"),
    *("InstanceType", "Spec", "Brand", "PendingResult", "CertificateStatus", "CertificateDomain", "CertificateName"),
    *("ContactId", "CompanyId", "CompanyName", "Name", "TagKey", "TagValue", "RootDomain", "ValidationType"),
    *("ValidationKey", "ValidationValue", "CnameKey", "Cname", "FullDomainCount", "InstanceEndTime", "OrderStartTime"),
    *("CertificateNotAfter", "CertificateNotBefore", "AutoReissue", "WildcardDomainCount", "CertificateType"),
    *("DomainName", "RR", "Type", "Value", "TTL", "Line", "Locked", "RecordId"),
)
# What leads further than noise does.
LIKELY = (
    *("certificate", "domain_verify", "payed", "process", "verify_fail", "unknow", "TXT", "CNAME", "DNS", "FILE"),
    *(
        "pending",
        "normal",
        "inactive",
        "willExpire",
        "issued",
        "revoked",
        "none",
        "failed",
        "success",
        "upload",
        "online",
    ),
    *("HTTP", "enable", "Operations", "BUY", "TEST", INSTANCE, "geo.dv.f"),
    *("ISSUED", "CHECKING", "WILLEXPIRED", "REVOKED", "PAYED", WWW, f"_dnsauth.{WWW}", "digicert-free-1-free"),
    *(NUMBER, 7, 253402300799999, "253402300799999", 1, 50, 10**9, "/.well-known/x", "example.com", "_dnsauth.www"),
)
contents = st.one_of(values, st.sampled_from(LIKELY), st.sampled_from(LIKELY))
entries = st.lists(st.dictionaries(st.sampled_from(ENTRY), contents, max_size=8), max_size=3)
boxes = st.one_of(
    entries, st.builds(lambda some: {"Record": some}, entries), st.builds(lambda some: {"Domain": some}, entries)
)
BODIES = (
    *(b"", b"null", b"[]", b"7", b'"x"', b"NaN", b"{", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe{\0}\0"),
    *(b'{"a":' * 990 + b"1" + b"}" * 990, b'{"Code":' * 985 + b"1" + b"}" * 985, b"<html>", b"\0" * 1000),
    *(b'{"Code": 1, "Code": [2]}', b'{"TotalCount": -Infinity}', b'{"OrderId": 1e999}', b'{"x": ' + b"9" * 9999 + b"}"),
)
DATES = (
    *("", "x", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Thu, 32 Foo 2026 99:99:99 ZZZ"),
    *("Fri, 31 Dec 9999 23:59:59 -0000", "\xff", "Sun, 22 Nov 2026 12:00:00 +2359"),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "date": st.sampled_from(DATES),
        "x-acs-retry-after": st.sampled_from(["-1", "0", HUGE, "text", "1.5", "120000", "\u0663", " 7 "]),
        "content-type": texts,
        "x-acs-request-id": texts,
    },
)
STATUSES = (
    *(100, 101, 199, 200, 204, 206, 299, 301, 304, 400, 401, 403, 404, 413, 414, 429, 451, 500, 502, 503, 599, 999),
)


@dataclass(frozen=True)
class Change:
    """What is changed in the response to one call, or to all (call -1)."""

    call: int
    fields: dict[str, Any]
    without: list[str]
    body: bytes | None
    status: int
    headers: dict[str, str]

    def __call__(self, response: Response) -> Response:
        try:
            found = json.loads(response.body)
        except (ValueError, RecursionError):
            found = None
        content = found if isinstance(found, dict) else {}
        kept = {name: value for name, value in content.items() if name not in self.without}
        body = json.dumps({**kept, **self.fields}).encode() if self.body is None else self.body
        return Response(self.status or response.status, {**response.headers, **self.headers}, body)


BOXES = (
    *("CertificateOrderList", "DomainRecords", "Domains", "InstanceList", "DomainValidationList", "ContactList"),
    *("CertificateList", "Tags"),
)
changes = st.builds(
    Change,
    st.sampled_from([-1, -1, 0, 1, 2, 3, 4, 5]),
    st.one_of(
        st.dictionaries(st.sampled_from(FIELDS), contents, max_size=6),
        st.dictionaries(st.sampled_from(BOXES), boxes, min_size=1),
        st.fixed_dictionaries(
            {"CertificateOrderList": entries, "Type": st.sampled_from(LIKELY), "TotalCount": contents}
        ),
        st.fixed_dictionaries({"InstanceList": entries, "Status": st.sampled_from(LIKELY), "CertificateId": contents}),
        st.fixed_dictionaries({"Code": st.one_of(contents, st.sampled_from(["Throttling", "InternalError"]))}),
    ),
    st.lists(st.sampled_from(FIELDS), max_size=3),
    st.one_of(st.none(), st.none(), st.none(), st.none(), st.none(), st.sampled_from(BODIES), st.binary(max_size=50)),
    st.one_of(st.just(0), st.just(0), st.sampled_from(STATUSES)),
    HEADERS,
)


def changed(service: Service, some: Sequence[Change]) -> Service:
    """The service with changed responses."""
    calls = [0]

    def respond(request: Request) -> Response:
        found = service(request)
        for change in some:
            if change.call in (-1, calls[0]):
                found = change(found)
        calls[0] += 1
        return found

    return respond


# Bytes on the wire.

LINES = (
    *(b"Content-Length: 2", b"Content-Length: -2", b"Content-Length: 2, 5", b"Content-Length: " + b"9" * 30),
    *(b"Transfer-Encoding: chunked", b"Content-Encoding: gzip", b"Content-Encoding: gzip, gzip", b"Location: //\xff"),
    *(b"Content-Encoding: rot13", b"Set-Cookie: a=b; max-age=x; domain=\0", b"A: " + b"b" * 70000, b"\0: \x1b[2J"),
    *(b"Date: x", b": ", b" folded", b"Content-Type: text/html; charset=rot13", b"Connection: upgrade"),
)
wire = st.builds(
    lambda start, lines, rest: start + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + rest,
    st.sampled_from(
        [b"HTTP/1.1 %d X\r\n" % status for status in STATUSES]
        + [b"HTTP/9.9 200\r\n", b"ICY 200 OK\r\n", b"\xff\r\n", b""]
    ),
    st.lists(st.sampled_from(LINES), max_size=4),
    st.one_of(
        st.sampled_from([b"{}", b"", b"2\r\n{}\r\n0\r\n\r\n", b"zz\r\n", b"\x1f\x8b\x08\0"]), st.binary(max_size=40)
    ),
)
