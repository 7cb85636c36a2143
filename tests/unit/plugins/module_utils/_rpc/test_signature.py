# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The V3 signature, by vectors computed with the official Python SDK and by the example of the official page."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidRequest
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.signature import (
    ALGORITHM,
    canonical_query,
    canonical_request,
    flatten,
    signed_headers,
)

CSR = (
    "-----BEGIN CERTIFICATE REQUEST-----\n"
    "MIIBEx+Mple/Zm9vYmFyYmF6cXV4Cg==\n"
    "QUJD+/8=\n"
    "-----END CERTIFICATE REQUEST-----\n"
)
APPLICATION = {
    "ProductCode": "digicert-free-1-free",
    "Domain": "*.example.com",
    "ValidateType": "DNS",
    "Email": "ops+cas@example.com",
    "Username": "Zhāng San",
    "Csr": CSR,
    "Tags": [{"Key": "env", "Value": "prod~1"}, {"Key": "note", "Value": ""}],
}
QUERY = (
    "Csr=-----BEGIN%20CERTIFICATE%20REQUEST-----%0AMIIBEx%2BMple%2FZm9vYmFyYmF6cXV4Cg%3D%3D%0AQUJD%2B%2F8%3D%0A"
    "-----END%20CERTIFICATE%20REQUEST-----%0A&Domain=%2A.example.com&Email=ops%2Bcas%40example.com"
    "&ProductCode=digicert-free-1-free&Tags.1.Key=env&Tags.1.Value=prod~1&Tags.2.Key=note&Tags.2.Value="
    "&Username=Zh%C4%81ng%20San&ValidateType=DNS"
)
TOKEN = "CAISexample+token/with==chars"
EXAMPLE = {
    "host": "ecs.cn-shanghai.aliyuncs.com",
    "action": "RunInstances",
    "version": "2014-05-26",
    "access_key_id": "YourAccessKeyId",
    "access_key_secret": "YourAccessKeySecret",
    "date": "2023-10-26T10:22:32Z",
    "nonce": "3156853299f313e23d1673dc12e1703d",
    "query": "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
}
PLAIN = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
WITH_TOKEN = PLAIN.replace("x-acs-signature-nonce", "x-acs-security-token;x-acs-signature-nonce")


def signed(**more: Any) -> dict[str, str]:
    """The headers of a vector: common inputs, with what is different."""
    common: dict[str, Any] = {
        "method": "POST",
        "host": "cas.aliyuncs.com",
        "action": "CreateCertificateForPackageRequest",
        "version": "2020-04-07",
        "query": QUERY,
        "body": b"",
        "access_key_id": "LTAIexampleKeyId",
        "access_key_secret": "exampleSecret/With+Chars=",
        "security_token": None,
        "date": "2026-01-02T03:04:05Z",
        "nonce": "0123456789abcdef0123456789abcdef",
    }
    return signed_headers(**{**common, **more})


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("inputs", "names", "request_hash", "signature"),
    [
        pytest.param(
            EXAMPLE,
            PLAIN,
            "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
            id="S0 the official example",
        ),
        pytest.param(
            {},
            PLAIN,
            "57370f9cfa7cdc9975322fd19989de24042554a9921c4023258bc4cc63b56dec",
            "1ed1aa36ce42d699794eb10408aea5f952dded611ed8d2b37ee1523d00032f63",
            id="S1 query",
        ),
        pytest.param(
            {"query": "", "body": QUERY.encode()},
            "content-type;" + PLAIN,
            "a21b60e74987a1e37e29aa9e842d0fe2d4db44c2b2ca6d45e51f5e4ccc692591",
            "189556386cc4c0fd27224aed8eb20a4e803cadfa9e0a7d0a0ae207bd0544c7fa",
            id="S2 form body",
        ),
        pytest.param(
            {"security_token": TOKEN},
            WITH_TOKEN,
            "fcf8365f83bd37b1987091d34d2333ff0c7e79b7ac8a407c29d85c821c3b37b3",
            "bab12bf8060e042f36a46c1906228f12040d78e9ac90c07d7174cc4d64183ba4",
            id="S3 token",
        ),
        pytest.param(
            {"action": "DescribeCertificateState", "query": "OrderId=98987582437920968"},
            PLAIN,
            "d89b977457747ee55a2a7b55d32e72ce2b3085914493f1a8eb7840168c51e971",
            "205e779c19311608a456b33afe8e6ab1c93de8ef60b46fb6caa2a01689163345",
            id="S5 one number",
        ),
    ],
)
def test_a_vector(inputs: dict[str, Any], names: str, request_hash: str, signature: str) -> None:
    headers = signed(**inputs)
    mark = headers.pop("Authorization")
    request = canonical_request("POST", inputs.get("query", QUERY), headers, inputs.get("body", b""))
    assert sha256(request) == request_hash
    key_id = inputs.get("access_key_id", "LTAIexampleKeyId")
    assert mark == f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}"


