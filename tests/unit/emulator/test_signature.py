# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Known signatures, and that the gate takes them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone

import pytest

from playbooks.files.emulator.core.dials import Dials
from playbooks.files.emulator.core.gate import Call, Gate, Keys, canonical_request, signature
from playbooks.files.emulator.core.refusal import Refusal
from tests.support.calls import PACKAGE

STATE = "DescribeCertificateState"
QUERY = (
    "Csr=-----BEGIN%20CERTIFICATE%20REQUEST-----%0AMIIBEx%2BMple%2FZm9vYmFyYmF6cXV4Cg%3D%3D%0AQUJD%2B%2F8%3D%0A"
    "-----END%20CERTIFICATE%20REQUEST-----%0A&Domain=%2A.example.com&Email=ops%2Bcas%40example.com&ProductCode="
    "digicert-free-1-free&Tags.1.Key=env&Tags.1.Value=prod~1&Tags.2.Key=note&Tags.2.Value=&Username=Zh%C4%81ng%20San"
    "&ValidateType=DNS"
)


def vector(action: str = PACKAGE, query: str = QUERY, body: str = "", **more: str) -> Call:
    headers = {
        "host": "cas.aliyuncs.com",
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body.encode()).hexdigest(),
        "x-acs-date": "2026-01-02T03:04:05Z",
        "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
        "x-acs-version": "2020-04-07",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return Call("POST", "/", query, headers, body.encode())


TOKEN = "CAISexample+token/with==chars"
OFFICIAL = vector(
    "RunInstances",
    "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
    host="ecs.cn-shanghai.aliyuncs.com",
    x_acs_version="2014-05-26",
    x_acs_date="2023-10-26T10:22:32Z",
    x_acs_signature_nonce="3156853299f313e23d1673dc12e1703d",
)
# The first is the example of the official page on the V3 signature; the others were computed with the official SDK.
VECTORS = {
    "official": (
        OFFICIAL,
        "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    ),
    "query": (
        vector(),
        "57370f9cfa7cdc9975322fd19989de24042554a9921c4023258bc4cc63b56dec",
        "1ed1aa36ce42d699794eb10408aea5f952dded611ed8d2b37ee1523d00032f63",
    ),
    "form": (
        vector(query="", body=QUERY, content_type="application/x-www-form-urlencoded"),
        "a21b60e74987a1e37e29aa9e842d0fe2d4db44c2b2ca6d45e51f5e4ccc692591",
        "189556386cc4c0fd27224aed8eb20a4e803cadfa9e0a7d0a0ae207bd0544c7fa",
    ),
    "token": (
        vector(x_acs_security_token=TOKEN),
        "fcf8365f83bd37b1987091d34d2333ff0c7e79b7ac8a407c29d85c821c3b37b3",
        "bab12bf8060e042f36a46c1906228f12040d78e9ac90c07d7174cc4d64183ba4",
    ),
    "token and id": (
        vector(x_acs_security_token=TOKEN, x_acs_accesskey_id="LTAIexampleKeyId"),
        "54b3817e914caa0d3ae811312ef749bc1b4f710ad1436a873891fcf92e19ac5a",
        "164933d244f05473fa8c25f582ec9ecc46f5e05e2e1386363ebd10bbb5a131bb",
    ),
    "number": (
        vector(STATE, "OrderId=98987582437920968"),
        "d89b977457747ee55a2a7b55d32e72ce2b3085914493f1a8eb7840168c51e971",
        "205e779c19311608a456b33afe8e6ab1c93de8ef60b46fb6caa2a01689163345",
    ),
}
EXAMPLE = Keys("LTAIexampleKeyId", "exampleSecret/With+Chars=")


@pytest.mark.parametrize("name", VECTORS)
def test_known_signatures(name: str) -> None:
    call, digest, expected = VECTORS[name]
    names = sorted(call.headers)
    secret = "YourAccessKeySecret" if name == "official" else EXAMPLE.access_key_secret
    assert hashlib.sha256(canonical_request(call, names).encode()).hexdigest() == digest
    assert signature(call, names, secret) == expected


@pytest.mark.parametrize("name", ["query", "form", "token", "token and id", "number"])
def test_the_gate_admits_known_signatures_at_their_time(name: str) -> None:
    call, _digest, mark = VECTORS[name]
    authorization = f"ACS3-HMAC-SHA256 Credential={EXAMPLE.access_key_id}," + (
        f"SignedHeaders={';'.join(sorted(call.headers))},Signature={mark}"
    )
    whole = Call(call.method, call.path, call.query, {**call.headers, "authorization": authorization}, call.body)
    dials = Dials(security_tokens=(TOKEN,) if "token" in name else ())
    then = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc).timestamp()
    gate = Gate(EXAMPLE)
    gate.admit(whole, dials, then, frozenset({PACKAGE, STATE}))
    with pytest.raises(Refusal, match="SignatureNonceUsed"):
        gate.admit(whole, dials, then, frozenset({PACKAGE, STATE}))
