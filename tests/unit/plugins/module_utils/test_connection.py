# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a connection."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils import _connection, _task
from ansible_collections.certops.alicloud.plugins.module_utils._alidns.api import ALIDNS
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS
from ansible_collections.certops.alicloud.plugins.module_utils._errors import InvalidOption, NoCredentials
from ansible_collections.certops.alicloud.plugins.module_utils._host import environment

OTHERS_KEY = {"ALICLOUD_ACCESS_KEY": "other", "ALICLOUD_SECURITY_TOKEN": "theirs"}


@pytest.mark.parametrize(
    ("environment", "given", "used"),
    [
        pytest.param({}, "given", "given", id="as option"),
        pytest.param({"ALIBABA_CLOUD_SECURITY_TOKEN": "t"}, "t", "t", id="alone in the environment"),
        pytest.param({"ALICLOUD_ACCESS_KEY": "mine", "ALICLOUD_SECURITY_TOKEN": "t"}, "t", "t", id="with its key"),
        pytest.param(OTHERS_KEY, "theirs", None, id="of another key"),
        pytest.param(OTHERS_KEY, "given", "given", id="as option, beside another key"),
    ],
)
def test_a_token_goes_with_its_key(
    environment: dict[str, str], given: str, used: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*_connection.KEY_VARIABLES, *_connection.TOKEN_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert _connection._token({"access_key_id": "mine", "security_token": given}) == used


# Variables that are set and empty.

OPTIONS = {**CAS.options, **ALIDNS.options}
WITH_VARIABLES = {name: option["variables"] for name, option in OPTIONS.items() if "variables" in option}
GIVEN: dict[str, Any] = {
    "access_key_id": "id",
    "access_key_secret": "secret",
    "security_token": None,
    "profile": None,
    "region": "cn-hangzhou",
    "endpoint": None,
    "validate_certs": True,
    "ca_path": None,
    "request_timeout": 1.0,
    "max_attempts": 1,
}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith(("ALIBABA_CLOUD_", "ALICLOUD_", "XDG_"))]:
        monkeypatch.delenv(name)
    yield


