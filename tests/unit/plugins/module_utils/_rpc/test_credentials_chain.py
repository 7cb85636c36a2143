# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The official chain from end to end, against stand-ins for all that gives out keys."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._connection import find_source
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NoCredentials
from ansible_collections.certops.alicloud.plugins.module_utils._rpc import credentials
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.client import Client
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.credentials import Credentials, kept
from playbooks.files.emulator.core.gate import Keys
from tests.support import client
from tests.support.credential_servers import METADATA, ROLE, KeyService, Refused, key_service, loopback_only

USER = {"access_key_id": "user", "access_key_secret": "user-secret"}
OIDC = {"oidc_provider_arn": "acs:ram::1000000000000000:oidc-provider/ack", "ram_role_arn": ROLE}
COUNTS = """
import json, pathlib
with pathlib.Path('{home}/count').open('a+') as file:
    file.write('x')
    number = file.tell()
keys = dict(access_key_id='{key.access_key_id}', access_key_secret='{key.access_key_secret}')
keys['sts_token'] = f'token-{{number}}'
print(json.dumps(dict(mode='StsToken', expiration='2099-01-01T00:00:00Z', **keys)))
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[KeyService]:
    with key_service(tmp_path) as found:
        yield found


def cli_file(home: Path, *profiles: dict[str, Any]) -> Path:
    (home / ".aliyun").mkdir(exist_ok=True)
    file = home / ".aliyun" / "config.json"
    file.write_text(json.dumps({"current": profiles[0]["name"], "profiles": profiles}))
    return file


def keys(profile: str | None = None) -> tuple[str, str, str | None]:
    found = find_source(None, None, None, profile)(False)
    return found.access_key_id, found.access_key_secret, found.security_token


ISSUED = ("STS.issued", "issued-secret", "token-1")


# Nothing leaves this machine.


def test_a_test_that_would_leave_this_machine_fails_before_it_sends() -> None:
    def tries() -> Iterator[Any]:
        yield lambda: socket.getaddrinfo("sts.aliyuncs.com", 443)
        yield lambda: socket.create_connection(METADATA, 0.1)
        yield lambda: socket.socket().connect(("192.0.2.1", 80))

    with pytest.raises(AssertionError), loopback_only() as network:
        for attempt in tries():
            with pytest.raises(OSError, match="this test does not reach"):
                attempt()
        assert network.refused == [("sts.aliyuncs.com", 443), METADATA, ("192.0.2.1", 80)]


def test_an_address_without_a_stand_in_is_refused_in_the_package_too(
    service: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del service.network.leads_to["sts.aliyuncs.com", 443]
    cli_file(tmp_path, {"name": "role", "mode": "RamRoleArn", "ram_role_arn": ROLE, **USER})
    with pytest.raises(NoCredentials) as caught:
        keys("role")
    assert service.network.refused and {*service.network.refused} == {("sts.aliyuncs.com", 443)}
    assert "the rest is left out" in caught.value.msg and "Signature" not in caught.value.msg
    service.network.refused.clear()


# Each place of the chain.


def test_the_metadata_service_is_asked_with_a_token(service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_IMDSV1_DISABLED", "true")
    assert keys() == ISSUED
    door = "/latest/meta-data/ram/security-credentials/"
    assert service.calls == ["/latest/api/token", door, "/latest/api/token", f"{door}ecs-role"]


def test_a_pod_assumes_its_role_with_a_token_file(
    service: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("oidc-token")
    for name, value in (
        ("ROLE_ARN", ROLE),
        ("OIDC_PROVIDER_ARN", OIDC["oidc_provider_arn"]),
        ("OIDC_TOKEN_FILE", str(tmp_path / "token")),
    ):
        monkeypatch.setenv(f"ALIBABA_CLOUD_{name}", value)
    cli_file(tmp_path, {"name": "later", "mode": "AK", **USER})
    assert keys() == ISSUED
    assert service.calls == ["AssumeRoleWithOIDC"]


def test_the_last_place_is_a_credentials_uri(service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"{service.url}/keys?a=b")
    assert keys() == ISSUED
    assert service.requests[0].query == {"a": "b"}


@pytest.mark.parametrize(
    ("entry", "found", "called"),
    [
        ("type = access_key\naccess_key_id = user\naccess_key_secret = user-secret", ("user", "user-secret", None), []),
        (
            f"type = ram_role_arn\naccess_key_id = user\naccess_key_secret = user-secret\nrole_arn = {ROLE}",
            ISSUED,
            ["AssumeRole"],
        ),
        ("type = ecs_ram_role\nrole_name = ecs-role", ISSUED, ["/latest/api/token", "/latest/meta-data"]),
    ],
)
def test_the_ini_file(
    service: KeyService, tmp_path: Path, entry: str, found: tuple[str, str, str | None], called: list[str]
) -> None:
    (tmp_path / ".alibabacloud").mkdir()
    (tmp_path / ".alibabacloud" / "credentials.ini").write_text(f"[default]\n{entry}\n")
    assert keys() == found
    assert [call[:17] for call in service.calls] == called


def profiles(home: Path) -> dict[str, dict[str, Any]]:
    """Each mode of the CLI, with the members that the CLI writes for it."""
    (home / "token").write_text("oidc-token")
    (home / "counts.py").write_text(COUNTS.format(home=home, key=Keys(*ISSUED[:2])))
    soon = int(time.time()) + 3600
    role = {"ram_role_arn": ROLE, "ram_session_name": "cli", "expired_seconds": 3600}
    modes: dict[str, dict[str, Any]] = {
        "AK": USER,
        "StsToken": {**USER, "sts_token": "token-0"},
        "RamRoleArn": {**USER, **role},
        "EcsRamRole": {"ram_role_name": "ecs-role"},
        "OIDC": {**OIDC, "oidc_token_file": str(home / "token"), "role_session_name": "cli", "expired_seconds": 3600},
        "ChainableRamRoleArn": {"source_profile": "AK", **role},
        "CloudSSO": {
            "cloud_sso_account_id": "1",
            "cloud_sso_access_config": "ac-1",
            "access_token": "sso-token",
            "cloud_sso_access_token_expire": soon,
        },
        "OAuth": {"oauth_site_type": "CN", "oauth_refresh_token": "refresh-1", "oauth_access_token_expire": 0},
        "External": {"process_command": f"{sys.executable} {home}/counts.py"},
        "RamRoleArnWithRoleName": {"ram_role_name": "", **role},
        "RamRoleArnWithEcs": {"ram_role_name": "ecs-role", **role},
        "CredentialsURI": {},
    }
    return {mode: {"name": mode, "mode": mode, **more} for mode, more in modes.items()}


PLAIN = ("user", "user-secret", None)
ECS = ["/latest/api/token", "/latest/meta-data/ram/security-credentials/ecs-role"]


@pytest.mark.parametrize("by_name", [True, False], ids=["named", "current"])
@pytest.mark.parametrize(
    ("mode", "found", "calls"),
    [
        ("AK", PLAIN, []),
        ("StsToken", ("user", "user-secret", "token-0"), []),
        ("RamRoleArn", ISSUED, ["AssumeRole"]),
        ("EcsRamRole", ISSUED, ECS),
        ("OIDC", ISSUED, ["AssumeRoleWithOIDC"]),
        ("ChainableRamRoleArn", ISSUED, ["AssumeRole"]),
        ("CloudSSO", ISSUED, ["/cloud-credentials"]),
        ("OAuth", ISSUED, ["/v1/token", "/v1/exchange"]),
        ("External", ISSUED, []),
        ("RamRoleArnWithRoleName", (*ISSUED[:2], "token-2"), [*ECS[:1], ECS[1][:-8], *ECS, "AssumeRole"]),
        ("RamRoleArnWithEcs", (*ISSUED[:2], "token-2"), [*ECS, "AssumeRole"]),
        ("CredentialsURI", ISSUED, ["/keys"]),
    ],
)
def test_every_mode_that_the_cli_writes(
    service: KeyService, tmp_path: Path, mode: str, found: tuple[str, str, str | None], calls: list[str], by_name: bool
) -> None:
    known = profiles(tmp_path)
    known["CredentialsURI"]["credentials_uri"] = f"{service.url}/keys"
    known["CloudSSO"]["cloud_sso_sign_in_url"] = service.url
    first = known.pop("AK" if by_name else mode)
    cli_file(tmp_path, first, *known.values())
    assert keys(mode if by_name else None) == found
    assert service.calls == calls


def test_what_the_package_writes_goes_into_the_clis_file(service: KeyService, tmp_path: Path) -> None:
    """The refresh token of OAuth is good for one time: the CLI has to find the next one."""
    file = cli_file(tmp_path, profiles(tmp_path)["OAuth"])
    file.chmod(0o600)
    assert keys() == ISSUED
    (entry,) = json.loads(file.read_text())["profiles"]
    assert (entry["oauth_refresh_token"], entry["sts_token"]) == ("refresh-2", "token-1")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", ["RsaKeyPair", "Strange"])
def test_a_mode_that_is_not_known_is_named(service: KeyService, tmp_path: Path, mode: str) -> None:
    cli_file(tmp_path, {"name": "one", "mode": mode, "private_key": "hidden"})
    with pytest.raises(NoCredentials, match=f"unsupported profile mode '{mode}'") as caught:
        keys("one")
    assert "hidden" not in caught.value.msg


# What goes wrong.


@pytest.mark.parametrize("mode", ["RamRoleArn", "OIDC", "CloudSSO", "OAuth"])
def test_a_refusal_has_its_code_and_nothing_else_of_the_response(
    service: KeyService, tmp_path: Path, mode: str, capfd: pytest.CaptureFixture[str]
) -> None:
    service.refusal = Refused(403, "NoPermission", "hidden")
    known = profiles(tmp_path)[mode]
    cli_file(tmp_path, {**known, "cloud_sso_sign_in_url": service.url})
    with pytest.raises(NoCredentials) as caught:
        keys(mode)
    assert "40" in caught.value.msg and "(NoPermission, the rest is left out)" in caught.value.msg
    assert "hidden" not in f"{caught.value!r} {caught.value.facts}"
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_the_package_writes_nothing_to_standard_error(
    service: KeyService, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It would show a response that holds keys but no time."""
    monkeypatch.setattr(KeyService, "_sts", lambda self, request: {"AccessKeySecret": "hidden"})
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"{service.url}/other")
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    with pytest.raises(NoCredentials) as caught:
        keys()
    assert "hidden" not in caught.value.msg
    assert capfd.readouterr().err == ""


