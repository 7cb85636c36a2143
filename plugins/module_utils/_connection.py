# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""The connection of a task to a product: its options, and the client that they give.

Option tables are Ansible's, but for ``variables``: the environment variables that stand in for an option."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ._errors import InvalidOption
from ._host.environment import first_set, named_value, state_directory
from ._rpc import regions
from ._rpc.client import Client, Product, Tell
from ._rpc.credentials import Source, given
from ._rpc.transport import OverRequests, is_loopback
from ._text import quoted

KEY_VARIABLES = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY", "ALICLOUD_ACCESS_KEY_ID")
SECRET_VARIABLES = ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECRET_ACCESS_KEY")
TOKEN_VARIABLES = ("ALIBABA_CLOUD_SECURITY_TOKEN", "ALICLOUD_SECURITY_TOKEN")
PROFILE_VARIABLES = ("ALIBABA_CLOUD_PROFILE", "ALICLOUD_PROFILE")
# As other Ansible collections and Terraform call them; ALIBABA_CLOUD_ROLE_ARN is OIDC's, in the official chain.
ROLE_VARIABLES = {
    "assume_role_arn": "ALICLOUD_ASSUME_ROLE_ARN",
    "assume_role_session_name": "ALICLOUD_ASSUME_ROLE_SESSION_NAME",
    "assume_role_duration": "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION",
}
REGION_VARIABLES = ("ALIBABA_CLOUD_REGION_ID", "ALICLOUD_REGION", "ALICLOUD_REGION_ID")

_LONGEST_TIMEOUT = 86_400
CONNECTION: dict[str, Any] = {
    "access_key_id": {"type": "str", "aliases": ["access_key", "alicloud_access_key"], "variables": KEY_VARIABLES},
    "access_key_secret": {
        "type": "str",
        "no_log": True,
        "aliases": ["secret_key", "alicloud_secret_key"],
        "variables": SECRET_VARIABLES,
    },
    "security_token": {
        "type": "str",
        "no_log": True,
        "aliases": ["alicloud_security_token"],
        "variables": TOKEN_VARIABLES,
    },
    "profile": {"type": "str", "variables": PROFILE_VARIABLES},
    # Without ``variables``: those of the environment go with keys that are not options, see ``_find_role_option``.
    "assume_role_arn": {"type": "str", "aliases": ["alicloud_assume_role_arn"]},
    "assume_role_session_name": {"type": "str", "aliases": ["alicloud_assume_role_session_name"]},
    "assume_role_duration": {
        "type": "int",
        "aliases": ["assume_role_session_expiration", "alicloud_assume_role_session_expiration"],
    },
    "region": {
        "type": "str",
        "default": regions.DEFAULT,
        "aliases": ["region_id", "alicloud_region"],
        "variables": REGION_VARIABLES,
    },
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "request_timeout": {"type": "float", "default": 30.0},
    "max_attempts": {"type": "int", "default": 6},
}


class Service(NamedTuple):
    """A product as its modules reach it."""

    product: Product
    default_endpoint: Callable[[str], str]
    endpoint_variable: str

    @property
    def options(self) -> dict[str, Any]:
        return {**CONNECTION, "endpoint": {"type": "str", "variables": (self.endpoint_variable,)}}

    def connect(self, params: Mapping[str, Any], read_only: bool, tell: Tell | None = None) -> Client:
        """The client of one task; ``tell`` receives the progress of a wait. Raises InvalidOption."""
        if not 0 < params["request_timeout"] <= _LONGEST_TIMEOUT:
            raise InvalidOption("request_timeout", f"give a number of seconds above 0, and {_LONGEST_TIMEOUT} at most.")
        if params["max_attempts"] < 1:
            raise InvalidOption("max_attempts", "give 1 or more.")
        region = _region(params["region"], has_endpoint=_given(params["endpoint"]) is not None)
        _refuse_blanks(params)
        return Client(
            self.product,
            self._url(params, region),
            _source(params),
            OverRequests(params["validate_certs"], params["ca_path"]),
            read_only=read_only,
            max_attempts=params["max_attempts"],
            timeout=params["request_timeout"],
            tell=tell,
            state_directory=state_directory(),
        )

    def _url(self, params: Mapping[str, Any], region: str) -> str:
        endpoint = params["endpoint"]
        source = named_value((self.endpoint_variable,), endpoint) or "endpoint"
        return endpoint_url(_given(endpoint) or self.default_endpoint(region), source)