def test_the_vector_with_one_more_signed_header() -> None:
    """S4: as the SDK does, which signs the key id beside the token."""
    headers = {**signed(security_token=TOKEN), "X-Acs-AccessKey-Id": " LTAIexampleKeyId "}
    del headers["Authorization"]
    digest = sha256(canonical_request("POST", QUERY, headers, b""))
    assert digest == "54b3817e914caa0d3ae811312ef749bc1b4f710ad1436a873891fcf92e19ac5a"
    mark = hmac.new(b"exampleSecret/With+Chars=", f"{ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    assert mark == "164933d244f05473fa8c25f582ec9ecc46f5e05e2e1386363ebd10bbb5a131bb"


def test_a_body_is_declared_as_a_form_and_hashed() -> None:
    headers = signed(query="", body=QUERY.encode())
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["x-acs-content-sha256"] == "2cee493bd9a9454d4c0ec53d3c59d5c5d19412cd87f17b0007bf30f589ba474a"
    assert "content-type" not in signed()
    assert "x-acs-security-token" not in signed(security_token="")


def test_the_query_is_the_text_that_the_sdk_signs() -> None:
    assert canonical_query(flatten(APPLICATION)) == QUERY
    assert len(QUERY) == 340


@pytest.mark.parametrize(
    ("value", "flat"),
    [
        pytest.param({"Name": "text"}, {"Name": "text"}, id="text"),
        pytest.param({"OrderId": 98987582437920968}, {"OrderId": "98987582437920968"}, id="a number beyond floats"),
        pytest.param({"CertFilter": True, "Other": False}, {"CertFilter": "true", "Other": "false"}, id="booleans"),
        pytest.param({"Keyword": None, "Csr": "x"}, {"Csr": "x"}, id="null is left out"),
        pytest.param({"Value": ""}, {"Value": ""}, id="empty stays"),
        pytest.param({"Id": ["a", "b"]}, {"Id.1": "a", "Id.2": "b"}, id="a list"),
        pytest.param({"Id": []}, {}, id="an empty list"),
        pytest.param(
            {"Tags": [{"Key": "k", "Value": None}, {"Key": "l"}]}, {"Tags.1.Key": "k", "Tags.2.Key": "l"}, id="members"
        ),
        pytest.param({"A": ({"B": ["x"]},)}, {"A.1.B.1": "x"}, id="nested"),
    ],
)
def test_parameters_are_flattened(value: dict[str, Any], flat: dict[str, str]) -> None:
    assert flatten(value) == flat


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        (" ", "%20"),
        ("+", "%2B"),
        ("*", "%2A"),
        ("/", "%2F"),
        ("%7E", "%257E"),
        ("-_.~09azAZ", "-_.~09azAZ"),
        ("\n", "%0A"),
        ("é", "%C3%A9"),
        ("&=", "%26%3D"),
        ("😀", "%F0%9F%98%80"),
    ],
)
def test_everything_but_unreserved_characters_is_encoded(text: str, encoded: str) -> None:
    assert canonical_query({text: text}) == f"{encoded}={encoded}"


def test_half_of_a_character_is_not_sent() -> None:
    with pytest.raises(InvalidRequest) as caught:
        canonical_query({"Name": "\ud800"})
    assert caught.value.msg == "A parameter has half of a character (a lone surrogate); nothing was sent."


def test_names_are_sorted_by_code_point() -> None:
    assert canonical_query({"b": "", "a.2": "", "a.10": "", "B": ""}) == "B=&a.10=&a.2=&b="