# Keys that expire.


def test_an_origin_is_asked_once_a_minute_and_at_once_if_the_service_refused() -> None:
    clock, asked = [0.0], list[bool]()

    def fetch(fresh: bool) -> Credentials:
        asked.append(fresh)
        return Credentials("id", "secret", f"token-{len(asked)}")

    source = kept(fetch, lambda: clock[0])

    def token_at(moment: float, fresh: bool = False) -> str | None:
        clock[0] = moment
        return source(fresh).security_token

    assert [token_at(moment) for moment in (0, 59, 60, 119)] == ["token-1", "token-1", "token-2", "token-2"]
    assert (token_at(119, fresh=True), token_at(120), asked) == ("token-3", "token-3", [False, False, True])


def test_the_last_keys_serve_while_their_origin_fails() -> None:
    clock, fails = [0.0], [False]

    def fetch(fresh: bool) -> Credentials:
        if fails[0]:
            raise NoCredentials("no")
        return Credentials("id", "secret", "token")

    source = kept(fetch, lambda: clock[0])
    fails[0] = True
    with pytest.raises(NoCredentials):
        source(False)
    fails[0] = False
    first = source(False)
    fails[0], clock[0] = True, 100.0
    assert source(False) is first
    with pytest.raises(NoCredentials):
        source(True)