@pytest.mark.parametrize("blank", ["", " ", "\n", " \t "])
@pytest.mark.parametrize("option", WITH_VARIABLES)
def test_an_empty_variable_is_not_set(option: str, blank: str, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = WITH_VARIABLES[option]
    strategy, names = _fallback(option)
    monkeypatch.setenv(first, blank)
    with pytest.raises(_task.AnsibleFallbackNotFound):
        strategy(*names)
    for other in others:
        monkeypatch.setenv(other, "value")
        assert strategy(*names) == "value"
    monkeypatch.setenv(first, "first")
    assert strategy(*names) == "first"


def _fallback(option: str) -> tuple[Any, list[str]]:
    """What Ansible calls for an option that was not given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_task, "AnsibleModule", lambda table, **rules: table)
        strategy, names = _task._module(OPTIONS)[option]["fallback"]  # type: ignore[index]
    return strategy, names


@pytest.mark.parametrize("blank", ["", " ", None])
@pytest.mark.parametrize("option", ["region", "endpoint", "profile", "security_token"])
def test_an_empty_option_was_not_given(option: str, blank: str | None, bare: None) -> None:
    client = CAS.connect({**GIVEN, option: blank}, read_only=True)
    with closing(client):
        assert client._url == "https://cas.aliyuncs.com"


def test_blanks_around_an_address_do_not_count(bare: None) -> None:
    client = CAS.connect({**GIVEN, "region": " ap-southeast-1\n", "endpoint": " cas.example.com\n"}, read_only=True)
    with closing(client):
        assert client._url == "https://cas.example.com"


# Regions.


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-hangzhou", "cas.aliyuncs.com"),
        ("cn-shanghai-finance-1", "cas.aliyuncs.com"),
        ("cn-hongkong", "cas.cn-hongkong.aliyuncs.com"),
        ("ap-southeast-1", "cas.ap-southeast-1.aliyuncs.com"),
        ("eu-central-1", "cas.eu-central-1.aliyuncs.com"),
        ("us-west-1", "cas.ap-southeast-1.aliyuncs.com"),
        ("eu-west-1", "cas.ap-southeast-1.aliyuncs.com"),
    ],
)
def test_a_region_of_the_international_site_never_calls_the_china_site(region: str, host: str, bare: None) -> None:
    with closing(CAS.connect({**GIVEN, "region": region}, read_only=True)) as client:
        assert client.host == host


@pytest.mark.parametrize("service", [CAS, ALIDNS], ids=["cas", "alidns"])
@pytest.mark.parametrize("region", ["mars", "ap-southeast1", "us-west-11", "ap-", "cnhangzhou"])
def test_an_unknown_region_is_refused_by_name(
    service: _connection.Service, region: str, bare: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = f"'{region}' is not a known region, so its endpoint is unknown, and nothing was called. "
    with pytest.raises(InvalidOption) as caught:
        service.connect({**GIVEN, "region": region}, read_only=True)
    assert caught.value.msg.startswith(f"region: {says}")
    assert "Known are cn-hangzhou and all others that begin with cn-, and ap-northeast-1, " in caught.value.msg
    assert caught.value.msg.endswith("For a newer one, also give endpoint.")
    monkeypatch.setenv("ALICLOUD_REGION", region)
    with pytest.raises(InvalidOption) as caught:
        service.connect({**GIVEN, "region": region}, read_only=True)
    assert caught.value.msg.startswith(f"ALICLOUD_REGION: {says}")


def test_the_nearest_region_is_told(bare: None) -> None:
    for region, nearest in (("ap-southeast1", "Is ap-southeast-1 meant? "), ("mars", "")):
        with pytest.raises(InvalidOption) as caught:
            CAS.connect({**GIVEN, "region": region}, read_only=True)
        assert f"nothing was called. {nearest}Known are" in caught.value.msg


def test_an_endpoint_of_its_own_takes_any_region(bare: None) -> None:
    with closing(CAS.connect({**GIVEN, "region": "mars", "endpoint": "cas.example.com"}, read_only=True)) as client:
        assert client.host == "cas.example.com"
    with pytest.raises(
        InvalidOption, match=r"^region: 'Mars 1' is not a valid region; give one such as cn-hangzhou\.$"
    ):
        CAS.connect({**GIVEN, "region": "Mars 1", "endpoint": "cas.example.com"}, read_only=True)


@pytest.mark.parametrize("option", ["access_key_id", "access_key_secret", "security_token"])
@pytest.mark.parametrize("value", ["hidden\n", " hidden", "hidden \r\n", "\thidden", "hid\nden", "hid den"])
def test_a_key_with_a_line_end_is_told(option: str, value: str, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
    says = "it contains a blank or a line end, as text from a file does; remove that."
    with pytest.raises(InvalidOption) as caught:
        CAS.connect({**GIVEN, option: value}, read_only=True)
    assert caught.value.msg == f"{option}: {says}"
    variable = WITH_VARIABLES[option][-1]
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidOption) as caught:
        CAS.connect({**GIVEN, option: value}, read_only=True)
    assert caught.value.msg == f"{variable}: {says}"


@pytest.mark.parametrize("endpoint", ["ftp://x", "cas.example.com/path", "http://cas.example.com", "x:y"])
def test_an_address_that_is_not_valid_is_told_with_where_it_is_from(
    endpoint: str, bare: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidOption, match=r"^endpoint: "):
        CAS.connect({**GIVEN, "endpoint": endpoint}, read_only=True)
    monkeypatch.setenv(CAS.endpoint_variable, endpoint)
    with pytest.raises(InvalidOption, match=f"^{CAS.endpoint_variable}: "):
        CAS.connect({**GIVEN, "endpoint": endpoint}, read_only=True)


def test_a_blank_key_is_none_and_half_a_pair_is_told(bare: None) -> None:
    with pytest.raises(NoCredentials, match=r"^access_key_secret is missing"):
        CAS.connect({**GIVEN, "access_key_secret": " "}, read_only=True)


@pytest.mark.parametrize("state", ["", " ", "relative/path", None])
def test_a_state_directory_that_is_no_path_is_not_set(
    state: str | None, bare: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if state is not None:
        monkeypatch.setenv("XDG_STATE_HOME", state)
    assert environment.state_directory() == f"{tmp_path}/.local/state/certops.alicloud"
    monkeypatch.setenv("XDG_STATE_HOME", f"{tmp_path}/state")
    assert environment.state_directory() == f"{tmp_path}/state/certops.alicloud"
