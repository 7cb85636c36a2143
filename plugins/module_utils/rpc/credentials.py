# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where keys come from: the task, the environment, then the official chain."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import NoCredentials, one_line

PACKAGE = "alibabacloud-credentials"


@dataclass(frozen=True)
class Credentials:
    """An access key, with a token when it is a temporary one."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)


# Called before every request; True asks for a fetch from the origin, because the last ones were refused.
Source = Callable[[bool], Credentials]


def find_source(
    access_key_id: str | None,
    access_key_secret: str | None,
    security_token: str | None = None,
    profile: str | None = None,
    cli_file: str = "~/.aliyun/config.json",
) -> Source:
    """The source to use.

    A key pair that is given ends the search; the environment variables of the options are read by then.
    Else the chain of the package alibabacloud-credentials, else a plain profile of the CLI's file.
    """
    if access_key_id and access_key_secret:
        given = Credentials(access_key_id, access_key_secret, security_token or None)
        return lambda fresh: given
    if access_key_id or access_key_secret:
        missing, there = (
            ("access_key_secret", "access_key_id") if access_key_id else ("access_key_id", "access_key_secret")
        )
        raise NoCredentials(
            f"{missing} is missing: {there} was given without it. Give both, as options or in the environment."
        )
    return _official(profile) or _plain(profile, os.path.expanduser(cli_file))


def _official(profile: str | None) -> Source | None:
    try:
        from alibabacloud_credentials import provider as chain  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return None

    def start() -> Any:
        return (
            chain.CLIProfileCredentialsProvider(profile_name=profile) if profile else chain.DefaultCredentialsProvider()
        )

    holder = {"provider": start()}

    def fetch(fresh: bool) -> Credentials:
        if fresh:
            holder["provider"] = start()
        try:
            found = holder["provider"].get_credentials()
        except Exception as error:  # the package raises what its HTTP client raises, too
            looked = f"the profile {profile} of the CLI's file" if profile else "the chain of " + PACKAGE
            raise NoCredentials(f"{_LOOKED}, {looked}. It said: {one_line(error, 600)}") from None
        return Credentials(found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token() or None)

    return fetch


_LOOKED = (
    "No access key was found. Looked at: access_key_id and access_key_secret, "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and its kin in the environment"
)


def _plain(profile: str | None, path: str) -> Source:
    def fetch(fresh: bool) -> Credentials:
        found = _profile(path, profile)
        if found is None:
            wanted = f"profile {profile}" if profile else "current profile"
            raise NoCredentials(
                f"{_LOOKED}, the {wanted} of {path} (modes AK and StsToken). "
                f"The Python package {PACKAGE} adds OIDC, role and INI profiles, ECS metadata and credential URIs."
            )
        return found

    return fetch


def _profile(path: str, name: str | None) -> Credentials | None:
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        wanted = name or config["current"]
        entry = next(each for each in config["profiles"] if each["name"] == wanted)
        if entry["mode"] not in ("AK", "StsToken"):
            return None
        token = entry["sts_token"] if entry["mode"] == "StsToken" else None
        return Credentials(entry["access_key_id"], entry["access_key_secret"], token)
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None