def test_keys_are_fetched_again_before_they_expire(service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package does so in the last quarter of an hour."""
    monkeypatch.setattr(credentials, "_KEPT", 0.0)
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"{service.url}/keys")
    source = find_source(None, None)
    assert [source(False).security_token for _each in range(2)] == ["token-1", "token-1"]
    service.lifetime = 6400.0  # from the time of this machine
    later = time.localtime(time.time() + 2800)
    monkeypatch.setattr(time, "localtime", lambda *args: later)
    assert source(False).security_token == "token-2"


@pytest.mark.parametrize("place", ["uri", "metadata", "oidc", "role", "External"])
def test_a_wait_survives_the_expiry_of_its_keys(
    service: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """In the middle of it, the service takes the first token no more."""
    account = client.emulator(security_tokens=("token-1",), proof="at_once", review_seconds=600.0)
    service.access_key_id, service.access_key_secret = Keys().access_key_id, Keys().access_key_secret
    profile = _prepare(place, service, tmp_path, monkeypatch)
    calls = account.calls

    def expire(*_entry: object) -> None:
        if len(calls) == 5:
            account.turn(security_tokens=("token-2",), expired_tokens=("token-1",))

    account.on_call = expire
    through = Client(
        client.PRODUCT,
        "https://cas.example",
        find_source(None, None, None, profile),
        client.transport(account),
        clock=client.clock(account),
    )
    wanted = {"domains": ["www.example.com"], "contact": client.CONTACT, "wait_for": "issued", "wait_timeout": 4500}
    done = client.ensure_order(through, client.read_order({**client.DEFAULTS, **wanted}))
    assert done.public(through.clock.now())["order"]["status"] == "issued"
    assert [call.code for call in calls if call.code != "OK"] == ["InvalidSecurityToken.Expired"]
    assert service.given == (2 if place != "External" else 0)


def _prepare(place: str, service: KeyService, home: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    if place == "uri":
        monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
        monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"{service.url}/keys")
    if place in ("uri", "metadata"):
        return None
    known = profiles(home)
    (home / "counts.py").write_text(COUNTS.format(home=home, key=Keys()))
    known["External"]["process_command"] = f"{sys.executable} {home}/counts.py"
    name = {"oidc": "OIDC", "role": "RamRoleArn"}.get(place, place)
    cli_file(home, known[name])
    return name


# One process, several accounts.


def test_one_process_reads_the_environment_of_each_task(
    service: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the worker, the items of a loop follow one another, and the package reads variables while it is imported."""
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    found = []
    for number in (1, 2):
        home = tmp_path / str(number)
        (home / ".aliyun").mkdir(parents=True)
        entry = {"name": "one", "mode": "AK", "access_key_id": f"id-{number}", "access_key_secret": "secret"}
        cli_file(home, entry)
        monkeypatch.setenv("HOME", str(home))
        found.append(keys()[0])
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"{service.url}/keys")
    found.append(keys()[0])
    assert found == ["id-1", "id-2", "STS.issued"]


def test_notes_of_tasks_are_kept_by_who_calls_and_not_by_a_temporary_key(
    service: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = profiles(tmp_path)
    other = {**known["EcsRamRole"], "name": "other"}
    cli_file(tmp_path, known["EcsRamRole"], other, known["RamRoleArn"], known["StsToken"])

    def account(profile: str, key: str) -> str:
        service.access_key_id = key
        source = find_source(None, None, None, profile)
        return Client(client.PRODUCT, "https://cas.example", source, lambda *_: None).account  # type: ignore[arg-type,return-value]

    assert account("EcsRamRole", "STS.1") == account("EcsRamRole", "STS.2")
    accounts = {account(profile, "STS.1") for profile in ("EcsRamRole", "other", "RamRoleArn", "StsToken")}
    assert len(accounts) == 4