def _given(value: str | None) -> str | None:
    """The value of an option or a variable without blanks around it; an empty one was not given."""
    return (value or "").strip() or None


def _region(value: str | None, has_endpoint: bool) -> str:
    """The region; where it decides about the endpoint, one that is known: a wrong one would call another site."""
    region, source = _given(value) or regions.DEFAULT, named_value(REGION_VARIABLES, value) or "region"
    if not re.fullmatch(r"[a-z0-9-]+", region):
        raise InvalidOption(source, f"{quoted(region)} is not a valid region; give one such as {regions.DEFAULT}.")
    if not has_endpoint and not regions.is_known(region):
        raise InvalidOption(
            source,
            f"{quoted(region)} is not a known region, so its endpoint is unknown, and nothing was called. "
            f"{regions.known_ones(region)} For a newer one, also give endpoint.",
        )
    return region


def _refuse_blanks(params: Mapping[str, Any]) -> None:
    """Refuse a key with a line end or a blank, which text from a file brings: it signs wrongly."""
    for option in ("access_key_id", "access_key_secret", "security_token"):
        value = params[option]
        if value and value.strip() and value.split() != [value]:
            where = named_value(CONNECTION[option]["variables"], value) or option
            raise InvalidOption(where, "it contains a blank or a line end, as text from a file does; remove that.")


def find_source(
    access_key_id: str | None,
    access_key_secret: str | None,
    security_token: str | None = None,
    profile: str | None = None,
) -> Source:
    """A key pair that is given ends the search; the environment variables of the options are read by then."""
    source = given(_given(access_key_id), _given(access_key_secret), _given(security_token))
    if source is None:
        from ._rpc.credential_chain import chain  # most tasks are given their key

        source = chain(profile)
    return source


def _source(params: Mapping[str, Any]) -> Source:
    """The keys of the task, or those of the role that they assume."""
    key, secret, profile = (params[name] for name in ("access_key_id", "access_key_secret", "profile"))
    find = partial(_find_role_option, params)
    if not find("assume_role_arn")[1]:
        return find_source(key, secret, _token(params), _given(profile))
    from ._rpc.assume_role import assumed, read_role  # most tasks call with their own keys

    role = read_role(find)
    return assumed(role, find_source(key, secret, _token(params), _given(profile)))


def _find_role_option(params: Mapping[str, Any], option: str) -> tuple[str, object]:
    """The name and the value of an option about the role, or of its variable.

    The environment's role goes with keys of the environment or of the chain, not with keys that are options.
    """
    value = _given(str(params.get(option) or ""))
    variable = ROLE_VARIABLES[option]
    if value or _names_keys(params) or not first_set([variable]):
        return option, value
    return variable, _given(os.environ[variable])


def _names_keys(params: Mapping[str, Any]) -> bool:
    """Whether the access key or the profile is an option, and not the environment's."""
    names = (("access_key_id", KEY_VARIABLES), ("profile", PROFILE_VARIABLES))
    return any(_given(params[name]) and not named_value(variables, params[name]) for name, variables in names)


def _token(params: Mapping[str, Any]) -> str | None:
    """The token that belongs to the key: the environment's goes with the environment's key, not with another one."""
    key, given = first_set(KEY_VARIABLES), params["security_token"]
    strange = key is not None and key.value != params["access_key_id"]
    return None if strange and named_value(TOKEN_VARIABLES, given) else given


_HOST = re.compile(r"[\w.-]+|[\da-fA-F:.]+", re.ASCII)


def endpoint_url(endpoint: str, option: str = "endpoint") -> str:
    """``https://host[:port]`` of a host, ``host:port`` or URL.

    Plain http:// is for this machine only: parameters travel in the URL.
    """
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidOption(option, "not a valid host, or its port is not a number between 0 and 65535.") from None
    if parts.scheme not in ("http", "https") or port == 0 or not _HOST.fullmatch(host) or not endpoint.isprintable():
        raise InvalidOption(option, "give a host, host:port, or a URL that begins with https://.")
    if parts.username is not None or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InvalidOption(option, "give only scheme, host and port: no user, path or query.")
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidOption(
            option, f"plain http:// is for this machine only, and {host} is not a loopback address. Use https://."
        )
    shown = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{shown}" + (f":{port}" if port and port != default else "")
