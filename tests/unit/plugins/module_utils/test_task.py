# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the Ansible shell decides."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils import task

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
    for name in (*task.KEY_VARIABLES, *task.TOKEN_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert task._token({"access_key_id": "mine", "security_token": given}) == used


@pytest.mark.parametrize("module", ["certificate_store", "certificate_store_info"])
def test_modules_of_the_host_need_no_network_library(module: str) -> None:
    """They run where requests may be missing."""
    code = (
        "import conftest, importlib, sys\n"
        f"importlib.import_module('ansible_collections.certops.alicloud.plugins.modules.{module}')\n"
        "print([name for name in ('requests', 'urllib3', 'cryptography') if name in sys.modules])"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
