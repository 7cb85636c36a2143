# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures, clocks, nonces, keys, permissions, rates."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest

from playbooks.files.emulator.core.emulator import Emulator
from playbooks.files.emulator.core.gate import Keys, pairs
from playbooks.files.emulator.core.reply import Reply
from playbooks.files.emulator.core.world import World
from tests.support.calls import PACKAGE, send, signed

STATE = "DescribeCertificateState"
QUOTA = "DescribePackageState"


def refused(emulator: Emulator, **headers: str) -> tuple[int, str]:
    return _told(send(emulator, QUOTA, {}, **headers))


def _told(reply: Reply) -> tuple[int, str]:
    return reply.status, str(reply.json().get("Code"))


def stamp(shift: float) -> str:
    return datetime.fromtimestamp(time.time() + shift, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_good_call_and_its_envelope() -> None:
    reply = send(Emulator(), QUOTA)
    assert reply.status == 200
    assert reply.json()["TotalCount"] == 20
    assert reply.headers["x-acs-request-id"] == reply.json()["RequestId"]


def test_the_date_of_a_response_is_that_of_the_world() -> None:
    emulator = Emulator(World(base=1795305600.0, frozen=True))
    assert send(emulator, QUOTA).headers["Date"] == "Sun, 22 Nov 2026 00:00:00 GMT"
    emulator.advance(86400)
    assert send(emulator, QUOTA).headers["Date"] == "Mon, 23 Nov 2026 00:00:00 GMT"


def test_an_error_and_its_envelope() -> None:
    reply = send(Emulator(), STATE, {"OrderId": "1"}, host="cas.example")
    assert reply.status == 404
    assert set(reply.json()) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert reply.json()["HostId"] == "cas.example"


@pytest.mark.parametrize("form", [False, True])
def test_parameters_in_the_query_or_in_a_form(form: bool) -> None:
    emulator = Emulator()
    assert send(emulator, PACKAGE, {"Domain": "a.example", "Username": "Zhāng +*~ San"}, form=form).status == 200
    (facts,) = emulator.world.present()
    assert dict(facts.contact) == {"Username": "Zhāng +*~ San"}


def test_forms_can_be_dialled_off() -> None:
    emulator = Emulator()
    emulator.turn(form_body=False)
    assert _told(send(emulator, STATE, {"OrderId": "1"}, form=True)) == (400, "MissingOrderId")


def test_a_plus_is_a_space() -> None:
    assert pairs("a=b+c%2B&d") == (("a", "b c+"), ("d", ""))


def test_get_is_fine_and_other_methods_are_not() -> None:
    assert send(Emulator(), QUOTA, method="GET").status == 200
    assert _told(send(Emulator(), QUOTA, method="PUT")) == (405, "UnsupportedHTTPMethod")


def test_a_wrong_secret() -> None:
    keys = Keys(access_key_secret="another")
    assert _told(send(Emulator(), QUOTA, keys=keys)) == (400, "SignatureDoesNotMatch")


def test_a_wrong_id() -> None:
    assert _told(send(Emulator(), QUOTA, keys=Keys("LTAIother"))) == (404, "InvalidAccessKeyId.NotFound")


def test_an_inactive_key() -> None:
    emulator = Emulator()
    emulator.turn(key_inactive=True)
    assert refused(emulator) == (400, "InvalidAccessKeyId.Inactive")


@pytest.mark.parametrize("change", ["query", "header", "body", "unsigned", "order", "hash", "type"])
def test_what_was_not_signed_is_refused(change: str) -> None:
    method, target, headers, body = signed(QUOTA, {"ProductCode": "x"}, form=change in ("body", "type"))
    if change == "query":
        target += "y"
    elif change == "header":
        headers["host"] = "elsewhere"
    elif change == "body":
        body += b"y"
    elif change == "unsigned":
        headers["x-acs-extra"] = "1"
    elif change == "order":
        headers["Authorization"] = headers["Authorization"].replace("host;x-acs-action", "x-acs-action;host")
    elif change == "hash":
        del headers["x-acs-content-sha256"]
    else:
        headers["content-type"] = "text/plain"
    assert _told(Emulator().handle(method, target, headers, body)) == (400, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "MissingAuthorization"),
        ("Basic x", "SignatureDoesNotMatch"),
        ("ACS3-HMAC-SHA256 x", "SignatureDoesNotMatch"),
    ],
)
def test_authorizations_that_cannot_be_read(authorization: str | None, code: str) -> None:
    method, target, headers, body = signed(QUOTA)
    del headers["Authorization"]
    headers |= {"Authorization": authorization} if authorization else {}
    assert _told(Emulator().handle(method, target, headers, body)) == (400, code)


def test_a_nonce_serves_once() -> None:
    emulator = Emulator()
    call = signed(QUOTA)
    assert emulator.handle(*call).status == 200
    assert _told(emulator.handle(*call)) == (400, "SignatureNonceUsed")


