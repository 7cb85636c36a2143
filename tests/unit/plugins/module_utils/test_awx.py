# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential type of AWX: its environment is what the modules read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils import _task
from ansible_collections.certops.alicloud.plugins.module_utils._cas.product import CAS
from ansible_collections.certops.alicloud.plugins.module_utils._connection import ROLE_VARIABLES
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.credentials import Credentials
from tests.support.awx import credential_type, injected
from tests.support.credential_servers import ROLE, KeyService, key_service

USER = {"access_key_id": "user", "access_key_secret": "user-secret"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[KeyService]:
    with key_service(tmp_path) as found:
        yield found


def found(monkeypatch: pytest.MonkeyPatch, **inputs: str) -> tuple[str, Credentials]:
    """Where a task of such a job calls, and with which keys."""
    for name, value in injected(**inputs).items():
        monkeypatch.setenv(name, value)
    with closing(CAS.connect(_task.validated(CAS.options, {}), read_only=True)) as client:
        return client.host, client._source(False)


def test_keys_alone_are_enough(service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, **USER) == ("cas.aliyuncs.com", Credentials("user", "user-secret"))


def test_all_inputs_reach_the_modules(service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {
        **USER,
        "security_token": "t-0",
        "region": "ap-southeast-1",
        "assume_role_arn": ROLE,
        "assume_role_session_name": "job-1",
        "assume_role_duration": "900",
    }
    assert set(inputs) == {field["id"] for field in credential_type()[0]["fields"]}
    keys = Credentials("STS.issued", "issued-secret", "token-1", ROLE)
    assert found(monkeypatch, **inputs) == ("cas.ap-southeast-1.aliyuncs.com", keys)
    query = service.requests[0].query
    asked = [query[name] for name in ("SecurityToken", "RoleSessionName", "DurationSeconds")]
    assert asked == ["t-0", "job-1", "900"]


def test_input_and_injector_belong_together() -> None:
    fields, injector = credential_type()
    known = {variable for option in CAS.options.values() for variable in option.get("variables", ())}
    assert set(injector) == {"env"} and set(injector["env"]) <= known | set(ROLE_VARIABLES.values())
    used = {name for text in injector["env"].values() for name in re.findall(r"{{ (\w+)", text)}
    assert used == {field["id"] for field in fields["fields"]} >= set(fields["required"])
    secret = {field["id"] for field in fields["fields"] if field.get("secret")}
    assert secret == {name for name in used if CAS.options[name].get("no_log")}
