# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""Keys that no task named: the official chain, then the CLI's file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._errors import NoCredentials
from .._text import one_line
from .credentials import Credentials, Source

PACKAGE = "alibabacloud-credentials"
# What begins with one of these is foreign text: a response with the keys in it, a signed address.
_TOLD = re.compile(r"[{?]|\b(?:result|response|stderr|token|url):", re.IGNORECASE)


def chain(profile: str | None) -> Source:
    """The chain of the package alibabacloud-credentials where it is installed, else a plain profile of the CLI's."""
    return _official(profile) or _plain(profile, os.path.expanduser("~/.aliyun/config.json"))


def _official(profile: str | None) -> Source | None:
    try:
        with _without_blank_variables():  # the package reads them while it is imported
            from alibabacloud_credentials import provider as official  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        return None

    def start() -> Any:
        return (
            official.CLIProfileCredentialsProvider(profile_name=profile)
            if profile
            else official.DefaultCredentialsProvider()
        )

    holder = {"provider": start()}

    def fetch(fresh: bool) -> Credentials:
        if fresh:
            holder["provider"] = start()
        try:
            found = holder["provider"].get_credentials()
        except Exception as error:  # the package raises what its HTTP client raises, too
            looked = f"the profile {profile} of the CLI's file" if profile else "the chain of " + PACKAGE
            raise NoCredentials(f"{_LOOKED}, {looked}. It said: {_said(error)}") from None
        return Credentials(found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token() or None)

    return fetch


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


def _said(error: Exception) -> str:
    """The package's own words, and none of those that it repeats."""
    own, *told = _TOLD.split(str(error), maxsplit=1)
    return one_line(own, 600) + (" (the rest is left out)" if told else "")


_LOOKED = (
    "No access key was found. Give access_key_id and access_key_secret. Looked at: these options, "
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
