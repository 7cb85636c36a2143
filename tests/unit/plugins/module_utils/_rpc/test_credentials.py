# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where keys come from, with the official package and without it."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.certops.alicloud.plugins.module_utils._connection import find_source
from ansible_collections.certops.alicloud.plugins.module_utils._errors import NoCredentials
from ansible_collections.certops.alicloud.plugins.module_utils._rpc.credentials import Credentials

CHAIN = "alibabacloud_credentials"
PROFILES = {
    "current": "plain",
    "profiles": [
        {"name": "plain", "mode": "AK", "access_key_id": "id-1", "access_key_secret": "secret-1", "sts_token": "left"},
        {
            "name": "session",
            "mode": "StsToken",
            "access_key_id": "id-2",
            "access_key_secret": "secret-2",
            "sts_token": "token-2",
        },
        {"name": "role", "mode": "RamRoleArn", "access_key_id": "id-3", "access_key_secret": "secret-3"},
    ],
}
PLAIN, SESSION = Credentials("id-1", "secret-1"), Credentials("id-2", "secret-2", "token-2")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and nothing of this machine's account in the environment."""
    for name in [name for name in os.environ if name.startswith(("ALIBABA_CLOUD_", "ALICLOUD_", "ALIBABACLOUD_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    return tmp_path


@pytest.fixture
def without_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, CHAIN, None)


@pytest.fixture
def with_package() -> Iterator[None]:
    """The package as a new process finds it: it reads home and environment while it is imported."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == CHAIN}
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == CHAIN]:
        del sys.modules[name]
    sys.modules.update(kept)


def cli_file(home: Path, content: Any = None) -> None:
    (home / ".aliyun").mkdir(exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(PROFILES if content is None else content)
    (home / ".aliyun" / "config.json").write_text(text)


def found(**options: Any) -> Credentials:
    given = {"access_key_id": None, "access_key_secret": None, **options}
    return find_source(**given)(False)


@pytest.mark.parametrize("token", [None, "", "t"])
def test_a_pair_that_is_given_ends_the_search(home: Path, token: str | None) -> None:
    cli_file(home)
    source = find_source("id", "secret", token, profile="session")
    assert source(False) == source(True) == Credentials("id", "secret", token or None)


@pytest.mark.parametrize(
    ("pair", "missing"),
    [(("id", None), "access_key_secret"), (("id", ""), "access_key_secret"), ((None, "hidden"), "access_key_id")],
)
def test_half_a_pair_names_the_missing_half(home: Path, pair: tuple[str | None, str | None], missing: str) -> None:
    cli_file(home)
    with pytest.raises(NoCredentials) as caught:
        find_source(*pair)
    assert caught.value.msg.startswith(f"{missing} is missing: ")
    assert "hidden" not in caught.value.msg


def test_credentials_show_only_the_id() -> None:
    assert repr(Credentials("LTAIid", "hidden", "hidden")) == "Credentials(LTAIid)"


@pytest.mark.parametrize("package", ["with_package", "without_package"])
@pytest.mark.parametrize(
    ("profile", "credentials"),
    [
        pytest.param(None, PLAIN, id="the current one"),
        pytest.param("plain", PLAIN, id="AK"),
        pytest.param("session", SESSION, id="StsToken"),
    ],
)
def test_plain_profiles_of_the_cli_need_no_package(
    home: Path, package: str, profile: str | None, credentials: Credentials, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(package)
    cli_file(home)
    assert found(profile=profile) == credentials


@pytest.mark.usefixtures("without_package")
@pytest.mark.parametrize(
    ("content", "profile"),
    [
        pytest.param(PROFILES, "role", id="another mode"),
        pytest.param(PROFILES, "absent", id="no such profile"),
        pytest.param({"current": "x"}, None, id="no profiles"),
        pytest.param({**PROFILES, "current": None}, None, id="no current one"),
        pytest.param({"current": "p", "profiles": [{"name": "p", "mode": "AK"}]}, None, id="no keys in it"),
        pytest.param([], None, id="another shape"),
        pytest.param("{", None, id="no JSON"),
    ],
)
def test_a_cli_file_that_does_not_serve_is_no_traceback(home: Path, content: Any, profile: str | None) -> None:
    cli_file(home, content)
    with pytest.raises(NoCredentials) as caught:
        found(profile=profile)
    assert (f"the profile {profile}" if profile else "the current profile") in caught.value.msg
    assert "secret-3" not in caught.value.msg


@pytest.mark.usefixtures("without_package")
def test_without_keys_every_place_and_the_package_is_named(home: Path) -> None:
    with pytest.raises(NoCredentials) as caught:
        found()
    for place in (
        "access_key_id and access_key_secret",
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        str(home / ".aliyun" / "config.json"),
        "alibabacloud-credentials adds OIDC, role and INI profiles, ECS metadata and credential URIs",
    ):
        assert place in caught.value.msg


@pytest.mark.usefixtures("with_package")
@pytest.mark.parametrize(
    ("profile", "place"),
    [(None, "the chain of alibabacloud-credentials. It said: "), ("absent", "the profile absent of the CLI's file")],
)
def test_without_keys_the_package_says_where_it_looked(home: Path, profile: str | None, place: str) -> None:
    cli_file(home, {"current": "", "profiles": []})
    with pytest.raises(NoCredentials) as caught:
        found(profile=profile)
    assert "access_key_id and access_key_secret" in caught.value.msg
    assert place in caught.value.msg
    assert "\n" not in caught.value.msg


@pytest.mark.usefixtures("with_package")
def test_the_package_reads_an_ini_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "credentials.ini"
    file.write_text("[default]\ntype = access_key\naccess_key_id = id-4\naccess_key_secret = secret-4\n")
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_FILE", str(file))
    assert found() == Credentials("id-4", "secret-4")


@pytest.mark.usefixtures("with_package")
@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_variables_of_the_package_that_are_empty_are_not_set(
    blank: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "PROFILE", "CREDENTIALS_FILE", "CREDENTIALS_URI", "ROLE_ARN")
    cli_file(home)
    for name in names:
        monkeypatch.setenv(f"ALIBABA_CLOUD_{name}", blank)
    assert found() == PLAIN
    assert os.environ["ALIBABA_CLOUD_CREDENTIALS_FILE"] == blank


class Issuer(BaseHTTPRequestHandler):
    """A credentials URI: another token for each call."""

    given = 0

    def do_GET(self) -> None:
        Issuer.given += 1
        response = {
            "Code": "Success",
            "AccessKeyId": "id-5",
            "AccessKeySecret": "secret-5",
            "SecurityToken": f"token-{Issuer.given}",
            "Expiration": "2099-01-01T00:00:00Z",
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(response).encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.mark.usefixtures("with_package")
def test_temporary_keys_are_kept_until_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Issuer.given = 0
    with HTTPServer(("127.0.0.1", 0), Issuer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_URI", f"http://127.0.0.1:{server.server_port}/keys")
            source = find_source(None, None)
            tokens = [source(fresh).security_token for fresh in (False, False, True, False)]
        finally:
            server.shutdown()
            thread.join()
    assert tokens == ["token-1", "token-1", "token-2", "token-2"]


@pytest.mark.usefixtures("with_package")
@pytest.mark.parametrize(
    "words",
    [
        'error retrieving credentials from http://127.0.0.1/ result: {"AccessKeySecret": "hidden-1"}',
        "error refreshing credentials from oidc_role_arn, http_code: 500, result: hidden-1",
        "failed to refresh OAuth token, status code: 400, response: hidden-1",
        "failed to refresh OAuth token: hidden-1",
        "failed to execute external command: exit status 1\nstderr: hidden-1",
        "HTTPSConnectionPool(host='sts'): Max retries exceeded with url: /?Id=id&Signature=hidden-1 (Caused by x)",
        "no such thing: ['One: result: hidden-1', 'Two: it has\\nresult: hidden-2']",
    ],
)
def test_what_others_told_the_package_is_not_repeated(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It puts whole answers into its errors, keys included, and signed addresses."""

    class Failing:
        def get_credentials(self) -> None:
            raise ValueError(words)

    monkeypatch.setattr("alibabacloud_credentials.provider.DefaultCredentialsProvider", Failing)
    with pytest.raises(NoCredentials) as caught:
        found()
    assert words[:9] in caught.value.msg
    assert "hidden" not in f"{caught.value!r} {caught.value.msg} {caught.value.facts}"