def test_a_forged_call_does_not_use_a_nonce_up() -> None:
    emulator = Emulator()
    method, target, headers, body = signed(QUOTA)
    wrong = {**headers, "Authorization": headers["Authorization"][:-4] + "0000"}
    assert emulator.handle(method, target, wrong, body).status == 400
    assert emulator.handle(method, target, headers, body).status == 200


def test_nonces_are_forgotten_after_half_an_hour() -> None:
    now = time.time()
    emulator = Emulator(wall=lambda: now)
    call = signed(QUOTA)
    assert emulator.handle(*call).status == 200
    now += 32 * 60
    assert send(emulator, QUOTA, x_acs_date=stamp(32 * 60)).status == 200
    assert len(emulator.gate.nonces) == 1


@pytest.mark.parametrize(("shift", "status"), [(0, 200), (-890, 200), (890, 200), (-910, 400), (910, 400)])
def test_clock_skew(shift: float, status: int) -> None:
    reply = send(Emulator(), QUOTA, x_acs_date=stamp(shift))
    assert reply.status == status
    assert status == 200 or reply.json()["Code"] == "InvalidTimeStamp.Expired"


def test_the_gates_clock_can_be_set_off_without_the_worlds() -> None:
    emulator = Emulator()
    emulator.advance(10_000_000)
    assert send(emulator, QUOTA).status == 200
    emulator.turn(clock_offset_seconds=3600)
    assert refused(emulator) == (400, "InvalidTimeStamp.Expired")
    assert send(emulator, QUOTA, x_acs_date=stamp(3600)).status == 200


def test_a_date_in_another_form() -> None:
    assert refused(Emulator(), x_acs_date="Sun, 22 Nov 2026 00:00:00 GMT") == (400, "InvalidTimeStamp.Format")


def test_temporary_credentials() -> None:
    emulator = Emulator()
    assert refused(emulator, x_acs_security_token="t1") == (400, "InvalidSecurityToken.MismatchWithAccessKey")
    emulator.turn(security_tokens="t1,t2")
    assert send(emulator, QUOTA, x_acs_security_token="t1").status == 200
    assert refused(emulator) == (400, "MissingSecurityToken")
    emulator.turn(expired_tokens=["t1"])
    assert refused(emulator, x_acs_security_token="t1") == (400, "InvalidSecurityToken.Expired")
    assert send(emulator, QUOTA, x_acs_security_token="t2").status == 200


def test_a_missing_permission_names_its_action() -> None:
    emulator = Emulator()
    emulator.turn(denied=QUOTA)
    reply = send(emulator, QUOTA)
    assert _told(reply) == (403, "NoPermission")
    assert reply.json()["AccessDeniedDetail"]["AuthAction"] == "yundun-cert:DescribePackageState"
    assert send(emulator, "ListUserCertificateOrder").status == 200
    emulator.turn(denied="*")
    assert send(emulator, "ListUserCertificateOrder").status == 403


@pytest.mark.parametrize(
    ("target", "headers", "told"),
    [
        ("/api", {}, (404, "InvalidApi.NotFound")),
        ("/", {"x-acs-version": "2014-05-26"}, (404, "InvalidApi.NotFound")),
        ("/", {"x-acs-action": ""}, (400, "MissingAction")),
    ],
)
def test_wrong_doors(target: str, headers: dict[str, str], told: tuple[int, str]) -> None:
    method, _target, right, body = signed(QUOTA)
    assert _told(Emulator().handle(method, target, {**right, **headers}, body)) == told


def test_an_unknown_action() -> None:
    assert _told(send(Emulator(), "UploadCsr")) == (404, "InvalidAction.NotFound")


def test_rates() -> None:
    now = time.time()
    emulator = Emulator(wall=lambda: now)
    emulator.turn(rate_limits={QUOTA: 2, "*": 1})
    assert [send(emulator, QUOTA).status for _call in range(3)] == [200, 200, 400]
    now += 0.4
    reply = send(emulator, QUOTA)
    assert _told(reply) == (400, "Throttling.User")
    assert reply.headers["x-acs-retry-after"] in ("599", "600")
    assert [send(emulator, "ListUserCertificateOrder").status for _call in range(2)] == [200, 400]
    now += 0.61
    assert send(emulator, QUOTA).status == 200


def test_a_rate_of_the_whole_account() -> None:
    now = time.time()
    emulator = Emulator(wall=lambda: now)
    emulator.turn(account_rate=2)
    actions = (QUOTA, "ListUserCertificateOrder", "DescribeCertificateState")
    assert [_told(send(emulator, action))[1] == "Throttling.User" for action in actions] == [False, False, True]
    now += 1.01
    assert send(emulator, QUOTA).status == 200


def test_documented_rates_are_off_until_asked_for() -> None:
    emulator = Emulator()
    assert {send(emulator, "ListUserCertificateOrder").status for _call in range(15)} == {200}
    emulator.turn(rate_limits="documented")
    assert [send(emulator, "ListUserCertificateOrder").status for _call in range(11)] == [200] * 10 + [400]


def test_secrets_do_not_show() -> None:
    assert "rehearsal-only" not in repr(Keys())
