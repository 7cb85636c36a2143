# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role that is assumed: ``assume_role_arn`` and its kin, from the options of a task to STS."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS
from ansible_collections.certops.alicloud.plugins.module_utils._errors import (
    Failure,
    InvalidOption,
    MissingLibrary,
    NoCredentials,
)
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import credentials
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.credentials import Credentials
from playbooks.files.emulator.core.gate import Keys
from tests.support import client
from tests.support.credential_servers import ROLE, KeyService, Refused, key_service

OTHER = "acs:ram::2000000000000000:role/other"
USER = {"access_key_id": "user", "access_key_secret": "user-secret"}
ISSUED = Credentials("STS.issued", "issued-secret", "token-1", ROLE)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[KeyService]:
    with key_service(tmp_path) as found:
        yield found


def connect(**options: Any) -> Client:
    return CAS.connect(_task.validated(CAS.options, options), read_only=True)


def keys(fresh: bool = False, **options: Any) -> Credentials:
    with closing(connect(**options)) as found:
        return found._source(fresh)


def test_a_role_is_assumed_with_the_keys_of_the_options(service: KeyService) -> None:
    assert keys(**USER, assume_role_arn=ROLE) == ISSUED
    (request,) = service.requests
    asked = {name: request.query[name] for name in ("AccessKeyId", "RoleArn", "RoleSessionName", "DurationSeconds")}
    assert asked == {
        "AccessKeyId": "user",
        "RoleArn": ROLE,
        "RoleSessionName": "certops.alicloud",
        "DurationSeconds": "3600",
    }


def test_name_and_duration_of_the_session_reach_sts(service: KeyService) -> None:
    keys(**USER, alicloud_assume_role_arn=ROLE, assume_role_session_name="web1@ops", assume_role_duration=43200)
    query = service.requests[0].query
    assert (query["RoleSessionName"], query["DurationSeconds"]) == ("web1@ops", "43200")


def test_keys_with_a_token_can_assume_a_role(service: KeyService) -> None:
    keys(**USER, security_token="t-0", assume_role_arn=ROLE)
    assert service.requests[0].query["SecurityToken"] == "t-0"


