# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two calls that tell an order with its certificate, and nothing around them: sent and read, signed beforehand.

Usage: python -m tests.benchmarks.exchange URL TIMES    # prints the seconds of each time
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone

from ansible_collections.certops.alicloud.plugins.module_utils._rpc.signature import canonical_query, signed_headers

LIST = {"CurrentPage": "1", "OrderType": "CPACK", "ShowSize": "50"}
Signed = tuple[str, dict[str, str]]


def signed(host: str, action: str, parameters: Mapping[str, str]) -> Signed:
    """The target and the headers of one call."""
    query = canonical_query(parameters)
    headers = signed_headers(
        method="POST",
        host=host,
        action=action,
        version="2020-04-07",
        query=query,
        body=b"",
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        security_token=None,
        date=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        nonce=secrets.token_hex(16),
    )
    return f"/?{query}", headers


def exchange(host: str, calls: list[Signed]) -> bytes:
    """Send the calls over one connection; return the last answer."""
    connection = http.client.HTTPConnection(host)
    body = b""
    for target, headers in calls:
        connection.request("POST", target, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
    connection.close()
    return body


def main(url: str, times: int) -> None:
    """Measure, and print."""
    host = url.partition("://")[2]
    listed = json.loads(exchange(host, [signed(host, "ListUserCertificateOrder", LIST)]))
    order = {"OrderId": str(listed["CertificateOrderList"][0]["OrderId"])}
    seconds = []
    for _time in range(times):
        calls = [signed(host, "ListUserCertificateOrder", LIST), signed(host, "DescribeCertificateState", order)]
        start = time.perf_counter()
        exchange(host, calls)
        seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
