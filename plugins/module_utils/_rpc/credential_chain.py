# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Keys that no task named: the official chain, then the CLI's file."""

from __future__ import annotations

import json
import logging
import os
import platform
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import reload
from typing import Any

from .._errors import NoCredentials
from .._text import one_line
from .credentials import Credentials, Source, kept

PACKAGE = "alibabacloud-credentials"
# What begins with one of these is foreign text: a response with the keys in it, a signed address.
_TOLD = re.compile(r"[{?]|\b(?:result|response|stderr|token|url):", re.IGNORECASE)
# Of foreign text, only these words are safe: an error code, and the class of what went wrong in the network.
_SAFE = re.compile(r'"Code"\s*:\s*"([A-Za-z.]{1,80})"|Caused by (\w{1,80})')
# What the chain decides by. Where keys are temporary, these say whose they are.
_DECIDES = ("PROFILE", "ROLE_ARN", "OIDC_PROVIDER_ARN", "ECS_METADATA", "CREDENTIALS_URI", "CREDENTIALS_FILE")
# Modes of the CLI that the package does not know: a role that the role of the ECS instance assumes.
_ROLE_OF_ECS = ("RamRoleArnWithRoleName", "RamRoleArnWithEcs")


def chain(profile: str | None) -> Source:
    """The chain of the package alibabacloud-credentials where it is installed, else a plain profile of the CLI's."""
    official = official_package()
    return _plain(profile) if official is None else _official(official, profile)


def official_package() -> Any | None:
    """The providers of the package, with the environment of this task; None where it is not installed.

    The package reads the environment while it is imported, and another task of this process may have imported it.
    """
    try:
        with _without_blank_variables():
            from alibabacloud_credentials import provider  # type: ignore[import-untyped,unused-ignore]
            from alibabacloud_credentials.utils import (  # type: ignore[import-untyped,unused-ignore]
                auth_constant,
                auth_util,
            )

            for module in (auth_util, auth_constant):
                reload(module)
    except ImportError:
        return None
    for name in ("credentials", "alibabacloud-tea", "apscheduler"):
        _silence(logging.getLogger(name))
    return provider


def _silence(logger: logging.Logger) -> None:
    """It writes to standard error what it raises as well, whole responses included."""
    logger.handlers[:], logger.propagate = [logging.NullHandler()], False


def _official(official: Any, profile: str | None) -> Source:
    providers: list[Any] = []

    def fetch(fresh: bool) -> Credentials:
        try:
            if fresh or not providers:
                providers[:] = [_provider(official, profile)]
            found = providers[0].get_credentials()
        except Exception as error:  # the package raises what its HTTP client raises, too
            looked = f"the profile {profile} of the CLI's file" if profile else "the chain of " + PACKAGE
            raise NoCredentials(f"{_LOOKED}, {looked}. It said: {said(error)}") from None
        token = found.get_security_token() or None
        provider = found.get_provider_name()
        principal = _principal(provider, profile) if token and "static" not in provider else ""
        return Credentials(found.get_access_key_id(), found.get_access_key_secret(), token, principal)

    return kept(fetch)


def _provider(official: Any, profile: str | None) -> Any:
    """What the package has for a profile, or its whole chain."""
    entry = _entry(profile) if profile or _file_comes_first() else None
    mode = (entry or {}).get("mode")
    if entry and mode in _ROLE_OF_ECS:
        return official.RamRoleArnCredentialsProvider(
            credentials_provider=official.EcsRamRoleCredentialsProvider(role_name=entry.get("ram_role_name") or None),
            role_arn=entry.get("ram_role_arn"),
            role_session_name=entry.get("ram_session_name"),
            duration_seconds=entry.get("expired_seconds") or None,
            sts_region_id=entry.get("sts_region"),
        )
    if entry and mode == "CredentialsURI":
        return official.URLCredentialsProvider(uri=entry.get("credentials_uri"))
    return (
        official.CLIProfileCredentialsProvider(profile_name=profile)
        if profile
        else official.DefaultCredentialsProvider()
    )


def _file_comes_first() -> bool:
    """Whether the chain looks at the CLI's file before anything that may have keys."""
    disabled = os.environ.get("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "").lower() == "true"
    return not disabled and not os.environ.get("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "").strip()


def _principal(provider: str, profile: str | None) -> str:
    """Two machines may have the same settings and different accounts."""
    decisive = (os.environ.get(f"ALIBABA_CLOUD_{name}", "") for name in _DECIDES)
    return "\0".join((provider, profile or "", platform.node(), *decisive))


@contextmanager
def _without_blank_variables() -> Iterator[None]:
    """Keep variables that are set and empty from the package, to which some of them are values."""
    ours = ("ALIBABA_CLOUD_", "ALIBABACLOUD_")
    blank = {name: value for name, value in os.environ.items() if name.startswith(ours) and not value.strip()}
    for name in blank:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(blank)


def said(error: Exception) -> str:
    """The package's own words, and none of those that it repeats."""
    own, *told = _TOLD.split(str(error), maxsplit=1)
    if not told:
        return one_line(own, 600)
    safe = [code or cause for code, cause in _SAFE.findall(str(error))]
    return one_line(own, 600) + f" ({', '.join([*dict.fromkeys(safe), 'the rest is left out'])})"


_LOOKED = (
    "No access key was found. Give access_key_id and access_key_secret. Looked at: these options, "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and its kin in the environment"
)


def _plain(profile: str | None) -> Source:
    def fetch(fresh: bool) -> Credentials:
        found = _keys_of(_entry(profile))
        if found is None:
            wanted = f"profile {profile}" if profile else "current profile"
            raise NoCredentials(
                f"{_LOOKED}, the {wanted} of {_cli_file()} (modes AK and StsToken). "
                f"The Python package {PACKAGE} adds OIDC, role and INI profiles, ECS metadata and credential URIs."
            )
        return found

    return fetch


def _cli_file() -> str:
    return os.path.expanduser("~/.aliyun/config.json")


def _entry(name: str | None) -> Mapping[str, Any] | None:
    """A profile of the CLI's file, or its current one."""
    try:
        with open(_cli_file(), encoding="utf-8") as file:
            config = json.load(file)
        wanted = name or config["current"]
        found: Mapping[str, Any] = next(each for each in config["profiles"] if each["name"] == wanted)
        return found
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None


def _keys_of(entry: Mapping[str, Any] | None) -> Credentials | None:
    """The keys of a profile that has them in it."""
    if not entry or entry.get("mode") not in ("AK", "StsToken"):
        return None
    try:
        token = entry["sts_token"] if entry["mode"] == "StsToken" else None
        return Credentials(entry["access_key_id"], entry["access_key_secret"], token)
    except KeyError:
        return None