@pytest.mark.parametrize("place", ["environment", "profile", "chain"])
def test_a_role_is_assumed_with_whatever_keys_were_found(
    service: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "environment":
        monkeypatch.setenv("ALICLOUD_ACCESS_KEY", "user")
        monkeypatch.setenv("ALICLOUD_SECRET_KEY", "user-secret")
    if place == "profile":
        (tmp_path / ".aliyun").mkdir()
        entry = {"name": "one", "mode": "AK", **USER}
        (tmp_path / ".aliyun" / "config.json").write_text(json.dumps({"current": "", "profiles": [entry]}))
    found = keys(assume_role_arn=ROLE, profile="one" if place == "profile" else None)
    by_ecs = place == "chain"
    assert found.security_token == ("token-2" if by_ecs else "token-1")
    assert service.calls[-1] == "AssumeRole"
    assert service.requests[-1].query.get("SecurityToken") == ("token-1" if by_ecs else None)


# Variables.


ROLE_VARIABLES = {
    "ALICLOUD_ASSUME_ROLE_ARN": ROLE,
    "ALICLOUD_ASSUME_ROLE_SESSION_NAME": "session",
    "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "900",
}


@pytest.mark.parametrize(
    ("environment", "options", "assumed"),
    [
        pytest.param({"ALIBABA_CLOUD_ROLE_ARN": ROLE}, USER, None, id="a variable of OIDC"),
        pytest.param(ROLE_VARIABLES, USER, None, id="keys that are options"),
        pytest.param(ROLE_VARIABLES, {**USER, "assume_role_arn": OTHER}, OTHER, id="an option wins"),
        pytest.param(
            {**ROLE_VARIABLES, "ALICLOUD_ACCESS_KEY": "user", "ALICLOUD_SECRET_KEY": "user-secret"},
            {},
            ROLE,
            id="keys of the environment",
        ),
        pytest.param(
            {**ROLE_VARIABLES, "ALICLOUD_ACCESS_KEY": "user", "ALICLOUD_SECRET_KEY": "user-secret"},
            {"assume_role_arn": OTHER},
            OTHER,
            id="an option wins there, too",
        ),
        pytest.param({**ROLE_VARIABLES, "ALICLOUD_ACCESS_KEY": "else"}, USER, None, id="other keys"),
        pytest.param({"ALICLOUD_ASSUME_ROLE_ARN": " "}, USER, None, id="an empty variable"),
        pytest.param(ROLE_VARIABLES, {}, ROLE, id="keys of the chain"),
    ],
)
def test_the_role_of_the_environment_goes_with_keys_that_are_not_options(
    service: KeyService,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    options: dict[str, Any],
    assumed: str | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    keys(**options)
    calls = [request.query for request in service.requests if request.query.get("Action") == "AssumeRole"]
    assert [query["RoleArn"] for query in calls] == ([assumed] if assumed else [])
    if assumed == ROLE:
        assert (calls[0]["RoleSessionName"], calls[0]["DurationSeconds"]) == ("session", "900")


def test_a_profile_that_is_an_option_keeps_the_role_of_the_environment_away(
    service: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".aliyun").mkdir()
    entry = {"name": "one", "mode": "AK", **USER}
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps({"current": "one", "profiles": [entry]}))
    monkeypatch.setenv("ALICLOUD_ASSUME_ROLE_ARN", ROLE)
    assert keys(profile="one") == Credentials("user", "user-secret")
    monkeypatch.setenv("ALICLOUD_PROFILE", "one")
    assert keys() == ISSUED


# What is not valid.


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("assume_role_arn", "certops"),
        ("assume_role_arn", "acs:ram::1000000000000000:user/certops"),
        ("assume_role_arn", "acs:ram::x:role/certops"),
        ("assume_role_arn", "acs:ram::1000000000000000:role/a b"),
        ("assume_role_session_name", "my session"),
        ("assume_role_session_name", "x"),
        ("assume_role_session_name", "x" * 65),
        ("assume_role_duration", 899),
        ("assume_role_duration", 43201),
        ("assume_role_duration", -1),
    ],
)
def test_what_is_not_valid_is_named_before_anything_is_sent(service: KeyService, option: str, value: Any) -> None:
    with pytest.raises(InvalidOption) as caught:
        connect(**{**USER, "assume_role_arn": ROLE, option: value})
    assert caught.value.msg.startswith(f"{option}: ")
    assert service.calls == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALICLOUD_ASSUME_ROLE_ARN", "x"),
        ("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "a b"),
        ("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "an hour"),
        ("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "٣٦٠٠"),
    ],
)
def test_a_variable_that_is_not_valid_is_named(
    service: KeyService, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    for name, good in {**ROLE_VARIABLES, variable: value}.items():
        monkeypatch.setenv(name, good)
    with pytest.raises(InvalidOption, match=f"^{variable}: "):
        connect()


def test_without_the_package_it_is_named(service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials", None)
    with pytest.raises(MissingLibrary, match="alibabacloud-credentials"):
        connect(**USER, assume_role_arn=ROLE)
    assert keys(**USER) == Credentials("user", "user-secret")


# What STS refuses.


@pytest.mark.parametrize(
    ("refusal", "option", "sentence"),
    [
        (
            Refused(403, "NoPermission", "You are not authorized to do this action."),
            "assume_role_arn",
            "grant `sts:AssumeRole` on the role to the user or role of the access key, and name it in the trust policy",
        ),
        (Refused(404, "EntityNotExist.Role", "The Role not exists."), "assume_role_arn", "there is no such role"),
        (Refused(400, "InvalidParameter.RoleArn", "Wrong."), "assume_role_arn", "the ARN is not valid"),
        (Refused(400, "InvalidParameter.RoleSessionName", "Wrong."), "assume_role_session_name", "is not valid"),
        (
            Refused(400, "InvalidParameter.DurationSeconds", "The Min/Max value of DurationSeconds is 15min/1hr."),
            "assume_role_duration",
            "raise the maximum session duration of the role",
        ),
        (Refused(404, "InvalidAccessKeyId.NotFound"), "access_key_id", "does not exist or is disabled"),
        (Refused(403, "InvalidAccessKeyId.Inactive"), "access_key_id", "does not exist or is disabled"),
        (Refused(400, "InvalidTimeStamp.Expired"), "assume_role_arn", "the clocks disagree"),
        (Refused(400, "Throttling.User"), "assume_role_arn", "was throttled"),
        (
            Refused(500, "InternalError", "Try again."),
            "assume_role_arn",
            "see what it said. It said InternalError: Try",
        ),
    ],
)
def test_a_refusal_names_the_option_and_the_side_of_ram(
    service: KeyService, capfd: pytest.CaptureFixture[str], refusal: Refused, option: str, sentence: str
) -> None:
    service.refusal = refusal
    with pytest.raises(NoCredentials) as caught:
        keys(**USER, security_token="hidden-1", assume_role_arn=ROLE)
    failure: Failure = caught.value
    assert failure.msg.startswith(f"{option}: STS refused to assume {ROLE}: ") and sentence in failure.msg
    assert failure.msg.endswith("(request R-1).") and refusal.content["Code"] in failure.msg
    assert failure.facts["code"] == refusal.content["Code"] and failure.facts["http_status"] == refusal.status
    assert not {"user-secret", "hidden-1"} & set(failure.msg.split())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("refusal", "option"),
    [
        (
            Refused(400, "SignatureDoesNotMatch", "server string to sign is:GET&hidden-1&user-secret"),
            "access_key_secret",
        ),
        (Refused(403, "InvalidSecurityToken.Expired", "The token hidden-1 is expired"), "security_token"),
    ],
)
def test_what_sts_repeats_of_the_request_is_not_told(service: KeyService, refusal: Refused, option: str) -> None:
    service.refusal = refusal
    with pytest.raises(NoCredentials) as caught:
        keys(**USER, security_token="hidden-1", assume_role_arn=ROLE)
    assert caught.value.msg.startswith(f"{option}: STS refused")
    assert not any(secret in f"{caught.value.msg} {caught.value.facts}" for secret in ("hidden-1", "user-secret"))


def test_a_wrong_secret_is_told_as_such(service: KeyService) -> None:
    with pytest.raises(NoCredentials, match=r"^access_key_secret: STS refused to assume"):
        keys(access_key_id="user", access_key_secret="wrong", assume_role_arn=ROLE)


def test_a_response_without_an_end_is_told_without_its_keys(
    service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = {"Credentials": {"AccessKeyId": "x", "AccessKeySecret": "hidden-1"}}
    monkeypatch.setattr(KeyService, "_sts", lambda self, request: response)
    with pytest.raises(NoCredentials, match=f"^assume_role_arn: STS gave no keys of {ROLE}") as caught:
        keys(**USER, assume_role_arn=ROLE)
    assert "hidden-1" not in caught.value.msg


def test_a_network_that_fails_is_told_without_the_address(service: KeyService) -> None:
    del service.network.leads_to["sts.aliyuncs.com", 443]
    with pytest.raises(NoCredentials) as caught:
        keys(**USER, security_token="hidden-1", assume_role_arn=ROLE)
    assert "sts.aliyuncs.com" in caught.value.msg and "the rest is left out" in caught.value.msg
    assert "hidden-1" not in caught.value.msg
    assert service.network.refused.pop() == ("sts.aliyuncs.com", 443)
    service.network.refused.clear()


def test_keys_that_cannot_be_found_are_told_as_without_a_role(
    service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    with pytest.raises(NoCredentials, match=r"^No access key was found\."):
        keys(assume_role_arn=ROLE)


# Keys of a role expire.


def test_they_are_renewed_before_that_and_when_the_service_refuses_them(
    service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_KEPT", 0.0)
    with closing(connect(**USER, assume_role_arn=ROLE)) as found:
        tokens = [found._source(fresh).security_token for fresh in (False, False, True, False)]
        service.lifetime = 6400.0  # from the time of this machine
        later = time.localtime(time.time() + 2800)
        monkeypatch.setattr(time, "localtime", lambda *args: later)
        tokens.append(found._source(False).security_token)
    assert tokens == ["token-1", "token-1", "token-2", "token-2", "token-3"]


def test_a_short_session_does_not_ask_sts_for_every_call(service: KeyService) -> None:
    """The package takes keys of the last quarter of an hour for old ones."""
    service.lifetime = 900.0
    with closing(connect(**USER, assume_role_arn=ROLE, assume_role_duration=900)) as found:
        tokens = {found._source(False).security_token for _each in range(20)}
    assert tokens == {"token-1"}


def test_a_wait_survives_the_expiry_of_keys_that_two_services_gave(service: KeyService) -> None:
    """The role of the ECS instance assumes another one; both tokens are fetched again."""
    account = client.emulator(security_tokens=("token-2",), proof="at_once", review_seconds=600.0)
    service.access_key_id, service.access_key_secret = Keys().access_key_id, Keys().access_key_secret

    def expire(*_entry: object) -> None:
        if len(account.calls) == 5:
            account.turn(security_tokens=("token-4",), expired_tokens=("token-2",))

    account.on_call = expire
    with closing(connect(assume_role_arn=ROLE)) as connected:
        through = Client(
            client.PRODUCT, connected._url, connected._source, client.transport(account), clock=client.clock(account)
        )
        wanted = {"domains": ["www.example.com"], "contact": client.CONTACT, "wait_for": "issued", "wait_timeout": 4500}
        done = client.ensure_order(through, client.read_order({**client.DEFAULTS, **wanted}))
    assert done.public(through.clock.now())["order"]["status"] == "issued"
    assert [call.code for call in account.calls if call.code != "OK"] == ["InvalidSecurityToken.Expired"]
    assert [request.query.get("SecurityToken") for request in service.requests if request.query] == [
        "token-1",
        "token-3",
    ]


# One process, several accounts.


def test_the_items_of_a_loop_keep_to_their_own_account(service: KeyService) -> None:
    """As the worker runs them: one after the other, in one process."""
    service.users["second"] = "second-secret"
    found = []
    for user, role in (("user", ROLE), ("second", OTHER), ("user", None), ("second", ROLE)):
        with closing(connect(access_key_id=user, access_key_secret=f"{user}-secret", assume_role_arn=role)) as each:
            found.append((each._source(False).security_token, each.account))
    assert [token for token, _account in found] == ["token-1", "token-2", None, "token-3"]
    asked = [(request.query["AccessKeyId"], request.query["RoleArn"]) for request in service.requests]
    assert asked == [("user", ROLE), ("second", OTHER), ("second", ROLE)]
    accounts = [account for _token, account in found]
    assert accounts[0] == accounts[3] and len(set(accounts)) == 3
