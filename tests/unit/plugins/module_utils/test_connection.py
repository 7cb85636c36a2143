# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a connection."""

from __future__ import annotations

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils import _connection

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
